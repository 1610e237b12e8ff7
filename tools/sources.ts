import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** What the documents' generators and tests read of the project: its files, their comments, tests and headings. */

/** A line of a file; lines count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A piece of text that may go over several lines, and the line on which each of its parts stands. */
export interface Passage {
  readonly file: string;
  readonly text: string;
  /** Offset in `text` and line, ascending. */
  readonly lines: readonly (readonly [offset: number, line: number])[];
}

/** A test as its author names it. */
export interface TestCase extends Place {
  /** Titles from the outermost `describe` inwards; of Solidity, contract and function. */
  readonly titles: readonly string[];
  /** Its own title, and what a comment `Verifies ...` directly above it says. */
  readonly own: Passage;
  readonly verifies: Passage | undefined;
}

/** Made by tools, by others or at run time: nothing here is ours to check. */
const SKIPPED = ["node_modules", "dist", "build", "coverage", ".git"];

/** Paths of the project's files that fit a pattern, sorted, with `/` between folders. */
export function filesOf(root: string, pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude: SKIPPED })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

/** The text of a file of the project. */
export function textOf(root: string, file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** The place of an offset in a passage. */
export function placeIn({ file, lines }: Passage, offset: number): Place {
  const [, line = 1] = lines.findLast(([start]) => start <= offset) ?? [];
  return { file, line };
}

/** Joins lines of one passage by spaces. */
export function passageOf(file: string, parts: readonly (readonly [line: number, text: string])[]): Passage {
  let text = "";
  const lines: [number, number][] = [];
  for (const [line, part] of parts) {
    if (text !== "") text += " ";
    lines.push([text.length, line]);
    text += part;
  }
  return { file, text, lines };
}

interface Range {
  readonly pos: number;
  readonly end: number;
}

/** Comments that stand on following lines are one passage, without the signs that make them comments. */
function passagesOf(file: string, text: string, ranges: readonly Range[]): Passage[] {
  const blocks: Range[][] = [];
  for (const range of [...ranges].sort((a, b) => a.pos - b.pos)) {
    const before = blocks.at(-1)?.at(-1);
    const between = before === undefined ? "" : text.slice(before.end, range.pos);
    if (before !== undefined && /^[ \t]*\r?\n?[ \t]*$/.test(between)) blocks.at(-1)?.push(range);
    else blocks.push([range]);
  }
  return blocks.map((block) => {
    const parts = block.flatMap(({ pos, end }) => {
      const first = text.slice(0, pos).split("\n").length;
      const lines = text.slice(pos, end).split("\n");
      return lines.map(
        (line, i) => [first + i, line.replace(/^\s*(\/{2,}|\/\*+|\*\/|\*)?\s*|\s*\*\/\s*$/g, "")] as const,
      );
    });
    return passageOf(file, parts);
  });
}

/** Where comments stand in Solidity and Circom: strings there have no line ends, and nothing else looks like a comment. */
function commentRanges(text: string): Range[] {
  const found = text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[^]*?\*\//g);
  return [...found]
    .filter(([match]) => match.startsWith("/"))
    .map((m) => ({ pos: m.index, end: m.index + m[0].length }));
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** Where comments stand in TypeScript: before or after a token. */
function commentRangesOf(source: ts.SourceFile): Range[] {
  const found = new Map<number, Range>();
  const visit = (node: ts.Node): void => {
    const leading = ts.getLeadingCommentRanges(source.text, node.pos) ?? [];
    const trailing = ts.getTrailingCommentRanges(source.text, node.end) ?? [];
    for (const range of [...leading, ...trailing]) found.set(range.pos, range);
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return [...found.values()];
}

/** The comments of a TypeScript, Solidity or Circom file. */
export function commentsOf(file: string, text: string): Passage[] {
  const ranges = file.endsWith(".ts") ? commentRangesOf(parse(file, text)) : commentRanges(text);
  return passagesOf(file, text, ranges);
}

/** How the comment above a test begins that says what the test verifies. */
const VERIFIES = /\bVerifies\b/;

/** What a comment says after `Verifies`, to the end of the sentence. */
export function verified(comment: Passage): Passage | undefined {
  const start = comment.text.search(VERIFIES);
  if (start < 0) return undefined;
  const sentence = comment.text.slice(start);
  const end = sentence.search(/\.(\s|$)/);
  // What stands before keeps its length, so that offsets, and lines with them, stay.
  return { ...comment, text: " ".repeat(start) + (end < 0 ? sentence : sentence.slice(0, end)) };
}

const TEST_FUNCTIONS = new Set(["describe", "it", "test"]);

/** `it`, `it.skip`, `it.each(table)`, but not the table's own call `it.each`. */
function isTestCall(node: ts.CallExpression): boolean {
  let callee: ts.Expression = node.expression;
  if (ts.isPropertyAccessExpression(callee) && callee.name.text === "each") return false;
  while (!ts.isIdentifier(callee)) {
    if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) callee = callee.expression;
    else return false;
  }
  return TEST_FUNCTIONS.has(callee.text) && node.arguments.length > 1;
}

/** The title as it stands in the source; what a template fills in stays as it is written there. */
function titleOf(argument: ts.Expression): string {
  if (ts.isStringLiteralLike(argument)) return argument.text;
  const source = argument.getText();
  return ts.isTemplateExpression(argument) ? source.slice(1, -1) : `\${${source}}`;
}

/** The tests of a TypeScript file, outermost first. */
function typescriptTests(file: string, text: string): TestCase[] {
  const source = parse(file, text);
  const lineOf = (pos: number): number => source.getLineAndCharacterOfPosition(pos).line + 1;
  const tests: TestCase[] = [];
  const visit = (node: ts.Node, outer: readonly string[]): void => {
    let titles = outer;
    const [title] = ts.isCallExpression(node) && isTestCall(node) ? node.arguments : [];
    if (title !== undefined) {
      titles = [...outer, titleOf(title)];
      const line = lineOf(node.getStart(source));
      const above = passagesOf(file, text, ts.getLeadingCommentRanges(text, node.pos) ?? []).at(-1);
      const own = passageOf(file, [[lineOf(title.getStart(source)), titles.at(-1) ?? ""]]);
      tests.push({ file, line, titles, own, verifies: above && verified(above) });
    }
    ts.forEachChild(node, (child) => visit(child, titles));
  };
  visit(source, []);
  return tests;
}

/** The contracts and test functions of a Solidity file, in their order. */
function solidityTests(file: string, text: string): TestCase[] {
  const lines = text.split("\n");
  const tests: TestCase[] = [];
  let contract = "";
  lines.forEach((line, i) => {
    const [, kind, name = ""] = /^\s*(?:abstract )?(contract|function) (\w+)/.exec(line) ?? [];
    if (kind === "contract") contract = name;
    if (kind === undefined || (kind === "function" && !/^(test|invariant)/.test(name))) return;
    let first = i;
    while (/^\s*(\/\/|\/\*|\*)/.test(lines[first - 1] ?? "")) first--;
    const [above] = commentsOf(file, "\n".repeat(first) + lines.slice(first, i).join("\n"));
    const own = passageOf(file, [[i + 1, name.replaceAll("_", " ")]]);
    const titles = kind === "contract" ? [name] : [contract, name];
    tests.push({ file, line: i + 1, titles, own, verifies: above && verified(above) });
  });
  return tests;
}

/** The tests that a file holds, by their titles. */
export function testsOf(file: string, text: string): TestCase[] {
  return file.endsWith(".sol") ? solidityTests(file, text) : typescriptTests(file, text);
}

/** A line of a Markdown file. */
export interface MarkdownLine {
  readonly line: number;
  readonly text: string;
  /** Inside a fenced block of code. */
  readonly code: boolean;
}

/** The lines of a Markdown file, told apart by what is code. */
export function markdownLines(text: string): MarkdownLine[] {
  let code = false;
  return text.split("\n").map((line, i) => {
    const fence = /^\s*(```|~~~)/.test(line);
    const inside = code || fence;
    if (fence) code = !code;
    return { line: i + 1, text: line, code: inside };
  });
}

/** A heading's words, without signs of emphasis, code and links. */
export function headingsOf(text: string): string[] {
  return markdownLines(text)
    .filter(({ code }) => !code)
    .map((line) => /^#{1,6}\s+(.*?)\s*#*$/.exec(line.text)?.[1])
    .filter((heading) => heading !== undefined)
    .map((heading) => heading.replaceAll(/[`*]|\[|\]\([^)]*\)/g, ""));
}
