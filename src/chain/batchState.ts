import { ZeroHash } from "ethers";
import {
  HOLD,
  RELEASE,
  STATUS,
  type ChallengeName,
  type HoldSide,
  type ReleaseName,
  type StatusName,
} from "../formats/codes.ts";
import { challengeNames } from "../formats/challenges.ts";
import { LIMIT } from "../formats/limits.ts";
import { nameText } from "../formats/names.ts";
import { BatchproofError, environmentError } from "../errors.ts";
import type { Register, StoredBatch } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { explained } from "./revert.ts";

type Contracts = Pick<Register, "registry" | "gate">;

/** Which block is asked. */
export interface AtBlock {
  readonly blockTag: number | "latest";
}
export const LATEST: AtBlock = { blockTag: "latest" };

/** Who holds a batch. */
export interface Holder {
  /** Key of the batch: this one, or one that it supersedes. */
  readonly batch: string;
  readonly account: string;
  readonly side: HoldSide;
  /** The order of an authority, or none. */
  readonly order?: string;
}

/** What speaks against a batch that was proven. */
export interface Challenge {
  readonly kinds: readonly ChallengeName[];
  /** Hash of exactly this; a decision names it. */
  readonly challenge: string;
  /** A QP decided on exactly this. */
  readonly decided: boolean;
}

/** The exceptional supply of a batch out of specification. Times are Unix seconds. */
export interface Supply {
  readonly administration: bigint;
  /** When the authority must have been notified. */
  readonly notificationDue: bigint;
  readonly notified: boolean;
}

/** How a batch stands on the register now. */
export interface BatchState {
  readonly status: StatusName;
  readonly release: ReleaseName;
  /** Who holds it; a hold is not a status of its own. */
  readonly heldBy: readonly Holder[];
  readonly challenge: Challenge | undefined;
  readonly supply: Supply | undefined;
  readonly stored: StoredBatch;
}

/** How a batch stands. `key`: key of the batch. Errors: those of `explained`, such as `BatchUnknown`. */
export async function batchState({ registry, gate }: Contracts, key: string, at = LATEST): Promise<BatchState> {
  const [status, release, challenged, stored] = await explained(() =>
    Promise.all([
      gate.statusOf(key, at),
      gate.releaseOf(key, at),
      gate.challengeOf(key, at),
      registry.batchOf(key, at),
    ]),
  );
  const [kinds, challenge] = challenged;
  const { administration, authorityNotified: notified } = stored;
  return {
    // The compiled contract and these tables name the same: a test compares them.
    status: STATUS[Number(status)] as StatusName,
    release: RELEASE[Number(release)] as ReleaseName,
    heldBy: await allHolders({ registry }, key, at),
    challenge:
      kinds === 0n
        ? undefined
        : { kinds: challengeNames(kinds), challenge, decided: challenge === stored.challengeDecided },
    supply:
      administration === 0n
        ? undefined
        : { administration, notificationDue: administration + BigInt(LIMIT.notificationAfter), notified },
    stored,
  };
}

/** Who holds a batch or one that it supersedes, the last one first: any of them closes the gate. */
async function allHolders({ registry }: Pick<Register, "registry">, key: string, at: AtBlock): Promise<Holder[]> {
  const holders: Holder[] = [];
  for (let batch = key; batch !== NONE;) {
    const { holds, supersedes } = await explained(() => registry.batchOf(batch, at));
    if (holds > 0n) holders.push(...(await holdersOf({ registry }, batch, holds, at)));
    batch = supersedes;
  }
  return holders;
}

/** The log knows who ever held a batch, and the register which of them still do. Error `log`: it does not know all of them. */
async function holdersOf(
  { registry }: Pick<Register, "registry">,
  batch: string,
  holds: bigint,
  at: AtBlock,
): Promise<Holder[]> {
  const holders: Holder[] = [];
  const asked = new Set<string>();
  const topic = registry.interface.getEvent("BatchHeld")?.topicHash ?? null;
  for await (const log of logsOf(registry, [topic, batch], { until: at.blockTag })) {
    const { by: account, order } = registry.interface.parseLog(log)?.args.toObject() as { by: string; order: string };
    if (asked.has(account)) continue;
    asked.add(account);
    const code = await explained(() => registry.holdOf(batch, account, at));
    const side = SIDES.find((name) => BigInt(HOLD[name]) === code);
    if (side !== undefined)
      holders.push({ batch, account, side, ...(order === NONE ? {} : { order: nameText(order) }) });
    if (BigInt(holders.length) === holds) return holders;
  }
  throw environmentError("The node's log does not have every hold that the register counts.", {
    code: "log",
    place: batch,
    remedy: "Ask another node.",
  });
}

const NONE = ZeroHash;
const SIDES = Object.keys(HOLD) as HoldSide[];

/** What the register says of a batch, for a comparison with its folder; all of one block. */
export interface RegisteredBatch extends BatchState {
  /** Head of each stage; 0: not set. */
  readonly heads: readonly bigint[];
}

/**
 * What the register says of a batch at a block; undefined where it has none of this key. Errors: those of `explained`.
 * @param stages number of its stages
 */
export async function registeredBatch(
  register: Contracts,
  key: string,
  stages: number,
  block: number,
): Promise<RegisteredBatch | undefined> {
  const at = { blockTag: block };
  try {
    const state = await batchState(register, key, at);
    const heads = await explained(() =>
      Promise.all(Array.from({ length: stages }, (_, stage) => register.registry.headOf(key, stage, at))),
    );
    return { ...state, heads };
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "BatchUnknown") return undefined;
    throw error;
  }
}
