import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { Command } from "commander";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../cli/definitions/index.ts";
import { Setting } from "../../cli/options.ts";
import { templateWords } from "../../src/chain/words.ts";
import { commandOf } from "../../src/commandLine.ts";
import { CONTRACT_ERRORS, INHERITED_ERRORS } from "../../src/contractErrors.ts";

/**
 * Documents are followed letter by letter, and what is printed is pasted: every command and option that they show is there,
 * and a printed command lacks nothing that it needs.
 */

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

/** Sources that print. What describes commands and options says itself where it belongs; templates are filled below. */
const SOURCES = globSync(["src/**/*.ts", "cli/**/*.ts"]).filter(
  (file) => !/^cli\/(definitions\/|options\.ts)|^src\/contractErrors\.ts/.test(file),
);
/** What stands in a command in place of words that are known when it is printed. */
const SOME = "X";

/** A command that a source prints. */
interface Printed {
  readonly place: string;
  readonly words: readonly string[];
  /** It begins with `batchproof`. */
  readonly invoked: boolean;
}

/** The commands that a source prints: made by `commandOf`, or written out between backquotes in a text. */
function printedBy(file: string, text: string): Printed[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const printed: Printed[] = [];
  const visit = (node: ts.Node): void => {
    const place = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (ts.isCallExpression(node) && node.expression.getText() === "commandOf") {
      printed.push({ place, words: node.arguments.flatMap((word) => wordsIn(source, word)), invoked: true });
    }
    for (const code of codeIn(writtenIn(node) ?? "")) {
      printed.push({ place, words: wordsOf(code.replace(INVOKED, "")), invoked: INVOKED.test(code) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return printed;
}

/** The text of a literal; what is put in when it is printed, as `SOME`. */
function writtenIn(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => SOME + literal.text).join("");
}

/** The words that an argument of `commandOf` stands for. */
function wordsIn(source: ts.SourceFile, node: ts.Node): string[] {
  if (ts.isSpreadElement(node)) {
    const words = wordsIn(source, node.expression);
    return words.join() === SOME ? [] : words; // options that are computed
  }
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap((each) => wordsIn(source, each));
  if (ts.isCallExpression(node) && node.expression.getText() === "sameRegister") {
    return ["--rpc", SOME, "--registry", SOME];
  }
  const list = ts.isIdentifier(node) ? listNamed(source, node.text) : undefined;
  return list === undefined ? [writtenIn(node) ?? SOME] : wordsIn(source, list);
}

/** The list that a source calls so. */
function listNamed(source: ts.SourceFile, name: string): ts.Node | undefined {
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name && node.initializer !== undefined) {
      if (ts.isArrayLiteralExpression(node.initializer)) found = node.initializer;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a printed command lacks or has too much; nothing where the words are no command at all. */
function lacks({ words, invoked }: Pick<Printed, "words" | "invoked">): string[] {
  const { command, rest } = resolved(program, words);
  if (command === program) return invoked ? ["no such command"] : [];
  // One word may well be something else, such as a member of a file.
  if (!invoked) return command.commands.length > 0 ? [] : ["batchproof"];
  if (rest.includes("--help")) return [];
  if (command.commands.length > 0) return ["a command of the group"];
  const given = new Set<string>();
  const problems: string[] = [];
  let positional = 0;
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? "";
    const option = command.options.find(({ long }) => long === word);
    if (option !== undefined) given.add(word);
    if (option?.required === true || option?.optional === true) i++;
    if (option === undefined && word.startsWith("--")) problems.push(`no option ${word}`);
    else if (option === undefined) positional++;
  }
  // What a folder remembers of its register, a command about it need not say.
  const aboutFolder = command.registeredArguments[0]?.name() === "dir";
  const needed = command.options.filter((option) => {
    const isNeeded = option instanceof Setting ? option.isNeeded && !aboutFolder : option.mandatory;
    return isNeeded && !given.has(option.long ?? "");
  });
  const least = command.registeredArguments.filter(({ required }) => required).length;
  if (positional < least || positional > command.registeredArguments.length) problems.push(`${least} arguments`);
  return [...problems, ...needed.map(({ long }) => long ?? "")];
}

// Verifies R-cli-remedy.
describe("printed commands", () => {
  it("are whole: they run as printed, but for words in capitals", () => {
    const problems = SOURCES.flatMap((file) => printedBy(file, readFileSync(file, "utf8")))
      .map((printed) => ({ ...printed, lacks: lacks(printed) }))
      .filter((printed) => printed.lacks.length > 0)
      .map(({ place, words, lacks: missing }) => `${place}: ${words.join(" ")}: ${missing.join(", ")}`);
    expect(problems).toEqual([]);
  });

  it("are whole in what the contracts refuse", () => {
    const remedies = Object.values({ ...CONTRACT_ERRORS, ...INHERITED_ERRORS }).map(([, remedy]) =>
      templateWords(remedy),
    );
    const commands = remedies.flatMap(codeIn);
    expect(commands.length).toBeGreaterThan(50);
    expect(commands.flatMap((code) => lacks({ words: wordsOf(code.replace(INVOKED, "")), invoked: true }))).toEqual([]);
  });

  it("are found where they are made, and where they are written", () => {
    const found = SOURCES.filter((file) => printedBy(file, readFileSync(file, "utf8")).some(({ invoked }) => invoked));
    expect(found).toEqual(expect.arrayContaining(["src/batch/hints.ts", "cli/commands/doctor.ts"]));
  });

  it.each([
    ['commandOf("stage", dir)', ["2 arguments"]],
    ['commandOf("polcy", "approve", id)', ["no such command"]],
    ['commandOf("policy", "aprove", id)', ["a command of the group"]],
    ['commandOf("handoff", "discard", dir)', ["--stage"]],
    ['commandOf("handoff", "show", dir, "--stage")', ["no option --stage"]],
    ['commandOf("pause", ...sameRegister(options))', []],
    ['const all = ["--rpc", rpc]; commandOf("pause", ...all, "--registry", registry)', []],
    ['say("see `policy lint`")', ["batchproof"]],
    ["say(`see \\`batchproof policy lint ${file}\\``)", []],
    ['say("see `batchproof policy`")', ["a command of the group"]],
  ])("%s lacks %j", (source, missing) => {
    expect(printedBy("a.ts", source).flatMap(lacks)).toEqual(missing);
  });

  it("quote what a shell would act on, and nothing else", () => {
    expect(commandOf("check", "my-batch/a_b.c")).toBe("batchproof check my-batch/a_b.c");
    for (const [word, quoted] of [
      ["my batch", "'my batch'"],
      ["", "''"],
      ["Jo's", `'Jo'\\''s'`],
      ["$(rm -rf x)`y`", "'$(rm -rf x)`y`'"],
      ["A|B;C&D", "'A|B;C&D'"],
    ]) {
      expect(commandOf("check", word ?? "")).toBe(`batchproof check ${quoted}`);
      const { stdout } = spawnSync("sh", ["-c", `printf %s ${quoted}`], { encoding: "utf8" });
      expect(stdout).toBe(word);
    }
  });
});
