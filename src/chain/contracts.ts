import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { Interface, type JsonFragment } from "ethers";
import { environmentError } from "../errors.ts";
import { packageRoot } from "../root.ts";

/** The contracts that a deployment consists of, in the order of deployment. The last two are deployed by the one before them. */
export const CONTRACTS = [
  "Roles",
  "CircuitRegistry",
  "PolicyRegistry",
  "PartyRegistry",
  "ConsentRegistry",
  "ComplianceRegistry",
  "DisclosureRequests",
  "ReleaseGate",
] as const;
export type ContractName = (typeof CONTRACTS)[number];

export interface CompiledContract {
  readonly abi: readonly JsonFragment[];
  readonly interface: Interface;
  /** Creation code, 0x hex. */
  readonly bytecode: string;
  /** Code on chain, 0x hex. */
  readonly deployedBytecode: string;
}

interface Artifact {
  readonly abi: readonly JsonFragment[];
  readonly bytecode: string;
  readonly deployedBytecode: string;
}

interface BuildInfo {
  readonly input: { readonly sources: Readonly<Record<string, { readonly content: string }>> };
}

const ARTIFACTS = "build/hardhat/artifacts";
/** What an installed package has in its place: one file a contract, with ABI and codes. */
export const SHIPPED = "dist/contracts";
/** How Hardhat names a source of this package, as opposed to one of a dependency. */
const OWN_SOURCE = "project/";

const loaded = new Map<ContractName, CompiledContract>();

/**
 * ABI and code of a contract, from the build or, in an installed package, from what was shipped. Throws `contracts` if it was not built, or if a source has changed since
 * (compared by content, so touching a file does no harm).
 */
export function compiled(name: ContractName): CompiledContract {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const { abi, bytecode, deployedBytecode } = existsSync(join(packageRoot(), ARTIFACTS)) ? built(name) : shipped(name);
  const contract = { abi, bytecode, deployedBytecode, interface: new Interface(abi) };
  loaded.set(name, contract);
  return contract;
}

function built(name: ContractName): Artifact {
  const artifact = readBuild(`contracts/${name}.sol/${name}.json`) as Artifact & { readonly buildInfoId: string };
  requireFresh(name, artifact.buildInfoId);
  return artifact;
}

function shipped(name: ContractName): Artifact {
  const path = join(packageRoot(), SHIPPED, `${name}.json`);
  if (!existsSync(path)) throw stale(`${ARTIFACTS}/${name}`, "was not built");
  return JSON.parse(readFileSync(path, "utf8")) as Artifact;
}

/** Compares the sources that the contract was built from, its own imports included, with those on disk. */
function requireFresh(name: ContractName, buildInfoId: string): void {
  const { sources } = (readBuild(`build-info/${buildInfoId}.json`) as BuildInfo).input;
  for (const file of withImports(`contracts/${name}.sol`, sources)) {
    const path = join(packageRoot(), file);
    if (!existsSync(path) || readFileSync(path, "utf8") !== sources[OWN_SOURCE + file]?.content) {
      throw stale(file, "changed since the last build");
    }
  }
}

/** A source of this package and all others of it that it imports. (A build may hold sources of other contracts too.) */
function withImports(file: string, sources: BuildInfo["input"]["sources"], seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const content = sources[OWN_SOURCE + file]?.content ?? "";
  for (const [, path] of content.matchAll(/^(?:import|\}) .*?"(\.[^"]+)";$/gm)) {
    withImports(posix.join(posix.dirname(file), path ?? ""), sources, seen);
  }
  return seen;
}

/** A file of our own build: its shape is Hardhat's, so callers assert it and do not parse. */
function readBuild(file: string): unknown {
  const path = join(packageRoot(), ARTIFACTS, file);
  if (!existsSync(path)) throw stale(`${ARTIFACTS}/${file}`, "was not built");
  return JSON.parse(readFileSync(path, "utf8"));
}

function stale(place: string, what: string): Error {
  return environmentError(`The contracts are not ready: ${place} ${what}.`, {
    code: "contracts",
    place,
    remedy: "Run `npm run build`.",
  });
}
