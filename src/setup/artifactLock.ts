import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { environmentError } from "../errors.ts";
import { writeFileAtomically } from "../input/files.ts";
import { packageRoot } from "../root.ts";
import type { Artifacts } from "./artifacts.ts";
import { assertUsableKey, type UsableKey } from "./keyGate.ts";
import { readVerifyingKey } from "./verifyingKey.ts";

/** What the repository pins of each circuit, so that a changed circuit or key is noticed by whoever builds it. */
export interface LockedCircuit {
  readonly constraints: number;
  readonly sourceHash: string;
  readonly r1csHash: string;
  /** circuitId: keccak256 of the encoded verifying key. */
  readonly vkeyHash: string;
  readonly setup: string;
  readonly compiler: string;
}

/** Entries by circuit name; what is read from a file may be anything. */
type Entries = Readonly<Record<string, Partial<Record<string, unknown>> | null | undefined>>;

const LOCK = "artifacts.lock.json";
/** The verifying keys that the lock file pins, one file a circuit, as snarkjs writes them. */
const KEYS = "verifying-keys";

/**
 * Compares artifacts with the lock file in `root`. Throws an environment error `artifact-lock` that names the first
 * field that differs, or the circuit that is not locked.
 */
export async function checkLock(artifacts: Artifacts, root: string = packageRoot()): Promise<void> {
  const locked = (await readLock(root))[artifacts.name];
  const remedy = "If the circuit was meant to change, write the lock file anew and review the difference.";
  const refuse = (message: string, pointer: string): never => {
    throw environmentError(message, { code: "artifact-lock", place: `${LOCK}#/circuits/${pointer}`, remedy });
  };
  if (locked === undefined || locked === null)
    return refuse(`The circuit ${artifacts.name} is not in the lock file.`, artifacts.name);
  for (const [field, received] of Object.entries(lockEntry(artifacts))) {
    const expected = locked[field];
    if (received !== expected) {
      refuse(
        `${field} of ${artifacts.name} is ${received}, expected ${String(expected)}.`,
        `${artifacts.name}/${field}`,
      );
    }
  }
}

/**
 * The circuitId that the lock file in `root` pins for a circuit, for whoever does not need the circuit itself. Throws an
 * environment error `artifact-lock` for a circuit that is not locked.
 */
export function lockedCircuitId(name: string, root: string = packageRoot()): string {
  return lockedField(name, "vkeyHash", root);
}

/** The circuit whose key the lock file in `root` pins under a circuitId; undefined: it pins none of this id. */
export function circuitNameOf(circuitId: string, root: string = packageRoot()): string | undefined {
  const path = join(root, LOCK);
  const entries = existsSync(path) ? parseLock(readFileSync(path, "utf8"), path) : {};
  return Object.entries(entries).find(([, entry]) => entry?.["vkeyHash"] === circuitId)?.[0];
}

function lockedField(name: string, field: "vkeyHash" | "sourceHash", root: string): string {
  const path = join(root, LOCK);
  const hash = existsSync(path) ? parseLock(readFileSync(path, "utf8"), path)[name]?.[field] : undefined;
  if (typeof hash === "string") return hash;
  throw environmentError(`The circuit ${name} is not in the lock file.`, {
    code: "artifact-lock",
    place: `${LOCK}#/circuits/${name}`,
    remedy: "Check the circuit's name, or write the lock file anew.",
  });
}

/** The hash of the sources that the lock file in `root` pins for a circuit. Error `artifact-lock` as above. */
export function lockedSourceHash(name: string, root: string = packageRoot()): string {
  return lockedField(name, "sourceHash", root);
}

/**
 * The verifying key that the lock file in `root` pins for a circuit: it lies beside the lock file, so that whoever verifies
 * or deploys needs neither circuit nor compiler. Errors: `artifact-lock`, those of `readVerifyingKey` and of the key gate
 * (`key-id`: the file is not the key that is pinned).
 */
export async function lockedKey(name: string, root: string = packageRoot()): Promise<UsableKey> {
  const circuitId = lockedCircuitId(name, root);
  return await assertUsableKey({ vkey: await readVerifyingKey(keyFile(root, name)), circuitId });
}

function keyFile(root: string, name: string): string {
  return join(root, KEYS, `${name}.json`);
}

/** Pins the given artifacts in `root`, in the lock file and with their verifying keys; those of other circuits stay. */
export async function writeLock(artifacts: readonly Artifacts[], root: string = packageRoot()): Promise<void> {
  const entries = new Map<string, unknown>(Object.entries(await readLock(root)));
  for (const artifact of artifacts) entries.set(artifact.name, lockEntry(artifact));
  for (const { name, vkey } of artifacts) {
    await mkdir(join(root, KEYS), { recursive: true });
    await writeFileAtomically(keyFile(root, name), await readFile(vkey, "utf8"));
  }
  const circuits = Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFileAtomically(join(root, LOCK), `${JSON.stringify({ circuits }, null, 2)}\n`);
}

function lockEntry({ constraints, sourceHash, r1csHash, circuitId, setup, compiler }: Artifacts): LockedCircuit {
  return { constraints, sourceHash, r1csHash, vkeyHash: circuitId, setup, compiler };
}

async function readLock(root: string): Promise<Entries> {
  const path = join(root, LOCK);
  return existsSync(path) ? parseLock(await readFile(path, "utf8"), path) : {};
}

function parseLock(text: string, path: string): Entries {
  let cause: unknown;
  try {
    const lock = JSON.parse(text) as { circuits?: unknown } | null;
    if (typeof lock?.circuits === "object" && lock.circuits !== null) return lock.circuits as Entries;
  } catch (error) {
    cause = error;
  }
  throw environmentError("The lock file cannot be read.", { code: "artifact-lock", place: path, cause });
}
