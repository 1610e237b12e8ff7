import { DISPOSITION, EXCEPTION_CATEGORY } from "../formats/codes.ts";
import { ADDRESS, object } from "../formats/document.ts";
import { JOURNALED } from "./journal.ts";

/**
 * The structure of `RegisterState` as JSON Schema, for a state that comes back from a file: whatever is read there is of the
 * types that state.ts says, so nothing that uses it meets anything else.
 */

const NUMBER = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
/** Of a claim or stage. */
const SMALL = { type: "integer", minimum: 0, maximum: 255 } as const;
const DECIMAL = { type: "string", pattern: "^(0|[1-9][0-9]{0,77})$" } as const;
const HASH = { type: "string", pattern: "^0x[0-9a-f]{64}$" } as const;
const TEXT = { type: "string" } as const;
const FLAG = { type: "boolean" } as const;

const list = (items: object): object => ({ type: "array", items });
const oneOf = (...values: readonly string[]): object => ({ enum: values });
/** Entries by small number. */
const byNumber = (additionalProperties: object): object => ({
  type: "object",
  propertyNames: { pattern: "^(0|[1-9][0-9]{0,2})$" },
  additionalProperties,
});

type Members = Readonly<Record<string, object>>;

const AT = { block: NUMBER, time: NUMBER, transaction: HASH };

/** An object with a moment; `optional` names members of `more` that may be absent. */
function moment(more: Members = {}, optional: readonly string[] = []): object {
  return object({ ...AT, by: ADDRESS, ...more }, ["by", ...optional]);
}

/** A moment with a reason, and the hash of its words if there are any. */
function reasoned(more: Members = {}, optional: readonly string[] = []): object {
  return moment({ reason: TEXT, words: HASH, ...more }, ["words", ...optional]);
}

const MOMENT = moment();
const REASONED = reasoned();

const UNENTITLED = list(moment({ event: TEXT, lacked: TEXT }));

const PROPOSAL = object(
  { what: TEXT, batch: { anyOf: [HASH, { type: "null" }] }, waiting: MOMENT, withdrawn: list(MOMENT) },
  ["waiting"],
);

const TERMS = object({ person: HASH, from: DECIMAL, to: DECIMAL });
const ROLE_CHANGE = moment({ kind: oneOf("founded", "proposed", "granted", "revoked"), terms: TERMS, knownAs: HASH }, [
  "terms",
  "knownAs",
]);
const ROLE = object({ terms: TERMS, changes: list(ROLE_CHANGE) }, ["terms"]);

const CIRCUIT = object(
  {
    ...{ kind: NUMBER, tier: NUMBER, development: FLAG, transcript: HASH },
    ...{ proposed: MOMENT, added: MOMENT },
    key: { type: "string", pattern: "^0x[0-9a-f]{2048}$" },
    frozen: moment({ effective: NUMBER, unsound: FLAG }),
  },
  ["frozen"],
);

const CLAIM = object({
  ...{ circuitIds: list(HASH), rule: DECIMAL },
  ...{ stage: NUMBER, class: NUMBER, neededFor: NUMBER, severity: NUMBER },
});

const POLICY = object(
  {
    ...{ product: TEXT, version: NUMBER, stages: NUMBER, confirmedStages: list(SMALL), claims: list(CLAIM) },
    ...{
      proposed: MOMENT,
      approved: moment({ authorisation: TEXT, effectiveFrom: DECIMAL }),
      endorsed: list(MOMENT),
      retired: REASONED,
    },
  },
  ["approved", "retired"],
);

const ROOT = object(
  {
    number: { ...NUMBER, maximum: 65_535 },
    approved: moment({ documentHash: HASH }),
    revoked: reasoned({ since: DECIMAL }),
  },
  ["number", "approved", "revoked"],
);
const CONSENT = object({ holder: ADDRESS, revoked: MOMENT }, ["revoked"]);

const SAID = { circuitId: HASH, head: DECIMAL, record: DECIMAL, deviations: DECIMAL };
const ATTESTED = { ...SAID, proof: NUMBER, parties: DECIMAL, submitter: ADDRESS, ...AT };
const ATTESTATION = object(ATTESTED);
const AMENDMENT = reasoned({
  claim: NUMBER,
  proof: NUMBER,
  reopened: NUMBER,
  before: object(SAID),
  after: object(SAID),
});

const DISPOSITION_NAME = oneOf(...Object.keys(DISPOSITION));

const EXCEPTION = moment(
  {
    ...{ id: NUMBER, claim: NUMBER, category: oneOf(...Object.keys(EXCEPTION_CATEGORY)), severity: NUMBER },
    ...{ qmsRef: TEXT, evidence: HASH, repeats: NUMBER, byAuthority: FLAG },
    proposed: moment({ disposition: DISPOSITION_NAME, id: HASH }),
    closings: list(moment({ disposition: DISPOSITION_NAME, evidence: HASH })),
    closed: moment({ disposition: DISPOSITION_NAME, evidence: HASH, settled: FLAG, proposer: ADDRESS }),
    acknowledged: MOMENT,
  },
  ["proposed", "closed", "acknowledged"],
);

