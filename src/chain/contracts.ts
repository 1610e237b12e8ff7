import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { dataLength, Interface, keccak256, type JsonFragment } from "ethers";
import { environmentError } from "../errors.ts";
import { packageRoot } from "../root.ts";

/** The contracts that a deployment consists of, in the order of deployment. */
export const CONTRACTS = [
  "Roles",
  "CircuitRegistry",
  "PolicyRegistry",
  "PartyRegistry",
  "ConsentRegistry",
  "DisclosureRequests",
  "QualifiedPersons",
  "ReleaseGate",
  "ComplianceRegistry",
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

/**
 * By what the code of a contract is recognised: lengths in bytes and keccak256, 0x hex. As good as the code itself, and no page
 * need load that.
 */
export interface Edition {
  /** Code on chain, with zeros for immutables. */
  readonly code: Fingerprint;
  /** Code that makes it, without the arguments of the constructor. */
  readonly creation: Fingerprint;
  readonly immutables: Immutables;
}

export interface Fingerprint {
  readonly length: number;
  readonly hash: string;
}

/** Where immutables stand in a contract's code on chain: by name, the offsets in bytes of words of 32. */
export type Immutables = Readonly<Record<string, readonly number[]>>;

interface BuildInfo {
  readonly input: { readonly sources: Readonly<Record<string, { readonly content: string }>> };
}

/** What the compiler says of the places of immutables: it names them by the node of its syntax tree. */
interface References {
  readonly buildInfoId: string;
  readonly immutableReferences: Readonly<Record<string, readonly { readonly start: number }[]>>;
}

const ARTIFACTS = "build/hardhat/artifacts";
/** What an installed package has in its place: one file a contract, with ABI, codes and the places of its immutables. */
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
  const { abi, bytecode, deployedBytecode } = isBuilt() ? built(name) : shipped(name);
  const contract = { abi, bytecode, deployedBytecode, interface: new Interface(abi) };
  loaded.set(name, contract);
  return contract;
}

/** The immutables of a contract. Throws `contracts` if it was not built. */
export function immutablesOf(name: ContractName): Immutables {
  return isBuilt() ? builtImmutables(name) : shipped(name).immutables;
}

const editions = new Map<ContractName, Edition>();

/** By what the code of a contract is recognised. Errors: those of `compiled`. */
export function editionOf(name: ContractName): Edition {
  const known = editions.get(name);
  if (known !== undefined) return known;
  const { bytecode, deployedBytecode } = compiled(name);
  const [code, creation] = [fingerprint(deployedBytecode), fingerprint(bytecode)];
  const edition = { code, creation, immutables: immutablesOf(name) };
  editions.set(name, edition);
  return edition;
}

function fingerprint(code: string): Fingerprint {
  return { length: dataLength(code), hash: keccak256(code) };
}

function isBuilt(): boolean {
  return existsSync(join(packageRoot(), ARTIFACTS));
}

function built(name: ContractName): Artifact {
  const artifact = readArtifact(name) as Artifact & References;
  requireFresh(name, artifact.buildInfoId);
  return artifact;
}

function readArtifact(name: ContractName): unknown {
  return readBuild(`contracts/${name}.sol/${name}.json`);
}

/** Syntax trees are large: they are read only for this, and once for each build. */
function builtImmutables(name: ContractName): Immutables {
  const { buildInfoId, immutableReferences } = readArtifact(name) as References;
  let names = variables.get(buildInfoId);
  if (names === undefined) {
    const { output } = readBuild(`build-info/${buildInfoId}.output.json`) as { output: { sources: unknown } };
    variables.set(buildInfoId, (names = variableNames(output.sources)));
  }
  const known = names;
  return Object.fromEntries(
    Object.entries(immutableReferences).map(([id, places]) => {
      const variable = known.get(Number(id));
      if (variable === undefined) throw stale(`${ARTIFACTS}/build-info/${buildInfoId}`, "is of another build");
      return [variable, places.map(({ start }) => start)];
    }),
  );
}

const variables = new Map<string, ReadonlyMap<number, string>>();

/** The name of every variable in syntax trees, by the number of its declaration. */
function variableNames(tree: unknown, names = new Map<number, string>()): Map<number, string> {
  if (typeof tree !== "object" || tree === null) return names;
  const { nodeType, id, name } = tree as { nodeType?: unknown; id?: unknown; name?: unknown };
  if (nodeType === "VariableDeclaration") names.set(Number(id), String(name));
  for (const part of Object.values(tree)) variableNames(part, names);
  return names;
}

function shipped(name: ContractName): Artifact & { readonly immutables: Immutables } {
  const path = join(packageRoot(), SHIPPED, `${name}.json`);
  if (!existsSync(path)) throw stale(`${ARTIFACTS}/${name}`, "was not built");
  return JSON.parse(readFileSync(path, "utf8")) as Artifact & { readonly immutables: Immutables };
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
