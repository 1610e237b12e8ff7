import { id, ZeroHash } from "ethers";
import type { ExceptionCard, HistoryEntry, HistoryKind, Signed } from "../../../src/audit/history.ts";
import type { AuditReport, BatchReport, Colour, ReportedFinding } from "../../../src/audit/report.ts";
import type { StatusName } from "../../../src/formats/codes.ts";

/** Reports for tests of the page: every kind of thing that may happen, in a register that never was. */

const DAY = 86_400;
/** 2022-05-01T08:00:00Z. */
export const FIRST = 1_651_392_000;
export const NOW = FIRST + 80 * DAY;
export const OWNER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
export const QP = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
export const QA = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc";
const AUTHORITY = "0x976EA74026E726554dB657fA54763abd0C3a0aa9";

/** Key of a batch of these reports. */
export function keyOf(batch: number): string {
  return id(`batch ${batch}`);
}

function entry(kind: HistoryKind, at: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    ...{ kind, at, block: Math.floor((at - FIRST) / DAY) + 10, transaction: id(`${kind} ${at}`) },
    ...{ by: OWNER, stage: null, claim: null, id: null, before: null, after: null, reason: null, text: "" },
    ...more,
  };
}

function signed(by: string, at: number): Signed {
  return { by, at, block: Math.floor((at - FIRST) / DAY) + 10, transaction: id(`${by} ${at}`) };
}

function card(number: number, at: number, more: Partial<ExceptionCard> = {}): ExceptionCard {
  return {
    ...{ id: number, claim: 0, category: "quality", severity: 2, policySeverity: 3, reference: `OOS-2022-00${number}` },
    ...{ byAuthority: false, evidence: id(`evidence ${number}`), repeats: 1, raised: signed(OWNER, at) },
    ...{ blocked: "certification", proposed: null, closed: null, acknowledged: null },
    ...more,
  };
}

function plain(number: number, colour: Colour, status: StatusName, more: Partial<BatchReport> = {}): BatchReport {
  const opened = FIRST + number * DAY;
  const history = [
    entry("opened", opened, { text: "serial number given" }),
    entry("attested", opened + DAY, { claim: 0, text: "custody" }),
    entry("attested", opened + 2 * DAY, { claim: 1, text: "temperature" }),
    entry("certified", opened + 4 * DAY, { by: QP }),
  ];
  return {
    ...{ key: keyOf(number), owner: OWNER, serial: number, product: '"Autologous cells" v1', policyId: id("policy") },
    ...{ commitment: id(`commitment ${number}`), status, colour, claims: 2, proven: [0, 1], settled: [], refused: [] },
    ...{ unconfirmed: [], challenged: false, openedBlock: 10 + number, deviations: [], attestations: [], stages: [] },
    ...{ due: [BigInt(opened + 10 * DAY), BigInt(opened + 900 * DAY)], exceptions: [], requests: [], amendments: 0 },
    ...{
      certifying: {
        qps: [QP],
        trail: id(`trail ${number}`),
        exceptionsHash: ZeroHash,
        nonce: 1,
        stands: true,
        ready: false,
      },
    },
    ...{ notificationDue: null, history, twins: [], reasons: [], notes: ["custody not proven"] },
    ...more,
  };
}

/** A batch in which everything happened. */
function eventful(number: number): BatchReport {
  const at = (day: number): number => FIRST + (number + day) * DAY;
  const closed = {
    ...signed(QP, at(9)),
    disposition: "accepted",
    settled: true,
    proposer: QA,
    evidence: id("closing"),
  };
  const history = [
    entry("opened", at(0)),
    entry("headAsserted", at(1), { stage: 0, text: "without a proof of custody" }),
    entry("attested", at(2), { claim: 0, text: "temperature" }),
    entry("amended", at(4), {
      ...{
        claim: 0,
        before: "record 0x11aa",
        after: "record 0x22bb",
        reason: "wrong file",
        text: "1 claim open again",
      },
    }),
    entry("exceptionRaised", at(5), { id: 1, claim: 1, text: 'quality, reference "OOS-2022-001"' }),
    entry("closingProposed", at(8), { id: 1, by: QA, after: "accepted" }),
    entry("exceptionClosed", at(9), { id: 1, by: QP, after: "accepted" }),
    entry("held", at(10), { id: 1, by: AUTHORITY, reason: "authority order", text: 'order "BfArM 17/22"' }),
    entry("holdLifted", at(14), { id: 1, by: AUTHORITY, reason: "order lifted" }),
    entry("extended", at(15), {
      ...{ by: QP, before: "2022-05-15T08:00:00Z", after: "2022-06-15T08:00:00Z", reason: "test repeated" },
    }),
    entry("certified", at(18), { by: QP }),
    entry("exceptionRaised", at(40), { id: 2, claim: 0, by: AUTHORITY, text: 'integrity, reference "INSP-7"' }),
    entry("recalled", at(41), { by: QP, reason: "quality defect" }),
  ];
  const exceptions = [
    card(1, at(5), { closed }),
    card(2, at(40), { category: "integrity", severity: 3, byAuthority: true, raised: signed(AUTHORITY, at(40)) }),
  ];
  const reasons = ["recalled: quality defect", 'exception 2: integrity, claim 0; reference "INSP-7"'];
  return plain(number, "declared", "Recalled", {
    history,
    exceptions,
    amendments: 1,
    reasons,
    settled: [1],
    proven: [0],
  });
}

