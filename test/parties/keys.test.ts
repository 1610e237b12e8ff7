import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Point } from "../../src/formats/babyJubJub.ts";
import { FIELD, toHex } from "../../src/formats/field.ts";
import { secretHash } from "../../src/formats/identity.ts";
import { verifySignature } from "../../src/formats/source.ts";
import { canonicalJson } from "../../src/input/json.ts";
import { createKey, readKeyFile, saveKey, unlockKey, type KeyFile, type NewKey } from "../../src/parties/keys.ts";
import { checkKey } from "../../src/parties/point.ts";
import { refusedAsync } from "../input/refused.ts";
import { FAST, flipBits, newKey, PASSPHRASE, shown, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const custodian: NewKey = {
  name: "QA Barcelona",
  role: "custodian",
  org: "Site A",
  passphrase: PASSPHRASE,
  scryptN: FAST,
};

let count = 0;
async function saved(request: Partial<NewKey> = {}): Promise<string> {
  const path = join(folder, `key-${count++}.json`);
  await saveKey(path, await createKey({ ...custodian, ...request }));
  return path;
}

/** Changes a key file as an attacker with an editor would. */
async function edited(change: (file: KeyFile) => object): Promise<string> {
  const path = await saved();
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")) as KeyFile)));
  return path;
}

describe("key files", () => {
  it("open with their passphrase and sign", async () => {
    const path = await saved();
    const key = await unlockKey(path, PASSPHRASE);
    expect(key.description).toEqual(await readKeyFile(path));
    expect(key.description).toMatchObject({ name: "QA Barcelona", role: "custodian", org: "Site A" });
    expect(key.description.secretHash).toBe(secretHash(key.siteSecret));
    expect(verifySignature(key.description.public, 5n, key.sign(5n))).toBe(true);
    expect(verifySignature(key.description.public, 6n, key.sign(5n))).toBe(false);
  });

  it("are readable by their owner only, and leave no draft behind", async () => {
    const path = await saved();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("take scrypt with N = 2^17 unless told otherwise", async () => {
    const { name, role, org, passphrase } = custodian;
    expect((await createKey({ name, role, org, passphrase })).crypto).toMatchObject({ n: 2 ** 17, r: 8, p: 1 });
  });

  // Verifies R-batch-keys.
  it("are never overwritten", async () => {
    const path = await saved();
    const before = readFileSync(path);
    const error = await refusedAsync(createKey(custodian).then((file) => saveKey(path, file)));
    expect(error.code).toBe("key-exists");
    expect(readFileSync(path)).toEqual(before);
  });

  // Verifies R-batch-keys, F18.
  it.each(["a".repeat(12), " ".repeat(40), "é".repeat(12)])(
    "want more than one character repeated: %j",
    async (passphrase) => {
      expect((await refusedAsync(createKey({ ...custodian, passphrase }))).code).toBe("passphrase-repeated");
      expect((await createKey({ ...custodian, passphrase: `${passphrase}b` })).format).toBe("batchproof-key/1");
    },
  );

  it("want a passphrase of 12 characters", async () => {
    expect((await refusedAsync(createKey({ ...custodian, passphrase: "elevenchars" }))).code).toBe("passphrase-length");
    expect((await createKey({ ...custodian, passphrase: "twelve chars" })).format).toBe("batchproof-key/1");
  });

  it.each([
    ["no name", { name: "" }],
    ["a control character", { name: "QA\u0007" }],
    ["spaces around the org", { org: " Site A" }],
  ])("refuse %s", async (_, change) => {
    expect((await refusedAsync(createKey({ ...custodian, ...change }))).code).toBe("key-file");
  });

  it("normalise names, so that what is shown is what is hashed", async () => {
    const path = await saved({ org: "Bru\u0308cke" });
    expect((await unlockKey(path, PASSPHRASE)).description.org).toBe("Br\u00fccke");
  });

  it("take a passphrase in either Unicode form", async () => {
    const path = await saved({ passphrase: "cafe\u0301 au lait" });
    expect((await unlockKey(path, "caf\u00e9 au lait")).description.role).toBe("custodian");
  });
});

describe("site secrets", () => {
  it("pass from one custodian key of an org to the next", async () => {
    const first = await unlockKey(await saved(), PASSPHRASE);
    const second = await unlockKey(await saved({ name: "QA 2", predecessor: first }), PASSPHRASE);
    expect(second.siteSecret).toBe(first.siteSecret);
    expect(second.description.secretHash).toBe(first.description.secretHash);
    expect(second.description.public).not.toEqual(first.description.public);
  });

  it("are new without a predecessor", async () => {
    const [first, second] = [await readKeyFile(await saved()), await readKeyFile(await saved())];
    expect(first.secretHash).not.toBe(second.secretHash);
  });

  it("do not pass to another org, nor from or to another role", async () => {
    const predecessor = await unlockKey(await saved(), PASSPHRASE);
    const lab = await unlockKey(await saved({ role: "lab" }), PASSPHRASE);
    const codes = [
      await refusedAsync(createKey({ ...custodian, org: "Site B", predecessor })),
      await refusedAsync(createKey({ ...custodian, role: "source", predecessor })),
      await refusedAsync(createKey({ ...custodian, predecessor: lab })),
    ].map((error) => error.code);
    expect(codes).toEqual(["key-predecessor", "key-predecessor", "key-role"]);
  });

  it("exist for custodians only", async () => {
    const source = await newKey(folder, { name: "gateway", role: "source", org: "Site A" });
    expect(source.description.secretHash).toBe(0n);
    expect(() => source.siteSecret).toThrow(expect.objectContaining({ code: "key-role" }) as Error);
  });
});

// Verifies R-batch-keys.
describe("an edited key file", () => {
  it("and a wrong passphrase get different answers", async () => {
    const path = await saved();
    expect((await refusedAsync(unlockKey(path, "correct horse battery stable"))).code).toBe("key-passphrase");
    const forged = await edited((file) => ({ ...file, org: "Site B" }));
    expect((await refusedAsync(unlockKey(forged, PASSPHRASE))).code).toBe("key-tampered");
  });

  it.each<[string, (file: KeyFile) => object]>([
    ["name", (file) => ({ ...file, name: "QP Barcelona" })],
    ["role", (file) => ({ ...file, role: "source" })],
    ["secretHash", (file) => ({ ...file, secretHash: `0x${"0".repeat(63)}1` })],
    [
      "public key, by another valid one",
      (file) => ({ ...file, public: { ...file.public, x: negated(file.public.x) } }),
    ],
    ["payload", (file) => ({ ...file, crypto: { ...file.crypto, payload: "00".repeat(64) } })],
    ["payload, cut", (file) => ({ ...file, crypto: { ...file.crypto, payload: file.crypto.payload.slice(64) } })],
    ["nonce", (file) => ({ ...file, crypto: { ...file.crypto, nonce: "00".repeat(12) } })],
    ["tag", (file) => ({ ...file, crypto: { ...file.crypto, tag: "00".repeat(16) } })],
  ])("is refused: %s", async (_, change) => {
    expect((await refusedAsync(unlockKey(await edited(change), PASSPHRASE))).code).toBe("key-tampered");
  });

  it.each<[string, (file: KeyFile) => object]>([
    ["salt", (file) => ({ ...file, crypto: { ...file.crypto, salt: "00".repeat(16) } })],
    ["n", (file) => ({ ...file, crypto: { ...file.crypto, n: 2048 } })],
    ["check", (file) => ({ ...file, crypto: { ...file.crypto, check: "00".repeat(32) } })],
  ])("whose %s is not what was derived from looks like a wrong passphrase", async (_, change) => {
    const error = await refusedAsync(unlockKey(await edited(change), PASSPHRASE));
    expect(error.code).toBe("key-passphrase");
    expect(error.message).toContain("changed");
  });

  it.each<[string, string, (file: KeyFile) => object]>([
    ["cost that takes all memory", "/crypto/n", (file) => ({ ...file, crypto: { ...file.crypto, n: 2 ** 30 } })],
    ["unknown cipher", "/crypto/cipher", (file) => ({ ...file, crypto: { ...file.crypto, cipher: "none" } })],
    ["unknown role", "/role", (file) => ({ ...file, role: "device" })],
    ["further member", "", (file) => ({ ...file, note: "hello" })],
  ])("is refused with a pointer: %s", async (_, pointer, change) => {
    const path = await edited(change);
    const error = await refusedAsync(readKeyFile(path));
    expect([error.code, error.place]).toEqual(["key-file", `${path}#${pointer}`]);
  });

  // Verifies C13.
  it("is refused if its public key is of low order", async () => {
    const path = await edited((file) => ({ ...file, public: { x: toHex(0n), y: toHex(1n) } }));
    expect((await refusedAsync(readKeyFile(path))).code).toBe("party-key");
  });

  // Verifies S19.
  it("S19: is no key in another spelling: a coordinate at or above the field's order", () => {
    const { x, y } = Point.BASE.toAffine();
    checkKey({ x, y }, "key");
    for (const key of [
      { x: x + FIELD, y },
      { x, y: y + FIELD },
      { x: x - FIELD, y },
    ]) {
      expect(() => checkKey(key, "key")).toThrow(expect.objectContaining({ code: "party-key", place: "key" }));
    }
  });

  it.each<[string, (file: KeyFile) => object]>([
    ["public key", (file) => ({ public: { ...file.public, x: negated(file.public.x) } })],
    ["secretHash", () => ({ secretHash: toHex(1n) })],
    ["role", () => ({ role: "source" })],
  ])("is refused if even its maker sealed a wrong %s", async (_, change) => {
    const path = await edited((file) => resealed(file, change(file)));
    expect((await refusedAsync(unlockKey(path, PASSPHRASE))).code).toBe("key-tampered");
  });

  it.each([32, 96])("is refused if even its maker sealed %i bytes in a custodian's", async (length) => {
    const path = await edited((file) => resealed(file, {}, Buffer.alloc(length)));
    expect(["key-tampered", "key-file"]).toContain((await refusedAsync(unlockKey(path, PASSPHRASE))).code);
  });

  it("sealed anew as the format says opens", async () => {
    const path = await edited((file) => resealed(file, { name: "QA Girona" }));
    expect((await unlockKey(path, PASSPHRASE)).description.name).toBe("QA Girona");
  });

  it("is refused for every flipped bit (F1)", async () => {
    const path = await saved();
    const outcomes = await flipBits(path, 2, () => unlockKey(path, PASSPHRASE));
    expect(outcomes.length).toBeGreaterThan(400);
    expect(outcomes).not.toContain("accepted");
    expect(outcomes).toEqual(expect.arrayContaining(["key-file", "key-passphrase", "key-tampered", "party-key"]));
    await unlockKey(path, PASSPHRASE);
  }, 120_000);
});

// Verifies R-batch-private.
describe("private material", () => {
  // Verifies F7.
  it("is in no error, no JSON and no inspection", async () => {
    const path = await saved();
    const key = await unlockKey(path, PASSPHRASE);
    const secret = key.siteSecret;
    const errors = await Promise.all([
      refusedAsync(unlockKey(path, "correct horse battery stable")),
      refusedAsync(unlockKey(await edited((file) => ({ ...file, org: "Site B" })), PASSPHRASE)),
    ]);
    const json = JSON.stringify(key, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
    const output = [...errors.map(shown), json, inspect(key, { depth: 9, showHidden: true })].join("\n");
    for (const hidden of [secret.toString(), secret.toString(16), PASSPHRASE]) expect(output).not.toContain(hidden);
    expect(Object.keys(key)).toEqual(["description"]);
  });
});

/** The format once more, from its description: what someone who knows the passphrase can make of a file. */
function resealed({ crypto, ...open }: KeyFile, change: object, other?: Buffer): object {
  const description = { ...open, ...change };
  const bytes = (text: string): Buffer => Buffer.from(text, "hex");
  const key = scryptSync(PASSPHRASE, bytes(crypto.salt), 64, { N: crypto.n, r: 8, p: 1 }).subarray(0, 32);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes(crypto.nonce));
  decipher.setAAD(Buffer.from(canonicalJson(open))).setAuthTag(bytes(crypto.tag));
  const secrets = Buffer.concat([decipher.update(bytes(crypto.payload)), decipher.final()]);
  const cipher = createCipheriv("aes-256-gcm", key, bytes(crypto.nonce));
  cipher.setAAD(Buffer.from(canonicalJson(description)));
  const payload = Buffer.concat([cipher.update(other ?? secrets), cipher.final()]);
  const sealed = { payload: payload.toString("hex"), tag: cipher.getAuthTag().toString("hex") };
  return { ...description, crypto: { ...crypto, ...sealed } };
}

/** (-x, y) is on the curve and in the subgroup if (x, y) is. */
function negated(x: string): string {
  return toHex(FIELD - BigInt(x));
}
