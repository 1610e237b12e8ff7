import { bn254 } from "@noble/curves/bn254.js";
import {
  concat,
  dataSlice,
  hexlify,
  id,
  keccak256,
  toBeHex,
  ZeroAddress,
  ZeroHash,
  type TransactionReceipt,
} from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attest, itemOf } from "../../src/chain/attest.ts";
import { DISPOSITION } from "../../src/formats/codes.ts";
import { qaRole, ROLE_ID } from "../../src/formats/roleIds.ts";
import { embeddedChain, mineAt } from "../../src/chain/connect.ts";
import { batchKey } from "../../src/formats/context.ts";
import { approveCircuit, mined, proposeCircuit } from "../../src/chain/deploy.ts";
import { raiseException } from "../../src/chain/exceptions.ts";
import type { Item } from "../../src/chain/handles.ts";
import { policyIdOf } from "../../src/formats/chainPolicy.ts";
import { explained } from "../../src/chain/revert.ts";
import { extendRunningHash } from "../../src/chain/runningHash.ts";
import { encodeVerifyingKey } from "../../src/setup/verifyingKey.ts";
import { FIELD } from "../../src/formats/field.ts";
import { formatTime } from "../../src/input/times.ts";
import { startAnvil } from "../contracts/support/chains.ts";
import { tinyCircuit } from "../contracts/support/eightSignals.ts";
import { simulatedCircuit } from "../support/simulated.ts";
import {
  ASSAY,
  codeOf,
  CUSTODY_0,
  CUSTODY_1,
  DAY,
  LEG,
  LEG_0,
  LEG_1,
  NO_CONSENT,
  NO_PREDECESSOR,
  ROOT,
  STERILITY,
  World,
  type Actor,
  type OpenBatch,
} from "../contracts/support/world.ts";
import type { Certificate } from "../../src/formats/certificate.ts";
import { OTHER } from "../contracts/support/reasons.ts";
import { nameWord } from "../../src/formats/names.ts";

let world: World;
beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());

/** Sends items as an actor and says which check refused them. */
function refusedAttest(actor: Actor, batch: OpenBatch, ...items: Item[]): Promise<string | undefined> {
  return codeOf(mined(() => world.as(actor).registry.attest(batch.key, items)));
}

/** Sends raw call data as an actor, with enough gas and no estimate, so that the chain itself decides. */
async function sendRaw(actor: Actor, data: string): Promise<TransactionReceipt> {
  const sent = await world.signers[actor].sendTransaction({ to: world.addresses.registry, data, gasLimit: 5_000_000n });
  const receipt = await world.chain.provider.waitForTransaction(sent.hash);
  if (receipt === null) throw new Error("not mined");
  return receipt;
}

/** Which check refuses raw call data. */
function refusedRaw(actor: Actor, data: string): Promise<string | undefined> {
  const from = world.address[actor];
  return codeOf(explained(() => world.chain.provider.call({ to: world.addresses.registry, from, data })));
}

/** Raises an exception and returns its number. */
async function raise(actor: Actor, { key }: OpenBatch, claim = LEG): Promise<bigint> {
  const report = { category: "parameter", severity: 2, reference: "DEV-1", evidence: ZeroHash } as const;
  return (await raiseException(world.as(actor), [{ key, claim }], report)).raised[0].id;
}

/** Closes an exception by QA and QP. */
async function close(id: bigint, disposition: number): Promise<void> {
  await mined(() => world.as("qa").persons.proposeClosing(id, disposition, ZeroHash));
  await mined(() => world.as("qp").persons.confirmClosing(id, disposition, ZeroHash));
}

/** Which check refuses the QP's certification of a batch as it stands. */
async function certifyRefused(batch: OpenBatch, signed?: [Certificate, string]): Promise<string | undefined> {
  const [certificate, signature] = signed ?? (await world.sign(batch));
  return codeOf(mined(() => world.as("qp").registry.certify(batch.key, certificate, signature)));
}

function openArgs(now: bigint, batch: bigint, supersedes = NO_PREDECESSOR, consent = NO_CONSENT) {
  return [
    batch,
    1n,
    policyIdOf(world.plainPolicy()),
    [now + DAY, now + 2n * DAY],
    consent,
    [world.address.qp],
    [],
    [],
    supersedes,
  ] as const;
}

// Verifies R-register-attest.
describe("V1: front-running", () => {
  it("the same call data from another account reverts, whether or not the head is set", async () => {
    const batch = await world.open();
    const assay = await world.item(batch, ASSAY, 101n, "manufacturer");
    expect(await refusedAttest("stranger", batch, assay)).toBe("NotSubmitter");
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [assay]));
    const sterility = await world.prove(batch, STERILITY, 101n, "manufacturer");
    expect(await refusedAttest("stranger", batch, itemOf(sterility))).toBe("ProofInvalid");
    // The library says more than the chain can.
    expect(await codeOf(attest(world.signers.stranger, world.deployment, batch.key, [sterility]))).toBe("context");
    await attest(world.signers.manufacturer, world.deployment, batch.key, [sterility]);
  });
});

// Verifies R-register-attest.
describe("V2: replay", () => {
  it("a proof for this registry is worth nothing on a redeployed one", async () => {
    const batch = await world.open();
    const item = await world.item(batch, LEG, 100n, "manufacturer");
    const redeployed = await World.build(world.chain);
    expect(redeployed.addresses.registry).not.toBe(world.addresses.registry);
    const now = await redeployed.now();
    await mined(() => redeployed.as("manufacturer").registry.openBatch(...openArgs(now, batch.batch)));
    const there = redeployed.as("manufacturer").registry;
    expect(await codeOf(mined(() => there.attest(batch.key, [item])))).toBe("ProofInvalid");
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [item]));
  });

  it("a proof for this chain is worth nothing on another one, even at the same addresses", async () => {
    const home = await World.build(await embeddedChain());
    const { chain } = await startAnvil(1337n);
    const other = await World.build(chain);
    try {
      expect(other.addresses).toEqual(home.addresses);
      const [batch, twin] = [await home.open(), await other.open()];
      expect(twin.key).toBe(batch.key);
      const item = await home.item(batch, LEG, 100n, "manufacturer");
      const there = other.as("manufacturer").registry;
      expect(await codeOf(mined(() => there.attest(twin.key, [item])))).toBe("ProofInvalid");
      await mined(() => home.as("manufacturer").registry.attest(batch.key, [item]));
    } finally {
      await Promise.all([home.chain.close(), chain.close()]);
    }
  });
});

