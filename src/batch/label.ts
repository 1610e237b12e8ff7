import { refusal } from "../errors.ts";
import type { Carrier } from "../formats/carrier.ts";
import { batchKey } from "../formats/context.ts";
import { labelSigner, signLabel, type Label, type SignedLabel } from "../formats/label.ts";
import type { PublicKey } from "../formats/identity.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import type { Batch } from "./batch.ts";
import type { Registration } from "./registration.ts";

/** Where a folder's batch is registered. */
export type Registered = Pick<Registration, "chainId" | "registry" | "owner">;

/** A custodian of a batch, and the stages in which it has the material. */
export interface LabelSigner {
  readonly org: string;
  readonly stages: readonly string[];
}

/** What does not fit between a label and a folder, by the names that answers have for it, and in words. */
export const LABEL_PROBLEMS = {
  "label-chain": "it is of another chain than the folder's batch",
  "label-register": "it is of another register than the folder's batch",
  "label-batch": "it is of another batch than the folder's",
  "label-signature": "no custodian whom the folder knows signed it",
} as const;
export type LabelProblem = keyof typeof LABEL_PROBLEMS;

/**
 * The text of a batch's label. Error `label-signer`: the key is no custodian's whom the folder knows; nobody who has it could check
 * such a label.
 */
export function labelOf(batch: Batch, on: Registered, key: UnlockedKey, carrier: Carrier | undefined): string {
  if (custodianWith(batch, key.description.public) === undefined) {
    throw refusal("This key is not that of a custodian of the batch.", { code: "label-signer" });
  }
  return signLabel({ ...registered(batch, on), ...(carrier === undefined ? {} : { carrier }) }, key);
}

/** Which custodian of the folder signed a label; undefined: none that it knows. */
export function signerOf(batch: Batch, label: SignedLabel): LabelSigner | undefined {
  const keys = batch.stages.flatMap(({ custodian }) => (custodian === undefined ? [] : [custodian.key]));
  const key = labelSigner(label, keys);
  return key === undefined ? undefined : custodianWith(batch, key);
}

/** What speaks against this being the label of the folder's batch; nothing: it is that label, by one of its custodians. */
export function labelProblems(batch: Batch, on: Registered, signed: SignedLabel): LabelProblem[] {
  const [own, label] = [registered(batch, on), signed.label];
  return [
    ...(label.chainId === own.chainId ? [] : (["label-chain"] as const)),
    ...(label.registry.toLowerCase() === own.registry.toLowerCase() ? [] : (["label-register"] as const)),
    ...(label.batch === own.batch ? [] : (["label-batch"] as const)),
    ...(signerOf(batch, signed) === undefined ? (["label-signature"] as const) : []),
  ];
}

function registered({ commitments }: Batch, { chainId, registry, owner }: Registered): Label {
  return { chainId: BigInt(chainId), registry, batch: batchKey(owner, commitments.batch) };
}

function custodianWith({ stages }: Batch, key: PublicKey): LabelSigner | undefined {
  const own = stages.filter(({ custodian }) => custodian?.key.x === key.x && custodian.key.y === key.y);
  const org = own[0]?.custodian?.org;
  return org === undefined ? undefined : { org, stages: own.map(({ name }) => name) };
}
