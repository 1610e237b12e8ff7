import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../cli/definitions/index.ts";
import { batchproof, refusedWith } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "batchproof-completion-"));
const scriptOf = (shell: string): string => join(folder, shell);
const program = new Command("batchproof").version("0");
for (const register of COMMANDS) register(program, () => undefined);

function has(shell: string): boolean {
  return spawnSync(shell, ["--version"]).status === 0;
}

/** Asks a real bash what it offers after each of these lines; the word under the cursor is the last one. */
function offeredBy(lines: readonly (readonly string[])[]): string[][] {
  const ask = lines.map(
    (words) =>
      `COMP_WORDS=(batchproof ${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length}; COMPREPLY=(); _batchproof; echo "\${COMPREPLY[*]}"`,
  );
  const { stdout, stderr } = spawnSync("bash", ["--norc"], {
    input: [`source ${scriptOf("bash")}`, ...ask].join("\n"),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout.split("\n").map((line) => line.split(" ").filter((word) => word !== ""));
}

interface Asked {
  readonly line: readonly string[];
  readonly offered: readonly string[];
}

/** What is to be offered below a command: its commands, every option, every choice. */
function expectedOf(command: Command, path: readonly string[]): Asked[] {
  const names = command.commands.map((each) => each.name());
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const flags = command.options.flatMap(({ long }) => long ?? []);
  return [
    { line: [...path, ""], offered: [...names, ...choices] },
    { line: [...path, "-"], offered: [...new Set([...flags, "--json", "--help"])] },
    ...command.options
      .filter(({ required, optional }) => required || optional)
      .map(({ long, argChoices = [] }) => ({ line: [...path, long ?? "", ""], offered: argChoices })),
    ...command.commands.flatMap((each) => expectedOf(each, [...path, each.name()])),
  ];
}

beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await batchproof(["completion", shell]);
    expect(code).toBe(0);
    writeFileSync(scriptOf(shell), stdout);
  }
});

// Verifies R-cli-completion.
describe("completion", () => {
  it("in bash offers every command, option and choice, and files elsewhere", () => {
    const asked = expectedOf(program, []);
    expect(asked.length).toBeGreaterThan(200);
    const offered = offeredBy(asked.map(({ line }) => line));
    asked.forEach(({ line, offered: expected }, index) => {
      expect({ line, offered: [...(offered[index] ?? [])].sort() }).toEqual({ line, offered: [...expected].sort() });
    });
    const { stdout } = spawnSync("bash", ["-c", `source ${scriptOf("bash")}; complete -p batchproof`], {
      encoding: "utf8",
    });
    expect(stdout).toContain("-o default");
  });

  it("in bash offers what begins with the word, also after options and values", () => {
    const offered = offeredBy([
      ["pol"],
      ["policy", "li"],
      ["role", "propose", "--role", "q"],
      ["--json", "policy", "sh"],
      ["key", "new", "--name", "policy", "--ro"],
    ]);
    expect(offered.slice(0, 5)).toEqual([["policy"], ["lint"], ["qa", "qp"], ["show"], ["--role"]]);
  });

  it("quotes nothing, because no word needs it", () => {
    for (const { offered } of expectedOf(program, [])) {
      for (const word of offered) expect(word).toMatch(/^[A-Za-z0-9-]+$/);
    }
  });

  it.runIf(has("zsh"))("in zsh is a script that can be read", () => {
    expect(spawnSync("zsh", ["-n", scriptOf("zsh")], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  it.runIf(has("fish"))("in fish is a script that can be read", () => {
    expect(spawnSync("fish", ["-n", scriptOf("fish")], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  it("is refused for another shell", async () => {
    expect(await refusedWith(["completion", "csh"])).toMatchObject({ exit: 2, code: "usage" });
  });
});
