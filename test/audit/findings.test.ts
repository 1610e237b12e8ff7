import { id, ZeroHash } from "ethers";
import { REASON } from "../../src/formats/codes.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, type AuditReport } from "../../src/audit/audit.ts";
import { auditCsv } from "../../src/audit/csv.ts";
import type { BatchReport, ReportedFinding } from "../../src/audit/report.ts";
import { auditHtml } from "../../src/audit/html.ts";
import { auditText } from "../../src/audit/table.ts";
import { acceptedCircuits, unknownKindsText } from "../../src/chain/acceptedCircuits.ts";
import { embeddedChain, mineAt } from "../../src/chain/connect.ts";
import { addCircuit, mined } from "../../src/chain/deploy.ts";
import { askGate } from "../../src/chain/gate.ts";
import type { ChainPolicy } from "../../src/formats/chainPolicy.ts";
import { simulatedCircuit } from "../support/simulated.ts";
import { ASSAY, CUSTODY_0, DAY, LEG, LEG_0, ROOT, World, type OpenBatch } from "../contracts/support/world.ts";
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

const act = (actor: Parameters<World["as"]>[0]): ReturnType<World["as"]>["registry"] => world.as(actor).registry;

async function raise(batch: OpenBatch, claim = LEG, severity = 2): Promise<bigint> {
  await mined(() => act("manufacturer").raiseException(batch.key, claim, 1, severity, nameWord("DEV-1"), EVIDENCE));
  return (await world.deployment.registry.registryCounts())[3] ?? 0n;
}

async function close(id: bigint, disposition: number): Promise<void> {
  await mined(() => act("qa").proposeClosing(id, disposition, EVIDENCE));
  await mined(() => act("qp").confirmClosing(id, disposition, EVIDENCE));
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
  recalled: ({ key }) => mined(() => act("authority").recall(key, REASON["quality-defect"], id("formula"))),
  held: ({ key }) => mined(() => act("qp").hold(key, REASON.complaint, id("control"))),
  unspoken: ({ key }) => mined(() => act("qp").hold(key, REASON.complaint, id("kept elsewhere"))),
  lifted: async ({ key }) => {
    await mined(() => act("authority").hold(key, ...OTHER));
    await mined(() => act("authority").unhold(key, ...OTHER));
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
    await mined(() => world.as("authority").requests.request(key, LEG, 1n, 2n, now + 100n * DAY));
    await mined(() => world.as("authority").requests.request(key, LEG, 1n, 2n, now + DAY));
    await mined(() => world.as("authority").requests.request(key, LEG, 1n, 2n, now + DAY));
    const answered = await world.deployment.requests.requested();
    await mined(() => world.as("manufacturer").requests.answer(answered, EVIDENCE));
  },
  settled: async (batch) => {
    await close(await raise(batch), 1);
  },
  refused: async (batch) => {
    const id = await raise(batch, LEG, 3);
    await mined(() => act("qa").proposeClosing(id, 2, EVIDENCE));
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

function policyOf(name: string): ChainPolicy {
  if (name === "unknownKind") return laterPolicy();
  return WITH_CUSTODY.includes(name) ? world.custodyPolicy() : world.plainPolicy();
}

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  await addCircuit(world.signers, world.deployment, { key: LATER.key, kind: 200, tier: 1 });
  await world.approve(laterPolicy());
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
  await mined(() => world.as("approver").parties.revoke(ROOT, ...OTHER));
  await mined(() => world.as("admin").circuits.freeze(world.custody.circuitId, 0n, true));
  await mined(() => act("admin").pause());
  await mineAt(world.chain, (await world.now()) + 2n * DAY);
  report = await audit(world.chain.provider, world.addresses.registry, { workers: 1, texts: TEXTS });
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
    expect(parts).toMatchObject({ rejected: 1, aborted: 2, suppliedExceptionally: 1, recalled: 1, certified: 2 });
    expect(auditText(report)).toContain(`Reconciliation: ${opened} opened = 2 certified + `);
  });
});

