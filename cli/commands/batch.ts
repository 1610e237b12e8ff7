import { sha256, ZeroHash, type Signer } from "ethers";
import { readRegistration, writeRegistration, type Registration } from "../../src/batch/registration.ts";
import { readBatch, stageIndex } from "../../src/batch/folder.ts";
import type { Certificate } from "../../src/formats/certificate.ts";
import { certificateLines } from "../../src/formats/certificateLines.ts";
import type { ChainPolicy } from "../../src/formats/chainPolicy.ts";
import { STATUS } from "../../src/formats/codes.ts";
import { nameText } from "../../src/formats/names.ts";
import { ROLE_ID } from "../../src/formats/roleIds.ts";
import { documentHash } from "../../src/policy/document.ts";
import { blockOf, chainTime, type Chain, type ChainBlock } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { releaseCertificate, signCertificate } from "../../src/chain/eip712.ts";
import { acceptedCircuits } from "../../src/chain/acceptedCircuits.ts";
import { askGate } from "../../src/standing/gate.ts";
import type { Register as Contracts, Roles, StageQp, StoredBatch } from "../../src/chain/handles.ts";
import { explained } from "../../src/chain/revert.ts";
import { logsOf } from "../../src/chain/newestLogs.ts";
import { eventOf } from "../../src/chain/receipts.ts";
import { requireNoBlockingException } from "../../src/claims/mesExceptions.ts";
import { certificateRows } from "../../src/audit/queueText.ts";
import { folderQuestion, policyIdOfBatch } from "../../src/batch/stageQuestion.ts";
import { commandOf } from "../../src/commandLine.ts";
import { BatchproofError, inputError, refusal } from "../../src/errors.ts";
import { readBytes } from "../../src/input/files.ts";
import { counted } from "../../src/input/quantities.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { addressOf, onRegister, sameRegister, transactionOf } from "../chain.ts";
import { DEVELOPMENT_WARNING } from "../circuits.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { EXCEPTIONAL_SUPPLY, fieldLines, type Answer } from "../output.ts";
import { asAccountAbout, ownersKey, stageOf } from "../target.ts";
import { hashOf } from "../values.ts";
import type { Batch } from "../../src/batch/batch.ts";

const DAY = 86_400n;

/** The hash that an option names; without the option the register's word for none. Error `hash`. */
function namedHash(options: Options, name: string, what: string): string {
  const given = text(options, name);
  return given === undefined ? ZeroHash : hashOf(given, `--${name}`, what);
}

