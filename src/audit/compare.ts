import { ZeroHash, type Provider } from "ethers";
import { COUNTER, STATUS } from "../formats/codes.ts";
import { registerAt, type Addresses, type Register, type StoredBatch } from "../chain/handles.ts";
import { asked, askedForEach } from "./node.ts";
import { incomplete } from "./incomplete.ts";
import type { AuditedBatch, RegisterState } from "./state.ts";
import { statusOf } from "./status.ts";

/** The block at which everything is read. `now`: its time, Unix seconds. */
export interface ReadBlock {
  readonly number: number;
  readonly hash: string;
  readonly now: number;
}

/**
 * Compares what the events told with what the contracts answer at the same block: a difference means that the node
 * withheld, changed or added events (`log`). The other way round nothing is taken from an answer: it can only refuse.
 * @param since batches without an event after this block were compared before, but for what changes without one
 */
export async function requireAgreement(
  provider: Provider,
  addresses: Addresses,
  state: RegisterState,
  block: ReadBlock,
  since: number,
): Promise<void> {
  const register = registerAt(addresses, provider);
  const at = { blockTag: block.number };
  await requireCounts(register, state, at);
  await requireSettings(register, state, at);
  const batches = Object.entries(state.batches);
  await requireConsents(register, state, at);
  const touched = batches.filter(([, { touched: last }]) => last > since);
  await askedForEach("a batch", touched, async ([key, batch]) => {
    requireSame(`batch ${key}`, tellingOf(batch), storedOf(await register.registry.batchOf(key, at)));
  });
  await askedForEach("the status of a batch", batches, async ([key, batch]) => {
    const told = STATUS[Number(await register.gate.statusOf(key, at))];
    requireSame(`batch ${key}`, { status: statusOf(state, batch, block.now) }, { status: told });
  });
}

interface At {
  readonly blockTag: number;
}

/** The register counts its own events, as a whole and by owner. */
async function requireCounts({ registry, requests }: Register, state: RegisterState, at: At): Promise<void> {
  const owners = Object.entries(state.counts);
  const total = COUNTER.map((_, i) => owners.reduce((sum, [, counts]) => sum + (counts[i] ?? 0), 0));
  requireCounters("the register", total, await asked("its counters", () => registry.registryCounts(at)));
  await askedForEach("an owner's counters", owners, async ([owner, counts]) => {
    requireCounters(`for owner ${owner} the register`, counts, await registry.ownerCounts(owner, at));
  });
  const told = { requests: state.requests, answers: state.answers };
  const stored = {
    requests: Number(await asked("requests", () => requests.requested(at))),
    answers: Number(await asked("answers", () => requests.answered(at))),
  };
  requireSame("the register", told, stored);
}

function requireCounters(who: string, shown: readonly number[], counted: readonly bigint[]): void {
  COUNTER.forEach((name, i) => {
    if (Number(counted[i]) !== shown[i]) {
      throw incomplete(`${who} counts ${String(counted[i])} ${name}, the log shows ${shown[i] ?? 0}`);
    }
  });
}

/** Circuits (with the keys that are stored), policies and party roots. */
async function requireSettings(register: Register, state: RegisterState, at: At): Promise<void> {
  requireSame(
    "the circuits",
    { developmentAllowed: state.developmentAllowed !== undefined },
    {
      developmentAllowed: await asked("whether development keys are allowed", () =>
        register.circuits.developmentAllowed(at),
      ),
    },
  );
  await askedForEach("a circuit", Object.entries(state.circuits), async ([circuitId, told]) => {
    const { kind, tier, development, unsound, frozenFrom } = await register.circuits.circuitOf(circuitId, at);
    const key = await register.circuits.keyOf(circuitId, at);
    requireSame(
      `circuit ${circuitId}`,
      {
        key: told.key,
        kind: told.kind,
        tier: told.tier,
        development: told.development,
        unsound: told.frozen?.unsound === true,
        frozen: told.frozen?.effective ?? 0,
      },
      { key, kind: Number(kind), tier: Number(tier), development, unsound, frozen: Number(frozenFrom) },
    );
  });
  await askedForEach("a policy", Object.entries(state.policies), async ([policyId, told]) => {
    const { approvedAt, retiredAt } = await register.policies.lifeOf(policyId, at);
    requireSame(
      `policy ${policyId}`,
      { approved: told.approved !== undefined, retired: told.retired !== undefined },
      { approved: approvedAt !== 0n, retired: retiredAt !== 0n },
    );
  });
  await askedForEach("a party root", Object.entries(rootsOf(state)), async ([root, told]) => {
    const { approvedAt, revokedAt } = await register.parties.rootOf(BigInt(root), at);
    requireSame(
      `party root ${root}`,
      { approved: told.approved !== undefined, revoked: told.revoked !== undefined },
      { approved: approvedAt !== 0n, revoked: revokedAt !== 0n },
    );
  });
}

