import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { run } from "../../cli/program.ts";
import { ended, startChild } from "../support/child.ts";

export const MAIN = join(import.meta.dirname, "../../cli/main.ts");
export const POLICY = "fixtures/policies/fridge-2-8.json";
export const PASSPHRASE = "a passphrase for tests";
export const VALID = ["--from", "2022-01-01T00:00:00Z", "--to", "2090-01-01T00:00:00Z"] as const;

/** Whoever works on the project may have settings of their own in its folder. */
const NO_SETTINGS = { BATCHPROOF_SETTINGS: "" } as const;

type Environment = Readonly<Record<string, string>>;

/** What a run of the command line left behind. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a process of its own. Variables of the caller that would change its answer are not passed on. */
export function batchproofProcess(args: readonly string[], env: Environment = {}): Promise<Run> {
  const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...NO_SETTINGS, ...env };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** The same in this process, without the seconds that a process takes to load; one call at a time. */
export async function batchproof(args: readonly string[], env: Environment = {}): Promise<Run> {
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      printed[name] += String(chunk);
      return true;
    });
  }
  for (const [name, value] of Object.entries({ ...NO_SETTINGS, ...env })) vi.stubEnv(name, value);
  try {
    return { code: await run(args), ...printed };
  } finally {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  }
}

/** Runs with --json and parses stdout. */
export async function batchproofJson(
  args: readonly string[],
  env?: Environment,
): Promise<Run & { readonly json: unknown }> {
  const run = await batchproof([...args, "--json"], env);
  return { ...run, json: JSON.parse(run.stdout) as unknown };
}

/** The document that --json prints for an error. */
interface Refused {
  readonly error: {
    readonly kind: string;
    readonly code: string;
    readonly message: string;
    readonly place?: string;
    readonly remedy?: string;
  };
}

/** Runs with --json and gives the error, with its exit code. */
export async function refusedWith(
  args: readonly string[],
  env?: Environment,
): Promise<Refused["error"] & { readonly exit: number }> {
  const { code, json, stderr } = await batchproofJson(args, env);
  if (!stderr.startsWith("error: ")) throw new Error(`not refused: ${stderr}`);
  return { ...(json as Refused).error, exit: code };
}

/** An empty folder of this test. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), "batchproof-cli-"));
}

let personKeyFile: string | undefined;

/** --person-key, with a key that all registers of a test file share. */
export function personKey(): string[] {
  if (personKeyFile === undefined) {
    personKeyFile = join(scratch(), "person-key.json");
    const text = JSON.stringify({ format: "batchproof-person-key/1", key: "5a".repeat(32) });
    writeFileSync(personKeyFile, text, { mode: 0o600 });
  }
  return ["--person-key", personKeyFile];
}

/** `deploy` of a register that has a folder of its own, all but node and account. */
export function deployWith(secondAdmin: string): string[] {
  const persons = ["--person", "first admin", "--admin-2", secondAdmin, "--person-2", "second admin"];
  return ["deploy", ...persons, ...personKey(), "--deployments", scratch()];
}

/** A copy of a fixture policy in a folder of its own: salts are written beside a policy. */
export function policyCopy(folder = scratch()): string {
  const path = join(folder, "policy.json");
  copyFileSync(POLICY, path);
  return path;
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}

/** A command that goes on after its answer: what it answered, and its end. */
export async function startServing(
  words: readonly string[],
): Promise<{ readonly answer: unknown; readonly stop: () => Promise<number | null> }> {
  const child = startChild(process.execPath, [MAIN, ...words, "--json"]);
  const end = ended(child);
  let printed = "";
  const answer = await new Promise<unknown>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.endsWith("}\n")) resolve(JSON.parse(printed));
    });
    void end.then((code) => reject(new Error(`${words.join(" ")} ended with ${code ?? "a signal"}`)));
  });
  return { answer, stop: () => (child.kill("SIGINT"), end) };
}

/** A `devnet` on a free port, and its end. */
export async function startDevnet(): Promise<{
  readonly url: string;
  readonly accounts: readonly string[];
  readonly stop: () => Promise<number | null>;
}> {
  const { answer, stop } = await startServing(["devnet", "--port", "0"]);
  return { ...(answer as { readonly url: string; readonly accounts: readonly string[] }), stop };
}
