import { Option } from "commander";
import { headOf } from "../../src/batch/commitments.ts";
import { readBatch, stageIndex } from "../../src/batch/folder.ts";
import { replaceOpening, type FirstStage } from "../../src/batch/replaceOpening.ts";
import { amend } from "../../src/chain/amend.ts";
import { mined } from "../../src/chain/deploy.ts";
import { inputError } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { readProof, requireFitting } from "../../src/claims/proofFits.ts";
import { addressOf, transactionOf } from "../chain.ts";
import { answers, collect, flag, list, required, text, type Options, type AddCommands } from "../command.ts";
import { deviceOf } from "../device.ts";
import type { Answer } from "../output.ts";
import { asAccountOn, publicOption, standing, targetOf, withBatch, withFolder, withReason } from "../target.ts";
import { custodianNamed } from "./batch.ts";
import { requireOurCircuits } from "./evidence.ts";
import type { Batch } from "../../src/batch/batch.ts";
import { claimNamed } from "../../src/policy/document.ts";

/** What `extendDue` counts the due dates as. */
const DUE = ["release", "completion"] as const;

/** `name-submitter`, `replace-opening`, `set-head`, `extend`, `amend`: corrections, each of which stays visible. */
export const addCorrectCommands: AddCommands = (program, give) => {
  answers(
    withBatch(program.command("name-submitter"))
      .description("name one more account that may attest for the owner, before the first head is set (owner)")
      .requiredOption("--submitter <address>", "the account"),
    give,
    nameSubmitter,
  );
  answers(
    withReason(withFolder(program.command("replace-opening <dir>")))
      .description(
        "correct the first stage's custodian or devices, in folder and register, before its head is set (owner)",
      )
      .option("--device <vendor|model|serial>", "devices of the first stage from now on; repeat for more", collect)
      .option("--custodian <name>", "first custodian from now on: a name in the folder's party list"),
    give,
    replace,
  );
  answers(
    withFolder(program.command("set-head <dir>"))
      .description(
        "let a stage's record go on although its custody is not proven, while an exception on that is open; the flag " +
          '"custody not proven" stays (owner)',
      )
      .requiredOption("--stage <name>", "the stage; its head is taken from the folder"),
    give,
    setHead,
  );
  answers(
    withReason(withBatch(program.command("extend")))
      .description("move a due date, at most to the policy's latest from now; counted and shown (owner)")
      .addOption(new Option("--which <date>", "which one").choices(DUE).makeOptionMandatory())
      .requiredOption("--due <time>", "new due date, RFC 3339"),
    give,
    extend,
  );
  answers(
    withReason(withFolder(program.command("amend <dir>")))
      .description(
        "replace an attestation found wrong by a new proof (`prove --submitter` names QA's account); a released batch is " +
          "not released any more (QA of the owner)",
      )
      .requiredOption("--claim <stage/claim>", "the claim; its proof lies in proofs/")
      .option("--dry-run", "ask the chain what would have to be attested anew, send nothing"),
    give,
    amendClaim,
  );
};

async function nameSubmitter([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const submitter = addressOf(required(options, "submitter"), "--submitter");
  return asAccountOn(target, options, async (on) => {
    const receipt = await mined(() => on.register.registry.nameSubmitter(on.key, submitter));
    return standing(`${submitter} may attest for the owner.`, on, { submitter, ...transactionOf(receipt) });
  });
}

async function replace([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const changes = await firstStage(dir, options);
  const reason = publicOption(options, "reason", { folder: await readBatch(dir) });
  return replaceOpening(dir, changes, (folder, opening) =>
    asAccountOn({ folder }, options, async (on) => {
      const receipt = await mined(() => on.register.registry.replaceOpening(on.key, opening, reason));
      return standing("Opening replaced.", on, { opening: toHex(opening), reason, ...transactionOf(receipt) });
    }),
  );
}

async function firstStage(dir: string, options: Options): Promise<FirstStage> {
  const devices = list(options, "device").map(deviceOf);
  const custodian = text(options, "custodian");
  if (devices.length === 0 && custodian === undefined) {
    throw inputError("Nothing is to be replaced.", {
      place: "batchproof replace-opening",
      remedy: "Give --device, --custodian or both.",
      code: "usage",
    });
  }
  return {
    ...(devices.length === 0 ? {} : { devices }),
    ...(custodian === undefined ? {} : { custodian: custodianNamed(await readBatch(dir), custodian) }),
  };
}

async function setHead([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const folder = await readBatch(dir);
  const stage = required(options, "stage");
  const index = stageIndex(folder, stage);
  const { hash } = headOf(folder, index);
  return asAccountOn({ folder }, options, async (on) => {
    const receipt = await mined(() => on.register.registry.setHead(on.key, index, hash));
    const done = `Head of stage ${stage} set; its custody is not proven.`;
    return standing(done, on, { stage, head: toHex(hash), ...transactionOf(receipt) });
  });
}

async function extend([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const which = required(options, "which");
  const due = parseTime(required(options, "due"), "--due");
  const reason = publicOption(options, "reason", target);
  return asAccountOn(target, options, async (on) => {
    const { registry } = on.register;
    const receipt = await mined(() => registry.extendDue(on.key, which === "release" ? 0 : 1, BigInt(due), reason));
    const done = `Due for ${which}: ${formatTime(due)}.`;
    return standing(done, on, { which, due, reason, ...transactionOf(receipt) });
  });
}

async function amendClaim([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const folder = await readBatch(dir);
  const claim = required(options, "claim");
  claimNamed(folder.policy, claim);
  const reason = publicOption(options, "reason", { folder });
  const envelope = await readProof(folder, claim);
  const dryRun = flag(options, "dryRun");
  return asAccountOn({ folder }, options, async (on) => {
    requireOurCircuits([envelope], on.chain.chainId);
    await requireFitting(folder, envelope);
    const amended = await amend(on.account, on.register, on.key, envelope, reason, { dryRun });
    const reopened = claimsIn(folder, amended.reopened);
    const done = dryRun ? `${claim} would be amended.` : `${claim}: amended.`;
    return standing(`${done} ${reopenedWords(reopened)}`, on, { ...amended, claim, dryRun, reason, reopened });
  });
}

function claimsIn({ policy }: Batch, set: bigint): string[] {
  return policy.claims.filter((_, i) => ((set >> BigInt(i)) & 1n) === 1n).map(({ id }) => id);
}

function reopenedWords(claims: readonly string[]): string {
  return claims.length === 0
    ? "All other claims stand."
    : `The head changes, so these must be attested anew: ${claims.join(", ")}.`;
}
