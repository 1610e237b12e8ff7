import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { packageRoot } from "../../src/root.ts";

/**
 * Line and branch coverage of `contracts/` by the Solidity tests: `node test/contracts/coverage.ts`. Exits 1 below
 * `LEAST`. Hardhat's `--coverage` knows lines only. So the tests run against a copy of the contracts in which both ways
 * out of every `if` have a line of their own: a branch is covered if its line was executed. What has no `if` is not
 * counted as a branch: conditional expressions, short circuits, loops and inline assembly.
 */
const LEAST = 0.95;

const ROOT = packageRoot();
const COPY = join(ROOT, "build/coverage");

interface Node {
  readonly nodeType: string;
  readonly src: string;
}

interface If extends Node {
  readonly trueBody: Node;
  readonly falseBody?: Node | null;
}

/** Something to write into a source, `at` an offset in bytes. */
interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** The line that a branch gets. `_taken` does nothing; what counts is that the line is executed. */
function marker(line: number, way: boolean): string {
  return `\nbool _taken; // branch ${line} ${String(way)}\n`;
}

const MARKER = /\/\/ branch ([0-9]+) (true|false)$/;

/** Every source of the contracts with its syntax tree, by path. */
function parsed(): Map<string, { readonly source: Buffer; readonly ast: Node }> {
  const paths = globSync("contracts/**/*.sol", { cwd: ROOT });
  const sources = new Map(paths.map((path) => [path, readFileSync(join(ROOT, path))]));
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([path, source]) => [path, { content: source.toString() }])),
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as { sources: Record<string, { ast: Node }> };
  return new Map(
    [...sources].map(([path, source]) => {
      const ast = output.sources[path]?.ast;
      if (ast === undefined) throw new Error(`${path} does not parse`);
      return [path, { source, ast }];
    }),
  );
}

function* ifsIn(node: unknown): Generator<If> {
  if (typeof node !== "object" || node === null) return;
  if ((node as Node).nodeType === "IfStatement") yield node as If;
  for (const child of Object.values(node)) yield* ifsIn(child);
}

/** Gives both ways out of every `if` a line. */
function withBranches(source: Buffer, ast: Node): Buffer {
  // Inner ones first: what ends an `else if` ends inside of what ends the `else`.
  const insertions = [...ifsIn(ast)].reverse().flatMap((found) => insertionsOf(source, found));
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { at, text } of insertions.sort((a, b) => a.at - b.at)) {
    pieces.push(source.subarray(from, at), Buffer.from(text));
    from = at;
  }
  return Buffer.concat([...pieces, source.subarray(from)]);
}

function insertionsOf(source: Buffer, { src, trueBody, falseBody }: If): Insertion[] {
  const line = source.subarray(0, startOf(src)).toString().split("\n").length;
  const insertions = marked(source, trueBody, marker(line, true));
  if (falseBody == null) return [...insertions, { at: endOf(source, trueBody), text: `else {${marker(line, false)}}` }];
  return [...insertions, ...marked(source, falseBody, marker(line, false))];
}

/** Puts a line at the beginning of a body, which becomes a block if it is none. */
function marked(source: Buffer, body: Node, text: string): Insertion[] {
  const start = startOf(body.src);
  if (body.nodeType === "Block") return [{ at: start + 1, text }];
  return [
    { at: start, text: `{${text}` },
    { at: endOf(source, body), text: "}" },
  ];
}

function startOf(src: string): number {
  return Number(src.split(":")[0]);
}

/** Where a statement ends; the syntax tree leaves out the semicolon of most. */
function endOf(source: Buffer, statement: Node): number {
  if (statement.nodeType === "IfStatement") {
    const { trueBody, falseBody } = statement as If;
    return endOf(source, falseBody ?? trueBody);
  }
  const end = startOf(statement.src) + Number(statement.src.split(":")[1]);
  const complete = statement.nodeType === "Block" || source.subarray(end - 1, end).toString() === ";";
  return complete ? end : source.indexOf(";", end) + 1;
}

function makeCopy(): void {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(COPY, { recursive: true });
  for (const part of [
    "package.json",
    "hardhat.config.ts",
    "contracts",
    "test/contracts",
    "test/support/runs.ts",
    "fixtures/vectors",
  ]) {
    cpSync(join(ROOT, part), join(COPY, part), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(COPY, "node_modules"));
  const base = join(COPY, "test/contracts/Vm.sol");
  writeFileSync(base, readFileSync(base, "utf8").replace("MEASURES_GAS = true", "MEASURES_GAS = false"));
  for (const [path, { source, ast }] of parsed()) writeFileSync(join(COPY, path), withBranches(source, ast));
}

interface Share {
  readonly covered: number;
  readonly all: number;
  readonly missing: readonly string[];
}

/** What the report says of lines and of branches. */
function read(): { readonly lines: Share; readonly branches: Share } {
  const report = readFileSync(join(COPY, "coverage/lcov.info"), "utf8");
  const seen = { lines: [] as [string, boolean][], branches: [] as [string, boolean][] };
  for (const section of report.split("end_of_record")) {
    const path = /^SF:(.*)$/m.exec(section)?.[1];
    if (path === undefined) continue;
    const text = readFileSync(join(COPY, path), "utf8").split("\n");
    for (const [, line = "", count] of section.matchAll(/^DA:([0-9]+),([0-9]+)$/gm)) {
      const branch = MARKER.exec(text[Number(line) - 1] ?? "");
      const name = branch === null ? `${path}: ${text[Number(line) - 1]?.trim()}` : `${path}:${branch[1]} ${branch[2]}`;
      seen[branch === null ? "lines" : "branches"].push([name, count !== "0"]);
    }
  }
  return { lines: shareOf(seen.lines), branches: shareOf(seen.branches) };
}

function shareOf(seen: readonly [string, boolean][]): Share {
  const missing = seen.filter(([, covered]) => !covered).map(([name]) => name);
  return { covered: seen.length - missing.length, all: seen.length, missing };
}

makeCopy();
const hardhat = join(ROOT, "node_modules/.bin/hardhat");
execFileSync(process.execPath, [hardhat, "build", "--quiet", "--no-tests", "--coverage"], {
  cwd: COPY,
  stdio: "inherit",
});
execFileSync(process.execPath, [hardhat, "test", "solidity", "--coverage"], { cwd: COPY, stdio: "inherit" });
const { lines, branches } = read();
for (const [name, { covered, all, missing }] of Object.entries({ lines, branches })) {
  console.log(`${name}: ${covered} of ${all}, ${((100 * covered) / all).toFixed(1)} %`);
  for (const place of missing) console.log(`  not covered: ${place}`);
}
if (branches.covered < LEAST * branches.all || lines.covered < LEAST * lines.all) process.exitCode = 1;
