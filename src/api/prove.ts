import { resolve } from "node:path";
import { readBatch } from "../batch/folder.ts";
import { rememberedOpening } from "../batch/registration.ts";
import { proveClaims, type ProvenClaim } from "../claims/proveClaim.ts";
import { unlockKey } from "../parties/keys.ts";
import { allClaims, claimNamed } from "../policy/document.ts";
import type { Destination } from "../prover/prove.ts";
import { lockedCircuitId } from "../setup/artifactLock.ts";
import { usableArtifacts } from "../setup/lockedArtifacts.ts";

/** Proofs of a batch's claims. */
export type { Destination, ProvenClaim };
export type { Envelope } from "../prover/envelope.ts";

export interface ProveBatchOptions {
  /** Ids of the claims to prove; all if not given. */
  readonly claims?: readonly string[];
  /** Folder of artifacts that `setup --artifacts` made; without it they are made on first need. */
  readonly artifacts?: string;
  /** The first custodian's key file and its passphrase, for custody of the first stage. */
  readonly key?: { readonly file: string; readonly passphrase: string };
  /** Proofs made side by side. */
  readonly workers?: number;
  /** When the batch was opened, Unix seconds, as the register says; default: what the folder remembers. */
  readonly opened?: bigint;
  /** Whether a development key may be used for a chain that is not local. */
  readonly allowDevelopment?: boolean;
}

/**
 * Proves claims of a batch folder for one submitter, chain and registry, and writes each proof into `proofs/`. Refuses what
 * `checkBatch` calls a failure (kind "no", code: the rule). Takes the package snarkjs. Errors: those of `readBatch`,
 * `unlockKey`, `proveClaims` and `usableArtifacts`.
 */
export async function proveBatch(
  dir: string,
  destination: Destination,
  options: ProveBatchOptions = {},
): Promise<ProvenClaim[]> {
  const batch = await readBatch(dir);
  const { claims: ids, artifacts, key, workers, allowDevelopment = false } = options;
  const claims = ids === undefined ? allClaims(batch.policy) : ids.map((id) => claimNamed(batch.policy, id));
  const store = artifacts === undefined ? {} : { store: resolve(artifacts) };
  const siteKey = key === undefined ? undefined : await unlockKey(key.file, key.passphrase);
  const opened = options.opened ?? (await rememberedOpening(dir));
  const artifactsOf = usableArtifacts({ chainId: destination.chainId, allowDevelopment, ...store });
  return await proveClaims(
    batch,
    claims,
    { destination, artifactsOf, circuitIdOf: lockedCircuitId, siteKey, opened },
    workers,
  );
}
