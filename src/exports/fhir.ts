import type { Carrier } from "../formats/carrier.ts";
import { visible } from "../formats/visible.ts";
import { judgeUse } from "../standing/judge.ts";
import type { Standing, StandingClaim, StandingProof } from "../standing/standing.ts";
import type { BatchConsent } from "./batchConsent.ts";
import type { ProductCategory } from "./fhirCategory.ts";
import { decisionsOf, type Decision } from "./fhirDecisions.ts";
import { uuidOf } from "./uuid.ts";
import { accountDid, batchUrn } from "./vcTerms.ts";

/**
 * A batch as a hospital's system reads it: a FHIR R4 Bundle of what a register says at one block. It holds no Patient and nothing
 * that names one, no site, account or reading: a Standing has none of these (docs/spec/exports.md, FHIR).
 */

/** What a bundle is made of. */
export interface FhirContent {
  readonly standing: Standing;
  readonly category: ProductCategory;
  /** The site's own identifier of the bag; undefined: none. */
  readonly carrier?: Carrier;
  /** Names and times of stages, which no register knows: only where whoever has the folder asks for them. */
  readonly stages?: readonly FhirStage[];
  /** Undefined: the batch names none, or nobody could be asked. */
  readonly consent?: BatchConsent;
}

/** A stage as a batch folder knows it; times are RFC 3339. */
export interface FhirStage {
  readonly name: string;
  readonly start?: string;
  readonly end?: string;
}

/** A resource; what else it has is what R4 says of its type. */
export interface FhirResource {
  readonly resourceType: "BiologicallyDerivedProduct" | "Provenance" | "AuditEvent" | "Consent";
  readonly id: string;
  readonly [element: string]: unknown;
}

export interface FhirBundle {
  readonly resourceType: "Bundle";
  readonly id: string;
  readonly type: "collection";
  readonly timestamp: string;
  readonly entry: readonly { readonly fullUrl: string; readonly resource: FhirResource }[];
  readonly [element: string]: unknown;
}

/** System of identifiers that are URIs. */
const URI = "urn:ietf:rfc:3986";
/** Code systems of our own; nothing answers there. */
const SYSTEM = "https://batchproof.invalid/fhir";
const TERMINOLOGY = "http://terminology.hl7.org/CodeSystem";
/** Marks what is not for use: anybody can forge a proof under development keys. */
const TEST_DATA = [{ system: `${TERMINOLOGY}/v3-ActReason`, code: "HTEST", display: "test health data" }];

/** The same bytes for the same content: every id is made from what it names, every time is a block's or a folder's. */
export function fhirBundle(content: FhirContent): FhirBundle {
  const { standing } = content;
  const resources = [
    product(content),
    ...standing.claims.flatMap((claim) => (claim.proof === null ? [] : [provenance(standing, claim, claim.proof)])),
    ...decisionsOf(standing).map((decision) => auditEvent(standing, decision)),
    ...(content.consent === undefined ? [] : [consentOf(standing, content.consent)]),
  ];
  return {
    resourceType: "Bundle",
    id: idOf(standing, "bundle", standing.hash),
    ...marks(standing),
    identifier: batchIdentifier(standing),
    type: "collection",
    timestamp: standing.time,
    entry: resources.map((resource) => ({ fullUrl: `urn:uuid:${resource.id}`, resource })),
  };
}

/**
 * Available: the register lets it go, it is not used yet, nothing speaks against it, and its proofs are under keys with which
 * nobody forges one. A status has no room for a note, so what is a note elsewhere is a no here.
 */
export function isAvailable(standing: Standing): boolean {
  return judgeUse(standing).light === "green" && standing.status === "Released" && !standing.developmentKeys;
}

function product({ standing, category, carrier, stages = [] }: FhirContent): FhirResource {
  const name = visible(standing.policy.product);
  return {
    resourceType: "BiologicallyDerivedProduct",
    id: productId(standing),
    ...marks(standing),
    identifier: [batchIdentifier(standing), ...(carrier === undefined ? [] : [carrierIdentifier(carrier)])],
    productCategory: category,
    ...(name.trim() === "" ? {} : { productCode: { text: name } }),
    status: isAvailable(standing) ? "available" : "unavailable",
    // Which of them collects, and which stores, no policy says: a stage is processing, under its own name.
    ...(stages.length === 0 ? {} : { processing: stages.map(processing) }),
  };
}

