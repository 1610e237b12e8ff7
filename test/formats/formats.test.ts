import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { fromHex, FIELD, toHex } from "../../src/formats/field.ts";
import { openingHead, STAGE_HEAD_FIELDS, stageHead } from "../../src/formats/head.ts";
import {
  batchCommitment,
  batchSalt,
  deviceHash,
  deviceSet,
  deviceSlots,
  keyHash,
  textHash,
} from "../../src/formats/identity.ts";
import { PARTY_LEAF_FIELDS, PartyTree, partyLeafHash, isListed, type PartyLeaf } from "../../src/formats/party.ts";
import { poseidon, sponge } from "../../src/formats/poseidon.ts";
import {
  TEMPERATURE_HEADER_FIELDS,
  temperatureRecordHash,
  saltedSeriesRoot,
} from "../../src/formats/temperatureRecord.ts";
import { temperatureRuleHash } from "../../src/formats/temperatureRule.ts";
import { chunkStarts, packChunk, padRows, seriesRoot, type Row } from "../../src/formats/series.ts";
import { publicKey, sign, sourceMessage, verifySignature } from "../../src/formats/source.ts";
import { fieldsOf, ruleOf, VECTORS } from "./vectors.ts";
import { recordSalts } from "../../src/formats/recordSalts.ts";

/** The code with which an action fails. */
function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof BatchproofError ? error.code : String(error);
  }
  return undefined;
}

describe("shared vectors (fixtures/vectors/formats.json)", () => {
  // Verifies R-format-hashing.
  it("poseidon is circomlib's: Poseidon(1, 2) as published", () => {
    expect(poseidon([1n, 2n])).toBe(7853200120776062878684798364095072458815029376092732009249414926327459813530n);
    expect(VECTORS.poseidon.out).toBe(poseidon([1n, 2n]).toString());
  });
  // Verifies R-format-hashing.
  it.each(VECTORS.sponge)("sponge of $elements.length elements", ({ tag, elements, out }) => {
    expect(sponge(tag, elements.map(BigInt)).toString()).toBe(out);
  });
  // Verifies R-format-text.
  it("texts are hashed in NFC: two spellings of one name are one", () => {
    for (const { text, out } of VECTORS.texts) expect(textHash(text).toString()).toBe(out);
    expect(VECTORS.texts[1]?.out).toBe(VECTORS.texts[2]?.out);
  });
  // Verifies R-format-batch.
  it("device, device set, key", () => {
    const { device, deviceSet: set, key } = VECTORS;
    expect(deviceHash(device).toString()).toBe(device.out);
    expect(deviceSet(set.devices.map(BigInt)).toString()).toBe(set.out);
    const point = publicKey(Buffer.from(key.privateKey, "hex"));
    expect([point.x, point.y, keyHash(point)].map(String)).toEqual([key.x, key.y, key.keyHash]);
  });
  // Verifies R-format-batch, R-format-head, R-format-temperature-rule.
  it("batch, opening, head, rule", () => {
    const { batch, opening, head, rule } = VECTORS;
    const [coi, order] = [textHash(batch.coi), textHash(batch.order)];
    const salt = batchSalt(BigInt(batch.siteSecret), coi, order);
    expect(salt.toString()).toBe(batch.salt);
    expect(batchCommitment(coi, order, salt).toString()).toBe(batch.out);
    expect(openingHead(fieldsOf(["batch", "key", "deviceSet", "salt"], opening.fields)).toString()).toBe(opening.out);
    expect(stageHead(fieldsOf(STAGE_HEAD_FIELDS, head.fields)).toString()).toBe(head.out);
    expect(temperatureRuleHash(ruleOf(rule.fields)).toString()).toBe(rule.out);
  });
  // Verifies R-format-party.
  it("party leaf and tree", () => {
    const leaf = fieldsOf(PARTY_LEAF_FIELDS, VECTORS.party.fields);
    expect(partyLeafHash(leaf).toString()).toBe(VECTORS.party.leaf);
    expect(new PartyTree([leaf]).root.toString()).toBe(VECTORS.party.rootOfOne);
  });
  // Verifies R-format-series, R-format-record, R-batch-salts.
  it("record: salts, series root, commitment", () => {
    const { record } = VECTORS;
    const salts = recordSalts(Buffer.from(record.secret, "hex"), record.n / 210);
    expect([...salts.chunkSalts, salts.salt].map(String)).toEqual([...record.chunkSalts, record.salt]);
    const rows = padRows(
      record.rows.map(([dt, code]) => ({ dt, code })),
      record.n,
    );
    const root = saltedSeriesRoot(rows, salts.chunkSalts);
    expect(root.toString()).toBe(record.root);
    expect(temperatureRecordHash(root, fieldsOf(TEMPERATURE_HEADER_FIELDS, record.header), salts.salt).toString()).toBe(
      record.out,
    );
  });
  // Verifies R-format-messages.
  it("source message", () => {
    const { channelId, record, message, ...owner } = VECTORS.source;
    const signed = fieldsOf(["batch", "stage", "rule"], owner);
    expect(sourceMessage(signed, BigInt(channelId), BigInt(record)).toString()).toBe(message);
  });
});

