import { id, toBeHex, ZeroHash } from "ethers";
import { BATCH_SEAT, DISPOSITION, REASON } from "../../src/formats/codes.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, type AuditReport } from "../../src/audit/audit.ts";
import { eventReader } from "../../src/audit/events.ts";
import { WITHOUT_ENTRY } from "../../src/audit/history.ts";
import { BATCH_EVENTS } from "../../src/audit/reduceBatch.ts";
import { auditCsv } from "../../src/audit/csv.ts";
import type { BatchReport, ReportedFinding } from "../../src/audit/report.ts";
import { auditHtml } from "../../src/audit/html.ts";
import { auditText } from "../../src/audit/table.ts";
import { printedLineage, reportFromJson } from "../../src/audit/reportJson.ts";
import { captured } from "../cli/captured.ts";
import { printAnswer } from "../../cli/output.ts";
import { closingProposal, rootProposal } from "../../src/chain/proposals.ts";
import { acceptedCircuits, unknownKindsText } from "../../src/chain/acceptedCircuits.ts";
import { embeddedChain, mineAt } from "../../src/chain/connect.ts";
import { addCircuit, mined } from "../../src/chain/deploy.ts";
import { askGate } from "../../src/standing/gate.ts";
import type { ChainPolicy } from "../../src/formats/chainPolicy.ts";
import { simulatedCircuit } from "../support/simulated.ts";
import {
  ASSAY,
  CUSTODY_0,
  DAY,
  LEG,
  LEG_0,
  ROOT,
  World,
  type Actor,
  type OpenBatch,
} from "../contracts/support/world.ts";
import { OTHER } from "../contracts/support/reasons.ts";
import { nameWord } from "../../src/formats/names.ts";

/** Every kind of row that an audit can show, each from the calls that cause it; statuses as the contract's own view. */

const EVIDENCE = `0x${"1".repeat(64)}`;
const FORMULA = '=HYPERLINK("x")';
/** What was said in words; of one hold nobody has them. */
const TEXTS = new Map([
  [id("formula"), FORMULA],
  [id("control"), "label\u001b[2Jmix-up"],
]);

let world: World;
let report: AuditReport;
const batches: Record<string, OpenBatch> = {};

const act = (actor: Actor): ReturnType<World["as"]>["registry"] => world.as(actor).registry;

/** Exceptions raised so far. */
let raised = 0n;

async function raise(
  batch: OpenBatch,
  claim = LEG,
  severity = 2,
  by: Actor = "manufacturer",
  reference = "DEV-1",
): Promise<bigint> {
  await mined(() => act(by).raiseException([batch.key], [claim], 1, severity, nameWord(reference), EVIDENCE));
  return ++raised;
}

async function close(id: bigint, disposition: number): Promise<void> {
  await mined(() => world.as("qa").persons.proposeClosing(id, disposition, EVIDENCE));
  await mined(() => world.as("qp").persons.confirmClosing(id, disposition, EVIDENCE));
}

async function certify(batch: OpenBatch): Promise<void> {
  const [certificate, signature] = await world.sign(batch);
  await mined(() => act("qp").certify(batch.key, certificate, signature));
}

