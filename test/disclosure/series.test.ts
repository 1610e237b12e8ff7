import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DisclosedSeries, Window } from "../../src/disclosure/disclosed.ts";
import { WINDOWS, type SeriesJson } from "../../src/disclosure/series.ts";
import { verifyDisclosure } from "../../src/disclosure/verify.ts";
import { CELSIUS_OFFSET } from "../../src/formats/constants.ts";
import type { Row } from "../../src/formats/series.ts";
import { formatTime } from "../../src/input/times.ts";
import { temperatureRecordOf } from "../../src/kinds/temperature/evidence.ts";
import { parametersRecordOf } from "../../src/kinds/parameters/evidence.ts";
import { refused } from "../input/refused.ts";
import { makeEvidence, START, TICK } from "../support/evidence.ts";
import { makeParameters, ofOneChannel, steadySamples } from "../support/parameters.ts";
import { agreementRuns } from "../support/runs.ts";
import { attestedOf, attestedSeries, fileOf, ON } from "./support.ts";

const T0 = Number(START);
const TICKS = Number(TICK);
const CHUNK = 210;
const CHUNKS = 4;

/** A series of up to four chunks, of which any can end or begin in the midst of equal times. */
const SERIES = fc
  .array(fc.tuple(fc.constantFrom(0, 0, 1, 50, 150), fc.nat(180)), { minLength: 1, maxLength: CHUNKS * CHUNK })
  .map((rows) => rows.map(([dt, code], i): Row => ({ dt: i === 0 ? 0 : dt, code })));

/** Where a window begins and ends, as parts of the series, from somewhat before it to somewhat after it. */
const PARTS = fc.tuple(fc.integer({ min: -20, max: 120 }), fc.integer({ min: -20, max: 120 }));

function timesOf(rows: readonly Row[]): number[] {
  let time = T0;
  return rows.map(({ dt }) => (time += dt * TICKS));
}

function windowIn(times: readonly number[], [a, b]: readonly [number, number]): Window {
  const at = (part: number): number => T0 + Math.floor((part * ((times.at(-1) ?? T0) - T0 + 1)) / 100);
  return { from: Math.min(at(a), at(b)), to: Math.max(at(a), at(b)) + 1 };
}

function evidenceOf(rows: readonly Row[]): ReturnType<typeof makeEvidence> {
  return makeEvidence({ n: CHUNKS * CHUNK, rows, signed: { record: 0n } });
}

/** The document of a window; undefined where the series has nothing in it. */
function disclosed(rows: readonly Row[], window: Window): SeriesJson | undefined {
  try {
    return WINDOWS.temperature.disclose(evidenceOf(rows), window);
  } catch (error) {
    expect(
      refused(() => {
        throw error;
      }).code,
    ).toBe("disclosure-outside");
    return undefined;
  }
}

function shown(json: SeriesJson): DisclosedSeries {
  const { content } = verifyDisclosure(fileOf("temperature", json), attestedSeries("temperature", json), "d.json");
  if (content.form !== "series") throw new Error("not a series");
  return content;
}

/** With which name a changed document is refused, by those who know what was attested. */
function refusal(
  changed: object,
  original: SeriesJson,
  kind: "temperature" | "parameters" = "temperature",
): string | undefined {
  const file = fileOf(kind, changed as SeriesJson);
  return refused(() => verifyDisclosure(file, attestedSeries(kind, original), "d.json")).code;
}

/** Three chunks, the readings five minutes apart. */
const ROWS = Array.from({ length: 3 * CHUNK }, (_, i): Row => ({ dt: i === 0 ? 0 : 50, code: i % 181 }));
const TIMES = timesOf(ROWS);
const at = (row: number): number => TIMES[row] ?? 0;
const windowOf = (json: SeriesJson, { from, to }: Window): SeriesJson => ({
  ...json,
  window: { from: formatTime(from), to: formatTime(to) },
});