// Verifies R-register-attest.
describe("V3: attesting twice, aliases of a signal", () => {
  it("a claim is attested once: not in a second call and not in the same one", async () => {
    const batch = await world.open();
    const first = await world.item(batch, LEG, 100n, "manufacturer");
    const again = await world.item(batch, LEG, 100n, "manufacturer");
    expect(again.proof).not.toEqual(first.proof);
    expect(await refusedAttest("manufacturer", batch, first, again)).toBe("AlreadyAttested");
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [first]));
    expect(await refusedAttest("manufacturer", batch, again)).toBe("AlreadyAttested");
  });

  it.each([
    ["record", "SignalOutOfField"],
    ["deviations", "SignalOutOfField"],
    ["head", "NotAFieldElement"],
    ["parties", "RootNotValid"],
  ] as const)("%s + r is refused: %s", async (signal, code) => {
    const batch = await world.open();
    const item = await world.item(batch, LEG, 100n, "manufacturer");
    expect(await refusedAttest("manufacturer", batch, { ...item, [signal]: item[signal] + FIELD })).toBe(code);
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [item]));
  });

  it("every signal that the sender names is bound by the proof", async () => {
    const batch = await world.open();
    const item = await world.item(batch, LEG, 100n, "manufacturer");
    for (const signal of ["head", "record", "deviations"] as const) {
      expect(await refusedAttest("manufacturer", batch, { ...item, [signal]: item[signal] + 1n })).toBe("ProofInvalid");
    }
    expect(await refusedAttest("manufacturer", batch, { ...item, claim: ASSAY })).toBe("ProofInvalid");
  });
});

describe("V4: what is retired, revoked or frozen", () => {
  it("a retired policy opens no batch, and open ones finish", async () => {
    const policy = world.plainPolicy(2);
    const policyId = await world.approve(policy);
    const batch = await world.open(policy);
    await mined(() => world.as("approver").policies.retire(policyId, ...OTHER));
    expect(await codeOf(world.open(policy))).toBe("PolicyNotEffective");
    const item = await world.item(batch, LEG, 100n, "manufacturer");
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [item]));
  });

  it("an unknown or revoked party root attests nothing; a superseded one only in its grace period", async () => {
    const batch = await world.open();
    const using = (parties: bigint) => world.item(batch, LEG, 100n, "manufacturer", { parties });
    expect(await refusedAttest("manufacturer", batch, await using(6_000n))).toBe("RootNotValid");

    const publish = async (root: bigint) => {
      await mined(() => world.as("proposer").parties.propose(root, id("list")));
      await mined(() => world.as("approver").parties.approve(root, id("list"), nameWord("QA-2")));
    };
    await publish(6_000n);
    await mined(() => world.as("approver").parties.revoke(6_000n, 0n, ...OTHER));
    expect(await refusedAttest("manufacturer", batch, await using(6_000n))).toBe("RootNotValid");
    const comeback = world.as("proposer").parties;
    expect(await codeOf(mined(() => comeback.propose(6_000n, id("list"))))).toBe("RootIsRevoked");

    // ROOT was superseded by the revoked one and lives for its grace period.
    const graced = await using(ROOT);
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [graced]));
    const late = await world.open();
    await mineAt(world.chain, (await world.now()) + 11n * DAY);
    const item = await world.item(late, LEG, 100n, "manufacturer");
    expect(await refusedAttest("manufacturer", late, item)).toBe("RootNotValid");
    await publish(ROOT);
    await mined(() => world.as("manufacturer").registry.attest(late.key, [item]));
  });

  // Verifies R-register-frozen.
  it("a frozen circuit attests nothing, an announced freeze stops new policies only", async () => {
    // A world of its own: a freeze cannot be undone.
    const own = await World.build(world.chain);
    const batch = await own.open();
    const items = [
      await own.item(batch, LEG, 100n, "manufacturer"),
      await own.item(batch, ASSAY, 101n, "manufacturer"),
    ] as const;
    const freeze = own.as("admin").circuits;
    const end = (await own.now()) + DAY;
    await mined(() => freeze.freeze(own.temperature.circuitId, end, false));
    expect(await codeOf(own.approve(own.plainPolicy(3)))).toBe("CircuitIsFrozen");
    const { registry } = own.as("manufacturer");
    await mined(() => registry.attest(batch.key, [items[0]]));
    await mineAt(own.chain, end);
    expect(await codeOf(mined(() => registry.attest(batch.key, [items[1]])))).toBe("CircuitIsFrozen");
    expect(await codeOf(mined(() => freeze.freeze(own.temperature.circuitId, end + DAY, false)))).toBe(
      "FreezeOnlyStricter",
    );
  });
});

