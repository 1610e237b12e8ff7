import { remember, remembered } from "../data/store.ts";

/** Which language is spoken. The texts themselves stand in tables, a file a language. */

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** The names in braces in a text: "{count} of {total}" has two. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** Gives a text of a table in the reader's language, with values in place of the names in braces. */
type Speak<Table extends Readonly<Record<string, string>>> = <Key extends keyof Table>(
  key: Key,
  ...[values]: [Names<Table[Key]>] extends [never] ? [] : [values: Readonly<Record<Names<Table[Key]>, string | number>>]
) => string;

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

/** Speaks the texts of a table. What a value says is not the page's own. */
export function speaker<Table extends Readonly<Record<string, string>>>(
  tables: Readonly<Record<Language, Readonly<Record<keyof Table, string>>>>,
): Speak<Table> {
  return (key, ...[values]) => {
    const given: Readonly<Record<string, string | number>> = values ?? {};
    return tables[current][key].replace(/\{(\w+)\}/g, (_, name: string) => String(given[name]));
  };
}
