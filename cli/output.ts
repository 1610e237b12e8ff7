import { BatchproofError, EXIT_CODE } from "../src/errors.ts";

/** What a command answers: text for a person, or the same as one JSON document (`--json`). */
export interface Answer {
  readonly text: string;
  readonly json: unknown;
  /** 1 where the answer is no, 3 where the environment is not in order; 0 unless told. */
  readonly exitCode?: 0 | 1 | 3;
  /** What goes on after the answer was printed: a server that runs until it is stopped. */
  readonly after?: () => Promise<void>;
}

/** Prints an answer on stdout and returns its exit code. */
export function printAnswer(answer: Answer, asJson: boolean): number {
  process.stdout.write(asJson ? `${JSON.stringify(answer.json, jsonValue, 2)}\n` : `${answer.text.trimEnd()}\n`);
  return answer.exitCode ?? 0;
}

/** Prints an error on stderr (and with `--json` as a document on stdout) and returns its exit code. */
export function printError(error: unknown, asJson: boolean): number {
  const known = error instanceof BatchproofError ? error : internal(error);
  const { message, place, remedy, code, kind } = known;
  if (asJson) process.stdout.write(`${JSON.stringify({ error: { kind, code, message, place, remedy } }, null, 2)}\n`);
  const lines = [
    `error: ${message}`,
    ...(place === undefined ? [] : [`  at ${place}`]),
    ...(remedy === undefined ? [] : [`  ${remedy}`]),
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
  return EXIT_CODE[kind];
}

/** Lines "name  value" with the values under each other. */
export function fieldLines(fields: Readonly<Record<string, string | number>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join("\n");
}

/** Anything that is not ours is a bug; its stack is the report, its message may hold private values and is not shown. */
function internal(error: unknown): BatchproofError {
  const name = error instanceof Error ? error.name : typeof error;
  const stack =
    error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at ")) : [];
  return new BatchproofError("internal", `This is a bug in batchproof (${name}).`, {
    code: "internal",
    remedy: `Please report it with these lines:\n${stack.slice(0, 6).join("\n")}`,
    cause: error,
  });
}

/** bigint as decimal string, Map as object: what JSON has no type for. */
function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>);
  return value;
}
