import type { SnarkjsProof } from "../formats/snarkjs.ts";
import type { CircuitInput } from "../kinds/circuitInput.ts";

/** One proof to make: the private input, and the artifacts of its circuit. */
export interface ProofJob {
  readonly input: CircuitInput;
  readonly wasm: string;
  readonly zkey: string;
}

/** A proof with its public signals, as snarkjs gives them. */
export interface RawProof {
  readonly proof: SnarkjsProof;
  readonly publicSignals: readonly string[];
}

export type MakeProof = (job: ProofJob) => Promise<RawProof>;

/** Witness and proof, in this thread and snarkjs' own ones. The witness stays in memory. */
export async function makeProof({ input, wasm, zkey }: ProofJob): Promise<RawProof> {
  const { groth16, wtns } = await import("snarkjs");
  const witness = { type: "mem" } as const;
  await wtns.calculate(input, wasm, witness);
  return await groth16.prove(zkey, witness);
}
