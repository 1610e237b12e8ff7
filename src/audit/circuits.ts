import { getBytes, ZeroHash } from "ethers";
import { kindNamed } from "../formats/codes.ts";
import { defineDocument, object, TEXT } from "../formats/document.ts";
import { BatchproofError } from "../errors.ts";
import { mistakenKind } from "../kinds/circuits.ts";
import { circuitNameOf } from "../setup/artifactLock.ts";
import { assertUsableVerifyingKey } from "../setup/keyGate.ts";
import { decodeVerifyingKey } from "../setup/verifyingKey.ts";
import type { CircuitState, RegisterState } from "./state.ts";

/** What a reader knows of the provenance of one circuit. */
export interface ListedCircuit {
  readonly name: string;
  /** sha256 of the transcript of the ceremony that made its key, 0x hex. */
  readonly transcript?: string;
  readonly note?: string;
}

/** The circuits whose provenance a reader knows, by circuitId. */
export type CircuitList = Readonly<Record<string, ListedCircuit>>;

const FORMAT = "batchproof-circuits/1";
const HASH = "0x[0-9a-f]{64}";

/** JSON Schema of `CircuitList`. */
export const CIRCUITS_BY_ID = {
  type: "object",
  propertyNames: { type: "string", pattern: `^${HASH}$` },
  additionalProperties: object({ name: TEXT, transcript: { type: "string", pattern: `^${HASH}$` }, note: TEXT }, [
    "transcript",
    "note",
  ]),
} as const;

const LIST = defineDocument<{ readonly format: typeof FORMAT; readonly circuits: CircuitList }>(
  FORMAT,
  "circuit-list",
  { circuits: CIRCUITS_BY_ID },
);

/** Reads a list of circuits from a file. Errors: `circuit-list`, those of `readJson`. */
export async function readCircuitList(path: string): Promise<CircuitList> {
  return (await LIST.read(path)).circuits;
}

/** What a reader is told about a circuit of the register. */
export interface CircuitReport {
  readonly circuitId: string;
  /** What it proves, as the register says. */
  readonly kind: string;
  readonly tier: number;
  /** Its name, if the reader's list or, without one, this version's lock file has that very key; null: it is not known. */
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

/** Every circuit of the register, with what the reader's list, or else the lock file, and the key gate say of its key. */
export function circuitReports({ circuits, batches }: RegisterState, list: CircuitList | undefined): CircuitReport[] {
  const uses = new Map<string, number>();
  for (const { attested } of Object.values(batches)) {
    for (const { circuitId } of Object.values(attested)) uses.set(circuitId, (uses.get(circuitId) ?? 0) + 1);
  }
  const reports: CircuitReport[] = [];
  for (const [circuitId, circuit] of Object.entries(circuits)) {
    const { development, problem } = judged(circuit);
    const listed = list?.[circuitId];
    const name = list === undefined ? circuitNameOf(circuitId) : listed?.name;
    const kind = kindNamed(circuit.kind);
    reports.push({
      circuitId,
      kind: kind ?? "not known to this version",
      tier: circuit.tier,
      known: name ?? null,
      development,
      transcript: circuit.transcript === ZeroHash ? null : circuit.transcript,
      unsound: circuit.frozen?.unsound === true,
      frozenFrom: circuit.frozen?.effective ?? null,
      problem:
        problem ?? transcriptProblem(circuit, listed) ?? mistakenKind(name, kind ?? String(circuit.kind)) ?? null,
      attestations: uses.get(circuitId) ?? 0,
    });
  }
  return reports;
}

function transcriptProblem({ transcript }: CircuitState, listed: ListedCircuit | undefined): string | null {
  if (listed?.transcript === undefined || listed.transcript === transcript) return null;
  return "The register names another transcript of its ceremony than the list of circuits.";
}

/** Why it is not known what a circuit's proofs prove; undefined: it is. */
export function doubtOf({ known, problem }: CircuitReport): string | undefined {
  if (problem !== null) return "circuit proves nothing";
  return known === null ? "circuit not known" : undefined;
}

/** What the key gate says. The register's own word counts only where it is the worse one. */
function judged({ key, development }: CircuitState): Pick<CircuitReport, "development" | "problem"> {
  try {
    const { setup } = assertUsableVerifyingKey(decodeVerifyingKey(getBytes(key)));
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
