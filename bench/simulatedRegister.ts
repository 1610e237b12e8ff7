import { createHash } from "node:crypto";
import {
  AbiCoder,
  concat,
  getCreateAddress,
  hexlify,
  id,
  keccak256,
  toBeHex,
  Wallet,
  ZeroAddress,
  ZeroHash,
} from "ethers";
import type { CircuitList } from "../src/audit/circuits.ts";
import { CLAIM_CLASS, NEEDED_FOR } from "../src/formats/codes.ts";
import { compiled } from "../src/chain/contracts.ts";
import { batchKey, contextOf } from "../src/formats/context.ts";
import { releaseCertificate, signCertificate } from "../src/chain/eip712.ts";
import { CONTRACT_OF, type Addresses, type Item } from "../src/chain/handles.ts";
import { policyIdOf, type ChainPolicy } from "../src/formats/chainPolicy.ts";
import { extendRunningHash } from "../src/chain/runningHash.ts";
import { KIND } from "../src/formats/constants.ts";
import { FIELD } from "../src/formats/field.ts";
import { nameWord } from "../src/formats/names.ts";
import { ROLE_ID } from "../src/formats/roleIds.ts";
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
  readonly answer: (part: keyof Addresses, method: string) => readonly unknown[];
}

export interface SimulatedLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly blockTimestamp: string;
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

/** Who deployed all of it, with the first transactions of that account, in the block that every contract calls its first. */
export const DEPLOYER = address("deployer");
const made = (nonce: number): string => getCreateAddress({ from: DEPLOYER, nonce });

const ADDRESSES: Addresses = {
  roles: made(0),
  circuits: made(1),
  policies: made(2),
  parties: made(3),
  consents: made(4),
  requests: made(5),
  persons: made(6),
  gate: made(7),
  registry: made(8),
};
const ADMINS = [address("admin"), address("second admin")] as const;
const OWNER = address("owner");
const APPROVER = address("approver");
const QP = new Wallet(id("QP"));
/** Who holds which role, for ever. */
const GRANTS = [
  [ROLE_ID.proposer, OWNER],
  [ROLE_ID.approver, APPROVER],
  [ROLE_ID.manufacturer, OWNER],
  [ROLE_ID.qp, QP.address],
] as const;
const NO_END = 2n ** 64n - 1n;

const NAMES = ["custody", "temperature", "parameters", "quality"] as const;
const CIRCUITS = NAMES.map((name) => ({ name, ...simulatedCircuit(`bench ${name}`) }));
/** What a reader knows of them. */
export const CIRCUIT_LIST: CircuitList = Object.fromEntries(
  CIRCUITS.map(({ circuitId, name }) => [circuitId, { name }]),
);
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
  // Block 0, the first ADMINs, and what two persons did: roles, circuits, a policy, a party root; development keys are allowed.
  let next = 1 + 1 + 2 * GRANTS.length + 1 + 2 * CIRCUITS.length + 4;
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

  writeSettings(ledger, policy, policyId);
  for (const [batch, claims] of claimed.entries()) {
    const items = claims.map(({ claim, circuit, signals }, i): Item => {
      const [, , head = 0n, parties = 0n, record = 0n, deviations = 0n] = signals;
      const proof = proofs[batch * CLAIMS + i] ?? [];
      return { claim, circuitId: circuit.circuitId, head, parties, record, deviations, proof };
    });
    await writeBatch(ledger, batch, policyId, items);
  }
  return { addresses: ADDRESSES, logs: ledger.logs, timeOf, answer: answers(ledger) };
}

function writeSettings(ledger: Ledger, policy: ChainPolicy, policyId: string): void {
  const founded = ADMINS.flatMap((admin): Emitted[] => [
    ["roles", "RoleGranted", [ROLE_ID.admin, admin, ADMINS[0]]],
    ["roles", "RoleTermsSet", [ROLE_ID.admin, admin, id(admin), 0n, NO_END, ADMINS[0]]],
  ]);
  ledger.transaction(...founded);
  for (const [role, account] of GRANTS) {
    const terms = [role, account, id(account), 0n, NO_END];
    ledger.transaction(["roles", "RoleProposed", [...terms, ADMINS[0]]]);
    ledger.transaction(
      ["roles", "RoleGranted", [role, account, ADMINS[1]]],
      ["roles", "RoleTermsSet", [...terms, ADMINS[1]]],
    );
  }
  ledger.transaction(["circuits", "DevelopmentAllowed", []]);
  for (const { circuitId, key, name } of CIRCUITS) {
    const encoded = hexlify(encodeVerifyingKey(key));
    ledger.transaction(["circuits", "CircuitProposed", [circuitId, OWNER, KIND[name], 1000, true, ZeroHash]]);
    ledger.transaction(["circuits", "CircuitAdded", [circuitId, KIND[name], APPROVER, 1000, true, ZeroHash, encoded]]);
  }
  ledger.transaction(["policies", "PolicyProposed", [policyId, OWNER, policy]]);
  ledger.transaction(["policies", "PolicyApproved", [policyId, APPROVER, nameWord("MA-1"), 0n]]);
  ledger.transaction(["parties", "PartyRootProposed", [ROOT, OWNER, id("parties")]]);
  ledger.transaction(["parties", "PartyRootApproved", [ROOT, APPROVER, id("parties"), nameWord("QA-1"), 0n, 0n]]);
}

