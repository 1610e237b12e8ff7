import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentError, type BatchproofError } from "./errors.ts";
import { packageRoot } from "./root.ts";

/**
 * Packages that some work needs and most users never do: optional peer dependencies, so that an installation is small.
 * Versions are those of package.json.
 */
export type Peer = "circom2" | "circomlib" | "hardhat" | "snarkjs";

/** The exact version that belongs to this version of batchproof. */
export function peerVersion(name: Peer): string {
  const { peerDependencies } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
    peerDependencies: Readonly<Record<Peer, string>>;
  };
  return peerDependencies[name];
}

/** Loads a peer with `load`. `work`: what needs it. Error `package-missing`: it is not installed. */
export async function loadPeer<T>(name: Peer, work: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw missingPeer(name, work, cause);
  }
}

/** The error `package-missing`. */
export function missingPeer(name: Peer, work: string, cause?: unknown): BatchproofError {
  const wanted = `${name}@${peerVersion(name)}`;
  return environmentError(`${work} takes the package ${name}, which is not installed.`, {
    code: "package-missing",
    place: name,
    remedy: `Install it: npm install ${wanted}`,
    cause,
  });
}
