import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/batch/batch.ts";
import { keepEvidence } from "../../src/batch/evidenceFiles.ts";
import { initBatch, readBatch } from "../../src/batch/folder.ts";
import { prepareRecord, writeRecord } from "../../src/batch/recordStore.ts";
import { disclose, type Asked } from "../../src/claims/disclose.ts";
import { exceptionEvidence } from "../../src/claims/exceptionEvidence.ts";
import type { Attested } from "../../src/disclosure/attested.ts";
import type { DisclosureFile } from "../../src/disclosure/document.ts";
import { verifyDisclosure } from "../../src/disclosure/verify.ts";
import { bytesHash, textHash } from "../../src/formats/identity.ts";
import { claimRuleHash } from "../../src/kinds/index.ts";
import { READINGS_RECORD } from "../../src/kinds/temperature/record.ts";
import { claimNamed } from "../../src/policy/document.ts";
import { CLAIM, LOT, newBatch, newSite, POLICY } from "../batch/support.ts";
import { ON } from "../disclosure/support.ts";
import { refused, refusedAsync } from "../input/refused.ts";
import { temporaryFolder } from "../parties/support.ts";
import { makeEvidence, START, steadyRows, TICK } from "../support/evidence.ts";

const folder = temporaryFolder();
const site = await newSite(join(folder, "site"));
const LINES = ["Fridge-tag 2 L\r\n", "2022-05-05 16:30\t4.5\r\n", "the end"];
const CLAIMED = claimNamed(POLICY, CLAIM);
const T0 = Number(START);
const STEP = 50 * Number(TICK);
const WINDOW = { from: T0 + 10 * STEP, to: T0 + 20 * STEP };

interface Recorded {
  readonly batch: Batch;
  readonly record: bigint;
}

/** A folder with a record of 300 readings, of which the sixteenth is the coldest. */
async function recorded(): Promise<Recorded> {
  const dir = join(folder, "batch");
  await initBatch(newBatch(site, dir));
  const batch = await readBatch(dir);
  const raw = Buffer.from(LINES.join(""));
  await keepEvidence(batch, { name: "raw.txt", bytes: raw });
  const rows = steadyRows(300).with(15, { dt: 50, code: 3 });
  const { header: made } = makeEvidence({ n: 420, rows });
  const header = { ...made, rawFileHash: bytesHash(raw), lotHash: textHash(LOT) };
  const { public: signer } = site.source.description;
  const { record, message } = prepareRecord(READINGS_RECORD, batch, CLAIMED.claim, { header, rows });
  const signature = site.source.sign(message);
  const stored = { claim: CLAIM, header, rows, rawFiles: ["raw.txt"], signer, signature };
  await writeRecord(READINGS_RECORD, batch, CLAIMED.claim, stored);
  return { batch, record };
}

const { batch, record } = await recorded();

function attested(changes: Partial<Attested> = {}): Attested {
  const rule = claimRuleHash(POLICY, CLAIMED.index, batch.secrets.ruleSalt(CLAIM));
  const facts = { ...ON, batch: batch.commitments.batch, claim: CLAIMED.index, stage: 1, kind: "temperature" } as const;
  return { ...facts, rule, proven: { head: 1n, record, doubts: [] }, exceptions: new Map(), ...changes };
}

async function made(asked: Asked, withRule = false): Promise<DisclosureFile> {
  return (await disclose({ batch, claim: CLAIMED }, asked, ON, withRule)).file;
}

// Verifies R-disclosure-record, R-disclosure-rule.
describe("a disclosure of a batch folder", () => {
  it("shows a window of the very record that is attested, with the lot's name", async () => {
    const file = await made({ form: "series", window: WINDOW });
    const { content, header, rule, window, rawFileHash } = verifyDisclosure(file, attested(), "d.json");
    if (content.form !== "series") throw new Error("not a series");
    expect(content.readings.filter(({ asked }) => asked)).toHaveLength(11);
    expect(content.figures).toHaveLength(1);
    expect([rule, window, content.channels[0]?.band]).toEqual([null, WINDOW, null]);
    expect(header).toContain(`Lot: ${LOT}`);
    expect(BigInt(rawFileHash ?? 0)).toBe(bytesHash(Buffer.from(LINES.join(""))));
  });

  it("shows the rule in words, and what only it makes known", async () => {
    const file = await made({ form: "series", window: WINDOW }, true);
    const { content, rule } = verifyDisclosure(file, attested(), "d.json");
    expect(rule?.length).toBeGreaterThan(3);
    expect(content).toMatchObject({ gaps: [] });
  });

  it("V226: says with its rule nothing of the policy's other claims, which are not shown", async () => {
    const rule = (await disclose({ batch, claim: CLAIMED }, { form: "series", window: WINDOW }, ON, true)).shown.rule;
    expect(rule?.at(-1)).toMatch(/^Device: .*; named before the stage by the custodians' word\.$/);
  });

  it.each([
    ["another limit", { claim: { ...CLAIMED.claim, rule: { ...CLAIMED.claim.rule, lead: 1 } } }],
    ["another product", { product: "OTHER" }],
    ["another version", { version: 99 }],
    ["another stage", { claim: { ...CLAIMED.claim, stage: 0 } }],
    ["another salt", { salt: `0x00${"1".repeat(62)}` }],
    ["a salt that is none", { salt: `0x${"0".repeat(64)}` }],
  ])("V216: is refused with a rule of %s", async (_, change) => {
    const file = await made({ form: "series", window: WINDOW }, true);
    const changed = { ...file, rule: { ...file.rule, ...change } };
    expect(refused(() => verifyDisclosure(changed, attested(), "d.json")).code).toBe("disclosure-rule");
  });

  it("V216: is refused where the policy fixed another rule, or the rule is no rule", async () => {
    const file = await made({ form: "series", window: WINDOW }, true);
    expect(refused(() => verifyDisclosure(file, attested({ rule: 1n }), "d.json")).code).toBe("disclosure-rule");
    const shapeless = { ...file, rule: { ...file.rule, claim: {} } };
    expect(refused(() => verifyDisclosure(shapeless, attested(), "d.json")).code).toBe("policy-schema");
  });

  it("shows lines of the raw file under an exception, and the signature after them", async () => {
    const evidence = await exceptionEvidence(batch, CLAIMED.claim);
    const file = await made({ form: "lines", exception: 5, first: 2, last: 4 });
    const facts = attested({ proven: undefined, exceptions: new Map([[5, evidence]]) });
    const { content } = verifyDisclosure(file, facts, "d.json");
    expect(content).toMatchObject({ lines: [{ number: 2, text: "2022-05-05 16:30\t4.5" }, { text: "the end" }, {}] });
  });

  it.each([
    ["lines that are not there", { form: "lines", exception: 5, first: 2, last: 5 }, "disclosure-options"],
    ["lines backwards", { form: "lines", exception: 5, first: 3, last: 2 }, "disclosure-options"],
    ["a hand-off of a series", { form: "handoff" }, "disclosure-options"],
    ["a window without readings", { form: "series", window: { from: 1, to: 2 } }, "disclosure-outside"],
  ] as const)("is not made for %s", async (_, asked, code) => {
    expect((await refusedAsync(made(asked))).code).toBe(code);
  });
});
