import type { SnarkjsProof } from "../formats/snarkjs.ts";
import { contextOf } from "../formats/context.ts";
import type { RegisterEvent } from "./events.ts";
import type { GroupedProof } from "./group.ts";
import { known } from "./incomplete.ts";
import { itemOf } from "./reduceBatch.ts";
import type { RegisterState } from "./state.ts";

/** A proof as the log tells it, and where its result belongs. */
export interface LoggedProof extends GroupedProof {
  readonly key: string;
  readonly claim: number;
  readonly circuitId: string;
  /** Its number among all proofs. */
  readonly proofNumber: number;
  readonly block: number;
  /** The block's time, Unix seconds. */
  readonly time: number;
  readonly transaction: string;
}

/**
 * The statement of `ClaimAttested` or `ClaimAmended`, right after `reduce` played the event; undefined for other events.
 * Batch, rule, context and opened are not the event's: the log's opening and policy, the sender and the time of the
 * opening's block give them.
 */
export function loggedProofOf(state: RegisterState, event: RegisterEvent): LoggedProof | undefined {
  const { name, args, block, time, transaction } = event;
  if (name !== "ClaimAttested" && name !== "ClaimAmended") return undefined;
  const key = args.text("key");
  const { batch, policyId, openingTime } = known(state.batches, key, "batch");
  const item = itemOf(args);
  const rule = known(state.policies, policyId, "policy").claims[item.claim]?.rule ?? "0";
  const context = contextIn(state, args.text("submitter"));
  const { claim, circuitId, head, parties, record, deviations } = item;
  return {
    key,
    claim,
    circuitId,
    proofNumber: state.proofs,
    block,
    time,
    transaction,
    signals: [...[batch, rule, head, parties, record, deviations].map(BigInt), context, BigInt(openingTime)],
    proof: item.proof.map(BigInt),
  };
}

/** Contexts that were computed: few accounts send many proofs. */
const contexts = new WeakMap<RegisterState, Map<string, bigint>>();

function contextIn(state: RegisterState, submitter: string): bigint {
  const computed = contexts.get(state) ?? new Map<string, bigint>();
  contexts.set(state, computed);
  const context = computed.get(submitter) ?? contextOf(BigInt(state.chainId), state.registry, submitter);
  computed.set(submitter, context);
  return context;
}

/** The eight words of a proof as snarkjs writes it: B comes in the order of the EVM. */
export function proofOfWords(words: readonly bigint[]): SnarkjsProof {
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = Array.from({ length: 8 }, (_, i) => String(words[i] ?? 0n)) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    protocol: "groth16",
    curve: "bn128",
    pi_a: [ax, ay, "1"],
    pi_b: [
      [bx0, bx1],
      [by0, by1],
      ["1", "0"],
    ],
    pi_c: [cx, cy, "1"],
  };
}
