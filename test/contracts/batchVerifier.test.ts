import { ContractFactory, id, type Contract, type Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { itemOf } from "../../src/chain/attest.ts";
import { embeddedChain, type Chain } from "../../src/chain/connect.ts";
import { addCircuit, type DeployedRegister } from "../../src/chain/deploy.ts";
import type { VerifiedProof } from "../../src/chain/handles.ts";
import { explained } from "../../src/chain/revert.ts";
import { BatchproofError } from "../../src/errors.ts";
import { KIND, SIGNALS, type Signals } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { toSnarkjsKey } from "../../src/setup/verifyingKey.ts";
import { compileVerifier } from "../support/exportedVerifier.ts";
import { deployed, twoPersons } from "./support/twoPersons.ts";
import { developmentTinyCircuit, tinyCircuit, type TinyCircuit } from "./support/eightSignals.ts";
import { outsideG2 } from "../setup/support.ts";

/** Order of the base field. */
const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** Three circuits of the public ceremony, which share alpha, beta and gamma, and one of another setup. */
let circuits: readonly TinyCircuit[];
let chain: Chain;
let admin: Signer;
let deployment: DeployedRegister;
/** What snarkjs exports for each circuit. */
const exported = new Map<string, Contract>();
/** Two valid statements of each circuit, the circuits taking turns. */
let valid: readonly VerifiedProof[];

beforeAll(async () => {
  chain = await embeddedChain();
  admin = await chain.provider.getSigner(0);
  deployment = await deployed(chain, { developmentAllowed: true });
  const persons = await twoPersons(chain, deployment);
  const development = await developmentTinyCircuit();
  circuits = [...["temperature", "custody", "third"].map(tinyCircuit), development];
  for (const { circuitId, key } of circuits) {
    const transcript = circuitId === development.circuitId ? {} : { transcript: id("transcript") };
    await addCircuit(persons, deployment, { key, kind: KIND.temperature, tier: 210, ...transcript });
    const { interface: abi, bytecode } = compileVerifier(toSnarkjsKey(key));
    const verifier = await new ContractFactory(abi, bytecode, admin).deploy();
    exported.set(circuitId, (await verifier.waitForDeployment()) as Contract);
  }
  const statements: VerifiedProof[] = [];
  for (const [i, circuit] of [...circuits, ...circuits].entries()) statements.push(await prove(circuit, i));
  valid = statements;
});
afterAll(() => chain.close());

/** A valid statement about signals as long as real ones. */
async function prove(circuit: TinyCircuit, i: number): Promise<VerifiedProof> {
  const value = (name: string): bigint => BigInt(id(`${name} ${i}`)) % FIELD;
  const signals = Object.fromEntries(SIGNALS.map((name) => [name, value(name)])) as Signals;
  const envelope = await circuit.prove(0, signals);
  return {
    circuitId: circuit.circuitId,
    signals: envelope.signals.map(BigInt),
    proof: itemOf(envelope).proof,
  };
}

/** What the chain says of statements: "valid", or the code of the refusal. */
async function verifyMany(statements: readonly VerifiedProof[]): Promise<string | undefined> {
  try {
    await explained(() => deployment.circuits.verifyMany(statements));
    return "valid";
  } catch (error) {
    if (error instanceof BatchproofError) return error.code;
    throw error;
  }
}

/** The oracle: what the exported verifier of the statement's circuit answers. */
async function isAccepted({ circuitId, signals, proof }: VerifiedProof): Promise<boolean> {
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = proof;
  const points = [
    [ax, ay],
    [
      [bx1, bx0],
      [by1, by0],
    ],
    [cx, cy],
  ];
  return (await exported
    .get(circuitId)
    ?.getFunction("verifyProof")
    .staticCall(...points, signals)) as boolean;
}

/** Signals, then proof: the words of a statement that can be mangled. */
function withWord(statement: VerifiedProof, at: number, change: (word: bigint) => bigint): VerifiedProof {
  const words = [...statement.signals, ...statement.proof];
  words[at] = change(words[at] ?? 0n);
  return { ...statement, signals: words.slice(0, 8), proof: words.slice(8) };
}

function isCanonical({ signals, proof }: VerifiedProof): boolean {
  return signals.every((signal) => signal < FIELD) && proof.every((word) => word < Q);
}

/** The same list with one statement replaced. */
function replaced(at: number, statement: VerifiedProof): VerifiedProof[] {
  return valid.map((other, i) => (i === at ? statement : other));
}

// Verifies R-register-batch-verify.
describe("batched verification, compared with the verifiers that snarkjs exports", () => {
  it("accepts valid statements: one, several of one circuit, all circuits of both setups", async () => {
    for (const statement of valid) {
      expect(await isAccepted(statement)).toBe(true);
      expect(await verifyMany([statement])).toBe("valid");
    }
    expect(await verifyMany(valid)).toBe("valid");
    expect(await verifyMany([...valid].reverse())).toBe("valid");
    expect(await verifyMany(valid.filter((_, i) => i % 4 === 3))).toBe("valid");
    // The same proof twice proves no more, and no less.
    expect(await verifyMany([...valid, ...valid])).toBe("valid");
  });

  it("shares alpha, beta and gamma between circuits of one setup only", () => {
    const [first, second, , other] = circuits.map(({ key }) => key);
    expect([first?.alpha, first?.beta, first?.gamma]).toEqual([second?.alpha, second?.beta, second?.gamma]);
    expect(first?.delta).not.toEqual(second?.delta);
    expect(other?.alpha).not.toEqual(first?.alpha);
    expect(other?.beta).not.toEqual(first?.beta);
  });

  it("agrees about every single byte mangled, alone and among seven valid statements", async () => {
    const [statement] = valid as [VerifiedProof];
    const place = { signals: 0, proof: 0 };
    for (let at = 0; at < 16; at++) {
      for (let byte = 0; byte < 32; byte++) {
        const bit = 1n << BigInt(8 * byte + ((at + byte) % 8));
        const mangled = withWord(statement, at, (word) => word ^ bit);
        const code = await verifyMany([mangled]);
        // The exported verifier takes a y of A beyond the field for what it is modulo the field; the chain does not.
        expect(await isAccepted(mangled), `word ${at}, byte ${byte}`).toBe(code === "valid");
        expect(code).toBe(isCanonical(mangled) ? "ProofInvalid" : at < 8 ? "SignalOutOfField" : "ProofWordOutOfField");
        place[at < 8 ? "signals" : "proof"]++;
        if (byte % 8 === 0) expect(await verifyMany(replaced(0, mangled))).toBe(code);
      }
    }
    expect(place).toEqual({ signals: 256, proof: 256 });
  });

  it("refuses a bad statement at every place of the list", async () => {
    for (const [i, statement] of valid.entries()) {
      const bad = withWord(statement, 4, (record) => record + 1n);
      expect(await isAccepted(bad)).toBe(false);
      expect(await verifyMany(replaced(i, bad))).toBe("ProofInvalid");
    }
  });

  it("refuses proofs in another order, and signals under another circuit", async () => {
    const swapped = valid.map((statement, i) => ({ ...statement, proof: valid[i ^ 4]?.proof ?? [] }));
    for (const statement of swapped) expect(await isAccepted(statement)).toBe(false);
    expect(await verifyMany(swapped)).toBe("ProofInvalid");
    const renamed = valid.map((statement, i) => ({ ...statement, circuitId: valid[(i + 1) % 8]?.circuitId ?? "" }));
    for (const statement of renamed) expect(await isAccepted(statement)).toBe(false);
    expect(await verifyMany(renamed)).toBe("ProofInvalid");
  });

  it("refuses points at infinity, signals + r and coordinates + q wherever they stand", async () => {
    for (const i of [0, 7]) {
      const statement = valid[i] as VerifiedProof;
      for (const point of [
        [0, 1],
        [2, 3, 4, 5],
        [6, 7],
      ]) {
        const proof = statement.proof.map((word, at) => (point.includes(at) ? 0n : word));
        expect(await verifyMany(replaced(i, { ...statement, proof }))).toBe("ProofPointZero");
      }
      for (let at = 0; at < 16; at++) {
        const beyond = withWord(statement, at, (word) => word + (at < 8 ? FIELD : Q));
        expect(await verifyMany(replaced(i, beyond))).toBe(at < 8 ? "SignalOutOfField" : "ProofWordOutOfField");
      }
    }
  });

  // Verifies P4.
  it("refuses a B that is on its curve but outside the subgroup", async () => {
    const statement = valid[0] as VerifiedProof;
    const { x, y } = outsideG2();
    const proof = [...statement.proof.slice(0, 2), x.c1, x.c0, y.c1, y.c0, ...statement.proof.slice(6)];
    expect(await verifyMany(replaced(0, { ...statement, proof }))).toBe("ProofInvalid");
  });
});

describe("a single proof", () => {
  it("costs at most 10 % more than with the verifier that snarkjs exports", async () => {
    const { circuitId, signals, proof } = valid[0] as VerifiedProof;
    const [ax, ay, bx1, bx0, by1, by0, cx, cy] = proof;
    const single = exported.get(circuitId) as Contract;
    const points = [
      [ax, ay],
      [
        [bx1, bx0],
        [by1, by0],
      ],
      [cx, cy],
    ];
    const oracle = await executionGas(
      await single.getAddress(),
      single.interface.encodeFunctionData("verifyProof", [...points, signals]),
    );
    const registry = deployment.circuits;
    const ours = await executionGas(
      await registry.getAddress(),
      registry.interface.encodeFunctionData("verify", [circuitId, signals, proof]),
    );
    expect(Number(ours) / Number(oracle), `${ours} against ${oracle}`).toBeLessThan(1.1);
  });

  /** Gas of a call without what its transaction and its call data cost. */
  async function executionGas(to: string, data: string): Promise<bigint> {
    const receipt = await (await admin.sendTransaction({ to, data, gasLimit: 1_000_000n })).wait();
    const bytes = Buffer.from(data.slice(2), "hex");
    return (receipt?.gasUsed ?? 0n) - 21_000n - bytes.reduce((sum, byte) => sum + (byte === 0 ? 4n : 16n), 0n);
  }
});