async function writeBatch(ledger: Ledger, batch: number, policyId: string, items: readonly Item[]): Promise<void> {
  const commitment = commitmentOf(batch);
  const key = batchKey(OWNER, commitment);
  const openedAt = BigInt(timeOf(ledger.block));
  const due = [openedAt + 3650n * DAY, openedAt + 3650n * DAY];
  const [serial, opening] = [batch + 1, headOf(batch, -1)];
  const opened = [key, OWNER, policyId, serial, commitment, opening, due, ZeroHash, [QP.address], [], [], ZeroHash];
  ledger.transaction(["registry", "BatchOpened", opened]);
  let trail: string = ZeroHash;
  for (const [stage, part] of [items.slice(0, 2), items.slice(2)].entries()) {
    trail = part.reduce((before, item) => extendRunningHash(before, "attest", [key, item]), trail);
    ledger.transaction(
      ["registry", "HeadSet", [key, stage, headOf(batch, stage), true]],
      ...part.map(({ claim, circuitId, head, parties, record, deviations, proof }): Emitted => {
        const values = [key, claim, circuitId, head, parties, record, deviations, OWNER, openedAt, proof];
        return ["registry", "ClaimAttested", values];
      }),
    );
  }
  if (!isWaiting(batch)) {
    const now = BigInt(timeOf(ledger.block));
    const signed = { policyId, trail, exceptionsHash: ZeroHash, certified: 0n };
    const certificate = releaseCertificate(key, signed, id(`certificate ${batch}`), now, now + DAY);
    const signature = await signCertificate(QP, CHAIN_ID, ADDRESSES.registry, certificate);
    ledger.transaction(["registry", "BatchReleased", [key, QP.address, certificate, signature]]);
  }
  if (isRaised(batch)) {
    const number = ledger.count("ExceptionRaised") + 1;
    const values = [key, number, 2, 0, 2, nameWord(`DEV-${number}`), ZeroHash, OWNER, number, false];
    ledger.transaction(["registry", "ExceptionRaised", values]);
  }
}

type Emitted = readonly [part: keyof Addresses, event: string, values: readonly unknown[]];

/** Collects logs, one transaction in each block, and keeps the contracts' journals as `Journal.sol` does. */
class Ledger {
  readonly logs: SimulatedLog[][] = [[]];
  readonly #counts = new Map<string, number>();
  readonly #journals = new Map<keyof Addresses, string>();

  /** The block of the next transaction. */
  get block(): number {
    return this.logs.length;
  }

  count(event: string): number {
    return this.#counts.get(event) ?? 0;
  }

  journal(part: keyof Addresses): string {
    return this.#journals.get(part) ?? hashed(["uint256", "address"], [CHAIN_ID, ADDRESSES[part]]);
  }

  transaction(...events: readonly Emitted[]): void {
    const { block } = this;
    const logs = events.map(([part, event, values], index): SimulatedLog => {
      this.#counts.set(event, this.count(event) + 1);
      const { topics, data } = compiled(CONTRACT_OF[part]).interface.encodeEventLog(event, values);
      this.#journals.set(
        part,
        hashed(
          ["bytes32", "uint256", "uint256", "bytes32", "bytes32"],
          [this.journal(part), block, timeOf(block), keccak256(concat(topics)), keccak256(data)],
        ),
      );
      return {
        address: ADDRESSES[part],
        topics: topics,
        data,
        blockNumber: hex(block),
        blockHash: hashOf(block),
        blockTimestamp: hex(timeOf(block)),
        transactionHash: id(`transaction ${block}`),
        transactionIndex: "0x0",
        logIndex: hex(index),
        removed: false,
      };
    });
    this.logs.push(logs);
  }
}

function hashed(types: readonly string[], values: readonly unknown[]): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, values));
}

/** Immutables that are not addresses of the register. */
const SETTINGS = {
  since: 0,
  developmentAllowed: true,
  gracePeriod: 0,
  predecessor: ZeroAddress,
  predecessorJournal: ZeroHash,
} as const;

/** What the views say, in the order of their outputs. */
function answers(ledger: Ledger): SimulatedRegister["answer"] {
  const values: Readonly<Record<string, unknown>> = { ...ADDRESSES, ...SETTINGS };
  return (part, method) => {
    if (method === "journal") return [ledger.journal(part)];
    const value = values[method];
    if (value === undefined) throw new Error(`nobody asks ${part}.${method}`);
    return [value];
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
  return {
    documentHash: id("policy"),
    product: nameWord("BENCH"),
    version: 1,
    stages: 2,
    maxDue: [DAY, DAY],
    confirmedStages: 0n,
    claims,
  };
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
