import { mkdtemp, readdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BERLINGER_ISSUER } from "../../src/import/fridgetag-signature.ts";
import { linesOf, readFridgetag } from "../../src/import/fridgetag.ts";
import { applyOffset, cutToWindow, type Cut } from "../../src/import/series.ts";
import { readBytes, writeFileAtomically } from "../../src/input/files.ts";
import { readJson } from "../../src/input/json.ts";
import { parseTime } from "../../src/input/times.ts";
import { FRIDGETAG_2L, TEST_ISSUER, fixture, resigned } from "../import/logger.ts";
import { refusedAsync } from "../input/refused.ts";

/** The attack catalogue against files: what a hostile or careless hand puts on the disk before an import. */

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "batchproof-attacks-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function onDisk(name: string, data: string | Uint8Array): Promise<string> {
  await writeFile(join(dir, name), data);
  return join(dir, name);
}

/** An import up to the readings that would be coded, of a stage of the compliant leg. */
async function importLeg(path: string, offset: number | undefined, issuer = TEST_ISSUER): Promise<Cut> {
  const source = readFridgetag(await readBytes(path, { within: dir }), path, issuer);
  const { entries } = applyOffset(linesOf(source), offset, source.configuration.zone, path);
  const window = {
    start: parseTime("2022-05-05T16:26:00Z", "test"),
    end: parseTime("2022-05-09T11:01:00Z", "test"),
    lead: 0,
    tail: 0,
    gapSeconds: 900,
    tick: 5,
  };
  return cutToWindow(entries, window, path);
}

const changed = (from: string, to: string): Promise<string> =>
  onDisk(
    "raw.txt",
    resigned(FRIDGETAG_2L, (content) => content.replace(from, to)),
  );

describe("F1 a raw file with one bit flipped", () => {
  it("is refused as tampered; the same file unchanged is imported", async () => {
    const bytes = fixture(FRIDGETAG_2L);
    const genuine = await onDisk("genuine.txt", bytes);
    expect((await importLeg(genuine, 0, BERLINGER_ISSUER)).readings).toHaveLength(1_088);
    // The first digit of a reading of the leg.
    const at = bytes.indexOf("\t2022-05-06 12:01\t") + 18;
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      const error = await refusedAsync(importLeg(await onDisk("flipped.txt", flipped), 0, BERLINGER_ISSUER));
      expect(error).toMatchObject({ code: "device-signature", kind: "input" });
    }
  });
});

describe("F2 data made to break a parser", () => {
  it.each([
    ["json-duplicate-key", '{"limit":"2.0","limit":"9.0"}'],
    ["json-forbidden-key", '{"__proto__":{"limit":"9.0"}}'],
    ["json-nan", '{"limit":NaN}'],
    ["json-exponent", '{"gap":1e5}'],
    ["json-negative-zero", '{"gap":-0}'],
    ["json-number", '{"gap":12345678901234567890}'],
    ["json-nul", '{"gap":"\0"}'],
    ["json-depth", "[".repeat(100_000)],
  ])("%s is refused at its line and column", async (code, text) => {
    const path = await onDisk("policy.json", text);
    const error = await refusedAsync(readJson(path, { within: dir }));
    expect(error).toMatchObject({ code, kind: "input" });
    expect(error.place).toMatch(/policy\.json:1:\d+$/);
  });

  it("a file of 1 GB, an empty one and a gzip bomb cost neither time nor memory", async () => {
    const huge = await onDisk("huge.txt", "");
    expect((await refusedAsync(importLeg(huge, 0))).code).toBe("file-empty");
    await truncate(huge, 2 ** 30);
    expect((await refusedAsync(importLeg(huge, 0))).code).toBe("file-size");
    expect((await refusedAsync(readJson(huge))).code).toBe("file-size");
    const bomb = await onDisk("bomb.txt.gz", gzipSync(Buffer.alloc(2 ** 26)));
    expect((await refusedAsync(importLeg(bomb, 0))).code).toBe("fridgetag-format");
    expect((await refusedAsync(readJson(bomb))).code).toBe("json-encoding");
  });
});

