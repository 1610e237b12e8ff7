import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { id, sha256, toUtf8Bytes, type Signer } from "ethers";
import { audit, type AuditReport } from "../audit/audit.ts";
import { auditText } from "../audit/table.ts";
import { initBatch, readBatch, setStage } from "../batch/folder.ts";
import { attest } from "../chain/attest.ts";
import { EXCEPTION_CATEGORY, qaRole, ROLE_ID } from "../chain/codes.ts";
import { chainTime, embeddedChain, mineAt, type Chain } from "../chain/connect.ts";
import { addCircuit, deploy, mined } from "../chain/deploy.ts";
import { releaseCertificate, signCertificate } from "../chain/eip712.ts";
import { registerAt, type Addresses, type Register } from "../chain/handles.ts";
import { policyIdOf } from "../chain/policy.ts";
import { CIRCUITS, kindCode } from "../circuits.ts";
import { checkBatch, checkText } from "../claims/checkBatch.ts";
import { exceptionEvidence } from "../claims/exceptionEvidence.ts";
import { importFridgetag } from "../claims/importClaim.ts";
import { proveClaim } from "../claims/proveClaim.ts";
import { BatchproofError } from "../errors.ts";
import type { DeviceId } from "../formats/identity.ts";
import { writeFileAtomically } from "../input/files.ts";
import { formatTime, parseTime } from "../input/times.ts";
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

