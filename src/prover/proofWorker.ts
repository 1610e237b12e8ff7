import { curves } from "snarkjs";
import { makeProof, type ProofJob } from "./makeProof.ts";
import type { ProofAnswer } from "./proofPool.ts";

/** A process of the pool: makes one proof after the other, each when it is sent. */

/** snarkjs looks here for its curve before it starts threads of its own. */
const kept = globalThis as { curve_bn128?: unknown };
// There is one process for each core: threads of snarkjs' own in each of them would only get in each other's way.
const curve = curves.getCurveFromName("bn128", { singleThread: true });

function answer(message: ProofAnswer): void {
  // A parent that was killed takes no answer, and "disconnect" ends this process too: that is no error to be printed.
  process.send?.(message, undefined, undefined, () => undefined);
}

process.on("message", (job: ProofJob) => {
  void curve
    .then((made) => {
      kept.curve_bn128 = made;
      return makeProof(job);
    })
    .then(
      (raw) => answer({ raw }),
      (error: unknown) => answer({ error: error instanceof Error ? error.name : "unknown" }),
    );
});
// The parent is gone: nobody waits for an answer.
process.on("disconnect", () => process.exit(0));
