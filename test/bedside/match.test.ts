import { Wallet, type Signer } from "ethers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Batch } from "../../src/batch/batch.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { handoffFile } from "../../src/batch/handoffFile.ts";
import { joinBatch } from "../../src/batch/handoffs.ts";
import { matchBag, type BagQuestion, type StandingSource } from "../../src/bedside/match.ts";
import { environmentError, refusal } from "../../src/errors.ts";
import { documentText } from "../../src/formats/document.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import type { Answered } from "../../src/standing/answer.ts";
import { readSignedStanding, signStanding } from "../../src/standing/signed.ts";
import type { Standing } from "../../src/standing/standing.ts";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refusedAsync } from "../input/refused.ts";
import { temporaryFolder } from "../parties/support.ts";
import { agreementRuns } from "../support/runs.ts";
import { COI, labelOf, LOT, newWard, NOW, ORDER, standingOf, WHERE, type Ward } from "./support.ts";

/** Bag, wristband and batch held against each other: each thing that does not match, by the name of its reason. */

const GTIN = "(01)04012345123456(21)BAG-1";
/** Who may certify the batch. */
const QP = new Wallet(`0x${"5e".repeat(32)}`);
const OTHER_BAG = "(01)04012345123456(21)BAG-2";

const folder = temporaryFolder();
let ward: Ward;
let batch: Batch;
let label: string;
let standing: Standing;

beforeAll(async () => {
  ward = await newWard(folder);
  batch = await readBatch(ward.dir);
  label = await labelOf(ward);
  standing = await standingOf(ward);
});

const saying = (said: Standing): StandingSource => ({ from: "node", ask: () => Promise.resolve(said) });

function matched(question: Partial<BagQuestion> = {}, source: StandingSource = saying(standing)): Promise<Answered> {
  return matchBag(batch, {
    question: { label, wristband: COI, carrier: "", ...question },
    where: WHERE,
    source,
    now: NOW,
  });
}

function codes({ light, reasons }: Answered): readonly string[] {
  return [light, ...reasons.map(({ code }) => code)];
}

// Verifies R-bedside-match.
describe("a bag at the bedside", () => {
  it("may be given where wristband, label and register say one batch", async () => {
    const answer = await matched();
    expect(codes(answer)).toEqual(["green"]);
    expect(answer.record).toEqual({
      ...{ batch: standing.batch, registry: WHERE.registry, chainId: "31337", block: 12, hash: standing.hash },
      ...{ time: standing.time, asked: "2026-05-01T12:00:00Z", from: "node" },
    });
  });

  it("matches a wristband as a scanner gives it, with a line's end and an AIM identifier", async () => {
    for (const wristband of [`${COI}\n`, `${COI}\r\n`, `]C1${COI}`, `]Q3${COI}\r`]) {
      expect(codes(await matched({ wristband })), JSON.stringify(wristband)).toEqual(["green"]);
    }
  });

  it("V350: is not given once more where the folder records that the batch was given, whatever the register says", async () => {
    const path = join(ward.dir, "administration.json");
    writeFileSync(path, "half of a record");
    try {
      expect(codes(await matched())).toEqual(["red", "given"]);
      expect(codes(await matched({}, null))).toEqual(["red", "given", "no-answer"]);
    } finally {
      rmSync(path);
    }
    expect(codes(await matched())).toEqual(["green"]);
  });

  // Verifies V310.
  it("is another patient's, whatever the register says, where the wristband is another", async () => {
    const others = ["COI-PATIENT-0816", "", ` ${COI}`, `${COI} `, COI.toLowerCase(), `${COI}\u200b`, ORDER, LOT];
    for (const wristband of [...others, `\n${COI}`, `]C1]C1${COI}`]) {
      expect(codes(await matched({ wristband })), JSON.stringify(wristband)).toEqual(["red", "wristband"]);
    }
  });

  it("never matches another wristband's text", async () => {
    const near = fc.tuple(fc.nat(COI.length), fc.string({ maxLength: 3 })).map(([at, text]) => {
      return COI.slice(0, at) + text + COI.slice(at + 1);
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), near), async (wristband) => {
        const read = wristband.replace(/[\r\n]+$/, "").replace(/^\][A-Za-z][0-9A-Za-z]/, "");
        fc.pre(read.isWellFormed() && read.normalize("NFC") !== COI);
        expect(codes(await matched({ wristband }))).toEqual(["red", "wristband"]);
      }),
      { numRuns: agreementRuns(40) },
    );
  });

  // Verifies V315.
  it.each([
    ["another batch", "label-batch", { batch: `0x${"99".repeat(32)}` }],
    ["another chain", "label-chain", { chainId: 1n }],
    ["another register", "label-register", { registry: `0x${"77".repeat(20)}` }],
  ] as const)("is another bag where its label is of %s", async (_, code, other) => {
    expect(codes(await matched({ label: await labelOf(ward, other) }))).toEqual(["red", code]);
  });

  // Verifies V315.
  it("has a label that a custodian of the batch signed, and no copy of its text under another's signature", async () => {
    const forged = await labelOf(ward, {}, ward.stranger);
    expect(codes(await matched({ label: forged }))).toEqual(["red", "label-signature"]);
    const swapped = `${label.slice(0, label.indexOf("&sig="))}${forged.slice(forged.indexOf("&sig="))}`;
    expect(codes(await matched({ label: swapped }))).toEqual(["red", "label-signature"]);
  });

  it("has the code that its label names", async () => {
    const named = await labelOf(ward, { carrier: { scheme: "gs1", text: GTIN } });
    expect(codes(await matched({ label: named, carrier: GTIN }))).toEqual(["green"]);
    expect(codes(await matched({ label: named, carrier: "]d20104012345123456" + "21BAG-1" }))).toEqual(["green"]);
    expect(codes(await matched({ label: named, carrier: OTHER_BAG }))).toEqual(["red", "label-id"]);
    expect(codes(await matched({ label: named }))).toEqual(["red", "label-id"]);
    expect(codes(await matched({ carrier: GTIN }))).toEqual(["red", "label-id"]);
  });

  it("gives every reason at once", async () => {
    const wrong = await labelOf(ward, { chainId: 1n, batch: `0x${"99".repeat(32)}` }, ward.stranger);
    const recalled = { ...standing, recalled: true, status: "Recalled", release: "No" } as const;
    expect(codes(await matched({ label: wrong, wristband: "P-8" }, saying(recalled)))).toEqual([
      ...["red", "wristband", "label-chain", "label-batch", "label-signature", "recalled"],
    ]);
  });

  it("is no bag at all where the label is no label, or the code none", async () => {
    expect((await refusedAsync(matched({ label: "batchproof:1?chain=1" }))).code).toBe("label");
    expect((await refusedAsync(matched({ carrier: "BAG-1" }))).code).toBe("carrier");
  });
});

