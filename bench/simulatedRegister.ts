import { createHash } from "node:crypto";
import { Wallet, ZeroHash, hexlify, id, toBeHex } from "ethers";
import { CLAIM_CLASS, COUNTER, COUNTED_EVENT, NEEDED_FOR, STATUS } from "../src/formats/codes.ts";
import { compiled, type ContractName } from "../src/chain/contracts.ts";
import { batchKey, contextOf } from "../src/formats/context.ts";
import { releaseCertificate, signCertificate } from "../src/chain/eip712.ts";
import type { Addresses, Item, StoredBatch } from "../src/chain/handles.ts";
import { policyIdOf, type ChainPolicy } from "../src/formats/chainPolicy.ts";
import { extendRunningHash } from "../src/chain/runningHash.ts";
import { KIND } from "../src/formats/constants.ts";
import { FIELD } from "../src/formats/field.ts";
import { nameWord } from "../src/formats/names.ts";
import { loadCurve } from "../src/setup/curve.ts";
import { FixedBasePool } from "../src/setup/fixedBasePool.ts";
import { encodeVerifyingKey } from "../src/setup/verifyingKey.ts";
import { littleEndian, toLittleEndian } from "../src/setup/bytes.ts";
import { simulatedCircuit } from "../test/support/simulated.ts";

/**
 * A register that never was: the events and answers of a chain on which batches were opened, attested and certified. Its
 * proofs are simulated with the public secrets of the development setup, so they verify; its certificates are signed.
 */
export interface SimulatedRegister {
  readonly addresses: Addresses;
  /** Logs by block, as JSON-RPC writes them. */
  readonly logs: readonly (readonly SimulatedLog[])[];
  /** Time of a block, Unix seconds. */
  readonly timeOf: (block: number) => number;
  /** What views answer, as decoded values. */
  readonly answer: (contract: ContractName, method: string, args: readonly unknown[]) => readonly unknown[];
}

export interface SimulatedLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly transactionIndex: string;
  readonly logIndex: string;
  readonly removed: false;
}

export interface SimulatedOptions {
  readonly batches: number;
  /** Number of a proof, from 1, that shall not verify although everything else fits. */
  readonly badProof?: number;
  /** Threads that multiply points. */
  readonly workers?: number;
}

export const CHAIN_ID = 31_337n;
export const CLAIMS = 6;
/** Every so many batches is not certified, and every so many certified ones has an exception after release. */
const WAITING_EVERY = 100;
const EXCEPTION_EVERY = 40;
const GENESIS = 1_700_000_000;
const BLOCK_SECONDS = 12;
const ROOT = 5_000n;
const DAY = 86_400n;

const ADDRESSES: Addresses = {
  roles: address("roles"),
  circuits: address("circuits"),
  policies: address("policies"),
  parties: address("parties"),
  consents: address("consents"),
  requests: address("requests"),
  registry: address("registry"),
  gate: address("gate"),
};
const OWNER = address("owner");
const QP = new Wallet(id("QP"));

const NAMES = ["custody", "temperature", "parameters", "quality"] as const;
const CIRCUITS = NAMES.map((name) => ({ name, ...simulatedCircuit(`bench ${name}`) }));
/** Circuit and stage of each claim. */
const PLAN = [
  ["custody", 0],
  ["temperature", 0],
  ["custody", 1],
  ["temperature", 1],
  ["parameters", 1],
  ["quality", 1],
] as const;

function isWaiting(batch: number): boolean {
  return batch % WAITING_EVERY === WAITING_EVERY - 1;
}

function isRaised(batch: number): boolean {
  return !isWaiting(batch) && batch % EXCEPTION_EVERY === 1;
}

/** The blocks in which batches are opened, each transaction in one of its own: proofs hold their times. */
function openingBlocks(batches: number): number[] {
  // Block 0, that development keys are allowed, the circuits that are proposed and approved, a policy that is proposed and approved, and a party root.
  let next = 1 + 1 + 2 * CIRCUITS.length + 3;
  return Array.from({ length: batches }, (_, batch) => {
    const block = next;
    next += 3 + (isWaiting(batch) ? 0 : 1) + (isRaised(batch) ? 1 : 0);
    return block;
  });
}

/** What one batch's proofs say. */
interface Claimed {
  readonly claim: number;
  readonly circuit: (typeof CIRCUITS)[number];
  readonly signals: readonly bigint[];
}

