import { id, toBeHex, ZeroHash, type Signer } from "ethers";
import type { CircuitList } from "../../../src/audit/circuits.ts";
import { itemOf } from "../../../src/chain/attest.ts";
import { CLAIM_CLASS, NEEDED_FOR, STATUS, type StatusName } from "../../../src/formats/codes.ts";
import { qaRole, ROLE_ID } from "../../../src/formats/roleIds.ts";
import { chainTime, type Chain } from "../../../src/chain/connect.ts";
import { batchKey } from "../../../src/formats/context.ts";
import { addCircuit, deploy, mined, type DeployedRegister } from "../../../src/chain/deploy.ts";
import { releaseCertificate, signCertificate } from "../../../src/chain/eip712.ts";
import { registerAt, type Addresses, type Item, type Register } from "../../../src/chain/handles.ts";
import { giveRole } from "../../../src/chain/roles.ts";
import { policyIdOf, type ChainClaim, type ChainPolicy } from "../../../src/formats/chainPolicy.ts";
import { KIND, type Signals } from "../../../src/formats/constants.ts";
import { simulatedCircuit, type SimulatedCircuit } from "../../support/simulated.ts";
import type { Certificate } from "../../../src/formats/certificate.ts";
import type { ProofEnvelope } from "../../../src/formats/proof.ts";
import { nameWord } from "../../../src/formats/names.ts";

/**
 * Who acts, each with an account of its own. `rival` is a second manufacturer, `stranger` has no role at all, `twin` and
 * `secondQp` have none until somebody is to have two accounts.
 */
const ACTORS = [
  "admin",
  "proposer",
  "approver",
  "manufacturer",
  "rival",
  "qa",
  "rivalQa",
  "qp",
  "rivalQp",
  "authority",
  "courier",
  "stranger",
  "secondAdmin",
  "twin",
  "secondQp",
] as const;
export type Actor = (typeof ACTORS)[number];

export const DAY = 86_400n;
/** Claims of the plain policy: two stages, no custody. */
export const LEG = 0;
export const ASSAY = 1;
export const STERILITY = 2;
/** Claims of the policy with custody: two stages. */
export const CUSTODY_0 = 0;
export const LEG_0 = 1;
export const CUSTODY_1 = 2;
export const LEG_1 = 3;

export const ROOT = 5_000n;
export const NO_CONSENT = ZeroHash;
export const NO_PREDECESSOR = ZeroHash;

/**
 * A deployment with roles, circuits, two approved policies and a party root. Proofs are simulated, which takes
 * milliseconds; to the contracts they are as good as real ones, which batchVerifier.test.ts gives them.
 */
export class World {
  readonly chain: Chain;
  readonly deployment: DeployedRegister;
  readonly addresses: Addresses;
  readonly temperature: SimulatedCircuit;
  readonly custody: SimulatedCircuit;
  readonly signers: Readonly<Record<Actor, Signer>>;
  readonly address: Readonly<Record<Actor, string>>;
  #batches = 1000n;

  private constructor(
    chain: Chain,
    deployment: DeployedRegister,
    addresses: Addresses,
    signers: Record<Actor, Signer>,
    address: Record<Actor, string>,
  ) {
    this.chain = chain;
    this.deployment = deployment;
    this.addresses = addresses;
    this.signers = signers;
    this.address = address;
    this.temperature = simulatedCircuit("temperature");
    this.custody = simulatedCircuit("custody");
  }

  static async build(chain: Chain): Promise<World> {
    const signers = {} as Record<Actor, Signer>;
    const address = {} as Record<Actor, string>;
    for (const [i, actor] of ACTORS.entries()) {
      signers[actor] = await chain.provider.getSigner(i);
      address[actor] = await signers[actor].getAddress();
    }
    const deployment = await deploy(signers.admin, {
      admins: [address.admin, address.secondAdmin],
      persons: [id("admin"), id("secondAdmin")],
      partyGrace: Number(10n * DAY),
      developmentAllowed: true,
    });
    const world = new World(chain, deployment, deployment.addresses, signers, address);
    await world.#giveRoles();
    for (const [circuit, kind] of [
      [world.temperature, KIND.temperature],
      [world.custody, KIND.custody],
    ] as const) {
      await addCircuit(signers, deployment, { key: circuit.key, kind, tier: 210 });
    }
    await world.approve(world.plainPolicy());
    await world.approve(world.custodyPolicy());
    await mined(() => world.as("proposer").parties.propose(ROOT, id("party list")));
    await mined(() => world.as("approver").parties.approve(ROOT, id("party list"), nameWord("QA-1")));
    return world;
  }

