import { sha256, ZeroHash } from "ethers";
import { certificateRows } from "../../src/audit/queueText.ts";
import type { Batch } from "../../src/batch/batch.ts";
import { readBatch, stageIndex } from "../../src/batch/folder.ts";
import { refuseOtherOwner, writeRegistration, type Registration } from "../../src/batch/registration.ts";
import { folderQuestion, policyIdOfBatch } from "../../src/batch/stageQuestion.ts";
import { certifiedBefore, certifying } from "../../src/chain/certification.ts";
import { blockOf } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { signCertificate } from "../../src/chain/eip712.ts";
import type { Register as Contracts, StageQp } from "../../src/chain/handles.ts";
import { dueDates, isOpenedSo, openingArgs, requireQpRole, type AskedOpening } from "../../src/chain/opened.ts";
import { eventOf } from "../../src/chain/receipts.ts";
import { explained } from "../../src/chain/revert.ts";
import { requireNoBlockingException } from "../../src/claims/mesExceptions.ts";
import { commandOf } from "../../src/commandLine.ts";
import { inputError } from "../../src/errors.ts";
import type { Certificate } from "../../src/formats/certificate.ts";
import type { CertificateLine } from "../../src/formats/certificateLines.ts";
import { readBytes } from "../../src/input/files.ts";
import { counted } from "../../src/input/quantities.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { documentHash } from "../../src/policy/document.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { askStage, filedRecord, type FiledRecord } from "../../src/standing/stageGate.ts";
import { addressOf, onRegister, sameRegister, transactionOf } from "../chain.ts";
import { DEVELOPMENT_WARNING } from "../circuits.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { EXCEPTIONAL_SUPPLY, fieldLines, type Answer } from "../output.ts";
import { asAccountAbout, ownersKey, stageOf } from "../target.ts";
import { hashOf } from "../values.ts";

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
    const about = { key, policy: batch.policy };
    const asked = await askStage(register, chain, about, folderQuestion(batch, stage, lockedCircuitId));
    const { ready, isExceptionalSupply, reasons, notes, record } = asked;
    const answer = ready
      ? `Stage ${name} may begin.`
      : isExceptionalSupply
        ? `Stage ${name}: EXCEPTIONAL SUPPLY. Go by what the physician was told and asked for.`
        : `Stage ${name} may NOT begin.`;
    return {
      text: [answer, ...[...notes, ...reasons].map((each) => `  ${each}`), recordText(record)].join("\n"),
      json: asked,
      exitCode: ready ? 0 : isExceptionalSupply ? EXCEPTIONAL_SUPPLY : 1,
    };
  });
}

function recordText({ developmentKeys, settled, ...record }: FiledRecord): string {
  const without = `${counted(settled.length, "claim")} without a proof: ${settled.join(", ")}`;
  const fields = { ...record, ...(settled.length === 0 ? {} : { settled: without }) };
  return [...(developmentKeys ? [DEVELOPMENT_WARNING] : []), "For the file:", fieldLines(fields)].join("\n");
}

/** The due dates that the options name. Errors: those of `parseTime`. */
function namedDue(options: Options): AskedOpening["due"] {
  const [release, completion] = [text(options, "due"), text(options, "dueCompletion")];
  return [
    release === undefined ? undefined : BigInt(parseTime(release, "--due")),
    completion === undefined ? undefined : BigInt(parseTime(completion, "--due-completion")),
  ];
}

/** Error `qp-role`. */
async function requireQp(register: Contracts, account: string, option: string, options: Options): Promise<void> {
  const terms = ["--person", "PERSON", "--person-key", "FILE", "--from", "TIME", "--to", "TIME"];
  const propose = commandOf("role", "propose", "qp", account, ...terms, ...sameRegister(options), "--account", "ADMIN");
  const remedy = `Name a Qualified Person's account, or have two ADMINs give it the role: \`${propose}\`, then approve.`;
  await requireQpRole(register, account, `${option} ${account}`, remedy);
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

/** `open`. */
export async function open([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const consent = namedHash(options, "consent", "consent");
  const supersedes = namedHash(options, "supersedes", "batch");
  return asAccountAbout(batch, options, async (register, account, chain) => {
    const { registry } = register;
    const policyId = policyIdOfBatch(batch, lockedCircuitId);
    const qps = list(options, "qp").map((qp) => addressOf(qp, "--qp"));
    for (const qp of qps) await requireQp(register, qp, "--qp", options);
    const stageQps = list(options, "stageQp").map((given) => stageQpOf(batch, given));
    for (const { qp } of stageQps) await requireQp(register, qp, "--stage-qp", options);
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
    const asked = {
      ...batch.commitments,
      policyId,
      consent,
      supersedes,
      qps,
      stageQps,
      submitters,
      due: namedDue(options),
    };
    if (await isOpenedSo(register, key, asked)) {
      const { opened } = await explained(() => registry.batchOf(key));
      await writeRegistration(dir, { ...registration, opened: Number(opened) });
      return {
        text: `Already done: the batch was opened like this before. Batch key ${key}\n${fieldLines(where)}`,
        json: { key, policyId, already: true, ...where },
      };
    }
    const due = await dueDates(chain, asked.due, batch.policy.maxDue);
    const receipt = await mined(() => registry.openBatch(...openingArgs(asked, due)));
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
    const done = await certifiedBefore(register, key, await account.getAddress(), document);
    if (done !== undefined) {
      const record = await filedRecord(register, chain, batch.policy, key, await blockOf(chain.provider, done));
      const json = { key, certificate: document, already: true, record };
      return { text: `Already done: this account certified it with this document.\n${recordText(record)}`, json };
    }
    const asked = { key, document, policy: documentHash(batch.policy), dir };
    const { certificate, lines } = await certifying(register, chain, asked);
    if (flag(options, "dryRun")) return await certifiable(register, certificate, lines);
    const signature = await signCertificate(account, chain.chainId, await registry.getAddress(), certificate);
    const receipt = await mined(() => registry.certify(key, certificate, signature));
    const record = await filedRecord(
      register,
      chain,
      batch.policy,
      key,
      await blockOf(chain.provider, receipt.blockNumber),
    );
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
  certificate: Certificate,
  lines: readonly CertificateLine[],
): Promise<Answer> {
  const { batch: key } = certificate;
  // In place of a signature it is the caller's word, by which the register judges the rest.
  await explained(() => registry.certify.staticCall(key, certificate, "0x"));
  const head = "The register would take this certificate of this account now. Nothing is signed or sent.";
  return { text: [head, ...certificateRows(lines)].join("\n"), json: { key, dryRun: true, lines } };
}