// Verifies R-register-consent.
describe("V4: consent", () => {
  it("a revoked consent opens no batch; a batch that has it is certified only after its QP decided", async () => {
    const consent = await world.consent();
    const batch = await world.open(world.plainPolicy(), { consent });
    expect(await codeOf(world.open(world.plainPolicy(), { consent }))).toBe("ConsentUsed");
    await world.makeCompliant(batch);
    const early = await world.sign(batch);
    await mined(() => world.as("stranger").consents.revoke(consent));
    expect(await world.status(batch)).toBe("Exception");
    expect(await certifyRefused(batch)).toBe("ExceptionsOpen");
    for (const actor of ["manufacturer", "qa", "authority", "rivalQp"] as const) {
      const { registry } = world.as(actor);
      expect(await codeOf(mined(() => registry.decideRevocation(batch.key, ...OTHER)))).toBe("NotQp");
    }
    await mined(() => world.as("qp").registry.decideRevocation(batch.key, ...OTHER));
    expect(await certifyRefused(batch, early)).toBe("CertificateExceptionsWrong");
    await world.certify(batch);

    const withdrawn = await world.consent();
    await mined(() => world.as("stranger").consents.revoke(withdrawn));
    expect(await codeOf(world.open(world.plainPolicy(), { consent: withdrawn }))).toBe("ConsentNotValid");
  });

  it("nobody else revokes a consent, and a revocation stops no record", async () => {
    const consent = await world.consent();
    const batch = await world.open(world.plainPolicy(), { consent });
    expect(await codeOf(mined(() => world.as("rival").consents.revoke(consent)))).toBe("NotHolder");
    await mined(() => world.as("stranger").consents.revoke(consent));
    await world.makeCompliant(batch);
    await raise("qa", batch);
    await mined(() => world.as("authority").registry.recall(batch.key, ...OTHER));
  });
});

describe("V5: bad proofs", () => {
  it("one bad proof among good ones reverts the whole call, without an event", async () => {
    const batch = await world.open();
    const good = await world.item(batch, LEG, 100n, "manufacturer");
    const bad = { ...(await world.item(batch, ASSAY, 101n, "manufacturer")), record: 1n };
    const { registry } = world.deployment;
    const receipt = await sendRaw(
      "manufacturer",
      registry.interface.encodeFunctionData("attest", [batch.key, [good, bad]]),
    );
    expect(receipt.status).toBe(0);
    expect(receipt.logs).toEqual([]);
    expect((await registry.batchOf(batch.key)).attested).toBe(0n);
    expect(await registry.headOf(batch.key, 0)).toBe(0n);
  });

  it("invalid points are refused, and burn no more gas than twice that of an honest call", async () => {
    const batch = await world.open();
    const item = await world.item(batch, LEG, 100n, "manufacturer");
    const q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
    const [ax = 0n, ay = 0n, bx = 0n, , , , cx = 0n, cy = 0n] = item.proof;
    const mangled = (changes: Record<number, bigint>) => ({
      ...item,
      proof: item.proof.map((word, i) => changes[i] ?? word),
    });
    expect(await refusedAttest("manufacturer", batch, mangled({ 0: ax + 1n }))).toBe("ProofInvalid");
    expect(await refusedAttest("manufacturer", batch, mangled({ 0: 0n, 1: 0n }))).toBe("ProofPointZero");
    expect(await refusedAttest("manufacturer", batch, mangled({ 2: 0n, 3: 0n, 4: 0n, 5: 0n }))).toBe("ProofPointZero");
    expect(await refusedAttest("manufacturer", batch, mangled({ 6: 0n, 7: 0n }))).toBe("ProofPointZero");
    expect(await refusedAttest("manufacturer", batch, mangled({ 6: cx + q }))).toBe("ProofWordOutOfField");
    expect(await refusedAttest("manufacturer", batch, mangled({ 1: ay + q }))).toBe("ProofWordOutOfField");
    expect(await refusedAttest("manufacturer", batch, mangled({ 7: q - cy }))).toBe("ProofInvalid");

    const { interface: abi } = world.deployment.registry;
    const gasOf = async (sent: Item) =>
      (await sendRaw("manufacturer", abi.encodeFunctionData("attest", [batch.key, [sent]]))).gasUsed;
    const burnt = [await gasOf(mangled({ 0: ax + 1n })), await gasOf(mangled({ 2: bx + 1n }))];
    const honest = await gasOf(item);
    for (const gas of burnt) expect(gas).toBeLessThan(2n * honest);
  });
});

describe("V6: batch scalars", () => {
  it("two bad proofs that cancel under equal scalars are refused", async () => {
    const batch = await world.open();
    const leg = await world.item(batch, LEG, 100n, "manufacturer");
    const assay = await world.item(batch, ASSAY, 101n, "manufacturer");
    // A pairing is linear in C: what one C has too much, the other has too little.
    const [first, second] = [pointC(leg), pointC(assay)];
    const shift = bn254.G1.Point.BASE;
    const cancelling = [withC(leg, first.add(shift)), withC(assay, second.subtract(shift))] as const;
    expect(pointC(cancelling[0]).add(pointC(cancelling[1])).equals(first.add(second))).toBe(true);
    expect(await refusedAttest("manufacturer", batch, ...cancelling)).toBe("ProofInvalid");
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [leg, assay]));
  });

  function pointC({ proof: [, , , , , , x = 0n, y = 0n] }: Item) {
    return bn254.G1.Point.fromAffine({ x, y });
  }

  function withC(item: Item, point: ReturnType<typeof pointC>): Item {
    const { x, y } = point.toAffine();
    return { ...item, proof: [...item.proof.slice(0, 6), x, y] };
  }
});

// Verifies R-register-two-persons.
describe("V7: circuits", () => {
  it("V60: nobody adds a circuit alone, the admin neither", async () => {
    const key = hexlify(encodeVerifyingKey(simulatedCircuit("V60").key));
    for (const actor of ["admin", "manufacturer"] as const) {
      const { circuits } = world.as(actor);
      expect(await codeOf(mined(() => circuits.propose(keccak256(key), 1, 210, true, ZeroHash)))).toBe("RoleNotHeld");
      expect(await codeOf(mined(() => circuits.approve(key, 1, 210, true, ZeroHash)))).toBe("RoleNotHeld");
    }
  });

  it("a key without a second-phase contribution is refused (S2)", async () => {
    const key = tinyCircuit("temperature").keyWithoutContribution;
    const transcript = id("transcript");
    const circuit = { key, kind: 1, tier: 210, transcript };
    expect(await codeOf(proposeCircuit(world.signers.proposer, world.deployment, circuit))).toBe("key-delta");
    expect(await codeOf(approveCircuit(world.signers.approver, world.deployment, circuit))).toBe("key-delta");
    // The chain refuses it on its own, whoever asks and with whatever tool.
    const encoded = hexlify(encodeVerifyingKey(key));
    await mined(() => world.as("proposer").circuits.propose(keccak256(encoded), 1, 210, false, transcript));
    const approved = mined(() => world.as("approver").circuits.approve(encoded, 1, 210, false, transcript));
    expect(await codeOf(approved)).toBe("DeltaIsGenerator");
  });
});

