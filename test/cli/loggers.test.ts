import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { toHex } from "../../src/formats/field.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { inThisProcess } from "./scene.ts";
import { scratch } from "./support.ts";

/** The way from an exported file to a verdict, as docs/manufacturers.md says it, command by command. */

const home = scratch();
afterAll(() => rmSync(home, { recursive: true }));

const DOCUMENT = readFileSync("docs/manufacturers.md", "utf8");
const PART = DOCUMENT.slice(DOCUMENT.indexOf("### From a HOBO"), DOCUMENT.indexOf("### A historian's readings"));

/** The lines of its shell blocks, each as the words that a shell makes of it; what is written goes into a folder of its own. */
const COMMANDS = [...PART.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = ""]) =>
  block
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = ""]) => quoted ?? plain))
    .map((words) => words.map((word) => (word.startsWith("logger-") ? join(home, word) : word))),
);

// Verifies R-cli-loggers.
it("docs/manufacturers.md leads from inspect to check in four commands, for a HOBO, a LogTag and an iButton", async () => {
  for (const name of ["hoboware", "logtag", "ibutton"]) {
    expect(readFileSync("fixtures/policies/fridge-2-8-loggers.json", "utf8")).toContain(
      toHex(shippedProfile(name).hash),
    );
  }
  expect(PART).toContain(`"hash": "${toHex(shippedProfile("hoboware").hash)}"`);
  const outputs: string[] = [];
  for (const [program, ...words] of COMMANDS) {
    if (program === "cp") {
      copyFileSync(words[0] ?? "", words[1] ?? "");
      continue;
    }
    expect(program).toBe("batchproof");
    const { code, stdout, stderr } = await inThisProcess(words);
    expect([words.join(" "), code, stderr]).toEqual([words.join(" "), 0, expect.not.stringContaining("rror")]);
    outputs.push(`${words[0] ?? ""}\n${stdout}`);
  }
  const last = outputs.slice(-13).map((output) => output.split("\n", 1)[0]);
  const four = ["inspect", "import", "import", "check"];
  expect(last).toEqual([...four, "verify-record", ...four, ...four]);
  expect(outputs.at(-1)).toContain("4 readings");
}, 120_000);
