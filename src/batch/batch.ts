import type { ConditionName } from "../formats/constants.ts";
import type { StageHead } from "../formats/head.ts";
import type { DeviceId, PublicKey } from "../formats/identity.ts";
import type { Signature } from "../formats/source.ts";
import type { PartyList } from "../parties/partyList.ts";
import type { Policy } from "../policy/document.ts";
import type { BatchSecrets } from "./secrets.ts";

/** What `openBatch` puts on chain. */
export interface Commitments {
  /** Public signal `batch`. */
  readonly batch: bigint;
  /** head_{-1}: fixes the first custodian and its devices before data exist. */
  readonly opening: bigint;
}

/** What closed a stage: the head that was signed, in what state the material changed hands, and the signatures. */
export interface Handoff {
  readonly head: StageHead;
  readonly condition: ConditionName;
  /** The custodian's; it is made with the head. */
  readonly released: Signature;
  /** The next custodian's, once it is there; none at an internal or last boundary. */
  readonly received?: Signature;
}

/** Who holds the material during a stage. */
export interface Custodian {
  readonly key: PublicKey;
  /** Legal entity or site id. */
  readonly org: string;
}

/** One stage of a batch. What is not known yet, or not here, is absent; times are RFC 3339. */
export interface BatchStage {
  readonly name: string;
  readonly start?: string;
  readonly end?: string;
  readonly custodian?: Custodian;
  /** Up to 8, named before the data exist. */
  readonly devices: readonly DeviceId[];
  /** Number of the seal on the container when the stage ends. */
  readonly seal?: string;
  /** What closed the stage, once its custodian has signed. */
  readonly handoff?: Handoff;
  /** How many hand-offs of the stage were discarded, if any: each head has a salt of its own. */
  readonly discarded?: number;
}

/** Where a batch came from: it began in this folder, or the folder joined it and was told its commitments. */
export type Origin = { readonly coi: string; readonly order: string } | { readonly joined: Commitments };

/** A batch folder, read and checked. */
export interface Batch {
  readonly dir: string;
  readonly lot: string;
  readonly origin: Origin;
  /** What `openBatch` puts on chain; derived once, when the folder is read or made. */
  readonly commitments: Commitments;
  readonly policy: Policy;
  /** parties.json, once the folder has one. */
  readonly parties: PartyList | undefined;
  /** One for each stage of the policy. */
  readonly stages: readonly BatchStage[];
  readonly secrets: BatchSecrets;
}
