import type { KindName } from "./constants.ts";

/** A claim of a batch, as the register has it: what a disclosure is about and is compared with. */
export interface RegisteredClaim {
  readonly chainId: bigint;
  /** Address of the compliance registry. */
  readonly registry: string;
  /** Key of the batch, and its commitment, public signal `batch`. */
  readonly key: string;
  readonly batch: bigint;
  /** Index of the claim in the batch's policy, and what the policy says of it. */
  readonly claim: number;
  readonly stage: number;
  readonly kind: KindName;
  /** Public signal `rule`. */
  readonly rule: bigint;
  /** Evidence of the exceptions on the claim that have some, 0x hex, by their numbers. */
  readonly exceptions: ReadonlyMap<number, string>;
}