// Verifies R-disclosure-record, R-disclosure-complete.
describe("a window of a series", () => {
  it("shows every reading of the window, at its time, in whatever chunks it lies", () => {
    fc.assert(
      fc.property(SERIES, PARTS, (rows, parts) => {
        const times = timesOf(rows);
        const window = windowIn(times, parts);
        const json = disclosed(rows, window);
        const inside = times.flatMap((time, i) =>
          time >= window.from && time <= window.to ? [[time, rows[i]?.code]] : [],
        );
        if (json === undefined) {
          expect(inside).toEqual([]);
          return;
        }
        const asked = shown(json).readings.filter((reading) => reading.asked);
        const codeOf = (value: string): number => Math.round(((Number(value) - 2) * 1e6) / (100_000 / 3));
        expect(asked.map(({ at: time, values: [value = ""] }) => [time, codeOf(value)])).toEqual(inside);
      }),
      { numRuns: agreementRuns(25) },
    );
  });

  it("has the record's own hash, of one channel and of several", () => {
    const evidence = evidenceOf(ROWS);
    const json = WINDOWS.temperature.disclose(evidence, { from: at(3), to: at(5) });
    expect(BigInt(json.record)).toBe(temperatureRecordOf(evidence));
    for (const [scenario, kind] of [
      [{}, "parameters"],
      [ofOneChannel({}), "channel"],
    ] as const) {
      const samples = makeParameters(scenario);
      const several = WINDOWS[kind].disclose(samples, { from: T0, to: T0 + 1 });
      expect(BigInt(several.record)).toBe(parametersRecordOf(samples));
      verifyDisclosure(fileOf(kind, several), attestedSeries(kind, several), "d.json");
    }
  });

  it("does not show padding as readings", () => {
    const json = WINDOWS.temperature.disclose(evidenceOf(ROWS.slice(0, 250)), { from: at(249), to: at(249) + 9_999 });
    expect(json.first).toBe(1);
    expect(shown(json).readings).toHaveLength(250 - CHUNK);
  });

  it("needs no more than one chunk in the midst of it", () => {
    const { first, chunks } = WINDOWS.temperature.disclose(evidenceOf(ROWS), { from: at(250), to: at(260) });
    expect([first, chunks.length]).toEqual([1, 1]);
  });

  it("is refused where the series has no part of it", () => {
    for (const [from, to] of [
      [T0 - 100, T0 - 1],
      [at(629) + 1, at(629) + 50],
    ] as const) {
      expect(refused(() => WINDOWS.temperature.disclose(evidenceOf(ROWS), { from, to })).code).toBe(
        "disclosure-outside",
      );
    }
  });
});

// Verifies R-disclosure-complete, V14: disclosure of another time than asked, of a neighbour chunk, with a wrong index.
describe("V14: a disclosure that does not show its window", () => {
  const one = WINDOWS.temperature.disclose(evidenceOf(ROWS), { from: at(250), to: at(260) });
  const whole = WINDOWS.temperature.disclose(evidenceOf(ROWS), { from: T0 - 1, to: at(629) + 1 });

  it.each([
    ["that lies before", { from: at(3), to: at(5) }],
    ["that lies after", { from: at(500), to: at(505) }],
    ["that begins in the chunk before", { from: at(209), to: at(260) }],
    ["that begins with the chunk", { from: at(210), to: at(260) }],
    ["that ends with the chunk", { from: at(250), to: at(419) }],
    ["that ends in the chunk after", { from: at(250), to: at(420) }],
  ])("is refused for a window %s", (_, window) => {
    expect(refusal(windowOf(one, window), one)).toBe("disclosure-window");
  });

  it.each([
    ["from just after the chunk's first reading", { from: at(210) + 1, to: at(260) }],
    ["to just before its last one", { from: at(250), to: at(419) - 1 }],
  ])("holds %s", (_, window) => {
    expect(shown(windowOf(one, window)).readings).toHaveLength(CHUNK);
  });

  it.each([0, 2])("is refused with the chunk at index %i", (first) => {
    expect(refusal({ ...one, first }, one)).toBe("disclosure-chunk");
  });

  it("is refused with the neighbour chunk in its place, whatever the index says", () => {
    for (const first of [0, 1, 2]) {
      const neighbour = { ...one, first, chunks: whole.chunks.slice(2, 3) };
      expect(refusal(neighbour, one)).toBe(first === 2 ? "disclosure-window" : "disclosure-chunk");
    }
  });

  it.each([
    ["the first", 1, whole.chunks.slice(1)],
    ["the last", 0, whole.chunks.slice(0, 2)],
  ])("is refused without %s chunk", (_, first, chunks) => {
    expect(refusal({ ...whole, first, chunks }, whole)).toBe("disclosure-window");
  });

  it("is refused with a hole, or with chunks beyond the last one", () => {
    const { chunks } = whole;
    expect(refusal({ ...whole, chunks: [chunks[0], chunks[2]] }, whole)).toBe("disclosure-chunk");
    expect(refusal({ ...whole, first: 3, chunks: [...chunks, ...chunks] }, whole)).toBe("disclosure-chunk");
  });

  it("is refused where readings of the window's very second lie in the chunk before or after", () => {
    const rows = ROWS.map((row, i) => (i > 200 && i < 425 ? { ...row, dt: 0 } : row));
    const same = timesOf(rows)[205] ?? 0;
    const all = WINDOWS.temperature.disclose(evidenceOf(rows), { from: same, to: same + 1 });
    expect([all.first, all.chunks.length]).toEqual([0, 3]);
    expect(shown(all).readings.filter((reading) => reading.asked)).toHaveLength(225);
    expect(refusal({ ...all, first: 1, chunks: all.chunks.slice(1) }, all)).toBe("disclosure-window");
    expect(refusal({ ...all, chunks: all.chunks.slice(0, 2) }, all)).toBe("disclosure-window");
  });

  it("is refused with a window that ends before it begins", () => {
    expect(refusal(windowOf(one, { from: at(260), to: at(250) }), one)).toBe("disclosure-window");
  });
});