// Verifies R-import-value.
describe("F3 times and values that are not what they seem, behind a valid signature", () => {
  it("the leg itself is imported, with the offset the user gives", async () => {
    const path = await changed("CID: 11", "CID: 12");
    expect((await importLeg(path, 0)).readings).toHaveLength(1_088);
    expect(await refusedAsync(importLeg(path, undefined))).toMatchObject({ code: "offset-missing", place: path });
  });

  it.each([
    ["another unit", "Temp unit: C", "Temp unit: K", "unit", 16],
    ["a decimal comma", "\t26.3\tx", "\t26,3\tx", "quantity-comma", 532],
    ["a sentinel", "2022-05-06 12:01\t4.7", "2022-05-06 12:01\t-9999", "reading-sentinel", 1702],
    ["no reading", "2022-05-06 12:01\t4.7", "2022-05-06 12:01\t--.-", "reading-missing", 1702],
    [
      "a clock set back, as at the end of summer time",
      "2022-05-06 12:01\t",
      "2022-05-06 11:01\t",
      "time-backward",
      1702,
    ],
    ["a time with a zone among times without", "2022-05-02 10:41\t", "2022-05-02T10:41+01:00\t", "time-syntax", 534],
  ])("%s is refused at its line", async (_, from, to, code, line) => {
    const path = await changed(from, to);
    expect(await refusedAsync(importLeg(path, 0))).toMatchObject({ code, place: `${path}:${line}`, kind: "input" });
  });

  // Verifies R-import-outside.
  it("a mark for a missing value outside the leg does not spoil it, and is counted", async () => {
    const { readings, skipped } = await importLeg(await changed("\t26.3\tx", "\t--.-\tx"), 0);
    expect([readings.length, skipped]).toEqual([1_088, 1]);
  });

  it("a reading taken out of the middle is a gap only where the rule says so, never a silent one", async () => {
    const removed = /(\t2022-05-06 12:(01|06|11)\t[^\n]*\n){3}/;
    const bytes = resigned(FRIDGETAG_2L, (content) => content.replace(removed, ""));
    const error = await refusedAsync(importLeg(await onDisk("raw.txt", bytes), 0));
    expect(error.code).toBe("gap");
    expect(error.message).toContain("No reading for 20 min");
  });
});

// Verifies R-batch-escape.
describe("F4 paths that lead elsewhere", () => {
  it("a traversal or a link out of the batch folder is refused, for reading and for writing", async () => {
    const outside = await mkdtemp(join(tmpdir(), "batchproof-outside-"));
    try {
      await writeFile(join(outside, "raw.txt"), fixture(FRIDGETAG_2L));
      await symlink(join(outside, "raw.txt"), join(dir, "raw.txt"));
      await symlink(outside, join(dir, "evidence"));
      for (const path of [join(dir, "raw.txt"), join(dir, "evidence", "raw.txt"), `${dir}/../raw.txt`]) {
        expect((await refusedAsync(importLeg(path, 0))).code).toBe("path-escape");
      }
      for (const path of [join(dir, "evidence", "new.txt"), `${dir}/../new.txt`]) {
        const error = await refusedAsync(writeFileAtomically(path, "x", { within: dir }));
        expect(error.code).toBe("path-escape");
      }
      expect(await readdir(outside)).toEqual(["raw.txt"]);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it("an output never replaces the raw file it came from", async () => {
    const path = await onDisk("raw.txt", fixture(FRIDGETAG_2L));
    const error = await refusedAsync(writeFileAtomically(path, "record", { inputs: [path], within: dir }));
    expect(error.code).toBe("output-over-input");
    expect((await importLeg(path, 0, BERLINGER_ISSUER)).readings).toHaveLength(1_088);
  });
});
