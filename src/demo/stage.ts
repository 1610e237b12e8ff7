import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { id, sha256, toUtf8Bytes, type Signer } from "ethers";
import { qaRole, ROLE_ID } from "../chain/codes.ts";
import { chainTime, type Chain } from "../chain/connect.ts";
import { addCircuit, deploy, mined } from "../chain/deploy.ts";
import type { Addresses, Register } from "../chain/handles.ts";
import { policyIdOf } from "../chain/policy.ts";
import { kindCode, SMALLEST } from "../circuits.ts";
import { writeFileAtomically } from "../input/files.ts";
import { createKey, saveKey, unlockKey, type UnlockedKey } from "../parties/keys.ts";
import { partyOfKey, partyTree, writeParties, type PartyList } from "../parties/partyList.ts";
import { chainPolicy } from "../policy/onChain.ts";
import { readPolicy, type Policy } from "../policy/policy.ts";
import { createSalts } from "../policy/salts.ts";
import { packageRoot } from "../root.ts";
import { ensureArtifacts, type Artifacts } from "../setup/artifacts.ts";
import { checkLock } from "../setup/artifactLock.ts";
import type { Progress } from "../setup/progress.ts";
import { readVerifyingKey } from "../setup/verifyingKey.ts";
import { LEGS, LOGGER } from "./legs.ts";

const SITE = "demo site (fixture)";
/** For key files that live in build/demo and protect nothing. */
const PASSPHRASE = "demo passphrase, protects nothing";
const DAY = 86_400;

export interface Listener {
  readonly onProgress: Progress;
  /** One line about what happens now. */
  readonly say: (line: string) => void;
}

/** Artifacts of the smallest circuit, which all policies here accept, checked against the lock file. */
export async function circuitArtifacts({ onProgress }: Listener): Promise<ReadonlyMap<string, Artifacts>> {
  const made = new Map<string, Artifacts>();
  for (const circuit of SMALLEST) {
    const artifacts = await ensureArtifacts(circuit, { onProgress });
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
  readonly custodianKey: UnlockedKey;
  readonly sourceKey: UnlockedKey;
  readonly partiesPath: string;
  readonly policies: ReadonlyMap<string, PublishedPolicy>;
  readonly say: Listener["say"];
}

export interface PublishedPolicy {
  readonly path: string;
  readonly policyId: string;
  readonly policy: Policy;
}

export interface Accounts {
  readonly admin: Signer;
  readonly proposer: Signer;
  readonly approver: Signer;
  readonly manufacturer: Signer;
  readonly qp: Signer;
}

export async function setTheStage(
  dir: string,
  chain: Chain,
  artifacts: ReadonlyMap<string, Artifacts>,
  say: Listener["say"],
): Promise<Stage> {
  const [admin, proposer, approver, manufacturer, qp] = await Promise.all(
    [0, 1, 2, 3, 4].map((index) => chain.provider.getSigner(index)),
  );
  const accounts = { admin, proposer, approver, manufacturer, qp } as Accounts;
  const deployment = await deploy(accounts.admin);
  const { addresses } = deployment;
  for (const circuit of SMALLEST) {
    const { vkey } = artifactsOf(artifacts, circuit.name);
    const key = await readVerifyingKey(vkey);
    const kind = kindCode(circuit);
    await addCircuit(accounts.admin, deployment, { key, kind, tier: circuit.tier });
  }
  await grantRoles(chain, deployment, accounts);
  say(`Register ${addresses.registry} deployed; roles granted to five persons`);

  const [custodianKey, sourceKey] = await makeKeys(join(dir, "keys"));
  const partiesPath = await publishParties(dir, deployment, accounts, custodianKey, sourceKey);
  const policies = new Map<string, PublishedPolicy>();
  for (const name of new Set(LEGS.map((leg) => leg.policy))) {
    policies.set(name, await publishPolicy(dir, name, artifacts, deployment, accounts));
    say(`Policy ${name} proposed by one account and approved by another`);
  }
  return { dir, chain, artifacts, addresses, accounts, custodianKey, sourceKey, partiesPath, policies, say };
}

export function artifactsOf(artifacts: ReadonlyMap<string, Artifacts>, name: string): Artifacts {
  const found = artifacts.get(name);
  if (found === undefined) throw new Error(`no artifacts of ${name}`);
  return found;
}

async function grantRoles(chain: Chain, { roles }: Register, accounts: Accounts): Promise<void> {
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
    await mined(() => roles.grant(role, account, id(person), now, now + BigInt(365 * DAY)));
  }
}

async function makeKeys(dir: string): Promise<[custodian: UnlockedKey, source: UnlockedKey]> {
  await mkdir(dir, { recursive: true });
  const make = async (role: "custodian" | "source"): Promise<UnlockedKey> => {
    const path = join(dir, `${role}.json`);
    await saveKey(
      path,
      await createKey({ name: `demo ${role}`, role, org: SITE, passphrase: PASSPHRASE, scryptN: 2 ** 12 }),
    );
    return await unlockKey(path, PASSPHRASE);
  };
  return [await make("custodian"), await make("source")];
}

async function publishParties(
  dir: string,
  { parties }: Register,
  { proposer, approver }: Accounts,
  custodianKey: UnlockedKey,
  sourceKey: UnlockedKey,
): Promise<string> {
  const validity = { notBefore: "2022-01-01T00:00:00Z", notAfter: "2022-12-31T23:59:59Z" };
  const list: PartyList = [
    partyOfKey(custodianKey.description, validity),
    partyOfKey(sourceKey.description, validity),
    { name: "demo logger", org: SITE, role: "device", device: LOGGER, ...validity },
  ];
  const path = join(dir, "parties.json");
  await writeParties(path, list);
  const { root } = partyTree(list);
  const document = sha256(
    toUtf8Bytes(JSON.stringify(list, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))),
  );
  await mined(() => as(parties, proposer).propose(root, document));
  await mined(() => as(parties, approver).approve(root, "demo approval P-1"));
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
  await mined(() => as(policies, approver).approve(policyId, "demo approval V-1", 0n));
  return { path, policyId, policy };
}

/** The same contract, called by another account. */
function as<T>(contract: T & { connect(runner: Signer): unknown }, signer: Signer): T {
  return contract.connect(signer) as T;
}
