import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONGEST_TEXT, LONGEST_WORD, printAnswer, printError, shown } from "../../cli/output.ts";
import { inputError } from "../../src/errors.ts";
import { captured } from "./captured.ts";
import { batchproofJson, batchproof, POLICY, refusedWith, scratch } from "./support.ts";

const ESCAPE = "\u001b]0;owned\u0007\u001b[2J";
/** What may act on a terminal, but the end of a line. */
const ACTS = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/u;

/** Texts that a file, a node or a person may have written: any character, often those that act, of any length. */
const FOREIGN = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(ESCAPE, "\u009b31m", "\u202e", "\u2066", "\u2028", "\r\n  at stdin", "\ud800", " "),
      fc.integer({ min: 1, max: 30_000 }).map((length) => "x".repeat(length)),
    ),
  )
  .map((parts) => parts.join(""));

// Verifies R-cli-text, F8, F11.
describe("text that others wrote", () => {
  it("neither acts nor fills the screen, whatever it is and wherever in an error it stands", () => {
    fc.assert(
      fc.property(FOREIGN, FOREIGN, FOREIGN, (message, place, remedy) => {
        const error = inputError(message, { place, remedy, code: "usage" });
        const { stdout, stderr } = captured(() => printError(error, true));
        expect(stderr).not.toMatch(ACTS);
        expect(stdout).not.toMatch(ACTS);
        const lines = stderr.split("\n");
        expect(lines).toHaveLength(4);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(LONGEST_TEXT + "error: ".length);
        for (const word of stderr.split(/\s/)) expect(word.length).toBeLessThanOrEqual(LONGEST_WORD);
        expect(JSON.parse(stdout)).toEqual({
          error: { kind: "input", code: "usage", message: shown(message), place: shown(place), remedy: shown(remedy) },
        });
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it("does not act in an answer either, and --json says exactly what was there", () => {
    fc.assert(
      fc.property(FOREIGN, (text) => {
        expect(captured(() => printAnswer({ text, json: {} }, false)).stdout).not.toMatch(ACTS);
        const { stdout } = captured(() => printAnswer({ text: "", json: { text } }, true));
        expect(stdout).not.toMatch(ACTS);
        expect(JSON.parse(stdout)).toEqual({ text });
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  it("leaves colours of ours where an answer has them, and no other sequence", () => {
    const text = `\u001b[31mred\u001b[39m ${ESCAPE}`;
    const { stdout } = captured(() => printAnswer({ text, json: {}, coloured: true }, false));
    expect(stdout).toBe("\u001b[31mred\u001b[39m \\u001b]0;owned\\u0007\\u001b[2J\n");
    expect(captured(() => printAnswer({ text, json: {} }, false)).stdout).not.toContain("\u001b");
  });

  it.each([
    [LONGEST_WORD, "a".repeat(LONGEST_WORD)],
    [LONGEST_WORD + 1, `${"a".repeat(98)} … ${"a".repeat(98)}`],
  ])("is a word of %i characters, and is cut in its middle where it has more", (length, expected) => {
    expect(shown("a".repeat(length))).toBe(expected);
  });

  it.each([
    [LONGEST_TEXT, "a ".repeat(LONGEST_TEXT / 2)],
    [LONGEST_TEXT + 1, `${"a ".repeat(99)} … ${" a".repeat(99)}`],
  ])("is a text of %i characters, and is cut in its middle where it has more", (length, expected) => {
    expect(shown("a ".repeat(length).slice(0, length))).toBe(expected);
  });

  it("is escaped where a policy's key stands in a place", async () => {
    const policy = JSON.parse(readFileSync(POLICY, "utf8")) as Record<string, unknown>;
    const path = join(scratch(), "policy.json");
    writeFileSync(path, JSON.stringify({ ...policy, [`${ESCAPE}${"x".repeat(20_000)}`]: 1 }));
    const { code, stderr } = await batchproof(["policy", "hash", path]);
    expect(code).toBe(2);
    expect(stderr).toContain("#/\\u001b]0;owned\\u0007\\u001b[2Jxxx");
    expect(stderr).not.toMatch(ACTS);
    expect(stderr.length).toBeLessThan(600);
    const { stdout } = await batchproofJson(["policy", "hash", path]);
    expect(stdout).toContain("#/\\\\u001b]0;owned\\\\u0007");
    expect(stdout.length).toBeLessThan(800);
  });
});

// Verifies R-cli-private, F7, F12.
describe("a bug", () => {
  it("shows the calls that led to it, and no line of its message, even one that looks like a call", () => {
    const secret = "    at COI-PATIENT-0815 (secrets.json:1:1)";
    const error = new TypeError(`x\n${secret}\n${secret}`);
    const { stdout, stderr } = captured(() => printError(error, true));
    expect(stderr).not.toContain("COI-PATIENT");
    expect(stdout).not.toContain("COI-PATIENT");
    expect(stderr).toMatch(
      /^error: This is a bug in batchproof \(TypeError\)\.\n {2}Please report it with these lines:\n/,
    );
    expect(stderr).toMatch(/\n {4}at .*output\.test\.ts/);
  });

  it("shows no call where its message is not that of its stack", () => {
    const error = new Error("    at COI-PATIENT-0815");
    expect(error.stack).toContain("COI-PATIENT-0815"); // from here on the stack stays as it is
    error.message = "another";
    const { stderr } = captured(() => printError(error, false));
    expect(stderr).toBe("error: This is a bug in batchproof (Error).\n  Please report it with these lines:\n");
  });
});

// Verifies R-cli-remedy.
describe("an error says what to do", () => {
  const root = join(scratch(), "parties.json");
  const refusedList = async (list: unknown): Promise<unknown> => {
    writeFileSync(root, typeof list === "string" ? list : JSON.stringify(list));
    return (await refusedWith(["party", "root", root])).remedy;
  };

  it("as the table of codes does, where it does not say it itself", async () => {
    expect(await refusedList("{]")).toBe("Correct it at the line and column that are named.");
    expect(await refusedList({ format: "batchproof-parties/1" })).toBe("Correct the file at the place that is named.");
  });

  it("as the schema does: what is to be written, or is known there, never what stood there", async () => {
    const list = { format: "batchproof-parties/1", parties: [] };
    expect(await refusedList({ ...list, format: "secret" })).toBe('Write "batchproof-parties/1".');
    expect(await refusedList({ ...list, secret: 1 })).toBe("Known here: format, parties.");
  });
});