/** What is done to one batch of each name, in this order. */
const STORIES: Record<string, (batch: OpenBatch) => Promise<unknown>> = {
  rejected: ({ key }) => mined(() => act("qp").reject(key, ...OTHER)),
  aborted: ({ key }) => mined(() => act("manufacturer").abort(key, ...OTHER)),
  supplied: async ({ key }) => {
    const now = await world.now();
    await mined(() => act("qp").exceptionalSupply(key, EVIDENCE, EVIDENCE, now));
  },
  // Administered later, so nothing is overdue yet; and one of which the authority was told too late, and had been certified.
  planned: async ({ key }) => {
    const now = await world.now();
    await mined(() => act("qp").exceptionalSupply(key, EVIDENCE, EVIDENCE, now + 20n * DAY));
  },
  told: async (batch) => {
    await world.makeCompliant(batch);
    await certify(batch);
    const now = await world.now();
    await mined(() => act("qp").exceptionalSupply(batch.key, EVIDENCE, EVIDENCE, now - 10n * DAY));
    await mined(() => act("manufacturer").notifyAuthority(batch.key, now));
  },
  recalled: ({ key }) => mined(() => act("authority").recall(key, REASON["quality-defect"], id("formula"))),
  held: ({ key }) => mined(() => act("qp").hold([key], REASON.complaint, id("control"), ZeroHash)),
  unspoken: ({ key }) => mined(() => act("qp").hold([key], REASON.complaint, id("kept elsewhere"), ZeroHash)),
  lifted: async ({ key }) => {
    await mined(() => act("authority").hold([key], ...OTHER, nameWord("O-1")));
    await mined(() => act("authority").unhold(key, world.address.authority, ...OTHER));
  },
  extended: async ({ key, due }) => {
    await mined(() => act("manufacturer").extendDue(key, 1, due[1] + 60n, ...OTHER));
  },
  reopened: async ({ key }) => {
    await mined(() => act("manufacturer").nameSubmitter(key, world.address.rival));
    await mined(() => act("manufacturer").replaceOpening(key, 4_444n, ...OTHER));
  },
  asked: async ({ key }) => {
    const now = await world.now();
    const { requests } = world.as("authority");
    const ask = async (days: bigint): Promise<bigint> => {
      await mined(() => requests.request(key, LEG, 1n, 2n, now + days * DAY));
      return requests.requested();
    };
    const answer = async (request: bigint): Promise<bigint> => {
      await mined(() => world.as("manufacturer").requests.answer(request, EVIDENCE));
      return request;
    };
    await ask(100n);
    await ask(1n);
    await answer(await ask(1n));
    const [accepted, again, withdrawn] = [await answer(await ask(1n)), await answer(await ask(1n)), await ask(1n)];
    await mined(() => requests.accept(accepted));
    await mined(() => requests.reopen(again, now + 50n * DAY));
    await mined(() => requests.withdraw(withdrawn));
  },
  settled: async (batch) => {
    await close(await raise(batch), 1);
  },
  refused: async (batch) => {
    const id = await raise(batch, LEG, 3, "manufacturer", 'D"; closed as accepted');
    await mined(() => world.as("qa").persons.proposeClosing(id, DISPOSITION.rejected, EVIDENCE));
  },
  // QA thinks better of it; and what the claim rested on does not count any more.
  rethought: async (batch) => {
    await world.makeCompliant(batch);
    const exception = await raise(batch);
    const accepted = [exception, DISPOSITION.accepted, EVIDENCE] as const;
    await mined(() => world.as("qa").persons.proposeClosing(...accepted));
    await mined(() => world.as("qa").persons.withdraw(closingProposal(...accepted)));
    await close(exception, DISPOSITION.rejected);
  },
  // An authority raised it; others closed it, and the authority has not said a word since.
  silenced: async (batch) => {
    await world.makeCompliant(batch);
    await close(await raise(batch, LEG, 1, "authority"), DISPOSITION.unfounded);
  },
  agreed: async (batch) => {
    await world.makeCompliant(batch);
    const exception = await raise(batch, LEG, 1, "authority");
    await close(exception, DISPOSITION.accepted);
    await mined(() => world.as("authority").persons.acknowledge(exception));
  },
  seated: async ({ key }) => {
    await mined(() => world.as("manufacturer").persons.proposeQp(key, BATCH_SEAT, world.address.rivalQp));
    await mined(() => world.as("qp").persons.consentQp(key, BATCH_SEAT, world.address.rivalQp));
  },
  confirmable: (batch) => world.makeCompliant(batch),
  confirmed: async (batch) => {
    await world.makeCompliant(batch);
    await mined(() => world.as("qp").persons.confirmStage(batch.key, 1, EVIDENCE));
  },
  unconfirmed: async (batch) => {
    await world.makeCompliant(batch);
    await mined(() => world.as("qp").persons.confirmStage(batch.key, 1, EVIDENCE));
    await mined(() => world.as("qp").persons.confirmStage(batch.key, 1, ZeroHash));
  },
  asserted: async (batch) => {
    await raise(batch, CUSTODY_0);
    await mined(() => act("manufacturer").setHead(batch.key, 0, 100n));
    const item = await world.item(batch, LEG_0, 100n, "manufacturer");
    await mined(() => act("manufacturer").attest(batch.key, [item]));
  },
  moved: async (batch) => {
    const first = await world.item(batch, CUSTODY_0, 100n, "courier", { record: batch.opening });
    const leg = await world.item(batch, LEG_0, 100n, "courier");
    await mined(() => act("courier").attest(batch.key, [first, leg]));
    const other = await world.item(batch, CUSTODY_0, 101n, "qa", { record: batch.opening });
    await mined(() => act("qa").amend(batch.key, other, ...OTHER));
  },
  // The proof of the deviation is replaced by one that tells of none.
  vanishing: async (batch) => {
    const deviating = await world.item(batch, LEG, 100n, "manufacturer", { deviations: 4n + 2n ** 70n });
    await mined(() => act("manufacturer").attest(batch.key, [deviating]));
    const clean = await world.item(batch, LEG, 100n, "qa", { record: 77n });
    await mined(() => act("qa").amend(batch.key, clean, ...OTHER));
  },
  strange: async (batch) => {
    const item = await world.item(batch, LEG, 100n, "manufacturer", { deviations: 2n ** 70n + 1n });
    await mined(() => act("manufacturer").attest(batch.key, [item]));
  },
  released: async (batch) => {
    await world.makeCompliant(batch);
    await certify(batch);
  },
  vanished: async (batch) => {
    await world.makeCompliant(batch);
    await certify(batch);
    await mined(() => act("qp").abort(batch.key, ...OTHER));
  },
  opposed: async (batch) => {
    await world.makeCompliant(batch);
    await certify(batch);
    await raise(batch);
  },
  excused: async (batch) => {
    const item = await world.item(batch, ASSAY, 101n, "manufacturer");
    await mined(() => act("manufacturer").attest(batch.key, [item]));
    await close(await raise(batch), 1);
  },
  late: async (batch) => {
    const items = [
      await world.item(batch, LEG, 100n, "manufacturer", { deviations: 16n }),
      await world.item(batch, ASSAY, 101n, "manufacturer"),
    ];
    await mined(() => act("manufacturer").attest(batch.key, items));
  },
  unbounded: async (batch) => {
    const items = [
      await world.item(batch, LEG, 100n, "manufacturer", { deviations: 48n }),
      await world.item(batch, ASSAY, 101n, "manufacturer", { deviations: 52n }),
    ];
    await mined(() => act("manufacturer").attest(batch.key, items));
  },
  unknownKind: (batch) => world.makeCompliant(batch),
  // The proof came, whatever people had accepted in its place.
  proven: async (batch) => {
    await close(await raise(batch), 1);
    await world.makeCompliant(batch);
  },
};
/** Stories of the policy with custody. */
const WITH_CUSTODY = ["asserted", "moved"];

