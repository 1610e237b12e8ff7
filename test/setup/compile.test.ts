import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/root.ts";
import { COMPILER, compileCircuit } from "../../src/setup/compile.ts";
import { sourceHash } from "../../src/setup/sourceHash.ts";
import { compileTestCircuit, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

/** A package root of its own with these files. */
function rootWith(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, "node_modules"), { recursive: true });
  return root;
}

describe("compileCircuit", () => {
  it("leaves r1cs, wasm and sym under the circuit's name and says what is in the r1cs", async () => {
    const out = join(folder, "tiny");
    const compiled = await compileTestCircuit("tiny", out);
    expect(readdirSync(out).sort()).toEqual(["tiny.r1cs", "tiny.sym", "tiny.wasm"]);
    expect(compiled).toMatchObject({ constraints: 7, wires: 17, publicSignals: 8, privateInputs: 2 });
  });

  it.each([
    ["a syntax error", "template T() {\n  signal input a\n  a === 1;\n}\ncomponent main = T();", 3],
    ["an unknown symbol", "template T() {\n  signal input a;\n  a === b;\n}\ncomponent main = T();", 4],
    ["an index out of bounds", "template T() {\n  signal input a[2];\n\n  a[3] === 1;\n}\ncomponent main = T();", 5],
  ])("names file and line of %s", async (name, text, line) => {
    const main = "circuits/bad.circom";
    const root = rootWith(name.replaceAll(" ", "-"), { [main]: `pragma circom 2.2.2;\n${text}\n` });
    await expect(compileCircuit("bad", main, join(root, "out"), root)).rejects.toMatchObject({
      kind: "input",
      code: "circom",
      place: `${main}:${line}`,
    });
  });

  it("refuses a main file that does not exist", async () => {
    const none = compileCircuit("none", "circuits/none.circom", join(folder, "none"), packageRoot());
    await expect(none).rejects.toMatchObject({ code: "circom", place: "circuits/none.circom" });
  });
});

describe("sourceHash", () => {
  const files = {
    "circuits/main.circom": 'pragma circom 2.2.2;\ninclude "lib/a.circom";\ncomponent main = A();\n',
    "circuits/lib/a.circom":
      'pragma circom 2.2.2;\ninclude "pack/b.circom"; // include "c.circom";\n/*\ninclude "d.circom";\n*/\n',
    "node_modules/pack/b.circom": "pragma circom 2.2.2;\n",
  };
  const hashOf = async (name: string, changed: Readonly<Record<string, string>>): Promise<string> =>
    await sourceHash("circuits/main.circom", rootWith(name, { ...files, ...changed }));

  it("is the same for the same files in another folder", async () => {
    expect(await hashOf("first", {})).toBe(await hashOf("second", { "circuits/unused.circom": "x" }));
  });

  it("covers compiler, version, flags and the path and content of every file", async () => {
    const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
    const lines = Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, text]) => `${sha256(text)} ${path}\n`);
    expect(await hashOf("formula", {})).toBe(sha256(`${COMPILER}\n${lines.join("")}`));
    expect(COMPILER).toBe("circom2 0.2.23 --O2");
  });

  it("changes with the main file, with an included file and with a file of a library", async () => {
    const hashes = [await hashOf("plain", {})];
    for (const path of Object.keys(files)) {
      hashes.push(await hashOf(`changed-${path}`, { [path]: `${files[path as keyof typeof files]}\n` }));
    }
    expect(new Set(hashes).size).toBe(4);
  });

  it("names file and line of an include that does not exist", async () => {
    const missing = 'pragma circom 2.2.2;\n/* two\nlines */\ninclude "nowhere.circom";\n';
    await expect(hashOf("missing", { "circuits/lib/a.circom": missing })).rejects.toMatchObject({
      code: "circom-include",
      place: "circuits/lib/a.circom:4",
    });
  });
});
