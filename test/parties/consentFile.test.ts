import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { consentCommitment, drawConsent, readConsent } from "../../src/parties/consentFile.ts";
import { refusedAsync } from "../input/refused.ts";
import { temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const DOCUMENT = Buffer.from("the signed consent");

function sha256(...parts: readonly Uint8Array[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

// Verifies R-batch-keys.
it("commits to document and salt, and keeps both for its holder alone", async () => {
  const path = join(folder, "consent.json");
  const consent = await drawConsent(path, DOCUMENT);
  expect(await readConsent(path)).toEqual(consent);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(consent.document).toBe(sha256(DOCUMENT).toString("hex"));
  const opened = sha256(Buffer.from(consent.salt, "hex"), sha256(DOCUMENT));
  expect(consentCommitment(consent)).toBe(`0x${opened.toString("hex")}`);
});

// Verifies R-batch-keys.
it("draws another salt each time, and never writes over a consent", async () => {
  const path = join(folder, "first.json");
  const first = await drawConsent(path, DOCUMENT);
  const second = await drawConsent(join(folder, "second.json"), DOCUMENT);
  expect(second.salt).not.toBe(first.salt);
  expect((await refusedAsync(drawConsent(path, DOCUMENT))).code).toBe("consent-exists");
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(first);
});

it("refuses a file of another shape", async () => {
  const path = join(folder, "bad.json");
  writeFileSync(path, JSON.stringify({ format: "batchproof-consent/1", document: "00", salt: "00".repeat(32) }));
  expect(await refusedAsync(readConsent(path))).toMatchObject({ code: "consent-file", place: `${path}#/document` });
});
