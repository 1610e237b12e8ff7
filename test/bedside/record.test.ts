import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { publicKey, sign } from "../../src/formats/source.ts";
import { pointToJson, signatureToJson } from "../../src/formats/document.ts";
import { poseidon } from "../../src/formats/poseidon.ts";
import { bytesHash } from "../../src/formats/identity.ts";
import { TAG_OUTSIDE } from "../../src/formats/constants.ts";
import { canonicalJson } from "../../src/input/json.ts";
import { parseTime } from "../../src/input/times.ts";
import type { Answered } from "../../src/standing/answer.ts";
import {
  administrationDocument,
  administrationFromJson,
  administrationRecord,
  basisOf,
  isSameAdministration,
  signAdministration,
  type AdministrationRecord,
  type PersonKey,
  type Said,
} from "../../src/bedside/record.ts";
import { agreementRuns } from "../support/runs.ts";

/** The record of an administration: what two people sign, and what of it is believed. */

const SIGNED_AT = parseTime("2026-05-01T12:00:00Z", "test");

const ANSWER: Answered = {
  light: "green",
  reasons: [],
  notes: [{ code: "development-keys", text: "a text that no signature needs" }],
  record: {
    ...{ batch: `0x${"ab".repeat(32)}`, registry: `0x${"1A".repeat(20)}`, chainId: "31337", block: 12 },
    ...{ hash: `0x${"cd".repeat(32)}`, time: "2026-05-01T09:00:00Z", asked: "2026-05-01T09:00:05Z", from: "node" },
  },
};

const SAID: Said = {
  ...{ stage: 2, label: "the label's text", carrier: "", exceptional: false },
  thawed: parseTime("2026-05-01T10:00:00Z", "test"),
  infusionStart: parseTime("2026-05-01T10:30:00Z", "test"),
  infusionEnd: parseTime("2026-05-01T11:00:00Z", "test"),
};

function keyOf(byte: number, name: string): PersonKey {
  const secret = new Uint8Array(32).fill(byte);
  return { description: { name, public: publicKey(secret) }, sign: (message) => sign(secret, message) };
}

const NURSE = keyOf(1, "A. Nurse");
const PHYSICIAN = keyOf(2, "B. Physician");

function recordOf(said: Partial<Said> = {}, answer = ANSWER, keys = [NURSE, PHYSICIAN] as const): AdministrationRecord {
  const document = administrationDocument(basisOf(answer), { ...SAID, ...said });
  return administrationRecord(
    document,
    signAdministration(document, "performed", keys[0], SIGNED_AT),
    signAdministration(document, "verified", keys[1], SIGNED_AT),
  );
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof BatchproofError) return error.code;
    throw error;
  }
  return undefined;
}

function read(record: object): AdministrationRecord {
  return administrationFromJson(JSON.stringify(record), "file");
}

// Verifies R-administration-signed.
describe("the record of an administration", () => {
  it("is read as it was signed", () => {
    const record = recordOf();
    expect(read(record)).toEqual(record);
    expect(record).toMatchObject({ carrier: null, standing: { light: "green", notes: ["development-keys"] } });
  });

  it("is signed over a hash of its RFC 8785 form without signatures, and with the signer's own words", () => {
    const { people, ...document } = recordOf();
    const person = { name: "A. Nurse", public: pointToJson(NURSE.description.public), meaning: "performed" };
    const text = canonicalJson({ ...document, person: { ...person, signedAt: "2026-05-01T12:00:00Z" } });
    const message = poseidon([BigInt(TAG_OUTSIDE.ADMINISTRATION), bytesHash(new TextEncoder().encode(text))]);
    expect(people[0].signature).toEqual(signatureToJson(NURSE.sign(message)));
  });

  // Verifies R-administration-two, V312.
  it.each([
    ["one key under two names", [NURSE, keyOf(1, "B. Physician")]],
    ["two keys of one name", [NURSE, keyOf(2, "A. Nurse")]],
    ["a name that differs in a capital letter alone", [NURSE, keyOf(2, "a. nurse")]],
    ["a name in other characters of the same letters", [NURSE, keyOf(2, "Ａ. Nurse")]],
  ] as const)("is signed by two people: not by %s", (_, keys) => {
    expect(codeOf(() => recordOf({}, ANSWER, keys))).toBe("administration-people");
  });

  it.each([
    ["a variation selector", "A. Nurse\ufe0f"],
    ["a filler", "A. Nur\u3164se"],
    ["a joiner", "A. Nurse\u034f"],
    ["a blank of Braille", "A.\u2800Nurse"],
    ["a second space", "A.  Nurse"],
    ["no space", "A.Nurse"],
  ])("V345: is not signed by one person who is two by %s", (_, name) => {
    expect(codeOf(() => recordOf({}, ANSWER, [NURSE, keyOf(3, name)]))).toBe("administration-people");
  });

  it("V345: is signed by two whose names differ in a mark that people read", () => {
    expect(recordOf({}, ANSWER, [keyOf(1, "\u0915\u093e"), keyOf(2, "\u0915\u093f")])).toBeDefined();
  });

  it("has one who performed and one who verified, in this order", () => {
    const { people, ...document } = recordOf();
    const twice = signAdministration(document, "performed", PHYSICIAN, SIGNED_AT);
    expect(codeOf(() => administrationRecord(document, people[0], twice))).toBe("administration-people");
    expect(codeOf(() => administrationRecord(document, people[1], people[0]))).toBe("administration-people");
  });

  it.each([
    ["thawed after the infusion began", { thawed: SAID.infusionStart + 1 }],
    ["ended before it began", { infusionEnd: SAID.infusionStart - 1 }],
    ["signed more than five minutes before the end", { infusionEnd: SIGNED_AT + 301 }],
  ])("has its times in order: not %s", (_, said) => {
    expect(codeOf(() => recordOf(said))).toBe("administration-time");
  });

  it("takes times that are met exactly", () => {
    const { infusionStart } = SAID;
    expect(recordOf({ thawed: infusionStart, infusionEnd: infusionStart })).toBeDefined();
    expect(recordOf({ infusionEnd: SIGNED_AT + 300 })).toBeDefined();
  });

  // Verifies R-administration-light, V313.
  it("is of a green answer, or of an exceptional supply that both people call one", () => {
    const exceptional: Answered = { ...ANSWER, light: "exceptional" };
    expect(recordOf({ exceptional: true }, exceptional).standing.light).toBe("exceptional");
    expect(codeOf(() => recordOf({}, exceptional))).toBe("administration-light");
    expect(codeOf(() => recordOf({ exceptional: true }))).toBe("administration-light");
    for (const light of ["red", "unknown"] as const) {
      expect(codeOf(() => recordOf({}, { ...ANSWER, light }))).toBe("administration-light");
    }
    expect(codeOf(() => recordOf({}, { ...ANSWER, record: null }))).toBe("administration-light");
  });

  it("is not one whose people did not sign that it is an exceptional supply", () => {
    const record = recordOf({ exceptional: true }, { ...ANSWER, light: "exceptional" });
    expect(codeOf(() => read({ ...record, exceptional: false }))).toBe("administration-light");
    const green = { ...record, exceptional: false, standing: { ...record.standing, light: "green" } };
    expect(codeOf(() => read(green))).toBe("administration-signature");
  });
});

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The ways to each value of a document that is no object and no list. */
function leaves(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
}

