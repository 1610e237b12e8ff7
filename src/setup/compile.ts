import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { type BatchproofError, environmentError, inputError } from "../errors.ts";
import { missingPeer, peerVersion } from "../peers.ts";
import { type R1csHeader, readR1csHeader } from "./r1cs.ts";

const { resolve } = createRequire(import.meta.url);

/** Always full simplification: without it Poseidon and EdDSA have three to four times the rows. */
const FLAGS = ["--O2"] as const;

/** Compiler, version and flags: part of the identity of every artifact. */
export const COMPILER = `circom2 ${peerVersion("circom2")} ${FLAGS.join(" ")}`;

/** Where `include` looks after the including file's own folder, relative to `librariesOf`. */
export const LIBRARIES = "node_modules";

/**
 * The folder whose node_modules holds circomlib: the package root, or one above it where batchproof is installed. circom
 * runs there, because all sources must lie below its working directory.
 */
export function librariesOf(root: string): string {
  for (let folder = root; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, LIBRARIES, "circomlib"))) return folder;
  }
  return root;
}

/** What a compilation leaves in its folder, by absolute path, and what it says about itself. */
export interface CompiledCircuit extends R1csHeader {
  readonly r1cs: string;
  readonly wasm: string;
  readonly sym: string;
}

/**
 * Compiles one main file to `<name>.r1cs`, `<name>.wasm` and `<name>.sym` in `folder`.
 * circom runs in its own process, in WebAssembly: it needs the working directory to be above all sources, and relative
 * paths. Throws code `circom`: an input error with file and line where circom names one, else an environment error.
 * @param main main file, relative to `root`
 * @param root package root; its node_modules is searched for libraries
 */
export async function compileCircuit(
  name: string,
  main: string,
  folder: string,
  root: string,
): Promise<CompiledCircuit> {
  await mkdir(folder, { recursive: true });
  const top = librariesOf(root);
  const { code, output } = await runCompiler(
    [
      relative(top, join(root, main)),
      ...FLAGS,
      "--r1cs",
      "--wasm",
      "--sym",
      "-l",
      LIBRARIES,
      "-o",
      relative(top, folder),
    ],
    top,
  );
  if (code !== 0) throw compileError(main, output);

  const written = basename(main, ".circom");
  const [r1cs, wasm, sym] = ["r1cs", "wasm", "sym"].map((type) => join(folder, `${name}.${type}`)) as Triple;
  await rename(join(folder, `${written}_js`, `${written}.wasm`), wasm);
  await rm(join(folder, `${written}_js`), { recursive: true });
  await rename(join(folder, `${written}.r1cs`), r1cs);
  await rename(join(folder, `${written}.sym`), sym);
  return { r1cs, wasm, sym, ...(await readR1csHeader(r1cs)) };
}

type Triple = [string, string, string];

/** Errors: `package-missing`; `package-version` for another version than the one that is part of every artifact. */
function compilerPath(): string {
  const { version, path } = installedCompiler();
  if (version === peerVersion("circom2")) return path;
  throw environmentError(`circom2 ${version} is installed, expected ${peerVersion("circom2")}.`, {
    code: "package-version",
    place: path,
    remedy: `Install the other one: npm install circom2@${peerVersion("circom2")}`,
  });
}

function installedCompiler(): { readonly version: string; readonly path: string } {
  try {
    const description = resolve("circom2/package.json");
    const { version } = JSON.parse(readFileSync(description, "utf8")) as { version: string };
    return { version, path: join(dirname(description), "cli.js") };
  } catch (cause) {
    throw missingPeer("circom2", "Compiling a circuit", cause);
  }
}

async function runCompiler(args: readonly string[], cwd: string): Promise<{ code: number | null; output: string }> {
  const compiler = compilerPath();
  return await new Promise((done, failed) => {
    const child = spawn(process.execPath, [compiler, ...args], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (text: string): void => {
      output += text;
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.on("error", failed);
    child.on("close", (code) => done({ code, output }));
  });
}

const COLOURS = /\u001b\[[0-9;]*m/g;

/** Turns circom's report into an error that names file and line. */
function compileError(main: string, report: string): BatchproofError {
  const text = report.replace(COLOURS, "");
  const message = /error\[\w+\]:\s*(.+)/.exec(text)?.[1]?.trim();
  const place = /"([^"\n]+)":(\d+):\d+/.exec(text);
  if (message !== undefined) {
    return inputError(`The circuit does not compile: ${message}`, {
      code: "circom",
      place: place === null ? main : `${place[1] ?? main}:${place[2] ?? ""}`,
      remedy: "Correct the circuit at this place.",
    });
  }
  const lastLines = text.trim().split("\n").slice(-3).join(" ");
  return environmentError(`circom failed: ${lastLines}`, { code: "circom", place: main });
}
