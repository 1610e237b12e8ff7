import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { environmentError, inputError } from "../errors.ts";
import { readBytes, writeFileAtomically } from "../input/files.ts";
import type { RegisterState } from "./state.ts";

/**
 * What an audit keeps for the next one. The file is as good as the place it is kept in: its hash finds damage, not a
 * forger, so whoever audits keeps it where only he writes.
 */

/** What was known after a block. */
export interface Checkpoint {
  readonly block: number;
  readonly hash: string;
  readonly state: RegisterState;
}

interface StateFile {
  readonly format: typeof FORMAT;
  readonly chainId: string;
  readonly registry: string;
  /** sha256 of the checkpoints' JSON. */
  readonly sha256: string;
  /** Oldest first: a chain that was reorganised goes back to the last one that it still has. */
  readonly checkpoints: readonly Checkpoint[];
}

const FORMAT = "batchproof-audit-state/2";
/** Tens of thousands of batches fit. */
const MOST_BYTES = 2 ** 29;
/** More make the file larger than they save time. */
const KEPT = 3;

/**
 * The checkpoints of a state file, oldest first; none if there is no such file. Errors: `audit-state` (exit 2: not such
 * a file, damaged, or of another register), `chainId` (exit 3: of another chain), those of `readBytes`.
 */
export async function readCheckpoints(path: string, chainId: bigint, registry: string): Promise<readonly Checkpoint[]> {
  if (!existsSync(path)) return [];
  const bytes = await readBytes(path, { limit: MOST_BYTES });
  const file = parse(Buffer.from(bytes).toString("utf8"));
  if (
    file?.format !== FORMAT ||
    !/^[1-9][0-9]{0,77}$/.test(file.chainId ?? "") ||
    !/^0x[0-9a-fA-F]{40}$/.test(file.registry ?? "") ||
    file.checkpoints === undefined ||
    file.sha256 !== sha256(file.checkpoints)
  ) {
    throw refuse(path, "This is not the state of an audit, or it is damaged.");
  }
  if (file.chainId !== chainId.toString()) {
    throw environmentError(`The node is on chain ${chainId}, the state of the last audit on chain ${file.chainId}.`, {
      code: "chainId",
      place: path,
      remedy: "Ask a node of that chain, or name another state file.",
    });
  }
  if (file.registry !== registry) throw refuse(path, `This is the state of the register ${file.registry}.`);
  return file.checkpoints;
}

/** Keeps the latest checkpoints. Errors: those of `writeFileAtomically`. */
export async function writeCheckpoints(path: string, checkpoints: readonly Checkpoint[]): Promise<void> {
  const kept = checkpoints.slice(-KEPT);
  const last = kept.at(-1);
  if (last === undefined) return;
  const { chainId, registry } = last.state;
  const file: StateFile = { format: FORMAT, chainId, registry, sha256: sha256(kept), checkpoints: kept };
  await writeFileAtomically(path, `${JSON.stringify(file)}\n`);
}

function parse(text: string): Partial<StateFile> | null {
  try {
    return JSON.parse(text) as Partial<StateFile> | null;
  } catch {
    return null;
  }
}

function sha256(checkpoints: readonly Checkpoint[]): string {
  return createHash("sha256").update(JSON.stringify(checkpoints)).digest("hex");
}

function refuse(place: string, message: string): Error {
  return inputError(message, {
    place,
    code: "audit-state",
    remedy: "Name another file, or remove this one to read all.",
  });
}
