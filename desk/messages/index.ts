import { remember, remembered } from "../data/store.ts";
import { de } from "./de.ts";
import { en, type MessageKey, type Messages } from "./en.ts";

export type { MessageKey } from "./en.ts";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const MESSAGES: Readonly<Record<Language, Messages>> = { en, de };

/** The names in braces in a text: "{count} of {total}" has two. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<Key extends MessageKey> = Readonly<Record<Names<(typeof en)[Key]>, string | number>>;

const listeners = new Set<() => void>();
let current: Language = preferred();

/** The reader's choice, or the first language of the browser that the page has. */
function preferred(): Language {
  const kept = remembered("language");
  const wished = [kept, ...navigator.languages].map((name) => String(name).slice(0, 2));
  return wished.find(isLanguage) ?? "en";
}

function isLanguage(name: string): name is Language {
  return Object.hasOwn(LANGUAGES, name);
}

export function language(): Language {
  return current;
}

/** Speaks another language from now on, and remembers it. */
export function setLanguage(next: Language): void {
  current = next;
  remember("language", next);
  for (const listener of listeners) listener();
}

/** Calls back whenever the language changes, until the function that it returns is called. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A text in the reader's language, with values in place of the names in braces. What a value says is not the page's own. */
export function t<Key extends MessageKey>(
  key: Key,
  ...[values]: [Names<(typeof en)[Key]>] extends [never] ? [] : [values: Values<Key>]
): string {
  const text = MESSAGES[current][key];
  const given: Readonly<Record<string, string | number>> = values ?? {};
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(given[name]));
}