// Verifies R-bedside-match.
describe("what the register says of the batch", () => {
  it.each([
    ["recalled", { recalled: true, status: "Recalled", release: "No" }, ["red", "recalled"]],
    ["held", { holds: [{ side: "qp", order: null }], release: "No" }, ["red", "held"]],
    ["with an open exception", { openExceptions: { own: 1, inherited: 0 }, release: "No" }, ["red", "exceptions"]],
    ["not certified", { status: "Compliant", release: "No", certified: null }, ["red", "not-released"]],
    ["under another policy", { policy: { policyId: `0x${"00".repeat(32)}` } }, ["red", "other-policy"]],
    [
      "supplied exceptionally",
      {
        ...{ status: "ExceptionalSupply", release: "ExceptionalSupply" },
        supply: { administration: "2026-05-01T08:00:00Z", notificationDue: "2026-05-03T08:00:00Z", notified: false },
      },
      ["exceptional"],
    ],
  ] as const)("of one that is %s, decides", async (_, other, expected) => {
    const said = { ...standing, ...other, policy: { ...standing.policy, ...("policy" in other ? other.policy : {}) } };
    const answer = codes(await matched({}, saying(said as Standing)));
    expect([answer[0], ...answer.slice(1).filter((code) => expected.includes(code as never))]).toEqual(expected);
  });

  it("is of another hand-off than the folder's: the chain forks", async () => {
    const stages = standing.stages.map((stage) => ({ ...stage, head: `0x${"11".repeat(32)}` }));
    expect(codes(await matched({}, saying({ ...standing, stages })))).toEqual(["red", "other-chain"]);
  });

  it("does not let the last stage begin", async () => {
    const stages = standing.stages.map((stage) => ({ ...stage, ready: false }));
    expect(codes(await matched({}, saying({ ...standing, stages })))).toEqual(["red", "not-ready"]);
  });

  it("is no answer where it is of another batch, commitment, register or chain", async () => {
    const others = [
      { batch: `0x${"99".repeat(32)}` },
      { commitment: `0x${"09".repeat(32)}` },
      { registry: `0x${"77".repeat(20)}` },
      { chainId: "1" },
    ];
    for (const other of others) {
      expect(codes(await matched({}, saying({ ...standing, ...other })))).toEqual(["red", "standing-batch"]);
    }
  });

  it("is unknown where nobody can be asked, and red all the same where something does not match", async () => {
    const silent: StandingSource = {
      from: "node",
      ask: () => Promise.reject(environmentError("No node answers at https://node/secret.", { code: "unreachable" })),
    };
    for (const source of [null, silent]) {
      const answer = await matched({}, source);
      expect([codes(answer), answer.record]).toEqual([["unknown", "no-answer"], null]);
      expect(JSON.stringify(answer)).not.toContain("secret");
      expect(codes(await matched({ wristband: "P-8" }, source))).toEqual(["red", "wristband", "no-answer"]);
    }
  });

  it("is refused where the register has no such batch", async () => {
    const refuse: StandingSource = {
      from: "node",
      ask: () => Promise.reject(refusal("The register has no such batch.", { code: "BatchUnknown" })),
    };
    expect((await refusedAsync(matched({}, refuse))).code).toBe("BatchUnknown");
  });
});

