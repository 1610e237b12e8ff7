import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../src/root.ts";
import {
  commentsOf,
  filesOf,
  markdownLines,
  passageOf,
  placeIn,
  testsOf,
  textOf,
  verified,
  type Passage,
  type Place,
  type TestCase,
} from "./sources.ts";

/**
 * docs/traceability.md: which requirement of docs/spec rests on which attacks of docs/attacks.md, and which tests verify
 * both. `node tools/traceability.ts` writes it, or exits 1 with a list of what does not fit together.
 */

export const OUTPUT = "docs/traceability.md";
const ATTACKS = "docs/attacks.md";

export interface Requirement extends Place {
  readonly id: string;
  readonly text: string;
  /** Ids of the attacks that its text names. */
  readonly attacks: readonly string[];
}

export interface Attack extends Place {
  readonly id: string;
  /** The heading that it stands under. */
  readonly section: string;
  readonly text: string;
  /** Tests that its row gives: a file and a part of a title in it. */
  readonly examples: readonly { readonly file: string; readonly title: string }[];
}

/** An id where it stands. */
interface Mention extends Place {
  readonly id: string;
}

export interface Trace {
  readonly requirements: readonly Requirement[];
  readonly attacks: readonly Attack[];
  /** By id: the tests that name it, outermost title first. */
  readonly tests: ReadonlyMap<string, readonly TestCase[]>;
  /** What does not fit together, each as `file:line: sentence`. */
  readonly problems: readonly string[];
}

const REQUIREMENT_ID = /(?<![\w-])R-[a-z0-9]+(?:-[a-z0-9]+)*(?![\w-])/g;
const ATTACK_ID = /(?<![\w-])[CSPVF][0-9]{1,3}(?![\w-])/g;

function mentions(passage: Passage, pattern: RegExp): Mention[] {
  return [...passage.text.matchAll(pattern)].map((match) => ({ id: match[0], ...placeIn(passage, match.index) }));
}

/** What is quoted may look like the number of an attack: `C1` as an identity, "S1" as a serial number. */
function idsIn(passage: Passage): Mention[] {
  const text = passage.text.replaceAll(/`[^`]*`|"[^"]*"/g, (quoted) => " ".repeat(quoted.length));
  return [...mentions(passage, REQUIREMENT_ID), ...mentions({ ...passage, text }, ATTACK_ID)];
}

function problem({ file, line }: Place, sentence: string): string {
  return `${file}:${line}: ${sentence}`;
}

/** The list items of a specification that start with an id in bold, each with the lines that continue it. */
function requirementsOf(file: string, text: string): Requirement[] {
  const found: { readonly id: string; readonly line: number; readonly parts: [number, string][] }[] = [];
  let open = false;
  for (const { line, text: content, code } of markdownLines(text)) {
    const [, id, start = ""] = code ? [] : (/^- \*\*(R-[\w-]+)\*\*:?\s*(.*)$/.exec(content) ?? []);
    if (id !== undefined) found.push({ id, line, parts: [[line, start]] });
    else if (open && /^\s+\S/.test(content)) found.at(-1)?.parts.push([line, content.trim()]);
    open = id !== undefined || (open && /^\s+\S/.test(content));
  }
  return found.map(({ id, line, parts }) => {
    const passage = passageOf(file, parts);
    return { id, file, line, text: passage.text, attacks: mentions(passage, ATTACK_ID).map((each) => each.id) };
  });
}

/** One test as the catalogue gives it: `file` "part of a title". */
const EXAMPLE = /^`([^`]+)` "([^"]+)"$/;

/** The rows of the catalogue: id, attack, what stops it, and examples of tests between semicolons. */
function attacksOf(file: string, text: string): Attack[] {
  let section = "";
  return markdownLines(text).flatMap(({ line, text: content }) => {
    section = /^## (.*)$/.exec(content)?.[1] ?? section;
    const [, id = "", ...cells] = content.split("|").map((cell) => cell.trim());
    if (!/^[CSPVF][0-9]{1,3}$/.test(id)) return [];
    const examples = (cells[2] ?? "").split("; ").map((example) => {
      const [, path = "", title = example] = EXAMPLE.exec(example) ?? [];
      return { file: path, title };
    });
    return { id, section, file, line, text: cells[0] ?? "", examples };
  });
}

/** A file of code with what may name an id in it. */
interface Code {
  readonly comments: readonly Passage[];
  readonly tests: readonly TestCase[];
}

function codeOf(root: string): Code[] {
  return filesOf(root, "{src,cli,bench,tools,test,circuits,contracts}/**/*.{ts,sol,circom}").map((file) => {
    const text = textOf(root, file);
    return { comments: commentsOf(file, text), tests: /^test\/.*(ts|sol)$/.test(file) ? testsOf(file, text) : [] };
  });
}

/** Every id that the sentences of a document name. */
function citedIn(root: string, file: string): Mention[] {
  return markdownLines(textOf(root, file))
    .filter(({ code }) => !code)
    .flatMap(({ line, text }) => idsIn(passageOf(file, [[line, text]])));
}

/** A comment `Verifies ...` that stands above no test says nothing. */
function looseComments({ comments, tests }: Code): string[] {
  const taken = new Set(tests.map(({ verifies }) => String(verifies?.lines)));
  return comments.flatMap((comment) => {
    const said = verified(comment);
    if (said === undefined || taken.has(String(said.lines))) return [];
    return idsIn(said)
      .slice(0, 1)
      .map((mention) => problem(mention, "the comment names what is verified, but stands above no test"));
  });
}

function repeated(defined: readonly (Requirement | Attack)[]): string[] {
  const first = new Map<string, Place>();
  return defined.flatMap((each) => {
    const before = first.get(each.id);
    if (before !== undefined) return [problem(each, `${each.id} is defined at ${before.file}:${before.line} already`)];
    first.set(each.id, each);
    return [];
  });
}

/** The examples that the catalogue gives are tests that name the attack, or stand within one that does. */
function exampleProblems(attack: Attack, all: readonly TestCase[], naming: readonly TestCase[]): string[] {
  const within = (test: TestCase): boolean =>
    naming.some(({ file, titles }) => file === test.file && titles.every((title, i) => title === test.titles[i]));
  return attack.examples
    .filter(
      ({ file, title }) =>
        !all.some((test) => test.file === file && shown(test.titles).includes(title) && within(test)),
    )
    .map(({ file, title }) => problem(attack, `no test ${file} "${title}" names ${attack.id}`));
}

/** Reads specification, catalogue and tests of the project at `root`, and finds what does not fit together. */
export function trace(root: string): Trace {
  const requirements = filesOf(root, "docs/spec/*.md").flatMap((file) => requirementsOf(file, textOf(root, file)));
  const attacks = filesOf(root, ATTACKS).flatMap((file) => attacksOf(file, textOf(root, file)));
  const defined = [...requirements, ...attacks];
  const documents = filesOf(root, "**/*.md").filter((file) => file !== OUTPUT && !file.startsWith("fixtures/"));
  const code = codeOf(root);
  const all = code.flatMap((each) => each.tests);
  const tests = testsById(all);
  const cited = [
    ...code.flatMap(({ comments }) => comments.flatMap(idsIn)),
    ...all.flatMap(({ own }) => idsIn(own)),
    ...documents.flatMap((file) => citedIn(root, file)),
  ];
  const known = new Set(defined.map(({ id }) => id));
  const problems = [
    ...repeated(defined),
    ...cited.filter(({ id }) => !known.has(id)).map((each) => problem(each, `${each.id} is defined nowhere`)),
    ...defined.filter(({ id }) => !tests.has(id)).map((each) => problem(each, `no test names ${each.id}`)),
    ...attacks.flatMap((attack) => exampleProblems(attack, all, tests.get(attack.id) ?? [])),
    ...code.flatMap(looseComments),
  ];
  return { requirements, attacks, tests, problems: [...new Set(problems)].sort() };
}

/** The tests that name an id, by their own title or by the comment above them. */
function testsById(all: readonly TestCase[]): Map<string, TestCase[]> {
  const tests = new Map<string, TestCase[]>();
  for (const test of all) {
    const named = [test.own, ...(test.verifies ? [test.verifies] : [])].flatMap(idsIn).map(({ id }) => id);
    for (const id of new Set(named)) tests.set(id, [...(tests.get(id) ?? []), test]);
  }
  return tests;
}

function shown(titles: readonly string[]): string {
  return titles.join(" › ");
}

/** The first sentence, without the attacks in brackets. */
function short(text: string): string {
  const [sentence = text] = /^.*?\.(?=\s|$)/.exec(text) ?? [];
  return sentence.replaceAll(/\s*\((?:[CSPVF][0-9]{1,3}(?:, |(?=\))))+\)/g, "");
}

