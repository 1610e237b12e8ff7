import { inputError } from "../../src/errors.ts";
import { IS_SLUG } from "../../src/formats/slug.ts";
import { tableCsv } from "../../src/formats/csv.ts";
import { refuseOverwriting, writeNewFile } from "../../src/input/files.ts";
import { formatTime } from "../../src/input/times.ts";
import { newToken } from "../../src/service/access/callers.ts";
import { entryLine, type LogEntry } from "../../src/service/access/callEntry.ts";
import { isSegment } from "../../src/service/access/segments.ts";
import { verifyLog, type VerifiedLog } from "../../src/service/access/verifyLog.ts";
import { flag, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";

/** `serve-token`. */
export function serveToken([name = ""]: readonly string[]): Promise<Answer> {
  if (!IS_SLUG.test(name)) {
    throw inputError("A caller's name is lower case letters, digits and hyphens.", { code: "usage", place: "name" });
  }
  const { token, sha256 } = newToken();
  const entry = { name, token: sha256, grants: [] };
  return Promise.resolve({
    text: [
      token,
      'It is shown once, and kept nowhere. For "callers" in service.json, with the roles it is to have, such as [{"role":"operator"}]:',
      JSON.stringify(entry),
    ].join("\n"),
    json: { token, caller: entry },
  });
}

/** `call-log verify`. */
export async function verify([path = ""]: readonly string[], options: Options): Promise<Answer> {
  const found = await verifyLog(path, afterOf(options));
  return { text: verifiedText(found), json: { path, ...found } };
}

/** `call-log export`. */
export async function exportLog([path = "", output = ""]: readonly string[], options: Options): Promise<Answer> {
  await refuseOverwriting([{ option: "output", path: output }], path);
  if (isSegment(output)) {
    throw inputError("The log's own files have such names.", { code: "usage", place: output, remedy: "Name another." });
  }
  const entries: LogEntry[] = [];
  const found = await verifyLog(path, undefined, (entry) => entries.push(entry));
  const whole = flag(options, "csv")
    ? tableCsv(COLUMNS, entries.map(rowOf))
    : entries.map((entry) => `${entryLine(entry)}\n`).join("");
  const taken = inputError("There is a file of this name.", { code: "file-exists", place: output });
  await writeNewFile(output, whole, taken);
  const use = flag(options, "csv")
    ? "to read: what is to be verified is exported without --csv"
    : "call-log verify reads it";
  return { text: `${verifiedText(found)}\nWritten: ${output} (${use})`, json: { path, output, ...found } };
}

function afterOf(options: Options): string | undefined {
  const after = text(options, "after");
  if (after === undefined || /^[0-9a-f]{64}$/.test(after)) return after;
  throw inputError("A line's hash has 64 hex digits.", { code: "usage", place: "--after" });
}

function verifiedText(found: VerifiedLog): string {
  const { lines, first, last, head, starts, torn, clockBack, after, exported } = found;
  return [
    `${lines} lines, ${first} to ${last}, follow one another as they were written.`,
    ...(first === 1 ? [] : ["They do not begin with the first one: of what came before they say nothing."]),
    `Opened ${starts} times; ${torn} unfinished ends; the clock was set back ${clockBack} times.`,
    ...(exported ? ["It is an export: what unfinished ends held lies in the log alone."] : []),
    after === null
      ? "Whether lines after the last one were cut off, nothing here says: --after with a hash that was kept does."
      : `${after} lines came after the one that was named.`,
    `Hash of the last line: ${head}`,
    "Whoever runs the machine could have written all of it anew: keep this hash where he cannot change it.",
  ].join("\n");
}

const COLUMNS = [
  ...["seq", "time", "clock back", "what", "caller", "address", "request", "operation", "site", "batch", "body"],
  ...["status", "code"],
] as const;

function rowOf(entry: LogEntry): string[] {
  const { seq, time, clockBack, kind } = entry;
  const row = [String(seq), formatTime(Math.floor(time / 1000)), clockBack ? "yes" : "", kind];
  if (entry.kind !== "call") return [...row, ...Array.from({ length: COLUMNS.length - row.length }, () => "")];
  const { caller, address, request, operation, site, batch, body, status, code } = entry;
  return [
    ...row,
    ...[caller, address, request, operation, site, batch, body, String(status), code].map((x) => x ?? ""),
  ];
}
