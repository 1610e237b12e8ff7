import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { batchproof, batchproofProcess, MAIN, POLICY, refusedWith } from "./support.ts";

// Verifies R-cli-usage.
describe("bad usage exits 2 and names the command and its help", () => {
  it.each([
    [[], "batchproof", "a command is missing"],
    [["polic"], "batchproof", "Did you mean policy?"],
    [["policy", "lnt"], "batchproof policy", "unknown command 'lnt'"],
    [["policy", "lint"], "batchproof policy lint", "missing required argument 'files'"],
    [["policy", "show", "a", "b"], "batchproof policy show", "too many arguments"],
    [["policy", "lint", "a", "--al"], "batchproof policy lint", "unknown option '--al'"],
    [["role", "propose", "qp", "a"], "batchproof role propose", "--person <text>' not specified"],
    [["key", "new", "--role", "boss"], "batchproof key new", "Allowed choices are custodian, source, lab"],
  ])("%j", async (args, place, message) => {
    const { code, stdout, stderr } = await batchproof(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: Bad usage: /);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`  at ${place}\n  See \`${place} --help\`.\n`);
  });
});

// Verifies R-cli-exit.
describe("a process of its own", () => {
  it("exits 0 with the answer on stdout", async () => {
    const { code, stdout, stderr } = await batchproofProcess(["policy", "lint", POLICY]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("0 errors, 1 warning\n");
    // Neither colours nor bars where no terminal is.
    expect(stdout).not.toContain("\u001b");
  });

  // Verifies R-cli-json.
  it("exits 2 with the error on stderr, and with --json as a document on stdout", async () => {
    const plain = await batchproofProcess(["policy", "lint", "missing.json"]);
    expect(plain).toMatchObject({ code: 2, stdout: "" });
    expect(plain.stderr).toBe("error: There is no such file.\n  at missing.json\n  Check the path.\n");
    const before = await batchproofProcess(["--json", "policy", "lint", "missing.json"]);
    expect(before).toMatchObject({ code: 2, stderr: plain.stderr });
    expect(JSON.parse(before.stdout)).toMatchObject({ error: { kind: "input", code: "file-missing" } });
    expect(await batchproofProcess(["policy", "lint", "missing.json", "--json"])).toEqual(before);
  });

  // Verifies F6.
  it.runIf(existsSync("/dev/full"))("exits 3 if its answer is lost on a full disk", () => {
    const lint = `"${process.execPath}" "${MAIN}" policy lint ${POLICY} > /dev/full`;
    const { status, stderr } = spawnSync("sh", ["-c", lint], { encoding: "utf8" });
    expect({ status, stderr: stderr.split("\n")[0] }).toEqual({
      status: 3,
      stderr: "error: The answer could not be written.",
    });
  });

  it("exits 4, not with a code of Node's own, if it waits for what never comes", () => {
    const never = `import fs from "node:fs/promises"; import { syncBuiltinESMExports } from "node:module";
      fs.realpath = () => new Promise(() => undefined); syncBuiltinESMExports();`;
    const words = ["--import", `data:text/javascript,${encodeURIComponent(never)}`, MAIN, "policy", "lint", POLICY];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
    expect(stderr).toContain("error: This is a bug in batchproof");
    const { status: code, stdout: json } = spawnSync(process.execPath, [...words, "--json"], { encoding: "utf8" });
    expect([code, JSON.parse(json)]).toMatchObject([4, { error: { kind: "internal" } }]);
  });

  it("exits 3 on a Node.js that is too old, and still shows its help", () => {
    const old = `Object.defineProperty(process.versions, "node", { value: "20.20.2" })`;
    const words = ["--import", `data:text/javascript,${encodeURIComponent(old)}`, MAIN, "check"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...words, "my-batch"], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
    expect(stderr).toContain("error: Node.js 20.20.2 is too old, expected >=22.13.");
    expect(spawnSync(process.execPath, [...words, "--help"]).status).toBe(0);
  });

  it("exits 2 for bad usage", async () => {
    expect(await batchproofProcess(["polic"])).toMatchObject({ code: 2, stdout: "" });
  });
});

it("answers --help and --version on stdout, exit 0", async () => {
  const help = await batchproof(["policy", "approve", "--help"]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toContain("--effective-from");
  const version = await batchproof(["--version"]);
  expect(version).toMatchObject({ code: 0, stderr: "" });
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

// Verifies R-cli-private, F7.
it("has no option for a secret, and asks for one only where somebody can answer", async () => {
  const args = ["key", "new", "--role", "source", "--name", "a", "--org", "b", "--out", "/nonexistent/key"];
  expect(await refusedWith(args)).toMatchObject({ exit: 2, code: "passphrase-missing" });
});

it.each(["-1", "65536", "http"])("refuses port %s", async (port) => {
  expect(await refusedWith(["devnet", `--port=${port}`])).toMatchObject({ exit: 2, code: "port" });
});
