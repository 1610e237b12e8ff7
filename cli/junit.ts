import { escapedMarkup } from "../src/formats/markup.ts";
import { visibleLines } from "../src/formats/visible.ts";
import { writeFileAtomically } from "../src/input/files.ts";
import { shown } from "./output.ts";

/** What a test report says of one claim or proof. */
export interface TestCase {
  readonly name: string;
  /** Absent: it holds. `failure`: it does not; `error`: it could not be judged. `type` is the rule or check that refused. */
  readonly problem?: {
    readonly result: "failure" | "error";
    readonly type: string;
    readonly message: string;
    readonly text: string;
  };
  /** What the reader is told of one that holds. */
  readonly note?: string;
}

/** One folder or file. */
interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * Writes a report as JUnit XML, which pipelines show, whole or not at all. Nothing that others wrote acts in it.
 * Errors: those of `writeFileAtomically`.
 * @param command names the report
 * @param inputs files that are not overwritten
 */
export async function writeJunit(
  path: string,
  command: string,
  suites: readonly TestSuite[],
  inputs: readonly string[],
): Promise<void> {
  await writeFileAtomically(path, junitXml(command, suites), { inputs });
}

function junitXml(command: string, suites: readonly TestSuite[]): string {
  const all = { name: `batchproof ${command}`, ...counts(suites.flatMap(({ cases }) => cases)) };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes(all)}>`,
    ...suites.flatMap(({ name, cases }) => [
      `  <testsuite${attributes({ name, ...counts(cases) })}>`,
      ...cases.map(
        (each) => `    <testcase${attributes({ classname: name, name: each.name })}>${outcome(each)}</testcase>`,
      ),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function counts(cases: readonly TestCase[]): Record<string, string> {
  const count = (result: string): string => `${cases.filter(({ problem }) => problem?.result === result).length}`;
  return { tests: `${cases.length}`, failures: count("failure"), errors: count("error") };
}

function outcome({ problem, note }: TestCase): string {
  if (problem === undefined) return note === undefined ? "" : `<system-out>${content(note)}</system-out>`;
  const { result, type, message, text } = problem;
  return `<${result}${attributes({ type, message })}>${content(text)}</${result}>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapedMarkup(shown(value))}"`)
    .join("");
}

function content(text: string): string {
  return escapedMarkup(visibleLines(text));
}