// Verifies R-register-roles.
describe("V8: release and approval by the wrong hands", () => {
  async function certifyCode(batch: OpenBatch, signer: Actor): Promise<string | undefined> {
    const [certificate, signature] = await world.sign(batch, signer);
    return codeOf(mined(() => world.as("stranger").registry.certify(batch.key, certificate, signature)));
  }

  // Verifies R-register-certify.
  it("no release with a missing claim or an open exception", async () => {
    const batch = await world.open();
    expect(await certifyCode(batch, "qp")).toBe("ClaimsMissing");
    await world.makeCompliant(batch);
    await raise("manufacturer", batch);
    expect(await certifyCode(batch, "qp")).toBe("ExceptionsOpen");
  });

  // Verifies R-register-certify.
  it("no release of a batch that is held, recalled or ended", async () => {
    const [held, recalled, rejected] = [await world.open(), await world.open(), await world.open()];
    for (const batch of [held, recalled, rejected]) await world.makeCompliant(batch);
    await mined(() => world.as("authority").registry.hold([held.key], ...OTHER, nameWord("ORDER-1")));
    expect(await certifyRefused(held)).toBe("BatchIsHeld");
    // The QP cannot lift what the authority holds.
    const { authority, qp } = world.address;
    const unhold = (holder: string) => codeOf(mined(() => world.as("qp").registry.unhold(held.key, holder, ...OTHER)));
    expect([await unhold(authority), await unhold(qp)]).toEqual(["HoldNotYours", "HoldUnchanged"]);
    await mined(() => world.as("authority").registry.recall(recalled.key, ...OTHER));
    expect(await certifyRefused(recalled)).toBe("BatchIsRecalled");
    await mined(() => world.as("qp").registry.reject(rejected.key, ...OTHER));
    expect(await certifyRefused(rejected)).toBe("StatusWrong");
  });

  // Verifies R-register-settle.
  it("no release by an accepted exception in place of a specification or of custody", async () => {
    const batch = await world.open();
    await close(await raise("qa", batch, LEG), DISPOSITION.accepted);
    await close(await raise("qa", batch, ASSAY), DISPOSITION.accepted);
    expect(await certifyRefused(batch)).toBe("ClaimsMissing");
    const assay = await world.item(batch, ASSAY, 101n, "manufacturer");
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [assay]));
    await world.certify(batch);

    const custodial = await world.open(world.custodyPolicy());
    for (const claim of [CUSTODY_0, LEG_0, CUSTODY_1, LEG_1]) {
      await close(await raise("qa", custodial, claim), DISPOSITION.accepted);
    }
    const { release } = await world.deployment.gate.missingClaims(custodial.key);
    expect(release).toBe((1n << BigInt(CUSTODY_0)) | (1n << BigInt(CUSTODY_1)));
    expect(await certifyRefused(custodial)).toBe("ClaimsMissing");
  });

  // Verifies R-register-certify.
  it("no release by anybody but a QP whom the batch names and whose role is valid", async () => {
    const batch = await world.open();
    await world.makeCompliant(batch);
    expect(await certifyCode(batch, "stranger")).toBe("SignerNotQp");
    expect(await certifyCode(batch, "manufacturer")).toBe("SignerNotQp");
    expect(await certifyCode(batch, "rivalQp")).toBe("SignerNotQp");
    const { roles } = world.as("admin");
    await mined(() => roles.revokeRole(ROLE_ID.qp, world.address.qp));
    expect(await certifyCode(batch, "qp")).toBe("RoleNotHeld");
    await world.giveRole(ROLE_ID.qp, "qp");
    const [certificate, signature] = await world.sign(batch);
    await mined(() => world.as("stranger").registry.certify(batch.key, certificate, signature));
    expect(await codeOf(mined(() => world.as("qp").registry.certify(batch.key, certificate, signature)))).toBe(
      "StatusWrong",
    );
  });

  // Verifies R-register-two-persons.
  it("nobody approves what he proposed, with both roles or with two accounts", async () => {
    const { roles } = world.as("admin");
    const policy = world.plainPolicy(4);
    await mined(() => world.as("proposer").policies.propose(policy));
    await world.giveRole(ROLE_ID.approver, "proposer");
    await world.giveRole(ROLE_ID.approver, "twin", "proposer");
    const approve = (actor: Actor) =>
      codeOf(mined(() => world.as(actor).policies.approve(policyIdOf(policy), nameWord("MA-1"), 0n)));
    expect(await approve("proposer")).toBe("SameAccount");
    expect(await approve("twin")).toBe("SamePerson");
    expect(await approve("manufacturer")).toBe("RoleNotHeld");
    for (const actor of ["proposer", "twin"] as const) {
      await mined(() => roles.revokeRole(ROLE_ID.approver, world.address[actor]));
    }
  });
});