/** Writes the register's whole history. */
export async function simulateRegister({ batches, badProof, workers }: SimulatedOptions): Promise<SimulatedRegister> {
  const policy = policyOf();
  const policyId = policyIdOf(policy);
  const claimed = openingBlocks(batches).map((block, batch) => claimedOf(batch, policy, BigInt(timeOf(block))));
  const proofs = await provenBy(claimed.flat(), badProof, workers);
  const ledger = new Ledger();

  ledger.transaction(["CircuitRegistry", "DevelopmentAllowed", []]);
  for (const { circuitId, key, name } of CIRCUITS) {
    const encoded = hexlify(encodeVerifyingKey(key));
    ledger.transaction(["CircuitRegistry", "CircuitProposed", [circuitId, OWNER, KIND[name], 1000, true, ZeroHash]]);
    ledger.transaction([
      "CircuitRegistry",
      "CircuitAdded",
      [circuitId, KIND[name], QP.address, 1000, true, ZeroHash, encoded],
    ]);
  }
  ledger.transaction(["PolicyRegistry", "PolicyProposed", [policyId, OWNER, policy]]);
  ledger.transaction(["PolicyRegistry", "PolicyApproved", [policyId, QP.address, nameWord("MA-1"), 0n]]);
  ledger.transaction(["PartyRegistry", "PartyRootApproved", [ROOT, QP.address, nameWord("QA-1"), 0n, 0n]]);

  const stored = new Map<string, StoredBatch>();
  for (const [batch, claims] of claimed.entries()) {
    const items = claims.map(({ claim, circuit, signals }, i): Item => {
      const [, , head = 0n, parties = 0n, record = 0n, deviations = 0n] = signals;
      const proof = proofs[batch * CLAIMS + i] ?? [];
      return { claim, circuitId: circuit.circuitId, head, parties, record, deviations, proof };
    });
    await writeBatch(ledger, stored, batch, policyId, items);
  }
  return { addresses: ADDRESSES, logs: ledger.logs, timeOf, answer: answers(policy, policyId, stored, ledger) };
}

async function writeBatch(
  ledger: Ledger,
  stored: Map<string, StoredBatch>,
  batch: number,
  policyId: string,
  items: readonly Item[],
): Promise<void> {
  const commitment = commitmentOf(batch);
  const key = batchKey(OWNER, commitment);
  const opening = headOf(batch, -1);
  const openedAt = BigInt(timeOf(ledger.block));
  const due: [bigint, bigint] = [openedAt + 3650n * DAY, openedAt + 3650n * DAY];
  const opened = [key, OWNER, policyId, batch + 1, commitment, opening, due, ZeroHash, [QP.address], [], ZeroHash];
  ledger.transaction(["ComplianceRegistry", "BatchOpened", opened]);
  const waiting = isWaiting(batch);
  let trail: string = ZeroHash;
  let exceptionsHash: string = ZeroHash;
  for (const [stage, part] of [items.slice(0, 2), items.slice(2)].entries()) {
    trail = extendRunningHash(trail, "attest", [key, part]);
    ledger.transaction(
      ["ComplianceRegistry", "HeadSet", [key, stage, headOf(batch, stage), true]],
      ...part.map(({ claim, circuitId, head, parties, record, deviations, proof }): Emitted => {
        const values = [key, claim, circuitId, head, parties, record, deviations, OWNER, openedAt, proof];
        return ["ComplianceRegistry", "ClaimAttested", values];
      }),
      ["ComplianceRegistry", "TrailExtended", [key, ATTEST, ZeroHash, trail]],
      ...(stage === 1 ? [["ComplianceRegistry", "BatchCompliant", [key]] as Emitted] : []),
    );
  }
  const raised = isRaised(batch);
  const record: StoredBatch = {
    owner: OWNER,
    serial: BigInt(batch + 1),
    openExceptions: raised ? 1n : 0n,
    status: BigInt(STATUS.indexOf(waiting ? "Open" : "Released")),
    holds: 0n,
    recalled: false,
    revocationDecided: false,
    opened: openedAt,
    due,
    batch: commitment,
    opening,
    policyId,
    attested: (1n << BigInt(CLAIMS)) - 1n,
    settled: 0n,
    openClaims: raised ? 1n : 0n,
    assertedHeads: 0n,
    trail,
    exceptionsHash,
    consent: ZeroHash,
    supersedes: ZeroHash,
  };
  if (!waiting) {
    const now = BigInt(timeOf(ledger.block));
    const certificate = releaseCertificate(key, record, 0n, id(`certificate ${batch}`), now, now + DAY);
    const signature = await signCertificate(QP, CHAIN_ID, ADDRESSES.registry, certificate);
    ledger.transaction(["ComplianceRegistry", "BatchReleased", [key, QP.address, certificate, signature]]);
  }
  if (raised) {
    const number = ledger.count("ExceptionRaised") + 1;
    const name = nameWord(`DEV-${number}`);
    exceptionsHash = extendRunningHash(ZeroHash, "raiseException", [key, 0, 2, 2, name, ZeroHash]);
    const values = [key, number, 2, 0, 2, name, ZeroHash, OWNER, number, exceptionsHash];
    ledger.transaction(["ComplianceRegistry", "ExceptionRaised", values]);
  }
  stored.set(key, { ...record, exceptionsHash });
}