const ANSWER = moment({ disclosure: HASH });
const REQUEST = moment(
  {
    ...{ id: NUMBER, claim: NUMBER, from: DECIMAL, to: DECIMAL, dueBy: DECIMAL },
    ...{ answered: ANSWER, answers: list(ANSWER), accepted: MOMENT, withdrawn: MOMENT },
    reopened: list(moment({ previous: DECIMAL, dueBy: DECIMAL })),
  },
  ["answered", "accepted", "withdrawn"],
);

const EXTENSION = reasoned({
  ...{ which: oneOf("release", "completion"), previous: DECIMAL, due: DECIMAL },
});

const SUPPLY = moment(
  {
    ...{ riskEvaluation: HASH, physicianRequest: HASH, administration: DECIMAL, released: FLAG },
    notified: moment({ at: DECIMAL }),
  },
  ["notified"],
);

const UNPROVEN = object({ ...{ proof: NUMBER, claim: NUMBER, code: TEXT }, ...AT });

const BATCH = object(
  {
    ...{ owner: ADDRESS, serial: NUMBER, batch: DECIMAL, opening: DECIMAL, policyId: HASH },
    due: { type: "array", items: DECIMAL, minItems: 2, maxItems: 2 },
    ...{ consent: HASH, supersedes: HASH, opened: MOMENT, openingTime: NUMBER },
    ...{ seats: byNumber(list(ADDRESS)), qpsAdded: list(moment({ seat: SMALL, qp: ADDRESS })) },
    ...{ confirmations: list(moment({ stage: SMALL, document: HASH, revision: NUMBER })), revision: NUMBER },
    status: oneOf("Open", "Released", "Completed", "Rejected", "Aborted", "ExceptionalSupply"),
    ...{ heads: byNumber(DECIMAL), asserted: list(moment({ stage: SMALL })), attested: byNumber(ATTESTATION) },
    replaced: list(object({ ...ATTESTED, claim: SMALL })),
    ...{ settled: list(SMALL), refused: list(SMALL), exceptions: list(EXCEPTION) },
    usedRoots: list(object({ root: DECIMAL, lastUsed: NUMBER })),
    amendments: list(AMENDMENT),
    certified: list(moment({ problem: TEXT }, ["problem"])),
    openingsReplaced: list(reasoned({ previous: DECIMAL, opening: DECIMAL })),
    submittersNamed: list(moment({ submitter: ADDRESS })),
    extensions: list(EXTENSION),
    holds: list(reasoned({ side: NUMBER, order: TEXT, lifted: REASONED }, ["order", "lifted"])),
    ...{ requests: list(REQUEST), challengesDecided: list(reasoned({ challenge: HASH, kinds: NUMBER })) },
    ...{
      revocationDecided: REASONED,
      recalled: REASONED,
      ended: REASONED,
      supplied: SUPPLY,
      completions: list(MOMENT),
    },
    ...{ unproven: list(UNPROVEN), unentitled: UNENTITLED, trail: HASH, exceptionsHash: HASH },
  },
  ["revocationDecided", "recalled", "ended", "supplied"],
);

/** Name of a part of the state that grows with the register. */
export const PARTS = [
  "journals",
  "proposals",
  "roles",
  "persons",
  "circuits",
  "policies",
  "roots",
  "consents",
  "batches",
  "serials",
  "repeats",
] as const;
export type Part = (typeof PARTS)[number];

/** What an entry of each part is, and its id. */
const ENTRY: Readonly<Record<Part, readonly [id: object, value: object]>> = {
  journals: [oneOf(...JOURNALED), HASH],
  proposals: [{ type: "string", pattern: "^[a-z]{1,20}/0x[0-9a-f]{64}$" }, PROPOSAL],
  roles: [{ type: "string", pattern: "^0x[0-9a-f]{64}/0x[0-9a-fA-F]{40}$" }, ROLE],
  persons: [ADDRESS, HASH],
  circuits: [HASH, CIRCUIT],
  policies: [HASH, POLICY],
  roots: [DECIMAL, ROOT],
  consents: [HASH, CONSENT],
  batches: [HASH, BATCH],
  serials: [ADDRESS, NUMBER],
  repeats: [{ type: "string", pattern: "^0x[0-9a-fA-F]{40}/(0|[1-9][0-9]{0,77})$" }, NUMBER],
};

/** Schema of a line with an entry of a part: `[part, id, value]`. */
export function entrySchema(part: Part): object {
  const [id, value] = ENTRY[part];
  return { type: "array", prefixItems: [{ const: part }, id, value], items: false, minItems: 3, maxItems: 3 };
}

/** Schema of the first line: whose state it is, at which block, from which node, and what only counts. */
export const HEADER_SCHEMA = object(
  {
    ...{ format: TEXT, chainId: { type: "string", pattern: "^[1-9][0-9]{0,77}$" }, registry: ADDRESS },
    ...{ node: { type: ["string", "null"], maxLength: 300, pattern: "^\\P{C}*$" }, block: NUMBER, hash: HASH },
    ...{ proofs: NUMBER, exceptions: NUMBER, requests: NUMBER, verified: NUMBER, unentitled: UNENTITLED },
    ...{ paused: MOMENT, developmentAllowed: MOMENT },
  },
  ["paused", "developmentAllowed"],
);
