import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compiled, CONTRACTS } from "../../src/chain/contracts.ts";
import { CONTRACT_ERRORS } from "../../src/contractErrors.ts";
import { codesOf, ERROR_CODES, type CodeGroup } from "../../src/errorCodes.ts";
import { KINDS } from "../../src/kinds/index.ts";
import { packageRoot } from "../../src/root.ts";
import { contractNotices, ERRORS_FILE, errorsDocument } from "../../tools/errors.ts";
import { thrownCodes } from "../../tools/thrownCodes.ts";

/** What Solidity itself reverts with; no ABI lists it. */
const SOLIDITY = ["Error", "Panic"];

describe("the table of error codes", () => {
  let thrown: ReturnType<typeof thrownCodes>;

  beforeAll(() => {
    thrown = thrownCodes();
  });

  it("is what docs/errors.md says: npm run docs", () => {
    expect(readFileSync(join(packageRoot(), ERRORS_FILE), "utf8")).toBe(errorsDocument(thrown));
  });

  it("has no code that nothing throws or finds", () => {
    const codes = (Object.keys(ERROR_CODES) as CodeGroup[]).flatMap((group) => codesOf(group));
    expect([...codes, ...CONTRACT_ERRORS].filter((code) => !thrown.has(code))).toEqual([]);
  });

  it("names the rules of the circuits, and nothing else as a rule", () => {
    const rules = new Set<string>(Object.values(KINDS).flatMap((kind) => kind.rules));
    expect([...codesOf("rules")].sort()).toEqual([...rules].sort());
  });

  it("names the errors of the contracts, own and inherited", () => {
    const names = CONTRACTS.flatMap((contract) =>
      compiled(contract).abi.flatMap(({ type, name = "" }) => (type === "error" ? [name] : [])),
    );
    expect([...CONTRACT_ERRORS, ...codesOf("inherited")].sort()).toEqual([...new Set([...names, ...SOLIDITY])].sort());
  });

  it("finds what each error of the contracts means in their sources", () => {
    expect([...new Set(contractNotices().map(({ name }) => name))].sort()).toEqual([...CONTRACT_ERRORS].sort());
  });
});
