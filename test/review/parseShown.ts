import { CHANNEL_WORDS } from "../../src/formats/channels.ts";
import { CHANNEL, type ChannelName } from "../../src/formats/constants.ts";
import type { CustodyLimits } from "../../src/kinds/custody/limits.ts";
import type { OneChannelLimits, ParametersLimits } from "../../src/kinds/parameters/limits.ts";
import type { AnalyteSpec, ProductSpec, QualityLimits } from "../../src/kinds/quality/limits.ts";
import type { SeriesLimits } from "../../src/kinds/series/limits.ts";
import type { Limits } from "../../src/policy/document.ts";
import type { TemperatureLimits } from "../../src/kinds/temperature/limits.ts";

/**
 * Reads the limits of a claim back out of what `policy show` says, as a careful person does: line by line, by the fixed words
 * at the line's beginning, and never by what stands in quotes but for names and units.
 */

/** The lines about one claim, without the four blanks in front. */
export function shownClaim(shown: string, id: string): string[] {
  const lines = shown.split("\n");
  const start = lines.indexOf(`  Claim ${id}`) + 1;
  const end = lines.findIndex((line, at) => at >= start && !line.startsWith("    "));
  return lines.slice(start, end).map((line) => line.slice(4));
}

/** What follows the fixed words: of the one line that begins with them. */
function only(lines: readonly string[], label: string): string {
  const found = lines.filter((line) => line.startsWith(label));
  if (found.length !== 1) throw new Error(`${found.length} lines begin with "${label}".`);
  return (found[0] ?? "").slice(label.length);
}

function optional(lines: readonly string[], label: string): string | undefined {
  return lines.some((line) => line.startsWith(label)) ? only(lines, label) : undefined;
}