describe("field elements as text", () => {
  // Verifies R-format-json.
  it("round trip, strictly", () => {
    expect(fromHex(toHex(FIELD - 1n))).toBe(FIELD - 1n);
    for (const text of ["0x1", `0x${FIELD.toString(16)}`, toHex(5n).toUpperCase(), "5", toHex(5n).slice(2)]) {
      expect(codeOf(() => fromHex(text))).toBe("field");
    }
    expect(codeOf(() => toHex(FIELD))).toBe("field");
    expect(codeOf(() => toHex(-1n))).toBe("field");
  });
});

// Verifies R-format-series.
describe("series", () => {
  const row = (code: number, dt = 0): Row => ({ dt, code });

  it("pads with the last code and no time", () => {
    const rows = padRows([row(1), row(7, 50)], 210);
    expect(rows).toHaveLength(210);
    expect(rows.slice(2).every(({ dt, code }) => dt === 0 && code === 7)).toBe(true);
  });
  it("refuses an empty series, one too long, and a capacity that is no whole chunk", () => {
    for (const [rows, n] of [
      [[], 210],
      [padRows([row(1)], 210).concat(row(1)), 210],
      [[row(1)], 211],
    ] as const) {
      expect(codeOf(() => padRows(rows, n))).toBe("series-length");
    }
    expect(codeOf(() => seriesRoot([]))).toBe("series-length");
    expect(codeOf(() => seriesRoot(new Array<bigint>(257).fill(1n)))).toBe("series-length");
  });
  it("packs bytes only, little-endian, row 0 lowest", () => {
    const rows = padRows([row(2, 1), row(4, 3)], 210).map((_, i) =>
      i === 0 ? row(2, 1) : i === 1 ? row(4, 3) : row(0),
    );
    expect(packChunk(rows)[0]).toBe(0x04030201n);
    for (const bad of [row(256), row(-1), row(0, 256), row(0.5)]) {
      expect(codeOf(() => packChunk([bad, ...rows.slice(1)]))).toBe("series-packing");
    }
  });
  it("binds the running time at each chunk", () => {
    const rows = padRows(
      Array.from({ length: 211 }, (_, i) => row(1, i === 0 ? 0 : 2)),
      420,
    );
    expect(chunkStarts(rows)).toEqual([0n, 420n]);
  });
});

// Verifies R-format-text.
describe("texts and salts that would bind less than they seem to", () => {
  it("are refused", () => {
    expect(codeOf(() => textHash("\ud800"))).toBe("text");
    const rows = padRows([{ dt: 0, code: 1 }], 420);
    expect(codeOf(() => saltedSeriesRoot(rows, [1n]))).toBe("series-salts");
  });
});

describe("devices and parties", () => {
  // Verifies R-format-batch.
  it("keeps devices in their slots, and refuses ambiguous or too many", () => {
    expect(codeOf(() => deviceHash({ vendor: "a|b", model: "c", serial: "d" }))).toBe("device-id");
    expect(codeOf(() => deviceHash({ vendor: "", model: "c", serial: "d" }))).toBe("device-id");
    expect(codeOf(() => deviceSlots([1n, 1n]))).toBe("device-set");
    expect(codeOf(() => deviceSlots([0n]))).toBe("device-set");
    expect(codeOf(() => deviceSlots(Array.from({ length: 9 }, (_, i) => BigInt(i + 1))))).toBe("device-set");
    expect(deviceSlots([9n, 7n])).toEqual([9n, 7n, 0n, 0n, 0n, 0n, 0n, 0n]);
  });
  // Verifies R-format-party.
  it("proves the place of every leaf, and of no other", () => {
    const leaf = fieldsOf(PARTY_LEAF_FIELDS, VECTORS.party.fields);
    const leaves = Array.from({ length: 5 }, (_, i) => ({ ...leaf, org: BigInt(i) }));
    const tree = new PartyTree(leaves);
    for (const each of leaves) expect(isListed(each, tree.path(each), tree.root)).toBe(true);
    const { children } = tree.path({ ...leaf, org: 4n });
    expect(isListed({ ...leaf, org: 3n }, { children }, tree.root)).toBe(false);
    expect(isListed({ ...leaf, org: 4n }, { children }, tree.root + 1n)).toBe(false);
    expect(isListed({ ...leaf, org: 4n }, { children: children.slice(1) }, tree.root)).toBe(false);
    const wide = children.map((level) => [...level, 0n]);
    expect(isListed({ ...leaf, org: 4n }, { children: wide }, tree.root)).toBe(false);
    expect(codeOf(() => tree.path({ ...leaf, org: 9n }))).toBe("party");
    expect(codeOf(() => new PartyTree(new Array<PartyLeaf>(4097).fill(leaf)))).toBe("party-count");
  });
});

describe("signatures", () => {
  // Verifies R-format-signature.
  it("verify for their key and message only", () => {
    const key = Buffer.alloc(32, 0x11);
    const signature = sign(key, 5n);
    expect(verifySignature(publicKey(key), 5n, signature)).toBe(true);
    expect(verifySignature(publicKey(key), 6n, signature)).toBe(false);
    expect(verifySignature(publicKey(Buffer.alloc(32, 0x12)), 5n, signature)).toBe(false);
    for (const bad of [{ s: -1n }, { s: FIELD }, { r8x: signature.r8x + FIELD }, { r8y: -signature.r8y }]) {
      expect(verifySignature(publicKey(key), 5n, { ...signature, ...bad })).toBe(false);
    }
  });
});
