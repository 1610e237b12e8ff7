import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { withProof, type JsonObject } from "../../src/exports/dataIntegrity.ts";
import {
  didAddress,
  didDocument,
  didKeyOf,
  didWebOf,
  proofKeyOf,
  type CredentialReader,
} from "../../src/exports/did.ts";
import { batchCredential, endOf } from "../../src/exports/vc.ts";
import { listUrl, statusEntries } from "../../src/exports/vcIssued.ts";
import { encodedList, LIST_ENTRIES, listCredential, statusOf } from "../../src/exports/vcStatus.ts";
import { BATCH_TYPE, batchUrn, CONTEXTS } from "../../src/exports/vcTerms.ts";
import { credentialBatch, credentialStatus, parseCredential, verifyCredential } from "../../src/exports/vcVerify.ts";
import type { JsonValue } from "../../src/input/json.ts";
import type { Standing, StandingClaim } from "../../src/standing/standing.ts";
import { refused } from "../input/refused.ts";
import {
  DAY,
  issued,
  ISSUER,
  NOW,
  OTHER_SEED,
  READER,
  resigned,
  SEED,
  STANDING,
  WEB,
  WEB_READER,
  webDocument,
} from "./credentials.ts";

const ours = issued();
const subject = ours["credentialSubject"] as JsonObject;
const text = (document: object): string => JSON.stringify(document);
const verify = (document: object, reader = READER): unknown =>
  verifyCredential(parseCredential(text(document), "vc.json"), reader);

/** What proves the first claim. */
function provenIn({ claims: [claim] }: Standing): NonNullable<StandingClaim["proof"]> {
  return claim?.proof ?? fail();
}

function fail(): never {
  throw new Error("no claim that is proven");
}

// Verifies R-vc-subject.
describe("a credential of a batch", () => {
  it("says what the register said and when, that it is a copy, and no more", () => {
    expect(subject).toMatchObject({
      id: batchUrn(STANDING),
      register: "did:pkh:eip155:31337:0x5fbdb2315678afecb367f032d93f642f64180aa3",
      asOf: { block: 42, hash: STANDING.hash, time: STANDING.time },
      ...{ status: "Released", release: "Released", opened: STANDING.opened, certified: STANDING.certified },
      claims: [{ index: 0, state: "proven", kind: "temperature", provenBy: { attested: "2026-01-20T00:00:00Z" } }, {}],
    });
    expect(subject["notice"]).toMatch(
      /^A copy of what register .* said at block 42, .*The register counts, not this copy/,
    );
    expect(Object.keys(subject)).not.toContain("stages");
    expect(ours["credentialStatus"]).toBeUndefined();
  });

  // Verifies V358.
  it("V358: lasts from its block on, and not from when a node that is behind was asked", () => {
    const day = (time: string): number => endOf({ time }, NOW, DAY);
    expect(day("2026-02-28T12:00:01Z")).toBe(NOW + 1);
    expect(day("2026-03-02T00:00:00Z")).toBe(NOW + DAY);
    expect(refused(() => day("2026-02-28T12:00:00Z"))).toMatchObject({ code: "block-old", kind: "environment" });
  });

  // Verifies V362.
  it("V362: says that its proofs are in doubt where a QP decided to go on, and nothing where they are not", () => {
    const challenge: Standing["challenge"] = { kinds: ["root"], decided: true };
    expect(issued({}, { ...STANDING, challenge })["credentialSubject"]).toMatchObject({ challenge });
    expect(Object.keys(subject)).not.toContain("challenge");
  });

  // Verifies V363.
  it.each<[what: string, change: Partial<StandingClaim>]>([
    ["what its circuit proves", { proof: { ...provenIn(STANDING), circuit: null } }],
    ["what kind a claim is of", { kind: null }],
  ])("V363: is not made where nobody here knows %s", (_what, change) => {
    const claims = STANDING.claims.with(0, { ...(STANDING.claims[0] ?? fail()), ...change });
    expect(refused(() => issued({}, { ...STANDING, claims }))).toMatchObject({ code: "not-released", kind: "no" });
  });

  it("names nothing that has no value, which JSON-LD would not keep", () => {
    expect(text(ours)).not.toContain("null");
  });
});