describe("V9: malformed calls", () => {
  // Verifies R-register-calldata.
  it("what stands after the arguments changes nothing that is signed, and arrays that lie about their length end the call", async () => {
    const batch = await world.open();
    const item = await world.item(batch, LEG, 100n, "manufacturer");
    const { interface: abi } = world.deployment.registry;
    const attesting = abi.encodeFunctionData("attest", [batch.key, [item]]);
    // Word 2 of the arguments is the number of items: two announced, one there; none announced, one there.
    const count = 4 + 2 * 32;
    const withCount = (n: bigint) =>
      concat([dataSlice(attesting, 0, count), toBeHex(n, 32), dataSlice(attesting, count + 32)]);
    expect((await sendRaw("manufacturer", withCount(2n))).status).toBe(0);
    expect(await refusedRaw("manufacturer", withCount(0n))).toBe("NoItems");
    const said = [1, 1, nameWord("DEV"), id("evidence")] as const;
    for (const data of [attesting, abi.encodeFunctionData("raiseException", [[batch.key], [LEG], ...said])]) {
      expect((await sendRaw("manufacturer", concat([data, ZeroHash, "0x01"]))).status).toBe(1);
    }
    const { trail, exceptionsHash } = await world.deployment.registry.batchOf(batch.key);
    expect([trail, exceptionsHash]).toEqual([
      extendRunningHash(ZeroHash, "attest", [batch.key, item]),
      extendRunningHash(ZeroHash, "raiseException", [batch.key, LEG, ...said]),
    ]);
  });

  // Verifies R-register-open, R-register-states.
  it("due dates that are past, beyond the policy, out of order or beyond 64 bits are refused", async () => {
    const now = await world.now();
    const { registry } = world.as("manufacturer");
    const [batch, opening, policyId, , consent, qps, stageQps, submitters, supersedes] = openArgs(now, 78n);
    const open = (...due: [bigint, bigint]) =>
      codeOf(
        mined(() => registry.openBatch(batch, opening, policyId, due, consent, qps, stageQps, submitters, supersedes)),
      );
    expect(await open(now - 1n, now + DAY)).toBe("DueNotInFuture");
    expect(await open(0n, 0n)).toBe("DueNotInFuture");
    expect(await open(now + 2n * DAY, now + DAY)).toBe("DueOrder");
    expect(await open(now + DAY, 2n ** 64n - 1n)).toBe("DueTooLate");
    const data = registry.interface.encodeFunctionData("openBatch", openArgs(now, 78n));
    const due = 4 + 3 * 32;
    const overflow = concat([dataSlice(data, 0, due), toBeHex(now + DAY + 2n ** 64n, 32), dataSlice(data, due + 32)]);
    expect((await sendRaw("manufacturer", overflow)).status).toBe(0);
    expect((await sendRaw("manufacturer", data)).status).toBe(1);
  });

  // Verifies R-register-open.
  it("a batch without QP, with a consent or a predecessor that is not there is refused", async () => {
    const { registry } = world.as("manufacturer");
    const [batch, opening, policyId, due, , qps, stageQps, submitters] = openArgs(await world.now(), 79n);
    const open = (consent: string, qpList: readonly string[], supersedes: string, commitment = batch) =>
      codeOf(
        mined(() =>
          registry.openBatch(commitment, opening, policyId, due, consent, qpList, stageQps, submitters, supersedes),
        ),
      );
    expect(await open(ZeroHash, [], ZeroHash)).toBe("QpMissing");
    expect(await open(ZeroHash, [ZeroAddress], ZeroHash)).toBe("RoleNotHeld");
    expect(await open(id("consent"), qps, ZeroHash)).toBe("ConsentNotValid");
    expect(await open(ZeroHash, qps, id("batch"))).toBe("BatchUnknown");
    expect(await open(ZeroHash, qps, ZeroHash, 0n)).toBe("NotAFieldElement");
    expect(await open(ZeroHash, qps, ZeroHash, FIELD)).toBe("NotAFieldElement");
  });
});

