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
  ...["epcisBody", "eventList", "event", "queryResults", "resultsBody"],
]);
/** The standard's names in full, and its contexts. */
const EPCIS = ["https://ref.gs1.org/epcis/", "https://ns.gs1.org/epcis/"] as const;
const CONTEXT =
  /^https:\/\/(ref\.gs1\.org\/standards\/epcis\/(2\.\d+\.\d+\/)?|gs1\.github\.io\/EPCIS\/)epcis-context\.jsonld$/;

type Members = Readonly<Record<string, JsonTexts>>;

/**
 * The sensor reports of an EPCIS 2.0 document, or of a query's, as a table of the columns time, tag, value, uom, exception;
 * a tag is device and type, so that no series has readings of two devices. A report of a window (minimum, maximum, mean), of
 * anything but a number, or of no device, is no reading: it has a tag that says what it is, and no value. Errors: those of
 * `parseJsonTexts`; `epcis`, with file#/pointer: another document, an event that was declared an error, a report without a
 * time of its own or its element, a member that the standard does not have or that is one of its in another spelling, a
 * context that is not the standard's or gives its names another meaning.
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
  const body = bodyOf(epcisBody, file, "/epcisBody");
  if (type === "EPCISDocument") return listOf(body, file, "/epcisBody");
  const results = bodyOf(body["queryResults"] ?? null, file, "/epcisBody/queryResults");
  const pointer = "/epcisBody/queryResults/resultsBody";
  return listOf(bodyOf(results["resultsBody"] ?? null, file, pointer), file, pointer);
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
  const other = Object.keys(value).find(
    (name) => name.startsWith("epcis:") || EPCIS.some((each) => name.startsWith(each)),
  );
  if (other !== undefined) refuse(`The name "${shown(other)}" is one of EPCIS in another spelling.`, file, pointer);
  return value;
}

/** What holds events has no context: it would be that of every event. */
function bodyOf(value: JsonTexts, file: string, pointer: string): Members {
  const members = membersOf(value, file, pointer);
  if (members["@context"] !== undefined) refuse("Here stands a context.", file, pointer);
  return members;
}

function elementsOf(value: JsonTexts, file: string, pointer: string): readonly Pointed[] {
  if (!Array.isArray(value)) return refuse("Here a list is missing.", file, pointer);
  return value.map((each, i) => ({ value: each, pointer: `${pointer}/${i}` }));
}

/** A context is the standard's, and may add prefixes, but none by which its names are spelt otherwise, or mean something else. */
function refuseRenamed(context: JsonTexts | undefined, file: string, pointer: string): void {
  if (context === undefined) return;
  for (const each of Array.isArray(context) ? context : [context]) {
    if (typeof each === "string" && CONTEXT.test(each)) continue;
    if (each === null || typeof each !== "object" || Array.isArray(each)) {
      refuse("This context is not that of EPCIS.", file, pointer);
    }
    const renamed = Object.entries(each).find(([name, meaning]) => !isExtension(name, meaning));
    if (renamed !== undefined) refuse(`The context gives "${shown(renamed[0])}" another meaning.`, file, pointer);
  }
}

function isExtension(name: string, meaning: JsonTexts): boolean {
  if (name === "epcis" && meaning === EPCIS[0]) return true;
  if (TERMS.has(name) || /[@:]/.test(name) || typeof meaning !== "string") return false;
  return (
    /^(https?:\/\/|urn:)/.test(meaning) && !EPCIS.some((each) => each.startsWith(meaning) || meaning.startsWith(each))
  );
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
  const id = own("deviceID") ?? "";
  const marks = [
    ...(id === "" ? ["no deviceID"] : []),
    ...FIGURES.filter((name) => report[name] !== undefined),
    ...(isPeriod ? period : []),
    ...(own("dataProcessingMethod") === undefined ? [] : ["dataProcessingMethod"]),
  ];
  const kinds = KINDS.flatMap((name) => {
    const kind = text(report, name);
    return kind === undefined ? [] : [`${name}=${kind}`];
  });
  const words = [id, text(report, "type") ?? "", ...kinds];
  // Else the end of one could be the beginning of the next, and two series one.
  if (words.some((each) => /[\s\p{C}]/u.test(each))) {
    refuse("What says the series of this report has a blank or a control character in it.", file, pointer);
  }
  const tag = words.slice(id === "" ? 1 : 0).join(" ");
  const value = marks.length === 0 ? (text(report, "value") ?? "") : "";
  return [
    time,
    marks.length === 0 ? tag : `${tag} (${marks.join(", ")})`,
    value,
    text(report, "uom") ?? "",
    text(report, "exception") ?? "",
  ];
}
