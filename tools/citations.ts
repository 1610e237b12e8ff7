import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import {
  commentsOf,
  filesOf,
  headingsOf,
  markdownLines,
  placeIn,
  testsOf,
  textOf,
  type Passage,
  type Place,
} from "./sources.ts";

/**
 * Whether what the project cites is there: links and anchors of documents, documents and sections that comments and
 * titles of tests name, paths of sources. Numbers of attacks and requirements: traceability.ts.
 */

const FOLDERS = "src|cli|test|circuits|contracts|docs|tools|bench|fixtures|\\.ci";
const SOURCE = "ts|sol|circom|md|json|csv|txt|xml|ptau";

/** A path from the project's root to a file, in a sentence. */
const PATH = new RegExp(String.raw`(?<![\w./-])(?:${FOLDERS})(?:/[\w.-]+)*/[\w.-]+\.(?:${SOURCE})(?![\w/-])`, "g");
/** A document, and after a comma the section that is meant, which begins with a capital. */
const DOCUMENT = /(?<![\w./-])((?:[\w-]+\/)*[\w-]+\.md)\b(?:, ([A-Z][^.;:,()]*[^.;:,()\s]))?/g;
/** A path in backticks: from the root, from the folder of the document, or the bare name of a source. */
const CODE = new RegExp(String.raw`^(?:(?:${FOLDERS})/[\w./*-]*|[\w./-]+\.(?:ts|sol|circom|md))$`);

function problem({ file, line }: Place, sentence: string): string {
  return `${file}:${line}: ${sentence}`;
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** All anchors of a document; a heading that comes again is counted. */
export function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  return new Set(
    headingsOf(text).map((heading) => {
      const anchor = anchorOf(heading);
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}

/** Links of a document that lead to no file or to no heading. */
function linkProblems(root: string, file: string): string[] {
  const links = markdownLines(textOf(root, file))
    .filter(({ code }) => !code)
    .flatMap(({ line, text }) => {
      const prose = text.replaceAll(/`[^`]*`/g, "");
      return [...prose.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map((match) => ({
        line,
        target: match[1] ?? match[2] ?? "",
      }));
    });
  return links.flatMap(({ line, target }) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = "", anchor] = target.split("#");
    const to = path === "" ? file : normalize(join(dirname(file), path));
    if (!existsSync(join(root, to))) return [problem({ file, line }, `link to ${target}: there is no ${to}`)];
    if (anchor === undefined || (to.endsWith(".md") && anchorsOf(textOf(root, to)).has(anchor))) return [];
    return [problem({ file, line }, `link to ${target}: ${to} has no heading #${anchor}`)];
  });
}

/** Where a path leads that stands in a file: from the root, or from the file's own folder. */
function resolved(root: string, file: string, path: string): string | undefined {
  return [path, normalize(join(dirname(file), path))].find((candidate) => existsSync(join(root, candidate)));
}

/** Documents, sections and paths that a comment or title names and that are not there. */
function passageProblems(root: string, passage: Passage): string[] {
  const documents = [...passage.text.matchAll(DOCUMENT)].flatMap((match) => {
    const [, path = "", section] = match;
    const place = placeIn(passage, match.index);
    const found = resolved(root, passage.file, path);
    if (found === undefined) return [problem(place, `there is no document ${path}`)];
    if (section === undefined || headingsOf(textOf(root, found)).includes(section)) return [];
    return [problem(place, `${found} has no section "${section}"`)];
  });
  const paths = [...passage.text.matchAll(PATH)]
    .filter(([path]) => !path.endsWith(".md") && !existsSync(join(root, path)))
    .map((match) => problem(placeIn(passage, match.index), `there is no ${match[0]}`));
  return [...documents, ...paths];
}

/** Paths in backticks that are not there. */
function codeProblems(root: string, file: string, names: ReadonlySet<string>): string[] {
  const spans = markdownLines(textOf(root, file))
    .filter(({ code }) => !code)
    .flatMap(({ line, text }) => [...text.matchAll(/`([^`]+)`/g)].map((match) => ({ line, path: match[1] ?? "" })));
  return spans
    .filter(({ path }) => CODE.test(path) && !isThere(root, file, path, names))
    .map(({ line, path }) => problem({ file, line }, `there is no ${path}`));
}

function isThere(root: string, file: string, path: string, names: ReadonlySet<string>): boolean {
  if (path.includes("*")) return filesOf(root, path).length > 0;
  const found = resolved(root, file, path);
  // A path that ends with a stroke is a folder.
  if (found !== undefined) return !path.endsWith("/") || statSync(join(root, found)).isDirectory();
  return names.has(path);
}

/** Everything that is cited in the project at `root` and is not there, as `file:line: sentence`, sorted. */
export function citationProblems(root: string): string[] {
  const code = filesOf(root, `{src,cli,bench,tools,test,circuits,contracts,fixtures}/**/*.{ts,sol,circom}`);
  const names = new Set(filesOf(root, "**/*.{ts,sol,circom,md}").flatMap((file) => file.split("/").at(-1) ?? []));
  const passages = code.flatMap((file) => {
    const text = textOf(root, file);
    const titles = /^test\/.*\.ts$/.test(file) ? testsOf(file, text).flatMap(({ own }) => own) : [];
    return [...commentsOf(file, text), ...titles];
  });
  return [
    ...filesOf(root, "**/*.md").flatMap((file) => [...linkProblems(root, file), ...codeProblems(root, file, names)]),
    ...passages.flatMap((passage) => passageProblems(root, passage)),
  ].sort();
}
