import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentError } from "../src/errors.ts";
import { packageRoot } from "../src/root.ts";

/**
 * Says which Node.js runs and which one is needed. Error `node`: it is too old, so that modules of Node.js are missing which a
 * command only loads when it runs.
 */
export function requireNode(): string {
  const { engines } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
    engines: { node: string };
  };
  const wanted = engines.node.replace(">=", "");
  if (process.versions.node.localeCompare(wanted, "en", { numeric: true }) < 0) {
    throw environmentError(`Node.js ${process.versions.node} is too old, expected ${engines.node}.`, {
      code: "node",
      remedy: "Install a newer Node.js.",
    });
  }
  return `${process.versions.node}, needed ${engines.node}`;
}
