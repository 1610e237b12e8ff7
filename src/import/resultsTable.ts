import { inputError } from "../errors.ts";
import { formatTime } from "../input/times.ts";
import { RESULT_COLUMNS } from "./csvColumns.ts";
import { shown, type CsvLine } from "./csvTable.ts";
import { isNoResult, NUMBER, type ParsedResultsProfile, type ResultColumnKind } from "./resultsProfile.ts";
import { readDelimited } from "./table/delimited.ts";
import { columnsError, placeOf, type LinesAfter, type TableFile } from "./table/tableFile.ts";
import type { ToldClock } from "./table/table.ts";
import type { ToldTime } from "./table/timeForm.ts";
import { readXlsx } from "./table/xlsx.ts";
import { fixedOffset, ianaZone, type ToUnix } from "./table/zone.ts";

/** One line of a laboratory's results, as the project's own form writes it. */
export interface ResultLine extends CsvLine<(typeof RESULT_COLUMNS)[number]> {
  /** What the report says, where that is a word or a bound. */
  readonly reported?: string;
}

/** How a laboratory's report is read. */
export interface ResultsReading extends ToldClock {
  readonly profile: ParsedResultsProfile;
}

/**
 * How a report is read by a profile with what was told of its clock; undefined without a profile: the project's own form. Error
 * `offset-stated`: that form says its offset itself.
 */
export function resultsReading(
  profile: ParsedResultsProfile | undefined,
  told: ToldClock,
  file: string,
): ResultsReading | undefined {
  if (profile !== undefined) return { profile, ...told };
  if ((told.offset ?? told.zone) === undefined) return undefined;
  throw inputError("The times of the project's own form say their own offset from UTC.", {
    place: file,
    remedy: "Leave out --offset and --zone, or name a profile.",
    code: "offset-stated",
  });
}

/** A result without what belongs to its test. */
type Said = Pick<ResultLine, "result" | "unit" | "reported">;

/** Cells of a line as the report writes them. */
export type ReportCells = Readonly<Record<"analyte" | "result" | "unit" | "lot", string>>;

/** Lines of a report that are passed over. */
export interface PassedOver {
  readonly before: number;
  readonly after: LinesAfter | undefined;
  /** What else people should know of the file: the sheet of a workbook. */
  readonly says: readonly string[];
}

/** A report that was read: also every column, in its order, and what it is taken for. */
export interface ReadReport extends PassedOver {
  readonly columns: readonly { readonly header: string; readonly is: ResultColumnKind }[];
}

/**
 * The lines of a report as the project's own form would write them: analytes, units and words by their names in the policy, times in
 * UTC. What they say is judged as of that form.
 * @param lot the lot of which every line must be; absent: of any
 * Errors, with file:line: those of the layout's reader and of the profile's forms of time; `csv-header`, `csv-columns`, `record-lot` (a line
 * of another lot), `result-word` (a word that the profile does not name), `unit` (a line says two), `quantity-comma`,
 * `time-fraction`; of what is told `offset-missing`, `offset-stated`, `zone`.
 */
export function readReport(
  bytes: Uint8Array,
  file: string,
  { profile, ...told }: ResultsReading,
  lot: string | undefined,
  take: (line: ResultLine, cells: ReportCells) => void,
): ReadReport {
  const toUnix = clockOf(profile, told, file);
  const { sampled, tested } = profile.times;
  const { analytes = {} } = profile.profile;
  let columns: ReadonlyMap<ResultColumnKind, number> | undefined;
  let header: readonly string[] = [];
  const table = openReport(bytes, file, profile);
  table.read((cells, line) => {
    const place = placeOf(file, line);
    if (columns === undefined) {
      columns = columnsOf(cells, profile, place);
      header = cells;
      return;
    }
    if (cells.length !== header.length) throw columnsError(place);
    const cell = (is: ResultColumnKind): string => cells[columns?.get(is) ?? header.length] ?? "";
    if (lot !== undefined && columns.has("lot") && cell("lot") !== lot) {
      throw inputError(`This line is of lot "${shown(cell("lot"))}", not of this batch's.`, {
        place,
        remedy: "Export the results of this lot alone.",
        code: "record-lot",
      });
    }
    const named = cell("analyte");
    const analyte = Object.hasOwn(analytes, named) ? (analytes[named] ?? named) : named;
    const said = { analyte: named, result: cell("result"), unit: cell("unit"), lot: cell("lot") };
    const read = {
      ...{ line, analyte, invalidated: cell("invalidated"), repeats: cell("repeats") },
      ...saidOf(said.result, said.unit, analyte, profile, place),
      sampled: timeText(sampled.read(cell("sampled"), place, table.is1904), toUnix, place),
      tested: timeText(tested.read(cell("tested"), place, table.is1904), toUnix, place),
    };
    take(read, said);
  });
  const kinds = new Map(profile.profile.columns.map(({ name, is }) => [name, is]));
  return {
    ...{ before: table.before.length, after: table.after?.(), says: table.says?.() ?? [] },
    columns: header.map((name) => ({ header: name, is: kinds.get(name) ?? "ignored" })),
  };
}

