import { inputError } from "../../errors.ts";
import { parseJsonTexts, type JsonTexts } from "../../input/json.ts";
import { shown } from "../csvTable.ts";
import type { TableFile } from "./tableFile.ts";

/** The columns of the table that sensor reports make. */
const COLUMNS = ["time", "tag", "value", "uom", "exception"] as const;

/** What a report says instead of a reading, or about several. */
const FIGURES = [
  ...["minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"],
  ...["stringValue", "booleanValue", "hexBinaryValue", "uriValue"],
] as const;
/** What makes one series of a device and type another one. */
const KINDS = ["component", "chemicalSubstance", "microorganism", "coordinateReferenceSystem"] as const;
/** What can be said of a report by itself, and of all reports of an element. */
const SHARED = ["time", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod"] as const;
const OF_METADATA: ReadonlySet<string> = new Set([...SHARED, "startTime", "endTime", "bizRules"]);
const OF_REPORT: ReadonlySet<string> = new Set([...SHARED, ...FIGURES, ...KINDS, "type", "value", "uom", "exception"]);
const OF_ELEMENT: ReadonlySet<string> = new Set(["type", "sensorMetadata", "sensorReport"]);
/** What no context of a document may give another meaning to. */
const TERMS: ReadonlySet<string> = new Set([
  ...[...OF_METADATA, ...OF_REPORT, ...OF_ELEMENT, "sensorElementList", "errorDeclaration"],
  ...["epcisBody", "eventList", "event", "queryResults", "resultsBody", "@vocab", "@base"],
]);

type Members = Readonly<Record<string, JsonTexts>>;

/**
 * The sensor reports of an EPCIS 2.0 document, or of a query's, as a table of the columns time, tag, value, uom, exception;
 * a tag is device and type, so that no series has readings of two devices. A report of a window (minimum, maximum, mean), or
 * of anything but a number, is no reading: it has a tag that names what it is, and no value. Errors: those of
 * `parseJsonTexts`; `epcis`, with file#/pointer: another document, an event that was declared an error, a report without a
 * time of its own or its element, a member that the standard does not have.
 */
export function readEpcis(bytes: Uint8Array, file: string): TableFile {
  const events = eventsOf(parseJsonTexts(bytes, file), file);
  return {
    before: [],
    read: (take) => {
      take(COLUMNS, 0);
      let count = 0;
      for (const { value, pointer } of events) readEvent(value, pointer, file, (cells) => take(cells, ++count));
    },
  };
}

interface Pointed {
  readonly value: JsonTexts;
  readonly pointer: string;
}

function refuse(
  problem: string,
  file: string,
  pointer: string,
  remedy = "Check that this is an EPCIS 2.0 export.",
): never {
  throw inputError(problem, { place: `${file}#${pointer}`, remedy, code: "epcis" });
}

function eventsOf(root: JsonTexts, file: string): readonly Pointed[] {
  const { type, schemaVersion, epcisBody = null, ...document } = membersOf(root, file, "");
  const isDocument = type === "EPCISDocument" || type === "EPCISQueryDocument";
  if (!isDocument || typeof schemaVersion !== "string" || !/^2\.\d+$/.test(schemaVersion)) {
    refuse("This is no EPCIS 2 document.", file, "");
  }
  refuseRenamed(document["@context"], file, "/@context");
  const body = membersOf(epcisBody, file, "/epcisBody");
  if (type === "EPCISDocument") return listOf(body, file, "/epcisBody");
  const results = membersOf(body["queryResults"] ?? null, file, "/epcisBody/queryResults");
  const pointer = "/epcisBody/queryResults/resultsBody";
  return listOf(membersOf(results["resultsBody"] ?? null, file, pointer), file, pointer);
}

/** The events of a body: a list, or a single one. */
function listOf({ eventList, event }: Members, file: string, pointer: string): readonly Pointed[] {
  if (event !== undefined && eventList === undefined) return [{ value: event, pointer: `${pointer}/event` }];
  if (event !== undefined) refuse("This body has both a list of events and a single one.", file, pointer);
  return elementsOf(eventList ?? null, file, `${pointer}/eventList`);
}

function membersOf(value: JsonTexts, file: string, pointer: string): Members {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return refuse("Here an object is missing.", file, pointer);
  }
  return value;
}

