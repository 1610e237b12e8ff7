import { commandOf, fileWord } from "../../commandLine.ts";
import { CHANNEL } from "../../formats/constants.ts";
import { counted, formatMicro } from "../../input/quantities.ts";
import { formatDuration, formatLocalTime, formatOffset, formatTime } from "../../input/times.ts";
import { linesOf, parseFridgetag, type Extreme, type FridgetagExport } from "../fridgetag.ts";
import { BERLINGER_ISSUER, verifyFridgetag, type P256Point } from "../fridgetag-signature.ts";
import { DAILY_HISTORY, dailyHistory, limitsFact, signedFact, unitFacts, UNIT_SYMBOL } from "../fridgetagSeries.ts";
import { applyOffset } from "../series.ts";
import {
  inspectEntries,
  registering,
  type InspectedSeries,
  type Inspection,
  type InspectRequest,
} from "./inspection.ts";

/** A Fridge-tag's or Q-tag's export. Errors: those of `verifyFridgetag` and `parseFridgetag`. */
export function inspectFridgetag(
  bytes: Uint8Array,
  file: string,
  { offset }: InspectRequest,
  issuer: P256Point = BERLINGER_ISSUER,
): Inspection {
  verifyFridgetag(bytes, file, issuer);
  const found = parseFridgetag(bytes, file);
  const { vendor, model, serial, firmware } = found.device;
  const zone = formatOffset(found.configuration.zone);
  const series = seriesOf(found, offset, file);
  const readable = series.filter(({ refused }) => refused === undefined);
  return {
    form: `text export of a Berlinger Fridge-tag or Q-tag, firmware ${firmware}`,
    device: { vendor, model, serial },
    facts: [
      signedFact(found.certificate),
      offset === undefined
        ? `clock: the device's own; zone ${zone} signed by the device is what a user once set: see with --offset which one is true`
        : `clock: UTC, by the offset ${formatOffset(offset)} given; zone ${zone} signed by the device`,
      ...unitFacts(found.configuration),
      limitsFact(found.configuration),
      ...troublesOf(found),
      ...daysOf(found),
    ],
    series,
    commands: [
      registering(`${vendor}|${model}|${serial}`),
      ...readable.map(() =>
        commandOf(
          ...["import", "fridgetag", fileWord(file), "--into", "DIR", "--claim", "STAGE/CLAIM", "--source", "KEYFILE"],
          ...["--offset", offset === undefined ? "OFFSET" : formatOffset(offset)],
        ),
      ),
    ],
  };
}

/** None of a device that keeps only its daily history. */
function seriesOf(found: FridgetagExport, offset: number | undefined, file: string): InspectedSeries[] {
  const { configuration, readings, history, run } = found;
  const lines = linesOf(found);
  if (lines.length === 0) return [];
  const { entries } = applyOffset(lines, offset ?? 0, configuration.zone, file);
  const flagged = readings.filter((reading) => reading.flagged).length;
  const end = history?.created ?? run?.stopped;
  const facts = {
    name: "",
    channels: ["temperature"] as const,
    unit: UNIT_SYMBOL[configuration.unit],
    symbol: CHANNEL.temperature.symbol,
    qualities: flagged === 0 ? [] : [{ word: "x", entries: flagged }],
    show: offset === undefined ? formatLocalTime : formatTime,
    ...(configuration.loggingInterval === undefined ? {} : { interval: configuration.loggingInterval }),
    ...(end === undefined ? {} : { end: end - (offset ?? 0) }),
  };
  return [inspectEntries(entries, facts, file)];
}

function troublesOf({ errors, run, markers }: FridgetagExport): string[] {
  const shownTime = (time: number): string => `${formatLocalTime(time)} on the device's clock`;
  return [
    ...(run?.batteryLowTemperature === undefined
      ? []
      : [`battery: low in the cold from ${shownTime(run.batteryLowTemperature)}`]),
    ...(run?.batteryCritical === undefined ? [] : [`battery: lost, critical from ${shownTime(run.batteryCritical)}`]),
    ...errors.map(
      ({ number, count, time }) => `device error ${number}: ${counted(count, "time")}, last at ${shownTime(time)}`,
    ),
    ...(markers.length === 0 ? [] : [`markers set by somebody: ${markers.length}`]),
  ];
}

/** What a device tells that keeps its daily history only, and why `import` refuses it; a line for each day. */
function daysOf(found: FridgetagExport): string[] {
  const history = dailyHistory(found);
  if (history === undefined) return [];
  const symbol = UNIT_SYMBOL[found.configuration.unit];
  const sideOf = (slot: number): string =>
    found.configuration.alarms.flatMap((alarm) =>
      alarm.slot === slot && alarm.kind !== "off" ? [`${alarm.side} `] : [],
    )[0] ?? "";
  const extreme = (name: string, value: Extreme | undefined): string =>
    value === undefined
      ? `no ${name}`
      : `${name} ${formatMicro(value.value)} ${symbol} at ${formatLocalTime(value.time).slice(11)}`;
  return [
    `\`import\` refuses it: ${DAILY_HISTORY}`,
    ...history.days.map(({ date, min, max, alarms }) => {
      const outside = alarms
        .filter(({ outside: seconds }) => seconds > 0)
        .map(({ slot, outside: seconds, raised }) => {
          const alarm = raised === undefined ? "" : ", alarm";
          return `; beyond its own ${sideOf(slot)}limit for ${formatDuration(seconds)}${alarm}`;
        });
      const day = formatLocalTime(date).slice(0, 10);
      return `day ${day}: ${extreme("minimum", min)}, ${extreme("maximum", max)}${outside.join("")}`;
    }),
  ];
}
