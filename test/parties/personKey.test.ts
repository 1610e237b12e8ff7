import { createHmac } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { personHash } from "../../src/formats/person.ts";
import { drawPersonKey, readPersonKey } from "../../src/parties/personKey.ts";
import { refusedAsync } from "../input/refused.ts";
import { temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

// Verifies R-cli-persons, V143.
it("is 32 drawn bytes that their owner alone may read, and never written over", async () => {
  const [first, second] = [join(folder, "first.json"), join(folder, "second.json")];
  await drawPersonKey(first);
  await drawPersonKey(second);
  expect(statSync(first).mode & 0o777).toBe(0o600);
  const key = await readPersonKey(first);
  expect(key).toHaveLength(32);
  expect(key).not.toEqual(await readPersonKey(second));
  const text = readFileSync(first, "utf8");
  expect((await refusedAsync(drawPersonKey(first))).code).toBe("person-key-exists");
  expect(readFileSync(first, "utf8")).toBe(text);
});

// Verifies R-cli-persons, V143.
it("V143: hashes a person as HMAC-SHA256 does, each spelling of a name the same, and each key otherwise", () => {
  const [key, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const expected = createHmac("sha256", Buffer.from(key)).update(Buffer.from("M\u00fcller", "utf8")).digest("hex");
  expect(personHash(key, "M\u00fcller")).toBe(`0x${expected}`);
  expect(personHash(key, "Mu\u0308ller")).toBe(`0x${expected}`);
  expect(personHash(key, "M\u00fcller ")).not.toBe(`0x${expected}`);
  expect(personHash(other, "M\u00fcller")).not.toBe(`0x${expected}`);
});

it("refuses a file of another shape", async () => {
  const path = join(folder, "bad.json");
  writeFileSync(path, JSON.stringify({ format: "batchproof-person-key/1", key: "00".repeat(31) }), { mode: 0o600 });
  expect(await refusedAsync(readPersonKey(path))).toMatchObject({ code: "person-key-file", place: `${path}#/key` });
});