// Verifies R-disclosure-complete, V220: no circuit says how many rows are readings, so a source can sign a smaller number.
describe("V220: a record whose source counts fewer readings than it holds", () => {
  const miscounted = (rowCount: number, window: Window): SeriesJson => {
    const header = { rowCount: BigInt(rowCount) };
    return WINDOWS.temperature.disclose(
      makeEvidence({ n: CHUNKS * CHUNK, rows: ROWS, header, signed: { record: 0n } }),
      window,
    );
  };

  it.each([
    ["in its chunk", 215, { from: at(211), to: at(260) }],
    ["in an earlier chunk", 5, { from: at(250), to: at(260) }],
    ["at the very last one", 3 * CHUNK - 1, { from: at(600), to: at(629) + 1 }],
  ])("is refused where the count ends %s", (_, rowCount, window) => {
    const json = miscounted(rowCount, window);
    expect(refusal(json, json)).toBe("disclosure-padding");
  });

  it("is refused with the chunks that the count leaves out left out", () => {
    const json = miscounted(CHUNK, { from: at(100), to: at(300) });
    expect(refusal({ ...json, chunks: json.chunks.slice(0, 1) }, json)).toBe("disclosure-window");
  });

  it.each([
    ["another code at the time of the last reading", { dt: 0, code: 180 }],
    ["its code at another time", { dt: 50, code: ROWS[249]?.code ?? 0 }],
  ])("is refused with %s", (_, hidden) => {
    const rows = [...ROWS.slice(0, 250), hidden];
    const made = makeEvidence({ n: CHUNKS * CHUNK, rows, header: { rowCount: 250n }, signed: { record: 0n } });
    const json = WINDOWS.temperature.disclose(made, { from: at(240), to: at(249) });
    expect(refusal(json, json)).toBe("disclosure-padding");
  });
});

const other = (hex: string): string => hex.replace(/.$/, (last) => (last === "0" ? "1" : "0"));

