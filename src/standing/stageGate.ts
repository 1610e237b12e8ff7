import { acceptedCircuits } from "../chain/acceptedCircuits.ts";
import { blockOf, type Chain, type ChainBlock } from "../chain/connect.ts";
import type { Register } from "../chain/handles.ts";
import { explained } from "../chain/revert.ts";
import type { ReleaseName } from "../formats/codes.ts";
import { formatTime } from "../input/times.ts";
import type { Policy } from "../policy/document.ts";
import type { ReasonCode } from "./answer.ts";
import { askGate } from "./gate.ts";
import type { StageQuestion } from "./judge.ts";

/** What is filed with an answer of the register: about what, where and when. */
export interface FiledRecord {
  /** Key of the batch. */
  readonly batch: string;
  readonly register: string;
  readonly chain: string;
  readonly block: number;
  /** Of that block, RFC 3339. */
  readonly time: string;
  /** Claims for which an accepted exception stands in place of a proof, by their ids: what people settled is not proven. */
  readonly settled: readonly string[];
  /** The batch's policy accepts proofs of development keys. */
  readonly developmentKeys: boolean;
}

/** What is filed of a batch, of which a folder has the policy, at a block. Errors: those of `explained`. `key`: key of the batch. */
export async function filedRecord(
  register: Register,
  { chainId }: Pick<Chain, "chainId">,
  { claims }: Policy,
  key: string,
  { number: block, timestamp }: ChainBlock,
): Promise<FiledRecord> {
  const { registry } = register;
  const at = { blockTag: block };
  const { developmentKeys } = await acceptedCircuits(register, key, at);
  const { attested, settled } = await explained(() => registry.batchOf(key, at));
  const unproven = settled & ~attested;
  return {
    ...{ batch: key, register: await registry.getAddress(), chain: chainId.toString(), block },
    time: formatTime(timestamp),
    settled: claims.flatMap(({ id }, index) => ((unproven >> BigInt(index)) & 1n ? [id] : [])),
    developmentKeys,
  };
}

/** The answer to whether a stage may begin. */
export interface StageGate {
  /** Key of the batch. */
  readonly key: string;
  /** Name of the stage. */
  readonly stage: string;
  readonly ready: boolean;
  readonly release: ReleaseName;
  readonly isExceptionalSupply: boolean;
  /** In words: why it may not begin, and what must be known besides. Of development keys the record speaks. */
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  /** Names of all of these, in their order. */
  readonly codes: readonly ReasonCode[];
  readonly record: FiledRecord;
}

/** Asks whether a stage of a folder's batch may begin, all of one block. Errors: those of `askGate`. `key`: key of the batch. */
export async function askStage(
  register: Register,
  chain: Pick<Chain, "provider" | "chainId">,
  { key, policy }: { readonly key: string; readonly policy: Policy },
  question: StageQuestion,
): Promise<StageGate> {
  const block = await blockOf(chain.provider, "latest");
  const asked = { key, block: block.number, now: Math.floor(Date.now() / 1000), ...question };
  const { ready, release, isExceptionalSupply, reasons, notes } = await askGate(register, chain, asked);
  const others = notes.filter(({ code }) => code !== "development-keys");
  return {
    ...{ key, stage: policy.stages[question.stage] ?? "", ready, release, isExceptionalSupply },
    ...{ reasons: reasons.map(({ text }) => text), notes: others.map(({ text }) => text) },
    codes: [...reasons, ...others].map(({ code }) => code),
    record: await filedRecord(register, chain, policy, key, block),
  };
}