describe("V10: other people's batches", () => {
  it("opening a commitment seen in the mempool takes nothing from its owner", async () => {
    const now = await world.now();
    const squatted = 4_242n;
    await mined(() => world.as("rival").registry.openBatch(...openArgs(now, squatted)));
    await mined(() => world.as("manufacturer").registry.openBatch(...openArgs(now, squatted)));
    const { registry } = world.deployment;
    const own = batchKey(world.address.manufacturer, squatted);
    expect((await registry.batchOf(own)).owner).toBe(world.address.manufacturer);
    expect(batchKey(world.address.rival, squatted)).not.toBe(own);
    const again = world.as("manufacturer").registry;
    expect(await codeOf(mined(() => again.openBatch(...openArgs(now, squatted))))).toBe("BatchKnown");
    expect(await codeOf(mined(() => world.as("stranger").registry.openBatch(...openArgs(now, squatted))))).toBe(
      "RoleNotHeld",
    );
  });

  it("naming somebody's consent takes nothing from who it was given to", async () => {
    const consent = await world.consent();
    const theirs = openArgs(await world.now(), 4_343n, NO_PREDECESSOR, consent);
    await mined(() => world.as("rival").registry.openBatch(...theirs));
    const own = await world.open(world.plainPolicy(), { consent });
    const { registry } = world.deployment;
    expect(await registry.batchOfConsent(world.address.manufacturer, consent)).toBe(own.key);
  });

  it("a third party sets no head", async () => {
    const batch = await world.open();
    for (const actor of ["rival", "qa", "qp", "stranger"] as const) {
      const item = await world.item(batch, LEG, 666n, actor);
      expect(await refusedAttest(actor, batch, item)).toBe("NotSubmitter");
    }
    await mined(() => world.as("manufacturer").registry.nameSubmitter(batch.key, world.address.stranger));
    const item = await world.item(batch, LEG, 100n, "stranger");
    await mined(() => world.as("stranger").registry.attest(batch.key, [item]));
    const other = await world.item(batch, ASSAY, 101n, "manufacturer");
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [other]));
    const forked = await world.item(batch, STERILITY, 102n, "manufacturer");
    expect(await refusedAttest("manufacturer", batch, forked)).toBe("HeadWrong");
  });

  // Verifies R-register-heads.
  it("with custody claims no head is set but by a custody proof that continues the one before", async () => {
    const batch = await world.open(world.custodyPolicy());
    const leg = await world.item(batch, LEG_0, 200n, "manufacturer");
    expect(await refusedAttest("manufacturer", batch, leg)).toBe("HeadUnset");
    const skipping = await world.item(batch, CUSTODY_1, 201n, "manufacturer", { record: 200n });
    expect(await refusedAttest("manufacturer", batch, skipping)).toBe("HeadUnset");
    const elsewhere = await world.item(batch, CUSTODY_0, 200n, "manufacturer", { record: 1n });
    expect(await refusedAttest("manufacturer", batch, elsewhere)).toBe("PreviousHeadWrong");
    const custody = await world.item(batch, CUSTODY_0, 200n, "manufacturer", { record: batch.opening });
    const forking = await world.item(batch, CUSTODY_1, 201n, "manufacturer", { record: 199n });
    expect(await refusedAttest("manufacturer", batch, custody, forking)).toBe("PreviousHeadWrong");
    const wrongLeg = await world.item(batch, LEG_0, 199n, "manufacturer");
    expect(await refusedAttest("manufacturer", batch, custody, wrongLeg)).toBe("HeadWrong");
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [custody, leg]));
    const moved = await world.item(batch, LEG_0, 201n, "qa");
    expect(await codeOf(mined(() => world.as("qa").registry.amend(batch.key, moved, ...OTHER)))).toBe("HeadWrong");
  });

  it("the owner sets a head only under a custody exception, nobody else ever does", async () => {
    const batch = await world.open(world.custodyPolicy());
    const { registry, gate } = world.as("manufacturer");
    const setHead = (actor: Actor, stage = 0) =>
      codeOf(mined(() => world.as(actor).registry.setHead(batch.key, stage, 200n)));
    expect(await setHead("manufacturer")).toBe("NoCustodyException");
    await raise("qa", batch, LEG_0);
    expect(await setHead("manufacturer")).toBe("NoCustodyException");
    const exception = await raise("qa", batch, CUSTODY_0);
    for (const actor of ["rival", "qa", "qp", "courier", "stranger"] as const) {
      expect(await setHead(actor)).toBe("NotOwner");
    }
    expect(await setHead("manufacturer", 1)).toBe("HeadUnset");
    await mined(() => registry.setHead(batch.key, 0, 200n));
    expect(await setHead("manufacturer")).toBe("HeadIsSet");
    await close(exception, DISPOSITION.accepted);
    expect(await gate.isStageReady(batch.key, 1)).toBe(false);
    // The proof that follows must be about that head.
    const other = await world.item(batch, CUSTODY_0, 201n, "manufacturer", { record: batch.opening });
    expect(await refusedAttest("manufacturer", batch, other)).toBe("HeadWrong");
    const proof = await world.item(batch, CUSTODY_0, 200n, "manufacturer", { record: batch.opening });
    await mined(() => registry.attest(batch.key, [proof]));
    expect((await registry.batchOf(batch.key)).assertedHeads).toBe(1n);
  });

  it("nobody supersedes, ends or extends another owner's batch", async () => {
    const batch = await world.open();
    const rival = world.as("rival").registry;
    const args = openArgs(await world.now(), 81n, batch.key);
    expect(await codeOf(mined(() => rival.openBatch(...args)))).toBe("NotOwner");
    expect(await codeOf(mined(() => rival.abort(batch.key, ...OTHER)))).toBe("NotOwner");
    expect(await codeOf(mined(() => rival.extendDue(batch.key, 0, batch.due[0] + 1n, ...OTHER)))).toBe("NotOwner");
    const rivalQp = world.as("rivalQp").registry;
    expect(await codeOf(mined(() => rivalQp.reject(batch.key, ...OTHER)))).toBe("NotQp");
    expect(await codeOf(mined(() => rivalQp.hold([batch.key], ...OTHER, ZeroHash)))).toBe("NotQpOrAuthority");
    expect(await codeOf(mined(() => rivalQp.recall(batch.key, ...OTHER)))).toBe("NotQpOrAuthority");
    const exception = await raise("qa", batch);
    const rivalQa = world.as("rivalQa").persons;
    expect(await codeOf(mined(() => rivalQa.proposeClosing(exception, 1, ZeroHash)))).toBe("RoleNotHeld");
    await mined(() => world.as("qa").persons.proposeClosing(exception, 1, ZeroHash));
    expect(await codeOf(mined(() => world.as("rivalQp").persons.confirmClosing(exception, 1, ZeroHash)))).toBe("NotQp");
  });

  it("the opening and the submitters are the owner's, and final with the first head", async () => {
    const batch = await world.open();
    for (const actor of ["rival", "stranger", "qa"] as const) {
      const { registry } = world.as(actor);
      expect(await codeOf(mined(() => registry.replaceOpening(batch.key, 5n, ...OTHER)))).toBe("NotOwner");
      expect(await codeOf(mined(() => registry.nameSubmitter(batch.key, world.address.rival)))).toBe("NotOwner");
    }
    const item = await world.item(batch, LEG, 100n, "manufacturer");
    const { registry } = world.as("manufacturer");
    await mined(() => registry.attest(batch.key, [item]));
    expect(await codeOf(mined(() => registry.replaceOpening(batch.key, 5n, ...OTHER)))).toBe("FirstHeadSet");
    expect(await codeOf(mined(() => registry.nameSubmitter(batch.key, world.address.rival)))).toBe("FirstHeadSet");
  });

  it("nobody raises, amends or certifies about another owner's batch", async () => {
    const batch = await world.open();
    await world.makeCompliant(batch);
    for (const actor of ["rival", "rivalQa", "rivalQp", "stranger", "courier"] as const) {
      expect(await codeOf(raise(actor, batch))).toBe("NotConcerned");
      const item = await world.item(batch, LEG, 100n, actor);
      const { registry } = world.as(actor);
      expect(await codeOf(mined(() => registry.amend(batch.key, item, ...OTHER)))).toBe("RoleNotHeld");
    }
    for (const actor of ["manufacturer", "qa", "qp", "authority"] as const) await raise(actor, batch);
    expect((await world.deployment.registry.batchOf(batch.key)).openExceptions).toBe(4n);
  });
});

