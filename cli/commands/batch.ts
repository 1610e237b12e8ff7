import { sha256, ZeroHash } from "ethers";
import { missingEvidence, type MissingEvidence } from "../../src/batch/evidence.ts";
import { initBatch, readBatch, setParties, setStage, stageIndex, type StageChanges } from "../../src/batch/folder.ts";
import { joinBatch } from "../../src/batch/handoffs.ts";
import { COUNTER, ROLE_ID } from "../../src/formats/codes.ts";
import { blockOf, chainTime, type Chain, type ChainBlock } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { acceptsDevelopmentKeys } from "../../src/chain/developmentKeys.ts";
import { releaseCertificate, signCertificate } from "../../src/chain/eip712.ts";
import { askGate } from "../../src/chain/gate.ts";
import type { Register as Contracts, Roles } from "../../src/chain/handles.ts";
import { explained } from "../../src/chain/revert.ts";
import { eventOf } from "../../src/chain/receipts.ts";
import { discardProofs, proofsBrokenBy, refuseProven } from "../../src/claims/proofFits.ts";
import { requireNoBlockingException } from "../../src/claims/mesRecord.ts";
import { policyIdOfBatch } from "../../src/claims/proveClaim.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { stageHead } from "../../src/formats/head.ts";
import { readBytes } from "../../src/input/files.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { findParty, readParties } from "../../src/parties/partyList.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { addressOf, asAccount, onRegister, transactionOf, withAccount, withRegistry } from "../chain.ts";
import { DEVELOPMENT_WARNING } from "../circuits.ts";
import { answers, collect, flag, list, required, text, type Options, type AddCommands } from "../command.ts";
import { deviceOf } from "../device.ts";
import { fieldLines, type Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import { ownersKey } from "../target.ts";
import { hashOf } from "../values.ts";
import type { Batch, Custodian, Commitments } from "../../src/batch/batch.ts";

const DAY = 86_400n;

/** `init`, `stage`, `open`, `gate`, `certify`: a batch from its folder to its release. */
export const addBatchCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("init <dir>")
      .description("make the folder of a new batch, or with --handoff of a party that joins one; says what is missing")
      .requiredOption("--policy <file>", "policy, with its salts file beside it")
      .requiredOption("--lot <text>", "lot number")
      .option("--coi <text>", "chain of identity")
      .option("--order <text>", "order number")
      .option("--custodian <keyfile>", "key of the first custodian")
      .option("--device <vendor|model|serial>", "device of the first stage; repeat for more", collect)
      .option("--handoff <file>", "file of another party (`handoff export`), in place of the four options above")
      .option("--parties <file>", "party list to copy in"),
    give,
    init,
  );

  answers(
    program
      .command("stage <dir> <name>")
      .description("set a stage's times, custodian, devices or party list, once they are known")
      .option("--start <time>", "RFC 3339 with offset")
      .option("--end <time>", "RFC 3339 with offset")
      .option("--device <vendor|model|serial>", "device; repeat for more", collect)
      .option("--seal <text>", "number of the container's seal when the stage ends")
      .option("--custodian <name>", "who holds the material then: a custodian's name in the folder's party list")
      .option("--parties <file>", "party list to copy in, in place of the one that is there")
      .option("--discard-proofs", "remove the proofs that will not fit any more; without it they forbid the change"),
    give,
    changeStage,
  );

  answers(
    withAccount(withRegistry(program.command("open <dir>")))
      .description("open the batch on the register, before data exist")
      .requiredOption("--qp <address>", "Qualified Person who may certify; repeat for more", collect)
      .option("--submitter <address>", "account that may attest for the owner; repeat for more", collect)
      .option("--due <time>", "release due, RFC 3339; default: the latest the policy allows")
      .option("--due-completion <time>", "completion due, RFC 3339; default: the latest the policy allows")
      .option("--consent <id>", "consent given for this batch, as `consent grant` prints it")
      .option(
        "--supersedes <key>",
        "key of the batch of another order that this one replaces; its open exceptions block both",
      ),
    give,
    async ([dir = ""], options) => {
      const batch = await readBatch(dir);
      const consent = namedHash(options, "consent", "consent");
      const supersedes = namedHash(options, "supersedes", "batch");
      return asAccount(options, async ({ registry, roles }, account, chain) => {
        const due = await dueDates(batch, options, chain);
        const { batch: commitment, opening } = batch.commitments;
        const policyId = policyIdOfBatch(batch, lockedCircuitId);
        const qps = list(options, "qp").map((qp) => addressOf(qp, "--qp"));
        for (const qp of qps) await requireQp(roles, qp);
        const submitters = list(options, "submitter").map((submitter) => addressOf(submitter, "--submitter"));
        const receipt = await mined(() =>
          registry.openBatch(commitment, opening, policyId, due, consent, qps, submitters, supersedes),
        );
        const key = ownersKey(batch, await account.getAddress());
        const { serial } = eventOf(receipt, registry, "BatchOpened");
        return {
          text: `Opened, number ${serial as bigint} of this owner. Batch key ${key}`,
          json: { key, serial, policyId, due, consent, supersedes, ...transactionOf(receipt) },
        };
      });
    },
  );

  answers(
    withRegistry(program.command("gate <dir>"))
      .description(
        "dock check of the receiving site, after receipt and before the material is used: exit 0 only if the register " +
          "says that the chain up to the stage is proven and nothing speaks against the batch",
      )
      .requiredOption("--stage <name>", "stage that is about to begin")
      .requiredOption("--owner <address>", "owner of the batch"),
    give,
    gate,
  );

  answers(
    withAccount(withRegistry(program.command("certify <dir>")))
      .description("certify the batch in the register, as one of its Qualified Persons")
      .requiredOption("--owner <address>", "owner of the batch")
      .requiredOption("--certificate <file>", "the certificate document; only its hash is published"),
    give,
    async ([dir = ""], options) => {
      const batch = await readBatch(dir);
      await requireNoBlockingException(batch);
      const document = sha256(await readBytes(required(options, "certificate")));
      return asAccount(options, async (register, account, chain) => {
        const { registry } = register;
        const key = ownersKey(batch, addressOf(required(options, "owner"), "--owner"));
        const now = await chainTime(chain.provider);
        const certified = (await registry.batchCounts(key))[COUNTER.indexOf("Certified")] ?? 0n;
        const stored = await registry.batchOf(key);
        const certificate = releaseCertificate(key, stored, certified, document, now, now + DAY);
        const signature = await signCertificate(account, chain.chainId, await registry.getAddress(), certificate);
        const receipt = await mined(() => registry.certify(key, certificate, signature));
        const record = await recordOf(register, chain, key, await blockOf(chain.provider, receipt.blockNumber));
        return {
          text: `Certified in the register. Physical release follows under the local system.\n${recordText(record)}`,
          json: { key, certificate: document, ...transactionOf(receipt), record },
        };
      });
    },
  );
};