  /** What a reader knows of its circuits. */
  get circuitList(): CircuitList {
    const { temperature, custody } = this;
    return { [temperature.circuitId]: { name: "temperature" }, [custody.circuitId]: { name: "custody" } };
  }

  async #giveRoles(): Promise<void> {
    const grants: readonly (readonly [string, Actor])[] = [
      [ROLE_ID.proposer, "proposer"],
      [ROLE_ID.approver, "approver"],
      [ROLE_ID.manufacturer, "manufacturer"],
      [ROLE_ID.manufacturer, "rival"],
      [ROLE_ID.qp, "qp"],
      [ROLE_ID.qp, "rivalQp"],
      [ROLE_ID.authority, "authority"],
      [qaRole(this.address.manufacturer), "qa"],
      [qaRole(this.address.rival), "rivalQa"],
    ];
    for (const [role, actor] of grants) {
      await this.giveRole(role, actor);
    }
  }

  /** Two ADMINs give a role for ten years. `person`: who the account belongs to; the actor, if not told otherwise. */
  async giveRole(role: string, actor: Actor, person: string = actor): Promise<void> {
    const now = await this.now();
    const { admin, secondAdmin } = this.signers;
    const terms = [role, this.address[actor], id(person), now, now + 3650n * DAY] as const;
    await giveRole([admin, secondAdmin], this.deployment, terms);
  }

  /** The contracts, called by one of the actors. */
  as(actor: Actor): Register {
    return registerAt(this.addresses, this.signers[actor]);
  }

  now(): Promise<bigint> {
    return chainTime(this.chain.provider);
  }

  plainPolicy(version = 1): ChainPolicy {
    const circuitIds = [this.temperature.circuitId];
    return this.#policy("PLAIN", version, [
      { circuitIds, rule: 11n, stage: 0, class: CLAIM_CLASS.process, neededFor: NEEDED_FOR.release, severity: 1 },
      { circuitIds, rule: 12n, stage: 1, class: CLAIM_CLASS.specification, neededFor: NEEDED_FOR.release, severity: 3 },
      { circuitIds, rule: 13n, stage: 1, class: CLAIM_CLASS.process, neededFor: NEEDED_FOR.completion, severity: 2 },
    ]);
  }

  custodyPolicy(version = 1): ChainPolicy {
    const custody = { circuitIds: [this.custody.circuitId], class: CLAIM_CLASS.custody };
    const leg = { circuitIds: [this.temperature.circuitId], class: CLAIM_CLASS.process };
    const release = { neededFor: NEEDED_FOR.release, severity: 1 };
    return this.#policy("CUSTODY", version, [
      { ...custody, ...release, rule: 21n, stage: 0 },
      { ...leg, ...release, rule: 22n, stage: 0 },
      { ...custody, ...release, rule: 23n, stage: 1 },
      { ...leg, ...release, rule: 24n, stage: 1 },
    ]);
  }

  #policy(product: string, version: number, claims: readonly ChainClaim[]): ChainPolicy {
    return {
      documentHash: id(product),
      product: nameWord(product),
      version,
      stages: 2,
      maxDue: [30n * DAY, 90n * DAY],
      confirmedStages: 0n,
      claims,
    };
  }

  async approve(policy: ChainPolicy): Promise<string> {
    const policyId = policyIdOf(policy);
    await mined(() => this.as("proposer").policies.propose(policy));
    await mined(() => this.as("approver").policies.approve(policyId, nameWord("MA-1"), 0n));
    return policyId;
  }

  /** Opens a batch, of the manufacturer if not told otherwise. */
  async open(
    policy: ChainPolicy = this.plainPolicy(),
    {
      batch = ++this.#batches,
      consent = NO_CONSENT,
      supersedes = NO_PREDECESSOR,
      owner = "manufacturer",
    }: { batch?: bigint; consent?: string; supersedes?: string; owner?: Actor } = {},
  ): Promise<OpenBatch> {
    const opening = 7_000n + batch;
    const now = await this.now();
    const due = [now + 10n * DAY, now + 20n * DAY] as const;
    const { registry } = this.as(owner);
    const args = [
      batch,
      opening,
      policyIdOf(policy),
      due,
      consent,
      [this.address.qp],
      confirmedStages(policy).map((stage) => ({ stage, qp: this.address.qp })),
      [this.address.courier],
      supersedes,
    ] as const;
    const receipt = await mined(() => registry.openBatch(...args));
    return {
      key: batchKey(this.address[owner], batch),
      batch,
      opening,
      due,
      policy,
      gasUsed: receipt.gasUsed,
    };
  }

  /** A consent that the stranger gives for one batch. */
  async consent(): Promise<string> {
    const commitment = toBeHex(++this.#batches, 32);
    const { consents } = this.as("stranger");
    await mined(() => consents.grant(commitment));
    return consents.idOf(this.address.stranger, commitment);
  }

  /** A valid proof of a claim, for `submitter`. `head` and the like may be anything: the circuit proves nothing. */
  async prove(
    { key, batch, policy }: OpenBatch,
    claim: number,
    head: bigint,
    submitter: Actor,
    changes: Partial<Signals> = {},
  ): Promise<ProofEnvelope> {
    const { rule, class: claimClass } = chainClaimOf(policy, claim);
    const context = await this.deployment.gate.contextOf(this.address[submitter]);
    const { opened } = await this.deployment.registry.batchOf(key);
    const circuit = claimClass === CLAIM_CLASS.custody ? this.custody : this.temperature;
    const signals = { batch, rule, head, parties: ROOT, record: 900n + BigInt(claim), deviations: 0n, context, opened };
    return circuit.prove(claim, { ...signals, ...changes });
  }

  async item(...args: Parameters<World["prove"]>): Promise<Item> {
    return itemOf(await this.prove(...args));
  }

  /** Attests all release claims of a batch of the plain policy, sent by the manufacturer. */
  async makeCompliant(batch: OpenBatch): Promise<void> {
    const items = [
      await this.item(batch, LEG, 100n, "manufacturer"),
      await this.item(batch, ASSAY, 101n, "manufacturer"),
    ];
    await mined(() => this.as("manufacturer").registry.attest(batch.key, items));
  }

  /** The certificate of a batch as it stands, with the signature of a QP. */
  async sign(
    { key }: OpenBatch,
    signer: Actor = "qp",
    changes: Partial<Certificate> = {},
  ): Promise<[Certificate, string]> {
    const { registry } = this.deployment;
    const now = await this.now();
    const certificate = {
      ...releaseCertificate(key, await registry.batchOf(key), id("certificate"), now, now + DAY),
      ...changes,
    };
    const { chainId } = this.chain;
    return [certificate, await signCertificate(this.signers[signer], chainId, this.addresses.registry, certificate)];
  }

  /** Its QP signs the certificate of a batch as it stands, and sends it. */
  async certify(batch: OpenBatch): Promise<void> {
    const [certificate, signature] = await this.sign(batch);
    await mined(() => this.as("qp").registry.certify(batch.key, certificate, signature));
  }

  async status(batch: OpenBatch): Promise<StatusName | undefined> {
    return STATUS[Number(await this.deployment.gate.statusOf(batch.key))];
  }
}

function confirmedStages({ stages, confirmedStages: set }: ChainPolicy): number[] {
  return Array.from({ length: stages }, (_, stage) => stage).filter((stage) => ((set >> BigInt(stage)) & 1n) === 1n);
}

export interface OpenBatch {
  readonly key: string;
  readonly batch: bigint;
  readonly opening: bigint;
  readonly due: readonly [bigint, bigint];
  readonly policy: ChainPolicy;
  readonly gasUsed: bigint;
}

export function chainClaimOf(policy: ChainPolicy, claim: number): ChainClaim {
  const found = policy.claims[claim];
  if (found === undefined) throw new Error(`no claim ${claim}`);
  return found;
}

/** The `code` of the error with which a call is refused; fails if it is not refused. */
export async function codeOf(action: Promise<unknown>): Promise<string | undefined> {
  const outcome = await action.then(
    () => "accepted",
    (error: unknown) => error,
  );
  if (outcome instanceof Error && "code" in outcome) return String(outcome.code);
  throw new Error("The call was not refused.", { cause: outcome });
}
