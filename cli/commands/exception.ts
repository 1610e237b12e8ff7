import { type DispositionName, type ExceptionCategoryName } from "../../src/formats/codes.ts";
import { confirmClosing, proposeClosing, raiseException, type Closing } from "../../src/chain/exceptions.ts";
import { exceptionEvidence, NO_EVIDENCE } from "../../src/claims/exceptionEvidence.ts";
import { mesExceptionsOf } from "../../src/claims/mesExceptions.ts";
import { inputError } from "../../src/errors.ts";
import { asAccount, transactionOf } from "../chain.ts";
import { required, text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { asAccountOn, claimIndex, publicOption, targetOf, type Target } from "../target.ts";
import { fileHash, wholeNumber } from "../values.ts";
import { claimAt } from "../../src/policy/document.ts";

/** `exception raise`. */
export async function raise([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const given = required(options, "claim");
  const claim = claimIndex(target, given);
  const reference = publicOption(options, "reference", target);
  const judged = await judgement(target, options);
  // Without a folder there is no evidence at hand: the reference says where it is.
  const evidence =
    "folder" in target ? await exceptionEvidence(target.folder, claimAt(target.folder.policy, claim)) : NO_EVIDENCE;
  return asAccountOn(target, options, async ({ register, key }) => {
    const report = { claim, ...judged, reference, evidence };
    const { id, repeats, receipt } = await raiseException(register, key, report);
    const again = repeats > 1n ? ` It is the owner's number ${repeats} about this rule.` : "";
    return {
      text: `Exception ${id} raised on ${given}.${again}`,
      json: { key, id, ...report, claim: given, repeats, ...transactionOf(receipt) },
    };
  });
}

interface Judgement {
  readonly category: ExceptionCategoryName;
  readonly severity: number;
}

/** What kind of exception it is: as the options say, or as the MES does. Errors `usage`, `severity`, `mes-unknown`. */
async function judgement(target: Target, options: Options): Promise<Judgement> {
  const [category, severity, mes] = [text(options, "category"), text(options, "severity"), text(options, "mes")];
  if (mes === undefined && category !== undefined && severity !== undefined) {
    return { category: category as ExceptionCategoryName, severity: severityOf(severity) };
  }
  if (mes === undefined || category !== undefined || severity !== undefined || !("folder" in target)) {
    throw inputError("Give --category and --severity, or with a folder --mes alone.", {
      place: "batchproof exception raise",
      code: "usage",
    });
  }
  const known = (await mesExceptionsOf(target.folder)) ?? [];
  const found = known.find(({ id }) => id === mes);
  if (found !== undefined) return { category: found.category, severity: found.severity };
  throw inputError("The folder's MES record has no such exception.", {
    place: `--mes ${mes}`,
    remedy: known.length === 0 ? "Import the record first." : `It has: ${known.map(({ id }) => id).join(", ")}.`,
    code: "mes-unknown",
  });
}

function severityOf(given: string): number {
  if (/^[1-3]$/.test(given)) return Number(given);
  throw inputError("A severity is 1 (minor), 2 (major) or 3 (critical).", { place: "--severity", code: "severity" });
}

async function closingOf(number: string, options: Options): Promise<Closing> {
  return {
    id: wholeNumber(number, "batchproof exception"),
    disposition: required(options, "disposition") as DispositionName,
    evidence: await fileHash(required(options, "evidence")),
  };
}

/** `exception propose-closing`. */
export async function propose([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const closing = await closingOf(number, options);
  return asAccount(options, async (register) => {
    const shown = { ...closing, ...transactionOf(await proposeClosing(register, closing)) };
    const fields = fieldLines({ ...shown, id: closing.id.toString() });
    return {
      text: `${fields}\nProposed. A QP confirms exactly this, with the same file and disposition.`,
      json: shown,
    };
  });
}

/** `exception confirm-closing`. */
export async function confirm([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const closing = await closingOf(number, options);
  return asAccount(options, async (register) => {
    const { key, claim, settled, proposed, receipt } = await confirmClosing(register, closing);
    const { proposer } = proposed;
    const fields = { id: closing.id.toString(), batch: key, claim, ...closingWords(closing), "proposed by": proposer };
    const effect = settled ? "It stands in place of the claim's proof." : "It stands in place of no proof.";
    return {
      text: `${fieldLines(fields)}\nClosed. ${effect}`,
      json: { ...closing, key, claim, proposer, settled, ...transactionOf(receipt) },
    };
  });
}

function closingWords({ disposition, evidence }: Closing): Record<string, string> {
  return { disposition, evidence };
}
