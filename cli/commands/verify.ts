import type { ErrorCode } from "../../src/errorCodes.ts";
import { circuitNamed, CIRCUITS } from "../../src/kinds/circuits.ts";
import { contextOf } from "../../src/formats/context.ts";
import { BatchproofError, refusal } from "../../src/errors.ts";
import { SIGNALS } from "../../src/formats/constants.ts";
import { readJson } from "../../src/input/json.ts";
import { ENVELOPE_FILE, snarkjsProof, type Envelope } from "../../src/prover/envelope.ts";
import { verifyProof } from "../../src/prover/verify.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { assertUsableKey } from "../../src/setup/keyGate.ts";
import { fromSnarkjsKey } from "../../src/setup/verifyingKey.ts";
import { DEVELOPMENT_WARNING, lockedCircuit } from "../circuits.ts";
import { text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";

/** `verify`. */
export async function verify([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const envelope = await ENVELOPE_FILE.read(file);
  const vkey = text(options, "vkey") ?? (await lockedCircuit(circuitNamed(envelope.circuit, `${file}#/circuit`))).vkey;
  const { verifyingKey, circuitId, setup } = await assertUsableKey({
    vkey: fromSnarkjsKey(await readJson(vkey), vkey),
    circuitId: envelope.circuitId,
  });
  await placedIn(file, () => verifyProof(verifyingKey, envelope.signals, snarkjsProof(envelope)));
  requireHonest(envelope, setup, file);
  const pinned = isPinned(envelope);
  const signals = Object.fromEntries(SIGNALS.map((name, i) => [name, envelope.signals[i] ?? ""]));
  const key = pinned
    ? "pinned in artifacts.lock.json"
    : "NOT pinned in artifacts.lock.json: trust it only if the register has it";
  const fields = {
    circuit: envelope.circuit,
    circuitId,
    key,
    setup,
    policyId: envelope.policyId,
    claim: envelope.claim,
  };
  return {
    text: [
      "The proof is valid.",
      fieldLines({ ...fields, ...signals }),
      "It speaks of these signals only: compare batch, rule, head and parties with the register (batchproof audit does).",
      ...(setup === "development" ? [DEVELOPMENT_WARNING] : []),
    ].join("\n"),
    json: { valid: true, pinned, ...fields, key: vkey, development: setup === "development", signals },
  };
}

/** Puts the file before the pointer of what is refused. */
async function placedIn(file: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.kind !== "no") throw error;
    const { message, place = "", code } = error;
    throw refusal(message, {
      ...(code === undefined ? {} : { code }),
      // snarkjs says pi_a where an envelope says a.
      place: `${file}#/${place.replace("pi_", "")}`,
      remedy: "Ask for the proof again; this one proves nothing.",
      cause: error,
    });
  }
}

/** What the envelope says in words must be what its key and its signals say. Errors `setup`, `context`, `circuit`. */
function requireHonest(envelope: Envelope, setup: Envelope["setup"], file: string): void {
  const refuse = (code: ErrorCode, message: string, pointer: string): never => {
    throw refusal(message, { code, place: `${file}#/${pointer}`, remedy: "Ask for the proof again, as it was made." });
  };
  if (envelope.setup !== setup) refuse("setup", `The key is a ${setup} key, the envelope says otherwise.`, "setup");
  const { chainId, registry, submitter } = envelope;
  if (envelope.signals[SIGNALS.indexOf("context")] !== contextOf(BigInt(chainId), registry, submitter).toString()) {
    refuse(
      "context",
      "The proof is bound to another chain, registry or submitter than the envelope says.",
      "submitter",
    );
  }
  const known = CIRCUITS.find(({ name }) => name === envelope.circuit);
  if (known !== undefined && known.tier !== envelope.tier) {
    refuse(
      "circuit",
      `The capacity of circuit ${known.name} is ${known.tier}, the envelope says ${envelope.tier}.`,
      "tier",
    );
  }
}

/** Whether the key is the one that the lock file pins for the circuit: a key from a stranger proves nothing. */
function isPinned({ circuit, circuitId }: Envelope): boolean {
  return CIRCUITS.some(({ name }) => name === circuit) && lockedCircuitId(circuit) === circuitId;
}