/** Of a later version: this one does not know what it proves. */
const LATER = simulatedCircuit("a kind of a later version");

/** The plain policy, one of whose claims such a circuit may prove, too. */
function laterPolicy(): ChainPolicy {
  const plain = world.plainPolicy(2);
  const claims = plain.claims.map((claim, i) =>
    i === LEG ? { ...claim, circuitIds: [...claim.circuitIds, LATER.circuitId] } : claim,
  );
  return { ...plain, claims };
}

/** The plain policy, whose second stage a QP confirms. */
function confirmedPolicy(): ChainPolicy {
  return { ...world.plainPolicy(3), confirmedStages: 2n };
}

function policyOf(name: string): ChainPolicy {
  if (["confirmable", "confirmed", "unconfirmed"].includes(name)) return confirmedPolicy();
  if (name === "unknownKind") return laterPolicy();
  return WITH_CUSTODY.includes(name) ? world.custodyPolicy() : world.plainPolicy();
}

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  await addCircuit(world.signers, world.deployment, { key: LATER.key, kind: 200, tier: 1 });
  await world.approve(laterPolicy());
  await world.approve(confirmedPolicy());
  for (const [name, story] of Object.entries(STORIES)) {
    const batch = await world.open(policyOf(name));
    batches[name] = batch;
    await story(batch);
  }
  const consents = [await world.consent(), await world.consent()];
  for (const [i, name] of ["withdrawn", "decided"].entries()) {
    const consent = consents[i] ?? ZeroHash;
    const batch = await world.open(world.plainPolicy(), { consent });
    batches[name] = batch;
    await mined(() => world.as("stranger").consents.revoke(consent));
    if (name === "decided") await mined(() => act("qp").decideRevocation(batch.key, ...OTHER));
  }
  batches["successor"] = await world.open(world.plainPolicy(), { supersedes: batches["refused"]?.key ?? "" });
  const frozen = [await world.open(), await world.open(), await world.open()];
  for (const [i, batch] of frozen.entries()) batches[`frozen ${i}`] = batch;
  const keys = frozen.map(({ key }) => key);
  await mined(() => act("manufacturer").raiseException(keys, [LEG, LEG, ASSAY], 6, 1, nameWord("FREEZER-7"), EVIDENCE));
  // What was attested before stands.
  await mineAt(world.chain, (await world.now()) + 1n);
  await mined(async () => world.as("approver").parties.revoke(ROOT, await world.now(), ...OTHER));
  await mined(() => world.as("admin").circuits.freeze(world.custody.circuitId, 0n, true));
  await mined(() => act("admin").pause());
  await mined(() => world.as("proposer").parties.propose(ROOT + 1n, id("another list")));
  await mined(() => world.as("proposer").parties.withdraw(rootProposal(ROOT + 1n, id("another list"))));
  await mineAt(world.chain, (await world.now()) + 2n * DAY);
  report = await audit(world.chain.provider, world.addresses.registry, {
    workers: 1,
    circuits: world.circuitList,
    texts: TEXTS,
  });
});
afterAll(() => world.chain.close());

function findingsOf(name: string): ReportedFinding[] {
  return report.findings.filter(({ key }) => key === batches[name]?.key);
}

const kindsOf = (name: string): string[] => findingsOf(name).map(({ kind }) => kind);

