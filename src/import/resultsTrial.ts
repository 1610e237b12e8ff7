import { toHex } from "../formats/field.ts";
import { bytesHash } from "../formats/identity.ts";
import { formatOffset } from "../input/times.ts";
import { readResults, shownResult, type AnalytesDemand } from "./resultsCsv.ts";
import { isNoResult } from "./resultsProfile.ts";
import { readReport, type ReadReport, type ResultLine, type ResultsReading } from "./resultsTable.ts";
import type { LinesAfter } from "./table/tableFile.ts";

/** What a profile of results reads of a report, for those who judge the profile. */
export interface ResultsTrial {
  readonly profile: string;
  readonly profileHash: string;
  readonly file: string;
  readonly bytes: number;
  readonly fileHash: string;
  /** What says the offset of its times. */
  readonly clock: string;
  readonly linesBefore: number;
  /** Lines after the table, which are passed over. */
  readonly linesAfter: LinesAfter | null;
  /** The sheet of a workbook. */
  readonly says: readonly string[];
  readonly columns: ReadReport["columns"];
  /** Every lot that a line names. */
  readonly lots: readonly string[];
  readonly lines: readonly TriedLine[];
  /** Words that decided a result, what they mean, and how often. */
  readonly words: readonly MetResultWord[];
  /** The results as a claim's analytes take them, where a policy was given. */
  readonly results: readonly string[] | null;
}

/** A line as the report writes it, and as it is read. */
export interface TriedLine extends ResultLine {
  readonly said: { readonly analyte: string; readonly result: string; readonly unit: string };
}

/** A word of a report that the profile gives a meaning. */
export interface MetResultWord {
  readonly word: string;
  readonly analyte: string;
  readonly means: string;
  readonly count: number;
}

/**
 * Reads a report by a profile for no batch: every line, whatever its lot.
 * @param demand what a policy's claim asks: its words and units are then held against it, and every analyte has one line
 * Errors: those of `readReport`, of `resultSet` with a demand.
 */
export function tryResultsProfile(
  bytes: Uint8Array,
  file: string,
  reading: ResultsReading,
  demand?: AnalytesDemand,
): ResultsTrial {
  const { profile, hash } = reading.profile;
  const lines: TriedLine[] = [];
  const lots = new Set<string>();
  const words = new Map<string, MetResultWord>();
  const isWord = new Set((profile.words ?? []).map(({ says }) => says));
  const { before, after, says, columns } = readReport(bytes, file, reading, undefined, (line, { lot, ...said }) => {
    lines.push({ ...line, said });
    if (lot !== "") lots.add(lot);
    if (!isWord.has(said.result) || isNoResult(said.result)) return;
    const key = JSON.stringify([line.analyte, said.result]);
    const count = (words.get(key)?.count ?? 0) + 1;
    words.set(key, { word: said.result, analyte: line.analyte, means: line.result, count });
  });
  return {
    ...{ profile: profile.name, profileHash: toHex(hash) },
    ...{ file, bytes: bytes.length, fileHash: toHex(bytesHash(bytes)), clock: clockText(reading) },
    ...{
      linesBefore: before,
      linesAfter: after ?? null,
      says,
      columns,
      lots: [...lots],
      lines,
      words: [...words.values()],
    },
    results: demand === undefined ? null : readResults(bytes, file, demand, undefined, reading).read.map(shownResult),
  };
}

function clockText({ profile, offset, zone }: ResultsReading): string {
  if (offset !== undefined) return `offset ${formatOffset(offset)}, given`;
  if (zone !== undefined) return `${zone}, given`;
  return profile.profile.zone === undefined ? "each time says its offset" : `${profile.profile.zone}, by the profile`;
}
