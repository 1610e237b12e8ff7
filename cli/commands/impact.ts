import { readBatch } from "../../src/batch/folder.ts";
import { impactOf, type Exposure, type Impact } from "../../src/claims/impact.ts";
import { inputError } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { formatDuration, formatTime, parseTime } from "../../src/input/times.ts";
import { counted } from "../../src/input/quantities.ts";
import type { Period } from "../../src/parties/partyList.ts";
import { required, text, type Options } from "../command.ts";
import { deviceOf } from "../device.ts";
import { shown, type Answer } from "../output.ts";

/** `impact`. */
export async function impact(dirs: readonly string[], options: Options): Promise<Answer> {
  const device = deviceOf(required(options, "device"));
  const period = periodOf(options);
  const journal = text(options, "journal");
  if (dirs.length === 0 && journal === undefined) {
    throw inputError("There is nothing to look into.", {
      code: "usage",
      place: "--journal",
      remedy: "Name the source's journal with --journal, batch folders, or both.",
    });
  }
  const batches = [];
  for (const dir of new Set(dirs)) batches.push(await readBatch(dir));
  const found = await impactOf({ device, period }, journal, batches);
  const { vendor, model, serial } = device;
  return {
    text: [
      `${shown(`${vendor}|${model}|${serial}`)}, ${shownPeriod(period)}`,
      `exposed: ${shownCount(found)}`,
      ...found.exposed.flatMap((each) => shownExposure(each, found.journal !== undefined)),
      ...shownSources(found),
    ].join("\n"),
    json: { device, period: jsonPeriod(period), ...found, exposed: found.exposed.map(jsonExposure) },
  };
}

function periodOf(options: Options): Period {
  const [start, end] = [parseTime(required(options, "from"), "--from"), parseTime(required(options, "to"), "--to")];
  if (start <= end) return { start, end };
  throw inputError("The period ends before it begins.", {
    code: "usage",
    place: "--to",
    remedy: "Give the earliest time with --from and the latest with --to.",
  });
}

function shownCount({ exposed }: Impact): string {
  const batches = new Set(exposed.map(({ batch }) => batch)).size;
  return batches === 0 ? "no batch" : batches === 1 ? "1 batch" : `${batches} batches`;
}

function shownPeriod({ start, end }: Period): string {
  return `${formatTime(start)} to ${formatTime(end)} (${formatDuration(end - start)})`;
}

function shownExposure({ batch, stage, part, folders, records }: Exposure, hasJournal: boolean): string[] {
  const name = folders[0]?.name;
  const readings = Math.max(0, ...records.map((each) => each.readings));
  return [
    `  batch ${toHex(batch)}, stage ${stage}${name === undefined ? "" : ` (${shown(name)})`}: ${shownPeriod(part)}`,
    ...folders.map(
      ({ dir, lot, unset }) =>
        `    ${shown(dir)}, lot ${shown(lot)}` +
        (unset.length === 0 ? "" : `; its ${unset.join(" and ")} is not set, so it may hold less`),
    ),
    ...(hasJournal ? [`    ${shownRecords(records.length, readings)}`] : []),
  ];
}

function shownRecords(records: number, readings: number): string {
  if (records === 0) return "no record of the journal has readings of it";
  return `${counted(records, "record")} with ${counted(readings, "reading")} of it`;
}

/** What was looked into: a batch that neither knows is not seen. */
function shownSources({ journal, stages }: Impact): string[] {
  return [
    journal === undefined
      ? "journal: none was named; batches without a folder are not seen"
      : `journal: ${journal.ofDevice} of ${counted(journal.records, "record")} are of this device`,
    `folders: ${stages.ofDevice} of ${counted(stages.known, "stage")} name it`,
  ];
}

function jsonPeriod({ start, end }: Period) {
  return { from: formatTime(start), to: formatTime(end) };
}

function jsonExposure({ batch, part, records, ...rest }: Exposure) {
  return {
    batch: toHex(batch),
    ...rest,
    part: { ...jsonPeriod(part), seconds: part.end - part.start },
    records: records.map(({ record, ...each }) => ({ record: toHex(record), ...each })),
  };
}
