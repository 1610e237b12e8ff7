import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { createVerifyCryptosuite } from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import { defaultDocumentLoader, verifyCredential, type DocumentLoader } from "@digitalbazaar/vc";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";
import { withProof, type JsonObject } from "../../src/exports/dataIntegrity.ts";
import { didDocument, didKeyOf, proofKeyOf, type CredentialReader } from "../../src/exports/did.ts";
import { batchCredential, type NewCredential } from "../../src/exports/vc.ts";
import { parseTime } from "../../src/input/times.ts";
import type { Standing } from "../../src/standing/standing.ts";

/** Credentials for tests, and a verifier that others wrote. */

export const SEED = new Uint8Array(32).fill(7);
export const OTHER_SEED = new Uint8Array(32).fill(8);
export const ISSUER = didKeyOf(SEED);
export const WEB = "did:web:site.example:quality";
export const NOW = parseTime("2026-03-01T12:00:00Z", "test");
export const DAY = 86_400;
export const READER: CredentialReader = { now: NOW + 60, dids: [] };
export const WEB_READER: CredentialReader = { ...READER, dids: [{ value: webDocument(), place: "did.json" }] };

/** The DID document of the web issuer, as JSON. */
export function webDocument(): { [name: string]: never } {
  return JSON.parse(JSON.stringify(didDocument(WEB, SEED))) as { [name: string]: never };
}

const hash = (digit: string): string => `0x${digit.repeat(64)}`;

/** A batch that the register lets go: one claim proven, one settled by people. */
export const STANDING: Standing = {
  format: "batchproof-standing/1",
  ...{
    chainId: "31337",
    registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    batch: hash("a"),
    commitment: hash("1"),
  },
  ...{ block: 42, hash: hash("b"), time: "2026-03-01T11:59:00Z" },
  policy: { policyId: hash("c"), product: "Vor­trag <b>\u202eCD20</b>", version: 3, document: hash("d") },
  opened: "2026-01-01T00:00:00Z",
  due: { release: "2026-04-01T00:00:00Z", completion: "2026-05-01T00:00:00Z" },
  ...{ status: "Released", release: "Released", certified: "2026-02-01T00:00:00Z", recalled: false, holds: [] },
  ...{ openExceptions: { own: 0, inherited: 0 }, challenge: null, supply: null, developmentKeys: false },
  stages: [{ head: hash("2"), ready: true, asserted: false, confirmed: null }],
  claims: [
    {
      ...{ index: 0, stage: 0, kind: "temperature", class: "specification", neededFor: "release", state: "proven" },
      rule: hash("3"),
      proof: {
        ...{ circuitId: hash("4"), circuit: "temperature-1k", setup: "ceremony", unsound: false },
        ...{ attested: "2026-01-20T00:00:00Z", deviations: ["aboveBand"] },
      },
    },
    {
      ...{ index: 1, stage: 0, kind: "quality", class: null, neededFor: null, state: "settled" },
      ...{ rule: hash("5"), proof: null },
    },
  ],
};

/** A credential of that batch under SEED, with its proof. */
export function issued(
  { issuer = ISSUER, from = NOW, until = NOW + 30 * DAY, entries = [] }: Partial<NewCredential> = {},
  standing = STANDING,
): JsonObject {
  return withProof(batchCredential(standing, { issuer, from, until, entries }), proofKeyOf(SEED, issuer, "test"), from);
}

/** Signs a changed document anew, as its issuer could. */
export function resigned(document: object, seed = SEED, issuer = ISSUER, created = NOW): JsonObject {
  const rest = Object.entries(document as JsonObject).filter(([name]) => name !== "proof");
  return withProof(
    Object.fromEntries(rest),
    { seed, issuer, verificationMethod: `${issuer}#${issuer.slice(8)}` },
    created,
  );
}

/** The verifier of others: what it loads is here, and nothing else. `documents`: further ones, by their address. */
export function independent(documents: Readonly<Record<string, object>> = {}): {
  readonly suite: DataIntegrityProof;
  readonly documentLoader: DocumentLoader;
} {
  const documentLoader: DocumentLoader = async (url) => {
    const document = documents[url] ?? resolved(url);
    return document === undefined
      ? await defaultDocumentLoader(url)
      : { contextUrl: null, documentUrl: url, document: structuredClone(document) };
  };
  return { suite: new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() }), documentLoader };
}

/** DID documents and their keys as resolvers of did:key and did:web give them. */
function resolved(url: string): object | undefined {
  const [did = "", fragment] = url.split("#");
  const document = did === WEB ? didDocument(WEB, SEED) : did.startsWith("did:key:") ? keyDocument(did) : undefined;
  if (document === undefined || fragment === undefined) return document;
  const methods = document["verificationMethod"] as readonly { readonly id: string }[];
  const method = methods.find(({ id }) => id === url);
  return method === undefined ? undefined : { "@context": "https://w3id.org/security/multikey/v1", ...method };
}

function keyDocument(did: string): Record<string, unknown> {
  const publicKeyMultibase = did.slice("did:key:".length);
  const id = `${did}#${publicKeyMultibase}`;
  return {
    "@context": ["https://www.w3.org/ns/did/v1"],
    id: did,
    verificationMethod: [{ id, type: "Multikey", controller: did, publicKeyMultibase }],
    assertionMethod: [id],
  };
}

/** What the verifier of others says: nothing, or why it refuses. `documents`: also the status lists that a credential names. */
export async function theirRefusal(credential: object, documents = {}, now = READER.now): Promise<string | undefined> {
  const { verified, error } = await verifyCredential({
    ...{ credential: structuredClone(credential), now: new Date(now * 1000), checkStatus },
    ...independent(documents),
  });
  if (verified) return undefined;
  return error?.errors?.map(({ message }) => message).join("; ") ?? error?.message ?? "refused";
}

/** What the reader of others finds in status lists, by their purpose. It takes the machine's clock. */
export async function theirStatus(credential: object, lists: Readonly<Record<string, object>>): Promise<object> {
  const { error, results = [] } = await checkStatus({ credential, ...independent(lists) });
  if (error !== undefined) throw error;
  return Object.fromEntries(results.map(({ credentialStatus, status }) => [credentialStatus.statusPurpose, status]));
}
