import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sha256, toUtf8Bytes, type Signer } from "ethers";
import { initBatch } from "../batch/folder.ts";
import { qaRole, ROLE_ID } from "../formats/roleIds.ts";
import { chainTime, type Chain } from "../chain/connect.ts";
import { addCircuit, deploy, mined } from "../chain/deploy.ts";
import { registerAt, type Addresses, type Register } from "../chain/handles.ts";
import { giveRole } from "../chain/roles.ts";
import { policyIdOf } from "../formats/chainPolicy.ts";
import { nameWord } from "../formats/names.ts";
import { PERSON_KEY_BYTES, personHash } from "../formats/person.ts";
import { circuitNamed, kindCode, type Circuit } from "../kinds/circuits.ts";
import { releaseCertificate, signCertificate } from "../chain/eip712.ts";
import { writeFileAtomically } from "../input/files.ts";
import type { DeviceId } from "../formats/identity.ts";
import { createKey, saveKey, unlockKey, type UnlockedKey } from "../parties/keys.ts";
import type { KeyRole } from "../formats/constants.ts";
import { partyOfKey, partyTree, writeParties, type PartyList } from "../parties/partyList.ts";
import { chainPolicy } from "../kinds/policyId.ts";
import { type Policy } from "../policy/document.ts";
import { createSalts } from "../policy/salts.ts";
import { packageRoot } from "../root.ts";
import { compileOnly, ensureArtifacts, type ArtifactOptions, type Artifacts } from "../setup/artifacts.ts";
import { checkLock } from "../setup/artifactLock.ts";
import type { Progress } from "../setup/progress.ts";
import { readVerifyingKey } from "../setup/verifyingKey.ts";
import { LOGGER } from "./legs.ts";
import { readPolicy } from "../kinds/policy.ts";
import type { Commitments } from "../batch/batch.ts";

/** The circuits that the demo's policies name. */
export const DEMO_CIRCUITS: readonly Circuit[] = ["temperature-1k", "parameters-840", "custody", "quality"].map(
  (name) => circuitNamed(name),
);

/** Devices of the generated data (fixtures/needle-to-needle/SOURCE.md). */
export const BIOREACTOR: DeviceId = { vendor: "FIXTURE", model: "bioreactor controller", serial: "BR-0001" };
export const TANK: DeviceId = { vendor: "FIXTURE", model: "LN2 tank monitor", serial: "LN-0001" };
export const SHIPPER: DeviceId = { vendor: "FIXTURE", model: "dry shipper logger", serial: "DS-0001" };

const NO_LINK = `0x${"0".repeat(64)}`;
/** Of every key of the demo; the files live in build/ and protect nothing. */
export const DEMO_PASSPHRASE = "demo passphrase, protects nothing";
const DAY = 86_400;

export interface Listener {
  readonly onProgress: Progress;
  /** One line about what happens now. */
  readonly say: (line: string) => void;
}

/** circom uses one processor, and up to two gigabytes. */
const COMPILED_AT_ONCE = 2;

/**
 * Artifacts of the demo's circuits, checked against the lock file. Circuits are compiled two at a time; a key takes all
 * processors by itself.
 */
export async function circuitArtifacts({ onProgress }: Listener): Promise<ReadonlyMap<string, Artifacts>> {
  const about = ({ name }: Circuit): ArtifactOptions => ({
    onProgress: (step, done) => onProgress(`${name}: ${step}`, done),
  });
  const waiting = [...DEMO_CIRCUITS];
  const compileNext = async (): Promise<void> => {
    for (let circuit = waiting.shift(); circuit !== undefined; circuit = waiting.shift())
      await compileOnly(circuit, about(circuit));
  };
  await Promise.all(Array.from({ length: COMPILED_AT_ONCE }, compileNext));
  const made = new Map<string, Artifacts>();
  for (const circuit of DEMO_CIRCUITS) {
    const artifacts = await ensureArtifacts(circuit, about(circuit));
    await checkLock(artifacts);
    made.set(circuit.name, artifacts);
  }
  return made;
}

/** Everybody and everything that batches need. */
export interface Stage {
  readonly dir: string;
  readonly chain: Chain;
  readonly artifacts: ReadonlyMap<string, Artifacts>;
  readonly addresses: Addresses;
  readonly accounts: Accounts;
  readonly keys: Keys;
  readonly partiesPath: string;
  readonly policies: ReadonlyMap<string, PublishedPolicy>;
  readonly say: Listener["say"];
  /** Opens a batch as the manufacturer; returns its key. */
  readonly openBatch: (commitments: Commitments, policyId: string, policy: Policy) => Promise<string>;
}

/** Something that happens at a time of the chain, Unix seconds. */
export interface Event {
  readonly at: number;
  readonly happens: () => Promise<void>;
}

