import { globSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../cli/definitions/index.ts";

/** Documents are followed letter by letter: every command and option that they show is there. */

const DOCUMENTS = globSync(["*.md", "docs/**/*.md"]);
/** Options of the program itself. */
const COMMON = ["--help", "--json"];
const INVOKED = /^(?:npm run -s )?batchproof (?:--(?: |$))?/;

const program = new Command("batchproof");
for (const register of COMMANDS) register(program, () => undefined);

interface Shown {
  readonly line: number;
  readonly words: readonly string[];
  /** It is a line of a code block that begins with `batchproof`: a command, whatever follows. */
  readonly invoked: boolean;
}

/** What a document shows as a command: lines of its code blocks, and code in its text. */
function shownIn(text: string): Shown[] {
  let fenced = false;
  return joined(text).flatMap(({ line, text: written }) => {
    if (/^\s*```/.test(written)) {
      fenced = !fenced;
      return [];
    }
    const found = fenced ? [written.replace(/#.*$/, "").trim()] : codeIn(written);
    return found.map((code) => {
      return { line, words: wordsOf(code.replace(INVOKED, "")), invoked: fenced && INVOKED.test(code) };
    });
  });
}

/** Lines with those that a backslash continues. */
function joined(text: string): { line: number; text: string }[] {
  const lines: { line: number; text: string }[] = [];
  text.split("\n").forEach((line, i) => {
    const last = lines.at(-1);
    if (last?.text.endsWith("\\") === true) last.text = last.text.slice(0, -1) + line;
    else lines.push({ line: i + 1, text: line });
  });
  return lines;
}

function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

function wordsOf(code: string): string[] {
  return code.match(/"[^"]*"|[^\s[\]]+/g) ?? [];
}

/** The command that the words lead to as far as they lead, and the words after it. */
function resolved(command: Command, words: readonly string[]): { command: Command; rest: readonly string[] } {
  const next = command.commands.find((each) => each.name() === words[0]);
  return next === undefined ? { command, rest: words } : resolved(next, words.slice(1));
}

function problemsIn(document: string, text: string): string[] {
  return shownIn(text).flatMap(({ line, words, invoked }) => {
    const { command, rest } = resolved(program, words);
    const isGroup = command.commands.length > 0;
    const [unknown] = rest;
    if (isGroup && unknown !== undefined && !COMMON.includes(unknown)) {
      return invoked ? [`${document}:${line}: no command ${words.slice(0, 2).join(" ")}`] : [];
    }
    return rest
      .filter((word) => /^--[a-z]/.test(word) && !COMMON.includes(word))
      .filter((option) => !command.options.some(({ long }) => long === option))
      .map((option) => `${document}:${line}: ${command.name()} has no option ${option}`);
  });
}

describe("commands in documents", () => {
  it("and their options are there", () => {
    expect(DOCUMENTS.flatMap((document) => problemsIn(document, readFileSync(document, "utf8")))).toEqual([]);
  });

  it("are found in every page that shows them", () => {
    const pages = DOCUMENTS.filter((document) =>
      shownIn(readFileSync(document, "utf8")).some(({ words }) => resolved(program, words).command !== program),
    );
    for (const page of ["manufacturers", "several-parties", "deciders", "regulators", "ci", "operators"]) {
      expect(pages).toContain(`docs/${page}.md`);
    }
  });

  it.each([
    ["```sh\nbatchproof polcy lint my.json\n```", "a.md:2: no command polcy lint"],
    ["see `policy lint --strict` there", "a.md:1: lint has no option --strict"],
    ["```sh\nbatchproof audit --rpc URL \\\n  --registy ADDRESS\n```", "a.md:2: audit has no option --registy"],
    ["```sh\nnpm run -s batchproof -- handoff sing dir\n```", "a.md:2: no command handoff sing"],
  ])("%j is refused", (text, problem) => {
    expect(problemsIn("a.md", text)).toEqual([problem]);
  });
});