function changed(value: Json, [name = "", ...rest]: readonly string[], change: (leaf: Json) => Json): Json {
  const copy = structuredClone(value) as Record<string, Json>;
  copy[name] = rest.length === 0 ? change(copy[name] ?? null) : changed(copy[name] ?? null, rest, change);
  return copy;
}

/** Another value of the same form, so that it is the signature that does not hold. */
const OTHER: Readonly<Record<string, Json>> = {
  ...{
    node: "standing",
    "development-keys": "supplied",
    green: "exceptional",
    performed: "verified",
    verified: "performed",
  },
  "batchproof-administration/1": "batchproof-administration/2",
};

function otherThan(leaf: Json): Json {
  if (typeof leaf === "number") return leaf + 1;
  if (typeof leaf === "boolean") return !leaf;
  if (typeof leaf !== "string") return "other";
  return OTHER[leaf] ?? leaf.replace(/[0-9a-z](?=[^0-9a-z]*$)/, (last) => (last === "1" ? "2" : "1"));
}

/** What refuses where it is not the signature. */
const REFUSED: Readonly<Record<string, string>> = {
  ...{ format: "administration-file", exceptional: "administration-light", "standing/light": "administration-light" },
  ...{ "people/0/meaning": "administration-people", "people/1/meaning": "administration-people" },
};

// Verifies R-administration-signed, V311.
describe("a record of which anything was changed", () => {
  const record = JSON.parse(JSON.stringify(recordOf())) as Json;

  it.each(leaves(record).map((path) => [path.join("/"), path] as const))("is refused: %s", (name, path) => {
    expect(codeOf(() => read(changed(record, path, otherThan) as object))).toBe(
      REFUSED[name] ?? "administration-signature",
    );
  });

  it("is refused with the other person's signature, a member more or one less", () => {
    const { people, ...document } = recordOf();
    const [performed, verified] = people;
    const swapped = [{ ...performed, signature: verified.signature }, verified];
    expect(codeOf(() => read({ ...document, people: swapped }))).toBe("administration-signature");
    expect(codeOf(() => read({ ...document, people: [performed] }))).toBe("administration-file");
    expect(codeOf(() => read({ ...document, people, wristband: "P-7" }))).toBe("administration-file");
    expect(codeOf(() => read({ ...document }))).toBe("administration-file");
  });
});

describe("two records of one administration", () => {
  it("say the same whenever they were asked about and signed", () => {
    const later: Answered = { ...ANSWER, record: ANSWER.record && { ...ANSWER.record, block: 13 } };
    const document = administrationDocument(basisOf(later), SAID);
    const again = administrationRecord(
      document,
      signAdministration(document, "performed", NURSE, SIGNED_AT + 60),
      signAdministration(document, "verified", PHYSICIAN, SIGNED_AT + 90),
    );
    expect(isSameAdministration(recordOf(), again)).toBe(true);
  });

  it("say something else where one fact differs", () => {
    const other = fc.record(
      {
        stage: fc.integer({ min: 0, max: 255 }),
        label: fc.string({ maxLength: 20 }),
        carrier: fc.string({ minLength: 1, maxLength: 20 }),
        thawed: fc.integer({ min: SAID.thawed - 1000, max: SAID.thawed }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(other, (said) => {
        const isSame = Object.entries(said).every(([name, value]) => SAID[name as keyof Said] === value);
        expect(isSameAdministration(recordOf(), recordOf(said))).toBe(isSame);
      }),
      { numRuns: agreementRuns(10) },
    );
  });
});