/** A batch whose Qualified Person has no role could never be certified. Error `qp-role`. */
async function requireQp(roles: Roles, account: string): Promise<void> {
  if (await explained(() => roles.holds(ROLE_ID.qp, account))) return;
  throw refusal("This account does not have the role QP now.", {
    code: "qp-role",
    place: `--qp ${account}`,
    remedy: "Name a Qualified Person's account, or have ADMIN give it the role: `batchproof role grant qp`.",
  });
}

/** The hash that an option names; without the option the register's word for none. Error `hash`. */
function namedHash(options: Options, name: string, what: string): string {
  const given = text(options, name);
  return given === undefined ? ZeroHash : hashOf(given, `--${name}`, what);
}

async function changeStage([dir = "", name = ""]: readonly string[], options: Options): Promise<Answer> {
  const before = await readBatch(dir);
  const partiesPath = text(options, "parties");
  const parties = partiesPath === undefined ? before.parties : await readParties(partiesPath);
  const changes = stageChanges({ dir, parties }, options);
  const broken = await proofsBrokenBy(before, name, changes);
  if (!flag(options, "discardProofs")) refuseProven(broken, name);
  if (partiesPath !== undefined) await setParties(dir, partiesPath);
  const batch = await setStage(dir, name, changes);
  await discardProofs(batch, broken);
  const stage = batch.stages.find((candidate) => candidate.name === name);
  const missing = await missingEvidence(batch);
  const times = `${stage?.start ?? "no start yet"} to ${stage?.end ?? "no end yet"}`;
  return {
    text: [
      `Stage ${name}: ${times}, ${stage?.devices.length ?? 0} device(s).`,
      ...(broken.length === 0
        ? []
        : [`Removed, because they do not fit any more: the proofs of ${broken.join(", ")}.`]),
    ].join("\n"),
    json: { stage, missing, discarded: broken },
  };
}

