import { COUNTER, DISPOSITION, EXCEPTION_CATEGORY } from "../formats/codes.ts";
import { ADDRESS, object } from "../formats/document.ts";

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

/** An object with a moment; `optional` names members of `more` that may be absent. */
function moment(more: Members = {}, optional: readonly string[] = []): object {
  return object({ block: NUMBER, transaction: HASH, by: ADDRESS, ...more }, ["by", ...optional]);
}

/** A moment with a reason, and the hash of its words if there are any. */
function reasoned(more: Members = {}, optional: readonly string[] = []): object {
  return moment({ reason: TEXT, words: HASH, ...more }, ["words", ...optional]);
}

const REASONED = reasoned();

const CIRCUIT = object(
  {
    ...{ kind: NUMBER, tier: NUMBER, development: FLAG, transcript: HASH },
    ...{ proposed: moment(), added: moment() },
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
    ...{ product: TEXT, version: NUMBER, stages: NUMBER, claims: list(CLAIM), proposed: moment() },
    ...{ approved: moment({ authorisation: TEXT }), endorsed: list(moment()), retired: REASONED },
  },
  ["approved", "retired"],
);

const ROOT = object({ approved: moment(), revoked: REASONED }, ["approved", "revoked"]);
const CONSENT = object({ holder: ADDRESS, revoked: moment() }, ["revoked"]);

const ATTESTATION = object({
  ...{ proof: NUMBER, circuitId: HASH, parties: DECIMAL, deviations: NUMBER, block: NUMBER, transaction: HASH },
});

const DISPOSITION_NAME = oneOf(...Object.keys(DISPOSITION));

const EXCEPTION = moment(
  {
    ...{ id: NUMBER, claim: NUMBER, category: oneOf(...Object.keys(EXCEPTION_CATEGORY)), severity: NUMBER },
    ...{ qmsRef: TEXT, repeats: NUMBER },
    proposals: list(moment({ disposition: DISPOSITION_NAME, evidence: HASH })),
    closed: moment({ disposition: DISPOSITION_NAME, settled: FLAG, proposer: ADDRESS }),
  },
  ["closed"],
);

const REQUEST = moment({ id: NUMBER, claim: NUMBER, from: DECIMAL, to: DECIMAL, dueBy: DECIMAL, answered: moment() }, [
  "answered",
]);

const EXTENSION = reasoned({
  ...{ which: oneOf("release", "completion"), previous: DECIMAL, due: DECIMAL },
});

const UNPROVEN = object({
  ...{ proof: NUMBER, claim: NUMBER, code: TEXT, block: NUMBER, transaction: HASH },
});

const BATCH = object(
  {
    ...{ owner: ADDRESS, serial: NUMBER, batch: DECIMAL, opening: DECIMAL, policyId: HASH },
    due: { type: "array", items: DECIMAL, minItems: 2, maxItems: 2 },
    ...{ consent: HASH, supersedes: HASH, qps: list(ADDRESS), opened: moment(), openingTime: NUMBER },
    status: oneOf("Open", "Released", "Completed", "Rejected", "Aborted", "ExceptionalSupply"),
    ...{ heads: byNumber(DECIMAL), asserted: list(moment({ stage: SMALL })), attested: byNumber(ATTESTATION) },
    ...{ settled: list(SMALL), exceptions: list(EXCEPTION) },
    amendments: list(reasoned({ claim: NUMBER, reopened: NUMBER })),
    certified: list(moment({ problem: TEXT }, ["problem"])),
    ...{ openingsReplaced: list(REASONED), submittersNamed: list(moment({ submitter: ADDRESS })) },
    extensions: list(EXTENSION),
    holds: list(reasoned({ hold: NUMBER, lifted: REASONED }, ["lifted"])),
    ...{ requests: list(REQUEST), revocationDecided: REASONED, recalled: REASONED, ended: REASONED },
    ...{ completed: moment(), unproven: list(UNPROVEN), trail: HASH, exceptionsHash: HASH, touched: NUMBER },
  },
  ["revocationDecided", "recalled", "ended", "completed"],
);

/** Name of a part of the state that grows with the register. */
export const PARTS = [
  "circuits",
  "circuitProposals",
  "policies",
  "roots",
  "consents",
  "batches",
  "counts",
  "repeats",
] as const;
export type Part = (typeof PARTS)[number];

/** What an entry of each part is, and its id. */
const ENTRY: Readonly<Record<Part, readonly [id: object, value: object]>> = {
  circuits: [HASH, CIRCUIT],
  circuitProposals: [
    { type: "string", pattern: "^0x[0-9a-f]{64}/[0-9]{1,10}/[0-9]{1,10}/(true|false)/0x[0-9a-f]{64}$" },
    moment(),
  ],
  policies: [HASH, POLICY],
  roots: [DECIMAL, ROOT],
  consents: [HASH, CONSENT],
  batches: [HASH, BATCH],
  counts: [ADDRESS, { type: "array", items: NUMBER, minItems: COUNTER.length, maxItems: COUNTER.length }],
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
    ...{ proofs: NUMBER, exceptions: NUMBER, requests: NUMBER, answers: NUMBER, verified: NUMBER },
    compared: { ...NUMBER, minimum: -1 },
    ...{ paused: moment(), developmentAllowed: moment() },
  },
  ["paused", "developmentAllowed"],
);
