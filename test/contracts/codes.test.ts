import { readFileSync } from "node:fs";
import { id, keccak256, toUtf8Bytes } from "ethers";
import { describe, expect, it } from "vitest";
import {
  BATCH_SEAT,
  CHALLENGE,
  CLAIM_CLASS,
  DISPOSITION,
  EXCEPTION_CATEGORY,
  HOLD,
  MEANING_CERTIFIED,
  NEEDED_FOR,
  REASON,
  REASONS_OF,
  RELEASE,
  STATUS,
} from "../../src/formats/codes.ts";
import { qaRole, ROLE_ID } from "../../src/formats/roleIds.ts";
import { KIND, SIGNALS } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { SEVERITY } from "../../src/policy/document.ts";

function source(file: string): string {
  return readFileSync(`contracts/${file}`, "utf8");
}

/** Number constants of a Solidity file, by name. */
function constants(file: string): Record<string, bigint> {
  const found = source(file).matchAll(/uint\d+ internal constant (\w+) =\s*(\d+);/g);
  return Object.fromEntries([...found].map(([, name = "", value = ""]) => [name, BigInt(value)] as const));
}

/** {parameter: 1} as {CATEGORY_PARAMETER: 1n} */
function prefixed(prefix: string, codes: Readonly<Record<string, number>>): Record<string, bigint> {
  return Object.fromEntries(
    Object.entries(codes).map(([name, code]) => [`${prefix}_${name.toUpperCase().replaceAll("-", "_")}`, BigInt(code)]),
  );
}

/** Members of a Solidity enum, in order. */
function members(file: string, name: string): string[] {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source(file))?.[1] ?? "";
  return body.split(",").map((member) => member.trim());
}

// Verifies R-format-constants.
describe("numbers and names are the same in TypeScript and Solidity", () => {
  it("codes", () => {
    const severities = Object.fromEntries(Object.entries(SEVERITY).map(([code, name]) => [name, Number(code)]));
    expect(constants("libraries/Codes.sol")).toEqual({
      ...prefixed("KIND", KIND),
      ...prefixed("CLASS", CLAIM_CLASS),
      ...prefixed("NEEDED_FOR", NEEDED_FOR),
      ...prefixed("SEVERITY", severities),
      ...prefixed("CATEGORY", EXCEPTION_CATEGORY),
      ...prefixed("DISPOSITION", DISPOSITION),
      ...prefixed("HOLD", HOLD),
      ...prefixed("CHALLENGE", CHALLENGE),
      ...prefixed("REASON", REASON),
      MEANING_CERTIFIED: BigInt(MEANING_CERTIFIED),
    });
  });

  it("reasons of each call", () => {
    const sets = source("libraries/Codes.sol").matchAll(/constant REASONS_OF_(\w+) =([^;]*);/g);
    const named = [...sets].map(([, call = "", set = ""]) => [
      call,
      [...set.matchAll(/REASON_(\w+)/g)].map(([, name]) => name),
    ]);
    const upper = (name: string): string =>
      name
        .replace(/([A-Z])/g, "_$1")
        .replaceAll("-", "_")
        .toUpperCase();
    expect(Object.fromEntries(named)).toEqual(
      Object.fromEntries(Object.entries(REASONS_OF).map(([call, names]) => [upper(call), names.map(upper)])),
    );
  });

  // Verifies R-format-signals.
  it("public signals", () => {
    const indices = Object.fromEntries(SIGNALS.map((name, i) => [name.toUpperCase(), BigInt(i)]));
    expect(constants("libraries/Signals.sol")).toEqual({ ...indices, COUNT: BigInt(SIGNALS.length), FIELD });
  });

  it("roles", () => {
    const named = [...source("libraries/RoleIds.sol").matchAll(/constant (\w+) = keccak256\("(\w+)"\)/g)];
    expect(Object.fromEntries(named.map(([, name, text]) => [name?.toLowerCase(), id(text ?? "")]))).toEqual(
      Object.fromEntries(Object.entries(ROLE_ID).filter(([name]) => name !== "admin")),
    );
    // keccak256(abi.encode(keccak256("QA"), owner)), written out.
    const owner = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    const encoded = `${keccak256(toUtf8Bytes("QA"))}${owner.slice(2).toLowerCase().padStart(64, "0")}`;
    expect(qaRole(owner)).toBe(keccak256(encoded));
  });

  it("states and releases", () => {
    expect(members("interfaces/IComplianceRegistry.sol", "Status")).toEqual([...STATUS]);
    expect(members("interfaces/IReleaseGate.sol", "Release")).toEqual([...RELEASE]);
  });

  it("the seat of those who certify", () => {
    expect(/constant BATCH = (\d+);/.exec(source("QualifiedPersons.sol"))?.[1]).toBe(BATCH_SEAT.toString());
  });
});
