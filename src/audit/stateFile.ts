import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { BatchproofError, environmentError, inputError } from "../errors.ts";
import { defineCheck, type Check } from "../formats/document.ts";
import { readLines, writeFileAtomically } from "../input/files.ts";
import { emptyState, type RegisterState } from "./state.ts";
import { entrySchema, HEADER_SCHEMA, PARTS, type Part } from "./stateSchema.ts";

/**
 * What an audit keeps for the next one: one JSON document a line, so that neither writing nor reading holds more than a line
 * besides the state itself. First the header, then the entries, last the hash of all lines before. The hash finds damage, not
 * a forger: whoever audits keeps the file where only he writes.
 */

/** What was known after a block. */
export interface Checkpoint {
  readonly block: number;
  readonly hash: string;
  /** The node that told it, as the caller names it; null: it was not named. */
  readonly node: string | null;
  readonly state: RegisterState;
}

type Header = Omit<Checkpoint, "state"> & Omit<RegisterState, Part> & { readonly format: string };

const FORMAT = "batchproof-audit-state/5";
/** Longest line, bytes: a batch with thousands of entries fits. */
const LONGEST = 2 ** 26;

const checkHeader: Check<Header> = defineCheck(HEADER_SCHEMA, "state of an audit", "audit-state");
const checkEntry = Object.fromEntries(
  PARTS.map((part) => [part, defineCheck(entrySchema(part), "state of an audit", "audit-state")]),
) as Readonly<Record<Part, Check<readonly [Part, string, never]>>>;

/**
 * What a state file holds; undefined if there is no such file. Errors: `audit-state` (exit 2: not such a file, of another
 * structure, damaged, or of another register), `chainId` (exit 3: of another chain), those of `readLines`.
 */
export async function readCheckpoint(path: string, chainId: bigint, registry: string): Promise<Checkpoint | undefined> {
  if (!existsSync(path)) return undefined;
  const hash = createHash("sha256");
  let header: Header | undefined;
  let state: RegisterState | undefined;
  let last: unknown;
  for await (const { line, number } of readLines(path, LONGEST)) {
    if (last !== undefined) throw refuse(path, "This is not the state of an audit, or it is damaged.");
    const value = parse(path, line);
    if (header === undefined || state === undefined) {
      header = headerOf(path, value, chainId, registry);
      state = stateOf(header, chainId);
    } else if (Array.isArray(value)) addEntry(state, value, `${path}:${number}`);
    else last = value;
    if (last === undefined) hash.update(line).update("\n");
  }
  if (header === undefined || state === undefined || sumIn(last) !== hash.digest("hex")) {
    throw refuse(path, "This is not the state of an audit, or it is damaged.");
  }
  const { block, hash: blockHash, node } = header;
  return { block, hash: blockHash, node, state };
}

function headerOf(path: string, value: unknown, chainId: bigint, registry: string): Header {
  const format = typeof value === "object" && value !== null && "format" in value ? value.format : undefined;
  if (format !== FORMAT) throw refuse(path, "This is not the state of an audit, or it is damaged.");
  const header = checked(checkHeader, value, `${path}:1`);
  if (header.chainId !== chainId.toString()) {
    throw environmentError(`The node is on chain ${chainId}, the state of the last audit on chain ${header.chainId}.`, {
      code: "chainId",
      place: path,
      remedy: "Ask a node of that chain, or name another state file.",
    });
  }
  if (header.registry !== registry) throw refuse(path, `This is the state of the register ${header.registry}.`);
  return header;
}

function stateOf(header: Header, chainId: bigint): RegisterState {
  const { registry, proofs, exceptions, requests, verified, unentitled } = header;
  const counted = { proofs, exceptions, requests, verified, unentitled };
  return { ...emptyState(chainId, registry), ...counted, ...standingOf(header) };
}

/** What stands since an event, if it does. */
function standingOf({
  paused,
  developmentAllowed,
}: Pick<RegisterState, "paused" | "developmentAllowed">): Pick<RegisterState, "paused" | "developmentAllowed"> {
  return {
    ...(paused === undefined ? {} : { paused }),
    ...(developmentAllowed === undefined ? {} : { developmentAllowed }),
  };
}

function addEntry(state: RegisterState, value: readonly unknown[], place: string): void {
  const part = PARTS.find((name) => name === value[0]);
  if (part === undefined) throw refuse(place, "This is not the state of an audit, or it is damaged.");
  const [, id, entry] = checked(checkEntry[part], value, place);
  if (state[part][id] !== undefined) throw refuse(place, "The state of the last audit says something twice.");
  state[part][id] = entry;
}

function sumIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "sha256" in value ? value.sha256 : undefined;
}

/** Runs a check; what to do about any of its errors is the same. */
function checked<T>(check: Check<T>, value: unknown, place: string): T {
  try {
    return check(value, place);
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    throw refuse(error.place ?? place, error.message);
  }
}

/** Keeps what is known after a block, whole or not at all. Errors: those of `writeFileAtomically`. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await writeFileAtomically(path, linesOf(checkpoint));
}

function* linesOf({ block, hash: blockHash, node, state }: Checkpoint): Generator<string> {
  const { chainId, registry, proofs, exceptions, requests, verified, unentitled } = state;
  const header: Header = {
    ...{ format: FORMAT, chainId, registry, node, block, hash: blockHash },
    ...{ proofs, exceptions, requests, verified, unentitled },
    ...standingOf(state),
  };
  const hash = createHash("sha256");
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  yield line(header);
  for (const part of PARTS) for (const [id, value] of Object.entries(state[part])) yield line([part, id, value]);
  yield `${JSON.stringify({ sha256: hash.digest("hex") })}\n`;
}

function parse(path: string, line: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(line).toString("utf8")) as unknown;
  } catch {
    throw refuse(path, "This is not the state of an audit, or it is damaged.");
  }
}

function refuse(place: string, message: string): Error {
  return inputError(message, {
    place,
    code: "audit-state",
    remedy: "Name another file, or remove this one to read all.",
  });
}