/** Every root that an event or a proof named. */
function rootsOf({ roots, batches }: RegisterState): RegisterState["roots"] {
  const used = Object.values(batches).flatMap(({ attested }) => Object.values(attested).map(({ parties }) => parties));
  return { ...Object.fromEntries(used.map((root) => [root, {}])), ...roots };
}

/** A revocation changes no counter of the register, and no status of a batch that is released. */
async function requireConsents({ consents }: Register, state: RegisterState, at: At): Promise<void> {
  const used = Object.values(state.batches).flatMap(({ consent }) => (consent === ZeroHash ? [] : [consent]));
  await askedForEach("a consent", used, async (consent) => {
    const { revokedAt } = await consents.consentOf(consent, at);
    const told = state.consents[consent]?.revoked !== undefined;
    requireSame(`consent ${consent}`, { revoked: told }, { revoked: revokedAt !== 0n });
  });
}

/** What the events tell of a batch, in the form of `storedOf`. */
function tellingOf(batch: AuditedBatch): Record<string, unknown> {
  return {
    owner: batch.owner,
    serial: batch.serial,
    status: batch.status,
    openExceptions: batch.exceptions.filter(({ closed }) => closed === undefined).length,
    holds: batch.holds.reduce((sum, { hold, lifted }) => sum + (lifted === undefined ? hold : 0), 0),
    recalled: batch.recalled !== undefined,
    revocationDecided: batch.revocationDecided !== undefined,
    opened: batch.openingTime,
    due: batch.due.join(),
    batch: batch.batch,
    opening: batch.opening,
    policyId: batch.policyId,
    attested: setOf(Object.keys(batch.attested).map(Number)),
    settled: setOf(batch.settled),
    assertedHeads: setOf(batch.asserted.map(({ stage }) => stage)),
    trail: batch.trail,
    exceptionsHash: batch.exceptionsHash,
    consent: batch.consent,
    supersedes: batch.supersedes,
  };
}

function storedOf(stored: StoredBatch): Record<string, unknown> {
  return {
    owner: stored.owner,
    serial: Number(stored.serial),
    status: STATUS[Number(stored.status)],
    openExceptions: Number(stored.openExceptions),
    holds: Number(stored.holds),
    recalled: stored.recalled,
    revocationDecided: stored.revocationDecided,
    opened: Number(stored.opened),
    due: stored.due.join(),
    batch: stored.batch.toString(),
    opening: stored.opening.toString(),
    policyId: stored.policyId,
    attested: stored.attested.toString(),
    settled: stored.settled.toString(),
    assertedHeads: stored.assertedHeads.toString(),
    trail: stored.trail,
    exceptionsHash: stored.exceptionsHash,
    consent: stored.consent,
    supersedes: stored.supersedes,
  };
}

/** A set of small numbers as the decimal text of its bitmap. */
function setOf(numbers: readonly number[]): string {
  return numbers.reduce((set, number) => set | (1n << BigInt(number)), 0n).toString();
}

function requireSame(what: string, told: Record<string, unknown>, stored: Record<string, unknown>): void {
  for (const [field, value] of Object.entries(told)) {
    if (stored[field] === value) continue;
    throw incomplete(
      `the events say of ${what}: ${field} ${String(value)}; the register says ${String(stored[field])}`,
    );
  }
}
