import { type DispositionName, type ExceptionCategoryName } from "../../src/formats/codes.ts";
import {
  acknowledge as acknowledgeClosing,
  confirmClosing,
  proposeClosing,
  raiseException,
  withdrawClosing,
  type Closing,
  type Raised,
} from "../../src/chain/exceptions.ts";
import { exceptionEvidence, NO_EVIDENCE } from "../../src/claims/exceptionEvidence.ts";
import { mesExceptionNamed } from "../../src/claims/mesExceptions.ts";
import { inputError } from "../../src/errors.ts";
import { asAccount, transactionOf } from "../chain.ts";
import { list, required, text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { asAccountOn, claimIndex, furtherKeys, furtherTarget, publicOption, targetOf, type Target } from "../target.ts";
import { fileHash, wholeNumber } from "../values.ts";
import { claimAt } from "../../src/policy/document.ts";

/** `exception raise`. */
export async function raise([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const given = required(options, "claim");
  const claim = claimIndex(target, given);
  const further = await furtherClaims(options);
  const targets = further.map((each) => each.target);
  const reference = publicOption(options, "reference", target, ...targets);
  const judged = await judgement(target, options);
  // Without a folder there is no evidence at hand: the reference says where it is.
  const evidence =
    "folder" in target ? await exceptionEvidence(target.folder, claimAt(target.folder.policy, claim)) : NO_EVIDENCE;
  return asAccountOn(target, options, async (on) => {
    const keys = await furtherKeys(on, targets, options);
    const concerned = further.map((each, i) => ({ key: keys[i] ?? "", claim: each.claim }));
    const report = { ...judged, reference, evidence };
    const all = await raiseException(on.register, [{ key: on.key, claim }, ...concerned], report);
    const { raised, receipt, already } = all;
    const [{ id, repeats }] = raised;
    const first = "folder" in target ? given : `claim ${given}`;
    const claims = raised.map((each, i) => raisedText(each, i === 0 ? first : (further[i - 1]?.given ?? "")));
    return {
      text: [
        ...(already ? ["The same was raised already, and nothing was sent; another one has another reference:"] : []),
        ...claims,
      ].join("\n"),
      json: {
        key: on.key,
        id,
        ...report,
        claim: given,
        repeats,
        exceptions: raised,
        already,
        ...transactionOf(receipt),
      },
    };
  });
}

function raisedText({ id, repeats }: Raised, on: string): string {
  const again = repeats > 1n ? ` It is the owner's number ${repeats} about this rule.` : "";
  return `Exception ${id} raised on ${on}.${again}`;
}

interface FurtherClaim {
  readonly target: Target;
  readonly claim: number;
  /** As it was typed. */
  readonly given: string;
}

/** What --also names: a batch and its claim each. Errors: `usage`, those of `furtherTarget` and `claimIndex`. */
async function furtherClaims(options: Options): Promise<FurtherClaim[]> {
  const claims: FurtherClaim[] = [];
  for (const given of list(options, "also")) {
    const at = given.lastIndexOf(":");
    if (at < 1) {
      throw inputError("A further batch is named with its claim: BATCH:CLAIM.", {
        place: `--also ${given}`,
        code: "usage",
      });
    }
    const target = await furtherTarget(given.slice(0, at));
    claims.push({ target, claim: claimIndex(target, given.slice(at + 1)), given });
  }
  return claims;
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
  const found = await mesExceptionNamed(target.folder, mes, `--mes ${mes}`);
  return { category: found.category, severity: found.severity };
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

/** `exception withdraw-closing`. */
export async function withdraw([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const closing = await closingOf(number, options);
  return asAccount(options, async (register) => {
    const shown = { ...closing, ...transactionOf(await withdrawClosing(register, closing)) };
    return { text: `${fieldLines({ ...shown, id: closing.id.toString() })}\nTaken back.`, json: shown };
  });
}

/** `exception acknowledge`. */
export async function acknowledge([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const id = wholeNumber(number, "batchproof exception");
  return asAccount(options, async (register) => {
    const { key, receipt } = await acknowledgeClosing(register, id);
    const sent = transactionOf(receipt);
    return { text: fieldLines({ acknowledged: id.toString(), batch: key, ...sent }), json: { id, key, ...sent } };
  });
}

function closingWords({ disposition, evidence }: Closing): Record<string, string> {
  return { disposition, evidence };
}