// Verifies R-disclosure-record, V210, V211, V212, V213.
describe("a disclosure that was changed", () => {
  const json = WINDOWS.temperature.disclose(evidenceOf(ROWS), { from: at(250), to: at(260) });
  const [chunk] = json.chunks;
  const withChunk = (change: object): object => ({ ...json, chunks: [{ ...chunk, ...change }] });
  const withHeader = (change: object): object => ({ ...json, header: { ...json.header, ...change } });

  it.each([
    ["V210 a row's code", withChunk({ rows: chunk?.rows.replace(/^50:[0-9]+/, "50:7") }), "disclosure-chunk"],
    ["V210 a row's interval", withChunk({ rows: chunk?.rows.replace(/^50:/, "49:") }), "disclosure-chunk"],
    [
      "V210 a code that is no byte",
      withChunk({ rows: chunk?.rows.replace(/^50:[0-9]+/, "50:256") }),
      "disclosure-chunk",
    ],
    ["V210 a row less", withChunk({ rows: chunk?.rows.replace(/^\S+ /, "") }), "disclosure-file"],
    ["V210 a chunk's start", withChunk({ start: (chunk?.start ?? 0) + 1 }), "disclosure-chunk"],
    ["V210 a chunk's salt", withChunk({ salt: other(chunk?.salt ?? "") }), "disclosure-chunk"],
    [
      "V211 a digest beside",
      { ...json, digests: json.digests.with(0, other(json.digests[0] ?? "")) },
      "disclosure-path",
    ],
    ["V211 the root", { ...json, root: other(json.root) }, "disclosure-path"],
    ["V211 a digest less", { ...json, digests: json.digests.slice(1) }, "disclosure-header"],
    ["V211 the record's salt", { ...json, salt: other(json.salt) }, "disclosure-header"],
    ["V211 the record", { ...json, record: other(json.record) }, "disclosure-record"],
    ["V212 the kind", withHeader({ kind: "5" }), "disclosure-header"],
    ["V212 a place of no channel", withHeader({ channelId: "99" }), "disclosure-header"],
    ["V212 a step of nothing", withHeader({ stepDen: "0" }), "disclosure-header"],
    ["V212 a time beyond all circuits", withHeader({ t0: "9".repeat(20) }), "disclosure-header"],
    ["V212 another length", withHeader({ n: "1470" }), "disclosure-header"],
    ["V212 no readings", withHeader({ rowCount: "0" }), "disclosure-header"],
    ["V212 a field less", { ...json, header: {} }, "disclosure-file"],
  ])("is refused: %s", (_, changed, code) => {
    expect(refusal(changed, json)).toBe(code);
  });

  it("V212: is refused with any other field of the header", () => {
    const fields = Object.entries(json.header as Readonly<Record<string, string>>);
    for (const [field, value] of fields) {
      const changed = value.startsWith("0x") ? other(value) : (BigInt(value) + 1n).toString();
      expect([field, refusal(withHeader({ [field]: changed }), json)]).toEqual([field, "disclosure-header"]);
    }
  });

  it.each([
    ["another chain", { chainId: 1n }, "disclosure-register"],
    ["another register", { registry: `0x${"12".repeat(20)}` }, "disclosure-register"],
    ["another batch", { key: `0x${"cd".repeat(32)}` }, "disclosure-batch"],
    ["another claim", { claim: ON.claim + 1 }, "disclosure-claim"],
    ["a claim of another kind", { kind: "channel" }, "disclosure-claim"],
    ["a claim without an attestation", { proven: undefined }, "disclosure-unproven"],
    ["another record of the claim", { proven: { head: 4n, record: 5n, doubts: [] } }, "disclosure-record"],
  ] as const)("V213: is refused at %s", (_, change, code) => {
    const attested = { ...attestedSeries("temperature", json), ...change };
    expect(refused(() => verifyDisclosure(fileOf("temperature", json), attested, "d.json")).code).toBe(code);
  });

  it("is refused with texts that are not the header's", () => {
    expect(refusal({ ...json, lot: "LOT" }, json)).toBe("disclosure-name");
    expect(refusal({ ...json, device: { vendor: "a", model: "b", serial: "c" } }, json)).toBe("disclosure-name");
  });

  it("names the file and the member", () => {
    const { place } = refused(() =>
      verifyDisclosure(
        fileOf("temperature", { ...json, root: json.salt }),
        attestedSeries("temperature", json),
        "d.json",
      ),
    );
    expect(place).toBe("d.json#/content/root");
  });

  it("is refused where it is no disclosure, or of the wrong shape for its kind", () => {
    for (const value of [
      null,
      7,
      {},
      { ...fileOf("temperature", json), more: 1 },
      fileOf("custody", json),
      fileOf("parameters", json),
    ]) {
      expect(refused(() => verifyDisclosure(value, attestedOf("temperature"), "d.json")).code).toBe("disclosure-file");
    }
  });
});

describe("what a window shows", () => {
  const EXACT = { origin: 2_000_000n + CELSIUS_OFFSET, stepNum: 100_000n, stepDen: 1n };
  const rows = ROWS.map((row, i) => ({ ...row, code: i < 220 ? 0 : 50 }));
  const evidence = makeEvidence({ n: CHUNKS * CHUNK, rows, header: EXACT, signed: { record: 0n } });

  it("has limits in words, extremes and a mean of its readings alone", () => {
    const { channels, figures, gaps } = shown(WINDOWS.temperature.disclose(evidence, { from: at(218), to: at(221) }));
    expect(channels).toEqual([
      { channel: "temperature", unit: "Cel", limits: ["2.0", "20.0"], band: null, outside: null },
    ]);
    const [only] = figures;
    expect(only).toMatchObject({
      count: 4,
      minimum: "2.0",
      maximum: "7.0",
      timeWeightedMean: "4.5",
      limits: ["2.0", "20.0"],
    });
    expect(only?.mkt?.dH).toBe("83.144");
    expect(gaps).toEqual([]);
  });

  it("has none where a gap of the readings holds the window", () => {
    const { figures, readings } = shown(WINDOWS.temperature.disclose(evidence, { from: at(250) + 1, to: at(251) - 1 }));
    expect(figures).toEqual([]);
    expect(readings.some(({ asked }) => asked)).toBe(false);
  });

  it("has a column for each channel that is used", () => {
    const samples = makeParameters({ rows: steadySamples() });
    const json = WINDOWS.parameters.disclose(samples, { from: T0, to: T0 + 600 });
    const { content } = verifyDisclosure(fileOf("parameters", json), attestedSeries("parameters", json), "d.json");
    if (content.form !== "series") throw new Error("not a series");
    expect(content.readings[0]?.values).toHaveLength(content.channels.length);
    expect(content.figures).toHaveLength(content.channels.length);
  });
});
