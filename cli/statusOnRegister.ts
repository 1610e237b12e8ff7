import type { Batch } from "../src/batch/batch.ts";
import { headOf } from "../src/batch/commitments.ts";
import { acceptedCircuits, unknownKindsText } from "../src/chain/acceptedCircuits.ts";
import { isAttested } from "../src/chain/attest.ts";
import { registeredBatch, type RegisteredBatch } from "../src/chain/batchState.ts";
import { seatsOf, type Seat } from "../src/chain/seats.ts";
import { blockOf } from "../src/chain/connect.ts";
import type { Register } from "../src/chain/handles.ts";
import { readProofs } from "../src/claims/proofFits.ts";
import { policyIdOfBatch } from "../src/batch/stageQuestion.ts";
import { BatchproofError } from "../src/errors.ts";
import { STATUS } from "../src/formats/codes.ts";
import { lockedCircuitId } from "../src/setup/artifactLock.ts";
import { addressOf, onRegister } from "./chain.ts";
import { required, type Options } from "./command.ts";
import { isDone, type ClaimOnRegister } from "./nextStep.ts";
import { ownersKey } from "./target.ts";

/** What the register says of a folder's batch. */
export interface OnRegister {
  readonly chainId: string;
  readonly registry: string;
  /** Key of the batch. */
  readonly key: string;
  /** Block that was asked, and its time, Unix seconds. */
  readonly block: number;
  readonly time: number;
  /** Undefined: it has no such batch of this owner. */
  readonly known: KnownBatch | undefined;
}

/** A batch that the register has. */
export interface KnownBatch extends Pick<RegisteredBatch, "status" | "release" | "heldBy" | "challenge" | "supply"> {
  readonly openExceptions: number;
  readonly seats: readonly Seat[];
  /** In the policy's order. */
  readonly claims: readonly NonNullable<ClaimOnRegister["register"]>[];
  /** When what is still to come is due, Unix seconds. */
  readonly due: readonly { readonly what: "release" | "completion"; readonly at: bigint }[];
  /** What the folder says otherwise, in words. */
  readonly differences: readonly string[];
}

/** Asks the register of --registry about a folder's batch that --owner opened. Errors: those of `onRegister`. */
export async function askRegister(batch: Batch, options: Options): Promise<OnRegister> {
  return onRegister(options, async (register, chain) => {
    const { number: block, timestamp: time } = await blockOf(chain.provider, "latest");
    const key = ownersKey(batch, addressOf(required(options, "owner"), "--owner"));
    const stages = batch.policy.stages.length;
    const found = await registeredBatch(register, key, stages, block);
    const seats = found === undefined ? [] : await seatsOf(register, key, stages, { blockTag: block });
    return {
      ...{ chainId: chain.chainId.toString(), registry: await register.registry.getAddress(), key, block, time },
      known: found === undefined ? undefined : await knownBatch(batch, register, key, found, seats),
    };
  });
}

async function knownBatch(
  batch: Batch,
  register: Register,
  key: string,
  found: RegisteredBatch,
  seats: readonly Seat[],
): Promise<KnownBatch> {
  const { status, release, heldBy, challenge, supply, stored } = found;
  const has = (claims: bigint, index: number): boolean => ((claims >> BigInt(index)) & 1n) === 1n;
  const claims = batch.policy.claims.map((_, i) => {
    if (has(stored.attested, i)) return has(stored.refused, i) ? "refused" : "attested";
    if (has(stored.refused, i)) return "open";
    return has(stored.settled, i) ? "settled" : "open";
  });
  const { unknownKinds } = await acceptedCircuits(register, key);
  const differences = [
    ...(stored.opening === batch.commitments.opening ? [] : ["the opening"]),
    ...(unknownKinds.length === 0 ? [] : [unknownKindsText(unknownKinds)]),
    ...(stored.policyId === policyIdOfBatch(batch, lockedCircuitId) ? [] : ["the policy"]),
    ...batch.policy.stages.flatMap((name, i) =>
      isFork(batch, i, found.heads[i] ?? 0n) ? [`the end of stage ${name}`] : [],
    ),
  ];
  for (const envelope of await readProofs(batch)) {
    if (claims[envelope.claim] !== "attested" || (await isAttested(register, key, envelope))) continue;
    differences.push(
      `the proof of ${batch.policy.claims[envelope.claim]?.id ?? ""}: the register has attested another one`,
    );
  }
  return {
    ...{ status, release, heldBy, challenge, supply, seats },
    openExceptions: Number(stored.openExceptions),
    claims,
    due: dueOf(batch, found, claims),
    differences,
  };
}

/** Whether the register knows another end of a stage than the folder; a folder that does not know it says nothing. */
function isFork(batch: Batch, index: number, head: bigint): boolean {
  if (head === 0n) return false;
  try {
    return headOf(batch, index).hash !== head;
  } catch (error) {
    if (error instanceof BatchproofError && error.kind === "input") return false;
    throw error;
  }
}

/** An open batch is due for release; a released one for completion, while claims for that are not proven. */
function dueOf({ policy }: Batch, { stored }: RegisteredBatch, claims: KnownBatch["claims"]): KnownBatch["due"] {
  const [release, completion] = stored.due;
  const status = STATUS[Number(stored.status)];
  if (status === "Open") return [{ what: "release", at: release }];
  const isMissing = policy.claims.some(({ neededFor }, i) => neededFor === "completion" && !isDone(claims[i]));
  return status === "Released" && isMissing ? [{ what: "completion", at: completion }] : [];
}