describe("the register rebuilt from its events", () => {
  it("has the status of the contract's own view for every batch", async () => {
    for (const [name, batch] of Object.entries(batches)) {
      const found = report.batches.find(({ key }) => key === batch.key);
      expect(found?.status, name).toBe(await world.status(batch));
    }
    expect(new Set(report.batches.map(({ status }) => status)).size).toBeGreaterThanOrEqual(8);
  });

  // Verifies R-audit-reconcile.
  it("reconciles: every opened batch in one part", () => {
    const { opened, ...parts } = report.reconciliation;
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(opened);
    expect(parts).toMatchObject({ rejected: 1, aborted: 2, suppliedExceptionally: 3, recalled: 1, certified: 2 });
    expect(auditText(report)).toContain(`Reconciliation: ${opened} opened = 2 certified + `);
  });
});

// Verifies R-register-texts.
describe("the words of a reason", () => {
  it("stand beside it where they are at hand, and their hash where they are not", () => {
    expect(findingsOf("held").map(({ text }) => text)).toEqual([
      `held by QP ${world.address.qp}: complaint: ${JSON.stringify(TEXTS.get(id("control")))}`,
    ]);
    const unspoken = `held by QP ${world.address.qp}: complaint (words ${id("kept elsewhere")})`;
    expect(findingsOf("unspoken").map(({ text }) => text)).toEqual([unspoken]);
    expect(findingsOf("rejected").map(({ text }) => text)).toEqual(["rejected: other"]);
  });
});

