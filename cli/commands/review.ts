import type { AuditReport } from "../../src/audit/audit.ts";
import { reportFromJson } from "../../src/audit/reportJson.ts";
import {
  commentsFromJson,
  conflictsOf,
  newSince,
  reviewDocument,
  reviewFromJson,
  sampleHolds,
  signReview,
  type Conflict,
  type Review,
} from "../../src/audit/reviewRecord.ts";
import { seedHolds } from "../../src/audit/seed.ts";
import { visible } from "../../src/formats/visible.ts";
import { documentText } from "../../src/formats/document.ts";
import { writeNewFile } from "../../src/input/files.ts";
import { readJsonText } from "../../src/input/json.ts";
import { counted } from "../../src/input/quantities.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { addressOf, onChain } from "../chain.ts";
import { list, required, text, type Options } from "../command.ts";
import { fileExists } from "../fileExists.ts";
import type { Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";

/** `review sign`. */
export async function sign([path = ""]: readonly string[], options: Options): Promise<Answer> {
  const [comments, out] = [text(options, "comments"), required(options, "out")];
  const report = await readReport(path);
  const said =
    comments === undefined ? new Map<string, string>() : commentsFromJson(await readJsonText(comments), comments);
  const accounts = list(options, "ownAccount").map((account) => addressOf(account, "--own-account"));
  const key = await unlockKey(required(options, "key"), await passphrase());
  const { name, public: publicKey } = key.description;
  const signedAt = Math.floor(Date.now() / 1000);
  const document = reviewDocument(report, { name, public: publicKey, accounts, comments: said, signedAt });
  const conflicts = conflictsOf(document, report);
  const review = signReview(document, key);
  await writeNewFile(out, documentText(review), fileExists(out));
  const lines = [
    `Signed as reviewed by ${visible(name)}: ${counted(review.rows.length, "row")}, ${said.size} with a comment.`,
    ...conflicts.map(conflictLine),
  ];
  return { text: lines.join("\n"), json: { review, conflicts } };
}

/** `review verify`. */
export async function verify([path = ""]: readonly string[], options: Options): Promise<Answer> {
  const review = reviewFromJson(await readJsonText(path), path);
  const { reviewer, register, block, hash, readAt, signedAt, rows } = review;
  const compared = text(options, "report");
  const report = compared === undefined ? undefined : await readReport(compared);
  const isDrawn = report === undefined ? undefined : sampleHolds(review, report);
  const isSeed =
    text(options, "rpc") === undefined
      ? undefined
      : await onChain(options, ({ provider }) => seedHolds(provider, review));
  const news = report === undefined ? [] : newSince(review, report);
  const conflicts = report === undefined ? [] : conflictsOf(review, report);
  const lines = [
    `The signature is that of the key ${reviewer.public.x}, which calls itself ${visible(reviewer.name)}.`,
    `Reviewed: register ${register} at block ${block}, ${hash}, ${readAt}; ${counted(rows.length, "row")}; signed ${signedAt}.`,
    ...sampleLines(review, isDrawn, isSeed),
    ...news.map(({ key, text: what }) => `New since: ${key ?? "the register"}: ${visible(what)}`),
    ...conflicts.map(conflictLine),
  ];
  return {
    text: lines.join("\n"),
    json: { review, newSince: news, conflicts, sampleDrawn: isDrawn === true, seedAsked: isSeed === true },
  };
}

/** What is known of a review's sample; `isDrawn`: that its seed draws it from the report; `isSeed`: that a node has this seed. */
function sampleLines({ block, sample }: Review, isDrawn: true | undefined, isSeed: true | undefined): string[] {
  if (sample === undefined) return [];
  const { count, population, seedBlock, seedHash } = sample;
  const known = isDrawn
    ? "drawn from this report by that hash"
    : `not compared: give the report of block ${block} (--report) to draw it again`;
  const asked = isSeed
    ? "The node has this hash for that block"
    : "Nobody compared the hash with the chain: name a node of yours (--rpc)";
  const waited = seedBlock - block;
  return [
    `Sample: ${count} of ${population} batches by block ${seedBlock}, ${seedHash}; ${known}. ${asked}.`,
    `That block is ${counted(waited, "block")} later than the report's: whoever draws may wait for one that suits him.`,
  ];
}

function conflictLine({ key, entry: { by, kind } }: Conflict): string {
  return `Warning: the reviewer's own account ${by ?? ""} acted on batch ${key}: ${kind}.`;
}

async function readReport(path: string): Promise<AuditReport> {
  return reportFromJson(await readJsonText(path), path).report;
}