const ATTEST = compiled("ComplianceRegistry").interface.getFunction("attest")?.selector;

type Emitted = readonly [contract: ContractName, event: string, values: readonly unknown[]];

const ADDRESS_OF: Partial<Record<ContractName, string>> = {
  CircuitRegistry: ADDRESSES.circuits,
  PolicyRegistry: ADDRESSES.policies,
  PartyRegistry: ADDRESSES.parties,
  ComplianceRegistry: ADDRESSES.registry,
};

/** Collects logs, one transaction in each block. */
class Ledger {
  readonly logs: SimulatedLog[][] = [[]];
  readonly #counts = new Map<string, number>();

  /** The block of the next transaction. */
  get block(): number {
    return this.logs.length;
  }

  count(event: string): number {
    return this.#counts.get(event) ?? 0;
  }

  transaction(...events: readonly Emitted[]): void {
    const { block } = this;
    const logs = events.map(([contract, event, values], index): SimulatedLog => {
      this.#counts.set(event, this.count(event) + 1);
      const { topics, data } = compiled(contract).interface.encodeEventLog(event, values);
      return {
        address: ADDRESS_OF[contract] ?? "",
        topics: topics,
        data,
        blockNumber: hex(block),
        blockHash: hashOf(block),
        transactionHash: id(`transaction ${block}`),
        transactionIndex: "0x0",
        logIndex: hex(index),
        removed: false,
      };
    });
    this.logs.push(logs);
  }
}

/** What the views say, in the order of their outputs. */
function answers(
  policy: ChainPolicy,
  policyId: string,
  stored: ReadonlyMap<string, StoredBatch>,
  ledger: Ledger,
): SimulatedRegister["answer"] {
  const counts = Array.from({ length: 24 }, (_, i) => {
    const counter = COUNTER[i];
    return counter === undefined ? 0 : ledger.count(COUNTED_EVENT[counter]);
  });
  const circuit = (circuitId: unknown): (typeof CIRCUITS)[number] | undefined =>
    CIRCUITS.find((each) => each.circuitId === circuitId);
  const views: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
    ...Object.fromEntries(Object.entries(ADDRESSES).map(([name, value]) => [name, () => value])),
    since: () => 0,
    registryCounts: () => counts,
    ownerCounts: () => counts,
    requested: () => 0,
    answered: () => 0,
    developmentAllowed: () => true,
    circuitOf: ([circuitId]) => {
      const kind = KIND[circuit(circuitId)?.name ?? "temperature"];
      return [ADDRESSES.circuits, kind, 1000, true, false, 0];
    },
    keyOf: ([circuitId]) => {
      const key = circuit(circuitId)?.key;
      return key === undefined ? "0x" : hexlify(encodeVerifyingKey(key));
    },
    lifeOf: () => [1, 1, 1, 0],
    policyOf: () => policy,
    rootOf: ([root]) => [root === ROOT ? 1 : 0, 0, 0],
    batchOf: ([key]) => stored.get(String(key)),
    // Every claim of every batch is attested.
    statusOf: ([key]) => {
      const status = stored.get(String(key))?.status;
      return status === 0n ? STATUS.indexOf("Compliant") : status;
    },
  };
  return (contract, method, args) => {
    const view = views[method];
    if (view === undefined) throw new Error(`nobody asks ${contract}.${method} of ${policyId}`);
    return [view(args)];
  };
}

