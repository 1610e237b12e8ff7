import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/root.ts";
import { MAIN } from "../cli/support.ts";
import { startChild, type Child } from "./child.ts";

/** The shell blocks between two headings of a document, or from one to its end. */
export function blocks(file: string, from: string, to?: string): string[] {
  const text = readFileSync(join(packageRoot(), file), "utf8");
  const part = text.slice(text.indexOf(from), to === undefined ? undefined : text.indexOf(to));
  return [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
}

/** How a script of a document ended. */
export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Only the settings file of the walk counts. */
const environment = (): NodeJS.ProcessEnv => ({ ...process.env, BATCHPROOF_SETTINGS: undefined });

/** Runs a script of a document, to the first line that fails. */
export function shell(script: string, cwd: string): Promise<Ran> {
  const program = `set -euo pipefail\nbatchproof() { "${process.execPath}" "${MAIN}" "$@" 2>&1; }\n${script}`;
  return new Promise((resolve) => {
    execFile("bash", ["-c", program], { cwd, env: environment(), maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr });
    });
  });
}

/** A terminal of its own, in which the last command of a block runs on: a signal reaches that command. */
export function terminal(script: string, cwd: string): Child {
  const program = `set -eu\nbatchproof() { exec "${process.execPath}" "${MAIN}" "$@"; }\ncd "${cwd}"\n${script}`;
  return startChild("bash", ["-c", program], { env: environment() });
}