/** Who holds material, and who signs records for it. */
export interface SiteKeys {
  readonly custodian: UnlockedKey;
  readonly source: UnlockedKey;
}

/** The parties of all batches. */
export interface Keys {
  readonly site: SiteKeys;
  readonly hospital: Pick<SiteKeys, "custodian">;
  readonly courier: SiteKeys;
  readonly manufacturer: SiteKeys;
  readonly laboratory: UnlockedKey;
}

export interface PublishedPolicy {
  readonly path: string;
  readonly policyId: string;
  readonly policy: Policy;
}

export interface Accounts {
  readonly admin: Signer;
  readonly secondAdmin: Signer;
  readonly proposer: Signer;
  readonly approver: Signer;
  readonly manufacturer: Signer;
  readonly qp: Signer;
}

export async function setTheStage(
  dir: string,
  chain: Chain,
  artifacts: ReadonlyMap<string, Artifacts>,
  policyNames: readonly string[],
  say: Listener["say"],
): Promise<Stage> {
  const [admin, proposer, approver, manufacturer, qp, secondAdmin] = await Promise.all(
    [0, 1, 2, 3, 4, 5].map((index) => chain.provider.getSigner(index)),
  );
  const accounts = { admin, secondAdmin, proposer, approver, manufacturer, qp } as Accounts;
  // Nobody of the demo is ever recognised again.
  const personKey = randomBytes(PERSON_KEY_BYTES);
  const deployment = await deploy(accounts.admin, {
    admins: [await accounts.admin.getAddress(), await accounts.secondAdmin.getAddress()],
    persons: [personHash(personKey, "admin"), personHash(personKey, "secondAdmin")],
    developmentAllowed: true,
  });
  const { addresses } = deployment;
  await giveRoles(chain, deployment, accounts, personKey);
  for (const circuit of DEMO_CIRCUITS) {
    const { vkey } = artifactsOf(artifacts, circuit.name);
    const key = await readVerifyingKey(vkey);
    const kind = kindCode(circuit);
    await addCircuit(accounts, deployment, { key, kind, tier: circuit.tier });
  }
  say(`Register ${addresses.registry} deployed; two administrators gave roles to four persons`);

  const keys = await makeKeys(join(dir, "keys"));
  const partiesPath = await publishParties(dir, deployment, accounts, keys);
  const policies = new Map<string, PublishedPolicy>();
  for (const name of policyNames) {
    policies.set(name, await publishPolicy(dir, name, artifacts, deployment, accounts));
    say(`Policy ${name} proposed by one account and approved by another`);
  }
  const openBatch = (commitments: Commitments, policyId: string, policy: Policy): Promise<string> =>
    openOnChain(chain, addresses, accounts, commitments, policyId, policy);
  return { dir, chain, artifacts, addresses, accounts, keys, partiesPath, policies, say, openBatch };
}

/** Opens a lot whose first stage the demo's site holds, under a policy, before any data exist. Returns its key. */
export async function openLot(lot: string, policyName: string, stage: Stage): Promise<string> {
  const { dir, keys, partiesPath, policies, openBatch, say } = stage;
  const { path, policyId, policy } = published(policies, policyName);
  const { commitments } = await initBatch({
    dir: join(dir, lot),
    policyPath: path,
    lot,
    coi: `COI of ${lot}`,
    order: `order of ${lot}`,
    custodianKey: keys.site.custodian,
    devices: [LOGGER],
    partiesPath,
  });
  const key = await openBatch(commitments, policyId, policy);
  say(`${lot}: opened under ${policyName} before any data exist`);
  return key;
}

/** The policy of a name. */
export function published(policies: Stage["policies"], name: string): PublishedPolicy {
  const found = policies.get(name);
  if (found === undefined) throw new Error(`no policy ${name}`);
  return found;
}

async function openOnChain(
  chain: Chain,
  addresses: Addresses,
  { manufacturer, qp }: Accounts,
  { batch, opening }: Commitments,
  policyId: string,
  { maxDue }: Policy,
): Promise<string> {
  const { registry } = registerAt(addresses, manufacturer);
  // The block of the opening comes a little later: a minute less than the policy allows is safe.
  const now = (await chainTime(chain.provider)) - 60n;
  const due = [now + BigInt(maxDue[0]), now + BigInt(maxDue[1])] as const;
  const qps = [await qp.getAddress()];
  await mined(() => registry.openBatch(batch, opening, policyId, due, NO_LINK, qps, [], [], NO_LINK));
  return await registry.keyOf(await manufacturer.getAddress(), batch);
}