async function init([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const partiesPath = text(options, "parties");
  const common = {
    dir,
    policyPath: required(options, "policy"),
    lot: required(options, "lot"),
    ...(partiesPath === undefined ? {} : { partiesPath }),
  };
  const handoffPath = text(options, "handoff");
  if (handoffPath !== undefined) {
    refuseBoth(options);
    const { batch, already } = await joinBatch({ ...common, handoffPath });
    return newFolder(dir, batch.commitments, await missingEvidence(batch), already);
  }
  const identity = (name: string): string => {
    const given = text(options, name);
    if (given !== undefined) return given;
    throw inputError(`Option --${name} is missing.`, {
      place: "batchproof init",
      remedy: "Give --coi, --order and --custodian, or --handoff to join a batch that began elsewhere.",
      code: "usage",
    });
  };
  const { commitments, missing, already } = await initBatch({
    ...common,
    coi: identity("coi"),
    order: identity("order"),
    custodianKey: await unlockKey(identity("custodian"), await passphrase()),
    devices: list(options, "device").map(deviceOf),
  });
  return newFolder(dir, commitments, missing, already);
}

function refuseBoth(options: Options): void {
  const both = ["coi", "order", "custodian", "device"].find((name) => options[name] !== undefined);
  if (both === undefined) return;
  throw inputError(`A folder that joins a batch takes no --${both}: the hand-off says it.`, {
    place: "batchproof init",
    remedy: `Leave out --${both}, or --handoff.`,
    code: "usage",
  });
}

function newFolder(
  dir: string,
  commitments: Commitments,
  missing: readonly MissingEvidence[],
  already: boolean,
): Answer {
  const [batch, opening] = [toHex(commitments.batch), toHex(commitments.opening)];
  return {
    text: [
      already
        ? `Already done: batch folder ${dir} was made from the same before, and stays as it is.`
        : `Batch folder ${dir} made. Keep secrets.json safe: without it nothing can be proven.`,
      `batch   ${batch}`,
      `opening ${opening}`,
      ...missing.map(({ claim, kind, stage }) => `missing: ${kind} evidence for ${claim} (stage ${stage})`),
    ].join("\n"),
    json: { dir, batch, opening, missing, already },
  };
}

async function gate([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const name = required(options, "stage");
  const stage = stageIndex(batch, name);
  const before = batch.stages[stage - 1]?.handoff;
  return onRegister(options, async (register, chain) => {
    const key = ownersKey(batch, addressOf(required(options, "owner"), "--owner"));
    const block = await blockOf(chain.provider, "latest");
    const question = {
      key,
      stage,
      stages: batch.policy.stages,
      block: block.number,
      head: before === undefined ? undefined : stageHead(before.head),
    };
    const { ready, reasons } = await askGate(register, question);
    const answer = ready ? `Stage ${name} may begin.` : `Stage ${name} may NOT begin.`;
    const record = await recordOf(register, chain, key, block);
    return {
      text: [answer, ...reasons.map((reason) => `  ${reason}`), recordText(record)].join("\n"),
      json: { key, stage: name, ready, reasons, record },
      exitCode: ready ? 0 : 1,
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
  /** The batch's policy accepts proofs of development keys. */
  readonly developmentKeys: boolean;
}

async function recordOf(
  register: Contracts,
  { chainId }: Chain,
  batch: string,
  { number: block, timestamp }: ChainBlock,
): Promise<FiledRecord> {
  const developmentKeys = await acceptsDevelopmentKeys(register, batch);
  const address = await register.registry.getAddress();
  return { batch, register: address, chain: chainId.toString(), block, time: formatTime(timestamp), developmentKeys };
}

function recordText({ developmentKeys, ...record }: FiledRecord): string {
  return [...(developmentKeys ? [DEVELOPMENT_WARNING] : []), "For the file:", fieldLines(record)].join("\n");
}

function stageChanges(folder: Pick<Batch, "dir" | "parties">, options: Options): StageChanges {
  const [start, end, seal] = [text(options, "start"), text(options, "end"), text(options, "seal")];
  const custodian = text(options, "custodian");
  const devices = list(options, "device").map(deviceOf);
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(seal === undefined ? {} : { seal }),
    ...(custodian === undefined ? {} : { custodian: custodianNamed(folder, custodian) }),
    ...(devices.length === 0 ? {} : { devices }),
  };
}

/** A custodian of the folder's party list. Errors `parties-missing`, `party`, `key-role`. */
export function custodianNamed({ dir, parties }: Pick<Batch, "dir" | "parties">, name: string): Custodian {
  if (parties === undefined) {
    throw inputError("The batch folder has no party list.", {
      code: "parties-missing",
      place: dir,
      remedy: "Copy the published list into it first: `batchproof stage` with --parties.",
    });
  }
  const party = findParty(parties, name);
  if (party.role === "custodian") return { key: party.key, org: party.org };
  throw inputError(`Party "${name}" is a ${party.role}, not a custodian.`, { place: "--custodian", code: "key-role" });
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
