import { inputError, type BatchproofError } from "../errors.ts";
import { KIND, NO_PROFILE } from "../formats/constants.ts";
import { toHex } from "../formats/field.ts";
import { bytesHash, textHash } from "../formats/identity.ts";
import { analyteId, type Analyte, type QualityRule } from "../formats/qualityRule.ts";
import type { Result, UnsaltedSet } from "../formats/results.ts";
import { formatTime, parseTime } from "../input/times.ts";
import { codeResult, formatResult } from "../formats/resultCoding.ts";
import { RESULT_COLUMNS } from "./csvColumns.ts";
import { readCsv, shown } from "./csvTable.ts";
import { isNoResult } from "./resultsProfile.ts";
import { readReport, type PassedOver, type ResultLine as Line, type ResultsReading } from "./resultsTable.ts";

/*
 * A laboratory's results: one line an analyte, in any order, with these columns:
 *
 *   analyte      its name in the policy
 *   result       a number ("26.0"), an inequality ("<0.5", "<=0.5", "> 35", "≥ 35") or a word of the analyte
 *   unit         exactly the analyte's; empty for an analyte with words
 *   sampled      when the sample was taken: RFC 3339 in whole seconds with its zone
 *   tested       when the result was obtained
 *   invalidated  tests of this analyte that were declared invalid
 *   repeats      tests beyond the first, the invalidated ones not counted
 *
 * A profile of results reads any other form, and gives the same lines. The laboratory's signature over the coded results vouches
 * for them; the file itself is not signed.
 */

/** Most tests that a result can count: 16 bits. */
const MAX_COUNT = 65_535;

/** What the batch asks of the results of one of its claims. */
export interface ResultsDemand {
  readonly rule: QualityRule;
  /** Those of the rule's slots, in their order. */
  readonly analytes: readonly Analyte[];
  readonly lot: string;
}

/** What is asked of results whatever their lot. */
export type AnalytesDemand = Omit<ResultsDemand, "lot">;

/** A complete set of results before it has a salt and a laboratory has signed it. */
export interface UnsignedResultSet {
  readonly set: UnsaltedSet;
  /** What was read, for the person who imports: every result as it was coded. */
  readonly summary: readonly string[];
}

/**
 * The results of a laboratory's CSV file for one claim: exactly one line for each of the rule's analytes, coded as the rule
 * reads it. Results that fail or leave their limits open and dates of any order are taken as they are: the rules `spec` and
 * `date` judge.
 * @param reported when the laboratory reported, Unix seconds
 * @param reading the profile by which the file is read; absent: it has the project's own form
 * Errors, with file:line where there is one: those of `readCsv` or `readReport`, `parseTime`, `codeResult` and `analyteId`;
 * `result-unknown`, `result-twice`, `result-missing`, `result-pending`, `unit`, `result-count`, `analyte` (the demand has
 * not as many analytes as its rule has slots).
 */
export function resultSet(
  bytes: Uint8Array,
  file: string,
  { rule, analytes, lot }: ResultsDemand,
  reported: number,
  reading?: ResultsReading,
): UnsignedResultSet {
  const { read, passed } = readResults(bytes, file, { rule, analytes }, lot, reading);
  const sampled = Math.min(...read.map((each) => each.sampled));
  return {
    set: {
      kind: BigInt(KIND.quality),
      sampled: BigInt(sampled),
      reported: BigInt(reported),
      lotHash: textHash(lot),
      rawFileHash: bytesHash(bytes),
      profile: reading?.profile.hash ?? NO_PROFILE,
      results: read.map(({ result }) => result),
    },
    summary: [
      `read: ${read.length} results of a CSV file; the first sample was taken ${formatTime(sampled)}`,
      ...(reading === undefined ? [] : [`profile: ${reading.profile.profile.name}, ${toHex(reading.profile.hash)}`]),
      ...(passed === undefined ? [] : shownPassed(passed)),
      "signed: NOT the file; the laboratory's signature will vouch for the results as they stand here",
      `reported: ${formatTime(reported)}`,
      ...read.map(shownResult),
    ],
  };
}

/**
 * The results of the rule's analytes, each from its one line, and what was passed over. Errors: those of `resultSet`.
 * @param lot that of every line of a report; absent: any
 */
export function readResults(
  bytes: Uint8Array,
  file: string,
  { rule, analytes }: AnalytesDemand,
  lot: string | undefined,
  reading?: ResultsReading,
): { readonly read: readonly ReadResult[]; readonly passed: PassedOver | undefined } {
  refuseOtherSlots(rule, analytes);
  let passed: PassedOver | undefined;
  const lines = readLines(file, analytes, (take) => {
    if (reading === undefined) readCsv(bytes, file, RESULT_COLUMNS, take);
    else passed = readReport(bytes, file, reading, lot, take);
  });
  const read = analytes.map((analyte) => readResult(lines, analyte, rule.pharmacopoeia === 1n, file));
  return { read, passed };
}