// Verifies R-register-certify.
describe("V11: signatures made before the last change", () => {
  async function certifyCode(batch: OpenBatch, [certificate, signature]: Awaited<ReturnType<World["sign"]>>) {
    return codeOf(mined(() => world.as("qp").registry.certify(batch.key, certificate, signature)));
  }

  it("a later exception, amendment or attestation voids a signature", async () => {
    const batch = await world.open();
    await world.makeCompliant(batch);
    const early = await world.sign(batch);
    const sterility = await world.item(batch, STERILITY, 101n, "manufacturer");
    await mined(() => world.as("manufacturer").registry.attest(batch.key, [sterility]));
    expect(await certifyCode(batch, early)).toBe("CertificateTrailWrong");

    const second = await world.sign(batch);
    const item = await world.item(batch, LEG, 100n, "qa", { record: 5n });
    await mined(() => world.as("qa").registry.amend(batch.key, item, ...OTHER));
    expect(await certifyCode(batch, second)).toBe("CertificateTrailWrong");

    const third = await world.sign(batch);
    await raise("qa", batch);
    expect(await certifyCode(batch, third)).toBe("CertificateExceptionsWrong");
  });

  it("what is decided about an exception, and a hold, voids a signature", async () => {
    const batch = await world.open();
    await world.makeCompliant(batch);
    const exception = await raise("qa", batch);
    const open = await world.sign(batch);
    await mined(() => world.as("qa").persons.proposeClosing(exception, DISPOSITION.unfounded, ZeroHash));
    const proposed = await world.sign(batch);
    await mined(() => world.as("qp").persons.confirmClosing(exception, DISPOSITION.unfounded, ZeroHash));
    for (const early of [open, proposed]) {
      expect(await certifyRefused(batch, early)).toBe("CertificateExceptionsWrong");
    }
    const closed = await world.sign(batch);
    await mined(() => world.as("qp").registry.hold([batch.key], ...OTHER, ZeroHash));
    await mined(() => world.as("qp").registry.unhold(batch.key, world.address.qp, ...OTHER));
    expect(await certifyRefused(batch, closed)).toBe("CertificateTrailWrong");
  });

  it("a disposition cannot be swapped between proposal and confirmation, nor confirmed by who proposed it", async () => {
    const batch = await world.open();
    const exception = await raise("qa", batch);
    const evidence = id("investigation");
    await mined(() => world.as("qa").persons.proposeClosing(exception, DISPOSITION.rejected, evidence));
    const confirm = (actor: Actor, disposition: number, hash: string) =>
      codeOf(mined(() => world.as(actor).persons.confirmClosing(exception, disposition, hash)));
    expect(await confirm("qp", DISPOSITION.accepted, evidence)).toBe("NotProposed");
    expect(await confirm("qp", DISPOSITION.rejected, ZeroHash)).toBe("NotProposed");
    // QA proposes something else while the QP confirms what he saw: exactly that happens, or nothing.
    await mined(() => world.as("qa").persons.proposeClosing(exception, DISPOSITION.accepted, evidence));
    expect(await confirm("qa", DISPOSITION.rejected, evidence)).toBe("NotQp");
    const { roles } = world.as("admin");
    const own = id("own");
    // One account with both roles, and one person with two accounts.
    await world.giveRole(qaRole(world.address.manufacturer), "qp");
    await world.giveRole(qaRole(world.address.manufacturer), "secondQp", "qp");
    await mined(() => world.as("qp").persons.proposeClosing(exception, DISPOSITION.accepted, own));
    expect(await confirm("qp", DISPOSITION.accepted, own)).toBe("SameAccount");
    await mined(() => world.as("secondQp").persons.proposeClosing(exception, DISPOSITION.accepted, id("other")));
    expect(await confirm("qp", DISPOSITION.accepted, id("other"))).toBe("SamePerson");
    for (const actor of ["qp", "secondQp"] as const) {
      await mined(() => roles.revokeRole(qaRole(world.address.manufacturer), world.address[actor]));
    }
    await mined(() => world.as("qp").persons.confirmClosing(exception, DISPOSITION.rejected, evidence));
    expect((await world.deployment.registry.exceptionOf(exception)).disposition).toBe(BigInt(DISPOSITION.rejected));
    expect((await world.deployment.registry.batchOf(batch.key)).settled).toBe(0n);
    expect(await confirm("qp", DISPOSITION.accepted, evidence)).toBe("ExceptionIsClosed");
  });

  it("no field of a certificate can be changed, nor its batch, time or number", async () => {
    const [batch, twin] = [await world.open(), await world.open()];
    await world.makeCompliant(batch);
    const now = await world.now();
    const cases = [
      [{ batch: twin.key }, "CertificateBatchWrong"],
      [{ policyId: id("other") }, "CertificatePolicyWrong"],
      [{ neededFor: 2 }, "CertificateNeededForWrong"],
      [{ certificate: ZeroHash }, "CertificateDocumentMissing"],
      [{ meaning: 6 }, "CertificateMeaningWrong"],
      [{ signedAt: now + DAY }, "CertificateFromFuture"],
      [{ deadline: now - 1n }, "CertificateExpired"],
      [{ nonce: 1n }, "CertificateNonceWrong"],
    ] as const;
    for (const [changes, code] of cases) {
      expect(await certifyCode(batch, await world.sign(batch, "qp", changes))).toBe(code);
    }
    const [certificate, signature] = await world.sign(batch);
    expect(await certifyCode(batch, [{ ...certificate, certificate: id("swapped") }, signature])).toBe("SignerNotQp");
  });

  it("a certificate is used once, also after an amendment reopened the batch", async () => {
    const batch = await world.open();
    await world.makeCompliant(batch);
    const signed = await world.sign(batch);
    await mined(() => world.as("qp").registry.certify(batch.key, ...signed));
    const item = await world.item(batch, LEG, 100n, "qa");
    await mined(() => world.as("qa").registry.amend(batch.key, item, ...OTHER));
    expect(await certifyCode(batch, signed)).toBe("CertificateTrailWrong");
    const { trail } = await world.deployment.registry.batchOf(batch.key);
    expect(await certifyCode(batch, await world.sign(batch, "qp", { trail, nonce: 0n }))).toBe("CertificateNonceWrong");
  });
});

