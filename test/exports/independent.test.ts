import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { createSignCryptosuite } from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import { generate } from "@digitalbazaar/ed25519-multikey";
import { issue } from "@digitalbazaar/vc";
import { createList, decodeList } from "@digitalbazaar/vc-bitstring-status-list";
import jsonld from "jsonld";
import { describe, expect, it } from "vitest";
import { multikeyOf, publicKeyOf, withProof, type JsonObject } from "../../src/exports/dataIntegrity.ts";
import { didKeyOf } from "../../src/exports/did.ts";
import { listUrl, statusEntries } from "../../src/exports/vcIssued.ts";
import { encodedList, isSet, LIST_ENTRIES, listCredential } from "../../src/exports/vcStatus.ts";
import { accountDid, CONTEXTS, PURPOSES, type Purpose } from "../../src/exports/vcTerms.ts";
import { credentialStatus, parseCredential, verifyCredential } from "../../src/exports/vcVerify.ts";
import { proofKeyOf } from "../../src/exports/did.ts";
import {
  DAY,
  independent,
  issued,
  ISSUER,
  NOW,
  OTHER_SEED,
  READER,
  resigned,
  SEED,
  STANDING,
  theirRefusal,
  theirStatus,
  WEB,
  WEB_READER,
} from "./credentials.ts";

const ours = issued();
const read = (document: object, reader = READER): ReturnType<typeof verifyCredential> =>
  verifyCredential(parseCredential(JSON.stringify(document), "vc.json"), reader);

/** To JSON-LD a list of one value is that value. */
function unlisted(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? unlisted(value[0]) : value.map(unlisted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unlisted(each)]));
}

// Verifies R-vc-proof, R-vc-issuer, R-vc-terms.
describe("a credential of ours, read by the verifier of others", () => {
  it.each([ISSUER, WEB])("is accepted from %s, after it was written to a file", async (issuer) => {
    const written = JSON.parse(JSON.stringify(issued({ issuer }))) as object;
    expect(await theirRefusal(written)).toBeUndefined();
    expect(read(written, WEB_READER).issuer).toBe(issuer);
  });

  const subject = ours["credentialSubject"] as JsonObject;
  it.each<[what: string, document: object, theirs: RegExp]>([
    ["another status", { ...ours, credentialSubject: { ...subject, status: "Completed" } }, /Invalid signature/],
    ["a claim less", { ...ours, credentialSubject: { ...subject, claims: [] } }, /Invalid signature/],
    ["another batch", { ...ours, credentialSubject: { ...subject, id: "urn:batchproof:1" } }, /Invalid signature/],
    ["a later end", { ...ours, validUntil: "2036-03-01T12:00:00Z" }, /Invalid signature/],
    ["a member more", { ...ours, description: "excellent" }, /Invalid signature/],
    ["another issuer", { ...ours, issuer: didKeyOf(OTHER_SEED) }, /issuer must match|Invalid signature/i],
    [
      "another time of signing",
      { ...ours, proof: { ...(ours["proof"] as object), created: "2026-02-01T00:00:00Z" } },
      /signature/,
    ],
    [
      "another context",
      { ...ours, "@context": [CONTEXTS[0], "https://www.w3.org/ns/credentials/examples/v2"] },
      /context/,
    ],
  ])("is refused by both with %s", async (_what, document, theirs) => {
    expect(await theirRefusal(document)).toMatch(theirs);
    expect(() => read(document)).toThrow(/signature|context|key/);
  });

  it("ends for both at its time, and not before it begins", async () => {
    const until = NOW + 30 * DAY;
    expect(read(ours, { ...READER, now: until - 1 }).validUntil).toBe(until);
    expect(() => read(ours, { ...READER, now: until })).toThrow("It was valid until 2026-03-31T12:00:00Z.");
    expect(await theirRefusal(ours, {}, until + 301)).toMatch(/after/);
    expect(() => read(ours, { ...READER, now: NOW - 1 })).toThrow("It is valid from");
    expect(await theirRefusal(ours, {}, NOW - 301)).toMatch(/before/);
  });

  it("loses no member to a processor of JSON-LD, and each has its own place", async () => {
    const { documentLoader } = independent();
    const withEntries = issued({ entries: statusEntries("https://site.example/status", 5) });
    const expanded = await jsonld.expand(withEntries, { documentLoader, safe: true });
    const back = await jsonld.compact(expanded, [...CONTEXTS], { documentLoader, safe: true });
    expect(unlisted(back["credentialSubject"])).toEqual(unlisted(withEntries["credentialSubject"]));
    expect(back["credentialStatus"]).toEqual(withEntries["credentialStatus"]);
    expect(JSON.stringify(expanded)).toContain("https://www.w3.org/ns/credentials/undefined-term#provenBy");
  });
});

describe("terms of ours in a context object", () => {
  it("would be refused by the verifier of others once it was in a file, so there are none", async () => {
    const context = [...CONTEXTS, { release: "https://terms.example/release" }];
    const inline = JSON.parse(JSON.stringify(resigned({ ...ours, "@context": context }))) as object;
    expect(read(inline).issuer).toBe(ISSUER);
    expect(await theirRefusal(inline)).toMatch(/does not start with proof/);
  });
});

