import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readBatch, setStage } from "../../src/batch/folder.ts";
import { signHandoff } from "../../src/batch/handoffs.ts";
import { readAdministration, recordAdministration, type Asked, type Recorded } from "../../src/bedside/administer.ts";
import { matchBag, type StandingSource } from "../../src/bedside/match.ts";
import {
  administrationDocument,
  administrationRecord,
  basisOf,
  signAdministration,
  type AdministrationRecord,
  type Said,
} from "../../src/bedside/record.ts";
import { environmentError } from "../../src/errors.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import type { Standing } from "../../src/standing/standing.ts";
import { refusedAsync } from "../input/refused.ts";
import { PASSPHRASE, temporaryFolder } from "../parties/support.ts";
import { COI, labelOf, newWard, NOW, RECEIVED, standingOf, TIMES, WHERE, type Ward } from "./support.ts";

/** What is written of an administration, and what is not. */

const folder = temporaryFolder();
let ward: Ward;
let label: string;
let standing: Standing;
let dir: string;
let count = 0;

beforeAll(async () => {
  ward = await newWard(folder);
  label = await labelOf(ward);
  standing = await standingOf(ward);
});
beforeEach(() => {
  dir = join(folder, `ward-${count++}`);
  cpSync(ward.dir, dir, { recursive: true });
});

const EXCEPTIONAL: Partial<Standing> = {
  ...{ status: "ExceptionalSupply", release: "ExceptionalSupply" },
  supply: { administration: RECEIVED, notificationDue: "2026-05-03T08:00:00Z", notified: false },
};

/** A node that says this of the latest block, and that of an earlier one. */
function saying(latest: Partial<Standing> = {}, then: Partial<Standing> = latest): StandingSource {
  return {
    from: "node",
    ask: (_, block) => Promise.resolve({ ...standing, ...(block === undefined ? latest : then) }),
  };
}

function asked(source: StandingSource = saying()): Asked {
  return { wristband: COI, where: WHERE, source, now: NOW };
}

/** What two people signed of what was answered by `source`. */
async function signed(said: Partial<Said> = {}, source = saying()): Promise<AdministrationRecord> {
  const question = { label, wristband: COI, carrier: "" };
  // In a folder that records nothing yet.
  const answer = await matchBag(await readBatch(ward.dir), { question, where: WHERE, source, now: NOW });
  const exceptional = answer.light === "exceptional";
  const document = administrationDocument(basisOf(answer), {
    ...TIMES,
    stage: 2,
    label,
    carrier: "",
    exceptional,
    ...said,
  });
  return administrationRecord(
    document,
    signAdministration(document, "performed", ward.nurse, NOW),
    signAdministration(document, "verified", ward.physician, NOW),
  );
}

function record(what: AdministrationRecord, how: Partial<Asked> = {}): Promise<Recorded> {
  return recordAdministration(dir, JSON.stringify(what), { ...asked(), ...how });
}

async function refusedCode(run: () => Promise<unknown>): Promise<string | undefined> {
  const before = readFileSync(join(dir, "batch.json"), "utf8");
  const had = existsSync(join(dir, "administration.json"));
  const { code } = await refusedAsync(run());
  expect(readFileSync(join(dir, "batch.json"), "utf8")).toBe(before);
  expect(existsSync(join(dir, "administration.json"))).toBe(had);
  return code;
}

