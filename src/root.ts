import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { environmentError } from "./errors.ts";

let found: string | undefined;

/**
 * Absolute path of the folder that holds batchproof's package.json, whether the code runs from the sources or from
 * `dist/`, and whatever the working directory is. Throws `package` if the code was taken out of its package.
 */
export function packageRoot(): string {
  return (found ??= search(dirname(fileURLToPath(import.meta.url))));
}

/** The package's version. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}

function search(folder: string): string {
  if (isBatchproof(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) {
    throw environmentError("The package.json of batchproof is in no folder above the code.", {
      code: "package",
      remedy: "Install batchproof again.",
    });
  }
  return search(parent);
}

function isBatchproof(file: string): boolean {
  if (!existsSync(file)) return false;
  const content: unknown = JSON.parse(readFileSync(file, "utf8"));
  return typeof content === "object" && content !== null && "name" in content && content.name === "batchproof";
}
