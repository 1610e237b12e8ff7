import { basename } from "node:path";
import { Option } from "commander";
import { readBatch, stageIndex } from "../../src/batch/folder.ts";
import { handoffFile } from "../../src/batch/handoffFile.ts";
import {
  discardHandoff,
  handoffStatus,
  importHandoff,
  signHandoff,
  type HandoffStatus,
} from "../../src/batch/handoffs.ts";
import { inputError } from "../../src/errors.ts";
import { CONDITION, type ConditionName } from "../../src/formats/constants.ts";
import { toHex } from "../../src/formats/field.ts";
import type { HandoffSide } from "../../src/formats/handoff.ts";
import { stageHead } from "../../src/formats/head.ts";
import { readBytes, writeNewFile } from "../../src/input/files.ts";
import { formatTime } from "../../src/input/times.ts";
import { documentText } from "../../src/formats/document.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { answers, required, text, type Options, type AddCommands } from "../command.ts";
import type { Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import type { Batch } from "../../src/batch/batch.ts";

/** Who signs, in the words of the command line. */
const SIDES = { releaser: "released", receiver: "received" } as const satisfies Record<string, HandoffSide>;
const WORD_OF = { released: "releaser", received: "receiver" } as const satisfies Record<HandoffSide, string>;

/** `handoff`: the end of a stage, signed by those concerned. */
export const addHandoffCommands: AddCommands = (program, give) => {
  const handoff = program.command("handoff").description("the hand-off that closes a stage: sign, show, exchange");
  answers(
    handoff
      .command("sign <dir>")
      .description("sign one side of a stage's hand-off; the releasing custodian goes first")
      .requiredOption("--stage <name>", "stage that ends")
      .addOption(new Option("--as <side>", "your side").choices(Object.keys(SIDES)).makeOptionMandatory())
      .requiredOption("--key <keyfile>", "your custodian key")
      .addOption(
        new Option("--condition <name>", "state of the material").choices(Object.keys(CONDITION)).default("conforming"),
      ),
    give,
    sign,
  );
  answers(
    handoff.command("show <dir>").description("how each hand-off stands, and which signatures are missing"),
    give,
    async ([dir = ""]) => shown(await readBatch(dir)),
  );
  answers(
    handoff
      .command("export <dir>")
      .description("write what another party needs: the batch's commitments, with --stage also that stage's hand-off")
      .option("--stage <name>", "closed stage to tell of")
      .requiredOption("--out <file>", "file to write; it holds no record and no salt but that of this stage's head"),
    give,
    exportFile,
  );
  answers(
    handoff
      .command("import <dir> <file>")
      .description("take over a hand-off that another party exported: its head's opening and the signatures there are"),
    give,
    async ([dir = "", file = ""]) => {
      const { batch, stage } = await importHandoff(dir, file);
      const { text: lines, json } = shown(batch);
      const first =
        stage === undefined ? "The file tells of the batch only, and it is this one." : `Stage ${stage} taken over.`;
      return { text: `${first}\n${lines}`, json };
    },
  );
  answers(
    handoff
      .command("discard <dir>")
      .description("take a stage's hand-off back, for a correction: both sides sign anew")
      .requiredOption("--stage <name>", "stage whose hand-off is wrong"),
    give,
    async ([dir = ""], options) => shown(await discardHandoff(dir, required(options, "stage"))),
  );
};

async function sign([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const key = required(options, "key");
  const batch = await signHandoff({
    dir,
    stage: required(options, "stage"),
    side: SIDES[required(options, "as") as keyof typeof SIDES],
    key: await unlockKey(key, await passphrase(basename(key))),
    condition: required(options, "condition") as ConditionName,
  });
  return shown(batch);
}

async function exportFile([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const name = text(options, "stage");
  const out = required(options, "out");
  const data = documentText(handoffFile(batch, name === undefined ? undefined : stageIndex(batch, name)));
  const taken = inputError("There is a file of this name already.", {
    place: out,
    remedy: "Name a new file.",
    code: "file-exists",
  });
  const already = await writeNewFile(out, data, taken).then(
    () => false,
    async (error: unknown) => {
      if (error === taken && Buffer.from(data).equals(await readBytes(out))) return true;
      throw error;
    },
  );
  const what = name === undefined ? "the batch's commitments" : `the hand-off of stage ${name}`;
  return {
    text: `${out}: ${what}, ${data.length} bytes${already ? "; already there, the same" : ""}.`,
    json: { file: out, bytes: data.length, already },
  };
}

function shown(batch: Batch): Answer {
  const status = handoffStatus(batch);
  return {
    text: status.length === 0 ? "The policy claims no custody." : status.map((each) => line(batch, each)).join("\n"),
    json: {
      handoffs: status.map(({ stage, boundary, missing, handoff }) => ({
        stage,
        boundary,
        head: handoff === undefined ? null : toHex(stageHead(handoff.head)),
        condition: handoff?.condition ?? null,
        missing: missing.map((side) => WORD_OF[side]),
      })),
    },
  };
}

function line({ stages }: Batch, { stage, boundary, missing, handoff }: HandoffStatus): string {
  const next = stages[stages.findIndex(({ name }) => name === stage) + 1];
  const to = boundary === "handover" ? `, hand-over to ${next?.custodian?.org ?? "nobody named yet"}` : `, ${boundary}`;
  if (handoff === undefined) return `${stage}${to}: not signed`;
  const { start, end } = handoff.head;
  const times = `${formatTime(Number(start))} to ${formatTime(Number(end))}`;
  const rest = missing.length === 0 ? "signed" : `missing: ${missing.map((side) => WORD_OF[side]).join(", ")}`;
  return `${stage}${to}: ${times}, ${handoff.condition}, ${rest}`;
}
