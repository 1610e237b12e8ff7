import { usualRemedy } from "../src/errorCodes.ts";
import { BatchproofError, EXIT_CODE, type ErrorKind } from "../src/errors.ts";
import { jsonText } from "../src/formats/jsonText.ts";
import type { Light } from "../src/standing/answer.ts";
import { visible, visibleColours, visibleLines } from "../src/formats/visible.ts";

/** What a command answers: text for a person, or the same as one JSON document (`--json`). */
export interface Answer {
  readonly text: string;
  readonly json: unknown;
  /** The text has colours of ours; every other escape sequence is shown as text. */
  readonly coloured?: boolean;
  /**
   * 1 where the answer is no, 2 and 3 where a part of the question could not be judged (`ErrorKind`), `EXCEPTIONAL_SUPPLY`; 0
   * unless told.
   */
  readonly exitCode?: number;
  /** What goes on after the answer was printed: a server that runs until it is stopped. */
  readonly after?: () => Promise<void>;
}

/** Exit code where the answer is neither yes nor no: the batch is supplied exceptionally, and people decide on it. */
export const EXCEPTIONAL_SUPPLY = 5;

/** Exit codes of what a standing answers. */
export const EXIT_OF_LIGHT: Readonly<Record<Light, number>> = {
  ...{ green: 0, red: 1, exceptional: EXCEPTIONAL_SUPPLY, unknown: 3 },
};

/** Prints an answer on stdout and returns its exit code. */
export function printAnswer({ text, json, coloured = false, exitCode = 0 }: Answer, asJson: boolean): number {
  const show = coloured ? visibleColours : visibleLines;
  process.stdout.write(asJson ? jsonText(json) : `${show(text.trimEnd())}\n`);
  return exitCode;
}

/** Shows on stderr, before the answer, what somebody must have seen by then; nothing in it acts. */
export function sayFirst(text: string): void {
  process.stderr.write(`${visibleLines(text.trimEnd())}\n`);
}

/** Prints an error on stderr (and with `--json` as a document on stdout) and returns its exit code. */
export function printError(error: unknown, asJson: boolean): number {
  const document = errorDocument(error);
  if (asJson) process.stdout.write(jsonText({ error: document }));
  process.stderr.write(`${errorText(document)}\n`);
  return EXIT_CODE[document.kind];
}

/** An error as it is shown, whatever others wrote into it. */
export interface ErrorDocument {
  readonly kind: ErrorKind;
  readonly code: string | undefined;
  readonly message: string;
  readonly place: string | undefined;
  readonly remedy: string | undefined;
}

/** Of an error that is not ours: that it is a bug. */
export function errorDocument(error: unknown): ErrorDocument {
  const known = error instanceof BatchproofError ? error : bug(error);
  const { kind, code, message, place, remedy } = known;
  const toDo = remedy ?? (code === undefined ? undefined : usualRemedy(code));
  const calls = known === error ? [] : callsOf(error);
  return {
    ...{ kind, code, message: shown(message) },
    place: place === undefined ? undefined : shown(place),
    remedy: toDo === undefined ? undefined : [toDo, ...calls].map(shown).join("\n"),
  };
}

/** In up to three lines or, of a bug, more. */
export function errorText({ message, place, remedy }: ErrorDocument): string {
  return [
    `error: ${message}`,
    ...(place === undefined ? [] : [`  at ${place}`]),
    ...(remedy === undefined ? [] : [`  ${remedy}`]),
  ].join("\n");
}

/** Longest word of an error that is shown: a key, a path or a number that somebody else may have written. */
export const LONGEST_WORD = 200;
/** Longest message, place or remedy; what we say ourselves is far shorter. */
export const LONGEST_TEXT = 400;
const GAP = " … ";

/**
 * A message, a place or a remedy as it is shown, whatever files, nodes and people put into it: one line on which nothing
 * acts, with the middle left out where it is too long. The one place where errors become safe to show.
 */
export function shown(text: string): string {
  const line = visible(text);
  return shortened(
    line.replace(/\S+/g, (word) => shortened(word, LONGEST_WORD)),
    LONGEST_TEXT,
  );
}

function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const half = Math.floor((longest - GAP.length) / 2);
  return `${text.slice(0, half)}${GAP}${text.slice(-half)}`.toWellFormed();
}

/** Lines "name  value" with the values under each other. */
export function fieldLines(fields: Readonly<Record<string, string | number>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join("\n");
}

/** Anything that is not ours is a bug; its stack is the report, its message may hold private values and is not shown. */
function bug(error: unknown): BatchproofError {
  const name = error instanceof Error ? error.name : typeof error;
  return new BatchproofError("internal", `This is a bug in batchproof (${name}).`, {
    code: "internal",
    remedy: "Please report it with these lines:",
    cause: error,
  });
}

/** The calls that led to an error. Its stack begins with its message, whose lines may look like calls. */
function callsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { message, stack = "" } = error;
  const end = stack.indexOf(message);
  const calls = end < 0 ? "" : stack.slice(end + message.length);
  return calls
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .slice(0, 6);
}