/** `gate`. */
export async function gate([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const name = required(options, "stage");
  const stage = stageIndex(batch, name);
  return onRegister(options, async (register, chain) => {
    const key = ownersKey(batch, addressOf(required(options, "owner"), "--owner"));
    const block = await blockOf(chain.provider, "latest");
    const question = {
      ...{ key, block: block.number, now: Math.floor(Date.now() / 1000) },
      ...folderQuestion(batch, stage, lockedCircuitId),
    };
    const { ready, release, isExceptionalSupply, ...said } = await askGate(register, chain, question);
    const answer = ready
      ? `Stage ${name} may begin.`
      : isExceptionalSupply
        ? `Stage ${name}: EXCEPTIONAL SUPPLY. Go by what the physician was told and asked for.`
        : `Stage ${name} may NOT begin.`;
    const record = await recordOf(register, chain, batch, key, block);
    const reasons = said.reasons.map(({ text }) => text);
    // Of development keys the record speaks.
    const others = said.notes.filter(({ code }) => code !== "development-keys");
    const notes = others.map(({ text }) => text);
    const codes = [...said.reasons, ...others].map(({ code }) => code);
    return {
      text: [answer, ...[...notes, ...reasons].map((each) => `  ${each}`), recordText(record)].join("\n"),
      json: { key, stage: name, ready, release, isExceptionalSupply, reasons, notes, codes, record },
      exitCode: ready ? 0 : isExceptionalSupply ? EXCEPTIONAL_SUPPLY : 1,
    };
  });
}

/** What is filed with an answer of the register: about what, where and when. */
interface FiledRecord {
  /** Key of the batch. */
  readonly batch: string;
  readonly register: string;
  readonly chain: string;
  readonly block: number;
  /** Of that block, RFC 3339. */
  readonly time: string;
  /** Claims for which an accepted exception stands in place of a proof, by their ids: what people settled is not proven. */
  readonly settled: readonly string[];
  /** The batch's policy accepts proofs of development keys. */
  readonly developmentKeys: boolean;
}

async function recordOf(
  register: Contracts,
  { chainId }: Chain,
  { policy }: Batch,
  key: string,
  { number: block, timestamp }: ChainBlock,
): Promise<FiledRecord> {
  const { registry } = register;
  const at = { blockTag: block };
  const { developmentKeys } = await acceptedCircuits(register, key, at);
  const { attested, settled } = await explained(() => registry.batchOf(key, at));
  const unproven = settled & ~attested;
  return {
    ...{ batch: key, register: await registry.getAddress(), chain: chainId.toString(), block },
    time: formatTime(timestamp),
    settled: policy.claims.flatMap(({ id }, index) => ((unproven >> BigInt(index)) & 1n ? [id] : [])),
    developmentKeys,
  };
}

function recordText({ developmentKeys, settled, ...record }: FiledRecord): string {
  const without = `${counted(settled.length, "claim")} without a proof: ${settled.join(", ")}`;
  const fields = { ...record, ...(settled.length === 0 ? {} : { settled: without }) };
  return [...(developmentKeys ? [DEVELOPMENT_WARNING] : []), "For the file:", fieldLines(fields)].join("\n");
}

/** Due dates for release and completion, Unix seconds; by default a minute before the policy's latest. */
async function dueDates(
  { policy }: Batch,
  options: Options,
  { provider }: Chain,
): Promise<readonly [release: bigint, completion: bigint]> {
  const now = await chainTime(provider);
  const dueOf = (option: string, maximum: number): bigint => {
    const given = text(options, option);
    // The block of the opening comes a little later than the latest one.
    if (given === undefined) return now + BigInt(maximum) - 60n;
    return BigInt(parseTime(given, option === "due" ? "--due" : "--due-completion"));
  };
  return [dueOf("due", policy.maxDue[0]), dueOf("dueCompletion", policy.maxDue[1])];
}

/** A batch whose Qualified Person has no role could never be certified. Error `qp-role`. */
async function requireQp(roles: Roles, account: string, option: string, options: Options): Promise<void> {
  if (await explained(() => roles.holds(ROLE_ID.qp, account))) return;
  const terms = ["--person", "PERSON", "--person-key", "FILE", "--from", "TIME", "--to", "TIME"];
  const propose = commandOf("role", "propose", "qp", account, ...terms, ...sameRegister(options), "--account", "ADMIN");
  throw refusal("This account does not have the role QP now.", {
    code: "qp-role",
    place: `${option} ${account}`,
    remedy: `Name a Qualified Person's account, or have two ADMINs give it the role: \`${propose}\`, then approve.`,
  });
}

/** STAGE=ACCOUNT. Errors: `usage`, `batch-stage`, `address`. */
function stageQpOf(batch: Batch, given: string): StageQp {
  const at = given.lastIndexOf("=");
  if (at > 0)
    return { stage: stageOf({ folder: batch }, given.slice(0, at)), qp: addressOf(given.slice(at + 1), "--stage-qp") };
  throw inputError("A Qualified Person of a stage is named as STAGE=ACCOUNT.", {
    place: `--stage-qp ${given}`,
    code: "usage",
  });
}

/** Two owners have two batches of one commitment, and the folder would forget the first. Error `BatchKnown`. */
async function refuseOtherOwner(dir: string, { registry, chainId, owner }: Registration): Promise<void> {
  const before = await readRegistration(dir);
  const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  if (before === undefined || isSame(before.owner, owner)) return;
  if (before.chainId !== chainId || !isSame(before.registry, registry)) return;
  throw refusal(`This folder's batch was opened by ${before.owner}; by ${owner} it would be another one.`, {
    code: "BatchKnown",
    place: dir,
    remedy: "Go on as that account: --account.",
  });
}

/** What `open` asks for. Due dates are undefined where they were not given. */
interface Asked {
  readonly opening: bigint;
  readonly policyId: string;
  readonly consent: string;
  readonly supersedes: string;
  readonly qps: readonly string[];
  readonly stageQps: readonly StageQp[];
  readonly submitters: readonly string[];
  readonly due: readonly [release: bigint | undefined, completion: bigint | undefined];
}

/**
 * Whether the register has this batch of the owner, opened as it is asked for now: a command that was killed after it was sent
 * left no trace in the folder. Error `BatchKnown`: it has one that says something else.
 */
async function isOpen({ registry, persons }: Contracts, key: string, asked: Asked): Promise<boolean> {
  const stored = await explained(() => registry.batchOf(key)).catch((error: unknown) => {
    if (error instanceof BatchproofError && error.code === "BatchUnknown") return undefined;
    throw error;
  });
  if (stored === undefined) return false;
  const { opening, policyId, consent, supersedes, qps, stageQps, submitters, due } = asked;
  const refuse = (what: string, remedy: string): never => {
    throw refusal(`The register has this order's batch of yours already, with another ${what}.`, {
      code: "BatchKnown",
      place: key,
      remedy,
    });
  };
  if (stored.opening !== opening || stored.policyId !== policyId) {
    return refuse(
      "opening or policy",
      "Go on in the folder that opened it; the owner corrects an opening there, with replace-opening.",
    );
  }
  const named = await explained(() =>
    Promise.all([
      ...qps.map((account) => persons.isQpOf(key, account)),
      ...stageQps.map(async ({ stage, qp }) => (await persons.qpsOf(key, stage)).includes(qp)),
      ...submitters.map((account) => registry.isSubmitterOf(key, account)),
    ]),
  );
  const isSame =
    named.every(Boolean) &&
    stored.consent === consent &&
    stored.supersedes === supersedes &&
    due.every((date, i) => date === undefined || date === stored.due[i]);
  if (isSame) return true;
  return refuse(
    "Qualified Person, submitter, due date, consent or batch that it supersedes",
    "The audit shows how it was opened; the owner changes it with qp propose, name-submitter and extend, or ends it with abort.",
  );
}

/** `open`. */
export async function open([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const consent = namedHash(options, "consent", "consent");
  const supersedes = namedHash(options, "supersedes", "batch");
  return asAccountAbout(batch, options, async (register, account, chain) => {
    const { registry, roles } = register;
    const due = await dueDates(batch, options, chain);
    const { batch: commitment, opening } = batch.commitments;
    const policyId = policyIdOfBatch(batch, lockedCircuitId);
    const qps = list(options, "qp").map((qp) => addressOf(qp, "--qp"));
    for (const qp of qps) await requireQp(roles, qp, "--qp", options);
    const stageQps = list(options, "stageQp").map((given) => stageQpOf(batch, given));
    for (const { qp } of stageQps) await requireQp(roles, qp, "--stage-qp", options);
    const submitters = list(options, "submitter").map((submitter) => addressOf(submitter, "--submitter"));
    const owner = await account.getAddress();
    const key = ownersKey(batch, owner);
    const registration: Registration = {
      chainId: chain.chainId.toString(),
      registry: await registry.getAddress(),
      owner,
    };
    await refuseOtherOwner(dir, registration);
    // The folder may remember another register than the settings name: the answer says which one it was.
    const where = { register: registration.registry, chain: registration.chainId };
    const given = [text(options, "due"), text(options, "dueCompletion")].map((date, i) =>
      date === undefined ? undefined : due[i],
    ) as [bigint | undefined, bigint | undefined];
    if (
      await isOpen(register, key, { opening, policyId, consent, supersedes, qps, stageQps, submitters, due: given })
    ) {
      const { opened } = await explained(() => registry.batchOf(key));
      await writeRegistration(dir, { ...registration, opened: Number(opened) });
      return {
        text: `Already done: the batch was opened like this before. Batch key ${key}\n${fieldLines(where)}`,
        json: { key, policyId, already: true, ...where },
      };
    }
    const receipt = await mined(() =>
      registry.openBatch(commitment, opening, policyId, due, consent, qps, stageQps, submitters, supersedes),
    );
    const { timestamp: opened } = await blockOf(chain.provider, receipt.blockNumber);
    await writeRegistration(dir, { ...registration, opened });
    const { serial } = eventOf(receipt, registry, "BatchOpened");
    return {
      text: `Opened ${formatTime(opened)}, number ${serial as bigint} of this owner. Batch key ${key}\n${fieldLines(where)}`,
      json: {
        key,
        ...where,
        serial,
        opened: formatTime(opened),
        policyId,
        due,
        consent,
        supersedes,
        already: false,
        ...transactionOf(receipt),
      },
    };
  });
}

/** `certify`. */
export async function certify([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  await requireNoBlockingException(batch);
  const document = sha256(await readBytes(required(options, "certificate")));
  return asAccountAbout(batch, options, async (register, account, chain) => {
    const { registry } = register;
    const key = ownersKey(batch, addressOf(required(options, "owner"), "--owner"));
    const done = await certifiedBefore(register, key, account, document);
    if (done !== undefined) {
      const record = await recordOf(register, chain, batch, key, await blockOf(chain.provider, done));
      const json = { key, certificate: document, already: true, record };
      return { text: `Already done: this account certified it with this document.\n${recordText(record)}`, json };
    }
    const now = await chainTime(chain.provider);
    const stored = await registry.batchOf(key);
    const certificate = releaseCertificate(key, stored, document, now, now + DAY);
    const { policy } = await acceptedCircuits(register, key);
    if (documentHash(batch.policy) !== policy.documentHash) throw otherPolicy(dir, policy);
    if (flag(options, "dryRun")) return await certifiable(register, chain, { stored, policy }, certificate);
    const signature = await signCertificate(account, chain.chainId, await registry.getAddress(), certificate);
    const receipt = await mined(() => registry.certify(key, certificate, signature));
    const record = await recordOf(register, chain, batch, key, await blockOf(chain.provider, receipt.blockNumber));
    return {
      text: `Certified in the register. Physical release follows under the local system.\n${recordText(record)}`,
      json: { key, certificate: document, already: false, ...transactionOf(receipt), record },
    };
  });
}

/**
 * What would be signed, field by field in words, of a batch that the register would let this account certify now; nothing is
 * signed or sent. Errors: those of the register's refusal, such as `ClaimsMissing`.
 */
async function certifiable(
  { registry }: Contracts,
  { chainId }: Chain,
  { stored: { attested, settled, refused }, policy }: Certified,
  certificate: Certificate,
): Promise<Answer> {
  const { batch: key } = certificate;
  // In place of a signature it is the caller's word, by which the register judges the rest.
  await explained(() => registry.certify.staticCall(key, certificate, "0x"));
  const lines = certificateLines(certificate, {
    ...{ chainId: chainId.toString(), registry: await registry.getAddress() },
    product: policyText(policy),
    ...{ proven: countOf(attested & ~refused), settled: countOf(settled & ~attested) },
  });
  const head = "The register would take this certificate of this account now. Nothing is signed or sent.";
  return { text: [head, ...certificateRows(lines)].join("\n"), json: { key, dryRun: true, lines } };
}

/** What a certificate is over, and the policy that it names, as the register has them. */
interface Certified {
  readonly stored: StoredBatch;
  readonly policy: ChainPolicy;
}

function policyText({ product, version }: ChainPolicy): string {
  return `${JSON.stringify(nameText(product))} v${version}`;
}

/** Who certifies reads the folder, and signs the policy that the register has. */
function otherPolicy(dir: string, policy: ChainPolicy): BatchproofError {
  return refusal(`The register has the batch under another policy than the folder: ${policyText(policy)}.`, {
    code: "certify-policy",
    place: dir,
  });
}

/** Elements of a set of claims. */
function countOf(set: bigint): number {
  return set.toString(2).replaceAll("0", "").length;
}

/**
 * Block in which an account certified a batch with a document, if that stands: a command that was killed or ran out of time
 * after it was sent does not know.
 */
async function certifiedBefore(
  { registry }: Contracts,
  key: string,
  account: Signer,
  document: string,
): Promise<number | undefined> {
  const { status } = await explained(() => registry.batchOf(key));
  if (!["Released", "Completed"].includes(STATUS[Number(status)] ?? "")) return undefined;
  const topic = registry.interface.getEvent("BatchReleased")?.topicHash ?? null;
  for await (const log of logsOf(registry, [topic, key])) {
    const said = registry.interface.parseLog(log)?.args as unknown as
      { qp: string; certificate: Certificate } | undefined;
    const isSame = said?.qp === (await account.getAddress()) && said.certificate.certificate === document;
    return isSame ? log.blockNumber : undefined;
  }
  return undefined;
}
