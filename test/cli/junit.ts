import { readFileSync } from "node:fs";
import { readXml, type XmlElement } from "../../src/import/xml.ts";

interface Problem {
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

interface Case {
  readonly classname: string;
  readonly name: string;
  readonly failure?: Problem;
  readonly error?: Problem;
  readonly note?: string;
}

interface Counts {
  readonly name: string;
  readonly tests: string;
  readonly failures: string;
  readonly errors: string;
}

/** A report of --junit. */
export interface Report extends Counts {
  readonly suites: readonly (Counts & { readonly cases: readonly Case[] })[];
}

/** Reads a report strictly: what is no XML, or no part of a report, is refused. */
export function reportIn(path: string): Report {
  // The reader asks for a namespace, which JUnit's reports have none of.
  const namespace = "junit";
  const xml = readFileSync(path, "utf8").replace("<testsuites", `<testsuites xmlns="${namespace}"`);
  const kind = { root: "testsuites", namespaces: [namespace], code: "batchml" } as const;
  return readXml(Buffer.from(xml), path, kind, (root) => ({
    ...countsOf(root),
    suites: root.each("testsuite", (suite) => ({ ...countsOf(suite), cases: suite.each("testcase", caseOf) })),
  }));
}

function countsOf(element: XmlElement): Counts {
  const [name = "", tests = "", failures = "", errors = ""] = ["name", "tests", "failures", "errors"].map(
    (each) => element.attribute(each).text,
  );
  return { name, tests, failures, errors };
}

function caseOf(element: XmlElement): Case {
  const failure = element.maybeOne("failure", problemOf);
  const error = element.maybeOne("error", problemOf);
  const note = element.maybe("system-out")?.text;
  return {
    classname: element.attribute("classname").text,
    name: element.attribute("name").text,
    ...(failure === undefined ? {} : { failure }),
    ...(error === undefined ? {} : { error }),
    ...(note === undefined ? {} : { note }),
  };
}

function problemOf(element: XmlElement): Problem {
  const { text } = element.content();
  return { type: element.attribute("type").text, message: element.attribute("message").text, text };
}
