import { LOCAL_CHAINS } from "../formats/constants.ts";
import { checkLock, lockedSourceHash } from "./artifactLock.ts";
import { ensureArtifacts, type Artifacts, type CircuitSource } from "./artifacts.ts";
import { assertUsableKey } from "./keyGate.ts";
import type { Progress } from "./progress.ts";

export interface LockedOptions {
  /** Folder that `setup --artifacts` made, where they must be; without it they are made on first need. */
  readonly store?: string;
  readonly onProgress?: Progress;
}

/** A circuit's artifacts, which are what the lock file pins. Errors: those of `ensureArtifacts` and `checkLock`. */
export async function lockedArtifacts(circuit: CircuitSource, options: LockedOptions = {}): Promise<Artifacts> {
  const made = options.store === undefined ? {} : { made: lockedSourceHash(circuit.name) };
  const artifacts = await ensureArtifacts(circuit, { ...options, ...made });
  await checkLock(artifacts);
  return artifacts;
}

export interface UsableOptions extends LockedOptions {
  /** The chain that the proofs are for. */
  readonly chainId: bigint;
  /** Whether a development key may be used for a chain that is not local. */
  readonly allowDevelopment?: boolean;
}

/**
 * Whether proofs for a chain may be made with a development key: on a local chain, or where `asked` says so by name. What a
 * register takes is the register's own: `CircuitRegistry.developmentAllowed`.
 */
export function developmentAllowed(chainId: bigint, asked: boolean): boolean {
  return asked || LOCAL_CHAINS.includes(chainId);
}

/** Gives artifacts whose key has passed the gate for a chain, looked up or made once for each circuit. */
export function usableArtifacts(options: UsableOptions): (circuit: CircuitSource) => Promise<Artifacts> {
  const { chainId, allowDevelopment = false } = options;
  const allowed = developmentAllowed(chainId, allowDevelopment);
  const known = new Map<string, Promise<Artifacts>>();
  const make = async (circuit: CircuitSource): Promise<Artifacts> => {
    const artifacts = await lockedArtifacts(circuit, options);
    const { zkey: zkeyPath, r1cs: r1csPath, circuitId } = artifacts;
    await assertUsableKey({ zkeyPath, r1csPath, circuitId, allowDevelopment: allowed });
    return artifacts;
  };
  return (circuit) => {
    const found = known.get(circuit.name) ?? make(circuit);
    known.set(circuit.name, found);
    return found;
  };
}