function policyOf(): ChainPolicy {
  const claims = PLAN.map(([name, stage], claim) => ({
    circuitIds: CIRCUITS.filter((circuit) => circuit.name === name).map(({ circuitId }) => circuitId),
    rule: BigInt(100 + claim),
    stage,
    class: name === "custody" ? CLAIM_CLASS.custody : CLAIM_CLASS.process,
    neededFor: NEEDED_FOR.release,
    severity: 2,
  }));
  return { documentHash: id("policy"), product: nameWord("BENCH"), version: 1, stages: 2, maxDue: [DAY, DAY], claims };
}

function claimedOf(batch: number, policy: ChainPolicy, opened: bigint): Claimed[] {
  const context = contextOf(CHAIN_ID, ADDRESSES.registry, OWNER);
  return PLAN.map(([name, stage], claim) => {
    const circuit = CIRCUITS[NAMES.indexOf(name)];
    const rule = policy.claims[claim]?.rule ?? 0n;
    if (circuit === undefined) throw new Error("no circuit");
    const record = name === "custody" ? headOf(batch, stage - 1) : number(`record ${batch} ${claim}`);
    const deviations = batch % 200 === 3 && claim === 1 ? 1n : 0n;
    const signals = [commitmentOf(batch), rule, headOf(batch, stage), ROOT, record, deviations, context, opened];
    return { claim, circuit, signals };
  });
}

/** The proofs' words: A, B and C are multiples of the generators by known scalars. */
async function provenBy(claimed: readonly Claimed[], bad: number | undefined, workers?: number): Promise<bigint[][]> {
  const scalars = claimed.map(({ circuit, signals }, i) => circuit.scalars(signals, `bench ${i}`));
  const { code } = loadCurve();
  const pool = new FixedBasePool(
    code,
    { g1: 2 * claimed.length, g2: claimed.length },
    workers === undefined ? {} : { workers },
  );
  try {
    const bytes = (pick: (i: number) => bigint): Uint8Array =>
      Buffer.concat(scalars.map((_, i) => toLittleEndian(pick(i))));
    const a = wordsOf(
      await pool.multiply(
        "g1",
        bytes((i) => scalars[i]?.a ?? 0n),
      ),
      2,
    );
    const b = wordsOf(
      await pool.multiply(
        "g2",
        bytes((i) => scalars[i]?.b ?? 0n),
      ),
      4,
    );
    const error = (i: number): bigint => (i + 1 === bad ? 1n : 0n);
    const c = wordsOf(
      await pool.multiply(
        "g1",
        bytes((i) => ((scalars[i]?.c ?? 0n) + error(i)) % FIELD),
      ),
      2,
    );
    return claimed.map((_, i) => {
      const [bx0 = 0n, bx1 = 0n, by0 = 0n, by1 = 0n] = b[i] ?? [];
      return [...(a[i] ?? []), bx1, bx0, by1, by0, ...(c[i] ?? [])];
    });
  } finally {
    await pool.close();
  }
}

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** Coordinates of points that are in Montgomery form, that is times 2^256. */
function wordsOf(points: Uint8Array, each: number): bigint[][] {
  const back = inverse(2n ** 256n % Q);
  const words = Array.from({ length: points.length / 32 }, (_, i) =>
    littleEndian(points.slice(32 * i, 32 * (i + 1))),
  ).map((word) => (word * back) % Q);
  return Array.from({ length: words.length / each }, (_, i) => words.slice(each * i, each * (i + 1)));
}

/** By Fermat's little theorem. */
function inverse(value: bigint): bigint {
  let [result, base] = [1n, value];
  for (let exponent = Q - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % Q;
    base = (base * base) % Q;
  }
  return result;
}

export function hashOf(block: number): string {
  return id(`block ${block}`);
}

function timeOf(block: number): number {
  return GENESIS + BLOCK_SECONDS * block;
}

function commitmentOf(batch: number): bigint {
  return number(`batch ${batch}`);
}

function headOf(batch: number, stage: number): bigint {
  return number(`head ${batch} ${stage}`);
}

function number(text: string): bigint {
  return BigInt(`0x${createHash("sha256").update(text).digest("hex")}`) % FIELD;
}

function address(name: string): string {
  return new Wallet(id(`address of ${name}`)).address;
}

export function hex(value: number): string {
  return toBeHex(value).replace(/^0x0(?=.)/, "0x");
}
