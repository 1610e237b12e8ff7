import { BatchproofError, EXIT_CODE } from "../src/errors.ts";
import { text, type Options } from "./command.ts";
import { writeJunit, type TestCase } from "./junit.ts";
import { errorDocument, errorText, shown, type Answer } from "./output.ts";

/** The answer about one of several folders or files. */
export interface PartAnswer extends Answer {
  readonly json: object;
  readonly exitCode: number;
  /** What a test report says of it. */
  readonly cases: readonly TestCase[];
}

/** How a command speaks of several folders or files. */
export interface Several {
  /** The command's name. */
  readonly command: string;
  /** What one of them is, for the test that stands for one which could not be judged. */
  readonly noun: string;
  /** The member of the JSON document that holds them all, and the one of each that holds its name. */
  readonly members: readonly [list: string, name: string];
  /** The answer is a list however many there are: nobody has named them. */
  readonly isList?: boolean;
  readonly judge: (name: string) => Promise<PartAnswer>;
  /** Every file that is read: a report overwrites none. */
  readonly inputs: () => Promise<readonly string[]>;
}

interface Part {
  readonly name: string;
  readonly answer: PartAnswer;
  /** Why it could not be judged. */
  readonly error?: BatchproofError;
}

/**
 * Judges each of several folders or files, whatever is wrong with another one, and writes the report of --junit. Of one, the
 * answer is its own, and so is its error; of several, all stand in one answer, each under its name, and the exit code is the
 * highest of those that each alone would have. A bug ends it. Errors: those of `writeJunit`.
 */
export async function answerEach(names: readonly string[], several: Several, options: Options): Promise<Answer> {
  const parts: Part[] = [];
  for (const name of names) parts.push(await partOf(name, several));
  const junit = text(options, "junit");
  if (junit !== undefined) {
    const suites = parts.map(({ name, answer: { cases } }) => ({ name, cases }));
    await writeJunit(junit, several.command, suites, await several.inputs());
  }
  const [only, another] = parts;
  if (only === undefined || another !== undefined || several.isList === true) return together(parts, several.members);
  if (only.error !== undefined) throw only.error;
  return only.answer;
}

async function partOf(name: string, { judge, noun }: Several): Promise<Part> {
  try {
    return { name, answer: await judge(name) };
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.kind === "internal") throw error;
    return { name, answer: errorAnswer(error, noun), error };
  }
}

function errorAnswer(error: BatchproofError, noun: string): PartAnswer {
  const document = errorDocument(error);
  const { kind, code = "", message } = document;
  const text = errorText(document);
  const result = kind === "no" ? "failure" : "error";
  return {
    text,
    json: { error: document },
    exitCode: EXIT_CODE[kind],
    cases: [{ name: noun, problem: { result, type: code, message, text } }],
  };
}

function together(parts: readonly Part[], [list, nameOf]: Several["members"]): Answer {
  return {
    text: parts.map(({ name, answer }) => `${shown(name)}\n${answer.text.replace(/^/gm, "  ")}`).join("\n"),
    json: { [list]: parts.map(({ name, answer }) => ({ [nameOf]: name, ...answer.json })) },
    exitCode: Math.max(...parts.map(({ answer }) => answer.exitCode)),
  };
}
