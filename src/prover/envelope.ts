import { SIGNALS, type Signals } from "../formats/constants.ts";
import type { SnarkjsProof } from "../formats/snarkjs.ts";
import { ADDRESS, COUNT, defineDocument, object } from "../formats/document.ts";
import type { ProofEnvelope } from "../formats/proof.ts";

const FORMAT = "batchproof-proof/1";

/** A proof as it is stored and sent: `proofs/<claim>.json`. Nothing in it is private. */
export interface Envelope extends ProofEnvelope {
  readonly format: typeof FORMAT;
  /** Name and capacity of the circuit. */
  readonly circuit: string;
  readonly tier: number;
  readonly setup: "development" | "ceremony";
  readonly policyId: string;
  /** The account, chain and registry that the signal `context` binds the proof to. */
  readonly submitter: string;
  readonly chainId: string;
  readonly registry: string;
}

const NUMBER = { type: "string", maxLength: 78 } as const;
const WORD = { type: "string", pattern: "^0x[0-9a-f]{64}$" } as const;
const PAIR = { type: "array", minItems: 2, maxItems: 2, items: NUMBER } as const;

/**
 * The file of an envelope. Only its shape is checked here: `verifyProof` judges the numbers, so that each wrong number
 * gets its own answer.
 */
export const ENVELOPE_FILE = defineDocument<Envelope>(FORMAT, "envelope", {
  circuit: { type: "string", maxLength: 60 },
  tier: COUNT,
  circuitId: WORD,
  setup: { enum: ["development", "ceremony"] },
  policyId: WORD,
  claim: COUNT,
  signals: { type: "array", maxItems: 100, items: {} },
  proof: object({ a: PAIR, b: { type: "array", minItems: 2, maxItems: 2, items: PAIR }, c: PAIR }),
  submitter: ADDRESS,
  chainId: { type: "string", pattern: "^[1-9][0-9]{0,19}$" },
  registry: ADDRESS,
});

/** What an envelope says besides the proof itself. */
export type EnvelopeContext = Omit<Envelope, "format" | "signals" | "proof">;

export function makeEnvelope(context: EnvelopeContext, signals: Signals, proof: SnarkjsProof): Envelope {
  const [x, y] = proof.pi_b;
  return {
    format: FORMAT,
    ...context,
    signals: SIGNALS.map((name) => signals[name].toString()),
    proof: { a: proof.pi_a.slice(0, 2), b: [x ?? [], y ?? []], c: proof.pi_c.slice(0, 2) },
  };
}

/** The proof of an envelope as snarkjs writes it. */
export function snarkjsProof({ proof }: ProofEnvelope): SnarkjsProof {
  return {
    protocol: "groth16",
    curve: "bn128",
    pi_a: [...proof.a, "1"],
    pi_b: [...proof.b.map((pair) => [...pair]), ["1", "0"]],
    pi_c: [...proof.c, "1"],
  };
}