/** The real file: a Fridge-tag 2 L, signed by the device (fixtures/berlinger/SOURCE.md). */
const LOGGER_FILE = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
const LOGGER: DeviceId = { vendor: "Berlinger & Co. AG", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" };
const SITE = "demo site (fixture)";
/** For key files that live in build/demo and protect nothing. */
const PASSPHRASE = "demo passphrase, protects nothing";
const HOUR = 3_600;
const DAY = 24 * HOUR;
const FIRST_DAY = "2022-05-05T00:00:00Z";
const NO_LINK = `0x${"0".repeat(64)}`;

/** A batch of the story: what it is, which leg of the real series it took, and under which policy. */
interface Leg {
  readonly lot: string;
  readonly policy: "fridge-2-8" | "refrigerated-excursion-2-15";
  readonly stage: string;
  readonly claim: string;
  /** Undefined: nobody ever brings evidence. */
  readonly period?: readonly [start: string, end: string];
}

const FRIDGE = { policy: "fridge-2-8", stage: "cold-storage", claim: "cold-storage/temperature" } as const;
const WIDER = {
  policy: "refrigerated-excursion-2-15",
  stage: "transport",
  claim: "transport/temperature",
} as const;

/** In the order of time. */
const LEGS: readonly Leg[] = [
  { lot: "LOT-1-COMPLIANT", ...FRIDGE, period: ["2022-05-05T16:26:00Z", "2022-05-09T11:01:00Z"] },
  { lot: "LOT-2-OUT-OF-RANGE", ...FRIDGE, period: ["2022-05-11T12:01:00Z", "2022-05-13T12:01:00Z"] },
  { lot: "LOT-3-OTHER-LIMITS", ...WIDER, period: ["2022-05-16T21:31:00Z", "2022-05-17T21:31:00Z"] },
  { lot: "LOT-4-SILENT", ...FRIDGE },
];

/** formats.md, demo report. */
export interface DemoReport {
  readonly batches: readonly {
    readonly lot: string;
    readonly status: string;
    readonly claims: readonly { readonly name: string; readonly circuit: string; readonly attested: boolean }[];
    readonly deviations: readonly string[];
    readonly exceptions: readonly {
      readonly id: number;
      readonly claim: string;
      readonly category: string;
      readonly severity: number;
      readonly state: "open";
    }[];
  }[];
  readonly reviewed: number;
  readonly total: number;
}

export interface Listener {
  readonly onProgress: Progress;
  /** One line about what happens now. */
  readonly say: (line: string) => void;
}

/**
 * Tells the whole story on an embedded chain, with legs cut from a real signed logger file: two policies served by one
 * proving key, two batches released, one refused by `check` and declared as an exception, one that nobody attests.
 * Works in `dir`, which is made anew, and writes `report.json` there.
 */
export async function tellDemo(dir: string, listener: Listener): Promise<{ text: string; report: DemoReport }> {
  const { say } = listener;
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  say("Circuit, keys: made on first need (development keys: insecure by design)");
  const artifacts = await circuitArtifacts(listener);
  const chain = await embeddedChain({ startsAt: new Date(FIRST_DAY) });
  try {
    const stage = await setTheStage(dir, chain, artifacts, say);
    const keys = new Map<string, string>();
    for (const leg of LEGS) keys.set(await play(leg, stage), leg.lot);
    await mineAt(chain, (await chainTime(chain.provider)) + BigInt(60 * DAY));
    say(`${formatTime(Number(await chainTime(chain.provider)))}: the regulator looks`);
    const found = await audit(chain.provider, stage.addresses.registry);
    const report = reportOf(found, keys, stage.policies);
    await writeFileAtomically(join(dir, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
    return { text: `\n${auditText(found, { all: true, names: keys })}`, report };
  } finally {
    await chain.close();
  }
}

/** Artifacts of every circuit, checked against the lock file. */
async function circuitArtifacts({ onProgress }: Listener): Promise<ReadonlyMap<string, Artifacts>> {
  const made = new Map<string, Artifacts>();
  for (const circuit of CIRCUITS) {
    const artifacts = await ensureArtifacts(circuit, { onProgress });
    await checkLock(artifacts);
    made.set(circuit.name, artifacts);
  }
  return made;
}

/** Everybody and everything that batches need. */
interface Stage {
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

interface PublishedPolicy {
  readonly path: string;
  readonly policyId: string;
  readonly policy: Policy;
}

interface Accounts {
  readonly admin: Signer;
  readonly proposer: Signer;
  readonly approver: Signer;
  readonly manufacturer: Signer;
  readonly qp: Signer;
}

async function setTheStage(
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
  const addresses: Addresses = {
    roles: await deployment.roles.getAddress(),
    circuits: await deployment.circuits.getAddress(),
    policies: await deployment.policies.getAddress(),
    parties: await deployment.parties.getAddress(),
    registry: await deployment.registry.getAddress(),
  };
  for (const circuit of CIRCUITS) {
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

function artifactsOf(artifacts: ReadonlyMap<string, Artifacts>, name: string): Artifacts {
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

/** Plays one batch from its opening to its end; returns its key. */
async function play(leg: Leg, stage: Stage): Promise<string> {
  const { dir, chain, custodianKey, partiesPath, policies, accounts, addresses, say } = stage;
  const folder = join(dir, leg.lot);
  const published = policies.get(leg.policy);
  if (published === undefined) throw new Error(`no policy ${leg.policy}`);
  const { commitments } = await initBatch({
    dir: folder,
    policyPath: published.path,
    lot: leg.lot,
    coi: `COI of ${leg.lot}`,
    order: `order of ${leg.lot}`,
    custodianKey,
    devices: [LOGGER],
    partiesPath,
  });
  const register = registerAt(addresses, accounts.manufacturer);
  const [start, end] = leg.period ?? [];
  if (start !== undefined) await mineAt(chain, BigInt(parseTime(start, leg.lot) - HOUR));
  // The block of the opening comes a little later: a minute less than the policy allows is safe.
  const now = (await chainTime(chain.provider)) - 60n;
  const due = [now + BigInt(published.policy.maxDue[0]), now + BigInt(published.policy.maxDue[1])] as const;
  const qp = await accounts.qp.getAddress();
  const { batch, opening } = commitments;
  await mined(() => register.registry.openBatch(batch, opening, published.policyId, due, NO_LINK, [qp], [], NO_LINK));
  const key = await register.registry.keyOf(await accounts.manufacturer.getAddress(), batch);
  say(`${leg.lot}: opened under ${leg.policy} before any data exist`);
  if (start === undefined || end === undefined) return key;

  await mineAt(chain, BigInt(parseTime(end, leg.lot) + HOUR));
  await setStage(folder, leg.stage, { start, end });
  await bringEvidence(leg, folder, stage);
  const verdicts = await checkBatch(folder);
  say(indented(checkText(verdicts)));
  if (verdicts.every(({ outcome }) => outcome === "pass" || outcome === "deviation"))
    await release(leg, folder, key, stage);
  else await declareException(leg, folder, key, stage);
  return key;
}

async function bringEvidence(leg: Leg, folder: string, { chain, dir, sourceKey, say }: Stage): Promise<void> {
  const imported = await importFridgetag({
    dir: folder,
    claimId: leg.claim,
    file: join(packageRoot(), LOGGER_FILE),
    settings: { offset: 0, clockError: 0 },
    sourceKey,
    journalPath: join(dir, "keys", "source.journal"),
    reason: "",
    now: Number(await chainTime(chain.provider)),
  });
  say(indented(imported.summary.join("\n")));
}

async function release(leg: Leg, folder: string, key: string, stage: Stage): Promise<void> {
  const { chain, accounts, addresses, say } = stage;
  const register = registerAt(addresses, accounts.manufacturer);
  const envelope = await prove(leg, folder, stage);
  const { gasUsed } = await attest(accounts.manufacturer, register, key, [envelope]);
  say(`${leg.lot}: proven by ${envelope.circuit}, attested (${gasUsed} gas)`);

  const now = await chainTime(chain.provider);
  const document = sha256(toUtf8Bytes(`demo certificate of ${leg.lot}`));
  const batch = await register.registry.batchOf(key);
  const certificate = releaseCertificate(key, batch, 0n, document, now, now + BigInt(DAY));
  const signature = await signCertificate(accounts.qp, chain.chainId, addresses.registry, certificate);
  const receipt = await mined(() => register.registry.certify(key, certificate, signature));
  say(`${leg.lot}: certified by the QP in the register (${receipt.gasUsed} gas)`);
}

async function prove(
  leg: Leg,
  folder: string,
  { artifacts, accounts, chain, addresses }: Stage,
): Promise<Awaited<ReturnType<typeof proveClaim>>> {
  return await proveClaim(folder, leg.claim, {
    destination: {
      submitter: await accounts.manufacturer.getAddress(),
      chainId: chain.chainId,
      registry: addresses.registry,
    },
    artifactsOf: (circuit) => Promise.resolve(artifactsOf(artifacts, circuit.name)),
    circuitIdOf: (name) => artifactsOf(artifacts, name).circuitId,
  });
}

async function declareException(leg: Leg, folder: string, key: string, stage: Stage): Promise<void> {
  const { accounts, addresses, say } = stage;
  try {
    await prove(leg, folder, stage);
    throw new Error(`${leg.lot} could be proven although check refused it`);
  } catch (refused) {
    if (!(refused instanceof BatchproofError) || refused.kind !== "no") throw refused;
    say(`${leg.lot}: prove refuses too (rule ${refused.code ?? "unknown"})`);
  }
  const { registry } = registerAt(addresses, accounts.manufacturer);
  const batch = await readBatch(folder);
  const claim = batch.policy.claims.findIndex(({ id: name }) => name === leg.claim);
  const evidence = await exceptionEvidence(batch, leg.claim);
  await mined(() => registry.raiseException(key, claim, EXCEPTION_CATEGORY.parameter, 2, "DEV-2022-001", evidence));
  say(`${leg.lot}: exception raised; the batch cannot be released`);
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

/** build/demo/report.json, from what the audit found. */
function reportOf(
  found: AuditReport,
  lots: ReadonlyMap<string, string>,
  policies: ReadonlyMap<string, PublishedPolicy>,
): DemoReport {
  return {
    batches: found.batches.map((batch) => {
      const lot = lots.get(batch.key) ?? batch.key;
      const leg = LEGS.find((candidate) => candidate.lot === lot);
      const claim = leg?.claim ?? "";
      return {
        lot,
        status: batch.status,
        claims: (policies.get(leg?.policy ?? "")?.policy.claims ?? []).map(({ id: name, circuits }) => ({
          name,
          circuit: circuits[0] ?? "",
          attested: batch.proven === batch.claims,
        })),
        deviations: batch.deviations,
        exceptions: batch.exceptions.map(({ id: number, category, severity }) => ({
          id: number,
          claim,
          category,
          severity,
          state: "open",
        })),
      };
    }),
    reviewed: found.reviewed,
    total: found.total,
  };
}