// Verifies R-vc-subject, V333.
describe("V333: a credential of a batch that the register does not let go", () => {
  it.each<[what: string, change: Partial<Standing>]>([
    ["held", { release: "No", holds: [{ side: "qp", order: null }] }],
    ["recalled", { release: "No", status: "Recalled", recalled: true }],
    ["not certified", { release: "No", status: "Compliant" }],
    ["supplied exceptionally", { release: "ExceptionalSupply", status: "ExceptionalSupply" }],
    ["challenged, and nobody decided", { challenge: { kinds: ["circuit"], decided: false } }],
  ])("is not made: %s", (_what, change) => {
    const made = { issuer: ISSUER, from: NOW, until: NOW + DAY, entries: [] };
    expect(refused(() => batchCredential({ ...STANDING, ...change }, made)).code).toBe("not-released");
  });

  it("is made once a QP decided on the challenge, and after completion", () => {
    for (const change of [{ challenge: { kinds: ["circuit"], decided: true } }, { status: "Completed" }] as const) {
      expect(issued({}, { ...STANDING, ...change })["type"]).toContain(BATCH_TYPE);
    }
  });
});

// Verifies R-vc-status.
describe("what the status lists say of a batch", () => {
  it.each<[what: string, change: Partial<Standing>, revocation: boolean, suspension: boolean]>([
    ["released", {}, false, false],
    ["released and overdue", { status: "Overdue" }, false, false],
    ["held, or with open exceptions", { release: "No" }, false, true],
    ["challenged", { challenge: { kinds: ["root"], decided: false } }, false, true],
    ["recalled", { release: "No", recalled: true, status: "Recalled" }, true, true],
    ["rejected", { release: "No", status: "Rejected" }, true, true],
    ["aborted", { release: "No", status: "Aborted" }, true, true],
    ["supplied exceptionally", { release: "ExceptionalSupply", status: "ExceptionalSupply" }, false, true],
  ])("%s", (_what, change, revocation, suspension) => {
    expect(statusOf({ ...STANDING, ...change })).toEqual({ revocation, suspension });
  });
});