function elementsOf(value: JsonTexts, file: string, pointer: string): readonly Pointed[] {
  if (!Array.isArray(value)) return refuse("Here a list is missing.", file, pointer);
  return value.map((each, i) => ({ value: each, pointer: `${pointer}/${i}` }));
}

/** A context may add prefixes, but let none of the names that are read here mean something else. */
function refuseRenamed(context: JsonTexts | undefined, file: string, pointer: string): void {
  for (const each of Array.isArray(context) ? context : [context]) {
    if (each === undefined || each === null || typeof each !== "object") continue;
    const renamed = Object.keys(each).find((name) => TERMS.has(name));
    if (renamed !== undefined) refuse(`The context gives "${renamed}" another meaning.`, file, pointer);
  }
}

function readEvent(value: JsonTexts, pointer: string, file: string, take: (cells: string[]) => void): void {
  const event = membersOf(value, file, pointer);
  refuseRenamed(event["@context"], file, `${pointer}/@context`);
  const { sensorElementList, errorDeclaration } = event;
  if (errorDeclaration !== undefined) {
    refuse(
      "This event was declared an error, and so may be what it repeats.",
      file,
      pointer,
      "Export the events that are valid, without those that were declared errors.",
    );
  }
  if (sensorElementList === undefined) return;
  for (const each of elementsOf(sensorElementList, file, `${pointer}/sensorElementList`)) {
    const element = membersOf(each.value, file, each.pointer);
    refuseUnknown(element, OF_ELEMENT, file, each.pointer);
    const metadata = membersOf(element["sensorMetadata"] ?? {}, file, `${each.pointer}/sensorMetadata`);
    refuseUnknown(metadata, OF_METADATA, file, `${each.pointer}/sensorMetadata`);
    const reports = elementsOf(element["sensorReport"] ?? null, file, `${each.pointer}/sensorReport`);
    for (const report of reports) {
      const members = membersOf(report.value, file, report.pointer);
      refuseUnknown(members, OF_REPORT, file, report.pointer);
      take(cellsOf(members, metadata, file, report.pointer));
    }
  }
}

/** A name with a prefix is an extension, which the standard permits and which changes nothing else. */
function refuseUnknown(members: Members, known: ReadonlySet<string>, file: string, pointer: string): void {
  const unknown = Object.keys(members).find((name) => !known.has(name) && !/^[^@:]+:/.test(name));
  if (unknown === undefined) return;
  refuse(`EPCIS 2.0 has no member "${shown(unknown)}" here.`, file, pointer);
}

/** A report as a row. */
function cellsOf(report: Members, metadata: Members, file: string, pointer: string): string[] {
  const text = (members: Members, name: string): string | undefined => {
    const value = members[name];
    if (value === undefined || typeof value === "string") return value;
    return refuse(`The member "${name}" is no plain value.`, file, pointer);
  };
  const own = (name: string): string | undefined => text(report, name) ?? text(metadata, name);
  const period = ["startTime", "endTime"].filter((name) => text(metadata, name) !== undefined);
  const isPeriod = text(report, "time") === undefined && period.length > 0;
  const time = text(report, "time") ?? (isPeriod ? text(metadata, period[0] ?? "") : text(metadata, "time"));
  if (time === undefined) {
    refuse(
      "This report says no time of its own; an event's time is not that of the measurement.",
      file,
      pointer,
      'Export with "time" in sensorMetadata or in each report.',
    );
  }
  const marks = [
    ...FIGURES.filter((name) => report[name] !== undefined),
    ...(isPeriod ? period : []),
    ...(own("dataProcessingMethod") === undefined ? [] : ["dataProcessingMethod"]),
  ];
  const kinds = KINDS.map((name) => text(report, name));
  const tag = [own("deviceID"), text(report, "type") ?? "", ...kinds].filter((each) => each !== undefined).join(" ");
  const value = marks.length === 0 ? (text(report, "value") ?? "") : "";
  return [
    time,
    marks.length === 0 ? tag : `${tag} (${marks.join(", ")})`,
    value,
    text(report, "uom") ?? "",
    text(report, "exception") ?? "",
  ];
}