// Verifies R-audit-findings.
describe("what needs eyes", () => {
  it.each([
    ["rejected", ["rejected"]],
    ["aborted", ["aborted"]],
    ["supplied", ["supply", "notification"]],
    ["planned", ["supply", "notification"]],
    ["told", ["supply", "notification"]],
    ["recalled", ["recall"]],
    ["held", ["hold"]],
    ["unspoken", ["hold"]],
    ["lifted", ["hold"]],
    ["extended", ["extension"]],
    ["reopened", ["opening", "submitter"]],
    ["asked", ["request", "request", "request", "request", "request", "request"]],
    ["settled", ["closed"]],
    ["refused", ["exception", "repeat"]],
    ["rethought", ["closed", "repeat", "refused", "withdrawn"]],
    ["silenced", ["closed", "repeat"]],
    ["agreed", ["closed", "repeat"]],
    ["seated", ["qp"]],
    ["confirmable", ["confirmation"]],
    ["confirmed", []],
    ["unconfirmed", ["confirmation", "confirmation"]],
    ["asserted", ["exception", "custody", "challenge"]],
    ["moved", ["challenge", "amendment"]],
    ["late", []],
    ["vanishing", ["amendment"]],
    ["strange", ["deviation", "deviation"]],
    ["released", []],
    ["vanished", ["aborted"]],
    ["unbounded", ["opened", "attempt"]],
    ["withdrawn", ["consent"]],
    ["decided", ["consent"]],
    ["successor", ["supersedes"]],
  ])("%s: %s", (name, kinds) => {
    expect(kindsOf(name).sort()).toEqual([...kinds].sort());
  });

  // Verifies R-register-abort, V91.
  it("an end after a certification stands, however old, and beside the sum", () => {
    const [row] = findingsOf("vanished").filter(({ kind }) => kind === "aborted");
    expect(row).toMatchObject({ severity: 2, standing: true, text: "aborted after it had been certified: other" });
    expect(findingsOf("aborted")[0]).toMatchObject({ severity: 1, standing: false });
    expect(report.certifiedBefore).toBe(2);
    expect(auditText(report)).toContain("; 2 not certified now had been certified before; ");
  });

  // Verifies R-audit-opened, V33.
  it("says what a late opening means: a note where rules bound it, a major row where they do not", () => {
    const [row] = findingsOf("unbounded").filter(({ kind }) => kind === "opened");
    expect(row).toMatchObject({ severity: 2, standing: true });
    expect(row?.text).toMatch(/^opened after its data: stages of 2 claims \(0, 1\) began before the batch was opened/);
    const late = report.batches.find(({ key }) => key === batches["late"]?.key);
    expect(late?.notes).toContainEqual(expect.stringMatching(/^opened after a stage began, within the time/));
    expect(late?.deviations).toEqual(["openedLate"]);
    expect(auditText(report)).toMatch(/Note: opened after a stage began, within the time .* \(1 of \d+ batches\)/);
  });

  // Verifies R-register-kinds.
  it("is never green, and no stage of it ready, where a claim is of a kind that is not known to this version", async () => {
    const { key = "" } = batches["unknownKind"] ?? {};
    const found = report.batches.find((batch) => batch.key === key);
    expect(found).toMatchObject({ status: "Compliant", colour: "unknown" });
    expect(found?.notes).toContain("claims of a kind that is not known to this version: what they prove is unknown");
    expect(report.circuits.find(({ circuitId }) => circuitId === LATER.circuitId)?.kind).toBe(
      "not known to this version",
    );
    const { ready, reasons } = await askGate(world.deployment, world.chain, {
      now: 0,
      key,
      stage: 0,
      stages: ["a", "b"],
      head: undefined,
      policyId: undefined,
    });
    expect(ready).toBe(false);
    expect(reasons).toContainEqual({ code: "unknown-kinds", text: unknownKindsText([LEG]) });
    expect(await acceptedCircuits(world.deployment, batches["late"]?.key ?? "")).toMatchObject({ unknownKinds: [] });
  });

  it("concerns the register too: pausing, and a circuit found unsound", () => {
    const ofRegister = report.findings.filter(({ key, kind }) => key === null && kind !== "role");
    expect(ofRegister.map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^development keys: anybody can forge proofs of 3 of 3 circuits \(temperature, custody, 0x/,
      ),
      `circuit ${world.custody.circuitId} was declared unsound`,
      "attest and certify are paused",
      `proposed and taken back: party list ${ROOT + 1n}`,
    ]);
  });

  // Verifies R-audit-roles.
  it("concerns the register too: every role that was given, by whom, to whom, until when", () => {
    const rows = report.findings.filter(({ kind }) => kind === "role");
    // But for those whom it began with.
    expect(rows).toHaveLength(9);
    const { address } = world;
    expect(rows.filter(({ text }) => text.startsWith("role ADMIN"))).toEqual([]);
    expect(rows.map(({ text, by }) => [text.replace(/ from .*/, ""), by])).toContainEqual([
      `role QA of ${address.manufacturer} given to ${address.qa}`,
      address.secondAdmin,
    ]);
  });

  it("says who closed what, as what, and who proposed it", () => {
    const [closed] = findingsOf("settled");
    expect(closed).toMatchObject({ by: world.address.qp, severity: 1, standing: false });
    expect(closed?.text).toContain("closed as accepted, which stands in place of a proof");
    expect(closed?.text).toContain(`proposed by ${world.address.qa}`);
    expect(findingsOf("refused")[0]?.text).toContain("closing as rejected proposed, not confirmed");
    // Also both severities, and the meaning before what somebody called it.
    expect(closed?.text).toMatch(
      /^exception 1: parameter, claim 0, severity 2 \(1 by the policy\); closed.*; reference "DEV-1"$/,
    );
  });

  // Verifies R-audit-authority, V99.
  it("V99: names an authority whose exception others closed, as a row that stands until it agrees, and is not green", async () => {
    const [row] = findingsOf("silenced").filter(({ kind }) => kind === "closed");
    expect(row).toMatchObject({ severity: 2, standing: true });
    expect(row?.text).toContain(`raised by authority ${world.address.authority}; closed as unfounded`);
    expect(row?.text).toMatch(/; no authority has agreed to it yet; reference "DEV-1"$/);
    const found = (name: string, all = report): BatchReport | undefined =>
      all.batches.find(({ key }) => key === batches[name]?.key);
    expect(found("silenced")).toMatchObject({ status: "Compliant", colour: "declared" });
    expect(found("agreed")).toMatchObject({ status: "Compliant", colour: "proven" });
    expect(findingsOf("agreed").find(({ kind }) => kind === "closed")).toMatchObject({ severity: 1, standing: false });
    await mineAt(world.chain, (await world.now()) + 31n * DAY);
    const later = await audit(world.chain.provider, world.addresses.registry, { workers: 1 });
    const silent = later.findings.find(({ key, kind }) => key === batches["silenced"]?.key && kind === "closed");
    expect(silent).toMatchObject({ severity: 2, standing: true });
    expect(silent?.text).toContain("; unacknowledged: no authority agreed in 30 days; reference");
    expect(["proven", "settled"]).not.toContain(found("silenced", later)?.colour);
  });

  // Verifies R-audit-waiting.
  it("says of a request whether the authority was content with the answer", () => {
    expect(
      findingsOf("asked").map(({ severity, standing, text }) => [
        severity,
        standing,
        text.replace(/due [^:,]*:\d\d:\d\dZ/, "due D"),
      ]),
    ).toEqual([
      [2, true, "overdue: request 2 about claim 0, due D: unanswered"],
      [1, true, "request 1 about claim 0, due D: not answered yet"],
      [1, true, "request 3 about claim 0, due D: answered, not accepted"],
      [1, false, "request 4 about claim 0, due D: answered, and accepted"],
      [1, true, "request 5 about claim 0, due D, asked again 1 time: not answered yet"],
      [1, false, "request 6 about claim 0, due D: taken back"],
    ]);
  });

  it("says when the authority was to be told of an exceptional supply, and whether it was in time", () => {
    const told = (name: string): unknown =>
      findingsOf(name).map(({ severity, standing, text }) => [
        severity,
        standing,
        text.replace(/\d{4}-[\dTZ:-]*/g, "T"),
      ]);
    const uncertified = "supplied exceptionally, out of specification, uncertified; administration T";
    expect(told("supplied")).toEqual([
      [3, false, uncertified],
      [2, true, "overdue: the authority was to be notified by T, and was not"],
    ]);
    expect(told("planned")).toEqual([
      [3, false, uncertified],
      [1, true, "the authority was to be notified by T, not yet"],
    ]);
    expect(told("told")).toEqual([
      [3, false, "supplied exceptionally, after it had been certified; administration T"],
      [2, false, "late: the authority was to be notified by T, and was at T"],
    ]);
  });

  // Verifies R-audit-amended.
  it("says what an amendment replaced, and that a deviation vanished with it", () => {
    const [before, after] = [900n, 77n].map((record) => toBeHex(record, 32));
    expect(findingsOf("vanishing").map(({ text }) => text)).toEqual([
      "claim 0 amended: other; a deviation vanished: attempt; a deviation vanished: unknown deviation bits 0x400000000000000000; " +
        `record from ${before} to ${after}`,
    ]);
  });

  it("shows deviations that this version has no name for", () => {
    expect(findingsOf("strange").map(({ severity, text }) => [severity, text])).toEqual([
      [2, "deviation: unknown deviation bits 0x400000000000000000 (claim 0)"],
      [1, "deviation: aboveBand (claim 0)"],
    ]);
  });

  it("says how many batches one deviation is of", () => {
    for (const i of [0, 1, 2]) {
      const [row] = findingsOf(`frozen ${i}`).filter(({ kind }) => kind === "exception");
      expect(row?.text).toContain(", one deviation of 3 batches; reference ");
    }
    expect(findingsOf("opposed")[0]?.text).not.toContain("one deviation");
  });

  it("says that a closing was taken back, and that a claim does not count any more", () => {
    const texts = findingsOf("rethought").map(({ text }) => text);
    const [exception] = report.batches.find(({ key }) => key === batches["rethought"]?.key)?.exceptions ?? [];
    expect(texts).toContain(`proposed and taken back: that exception ${exception?.id} is closed as accepted`);
    expect(texts).toContain("claim 0 is refused: missing until it is attested or amended anew");
    const found = report.batches.find(({ key }) => key === batches["rethought"]?.key);
    expect(found).toMatchObject({ status: "Open", refused: [LEG], proven: [ASSAY] });
  });

  it("names QPs that came later, and stages that wait for one", () => {
    expect(findingsOf("seated").map(({ text }) => text)).toEqual([
      `QP ${world.address.rivalQp} of the batch named after opening`,
    ]);
    expect(findingsOf("confirmable").map(({ text }) => text)).toEqual(["waits for a QP's confirmation of 1 stage (1)"]);
    const found = report.batches.find(({ key }) => key === batches["confirmable"]?.key);
    expect(found).toMatchObject({ status: "Compliant", unconfirmed: [1] });
  });

  it("comes worst first, of equal ones oldest first", () => {
    const order = report.findings.map(({ severity, at }) => [severity, at] as const);
    expect(order).toEqual([...order].sort(([a, since], [b, until]) => b - a || since - until));
    expect(order[0]?.[0]).toBe(3);
  });

  // Verifies R-audit-colours.
  it("is not green with an exception after release, nor with an unsound circuit", () => {
    const colour = (name: string): string | undefined =>
      report.batches.find(({ key }) => key === batches[name]?.key)?.colour;
    expect(colour("opposed")).toBe("declared");
    expect(colour("released")).toBe("proven");
    expect(colour("moved")).toBe("unknown");
    expect(colour("rethought")).toBe("unknown");
    expect(colour("held")).not.toBe("proven");
    expect(colour("rejected")).toBe("declared");
  });

  // Verifies R-audit-settled, V23.
  it("calls nothing proven that people settled, and counts it in a word of its own", () => {
    const found = (name: string): BatchReport | undefined =>
      report.batches.find(({ key }) => key === batches[name]?.key);
    expect(found("excused")).toMatchObject({ status: "Compliant", colour: "settled", proven: [ASSAY], settled: [LEG] });
    expect(found("proven")).toMatchObject({ status: "Compliant", colour: "proven", proven: [LEG, ASSAY], settled: [] });
    expect(report.colours.settled).toBe(1);
    const { proven, declared, unknown } = report.colours;
    expect(proven + 1 + declared + unknown).toBe(report.total);
    const line = `${proven} proven, 1 settled by people (1 claim without a proof), ${declared} declared not compliant`;
    for (const page of [auditText(report), auditHtml(report)]) expect(page).toContain(line);
    expect(auditText(report, { all: true })).toMatch(/│ settled by +│ 1 of 3, 1/);
    expect(auditText(report, { all: true, colours: true })).toContain("\u001b[32m1 settled by people");
  });

  // Verifies V131.
  it("V131: has names that people chose in quotes, so that none reads as a part of the row", () => {
    expect(findingsOf("refused")[0]?.text).toContain(
      '; closing as rejected proposed, not confirmed; reference "D\\"; closed as accepted"',
    );
    expect(report.batches[0]?.product).toBe('"PLAIN" v1');
  });

  it("shows a head moved by an amendment with what is open again", () => {
    const texts = findingsOf("moved").map(({ text }) => text);
    const [before, after] = [100n, 101n].map((head) => toBeHex(head, 32));
    expect(texts).toContain(`claim 0 amended: other; 1 claim open again; head from ${before} to ${after}`);
  });
});