/** The first time of a text: "90 s", or the number in brackets of "2 min (120 s)". */
function seconds(text: string): number {
  const found = /\((\d+) s\)|\b(\d+) s\b(?! \()/.exec(text);
  return Number(found?.[1] ?? found?.[2]);
}

function groups(text: string, form: RegExp): string[] {
  const found = form.exec(text);
  if (found === null) throw new Error(`"${text}" has another form.`);
  return found.slice(1);
}

/** What every kind says of the opening. */
function parseOpening(lines: readonly string[]): Pick<Limits, "openedWithin"> {
  const text = only(lines, "Opening: ");
  if (text.startsWith("no limit")) return {};
  return { openedWithin: text.includes("before the stage begins") ? 0 : seconds(text) };
}

const RANGE = /^every reading from (\S+) \S+ to (\S+) \S+, both permitted\.$/;

function parseSeries(lines: readonly string[]): Omit<SeriesLimits, "source"> {
  const end = (text: string): number => (text.includes("at that moment") ? 0 : seconds(text));
  const record = only(lines, "Record: signed by a registered source of ");
  const [thinning, device] = [only(lines, "Thinning: "), only(lines, "Device: ")];
  return {
    gap: seconds(only(lines, "Gap: at most ")),
    lead: end(only(lines, "Start of the stage: ")),
    tail: end(only(lines, "End of the stage: ")),
    clockTolerance: seconds(only(lines, "Clock: ")),
    independent: record.startsWith("another organisation"),
    ...(thinning.startsWith("none") ? {} : { bucket: seconds(thinning) }),
    devices: Number(/of the (\d+) (devices )?that/.exec(device)?.[1] ?? 1),
    slot: Number(/^the device in slot (\d+) /.exec(device)?.[1] ?? 0),
  };
}

export function parseTemperature(lines: readonly string[]): TemperatureLimits {
  const [low = "", high = ""] = groups(only(lines, "Temperature: "), RANGE);
  const [resolution = ""] = groups(only(lines, "Sensor: "), /^it shows steps of (\S+) /);
  const band = only(lines, "Normal band: ");
  const normal = band.startsWith("none") ? undefined : groups(band, /^from (\S+) .*? to (\S+) /);
  const budget = (side: "above" | "below"): number | undefined => {
    const text = optional(lines, `Time ${side} the band: at most `);
    return text === undefined ? undefined : seconds(text);
  };
  const [above, below] = [budget("above"), budget("below")];
  const single = optional(lines, "Longest excursion: at most ");
  const mean = optional(lines, "Mean kinetic temperature (MKT): at most ");
  const cumulative = { ...(above !== undefined && { above }), ...(below !== undefined && { below }) };
  return {
    channel: 1,
    unit: "Cel",
    resolution,
    range: [low, high],
    ...(normal && { normal: [normal[0] ?? "", normal[1] ?? ""] }),
    ...(Object.keys(cumulative).length > 0 && { cumulative }),
    ...(single !== undefined && { single: seconds(single) }),
    ...(mean !== undefined && {
      mkt: {
        limit: groups(mean, /^(\S+) /)[0] ?? "",
        dH: groups(only(lines, "Heat of activation of that mean: "), /^(\S+) kJ/)[0] ?? "",
        span: seconds(only(lines, "Longest stage over which that mean may be taken: ")),
      },
    }),
    ...parseSeries(lines),
    ...parseOpening(lines),
    source: "",
  };
}

export function parseParameters(lines: readonly string[]): ParametersLimits {
  const names = Object.keys(CHANNEL) as ChannelName[];
  const channels = lines.flatMap((line, at) => {
    const name = names.find((each) => line.startsWith(`${CHANNEL_WORDS[each]}: `));
    if (name === undefined) return [];
    const [low = "", high = ""] = groups(line.slice(CHANNEL_WORDS[name].length + 2), RANGE);
    const [resolution = ""] = groups(lines[at + 1] ?? "", /^ {2}Sensor: it shows steps of (\S+) /);
    return [{ channel: CHANNEL[name].code, unit: CHANNEL[name].unit, resolution, range: [low, high] as const }];
  });
  return { channels, ...parseSeries(lines), ...parseOpening(lines), source: "" };
}

export function parseChannel(lines: readonly string[]): OneChannelLimits {
  const { channels, ...series } = parseParameters(lines);
  const [channel] = channels;
  if (channel === undefined) throw new Error("no channel is shown");
  return { ...channel, ...series };
}

export function parseCustody(lines: readonly string[]): CustodyLimits {
  const end = only(lines, "End of the stage: ");
  const boundary = end.startsWith("a hand-over") ? "handover" : end.startsWith("an internal") ? "internal" : "last";
  const hold = optional(lines, "Hold: ");
  const duration = lines.filter((line) => line.startsWith("Duration of the stage: "));
  const side = (word: string): number | undefined => {
    const line = duration.find((each) => each.startsWith(`Duration of the stage: ${word} `));
    return line === undefined ? undefined : seconds(line);
  };
  const [min, max] = [side("at least"), side("at most")];
  return {
    boundary,
    ...(hold !== undefined && !hold.startsWith("no limit") && { hold: hold.startsWith("none") ? 0 : seconds(hold) }),
    duration: { ...(min !== undefined && { min }), ...(max !== undefined && { max }) },
    sealed: !only(lines, "Seal: ").startsWith("not demanded"),
    ...parseOpening(lines),
    source: "",
  };
}

/** What stands in quotes, which reach to the end of the line. */
function inQuotes(text: string): string {
  return groups(text, /^"(.*)"$/)[0] ?? "";
}

const LIMIT = { "at least": "atLeast", above: "above", "at most": "atMost", below: "below" } as const;

function parseLimit(line: string): { readonly [field: string]: string } {
  const [word = "", number = ""] = groups(line, /^ {2}Limit: (at least|above|at most|below) (\S+?)(?:, in ".*")?$/);
  return { [LIMIT[word as keyof typeof LIMIT]]: number };
}

/** Lines that begin with these words and a number, each with those indented under it. */
function numbered(lines: readonly string[], what: string): { name: string; body: string[] }[] {
  const starts = lines.flatMap((line, at) => (new RegExp(`^${what} \\d+: `).test(line) ? [at] : []));
  return starts.map((start, index) => {
    const [number = "", name = ""] = groups(lines[start] ?? "", new RegExp(`^${what} (\\d+): (.*)$`));
    if (Number(number) !== index + 1) throw new Error(`${what} ${number} is out of order.`);
    const after = lines.slice(start + 1);
    const end = after.findIndex((line) => !line.startsWith("  "));
    return { name: inQuotes(name), body: after.slice(0, end) };
  });
}

export function parseQuality(lines: readonly string[]): QualityLimits {
  const analytes = numbered(lines, "Analyte");
  const specs = analytes.map(({ name, body }, at): AnalyteSpec => {
    const group = optional(body, "  Group: one passing result of analytes ");
    const orBefore = group !== undefined && Number(groups(group, /^(\d+) to/)[0]) <= at && { orBefore: true };
    const words = body.filter((line) => /^ {2}(Passes|Fails): /.test(line));
    if (words.length > 0) {
      const texts = (chosen: readonly string[]): string[] =>
        chosen.map((line) => inQuotes(line.slice(line.indexOf(": ") + 2)));
      const passing = words.filter((line) => line.startsWith("  Passes: "));
      return { analyte: name, words: texts(words), permitted: texts(passing), ...orBefore };
    }
    const [count = "", unit] = groups(only(body, "  Result: "), /^(a whole number|\d+ decimals?)(?:, in "(.*)")?$/);
    const limits = body.filter((line) => line.startsWith("  Limit: ") && !line.startsWith("  Limit: none"));
    const limit = Object.assign({}, ...limits.map(parseLimit)) as object;
    const decimals = count === "a whole number" ? 0 : Number(count.split(" ")[0]);
    return { analyte: name, unit: unit ?? "1", decimals, ...limit, ...orBefore };
  });
  const named = (number: string): string => analytes[Number(number) - 1]?.name ?? "";
  const products = numbered(lines, "Product").map(({ name, body }): ProductSpec => {
    const formula = groups(
      only(body, "  Formula: "),
      /^analyte (\d+)(?: x analyte (\d+))?(?: \/ analyte (\d+))?, which is "/,
    );
    const [first = "", second, per] = formula as (string | undefined)[];
    const of = second === undefined ? ([named(first)] as const) : ([named(first), named(second)] as const);
    const [limit = ""] = body.filter((line) => line.startsWith("  Limit: "));
    return { name, of, ...(per !== undefined && { per: named(per) }), ...parseLimit(limit) };
  });
  const report = only(lines, "Report: the laboratory reports at the latest ");
  return {
    analytes: specs,
    ...(products.length > 0 && { products }),
    resultWithin: report.startsWith("at the stage's end") ? 0 : seconds(report),
    pharmacopoeia: !only(lines, "Rounding: ").startsWith("none"),
    ...parseOpening(lines),
    source: "",
  };
}
