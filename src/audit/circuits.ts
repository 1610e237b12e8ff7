import { getBytes, ZeroHash } from "ethers";
import { CIRCUITS } from "../kinds/circuits.ts";
import { kindNamed } from "../formats/codes.ts";
import { BatchproofError } from "../errors.ts";
import { lockedCircuitId } from "../setup/artifactLock.ts";
import { assertUsableKey } from "../setup/keyGate.ts";
import { decodeVerifyingKey } from "../setup/verifyingKey.ts";
import type { CircuitState, RegisterState } from "./state.ts";

/** What a reader is told about a circuit of the register. */
export interface CircuitReport {
  readonly circuitId: string;
  /** What it proves, as the register says. */
  readonly kind: string;
  readonly tier: number;
  /** Its name, if this version of batchproof pins that very key; null: nobody here knows what it proves. */
  readonly known: string | null;
  /** Whether its key is one of the development setup, whatever the register says. */
  readonly development: boolean;
  /** sha256 of the transcript of the ceremony that made the key, as the register says; null: none. */
  readonly transcript: string | null;
  readonly unsound: boolean;
  /** Unix seconds from which it verifies nothing; null: not frozen. */
  readonly frozenFrom: number | null;
  /** Why nothing that it verifies proves anything; null: the key passed the key gate. */
  readonly problem: string | null;
  /** Attestations that count now. */
  readonly attestations: number;
}

/** Every circuit of the register, with what the lock file and the key gate say of its key. */
export async function circuitReports({ circuits, batches }: RegisterState): Promise<CircuitReport[]> {
  const names = new Map(CIRCUITS.map(({ name }) => [lockedCircuitId(name), name]));
  const uses = new Map<string, number>();
  for (const { attested } of Object.values(batches)) {
    for (const { circuitId } of Object.values(attested)) uses.set(circuitId, (uses.get(circuitId) ?? 0) + 1);
  }
  const reports: CircuitReport[] = [];
  for (const [circuitId, circuit] of Object.entries(circuits)) {
    const { development, problem } = await judged(circuit);
    reports.push({
      circuitId,
      kind: kindNamed(circuit.kind) ?? "not known to this version",
      tier: circuit.tier,
      known: names.get(circuitId) ?? null,
      development,
      transcript: circuit.transcript === ZeroHash ? null : circuit.transcript,
      unsound: circuit.frozen?.unsound === true,
      frozenFrom: circuit.frozen?.effective ?? null,
      problem,
      attestations: uses.get(circuitId) ?? 0,
    });
  }
  return reports;
}

/** What the key gate says. The register's own word counts only where it is the worse one. */
async function judged({ key, development }: CircuitState): Promise<Pick<CircuitReport, "development" | "problem">> {
  try {
    const { setup } = await assertUsableKey({ vkey: decodeVerifyingKey(getBytes(key)) });
    const hidden = setup === "development" && !development;
    return {
      development: development || hidden,
      problem: hidden ? "It is a development key, and the register calls it none." : null,
    };
  } catch (error) {
    if (error instanceof BatchproofError && error.kind !== "internal") return { development, problem: error.message };
    throw error;
  }
}
