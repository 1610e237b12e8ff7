import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  openJournal,
  repairJournal,
  type Attempt,
  type Journal,
  type JournalEntry,
  type NewEvidence,
} from "../../src/parties/journal.ts";
import {
  firstDifference,
  isTwin,
  remembered,
  timesOf,
  timesText,
  type Measured,
  type Measurement,
} from "../../src/parties/measured.ts";
import { acquireLock } from "../../src/input/lock.ts";
import { refusedAsync } from "../input/refused.ts";
import { AT, DEVICE, entryOf, measuredFrom, SECRET, SOURCE } from "./journals.ts";
import { killAfter, run } from "./kill.ts";
import { flipBits, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const APPENDING = new URL("./appendingProcess.ts", import.meta.url);

let count = 0;
function newPath(): string {
  return join(folder, `journal-${count++}.jsonl`);
}

async function append(path: string, changed: Partial<JournalEntry> = {}): Promise<void> {
  const journal = await openJournal(path, SOURCE);
  try {
    const { batch, stage, channel, place } = { ...entryOf(0), ...changed };
    const key = [batch, stage, channel, place].join();
    const earlier = journal.entries.filter(
      (entry) => [entry.batch, entry.stage, entry.channel, entry.place].join() === key,
    );
    await journal.append(entryOf(earlier.length, { record: BigInt(journal.entries.length), ...changed }));
  } finally {
    journal.close();
  }
}

async function journalOf(lines: number): Promise<string> {
  const path = newPath();
  for (let i = 0; i < lines; i++) await append(path);
  return path;
}

async function entries(path: string): Promise<readonly JournalEntry[]> {
  const journal = await openJournal(path, SOURCE);
  journal.close();
  return journal.entries;
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

function writeLines(path: string, lines: readonly string[]): void {
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
}

describe("a journal", () => {
  it("has lines as docs/spec/formats.md says, each with the hash of the one before", async () => {
    const path = await journalOf(2);
    const [first = "", second = ""] = linesOf(path);
    const zero = "0".repeat(62);
    expect(JSON.parse(first)).toEqual({
      version: 2,
      seq: 0,
      prevHash: "0".repeat(64),
      source: { x: `0x${zero}03`, y: `0x${zero}04` },
      batch: `0x${zero}0b`,
      stage: 0,
      channel: 1,
      slot: 0,
      place: 1,
      device: `0x${zero}16`,
      settings: "5e".repeat(32),
      times: "86400 1*60",
      digests: [{ channel: 1, values: Buffer.from(entryOf(0).measured.channels[0]?.digests ?? []).toString("base64") }],
      record: `0x${zero}00`,
      attempt: 0,
      contradicts: null,
      reason: "logger read twice",
      at: AT,
    });
    expect(JSON.parse(second)).toMatchObject({
      seq: 1,
      prevHash: createHash("sha256").update(first).digest("hex"),
      attempt: 1,
    });
    expect(Object.keys(JSON.parse(first) as object).join()).toBe(
      "version,seq,prevHash,source,batch,stage,channel,slot,place,device,settings,times,digests,record,attempt,contradicts,reason,at",
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  // Verifies R-import-attempt.
  it("counts attempts for each batch, stage, channel and place of the device", async () => {
    const path = await journalOf(2);
    for (const other of [{ batch: 12n }, { stage: 1 }, { channel: 2 }, { slot: 2, place: 2 }, { device: 23n }]) {
      await append(path, other);
    }
    expect((await entries(path)).map(({ attempt }) => attempt)).toEqual([0, 1, 0, 0, 0, 0, 2]);
  });

  // Verifies R-import-attempt, F55.
  it.each<[what: string, slots: readonly [number, number], places: readonly [number, number], attempt: number]>([
    ["two rules, one without a slot, name one device", [0, 1], [1, 1], 1],
    ["two rules, the second one without a slot, name one device", [2, 0], [2, 2], 1],
    ["any one of two devices will do for both rules", [0, 0], [1, 2], 1],
    ["two rules judge two devices", [1, 2], [1, 2], 0],
    ["any one will do for one rule, and the other one judges the other device", [0, 2], [1, 2], 0],
  ])("counts a record as a further attempt or not where %s", async (_, [slot, other], [place, otherPlace], attempt) => {
    const path = newPath();
    await append(path, { slot, place });
    const journal = await openJournal(path, SOURCE);
    const second = { slot: other, place: otherPlace, device: BigInt(20 + otherPlace) };
    const evidence = evidenceOf(90_000, [5, 6], { device: second.device });
    expect(journal.attemptOf(entryOf(0, second), evidence)).toEqual({ attempt, isKnown: false });
    journal.close();
    await append(path, { ...second, measured: evidence.measured, attempt });
    expect((await entries(path)).map((entry) => entry.attempt)).toEqual([0, attempt]);
  });

  it("finds the entry of a record again", async () => {
    const path = await journalOf(2);
    const journal = await openJournal(path, SOURCE);
    journal.close();
    expect(journal.has(entryOf(1))).toBe(true);
    expect(journal.has(entryOf(1, { record: 2n }))).toBe(false);
    expect(journal.has(entryOf(1, { batch: 12n }))).toBe(false);
  });

  // Verifies R-import-attempt.
  it("wants a reason for a further attempt, not for the first", async () => {
    const path = newPath();
    await append(path, { reason: "" });
    expect((await refusedAsync(append(path, { reason: " " }))).code).toBe("journal-reason");
    expect(await entries(path)).toHaveLength(1);
  });

  // Verifies R-import-attempt.
  it("refuses an attempt number that is not the next one", async () => {
    const path = await journalOf(1);
    expect((await refusedAsync(append(path, { attempt: 0 }))).code).toBe("journal-attempt");
    expect((await refusedAsync(append(path, { attempt: 2 }))).code).toBe("journal-attempt");
    expect(await entries(path)).toHaveLength(1);
  });

  it.each<[string, string, Partial<JournalEntry>]>([
    ["a time without a zone", "time-zone", { at: "2022-05-09T11:30:00" }],
    ["a line feed in the reason", "journal", { reason: "a\nb" }],
    ["half a stage", "journal", { stage: 0.5 }],
    ["a record that is no field element", "field", { record: -1n }],
  ])("writes nothing for %s", async (_, code, entry) => {
    const path = await journalOf(1);
    const before = readFileSync(path);
    expect((await refusedAsync(append(path, entry))).code).toBe(code);
    expect(readFileSync(path)).toEqual(before);
    await append(path);
  });

  // Verifies F6.
  it("says so when it cannot be written", async () => {
    const path = newPath();
    const journal = await openJournal(path, SOURCE);
    mkdirSync(path);
    const error = await refusedAsync(journal.append(entryOf(0, { reason: "" })));
    expect([error.kind, error.code, journal.entries.length]).toEqual(["environment", "journal-write", 0]);
    journal.close();
  });
});

/** Evidence of these values a minute from `start` on, cut from a file that holds what it holds or more. */
function evidenceOf(start: number, values: readonly number[], changed: Partial<NewEvidence> = {}): NewEvidence {
  const { device, settings } = entryOf(0);
  const whole = measuredFrom(start, values);
  return { device, settings, measured: whole, within: () => whole, ...changed };
}

/** The attempt of this evidence after one entry of batch 11, which holds 5, 6, 7, 6 from time 600 to 780. */
async function attemptAfterOne(evidence: NewEvidence, changed: Partial<JournalEntry> = {}): Promise<Attempt> {
  const path = newPath();
  await append(path, { measured: measuredFrom(600, [5, 6, 7, 6]) });
  const journal = await openJournal(path, SOURCE);
  journal.close();
  return journal.attemptOf(entryOf(0, changed), evidence);
}

// Verifies R-import-attempt, F52.
describe("the attempt of a record", () => {
  it("is that of the same evidence, whatever rule coded or cut it", async () => {
    expect(await attemptAfterOne(evidenceOf(600, [5, 6, 7, 6]))).toEqual({ attempt: 0, isKnown: true });
    const shorter = { measured: measuredFrom(660, [6, 7]) };
    expect(await attemptAfterOne(evidenceOf(600, [5, 6, 7, 6], shorter))).toEqual({ attempt: 0, isKnown: true });
    const longer = measuredFrom(540, [4, 5, 6, 7, 6]);
    const within = (): Measured => measuredFrom(600, [5, 6, 7, 6]);
    expect(await attemptAfterOne({ ...evidenceOf(540, []), measured: longer, within })).toEqual({
      attempt: 0,
      isKnown: true,
    });
  });

  it.each<[string, NewEvidence]>([
    ["settings", evidenceOf(600, [5, 6, 7, 6], { settings: "5f".repeat(32) })],
    ["a reading left out at its end, where the rule's tail permits it", evidenceOf(600, [5, 6, 7])],
    ["readings of another day", evidenceOf(90_000, [5, 6, 7, 6])],
  ])("is the next one for other %s", async (_, evidence) => {
    expect(await attemptAfterOne(evidence)).toEqual({ attempt: 1, isKnown: false });
  });

  it("is the next one for another device in the same place, which used to begin anew", async () => {
    const evidence = evidenceOf(600, [5], { device: 23n });
    expect(await attemptAfterOne(evidence)).toMatchObject({ attempt: 1, isKnown: false });
    expect(await attemptAfterOne(evidence, { slot: 2, place: 2 })).toMatchObject({ attempt: 0 });
  });

  it("needs a reason once: a record of the same evidence for another rule needs none", async () => {
    const path = await journalOf(2);
    const journal = await openJournal(path, SOURCE);
    await journal.append(entryOf(1, { record: 77n, reason: "" }));
    journal.close();
    expect((await entries(path)).map(({ attempt }) => attempt)).toEqual([0, 1, 1]);
  });
});

/** A journal of these records, each numbered and reasoned as `import` does it; and the attempt of the last one. */
async function importedInTurn(
  records: readonly (readonly [evidence: NewEvidence, changed?: Partial<JournalEntry>])[],
): Promise<Attempt | undefined> {
  const journal = await openJournal(newPath(), SOURCE);
  let last: Attempt | undefined;
  for (const [evidence, changed] of records) last = await importInto(journal, evidence, changed);
  journal.close();
  return last;
}

async function importInto(
  journal: Journal,
  evidence: NewEvidence,
  changed: Partial<JournalEntry> = {},
): Promise<Attempt> {
  const { device, settings, measured } = evidence;
  const entry = entryOf(0, { device, settings, measured, record: BigInt(journal.entries.length), ...changed });
  const found = journal.attemptOf(entry, evidence);
  const contradicts = found.contradiction === undefined ? {} : { contradicts: found.contradiction.index };
  await journal.append({ ...entry, attempt: found.attempt, ...contradicts });
  return found;
}

// Verifies R-import-contradiction, R-import-attempt, F54.
describe("a short export that is journaled before two stories that hold it", () => {
  const seed = evidenceOf(660, [6, 7]);
  const [calm, hot] = [evidenceOf(600, [5, 6, 7, 5]), evidenceOf(600, [9, 6, 7, 9])];

  it("is no evidence for the second one: this is a further attempt, which needs a reason and names the first", async () => {
    expect(await importedInTurn([[seed], [hot]])).toEqual({ attempt: 0, isKnown: true });
    const second = await importedInTurn([[seed], [hot], [calm]]);
    expect(second).toMatchObject({ attempt: 1, isKnown: false, contradiction: { index: 1, time: 600 } });
    const refused = await refusedAsync(importedInTurn([[seed], [hot], [calm, { reason: "" }]]));
    expect(refused.code).toBe("journal-reason");
  });

  it("silences nothing that was signed for another batch", async () => {
    const second = await importedInTurn([[seed], [hot, { batch: 12n }], [calm]]);
    expect(second).toMatchObject({ attempt: 1, isKnown: false, contradiction: { index: 1 } });
  });

  it("of which one was told first leaves that one its attempt, without another reason and for another rule, too", async () => {
    const again = { reason: "" };
    const first = await importedInTurn([[seed], [hot], [calm], [hot, again]]);
    expect(first).toMatchObject({ attempt: 0, isKnown: true, contradiction: { index: 2 } });
    expect(await importedInTurn([[seed], [hot], [calm], [calm, again], [calm, again]])).toMatchObject({
      attempt: 1,
      isKnown: true,
    });
  });

  it("contradicted by one of them, answers for no other time", async () => {
    // Told in another batch: another value within the seed's time, and one after it.
    const other = evidenceOf(660, [8, 7, 9]);
    expect(await importedInTurn([[seed], [other, { batch: 12n }], [evidenceOf(600, [5, 6, 7])]])).toMatchObject({
      attempt: 0,
      isKnown: true,
      contradiction: { index: 1, time: 660 },
    });
    expect(await importedInTurn([[seed], [other, { batch: 12n }], [calm]])).toMatchObject({
      attempt: 1,
      isKnown: false,
    });
  });

  it("gives way to a longer one of another attempt, which the whole file holds as well", async () => {
    const [late, early] = [evidenceOf(720, [7, 5]), evidenceOf(600, [5, 6, 7])];
    expect(await importedInTurn([[late], [early]])).toEqual({ attempt: 1, isKnown: false });
    expect(await importedInTurn([[late], [early], [calm]])).toEqual({ attempt: 1, isKnown: true });
  });

  it("is found out by who opens or appends to a journal that calls both one attempt", async () => {
    const path = newPath();
    const journal = await openJournal(path, SOURCE);
    for (const [i, { measured }] of [seed, hot].entries()) {
      await journal.append(entryOf(0, { measured, record: BigInt(i) }));
    }
    for (const lie of [{ attempt: 0 }, { attempt: 0, contradicts: 1 }, { attempt: 1 }]) {
      const entry = entryOf(0, { measured: calm.measured, ...lie });
      expect((await refusedAsync(journal.append(entry))).code).toBe("journal-attempt");
    }
    await journal.append(entryOf(1, { measured: calm.measured, contradicts: 1 }));
    journal.close();
    const lines = linesOf(path);
    for (const [from, to] of [
      ['"attempt":1', '"attempt":0'],
      ['"contradicts":1', '"contradicts":0'],
    ] as const) {
      const forged = lines.with(2, (lines[2] ?? "").replace(from, to));
      writeLines(path, forged);
      const hash = createHash("sha256")
        .update(forged[2] ?? "")
        .digest("hex");
      writeFileSync(`${path}.head`, JSON.stringify({ format: "batchproof-journal-head/2", lines: 3, hash }));
      for (const opening of [() => openJournal(path, SOURCE), () => repairJournal(path)]) {
        const error = await refusedAsync(opening());
        expect([error.code, error.place]).toEqual(["journal", `${path}:3`]);
      }
    }
  });
});

/** An export of the times FROM to TO of a story, perhaps without one of its readings; a stage lasts from 2 to 9. */
interface Export {
  readonly batch: bigint;
  readonly story: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly without: number;
}

/** Values by time. */
type Told = ReadonlyMap<number, number>;

function toldBy({ story, from, to, without }: Export): Told {
  return new Map([...story.entries()].filter(([time]) => time >= from && time <= to && time !== without));
}

function within(told: Told, from: number, to: number): Told {
  return new Map([...told].filter(([time]) => time >= from && time <= to));
}

function spoken(told: Told): [from: number, to: number] {
  return [Math.min(...told.keys()), Math.max(...told.keys())];
}

/** The times of which two say different things, found in the plainest way. */
function differing(a: Told, b: Told): number[] {
  const [[from, to], [start, end]] = [spoken(a), spoken(b)];
  return Array.from({ length: 12 }, (_, time) => time).filter(
    (time) => time >= Math.max(from, start) && time <= Math.min(to, end) && a.get(time) !== b.get(time),
  );
}

// Verifies R-import-contradiction, R-import-attempt, F54.
describe("overlapping exports, imported in any order", () => {
  const digested = (told: Told): Measured =>
    remembered(
      SECRET,
      DEVICE,
      [1],
      [...told].map(([time, value]) => ({ time, values: [BigInt(value)] })),
    );
  const evidence = (exported: Export): NewEvidence => {
    const whole = toldBy(exported);
    return {
      ...evidenceOf(0, []),
      measured: digested(within(whole, 2, 9)),
      within: ({ from, to }) => digested(within(whole, from, to)),
    };
  };
  // Three stories that differ in a reading or two, so that many exports of them say the same.
  const stories = [[], [3], [8, 9]].map((changed) =>
    Array.from({ length: 12 }, (_, time) => (changed.includes(time) ? 9 : 5)),
  );
  const exports = fc
    .record<Export>({
      batch: fc.constantFrom(11n, 11n, 12n),
      story: fc.constantFrom(...stories),
      from: fc.integer({ min: 0, max: 8 }),
      to: fc.integer({ min: 3, max: 11 }),
      without: fc.constantFrom(-1, -1, -1, 6),
    })
    .filter((exported) => within(toldBy(exported), 2, 9).size > 0);

  it("have no attempt twice that contradict each other, are never silent about it, and keep their attempts", async () => {
    const seen = { known: 0, contradicting: 0, both: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(exports, { minLength: 2, maxLength: 7 }), async (all) => {
        const journal = await openJournal(newPath(), SOURCE);
        const signed: { batch: bigint; told: Told; attempt: number }[] = [];
        for (const exported of all) {
          const { batch } = exported;
          const told = within(toldBy(exported), 2, 9);
          const { attempt, isKnown, contradiction } = await importInto(journal, evidence(exported), { batch });
          const against = signed.findIndex((earlier) => differing(earlier.told, told).length > 0);
          expect(contradiction?.index ?? -1).toBe(against);
          const attempts = signed.filter((earlier) => earlier.batch === batch).map((earlier) => earlier.attempt);
          if (isKnown) {
            // Whatever it contradicts, a record of the same attempt has said before, of that very time.
            const same = signed.filter((earlier) => earlier.batch === batch && earlier.attempt === attempt);
            expect(same).not.toEqual([]);
            for (const time of signed.flatMap((earlier) => differing(earlier.told, told))) {
              const before = same.filter(({ told }) => time >= spoken(told)[0] && time <= spoken(told)[1]);
              expect(before.some((earlier) => earlier.told.get(time) === told.get(time))).toBe(true);
            }
          } else {
            expect(attempt).toBe(Math.max(against === -1 ? 0 : 1, ...attempts.map((earlier) => earlier + 1)));
          }
          seen.known += Number(isKnown);
          seen.contradicting += Number(against !== -1);
          seen.both += Number(isKnown && against !== -1);
          signed.push({ batch, told, attempt });
        }
        for (const [i, one] of signed.entries()) {
          for (const other of signed.slice(i + 1).filter((other) => differing(one.told, other.told).length > 0)) {
            expect(one.batch === other.batch && one.attempt === other.attempt).toBe(false);
            expect(one.attempt + other.attempt).toBeGreaterThan(0);
          }
        }
        for (const [i, exported] of all.entries()) {
          const { batch } = exported;
          const again = await importInto(journal, evidence(exported), { batch, reason: "" });
          expect([again.attempt, again.isKnown]).toEqual([signed[i]?.attempt, true]);
        }
        journal.close();
      }),
      { numRuns: 100, seed: 21 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
  });
});

// Verifies R-import-contradiction, F51.
describe("readings of one device in two batches", () => {
  const other = { batch: 12n };

  it.each<[string, NewEvidence]>([
    ["overlap and say the same", evidenceOf(660, [6, 7, 6, 99, 98])],
    ["have no common time", evidenceOf(840, [99, 98])],
    ["are of another device", evidenceOf(600, [9, 9, 9, 9], { device: 23n, measured: measuredFrom(600, [9], 23n) })],
    [
      "are of another channel",
      evidenceOf(0, [], { measured: remembered(SECRET, DEVICE, [2], [{ time: 600, values: [9n] }]) }),
    ],
  ])("are silent where they %s", async (_, evidence) => {
    expect(await attemptAfterOne(evidence, other)).toEqual({ attempt: 0, isKnown: false });
  });

  it.each<[string, number, NewEvidence]>([
    ["have another value", 720, evidenceOf(660, [6, 8, 6])],
    ["leave out a reading", 720, evidenceOf(0, [], { measured: without(evidenceOf(600, [5, 6, 7, 6]).measured, 2) })],
    ["have one more", 690, evidenceOf(0, [], { measured: inserted() })],
    ["have an hour's other clock offset", 720, evidenceOf(720, [5, 6, 7, 6])],
  ])("are a further attempt where they %s, and the other record is found", async (_, time, evidence) => {
    const { attempt, isKnown, contradiction } = await attemptAfterOne(evidence, other);
    expect([attempt, isKnown, contradiction?.entry.batch, contradiction?.time]).toEqual([1, false, 11n, time]);
  });

  it("need a reason that no attempt of the own batch asks for, and the refusal names the other record", async () => {
    const path = newPath();
    await append(path, { measured: measuredFrom(600, [5, 6]) });
    const contradicting = { batch: 12n, measured: measuredFrom(600, [5, 7]), contradicts: 0, attempt: 1, record: 9n };
    const error = await refusedAsync(append(path, { ...contradicting, reason: "" }));
    expect(error).toMatchObject({ code: "journal-reason", kind: "input" });
    expect(error.message).toContain(`contradicts record 0x${"0".repeat(64)} (attempt 0 for stage 0 of batch 0x`);
    expect(error.message).toContain("first at 1970-01-01T00:11:00Z");
    expect((await refusedAsync(append(path, { ...contradicting, attempt: 0 }))).code).toBe("journal-attempt");
    await append(path, contradicting);
    await append(path, { batch: 12n, attempt: 2 });
    expect((await entries(path)).map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
  });

  it("differ where a plain comparison of the common span says so", () => {
    const series = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(5, 5, 5, 6)), {
      minLength: 1,
      maxLength: 8,
    });
    const listed = ([start, steps]: readonly [number, [number, number][]]): [number, number][] => {
      let time = start;
      return steps.map(([step, value]) => [(time += step), value]);
    };
    const one = fc.tuple(fc.integer({ min: 0, max: 9 }), series).map(listed);
    const plain = (a: [number, number][], b: [number, number][]): boolean => {
      const from = Math.max(a[0]?.[0] ?? 0, b[0]?.[0] ?? 0);
      const to = Math.min(a.at(-1)?.[0] ?? 0, b.at(-1)?.[0] ?? 0);
      const common = (all: [number, number][]): string =>
        JSON.stringify(all.filter(([time]) => time >= from && time <= to));
      return common(a) === common(b);
    };
    const digested = (all: [number, number][]): Measured =>
      remembered(
        SECRET,
        DEVICE,
        [1],
        all.map(([time, value]) => ({ time, values: [BigInt(value)] })),
      );
    let same = 0;
    fc.assert(
      fc.property(one, one, (a, b) => {
        if (plain(a, b)) same++;
        expect(firstDifference(digested(a), digested(b)) === undefined).toBe(plain(a, b));
      }),
      { numRuns: 1_000, seed: 5 },
    );
    expect(same).toBeGreaterThan(100);
    expect(same).toBeLessThan(900);
  });
});

// Verifies R-import-twin, F56.
describe("readings of another device", () => {
  const other = { device: 23n, measured: measuredFrom(600, [5, 6, 7, 7, 7, 8], 23n) };
  const from = (start: number, values: readonly number[]): Measurement[] =>
    values.map((value, i) => ({ time: start + 60 * i, values: [BigInt(value)] }));

  it.each<[what: string, measurements: readonly Measurement[], isOne: boolean]>([
    ["that are the very same", from(600, [5, 6, 7, 7, 7, 8]), true],
    ["that are the same in the time that both cover", from(480, [4, 9, 5, 6, 7]), true],
    ["of which one has another value", from(600, [5, 6, 7, 7, 6, 8]), false],
    ["of which one is missing", from(600, [5, 6, 7, 7, 7, 8]).toSpliced(2, 1), false],
    ["that are the same an hour later", from(4200, [5, 6, 7, 7, 7, 8]), false],
    ["of which only two are of the same time", from(480, [4, 9, 5, 6]), false],
    ["that are all one value", from(720, [7, 7, 7]), false],
  ])("%s may or may not be of the same probe", (_, measurements, isOne) => {
    expect(isTwin(other, SECRET, [1], measurements)).toBe(isOne);
  });

  it("are compared in the channels that both have", () => {
    const two = from(600, [5, 6, 7, 7]).map(({ time, values }, i) => ({ time, values: [BigInt(i), ...values] }));
    expect([isTwin(other, SECRET, [3, 1], two), isTwin(other, SECRET, [3, 2], two)]).toEqual([true, false]);
    // Only the one that the other device has not changes.
    const flat = two.slice(2).map(({ time }, i) => ({ time, values: [BigInt(i), 7n] }));
    expect(isTwin(other, SECRET, [3, 1], [...flat, { time: 840, values: [9n, 7n] }])).toBe(false);
  });
});

function without({ times, channels }: Measured, index: number): Measured {
  const cut = (digests: Uint8Array): Uint8Array =>
    Buffer.concat([digests.subarray(0, 4 * index), digests.subarray(4 * index + 4)]);
  return {
    times: times.toSpliced(index, 1),
    channels: channels.map(({ channel, digests }) => ({ channel, digests: cut(digests) })),
  };
}

function inserted(): Measured {
  const values = [5n, 6n, 6n, 7n, 6n];
  const measurements = [600, 660, 690, 720, 780].map((time, i) => ({ time, values: [values[i] ?? 0n] }));
  return remembered(SECRET, DEVICE, [1], measurements);
}

// Verifies R-import-journal-private, F53.
describe("who reads a journal without its source's key", () => {
  it("learns no value: the same readings have other digests under another secret, at another time, of another device", () => {
    const digests = (secret: Uint8Array, device: bigint, start: number): string[] => {
      const measurements = [0, 60].map((after) => ({ time: start + after, values: [5_000_000n] }));
      const [channel] = remembered(secret, device, [1], measurements).channels;
      const all = Buffer.from(channel?.digests ?? []).toString("hex");
      return [all.slice(0, 8), all.slice(8)];
    };
    const all = [
      ...digests(SECRET, DEVICE, 600),
      ...digests(Uint8Array.of(9), DEVICE, 600),
      ...digests(SECRET, 23n, 600),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it("is refused as another source that would sign with it, because nothing could be compared", async () => {
    const path = await journalOf(1);
    const error = await refusedAsync(openJournal(path, { x: 3n, y: 5n }));
    expect([error.code, error.place]).toEqual(["journal-source", path]);
    await append(path);
  });

  it("is told that a journal of an earlier version remembers no readings", async () => {
    const path = newPath();
    writeFileSync(path, '{"seq":0,"prevHash":"00"}\n');
    expect((await refusedAsync(openJournal(path, SOURCE))).code).toBe("journal-version");
  });

  it("finds runs of equal intervals written short, and back", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 60, 60, 60, 61), { maxLength: 30 }), (steps) => {
        let time = 1_651_768_200;
        const times = [time, ...steps.map((step) => (time += step))];
        expect(timesOf(timesText(times), 31)).toEqual(times);
      }),
      { numRuns: 200 },
    );
    expect(timesText([5, 65, 125, 126])).toBe("5 2*60 1*1");
    expect(timesOf("5 99999999*1", 1000)).toBeUndefined();
  });
});

// Verifies R-import-journal, C21.
describe("a changed journal is refused with its line", () => {
  const cases: [string, number, (lines: string[]) => string[]][] = [
    ["an edited line", 2, (lines) => lines.with(1, (lines[1] ?? "").replace("twice", "never"))],
    ["an edited last line", 4, (lines) => lines.with(3, (lines[3] ?? "").replace("twice", "never"))],
    ["a removed first line", 1, (lines) => lines.slice(1)],
    ["a removed line", 2, (lines) => lines.toSpliced(1, 1)],
    ["a removed last line", 4, (lines) => lines.slice(0, -1)],
    ["no line left", 1, () => []],
    ["two lines in another order", 2, (lines) => [lines[0], lines[2], lines[1], lines[3]].map(String)],
    ["a repeated line", 3, (lines) => lines.toSpliced(2, 0, lines[1] ?? "")],
    ["an empty line", 3, (lines) => lines.toSpliced(2, 0, "")],
    ["a line cut in half", 2, (lines) => lines.with(1, (lines[1] ?? "").slice(0, 90))],
    ["a member too many", 2, (lines) => lines.with(1, (lines[1] ?? "").replace("{", '{"note":"",'))],
    ["a repeated member", 2, (lines) => lines.with(1, (lines[1] ?? "").replace("{", '{"seq":1,'))],
    ["other line ends", 1, (lines) => lines.map((line) => `${line}\r`)],
  ];
  it.each(cases)("%s", async (_, line, change) => {
    const path = await journalOf(4);
    writeLines(path, change(linesOf(path)));
    const error = await refusedAsync(openJournal(path, SOURCE));
    expect([error.code, error.place?.split(":").slice(0, 2).join(":")]).toEqual(["journal", `${path}:${line}`]);
    expect((await refusedAsync(repairJournal(path))).code).toBe("journal");
  });

  it("an attempt number that was reset, with all hashes made anew", async () => {
    const path = await journalOf(2);
    const [first = "", second = ""] = linesOf(path);
    const forged = second.replace('"attempt":1', '"attempt":0');
    writeLines(path, [first, forged]);
    const hash = createHash("sha256").update(forged).digest("hex");
    writeFileSync(`${path}.head`, JSON.stringify({ format: "batchproof-journal-head/2", lines: 2, hash }));
    const error = await refusedAsync(openJournal(path, SOURCE));
    expect([error.code, error.place]).toEqual(["journal", `${path}:2`]);
  });

  it("a journal that was taken away, so that attempts start anew", async () => {
    const path = await journalOf(1);
    rmSync(path);
    expect((await refusedAsync(openJournal(path, SOURCE))).code).toBe("journal");
  });

  it("a head file that was taken away", async () => {
    const path = await journalOf(2);
    rmSync(`${path}.head`);
    expect((await refusedAsync(openJournal(path, SOURCE))).code).toBe("journal");
  });

  it("every flipped bit of the journal (F1)", async () => {
    const path = await journalOf(2);
    const outcomes = await flipBits(path, 1, () => entries(path));
    expect(outcomes.length).toBeGreaterThan(1000);
    expect(new Set(outcomes)).toEqual(new Set(["journal"]));
    expect(await entries(path)).toHaveLength(2);
  });

  it("every flipped bit of its head file", async () => {
    const path = await journalOf(3);
    const outcomes = await flipBits(`${path}.head`, 1, () => entries(path));
    expect(outcomes).not.toContain("accepted");
    expect(outcomes).toContain("journal");
  });
});

describe("an interrupted import", () => {
  // Verifies R-import-repair, F13.
  it("that left half a line is named, repaired and done again", async () => {
    const path = await journalOf(2);
    const before = readFileSync(path);
    appendFileSync(path, '{"seq":2,"prevHash":"');
    const error = await refusedAsync(openJournal(path, SOURCE));
    expect([error.code, error.place]).toEqual(["journal", `${path}:3`]);
    expect(error.remedy).toContain(`batchproof journal repair ${path}`);
    expect(await repairJournal(path)).toEqual({ line: 3, bytes: Buffer.from('{"seq":2,"prevHash":"') });
    expect(readFileSync(path)).toEqual(before);
    expect(await repairJournal(path)).toBeUndefined();
    expect(readFileSync(path)).toEqual(before);
    await append(path);
    expect((await entries(path)).map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
  });

  it("that left half of the very first line is repaired, too", async () => {
    const path = newPath();
    writeFileSync(path, '{"seq"');
    expect((await refusedAsync(openJournal(path, SOURCE))).place).toBe(`${path}:1`);
    await repairJournal(path);
    await append(path);
    expect(await entries(path)).toHaveLength(1);
  });

  it("that left an empty file is done again", async () => {
    const path = newPath();
    writeFileSync(path, "");
    await append(path);
    expect(await entries(path)).toHaveLength(1);
  });

  it("is not what a cut last line looks like: its end was on the disk already", async () => {
    const path = await journalOf(2);
    truncateSync(path, statSync(path).size - 20);
    const error = await refusedAsync(openJournal(path, SOURCE));
    expect([error.code, error.message]).toEqual(["journal", expect.stringContaining("was changed")]);
    expect((await refusedAsync(repairJournal(path))).code).toBe("journal");
  });

  it("between line and head file is caught up with", async () => {
    const path = await journalOf(2);
    const head = readFileSync(`${path}.head`);
    await append(path);
    writeFileSync(`${path}.head`, head);
    expect(await entries(path)).toHaveLength(3);
    expect(readFileSync(`${path}.head`, "utf8")).toContain('"lines": 3');
    rmSync(`${path}.head`);
    expect((await refusedAsync(openJournal(path, SOURCE))).code).toBe("journal");
  });

  // Verifies R-batch-lock, R-import-journal.
  it("killed at any moment loses no entry that it reported, and blocks nobody (F6)", async () => {
    const path = newPath();
    for (let round = 0; round < 8; round++) {
      const reported = await killAfter(APPENDING, [path, "100000"], Math.random() * 120);
      await repairJournal(path);
      const found = await entries(path);
      expect(found.map(({ attempt }) => attempt)).toEqual(found.map((_, i) => i));
      const last = Number(reported.at(-1) ?? 999) - 999;
      if (reported.length > 0) expect([last, last + 1]).toContain(found.length);
    }
    expect((await entries(path)).length).toBeGreaterThanOrEqual(8);
  });
});

// Verifies R-import-journal, F6.
describe("two imports at a time", () => {
  it("never take the same attempt number", async () => {
    const path = newPath();
    await Promise.all([run(APPENDING, [path, "25"]), run(APPENDING, [path, "25"])]);
    expect((await entries(path)).map(({ attempt }) => attempt)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  // Verifies R-batch-private-files, F14.
  it("are locked by a file that nobody else may open, also where an earlier version left one", async () => {
    const path = newPath();
    const mode = (): number => statSync(`${path}.lock`).mode & 0o777;
    const before = process.umask(0);
    try {
      (await openJournal(path, SOURCE)).close();
      expect(mode()).toBe(0o600);
      chmodSync(`${path}.lock`, 0o666);
      (await openJournal(path, SOURCE)).close();
      expect(mode()).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it("wait for each other in one process, too, and give up in the end", async () => {
    const path = newPath();
    const first = await openJournal(path, SOURCE);
    const error = await refusedAsync(openJournal(path, SOURCE));
    expect([error.kind, error.code, error.place]).toEqual(["environment", "locked", `${path}.lock`]);
    const second = openJournal(path, SOURCE);
    first.close();
    (await second).close();
  });

  it("give the lock back when the journal is refused", async () => {
    const path = await journalOf(2);
    writeLines(path, linesOf(path).slice(1));
    await refusedAsync(openJournal(path, SOURCE));
    (await acquireLock(`${path}.lock`)).release();
  });

  it("are refused a lock file that is none", async () => {
    const path = newPath();
    writeFileSync(`${path}.lock`, "not a database, but long enough to be read as one".repeat(50));
    expect((await refusedAsync(openJournal(path, SOURCE))).code).toBe("lock");
    expect(existsSync(path)).toBe(false);
    expect((await refusedAsync(openJournal(join(folder, "no", "such", "folder"), SOURCE))).code).toBe("lock");
  });
});