// Verifies R-administration-again, R-administration-once.
describe("an administration", () => {
  it("is recorded once, and ends the last stage", async () => {
    const what = await signed();
    expect(await record(what)).toMatchObject({ recorded: true, already: false, answer: { light: "green" } });
    expect(await readAdministration(dir)).toEqual(what);
    const batch = await readBatch(dir);
    expect(batch.stages[2]).toMatchObject({ start: RECEIVED, end: "2026-05-01T11:00:00Z" });
    if (process.platform !== "win32") expect(statSync(join(dir, "administration.json")).mode & 0o777).toBe(0o600);
    expect(await record(await signed())).toMatchObject({ recorded: true, already: true, answer: undefined });
  });

  it("is closed afterwards by the custodian, and recorded as before", async () => {
    await record(await signed());
    const hospital = await unlockKey(join(folder, "hospital.key.json"), PASSPHRASE);
    await signHandoff({ dir, stage: "administration", side: "released", key: hospital, condition: "conforming" });
    expect(await record(await signed())).toMatchObject({ already: true });
  });

  it("is one: another one is refused and leaves the first", async () => {
    const first = await signed();
    await record(first);
    const other = await signed({ infusionStart: TIMES.infusionStart + 60 });
    expect(await refusedCode(() => record(other))).toBe("administration-exists");
    expect(await readAdministration(dir)).toEqual(first);
  });

  it("of an exceptional supply is recorded as one", async () => {
    const source = saying(EXCEPTIONAL);
    expect(await record(await signed({}, source), { source })).toMatchObject({
      recorded: true,
      answer: { light: "exceptional" },
    });
  });

  // Verifies V314.
  it.each([
    ["the batch was recalled since", saying({ recalled: true, status: "Recalled", release: "No" }, {}), "red"],
    ["it is supplied exceptionally since", saying(EXCEPTIONAL, {}), "exceptional"],
    ["there is no node any more", null, "unknown"],
  ] as const)("is not recorded where %s", async (_, source, light) => {
    const what = await signed();
    expect(await record(what, { source })).toMatchObject({ recorded: false, answer: { light } });
    expect(existsSync(join(dir, "administration.json"))).toBe(false);
    expect((await readBatch(dir)).stages[2]?.end).toBeUndefined();
  });

  // Verifies V310.
  it("is not recorded for another patient, whatever two people signed", async () => {
    expect(await record(await signed(), { wristband: "P-8" })).toMatchObject({
      recorded: false,
      answer: { light: "red", reasons: [{ code: "wristband" }] },
    });
    expect(existsSync(join(dir, "administration.json"))).toBe(false);
  });

  // Verifies V314.
  it("is not what was answered where the register says something else of that block", async () => {
    const what = await signed({}, saying({ block: 9 }));
    const codes = async (then: Partial<Standing>): Promise<unknown> =>
      refusedCode(() => record(what, { source: saying({}, then) }));
    expect(await codes({ block: 9, hash: `0x${"ee".repeat(32)}` })).toBe("administration-standing");
    expect(await codes({ block: 9, time: "2026-05-01T11:49:00Z" })).toBe("administration-standing");
    expect(await codes({ block: 9, recalled: true, status: "Recalled", release: "No" })).toBe(
      "administration-standing",
    );
    expect(await record(what, { source: saying({}, { block: 9 }) })).toMatchObject({ recorded: true });
  });

  it("is not recorded where the node no longer answers for that block", async () => {
    const what = await signed({}, saying({ block: 9 }));
    const source: StandingSource = {
      from: "node",
      ask: (_, block) =>
        block === undefined
          ? Promise.resolve(standing)
          : Promise.reject(environmentError("missing trie node", { code: "unreachable" })),
    };
    expect(await refusedCode(() => record(what, { source }))).toBe("administration-standing");
  });

  it.each([
    ["before its receipt", { thawed: TIMES.thawed - 3601 }, {}],
    ["more than five minutes ahead", {}, { now: NOW - 301 }],
  ] as const)("does not lie %s", async (_, said, how) => {
    const what = await signed(said);
    expect(await refusedCode(() => record(what, how))).toBe("administration-time");
  });

  it("may be thawed at the moment of its receipt, and signed five minutes ahead", async () => {
    expect(await record(await signed({ thawed: TIMES.thawed - 3600 }), { now: NOW - 300 })).toMatchObject({
      recorded: true,
    });
  });

  it("is of this folder's batch and its last stage", async () => {
    const other = await signed({ stage: 1 });
    expect(await refusedCode(() => record(other))).toBe("administration-batch");
    const what = await signed();
    for (const where of [{ chainId: "1" }, { registry: `0x${"77".repeat(20)}` }, { owner: `0x${"78".repeat(20)}` }]) {
      expect(await refusedCode(() => record(what, { where: { ...WHERE, ...where } }))).toBe("administration-batch");
    }
  });

  it("is refused where the stage has another end, or is closed without it", async () => {
    const what = await signed();
    await setStage(dir, "administration", { end: "2026-05-01T11:00:01Z" });
    expect(await refusedCode(() => record(what))).toBe("administration-end");
    await setStage(dir, "administration", { end: "2026-05-01T13:00:00+02:00" });
    const hospital = await unlockKey(join(folder, "hospital.key.json"), PASSPHRASE);
    await signHandoff({ dir, stage: "administration", side: "released", key: hospital, condition: "conforming" });
    expect(await refusedCode(() => record(what))).toBe("administration-end");
  });

  it("goes into no folder whose last stage is another organisation's", async () => {
    const what = await signed();
    const { description } = ward.stranger;
    const path = join(dir, "batch.json");
    const file = JSON.parse(readFileSync(path, "utf8")) as { stages: { custodian?: { org: string } }[] };
    if (file.stages[2]?.custodian !== undefined) file.stages[2].custodian.org = description.org;
    writeFileSync(path, JSON.stringify(file));
    expect(await refusedCode(() => record(what))).toBe("administration-custodian");
  });

  // Verifies V316.
  it("that a killed command wrote half is completed, without asking anybody", async () => {
    const what = await signed();
    writeFileSync(join(dir, "administration.json"), JSON.stringify(what), { mode: 0o600 });
    expect((await readBatch(dir)).stages[2]?.end).toBeUndefined();
    expect(await record(await signed(), { source: null })).toMatchObject({ recorded: true, already: true });
    expect((await readBatch(dir)).stages[2]?.end).toBe("2026-05-01T11:00:00Z");
  });

  // Verifies V310.
  it("that is recorded is not said to be for another patient", async () => {
    await record(await signed());
    expect(await record(await signed(), { wristband: "P-8" })).toMatchObject({
      ...{ recorded: false, already: false, answer: { light: "red" } },
    });
  });

  // Verifies R-bedside-private.
  it("leaves the wristband's text in no file but the folder's own identity", async () => {
    await record(await signed());
    expect(readFileSync(join(dir, "administration.json"), "utf8")).not.toContain(COI);
  });
});
