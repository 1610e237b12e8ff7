import { de } from "./de.ts";
import { en } from "./en.ts";
import { speaker } from "./language.ts";

export type { MessageKey } from "./en.ts";
export { language, LANGUAGES, onLanguage, setLanguage, type Language } from "./language.ts";

/** A text of the desk in the reader's language, with values in place of the names in braces. */
export const t = speaker<typeof en>({ en, de });