function processing({ name, start, end }: FhirStage): object {
  const period = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
  return { description: visible(name), ...(start === undefined && end === undefined ? {} : { timePeriod: period }) };
}

/**
 * What the register attested. No `Signature`: what is signed is a record, which is private; a proof is referenced by where the
 * register keeps it and by the key of its circuit.
 */
function provenance(standing: Standing, { index, kind, rule }: StandingClaim, proof: StandingProof): FhirResource {
  return {
    resourceType: "Provenance",
    id: idOf(standing, "provenance", index.toString(), proof.attested),
    ...marks(standing),
    target: [productReference(standing)],
    recorded: proof.attested,
    policy: [`${accountDid(standing)}/policies/${standing.policy.policyId}`],
    activity: { text: [`claim ${index} (${kind ?? "of an unknown kind"}) proven`, ...remarks(proof)].join("; ") },
    agent: [
      {
        type: { coding: [{ system: `${TERMINOLOGY}/provenance-participant-type`, code: "verifier" }] },
        who: registerReference(standing),
      },
    ],
    entity: [
      source(`${batchUrn(standing)}/claims`, index.toString()),
      source(`${SYSTEM}/circuit-id`, proof.circuitId),
      source(`${SYSTEM}/rule`, rule),
    ],
  };
}

function remarks({ deviations, unsound, circuit }: StandingProof): string[] {
  return [
    ...deviations.map((name) => `deviation ${visible(name)}`),
    ...(circuit === null ? ["nobody here knows what its circuit proves"] : []),
    ...(unsound ? ["its circuit is frozen as unsound"] : []),
  ];
}

function source(system: string, value: string): object {
  return { role: "source", what: { identifier: { system, value } } };
}

function auditEvent(standing: Standing, { name, code, at, of, words }: Decision): FhirResource {
  return {
    resourceType: "AuditEvent",
    id: idOf(standing, "event", name, at, of),
    ...marks(standing),
    type: code,
    subtype: [{ system: `${SYSTEM}/decision`, code: name }],
    recorded: at,
    outcomeDesc: words,
    agent: [{ who: registerReference(standing), requestor: false }],
    source: { observer: registerReference(standing) },
    entity: [{ what: productReference(standing) }],
  };
}

/** Whose it is stands nowhere: R4 wants a patient for the scopes that it names, so this one is in words. */
function consentOf(standing: Standing, { consent, granted, revoked }: BatchConsent): FhirResource {
  return {
    resourceType: "Consent",
    id: idOf(standing, "consent", consent),
    ...marks(standing),
    identifier: [{ system: `${accountDid(standing)}/consents`, value: consent }],
    status: revoked === null ? "active" : "inactive",
    scope: { text: "what the signed document says; the register has a salted hash of it" },
    category: [{ coding: [{ system: "http://loinc.org", code: "59284-0", display: "Patient Consent" }] }],
    dateTime: granted,
    policyRule: { text: "given for this batch alone; its holder can revoke it, for good" },
    ...(revoked === null ? {} : { provision: { period: { end: revoked } } }),
  };
}

function marks({ developmentKeys }: Standing): object {
  return developmentKeys ? { meta: { tag: TEST_DATA } } : {};
}

function batchIdentifier(standing: Standing): object {
  return { system: URI, value: batchUrn(standing) };
}

/** GS1 and ICCBBA name no URI for a whole code as it is scanned: its type says which it is. */
function carrierIdentifier({ scheme, text }: Carrier): object {
  return { type: { text: scheme === "gs1" ? "GS1 element string" : "ISBT 128" }, value: visible(text) };
}

function productId(standing: Standing): string {
  return idOf(standing, "product");
}

function productReference(standing: Standing): object {
  return { reference: `urn:uuid:${productId(standing)}`, type: "BiologicallyDerivedProduct" };
}

function registerReference(standing: Standing): object {
  return {
    identifier: { system: URI, value: accountDid(standing) },
    display: "the register of the batch",
  };
}

function idOf(standing: Standing, ...parts: readonly string[]): string {
  return uuidOf("batchproof-fhir/1", batchUrn(standing), ...parts);
}
