import type { ErrorCode } from "../errorCodes.ts";
import { BatchproofError, refusal } from "../errors.ts";
import { SIGNALS, type Signals } from "../formats/constants.ts";
import { contextOf } from "../formats/context.ts";
import { toHex } from "../formats/field.ts";
import { CIRCUITS } from "../kinds/circuits.ts";
import { lockedCircuitId, lockedKey } from "../setup/artifactLock.ts";
import { assertUsableKey, type SetupKind, type UsableKey } from "../setup/keyGate.ts";
import type { VerifyingKey } from "../setup/verifyingKey.ts";
import { snarkjsProof, type Envelope } from "./envelope.ts";
import { verifyProof } from "./verify.ts";

/** What a valid proof says, and what is only written beside it. */
export interface VerifiedProof {
  readonly circuit: string;
  readonly circuitId: string;
  readonly setup: SetupKind;
  /** Whether the lock file pins the key: a key from a stranger proves nothing. */
  readonly pinned: boolean;
  /** What the proof binds: hashes as 0x and 64 hex digits, as every command prints them; `deviations`, a set, and `opened`, Unix seconds, in decimal. */
  readonly bound: {
    readonly signals: Readonly<Record<keyof Signals, string>>;
    /** What signal `context` is the hash of. */
    readonly chainId: string;
    readonly registry: string;
    readonly submitter: string;
  };
  /** What the file says besides: compare it with the register. */
  readonly beside: { readonly policyId: string; readonly claim: number };
}

/**
 * Verifies the proof of an envelope and holds what the envelope says against what it proves. Nothing is compiled, and no
 * file is read but the lock file and the verifying key beside it. Refusals: those of `verifyProof`; `circuit` (the lock file
 * pins no such circuit, or another circuitId or capacity of it), `setup`, `context` (the envelope says something else than
 * key and signals). Errors of the key gate for a given key.
 * @param place the envelope's file, for errors
 * @param key another key than the pinned one
 */
export async function verifyEnvelope(envelope: Envelope, place: string, key?: VerifyingKey): Promise<VerifiedProof> {
  const { circuit, circuitId } = envelope;
  const pinned = isPinned(envelope);
  const usable = key === undefined ? await pinnedKey(envelope, place) : await assertUsableKey({ vkey: key, circuitId });
  placedIn(place, () => verifyProof(usable.verifyingKey, envelope.signals, snarkjsProof(envelope)));
  requireHonest(envelope, usable.setup, place);
  const { setup } = usable;
  const signals = Object.fromEntries(
    SIGNALS.map((name, i) => {
      const value = String(envelope.signals[i]);
      return [name, name === "deviations" || name === "opened" ? value : toHex(BigInt(value))];
    }),
  );
  const { chainId, registry, submitter, policyId, claim } = envelope;
  return {
    ...{ circuit, circuitId, setup, pinned },
    bound: { signals: signals as Record<keyof Signals, string>, chainId, registry, submitter },
    beside: { policyId, claim },
  };
}

/** Whether the lock file pins this circuitId of this circuit. */
export function isPinned({ circuit, circuitId }: Pick<Envelope, "circuit" | "circuitId">): boolean {
  return CIRCUITS.some(({ name }) => name === circuit) && lockedCircuitId(circuit) === circuitId;
}

async function pinnedKey(envelope: Envelope, place: string): Promise<UsableKey> {
  if (isPinned(envelope)) return await lockedKey(envelope.circuit);
  throw refusal(`artifacts.lock.json pins no circuit "${envelope.circuit}" of this circuitId.`, {
    code: "circuit",
    place: `${place}#/circuitId`,
    remedy: "Ask for a proof of a circuit of this version, or verify it with the version that made it.",
  });
}

/** Puts the file before the pointer of what is refused. */
function placedIn(file: string, run: () => void): void {
  try {
    run();
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
  // An address is the same in every case; a wrong checksum is nothing that a proof could say.
  const [registry, submitter] = [envelope.registry.toLowerCase(), envelope.submitter.toLowerCase()];
  const { chainId } = envelope;
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