// Verifies R-bedside-private.
it("no answer holds what the wristband says, nor what the folder knows of the patient", async () => {
  for (const wristband of [COI, "COI-PATIENT-0816"]) {
    for (const source of [saying(standing), null]) {
      const said = JSON.stringify(await matched({ wristband }, source));
      for (const secret of [wristband, COI, ORDER, LOT]) expect(said).not.toContain(secret);
    }
  }
});

it("a folder that joined the batch does not know whom it is for, and says so", async () => {
  const handoffPath = join(folder, "handoff.json");
  writeFileSync(handoffPath, documentText(handoffFile(batch, undefined)));
  const joined = join(folder, "joined");
  const { batch: other } = await joinBatch({
    dir: joined,
    policyPath: join(folder, "policy.json"),
    lot: LOT,
    handoffPath,
  });
  const question = { label, wristband: COI, carrier: "" };
  const error = await refusedAsync(matchBag(other, { question, where: WHERE, source: null, now: NOW }));
  expect(error).toMatchObject({ code: "batch-joined", remedy: "Do this in the folder of the first custodian." });
});

/** What a QP signed of block 12, for a day from then. */
async function offline(
  other: Partial<Standing> = {},
  qps: readonly string[] = [QP.address],
  account: Signer = QP,
): Promise<StandingSource> {
  const said = { ...standing, ...other };
  const signed = await signStanding(account, said, parseTime(said.time, "test") + 86_400);
  // As it is read from a file.
  return { from: "standing", signed: readSignedStanding(JSON.stringify(signed), "file"), qps };
}

// Verifies R-bedside-offline, V315.
describe("a bedside without a network", () => {
  it("goes by what a QP signed, and says so", async () => {
    const answer = await matched({}, await offline());
    expect(codes(answer)).toEqual(["green"]);
    expect(answer.notes.map(({ code }) => code)).toEqual(["from-standing"]);
    expect(answer.record).toMatchObject({ from: "standing", block: 12 });
  });

  it("does not go by what somebody else signed, nor by a QP whom it does not know", async () => {
    const stranger = Wallet.createRandom();
    expect(codes(await matched({}, await offline({}, [QP.address], stranger)))).toEqual(["red", "standing-signer"]);
    expect(codes(await matched({}, await offline({}, [stranger.address])))).toEqual(["red", "standing-signer"]);
    expect(codes(await matched({}, await offline({}, [])))).toEqual(["red", "standing-signer"]);
  });

  it("does not go by a standing that is a day old, or of a time to come", async () => {
    const at = (seconds: number): Partial<Standing> => ({ time: formatTime(NOW + seconds) });
    expect(codes(await matched({}, await offline(at(-86_400))))).toEqual(["green"]);
    expect(codes(await matched({}, await offline(at(-86_401))))).toContain("standing-old");
    expect(codes(await matched({}, await offline(at(600))))).toEqual(["green"]);
    expect(codes(await matched({}, await offline(at(601))))).toEqual(["red", "standing-old"]);
  });

  it("does not go by a standing of another batch, nor by one that was changed", async () => {
    expect(codes(await matched({}, await offline({ batch: `0x${"99".repeat(32)}` })))).toEqual([
      "red",
      "standing-batch",
    ]);
    const source = await offline({ recalled: true, status: "Recalled", release: "No" });
    if (source?.from !== "standing") throw new Error("no standing");
    const changed = { ...source, signed: { ...source.signed, standing } };
    expect(codes(await matched({}, changed))).toEqual(["red", "standing-signer"]);
    expect(codes(await matched({}, source))).toEqual(["red", "recalled"]);
  });

  it("is red for another patient all the same", async () => {
    expect(codes(await matched({ wristband: "P-8" }, await offline()))).toEqual(["red", "wristband"]);
  });
});