// Verifies R-vc-form, V329.
describe("V329: a file that is not the one credential it looks like", () => {
  const written = text(ours);
  it.each<[what: string, file: string, code: string]>([
    ["one member twice", written.replace('"issuer":', '"issuer":"did:key:z6Mk","issuer":'), "json-duplicate-key"],
    ["a member of every object", written.replace('"issuer":', '"__proto__":{},"issuer":'), "json-forbidden-key"],
    ["a token", "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJkaWQ6a2V5OiJ9.AAAA", "credential"],
    ["a token with spaces before it", "\n eyJhbGciOiJFZERTQSJ9.e30.AAAA~", "credential"],
    ["a list of credentials", `[${written}]`, "credential"],
    ["a credential of the first version", written.replace(/ns\/credentials\/v2/, "2018/credentials/v1"), "credential"],
    ["another type", written.replaceAll('"VerifiableCredential"', '"Credential"'), "credential"],
    ["no issuer", text({ ...ours, issuer: {} }), "credential"],
    ["a depth without end", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`, "json-depth"],
  ])("is refused: %s", (_what, file, code) => {
    expect(refused(() => verifyCredential(parseCredential(file, "vc.json"), READER))).toMatchObject({
      code,
      kind: "input",
    });
  });

  it("is refused before its time and after it, by the reader's clock, at the second", () => {
    expect(refused(() => verify(ours, { ...READER, now: NOW - 1 })).code).toBe("credential-early");
    expect(() => verify(ours, { ...READER, now: NOW })).not.toThrow();
    const late = refused(() => verify(ours, { ...READER, now: NOW + 30 * DAY }));
    expect(late).toMatchObject({ code: "credential-expired", kind: "no", place: "vc.json#/validUntil" });
    const future = refused(() => verify(resigned(ours, SEED, ISSUER, NOW + 61)));
    expect(future).toMatchObject({ code: "credential-early", place: "vc.json#/proof/created" });
  });
});

// Verifies R-vc-issuer, V328.
describe("V328: a credential under another key than its issuer's", () => {
  it.each<[what: string, document: JsonObject]>([
    [
      "the signer's own did:key, and another issuer",
      { ...resigned(ours, OTHER_SEED, didKeyOf(OTHER_SEED)), issuer: ISSUER },
    ],
    ["the issuer's name before another key", withKey(`${ISSUER}#${didKeyOf(OTHER_SEED).slice(8)}`)],
    ["another name before the issuer's own key", underName(`${didKeyOf(OTHER_SEED)}#${ISSUER.slice(8)}`)],
    ["a key that is no did:key", { ...withKey("did:key:zABC#zABC"), issuer: "did:key:zABC" }],
    ["a name with two fragments", withKey(`${ISSUER}#${ISSUER.slice(8)}#x`)],
    ["a web address", { ...withKey("https://site.example#key"), issuer: "https://site.example" }],
    ["a did:web with capital letters", { ...withKey("did:web:SITE.example#k"), issuer: "did:web:SITE.example" }],
  ])("is refused: %s", (_what, document) => {
    expect(refused(() => verify(document, WEB_READER)).code).toBe("credential-issuer");
  });

  /** The credential, signed by its issuer under any name. */
  function underName(verificationMethod: string): JsonObject {
    const rest = Object.fromEntries(Object.entries(ours).filter(([name]) => name !== "proof"));
    return withProof(rest, { seed: SEED, issuer: ISSUER, verificationMethod }, NOW);
  }

  /** The credential, signed by OTHER_SEED under any name. */
  function withKey(verificationMethod: string): JsonObject {
    const rest = Object.entries(ours).filter(([name]) => name !== "proof");
    const issuer = verificationMethod.split("#")[0] ?? "";
    return withProof({ ...Object.fromEntries(rest), issuer }, { seed: OTHER_SEED, issuer, verificationMethod }, NOW);
  }

  const web = issued({ issuer: WEB });
  const [method] = webDocument()["verificationMethod"] as unknown as [JsonObject];
  const other = didDocument(WEB, OTHER_SEED)["verificationMethod"] as unknown as [JsonObject];
  it.each<[what: string, change: object, code: string]>([
    ["of another site", { id: "did:web:other.example" }, "did-missing"],
    ["without the key", { verificationMethod: other, assertionMethod: [] }, "credential-issuer"],
    ["with the key for other purposes", { assertionMethod: [], authentication: [method["id"]] }, "credential-issuer"],
    ["with the key of another controller", { verificationMethod: [{ ...method, controller: ISSUER }] }, "did"],
    [
      "with the key as another type",
      { verificationMethod: [{ ...method, type: "Ed25519VerificationKey2020" }] },
      "did",
    ],
    ["with two keys of one name", { verificationMethod: [method, { ...other[0], id: method["id"] }] }, "did"],
    [
      "with a second key of that name in the list of purposes",
      { assertionMethod: [{ ...other[0], id: method["id"] }] },
      "did",
    ],
    ["without lists", { verificationMethod: method }, "did"],
    [
      "with another key under its name",
      { verificationMethod: [{ ...other[0], id: method["id"] }] },
      "credential-proof",
    ],
  ])("is refused by a document %s", (_what, change, code) => {
    const dids = [{ value: { ...webDocument(), ...change }, place: "did.json" }] as CredentialReader["dids"];
    expect(refused(() => verify(web, { ...READER, dids })).code).toBe(code);
  });

  // Verifies V355.
  it.each<[what: string, end: object, code?: string]>([
    ["revoked", { revoked: "2026-03-01T12:00:00Z" }, "credential-issuer"],
    ["expired at the reader's second", { expires: "2026-03-01T12:01:00Z" }, "credential-issuer"],
    ["revoked at no time that can be read", { revoked: true }, "time-syntax"],
    ["good until later", { expires: "2026-03-01T12:01:01Z" }],
  ])("V355: goes by what the site's document says of the end of its key: %s", (_what, end, code) => {
    const value = { ...webDocument(), verificationMethod: [{ ...method, ...end }] } as object as JsonObject;
    const read = (): unknown => verify(web, { ...READER, dids: [{ value, place: "did.json" }] });
    if (code === undefined) expect(read).not.toThrow();
    else expect(refused(read).code).toBe(code);
  });

  // Verifies V355.
  it("V355: is refused by two documents of one site, of which one still has a key that the other one revoked", () => {
    const revoked = { ...method, revoked: "2026-03-01T12:00:00Z" } as object;
    const now = { ...webDocument(), verificationMethod: [revoked] } as object as JsonObject;
    const dids = [WEB_READER.dids[0], { value: now, place: "now.json" }] as CredentialReader["dids"];
    for (const given of [dids, dids.toReversed()]) {
      expect(refused(() => verify(web, { ...READER, dids: given })).code).toBe("did");
    }
  });

  it("is refused without a document, and told where it is", () => {
    const error = refused(() => verify(web));
    expect(error).toMatchObject({ code: "did-missing", kind: "input" });
    expect(error.remedy).toContain("https://site.example/quality/did.json");
  });
});

describe("the name of a web site", () => {
  it("is made of its host, port and path", () => {
    expect(didWebOf("example.com")).toBe("did:web:example.com");
    expect(didWebOf("https://example.com:8443/a/b/")).toBe("did:web:example.com%3A8443:a:b");
    expect(didAddress("did:web:example.com%3A8443:a:b")).toBe("https://example.com:8443/a/b/did.json");
    expect(didAddress("did:web:example.com")).toBe("https://example.com/.well-known/did.json");
  });

  it.each(["", "EXAMPLE.com", "example.com?x", "user@example.com", "http://example.com", "a..b", "a/../b//c", "é.com"])(
    "is refused: %s",
    (given) => {
      expect(refused(() => didWebOf(given)).code).toBe("did");
    },
  );

  it("is not the issuer of a key that is another did:key", () => {
    const { code, message } = refused(() => proofKeyOf(SEED, didKeyOf(OTHER_SEED), "--issuer"));
    expect([code, message]).toEqual(["did", "The issuer is another key than the one that was given."]);
  });
});

// Verifies R-vc-batch, V332.
describe("V332: a credential that names a batch for others to ask about", () => {
  it("names register, chain and batch, and who said so", () => {
    const { chainId, registry, batch, issuer, problem } = credentialBatch(text(ours), "vc.json", READER);
    expect({ chainId, registry, batch }).toEqual({
      chainId: 31_337n,
      registry: STANDING.registry,
      batch: STANDING.batch,
    });
    expect([issuer, problem]).toEqual([ISSUER, undefined]);
  });

  it.each<[what: string, document: object, code: string]>([
    ["changed since", { ...ours, validUntil: "2036-01-01T00:00:00Z" }, "credential-proof"],
    ["of another issuer", { ...ours, issuer: didKeyOf(OTHER_SEED) }, "credential-issuer"],
    ["that ended", issued({ until: NOW + 30 }), "credential-expired"],
    ["of a site whose keys nobody gave", issued({ issuer: WEB }), "did-missing"],
  ])("is told with what speaks against it: one %s", (_what, document, code) => {
    const named = credentialBatch(text(document), "vc.json", READER);
    expect(named.batch).toBe(STANDING.batch);
    expect(named.problem?.code).toBe(code);
  });

  it.each<[what: string, change: object]>([
    ["another type", { type: ["VerifiableCredential"] }],
    ["words that mean something else", { "@context": [...CONTEXTS, { release: "https://other.example/never" }] }],
    ["several subjects", { credentialSubject: [subject, { ...subject, id: batchUrn({ ...STANDING, chainId: "1" }) }] }],
    ["another spelling of the register", { credentialSubject: { ...subject, id: batchUrn(STANDING).toUpperCase() } }],
    ["chain 0", { credentialSubject: { ...subject, id: batchUrn({ ...STANDING, chainId: "0" }) } }],
    ["a batch and more", { credentialSubject: { ...subject, id: `${batchUrn(STANDING)}?x` } }],
    ["no subject", { credentialSubject: null }],
  ])("names none: %s", (_what, change) => {
    const document = resigned({ ...ours, ...change });
    expect(refused(() => credentialBatch(text(document), "vc.json", READER)).code).toBe("credential-subject");
  });
});

// Verifies R-vc-status, V330.
describe("V330: a status list that says nothing of the credential, or says it for ever", () => {
  const url = listUrl("https://site.example/status", "revocation");
  const listed = issued({ entries: statusEntries("https://site.example/status", 7) });
  const verified = verifyCredential(parseCredential(text(listed), "vc.json"), READER);
  const asOf = { block: 42, hash: STANDING.hash, time: STANDING.time };
  const until = NOW + DAY;
  const unsigned = listCredential({ purpose: "revocation", url, issuer: ISSUER, indices: [7], asOf, from: NOW, until });
  const content = unsigned["credentialSubject"] as JsonObject;
  const asked = (list: object, reader = READER): unknown =>
    credentialStatus(verified, "vc.json", [parseCredential(text(list), "list.json")], reader);
  const packed = (bytes: Uint8Array): string => `u${gzipSync(bytes).toString("base64url")}`;
  const withList = (encodedList: string): JsonObject =>
    resigned({ ...unsigned, credentialSubject: { ...content, encodedList } });

  it("is read if it is whole, and the list that is missing is unknown", () => {
    expect(asked(resigned(unsigned))).toEqual([
      { purpose: "revocation", list: url, index: 7, set: true },
      { purpose: "suspension", list: listUrl("https://site.example/status", "suspension"), index: 7, set: undefined },
    ]);
  });

  it.each<[what: string, list: object, code: string]>([
    ["changed", { ...resigned(unsigned), validUntil: "2036-01-01T00:00:00Z" }, "credential-proof"],
    [
      "of another issuer",
      resigned({ ...unsigned, issuer: didKeyOf(OTHER_SEED) }, OTHER_SEED, didKeyOf(OTHER_SEED)),
      "credential-status",
    ],
    ["that ended", resigned({ ...unsigned, validUntil: "2026-03-01T12:00:30Z" }), "credential-expired"],
    ["that never ends", resigned(without("validUntil")), "credential-status"],
    [
      "for another purpose",
      resigned({ ...unsigned, credentialSubject: { ...content, statusPurpose: "suspension" } }),
      "credential-status",
    ],
    ["of messages", resigned({ ...unsigned, credentialSubject: { ...content, statusSize: 2 } }), "credential-status"],
    ["that is no status list", resigned({ ...unsigned, type: ["VerifiableCredential"] }), "credential-status"],
    ["that is no gzip", withList("uAAAA"), "credential-status"],
    ["in another alphabet", withList("zAAAA"), "credential-status"],
    ["one byte too short", withList(packed(new Uint8Array(LIST_ENTRIES / 8 - 1))), "credential-status"],
    ["a gigabyte, packed", withList(packed(new Uint8Array(2 ** 30))), "credential-status"],
    ["one byte longer than is unpacked", withList(packed(new Uint8Array(2 ** 20 + 1))), "credential-status"],
  ])("is refused: a list %s", (_what, list, code) => {
    expect(refused(() => asked(list)).code).toBe(code);
  });

  it("is refused where the entry is of a sort that is not judged here", () => {
    for (const change of [
      { type: "StatusList2021Entry" },
      { statusPurpose: "message" },
      { statusListIndex: "-1" },
      { statusListIndex: 7 },
    ]) {
      const [entry] = statusEntries("https://site.example/status", 7);
      const document = resigned({ ...ours, credentialStatus: { ...entry, ...change } });
      const read = verifyCredential(parseCredential(text(document), "vc.json"), READER);
      expect(refused(() => credentialStatus(read, "vc.json", [], READER)).code).toBe("credential-status");
    }
  });

  // Verifies V356.
  it("V356: is refused where an old list is given beside the new one, in whatever order", () => {
    const old = resigned({ ...unsigned, credentialSubject: { ...content, encodedList: encodedList([]) } });
    const files = [old, resigned(unsigned)].map((list, i) => parseCredential(text(list), `${i}.json`));
    for (const given of [files, files.toReversed()]) {
      const error = refused(() => credentialStatus(verified, "vc.json", given, READER));
      expect(error).toMatchObject({ code: "credential-status", place: given[1]?.place });
    }
  });

  // Verifies V356.
  it("V356: is refused where the entry has more than one bit, and so begins at another one", () => {
    const [entry] = statusEntries("https://site.example/status", 7);
    const sized = (statusSize: JsonValue): unknown => {
      const document = resigned({ ...ours, credentialStatus: { ...entry, statusSize } });
      const read = verifyCredential(parseCredential(text(document), "vc.json"), READER);
      return credentialStatus(read, "vc.json", [parseCredential(text(resigned(unsigned)), "list.json")], READER);
    };
    expect(sized(1)).toMatchObject([{ index: 7, set: true }]);
    for (const size of [0, 2, "1", null]) expect(refused(() => sized(size)).code).toBe("credential-status");
  });

  it("is refused where the list does not reach to the entry", () => {
    const document = resigned({
      ...ours,
      credentialStatus: statusEntries("https://site.example/status", LIST_ENTRIES),
    });
    const read = verifyCredential(parseCredential(text(document), "vc.json"), READER);
    const list = parseCredential(text(resigned(unsigned)), "list.json");
    expect(refused(() => credentialStatus(read, "vc.json", [list], READER)).code).toBe("credential-status");
  });

  function without(name: string): JsonObject {
    return Object.fromEntries(Object.entries(unsigned).filter(([each]) => each !== name));
  }
});
