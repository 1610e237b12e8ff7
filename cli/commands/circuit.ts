import { type Circuit, circuitNamed, kindCode, SMALLEST } from "../../src/kinds/circuits.ts";
import {
  approveCircuit,
  mined,
  proposeCircuit,
  withdrawCircuit,
  type CircuitRegistration,
} from "../../src/chain/deploy.ts";
import { explained } from "../../src/chain/revert.ts";
import { inputError } from "../../src/errors.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { lockedCircuitId, lockedKey } from "../../src/setup/artifactLock.ts";
import { lockedArtifacts } from "../../src/setup/lockedArtifacts.ts";
import { assertUsableKey, type UsableKey } from "../../src/setup/keyGate.ts";
import { asAccount, transactionOf } from "../chain.ts";
import { DEVELOPMENT_WARNING, storeOf, transcriptOf } from "../circuits.ts";
import { flag, text, type Options, type Run } from "../command.ts";
import { withProgressBar } from "../progress.ts";
import { fieldLines, type Answer } from "../output.ts";
import { hashOf } from "../values.ts";

/** Decides what one of two persons does with a circuit. */
type Step = typeof proposeCircuit;

/** A circuit with all that is proposed of it, and approved. */
interface AskedCircuit {
  readonly circuit: Circuit;
  readonly setup: UsableKey["setup"];
  readonly registration: CircuitRegistration;
}

/**
 * A circuit whose key has passed the gate for this register: the key beside the lock file, which takes no compiler, or the
 * one of --artifacts together with all that belongs to it. Errors: those of `transcriptOf` and of the key gate.
 */
async function asked(circuit: Circuit, allowDevelopment: boolean, options: Options): Promise<AskedCircuit> {
  const { verifyingKey: key, setup } = await usable(circuit, allowDevelopment, options);
  const transcript = await transcriptOf(setup, options);
  return { circuit, setup, registration: { key, kind: kindCode(circuit), tier: circuit.tier, ...transcript } };
}

async function usable(circuit: Circuit, allowDevelopment: boolean, options: Options): Promise<UsableKey> {
  if (text(options, "artifacts") === undefined) {
    const { circuitId, verifyingKey } = await lockedKey(circuit.name);
    return await assertUsableKey({ vkey: verifyingKey, circuitId, allowDevelopment });
  }
  const { zkey, r1cs, circuitId } = await withProgressBar((onProgress) =>
    lockedArtifacts(circuit, { onProgress, ...storeOf(options) }),
  );
  return await assertUsableKey({ zkeyPath: zkey, r1csPath: r1cs, circuitId, allowDevelopment });
}

/** `circuit propose`, `circuit approve` and `circuit withdraw`: one of two persons, who has the keys in hand as the other one has. */
function circuitStep(done: string, step: Step): Run {
  return (names, options) => {
    const chosen = [...new Set(names)].map((name) => circuitNamed(name, "batchproof circuit"));
    return asAccount(options, async (register, account) => {
      const allowDevelopment = await explained(() => register.circuits.developmentAllowed());
      const circuits: AskedCircuit[] = [];
      // Every key passes the gate before anything is sent.
      for (const circuit of chosen.length > 0 ? chosen : SMALLEST)
        circuits.push(await asked(circuit, allowDevelopment, options));
      const sent = [];
      for (const { circuit, setup, registration } of circuits) {
        const { circuitId, gas } = await step(account, register, registration);
        const { kind, tier, transcript = null } = registration;
        sent.push({ name: circuit.name, circuitId, kind, tier, setup, transcript, gas });
      }
      return {
        text: sent.map((each) => circuitText(done, each)).join("\n"),
        json: { circuits: sent },
      };
    });
  };
}

function circuitText(
  done: string,
  {
    name,
    circuitId,
    tier,
    setup,
    transcript,
  }: { readonly [K in "name" | "circuitId" | "setup"]: string } & {
    readonly tier: number;
    readonly transcript: string | null;
  },
): string {
  return [
    fieldLines({ [done]: name, circuitId, tier: tier.toString(), transcript: transcript ?? "none" }),
    ...(setup === "development" ? [`  ${DEVELOPMENT_WARNING}`] : []),
  ].join("\n");
}

export const propose = circuitStep("proposed", proposeCircuit);
export const approve = circuitStep("approved", approveCircuit);
export const withdraw = circuitStep("withdrawn", withdrawCircuit);

/** `circuit freeze`. */
export async function freeze([given = ""]: readonly string[], options: Options): Promise<Answer> {
  const circuitId = given.startsWith("0x")
    ? hashOf(given, "batchproof circuit freeze", "circuit")
    : lockedCircuitId(circuitNamed(given, "batchproof circuit freeze").name);
  const effective = text(options, "effective");
  const unsound = flag(options, "unsound");
  if (unsound === (effective !== undefined)) {
    throw inputError("A sound circuit ends at a time, an unsound one now.", {
      place: "batchproof circuit freeze",
      remedy: "Give either --effective or --unsound.",
      code: "usage",
    });
  }
  const from = effective === undefined ? 0 : parseTime(effective, "--effective");
  return asAccount(options, async ({ circuits }) => {
    const sent = transactionOf(await mined(() => circuits.freeze(circuitId, BigInt(from), unsound)));
    const { frozenFrom } = await explained(() => circuits.circuitOf(circuitId));
    return {
      text: fieldLines({ frozen: circuitId, from: formatTime(frozenFrom), ...sent }),
      json: { circuitId, frozenFrom, unsound, ...sent },
    };
  });
}