function finding(key: string | null, severity: 1 | 2 | 3, more: Partial<ReportedFinding> = {}): ReportedFinding {
  return {
    ...{ kind: "exception", severity, standing: true, text: 'exception 2: integrity; reference "INSP-7"', key },
    ...{ at: FIRST + 40 * DAY, block: 50, transaction: id(`finding ${key ?? ""}`), by: OWNER },
    ...more,
  };
}

/** A register of five batches, of which three need eyes. */
export function smallReport(): AuditReport {
  const batches = [
    eventful(1),
    plain(2, "proven", "Released"),
    plain(3, "settled", "Released", { settled: [1], proven: [0] }),
    plain(4, "unknown", "Overdue", {
      reasons: ["overdue: release was due 2022-05-15T08:00:00Z, nothing known"],
      proven: [],
    }),
    plain(5, "proven", "Released", { reasons: ["deviation: aboveBand (claim 1)"], deviations: ["aboveBand"] }),
  ];
  const findings = [
    finding(null, 3, {
      kind: "development",
      text: "development keys: anybody can forge proofs of 2 of 2 circuits",
      at: FIRST,
    }),
    finding(keyOf(1), 3, { kind: "recall", text: "recalled: quality defect", by: QP, at: FIRST + 42 * DAY }),
    finding(keyOf(1), 3),
    finding(keyOf(4), 2, { kind: "overdue", text: batches[3]?.reasons[0] ?? "", at: FIRST + 4 * DAY }),
    finding(keyOf(1), 1, {
      kind: "amendment",
      standing: false,
      text: "claim 0 amended: wrong file; a deviation vanished: aboveBand",
    }),
    finding(keyOf(5), 1, {
      kind: "deviation",
      standing: false,
      text: "deviation: aboveBand (claim 1)",
      at: FIRST + 7 * DAY,
    }),
  ];
  return reportOfBatches(batches, findings);
}

/** A register of so many batches, each with `rows` rows. */
export function largeReport(count: number, rows = 0): AuditReport {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const batches = numbers.map((number) => plain(number, "proven", "Released"));
  const findings = numbers.flatMap((number) =>
    Array.from({ length: rows }, (_, i) =>
      finding(keyOf(number), 2, { text: `row ${i} of batch ${number}`, at: FIRST + number * 60 + i }),
    ),
  );
  return reportOfBatches(batches, findings);
}

/** A report about these batches. */
export function reportOfBatches(batches: readonly BatchReport[], findings: readonly ReportedFinding[]): AuditReport {
  const coloured = (colour: Colour): number => batches.filter((batch) => batch.colour === colour).length;
  const role = (account: string, name: string): AuditReport["roles"][number] => ({
    ...{ account, person: id(account), role: name, from: "0", to: "18446744073709551615", proposedBy: null },
    ...{ grantedBy: null, grantedAt: 0, revokedBy: null, revokedAt: null },
  });
  return {
    ...{ chainId: 31_337n, registry: "0x3Aa5ebB10DC797CAC828524e59A333d0A371443c", block: 89, hash: id("block 89") },
    ...{ at: NOW, age: 130, node: "https://node.example", codes: [], provenState: "proved", secondNode: null },
    reading: { from: 1 },
    reconciliation: {
      ...{ opened: batches.length, certified: 3, exception: 0, overdue: 1, open: 0, rejected: 0, aborted: 0 },
      ...{ suppliedExceptionally: 0, recalled: 1 },
    },
    ...{
      certifiedBefore: 1,
      owners: 1,
      proofsVerified: 2 * batches.length,
      proofsRefused: 0,
      circuits: [],
      policies: [],
    },
    roles: [role(OWNER, "MANUFACTURER"), role(QP, "QP"), role(QA, `QA of ${OWNER}`), role(AUTHORITY, "AUTHORITY")],
    names: { [QP]: "Dr. Maria Weiß" },
    colours: {
      ...{ proven: coloured("proven"), settled: coloured("settled") },
      ...{ declared: coloured("declared"), unknown: coloured("unknown") },
    },
    ...{
      findings,
      batches,
      reviewed: batches.filter(({ reasons }) => reasons.length > 0).length,
      total: batches.length,
    },
  };
}
