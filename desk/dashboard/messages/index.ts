import { speaker } from "../../messages/language.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";

/** A text of the page of the queue in the reader's language, with values in place of the names in braces. */
export const t = speaker<typeof en>({ en, de });
