import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { inputError } from "../errors.ts";
import { defineDocument, documentText, hexBytes } from "../formats/document.ts";
import { writeNewFile } from "../input/files.ts";
import { canonicalJson } from "../input/json.ts";

/**
 * The words that say why something was decided. They are personal data more often than not, so they stay in a file that can
 * be erased; on chain is their hash, and the salt keeps it from being guessed.
 */
export interface Words {
  readonly format: typeof FORMAT;
  /** 32 bytes as lower-case hex. */
  readonly salt: string;
  readonly text: string;
}

const FORMAT = "batchproof-words/1";
/** Characters; whoever has more to say says it in the quality management system. */
const LONGEST = 2_000;
/** Files of one folder. */
const MOST_FILES = 100_000;

const WORDS = defineDocument<Words>(FORMAT, "words", {
  salt: hexBytes(32),
  text: { type: "string", minLength: 1, maxLength: LONGEST, pattern: "^\\P{C}+$" },
});

/** What stands on chain for words: sha256 of their canonical JSON (RFC 8785), 0x hex. */
export function wordsHash(words: Words): string {
  return `0x${createHash("sha256").update(canonicalJson(words)).digest("hex")}`;
}

/** Words under a new salt, and their hash. */
export interface SaltedWords {
  readonly words: Words;
  readonly hash: string;
}

/** What somebody says, under a new salt. Error `words` (empty, over 2,000 characters, control characters). `place`: who said it. */
export function saltedWords(text: string, place: string): SaltedWords {
  const salt = randomBytes(32).toString("hex");
  const words = WORDS.check({ format: FORMAT, salt, text: text.normalize("NFC").trim() }, place);
  return { words, hash: wordsHash(words) };
}

/** Keeps words in a new file of a folder, whole and to their owner alone. Errors: those of `writeNewFile`. */
export async function keepSalted(folder: string, { words, hash }: SaltedWords): Promise<void> {
  const path = join(folder, `${hash.slice(2, 18)}.json`);
  const taken = inputError("There is a file of this name.", {
    place: path,
    code: "words",
    remedy: "Run the same again.",
  });
  await writeNewFile(path, documentText(words), taken);
}

/** Keeps what --words says under a new salt. Returns their hash. Errors: those of `saltedWords` and `keepSalted`. */
export async function keepWords(folder: string, text: string): Promise<string> {
  const salted = saltedWords(text, "--words");
  await keepSalted(folder, salted);
  return salted.hash;
}

/**
 * The words of all files of a folder, by their hash. Errors: `words` (not such a file, no such folder, too many files),
 * those of `readJson`.
 */
export async function readWords(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await namesIn(folder);
  const texts = new Map<string, string>();
  for (const name of names) {
    const words = await WORDS.read(join(folder, name), { limit: 16 * LONGEST });
    texts.set(wordsHash(words), words.text);
  }
  return texts;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
    if (names.length <= MOST_FILES) return names;
  } catch (cause) {
    throw inputError("The folder of the words cannot be read.", {
      place: folder,
      code: "words",
      remedy: "Name the folder that `--words` made.",
      cause,
    });
  }
  throw inputError(`The folder has more than ${MOST_FILES} files.`, {
    place: folder,
    code: "words",
    remedy: "Give only the files of the batches in question.",
  });
}
