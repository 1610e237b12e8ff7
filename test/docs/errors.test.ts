import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { compiled, CONTRACTS } from "../../src/chain/contracts.ts";
import { templateWords } from "../../src/chain/words.ts";
import { CONTRACT_ERRORS, INHERITED_ERRORS } from "../../src/contractErrors.ts";
import { codesOf, ERROR_CODES, usualRemedy, type CodeGroup, type ErrorCode } from "../../src/errorCodes.ts";
import { KINDS } from "../../src/kinds/index.ts";
import { packageRoot } from "../../src/root.ts";
import { contractNotices, ERRORS_FILE, errorsDocument } from "../../tools/errors.ts";
import { thrownCodes } from "../../tools/thrownCodes.ts";

/** What Solidity itself reverts with; no ABI lists it. */
const SOLIDITY = [
  { name: "Error", inputs: [{ name: "message" }] },
  { name: "Panic", inputs: [{ name: "code" }] },
];
/** Words that every command can have, whatever the error. */
const COMMAND_WORDS = ["dir", "folder", "batch", "register", "sender"];

/** The errors of the ABIs, with the names of their values. */
function errorsOfAbis(): { name: string; values: string[] }[] {
  const fragments = CONTRACTS.flatMap((contract) => compiled(contract).abi.filter(({ type }) => type === "error"));
  return [...fragments, ...SOLIDITY].map(({ name = "", inputs = [] }) => ({
    name,
    values: inputs.map((input) => input.name ?? ""),
  }));
}

const TABLES: Readonly<Record<string, readonly [sentence: string, remedy: string]>> = {
  ...CONTRACT_ERRORS,
  ...INHERITED_ERRORS,
};

/** The values that a template says, sorted, each once. */
function valuesIn(template: string): string[] {
  return [...new Set([...template.matchAll(/\{(\w+)/g)].map(([, name = ""]) => name))].sort();
}

/** Errors that a source makes without saying what to do: place and code. */
function withoutRemedy(file: string): { readonly place: string; readonly code: string }[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: { place: string; code: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(refusal|inputError|environmentError)$/.test(node.expression.getText())) {
      const details = node.arguments[1];
      const text = details?.getText() ?? "";
      const code = /\bcode: "([^"]+)"/.exec(text)?.[1];
      const place = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
      if (code !== undefined && !/\bremedy\b/.test(text)) found.push({ place, code });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

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
    expect([...codes, ...Object.keys(TABLES)].filter((code) => !thrown.has(code))).toEqual([]);
  });

  // Verifies R-cli-remedy.
  it("says what to do wherever an error does not", () => {
    const silent = globSync(["src/**/*.ts", "cli/**/*.ts"]).flatMap(withoutRemedy);
    expect(silent.length).toBeGreaterThan(50);
    expect(silent.filter(({ code }) => usualRemedy(code as ErrorCode) === undefined)).toEqual([]);
  });

  it("names the rules of the circuits, and nothing else as a rule", () => {
    const rules = new Set<string>(Object.values(KINDS).flatMap((kind) => kind.rules));
    expect([...codesOf("rules")].sort()).toEqual([...rules].sort());
  });

  it("names the errors of the contracts, own and inherited", () => {
    const names = errorsOfAbis().map(({ name }) => name);
    expect(Object.keys(TABLES).sort()).toEqual([...new Set(names)].sort());
  });

  // Verifies R-cli-chain-words.
  it("says every value of an error of the contracts, and no other", () => {
    for (const { name, values } of errorsOfAbis()) {
      const [sentence, remedy] = TABLES[name] ?? ["", ""];
      expect({ name, said: valuesIn(sentence) }).toEqual({ name, said: values.toSorted() });
      const [texts, commands] = [0, 1].map((odd) => remedy.split("`").filter((_, i) => i % 2 === odd));
      const known = [...values, ...COMMAND_WORDS];
      expect({ name, texts: valuesIn(texts?.join(" ") ?? "") }).toEqual({ name, texts: [] });
      expect({ name, unknown: valuesIn(commands?.join(" ") ?? "").filter((each) => !known.includes(each)) }).toEqual({
        name,
        unknown: [],
      });
    }
  });

  it("says what the contracts refuse in whole sentences, and one command at most", () => {
    for (const [sentence, remedy] of Object.values(TABLES)) {
      expect(templateWords(sentence)).toMatch(/^[A-Z][^{}]*\.$/);
      expect(templateWords(remedy)).toMatch(/^[A-Z][^{}]*\.$/);
      expect(remedy.split("`").length).toBeLessThan(4);
    }
  });

  it("finds what each error of the contracts means in their sources", () => {
    expect([...new Set(contractNotices().map(({ name }) => name))].sort()).toEqual(Object.keys(CONTRACT_ERRORS).sort());
  });
});