/** The QP certifies a batch for release. */
export async function certify(
  lot: string,
  key: string,
  { chain, accounts, addresses, say }: Pick<Stage, "chain" | "accounts" | "addresses" | "say">,
): Promise<void> {
  const { registry } = registerAt(addresses, accounts.manufacturer);
  const now = await chainTime(chain.provider);
  const document = sha256(toUtf8Bytes(`demo certificate of ${lot}`));
  const certificate = releaseCertificate(key, await registry.batchOf(key), document, now, now + BigInt(DAY));
  const signature = await signCertificate(accounts.qp, chain.chainId, addresses.registry, certificate);
  const receipt = await mined(() => registry.certify(key, certificate, signature));
  say(`${lot}: certified by the QP in the register (${receipt.gasUsed} gas)`);
}

/** Lines of a party's own tools, set apart from the story. */
export function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

export function artifactsOf(artifacts: ReadonlyMap<string, Artifacts>, name: string): Artifacts {
  const found = artifacts.get(name);
  if (found === undefined) throw new Error(`no artifacts of ${name}`);
  return found;
}

async function giveRoles(chain: Chain, register: Register, accounts: Accounts, personKey: Uint8Array): Promise<void> {
  const now = await chainTime(chain.provider);
  const owner = await accounts.manufacturer.getAddress();
  const grants: readonly (readonly [role: string, person: keyof Accounts])[] = [
    [ROLE_ID.proposer, "proposer"],
    [ROLE_ID.approver, "approver"],
    [ROLE_ID.manufacturer, "manufacturer"],
    [qaRole(owner), "manufacturer"],
    [ROLE_ID.qp, "qp"],
  ];
  for (const [role, person] of grants) {
    const account = await accounts[person].getAddress();
    const terms = [role, account, personHash(personKey, person), now, now + BigInt(365 * DAY)] as const;
    await giveRole([accounts.admin, accounts.secondAdmin], register, terms);
  }
}

async function makeKeys(dir: string): Promise<Keys> {
  await mkdir(dir, { recursive: true });
  const make = async (org: string, role: KeyRole): Promise<UnlockedKey> => {
    const path = join(dir, `${org}-${role}.json`);
    const description = { name: `demo ${org} ${role}`, role, org: `demo ${org} (fixture)` };
    await saveKey(path, await createKey({ ...description, passphrase: DEMO_PASSPHRASE, scryptN: 2 ** 12 }));
    return await unlockKey(path, DEMO_PASSPHRASE);
  };
  const site = async (org: string): Promise<SiteKeys> => {
    return { custodian: await make(org, "custodian"), source: await make(org, "source") };
  };
  return {
    site: await site("site"),
    hospital: { custodian: await make("hospital", "custodian") },
    courier: await site("courier"),
    manufacturer: await site("manufacturer"),
    laboratory: await make("laboratory", "lab"),
  };
}

async function publishParties(
  dir: string,
  { parties }: Register,
  { proposer, approver }: Accounts,
  { site, hospital, courier, manufacturer, laboratory }: Keys,
): Promise<string> {
  const validity = { notBefore: "2022-01-01T00:00:00Z", notAfter: "2022-12-31T23:59:59Z" };
  const keys = [
    ...[site, hospital, courier, manufacturer].flatMap((org) => Object.values<UnlockedKey>(org)),
    laboratory,
  ];
  const devices = { logger: LOGGER, bioreactor: BIOREACTOR, "storage tank": TANK, shipper: SHIPPER };
  const list: PartyList = [
    ...keys.map(({ description }) => partyOfKey(description, validity)),
    ...Object.entries(devices).map(
      ([name, device]) =>
        ({ name: `demo ${name}`, org: site.custodian.description.org, role: "device", device, ...validity }) as const,
    ),
  ];
  const path = join(dir, "parties.json");
  await writeParties(path, list);
  const { root } = partyTree(list);
  const document = sha256(
    toUtf8Bytes(JSON.stringify(list, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))),
  );
  await mined(() => as(parties, proposer).propose(root, document));
  await mined(() => as(parties, approver).approve(root, document, nameWord("demo approval P-1")));
  return path;
}

async function publishPolicy(
  dir: string,
  name: string,
  artifacts: ReadonlyMap<string, Artifacts>,
  { policies }: Register,
  { proposer, approver }: Accounts,
): Promise<PublishedPolicy> {
  const path = join(dir, "policies", `${name}.json`);
  const policy = await readPolicy(join(packageRoot(), "fixtures/policies", `${name}.json`));
  await writeFileAtomically(path, `${JSON.stringify(policy, null, 2)}\n`);
  const salts = await createSalts(path, policy);
  const published = chainPolicy(policy, salts, (circuit) => artifactsOf(artifacts, circuit).circuitId);
  const policyId = policyIdOf(published);
  await mined(() => as(policies, proposer).propose(published));
  await mined(() => as(policies, approver).approve(policyId, nameWord("demo approval V-1"), 0n));
  return { path, policyId, policy };
}

/** The same contract, called by another account. */
function as<T>(contract: T & { connect(runner: Signer): unknown }, signer: Signer): T {
  return contract.connect(signer) as T;
}