function refuseOtherSlots({ slots }: QualityRule, analytes: readonly Analyte[]): void {
  if (analytes.length > 0 && slots.length === analytes.length) return;
  throw inputError(`The rule has ${slots.length} analytes; ${analytes.length} are described.`, { code: "analyte" });
}

/** The file's lines by the names of their analytes. */
function readLines(
  file: string,
  analytes: readonly Analyte[],
  read: (take: (line: Line) => void) => void,
): ReadonlyMap<string, Line> {
  const names = analytes.map(nameOf);
  const lines = new Map<string, Line>();
  read((line) => {
    const place = `${file}:${line.line}`;
    const name = line.analyte.normalize("NFC");
    if (!names.includes(name)) throw unknownError(line, names, place);
    const before = lines.get(name);
    if (before !== undefined) throw twiceError(line, before, place);
    lines.set(name, line);
  });
  return lines;
}

/** As `analyteId` hashes it. */
function nameOf({ name }: Analyte): string {
  return name.normalize("NFC");
}

/** A result that was read and coded. */
export interface ReadResult {
  readonly analyte: Analyte;
  readonly result: Result;
  /** Unix seconds. */
  readonly sampled: number;
  /** What a report says, where that is a word or a bound. */
  readonly reported: string | undefined;
}

function readResult(lines: ReadonlyMap<string, Line>, analyte: Analyte, rounding: boolean, file: string): ReadResult {
  const line = lines.get(nameOf(analyte));
  if (line === undefined) throw missingError(analyte, file);
  const place = `${file}:${line.line}`;
  refusePending(line, place);
  refuseOtherUnit(line, analyte, place);
  return {
    analyte,
    reported: line.reported,
    sampled: parseTime(line.sampled, place),
    result: {
      analyteId: analyteId(analyte),
      ...codeResult(line.result, analyte, rounding, place),
      time: BigInt(parseTime(line.tested, place)),
      invalidated: readCount(line.invalidated, "invalidated", place),
      repeats: readCount(line.repeats, "repeats", place),
    },
  };
}

function refusePending({ result }: Line, place: string): void {
  if (!isNoResult(result)) return;
  throw inputError("There is no result yet.", {
    place,
    remedy: "Wait for it: a set of results is complete. A result that comes after release needs a claim of its own.",
    code: "result-pending",
  });
}

function refuseOtherUnit({ unit }: Line, analyte: Analyte, place: string): void {
  const wanted = analyte.scale === "number" ? analyte.unit : "";
  if (unit === wanted) return;
  const expected = wanted === "" ? "no unit, because its results are words" : `the unit "${wanted}"`;
  throw inputError(`The unit is "${shown(unit)}"; this analyte has ${expected}.`, {
    place,
    remedy: "Report in the analyte's own unit, spelled as in the policy; nothing is ever converted.",
    code: "unit",
  });
}

function readCount(text: string, column: string, place: string): bigint {
  if (/^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= MAX_COUNT) return BigInt(text);
  throw inputError(`"${shown(text)}" is no number of tests (${column}): a whole number from 0 to ${MAX_COUNT}.`, {
    place,
    remedy: "Write 0 where there were none.",
    code: "result-count",
  });
}

/** "car19_pct: 26.0 %, tested 2022-05-23T10:00:00Z; declared invalid: 1, repeated: 1", 'sterility: sterile (report: "No growth"), ...'. */
export function shownResult({ analyte, result, reported }: ReadResult): string {
  const { time, invalidated, repeats } = result;
  const unit = analyte.scale === "number" && analyte.unit !== "1" ? ` ${analyte.unit}` : "";
  // Whole: what is cut off could say the contrary.
  const says = reported === undefined ? "" : ` (report: "${reported.replace(/\p{C}/gu, "?")}")`;
  const again = invalidated === 0n && repeats === 0n ? "" : `; declared invalid: ${invalidated}, repeated: ${repeats}`;
  return `${analyte.name}: ${formatResult(result, analyte)}${unit}${says}, tested ${formatTime(Number(time))}${again}`;
}

/** What a report's reader did not look at. */
export function shownPassed({ before, after, says }: PassedOver): string[] {
  return [
    ...(says.length === 0 ? [] : [`the file says: ${says.join(", ")}`]),
    `lines before the table: ${before}`,
    `lines after the table, passed over: ${after === undefined ? 0 : `${after.count}, from line ${after.from}`}`,
  ];
}

function unknownError({ analyte }: Line, names: readonly string[], place: string): BatchproofError {
  return inputError(`The rule has no analyte "${shown(analyte)}".`, {
    place,
    remedy: `Its analytes are: ${names.join(", ")}.`,
    code: "result-unknown",
  });
}

function twiceError({ analyte }: Line, { line }: Line, place: string): BatchproofError {
  return inputError(`A second result of ${analyte}; the first stands on line ${line}.`, {
    place,
    remedy: "Report one result for each analyte, and further tests in the column repeats.",
    code: "result-twice",
  });
}

function missingError({ name }: Analyte, file: string): BatchproofError {
  return inputError(`There is no result of ${name}.`, {
    place: file,
    remedy: "A set of results is complete: add its line.",
    code: "result-missing",
  });
}