// Verifies R-register-texts.
describe("the words of a reason", () => {
  it("stand beside it where they are at hand, and their hash where they are not", () => {
    expect(findingsOf("held").map(({ text }) => text)).toEqual([
      `held: complaint: ${JSON.stringify(TEXTS.get(id("control")))}`,
    ]);
    expect(findingsOf("unspoken").map(({ text }) => text)).toEqual([`held: complaint (words ${id("kept elsewhere")})`]);
    expect(findingsOf("rejected").map(({ text }) => text)).toEqual(["rejected: other"]);
  });
});

// Verifies R-audit-findings.
describe("what needs eyes", () => {
  it.each([
    ["rejected", ["rejected"]],
    ["aborted", ["aborted"]],
    ["supplied", ["supply"]],
    ["recalled", ["recall"]],
    ["held", ["hold"]],
    ["unspoken", ["hold"]],
    ["lifted", ["hold"]],
    ["extended", ["extension"]],
    ["reopened", ["opening", "submitter"]],
    ["asked", ["request", "request", "request"]],
    ["settled", ["closed"]],
    ["refused", ["exception", "repeat"]],
    ["asserted", ["exception", "custody", "root"]],
    ["moved", ["unsound", "amendment", "root"]],
    ["late", ["root", "root"]],
    ["vanished", ["aborted", "root", "root"]],
    ["unbounded", ["opened", "attempt", "root", "root"]],
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
    expect(report.certifiedBefore).toBe(1);
    expect(auditText(report)).toContain("; 1 not certified now had been certified before; ");
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
    const { ready, reasons } = await askGate(world.deployment, { key, stage: 0, stages: ["a", "b"], head: undefined });
    expect(ready).toBe(false);
    expect(reasons).toContain(unknownKindsText([LEG]));
    expect(await acceptedCircuits(world.deployment, batches["late"]?.key ?? "")).toMatchObject({ unknownKinds: [] });
  });

  it("concerns the register too: pausing, and a circuit found unsound", () => {
    const texts = report.findings.filter(({ key }) => key === null).map(({ text }) => text);
    expect(texts).toEqual([
      expect.stringMatching(/^development keys: anybody can forge proofs of 3 of 3 circuits \(0x/),
      `circuit ${world.custody.circuitId} was declared unsound`,
      "attest and certify are paused",
    ]);
  });

  it("says who closed what, as what, and who proposed it", () => {
    const [closed] = findingsOf("settled");
    expect(closed).toMatchObject({ by: world.address.qp, severity: 1, standing: false });
    expect(closed?.text).toContain("closed as accepted, which stands in place of a proof");
    expect(closed?.text).toContain(`proposed by ${world.address.qa}`);
    expect(findingsOf("refused")[0]?.text).toContain("closing as rejected proposed, not confirmed");
  });

  it("comes worst first, of equal ones oldest first", () => {
    const order = report.findings.map(({ severity, at }) => [severity, at] as const);
    expect(order).toEqual([...order].sort(([a, since], [b, until]) => b - a || since - until));
    expect(order[0]?.[0]).toBe(3);
  });

  // Verifies R-audit-colours.
  it("is not green with an exception after release, nor with a root revoked since", () => {
    const colour = (name: string): string | undefined =>
      report.batches.find(({ key }) => key === batches[name]?.key)?.colour;
    expect(colour("opposed")).toBe("declared");
    expect(kindsOf("released")).toEqual(["root", "root"]);
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

  it("shows a head moved by an amendment with what is open again", () => {
    const texts = findingsOf("moved").map(({ text }) => text);
    expect(texts).toContain("claim 0 amended: other; 1 claim open again");
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
    expect(auditText(report)).toContain('held: complaint: "label\\u001b[2Jmix-up"');
  });
});

// Verifies R-cli-hashes.
describe("hashes", () => {
  it("are short in the tables of the page, and whole where they are looked up", () => {
    const { key = "" } = batches["refused"] ?? {};
    expect(auditText(report)).toContain(`supersedes batch ${key.slice(0, 10)}…`);
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