describe("the page", () => {
  it("has three colours where they are wanted, and none elsewhere", () => {
    const painted = auditText(report, { colours: true });
    for (const code of ["\u001b[31m", "\u001b[32m", "\u001b[33m"]) expect(painted).toContain(code);
    expect(auditText(report)).not.toContain("\u001b");
  });

  // Verifies R-cli-text, F8.
  it("cannot be written over by what somebody put into the chain", () => {
    expect(auditText(report)).toContain('complaint: "label\\u001b[2Jmix-up"');
  });
});

// Verifies R-cli-hashes.
describe("hashes", () => {
  it("are short in the tables of the page, and whole where they are looked up", () => {
    const { key = "" } = batches["refused"] ?? {};
    expect(auditText(report)).toMatch(new RegExp(`supersedes batch A1 #\\d+ ${key.slice(0, 18)}…`));
    expect(auditText(report)).not.toContain(key);
    for (const whole of [auditCsv(report), auditHtml(report), JSON.stringify(report.findings)]) {
      expect(whole).toContain(`supersedes batch ${key}`);
    }
  });
});

describe("the table for spreadsheets", () => {
  // Verifies R-cli-text, F8.
  it("has a row for each finding, and no formula", () => {
    const rows = auditCsv(report).trimEnd().split("\r\n");
    expect(rows).toHaveLength(report.findings.length + 1);
    expect(rows[0]).toMatch(/^"severity","since","block"/);
    const recalled = rows.find((row) => row.includes("HYPERLINK"));
    expect(recalled).toContain('"recalled: quality-defect: ""=HYPERLINK(\\""x\\"")"""');
    const product = { ...report, batches: report.batches.map((batch) => ({ ...batch, product: FORMULA })) };
    expect(auditCsv(product)).toContain(`,"'=HYPERLINK(""x"")",`);
    expect(auditCsv(product)).not.toMatch(/(^|,)"?[=+@-]/m);
  });
});

describe("the page for a browser", () => {
  // Verifies R-cli-text, F8.
  it("says what the text says, with a row for each finding, and runs nothing that somebody put into the chain", () => {
    const hostile = "<script>alert('x')</script>&";
    const html = auditHtml({ ...report, batches: report.batches.map((batch) => ({ ...batch, product: hostile })) });
    expect(html.match(/<tr class=/g)).toHaveLength(report.findings.length);
    expect(html).toContain(`<p>Reconciliation: ${report.reconciliation.opened} opened = `);
    expect(html).toContain("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;");
    expect(html).not.toMatch(/<(script|img|link|iframe)|\son\w+=|https?:/i);
  });
});

describe("the history of a batch", () => {
  // Verifies R-audit-history.
  it("has an entry for every event about it, but for those that are named with the reason", async () => {
    const read = eventReader(world.addresses);
    const counts = new Map<string, number>();
    const names = new Set<string>();
    const { provider } = world.chain;
    for (const address of Object.values(world.addresses)) {
      for (const { topics, data, blockNumber: block, transactionHash: transaction } of await provider.getLogs({
        ...{ address, fromBlock: 0, toBlock: report.block },
      })) {
        const { name, args } = read({ address, topics, data, block, time: 0, transaction });
        if (BATCH_EVENTS[name] === undefined || name in WITHOUT_ENTRY) continue;
        names.add(name);
        counts.set(args.text("key"), (counts.get(args.text("key")) ?? 0) + 1);
      }
    }
    expect(names.size).toBeGreaterThan(24);
    for (const { key, history } of report.batches) {
      const events = history.filter(({ kind }) => kind !== "proposalWithdrawn");
      expect(events, key).toHaveLength(counts.get(key) ?? 0);
      expect(history.map(({ block }) => block)).toEqual(history.map(({ block }) => block).sort((a, b) => a - b));
    }
    for (const name of Object.keys(WITHOUT_ENTRY)) expect(BATCH_EVENTS[name]).toBeDefined();
  });

  const batchOf = (name: string): BatchReport => {
    const found = report.batches.find(({ key }) => key === batches[name]?.key);
    if (found === undefined) throw new Error(name);
    return found;
  };

  // Verifies R-audit-history.
  it("says of an amendment what stood before, what stands now, and why", () => {
    const amended = batchOf("vanishing").history.find(({ kind }) => kind === "amended");
    expect(amended).toMatchObject({ claim: LEG, by: world.address.qa, reason: "other" });
    expect(amended?.before).toContain("deviations attempt, unknown");
    expect(amended?.after).toMatch(/^record 0x0{62}4d; deviations none$/);
    const kinds = batchOf("moved").history.map(({ kind }) => kind);
    expect(kinds).toEqual(["opened", "attested", "attested", "amended"]);
    expect(batchOf("moved").history.at(-1)?.text).toBe("1 claim open again");
    expect(batchOf("moved").attestations.map(({ claim }) => claim)).toEqual([CUSTODY_0]);
  });

  it("keeps what was replaced: openings, due dates, answers, closings that were taken back", () => {
    const replaced = batchOf("reopened").history.find(({ kind }) => kind === "openingReplaced");
    expect(replaced?.after).toBe(toBeHex(4_444n, 32));
    const extended = batchOf("extended").history.find(({ kind }) => kind === "extended");
    expect([extended?.before, extended?.after].map((time) => Date.parse(time ?? ""))).toSatisfy(
      ([before, after]: number[]) => (after ?? 0) - (before ?? 0) === 60_000,
    );
    const again = batchOf("asked").requests.find(({ reopened }) => reopened.length > 0);
    expect(again).toMatchObject({ answers: [{ disclosure: EVIDENCE }], accepted: null, withdrawn: null });
    const rethought = batchOf("rethought").history.map(({ kind, after }) => [kind, after]);
    expect(rethought.filter(([kind]) => kind === "closingProposed")).toEqual([
      ["closingProposed", "accepted"],
      ["closingProposed", "rejected"],
    ]);
    expect(rethought.map(([kind]) => kind)).toContain("proposalWithdrawn");
  });

  it("has exceptions as cards, with evidence, both signatures and what they blocked", () => {
    expect(batchOf("agreed").exceptions).toMatchObject([
      {
        ...{
          claim: LEG,
          severity: 1,
          policySeverity: 1,
          byAuthority: true,
          evidence: EVIDENCE,
          blocked: "certification",
        },
        ...{ raised: { by: world.address.authority }, acknowledged: { by: world.address.authority } },
        closed: { by: world.address.qp, proposer: world.address.qa, evidence: EVIDENCE, disposition: "accepted" },
      },
    ]);
    expect(batchOf("opposed").exceptions).toMatchObject([{ blocked: "completion", closed: null }]);
  });

  it("has stages with their heads and confirmations, as far as they are public", () => {
    expect(batchOf("confirmed").stages[1]).toMatchObject({ confirmed: { document: EVIDENCE }, unconfirmed: false });
    expect(batchOf("unconfirmed").stages[1]).toMatchObject({ confirmed: null, unconfirmed: true });
    const [first] = batchOf("asserted").stages;
    expect(first).toMatchObject({ head: toBeHex(100n, 32), asserted: { by: world.address.manufacturer } });
  });
});

describe("the register's policies and roles", () => {
  it("stand with who proposed, approved and retired them", () => {
    const policy = report.policies.find(({ claims }) => claims.some(({ kinds }) => kinds.length > 1));
    expect(policy).toMatchObject({
      ...{ proposed: { by: world.address.proposer }, approved: { by: world.address.approver }, retired: null },
    });
    expect(policy?.claims[LEG]).toMatchObject({ kinds: ["temperature", "not known to this version"], severity: 1 });
  });

  it("stand with who gave and took them", () => {
    const { address } = world;
    const roles = report.roles.filter(({ account }) => account === address.qa);
    expect(roles).toMatchObject([
      {
        ...{ role: `QA of ${address.manufacturer}`, proposedBy: address.admin, grantedBy: address.secondAdmin },
        ...{ revokedBy: null, revokedAt: null },
      },
    ]);
    expect(report.roles.filter(({ proposedBy }) => proposedBy === null)).toHaveLength(2);
  });
});

describe("the report as JSON", () => {
  // Verifies R-audit-json.
  it("comes back as it was, with everything that can happen to a batch", () => {
    const json = printedLineage({ report, predecessors: [report], unread: world.addresses.registry });
    const { stdout } = captured(() => printAnswer({ text: "", json }, true));
    expect(reportFromJson(stdout)).toEqual({ report, predecessors: [report], unread: world.addresses.registry });
  });
});
