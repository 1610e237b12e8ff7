import { policyIdOf, type ChainPolicy } from "../src/formats/chainPolicy.ts";
import { chainPolicy } from "../src/kinds/policyId.ts";
import type { Policy } from "../src/policy/document.ts";
import { readSalts } from "../src/policy/salts.ts";
import { circuitIds } from "./circuits.ts";
import { list, type Options } from "./command.ts";
import { readSoundPolicy } from "../src/review/soundPolicy.ts";

/** A policy as the chain stores it, and its id. */
export interface IdentifiedPolicy {
  readonly policy: Policy;
  readonly stored: ChainPolicy;
  readonly policyId: string;
}

/** The policy of a file with its salts beside it: the errors of `readSoundPolicy`, and of `identified`. */
export async function readIdentified(file: string, options: Options): Promise<IdentifiedPolicy> {
  return identified(file, await readSoundPolicy(file), options);
}

/** A policy that was read from a file, under its id: the errors of `readSalts`, `chainPolicy` and `circuitIds`. */
export async function identified(file: string, policy: Policy, options: Options): Promise<IdentifiedPolicy> {
  const stored = chainPolicy(policy, await readSalts(file, policy), circuitIds(list(options, "circuitId")));
  return { policy, stored, policyId: policyIdOf(stored) };
}