describe("V12: laundering", () => {
  it("a policy in which one proof would attest two claims is refused", async () => {
    const policy = world.plainPolicy(5);
    const claims = policy.claims.map((claim) => ({ ...claim, rule: 99n }));
    const { policies } = world.as("proposer");
    expect(await codeOf(mined(() => policies.propose({ ...policy, claims })))).toBe("RuleRepeated");
  });

  it("a clean twin that supersedes a failed batch inherits its open exceptions", async () => {
    const failed = await world.open();
    const exception = await raise("qa", failed);
    const twin = await world.open(world.plainPolicy(), { supersedes: failed.key });
    await world.makeCompliant(twin);
    expect(await world.status(twin)).toBe("Exception");
    expect(await certifyRefused(twin)).toBe("ExceptionsOpen");
    // Also a twin of the twin.
    const second = await world.open(world.plainPolicy(), { supersedes: twin.key });
    await world.makeCompliant(second);
    expect(await certifyRefused(second)).toBe("ExceptionsOpen");
    await close(exception, DISPOSITION.rejected);
    await world.certify(twin);
    expect(await world.deployment.gate.isReleased(twin.key)).toBe(true);
  });

  it("a due date is extended only forward, within the policy, and counted", async () => {
    const batch = await world.open();
    const { registry } = world.as("manufacturer");
    const extend = (which: number, due: bigint) =>
      codeOf(mined(() => registry.extendDue(batch.key, which, due, ...OTHER)));
    expect(await extend(0, batch.due[0])).toBe("DueNotLater");
    expect(await extend(0, batch.due[1] + 1n)).toBe("DueOrder");
    expect(await extend(1, batch.due[1] + 90n * DAY)).toBe("DueTooLate");
    await mined(() => registry.extendDue(batch.key, 0, batch.due[0] + DAY, ...OTHER));
    expect((await registry.batchOf(batch.key)).due[0]).toBe(batch.due[0] + DAY);
  });

  it("a due date further away than the policy allows is refused, to the second", async () => {
    const { registry } = world.as("manufacturer");
    const [batch, opening, policyId, , consent, qps, stageQps, submitters, supersedes] = openArgs(0n, 80n);
    const at = (await world.now()) + 100n;
    const open = async (release: bigint, completion: bigint) => {
      await world.chain.provider.send("evm_setNextBlockTimestamp", [`0x${at.toString(16)}`]);
      const data = registry.interface.encodeFunctionData("openBatch", [
        batch,
        opening,
        policyId,
        [release, completion],
        consent,
        qps,
        stageQps,
        submitters,
        supersedes,
      ]);
      return (await sendRaw("manufacturer", data)).status;
    };
    expect(await open(at + 30n * DAY + 1n, at + 90n * DAY)).toBe(0);
    expect(await open(at + 30n * DAY, at + 90n * DAY + 1n)).toBe(0);
    expect(await open(at + 30n * DAY, at + 90n * DAY)).toBe(1);
  });
});

// Verifies R-register-opened, R-prover-opened.
describe("V33: a batch that is opened after its data", () => {
  it("cannot be said to have been opened at another time: the register fills it in", async () => {
    const batch = await world.open();
    const { opened } = await world.deployment.registry.batchOf(batch.key);
    // An item has no such signal: a proof for an earlier time holds for nothing that the register asks.
    const early = await world.prove(batch, LEG, 100n, "manufacturer", { opened: opened - 3650n * DAY });
    expect(await refusedAttest("manufacturer", batch, itemOf(early))).toBe("ProofInvalid");
    await expect(attest(world.signers.manufacturer, world.deployment, batch.key, [early])).rejects.toMatchObject({
      kind: "no",
      code: "opened",
    });
    const { blockNumber } = await mined(async () => {
      const item = await world.item(batch, LEG, 100n, "manufacturer");
      return world.as("manufacturer").registry.attest(batch.key, [item]);
    });
    const { registry } = world.deployment;
    const [event] = await registry.queryFilter(registry.getEvent("ClaimAttested")(batch.key), blockNumber);
    expect(event === undefined ? undefined : registry.interface.parseLog(event)?.args.opened).toBe(opened);
  });
});

// Verifies R-prover-opened.
describe("V37: a proof from before a replaced opening", () => {
  it("is refused before it is sent, with both times, and by the register", async () => {
    const batch = await world.open();
    const { opened } = await world.deployment.registry.batchOf(batch.key);
    const proof = await world.prove(batch, LEG, 100n, "manufacturer");
    await mineAt(world.chain, (await world.now()) + 100n);
    await mined(() => world.as("manufacturer").registry.replaceOpening(batch.key, 4_711n, ...OTHER));
    const moved = (await world.deployment.registry.batchOf(batch.key)).opened;
    expect(moved).toBeGreaterThanOrEqual(opened + 100n);
    await expect(attest(world.signers.manufacturer, world.deployment, batch.key, [proof])).rejects.toMatchObject({
      code: "opened",
      message: expect.stringContaining(formatTime(Number(moved))) as string,
      remedy: expect.stringContaining("Prove the claim again") as string,
    });
    expect(await refusedAttest("manufacturer", batch, itemOf(proof))).toBe("ProofInvalid");
    await attest(world.signers.manufacturer, world.deployment, batch.key, [
      await world.prove(batch, LEG, 100n, "manufacturer"),
    ]);
  });
});