/** Opens a report by the layout that its profile says. */
function openReport(bytes: Uint8Array, file: string, parsed: ParsedResultsProfile): TableFile {
  const { profile } = parsed;
  if (profile.layout === "delimited") return readDelimited(bytes, file, { ...parsed, profile });
  // A result is a value: no cell of it may show something else than it holds.
  const columns = profile.columns.map(({ name, is }) => ({
    is: is === "result" ? "value" : is,
    template: { texts: [name], places: [] },
  }));
  return readXlsx(bytes, file, { ...parsed, profile, columns });
}

/** Where which column stands. */
function columnsOf(
  header: readonly string[],
  { profile: { columns } }: ParsedResultsProfile,
  place: string,
): ReadonlyMap<ResultColumnKind, number> {
  const names = columns.map(({ name }) => name);
  const isTheirs = header.length === names.length && names.every((name) => header.includes(name));
  if (!isTheirs) {
    throw inputError("The header line is not that of the profile.", {
      place,
      remedy: `Choose the profile of this report. This one reads the columns ${names.join("; ")}, and none is left unread.`,
      code: "csv-header",
    });
  }
  return new Map(columns.map(({ name, is }) => [is, header.indexOf(name)]));
}

function saidOf(text: string, cell: string, analyte: string, { profile }: ParsedResultsProfile, place: string): Said {
  const { words = [], unitInResult, decimal } = profile;
  // Whatever the profile says: that there is no result yet is for who reads the lines.
  if (isNoResult(text)) return { result: "", unit: unitOf(cell, "", profile, place) };
  const same = words.filter((word) => word.says === text);
  const word = same.find((each) => each.analyte === analyte) ?? same.find((each) => each.analyte === undefined);
  if (word !== undefined) {
    return { result: word.means, unit: unitOf(cell, word.unit ?? "", profile, place), reported: text };
  }
  const [, sign = "", number, behind = ""] = NUMBER.exec(text) ?? [];
  if (number === undefined || (behind !== "" && unitInResult !== true)) {
    throw inputError(`The profile does not say what the result "${shown(text)}" means.`, {
      place,
      remedy: `Have a profile approved that names it in "words". This one names: ${words.map(({ says }) => says).join(", ") || "none"}.`,
      code: "result-word",
    });
  }
  if (decimal === "," && number.includes(".")) {
    throw inputError(`This profile's numbers have a decimal comma, and this one has a point: "${shown(text)}".`, {
      place,
      remedy: "Choose the profile of this report: the export may have other regional settings.",
      code: "quantity-comma",
    });
  }
  return {
    result: sign + (decimal === "," ? number.replace(",", ".") : number),
    unit: unitOf(cell, behind.trim(), profile, place),
    ...(sign === "" ? {} : { reported: text }),
  };
}

/** The policy's unit: of the column, or of the result; of both only if they are one. */
function unitOf(cell: string, behind: string, { units = {} }: ParsedResultsProfile["profile"], place: string): string {
  const meant = (spelled: string): string => (Object.hasOwn(units, spelled) ? (units[spelled] ?? spelled) : spelled);
  if (cell === "" || behind === "") return meant(cell === "" ? behind : cell);
  if (meant(cell) === meant(behind)) return meant(cell);
  throw inputError(`The line says two units, "${shown(cell)}" and "${shown(behind)}".`, {
    place,
    remedy: "Ask the laboratory which one holds.",
    code: "unit",
  });
}

function timeText({ seconds, micros, offset }: ToldTime, toUnix: ToUnix | undefined, place: string): string {
  if (micros !== 0) {
    throw inputError("The time of a result is in whole seconds.", {
      place,
      remedy: "Export without fractions of a second.",
      code: "time-fraction",
    });
  }
  const time = offset === undefined ? toUnix?.(seconds, place) : seconds - offset;
  if (time === undefined) throw new Error("local times have a clock");
  return formatTime(time);
}

/** The report's clock; undefined where every time says its offset. */
function clockOf({ profile: { zone } }: ParsedResultsProfile, told: ToldClock, file: string): ToUnix | undefined {
  const isTold = told.offset !== undefined || told.zone !== undefined;
  if (zone !== "given") {
    if (isTold) {
      const who =
        zone === undefined ? "The times of this file say their own offset from UTC." : "The profile says the zone.";
      throw inputError(who, { place: file, remedy: "Leave out --offset and --zone.", code: "offset-stated" });
    }
    return zone === undefined ? undefined : ianaZone(zone, file);
  }
  if (told.offset !== undefined) return fixedOffset(told.offset);
  if (told.zone !== undefined) return ianaZone(told.zone, "--zone");
  throw inputError("The file's times stand on a local clock; their offset from UTC is missing.", {
    place: file,
    remedy: "Add --offset with the laboratory's offset, such as --offset +01:00, or --zone with its zone.",
    code: "offset-missing",
  });
}
