import { spawn } from "node:child_process";

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** For key files that tests make. */
export const PASSPHRASE = "a passphrase for tests only";

/** Runs the command line as a child process, as a user does. */
export async function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["cli/main.ts", ...args], {
      env: { ...process.env, BATCHPROOF_PASSPHRASE: PASSPHRASE, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a command that must succeed, and returns its `--json` document. */
export async function cliJson<T>(args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await cli([...args, "--json"]);
  if (code !== 0) throw new Error(`batchproof ${args.join(" ")}: exit ${code}\n${stderr}`);
  return JSON.parse(stdout) as T;
}
