import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { inputError } from "../src/errors.ts";

const VARIABLE = "BATCHPROOF_PASSPHRASE";

/** Of a second person's key, where a command needs two. */
export const SECOND_VARIABLE = "BATCHPROOF_SECOND_PASSPHRASE";

/**
 * A passphrase: from the environment, else asked for on the terminal without showing it. `what`: what it opens; `own`: a
 * variable that counts before the one of all keys.
 */
export async function passphrase(what = "the key", own = VARIABLE): Promise<string> {
  return process.env[own] ?? process.env[VARIABLE] ?? (await ask(`Passphrase of ${what}: `));
}

/** A line that shall stand in no list of commands: asked for on the terminal without showing it, else the first one of stdin that is not empty. */
export async function hiddenLine(what: string): Promise<string> {
  if (process.stdin.isTTY) return await ask(`${what}: `);
  for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== "") return line;
  throw inputError(`${what}: nothing came on stdin.`, { code: "usage", remedy: "Give it as one line." });
}

/** Of a backup: it is kept apart from those of the keys that lie in it. */
export const BACKUP_VARIABLE = "BATCHPROOF_BACKUP_PASSPHRASE";

/** The passphrase of something new, from the environment as `passphrase` has it: on the terminal it is asked for twice, because a slip would lose the key. */
export async function newPassphrase(own = VARIABLE): Promise<string> {
  const given = process.env[own] ?? process.env[VARIABLE];
  if (given !== undefined) return given;
  const first = await ask("New passphrase: ");
  if ((await ask("The same again: ")) !== first) {
    throw inputError("The two passphrases differ.", { code: "passphrase-differs", remedy: "Try again." });
  }
  return first;
}

async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw missing("A passphrase is needed, and there is no terminal to ask for it.");
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  // Ctrl-C aborts the question; Ctrl-D closes the terminal, and the question would wait for ever.
  const refuse = (): Promise<never> => Promise.reject(missing("No passphrase was given."));
  try {
    return await Promise.race([terminal.question("").catch(refuse), once(terminal, "close").then(refuse)]);
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}

function missing(message: string): Error {
  return inputError(message, { code: "passphrase-missing", remedy: `Set the environment variable ${VARIABLE}.` });
}
