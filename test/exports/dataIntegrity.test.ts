import { readFileSync } from "node:fs";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { base58 } from "@scure/base";
import { sha256 } from "ethers";
import { describe, expect, it } from "vitest";
import {
  multikeyOf,
  publicKeyIn,
  publicKeyOf,
  signedForm,
  verifyProof,
  withProof,
  type JsonObject,
} from "../../src/exports/dataIntegrity.ts";
import { refused } from "../input/refused.ts";
import { SEED } from "./credentials.ts";

const vector = (name: string): string => readFileSync(`fixtures/vectors/eddsa-jcs-2022/${name}`, "utf8");
const json = (name: string): JsonObject => JSON.parse(vector(name)) as JsonObject;
const sha = (text: string): string => sha256(Buffer.from(text)).slice(2);

interface Signed extends JsonObject {
  readonly proof: { readonly verificationMethod: string; readonly proofValue: string; readonly created: string };
}
const signed = json("signedJCS.json") as Signed;
const multikey = signed.proof.verificationMethod.split("#")[1] ?? "";
const key = publicKeyIn(multikey) ?? new Uint8Array();
const unsecured: JsonObject = Object.fromEntries(Object.entries(signed).filter(([name]) => name !== "proof"));

// Verifies R-vc-proof.
describe("eddsa-jcs-2022, held against the vectors of the W3C", () => {
  it("canonicalises document and proof as they do", () => {
    const form = signedForm(unsecured, json("proofConfigJCS.json"));
    expect(form.document).toBe(vector("canonDocJCS.txt"));
    expect(form.proof).toBe(vector("proofCanonJCS.txt"));
    expect(sha(form.document)).toBe(vector("docHashJCS.txt"));
    expect(sha(form.proof)).toBe(vector("proofHashJCS.txt"));
    expect(bytesToHex(form.bytes)).toBe(vector("combinedHashJCS.txt"));
  });

  it("verifies their signature, and not over one bit less", () => {
    expect(() => verifyProof(signed, key)).not.toThrow();
    expect(refused(() => verifyProof({ ...signed, name: "alumni Credential" }, key)).code).toBe("credential-proof");
    const [first = "", ...rest] = signed.proof.proofValue.slice(1);
    const proofValue = `z${first === "2" ? "3" : "2"}${rest.join("")}`;
    expect(refused(() => verifyProof({ ...signed, proof: { ...signed.proof, proofValue } }, key)).message).toMatch(
      /hold/,
    );
  });

  it("makes proofs of the same form as theirs", () => {
    const made = withProof(unsecured, { seed: SEED, issuer: "i", verificationMethod: "i#k" }, 1_677_281_798);
    expect(Object.keys(made["proof"] as object).sort()).toEqual(Object.keys(signed.proof).sort());
    expect(made["proof"]).toMatchObject({ created: signed.proof.created, "@context": signed["@context"] });
    expect(() => verifyProof(made, publicKeyOf(SEED))).not.toThrow();
  });
});

describe("a Multikey", () => {
  it("is read as it is written, and in no other spelling", () => {
    expect(multikeyOf(key)).toBe(multikey);
    expect(publicKeyIn(multikeyOf(publicKeyOf(SEED)))).toEqual(publicKeyOf(SEED));
  });

  it.each([
    ["another multibase", multikey.replace("z", "u")],
    ["a character that base58 does not have", multikey.replace(/.$/, "0")],
    ["a byte less", multikey.slice(0, -1)],
    ["a zero byte more", multikey.replace("z", "z1")],
    ["another sort of key", "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"],
    ["a secret key", "z3u2en7t5LR2WtQH5PfFqMqwVHgeXouLzo6haApm8XHqvjxq"],
    ["nothing", ""],
    ["a text without end", `z${"1".repeat(2 ** 20)}`],
  ])("is refused as %s", (_what, text) => {
    expect(publicKeyIn(text)).toBeUndefined();
  });
});

// Verifies R-vc-proof, V327.
describe("V327: a proof that another reader might take otherwise", () => {
  const change = (proof: object, document: object = {}): JsonObject => ({
    ...signed,
    ...document,
    proof: { ...signed.proof, ...proof },
  });

  it.each<[what: string, secured: JsonObject, message: RegExp]>([
    ["no proof", unsecured, /one proof/],
    ["no proof in a list", { ...signed, proof: [] }, /one proof/],
    ["two proofs, of which one holds", { ...signed, proof: [signed.proof, signed.proof] }, /one proof/],
    ["another cryptosuite", change({ cryptosuite: "eddsa-rdfc-2022" }), /eddsa-jcs-2022/],
    ["another type", change({ type: "Ed25519Signature2020" }), /eddsa-jcs-2022/],
    ["another purpose", change({ proofPurpose: "authentication" }), /assert/],
    ["a key that is an object", change({ verificationMethod: { id: "x" } }), /names no key/],
    ["a member that nobody judges", change({ expires: "2020-01-01T00:00:00Z" }), /expires/],
    [
      "the proof of another context",
      change({}, { "@context": [...(signed["@context"] as []), "https://x.example"] }),
      /context/,
    ],
    ["a value in another multibase", change({ proofValue: "uAAAA" }), /64 bytes/],
    ["a value that is a token", change({ proofValue: "eyJhbGciOiJFZERTQSJ9..AAAA" }), /64 bytes/],
  ])("is refused: %s", (_what, secured, message) => {
    const error = refused(() => verifyProof(secured, key));
    expect(error.code).toBe("credential-proof");
    expect(error.message).toMatch(message);
  });

  it("is refused without a time", () => {
    expect(refused(() => verifyProof(change({ created: "yesterday" }), key)).code).toBe("time-syntax");
  });

  it("is refused under a key of small order, under which many texts have one signature", () => {
    const neutral = new Uint8Array(32);
    neutral[0] = 1;
    // R neutral and s = 0 fit every text under this key.
    const anyText = new Uint8Array(64);
    anyText[0] = 1;
    expect(ed25519.verify(anyText, Buffer.from("any text"), neutral, { zip215: true })).toBe(true);
    const forged = change({ proofValue: `z${base58.encode(anyText)}` });
    expect(refused(() => verifyProof(forged, neutral)).message).toMatch(/hold/);
  });
});