// Verifies R-vc-issuer, V328.
describe("V328: an issuer by did:pkh", () => {
  it("is refused by both: it names an account, and no key of Ed25519 is one", async () => {
    const issuer = accountDid(STANDING);
    const id = `${issuer}#${multikeyOf(publicKeyOf(SEED))}`;
    const rest = Object.fromEntries(Object.entries(ours).filter(([name]) => name !== "proof"));
    const forged = withProof({ ...rest, issuer }, { seed: SEED, issuer, verificationMethod: id }, NOW);
    // What resolves a did:pkh gives: the account, by its chain.
    const account = {
      "@context": ["https://www.w3.org/ns/did/v1"],
      id: issuer,
      verificationMethod: [
        { id: `${issuer}#blockchainAccountId`, type: "EcdsaSecp256k1RecoveryMethod2020", controller: issuer },
      ],
      assertionMethod: [`${issuer}#blockchainAccountId`],
    };
    const method = { id, type: "Multikey", controller: issuer, publicKeyMultibase: multikeyOf(publicKeyOf(SEED)) };
    const theirs = await theirRefusal(forged, {
      [issuer]: account,
      [id]: { "@context": "https://w3id.org/security/multikey/v1", ...method },
    });
    expect(theirs).toMatch(/not authorized by controller/);
    expect(() => read(forged)).toThrow("neither by its key (did:key) nor by a web site (did:web)");
  });
});

describe("a credential of others, read by ours", () => {
  it("is accepted", async () => {
    const key = await generate({
      controller: ISSUER,
      id: proofKeyOf(SEED, ISSUER, "test").verificationMethod,
      seed: SEED,
    });
    const suite = new DataIntegrityProof({
      ...{ signer: key.signer(), date: "2026-03-01T12:00:00Z", cryptosuite: createSignCryptosuite() },
    });
    const credential = {
      ...{ "@context": [CONTEXTS[0], "https://www.w3.org/ns/credentials/examples/v2"], type: ["VerifiableCredential"] },
      ...{ issuer: { id: ISSUER, name: "Site A" }, validFrom: "2026-03-01T11:00:00.123Z" },
      credentialSubject: { id: "urn:example:1", alumniOf: "The School of Examples" },
    };
    const theirs = await issue({ credential, suite, documentLoader: independent().documentLoader });
    expect(read(theirs)).toMatchObject({ issuer: ISSUER, validUntil: undefined });
    expect(() => read({ ...theirs, name: "more" })).toThrow("The signature does not hold");
  });
});

// Verifies R-vc-status.
describe("status lists, read and written by others", () => {
  const url = "https://site.example/status";
  const listed = issued({ entries: statusEntries(url, 94_567) });
  const list = (purpose: Purpose, indices: readonly number[]): JsonObject => {
    const asOf = { block: 42, hash: STANDING.hash, time: STANDING.time };
    const made = { purpose, url: listUrl(url, purpose), issuer: ISSUER, indices, asOf, from: NOW, until: NOW + DAY };
    return withProof(listCredential(made), proofKeyOf(SEED, ISSUER, "test"), NOW);
  };

  it.each<[string, Record<Purpose, number[]>]>([
    ["neither", { revocation: [94_566, 94_568], suspension: [] }],
    ["one", { revocation: [], suspension: [0, 94_567] }],
    ["both", { revocation: [94_567], suspension: [94_567, LIST_ENTRIES - 1] }],
  ])("say the same to both of a credential that is set in %s", async (_what, set) => {
    const lists = Object.fromEntries(PURPOSES.map((purpose) => [listUrl(url, purpose), list(purpose, set[purpose])]));
    const theirs = await theirStatus(listed, withoutClock(lists));
    const files = Object.values(lists).map((each) => parseCredential(JSON.stringify(each), "list.json"));
    const ourAnswer = credentialStatus(read(listed), "vc.json", files, READER);
    const isIn = (purpose: Purpose): boolean => set[purpose].includes(94_567);
    expect(theirs).toEqual({ revocation: isIn("revocation"), suspension: isIn("suspension") });
    expect(Object.fromEntries(ourAnswer.map((entry) => [entry.purpose, entry.set]))).toEqual(theirs);
  });

  it("are unpacked by others as they were packed, and the other way round", async () => {
    const indices = [0, 1, 7, 8, 65_535, LIST_ENTRIES - 1];
    const theirs = await decodeList({ encodedList: encodedList(indices) });
    const made = await createList({ length: LIST_ENTRIES });
    for (const index of indices) made.setStatus(index, true);
    const encoded = await made.encode();
    for (const index of [...indices, 2, 6, 9, 65_534, LIST_ENTRIES - 2]) {
      expect(theirs.getStatus(index)).toBe(indices.includes(index));
      expect(isSet(encoded, index)).toBe(indices.includes(index));
    }
  });

  /** Their check of a list takes the machine's clock: a list that has not ended by it. */
  function withoutClock(lists: Record<string, JsonObject>): Record<string, JsonObject> {
    const renewed = Object.entries(lists).map(([at, each]) => {
      const now = Math.floor(Date.now() / 1000);
      const from = {
        ...each,
        validFrom: "2026-01-01T00:00:00Z",
        validUntil: new Date((now + DAY) * 1000).toISOString(),
      };
      return [at, resigned(from)] as const;
    });
    return Object.fromEntries(renewed);
  }
});