/** Lines of the tests that name an id, one a test. */
function testLines(tests: readonly TestCase[]): string[] {
  const lines = tests.map(({ file, titles }) => {
    const title = shown(titles).replaceAll("<", "&lt;").replaceAll("*", "\\*");
    return `  - [${file}](../${file}): ${title}`;
  });
  return [...new Set(lines)].sort();
}

/** Sections of items, each under what its key says. */
function sections<T>(items: readonly T[], keyOf: (item: T) => string, linesOf: (item: T) => string[]): string[] {
  const groups = Map.groupBy(items, keyOf);
  return [...groups].flatMap(([key, group]) => [`### ${key}`, "", ...group.flatMap(linesOf), ""]);
}

/** The text of docs/traceability.md. */
export function traceabilityText({ requirements, attacks, tests }: Trace): string {
  const sorted = [...requirements].sort((a, b) => (a.id < b.id ? -1 : 1));
  const named = (id: string): string[] => testLines(tests.get(id) ?? []);
  const requirementLines = (each: Requirement): string[] => [
    `- **${each.id}** (${each.file.replace(/^docs\//, "")}) ${short(each.text)}`,
    ...(each.attacks.length > 0 ? [`  - attacks: ${[...new Set(each.attacks)].join(", ")}`] : []),
    ...named(each.id),
  ];
  const attackLines = ({ id, text }: Attack): string[] => {
    const rests = requirements.filter((each) => each.attacks.includes(id)).map((each) => each.id);
    const of = rests.length > 0 ? [`  - requirements: ${rests.sort().join(", ")}`] : [];
    return [`- **${id}** ${text}`, ...of, ...named(id)];
  };
  return [
    "# Traceability",
    "",
    "Generated by `npm run docs` from [the specification](spec/README.md), [the catalogue of attacks](attacks.md) and the",
    "titles and comments of the tests; not to be edited. A test of the project fails while this text is not what the",
    "generator gives, or while a requirement or an attack has no test.",
    "",
    `${requirements.length} requirements, ${attacks.length} attacks.`,
    "",
    "## Requirements: attacks that they answer, and tests that verify them",
    "",
    ...sections(sorted, ({ id }) => id.split("-").slice(0, 2).join("-"), requirementLines),
    "## Attacks: requirements that answer them, and tests that play them",
    "",
    ...sections(attacks, ({ section }) => section, attackLines),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

if (import.meta.main) {
  const root = packageRoot();
  const found = trace(root);
  if (found.problems.length > 0) {
    console.error(found.problems.join("\n"));
    process.exitCode = 1;
  } else writeFileSync(join(root, OUTPUT), traceabilityText(found));
}
