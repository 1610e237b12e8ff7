import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LIMIT } from "../../src/formats/limits.ts";
import { LONGEST_NAME } from "../../src/formats/names.ts";

interface PolicySchema {
  readonly properties: {
    readonly product: { readonly maxLength: number };
    readonly maxDue: { readonly items: { readonly maximum: number } };
    readonly claims: { readonly maxItems: number };
  };
  readonly $defs: { readonly claim: { readonly properties: { readonly circuits: { readonly maxItems: number } } } };
}

const UNIT: Readonly<Record<string, number>> = { hours: 3600, days: 86_400 };

function source(file: string): string {
  return readFileSync(`contracts/${file}`, "utf8");
}

/** Number constants of a Solidity file, by name, those in hours or days in seconds. */
function constants(file: string): Record<string, number> {
  const found = source(file).matchAll(/uint\d+ (?:internal|private) constant (\w+) = (\d+)(?: (hours|days))?;/g);
  return Object.fromEntries(
    [...found].map(([, name = "", value = "", unit = ""]) => [name, Number(value) * (UNIT[unit] ?? 1)]),
  );
}

// Verifies R-format-constants.
describe("the register's limits", () => {
  it("are the same in TypeScript and Solidity", () => {
    expect(constants("libraries/Limits.sol")).toEqual({
      SUPERSEDED: LIMIT.superseded,
      BATCHES_OF_CALL: LIMIT.batchesOfCall,
      NAMES_OF_OPENING: LIMIT.namesOfOpening,
      QPS_OF_SEAT: LIMIT.qpsOfSeat,
      ADMINISTRATION_AHEAD: LIMIT.administrationAhead,
      NOTIFICATION_AFTER: LIMIT.notificationAfter,
      CLAIMS_OF_POLICY: LIMIT.claimsOfPolicy,
      CIRCUITS_OF_CLAIM: LIMIT.circuitsOfClaim,
      DUE: LIMIT.due,
      REQUESTS_OF_BATCH: LIMIT.requestsOfBatch,
      REQUESTS_OF_AUTHORITY: LIMIT.requestsOfAuthority,
    });
    expect(constants("register/Attestations.sol")).toMatchObject({ MOST_ROOTS: LIMIT.rootsOfBatch });
    expect(constants("libraries/WordList.sol")).toMatchObject({ MOST: LIMIT.circuitsOfPolicy });
    expect(/i < (\d+); i\+\+/.exec(source("libraries/PublicTexts.sol"))?.[1]).toBe(String(LONGEST_NAME));
  });

  it("are those of the policy's schema", () => {
    const { properties, $defs } = JSON.parse(readFileSync("src/policy/schema.json", "utf8")) as PolicySchema;
    expect(properties.maxDue.items.maximum).toBe(LIMIT.due);
    expect(properties.claims.maxItems).toBe(LIMIT.claimsOfPolicy);
    expect($defs.claim.properties.circuits.maxItems).toBe(LIMIT.circuitsOfClaim);
    expect(properties.product.maxLength).toBe(LONGEST_NAME);
  });
});
