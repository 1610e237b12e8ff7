import { TAG_OUTSIDE } from "../formats/constants.ts";
import { pointFromJson, pointToJson, signatureFromJson, signatureToJson } from "../formats/document.ts";
import type { PointJson, SignatureJson } from "../formats/document.ts";
import { bytesHash, type PublicKey } from "../formats/identity.ts";
import { poseidon } from "../formats/poseidon.ts";
import { verifySignature, type Signature } from "../formats/source.ts";
import { inputError, refusal } from "../errors.ts";
import { canonicalJson, parseLargeJson } from "../input/json.ts";
import { listOf, matching, objectOf, oneOf, recordOf, shaped, textOf, whole } from "../input/shapes.ts";
import { formatTime } from "../input/times.ts";
import type { HistoryEntry } from "./history.ts";
import type { AuditReport, ReportedFinding } from "./report.ts";
import { findingIds } from "./rows.ts";
import { verifySample, type Sample } from "./sample.ts";

/** That somebody read a report, and what he says to its rows: signed with his own key, and in no register. */

const FORMAT = "batchproof-review/1";

/** What was reviewed, without the signature. */
export interface ReviewDocument {
  readonly format: typeof FORMAT;
  readonly register: string;
  /** Decimal. */
  readonly chainId: string;
  /** Block at which the report was made, its hash, and its time (RFC 3339). */
  readonly block: number;
  readonly hash: string;
  readonly readAt: string;
  readonly reviewer: Reviewer;
  /** Meaning of the signature (21 CFR 11.50). */
  readonly meaning: "review";
  /** When it was signed, by the signer's clock (RFC 3339). */
  readonly signedAt: string;
  /** Every row of the report, with a comment or with none. */
  readonly rows: readonly { readonly id: string; readonly comment: string }[];
  readonly sample?: Sample;
}

/** Who reviews: the key that signs, his name, and his own accounts of the register. */
export interface Reviewer {
  readonly name: string;
  readonly public: PointJson;
  readonly accounts: readonly string[];
}

export interface Review extends ReviewDocument {
  readonly signature: SignatureJson;
}

const HASH = matching(/^0x[0-9a-f]{64}$/);
const ADDRESS = matching(/^0x[0-9a-fA-F]{40}$/);
const TIME = matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
const NAME = matching(/^[^\p{C}\s]([^\p{C}]{0,198}[^\p{C}\s])?$/u);
const COMMENT = textOf(10_000);
const MANY = 1_000_000;

const REVIEW = objectOf<Review>(
  {
    ...{ format: oneOf([FORMAT]), register: ADDRESS, chainId: matching(/^[1-9][0-9]{0,77}$/) },
    ...{ block: whole(), hash: HASH, readAt: TIME, meaning: oneOf(["review"]), signedAt: TIME },
    reviewer: objectOf<Reviewer>({
      ...{ name: NAME, public: objectOf<PointJson>({ x: HASH, y: HASH }), accounts: listOf(ADDRESS, 100) },
    }),
    rows: listOf(objectOf<ReviewDocument["rows"][number]>({ id: HASH, comment: COMMENT }), MANY),
    sample: objectOf<Sample>({
      ...{ block: whole(), hash: HASH, population: whole(), populationHash: HASH, count: whole(1) },
      ...{ seedBlock: whole(), seedHash: HASH, keys: listOf(HASH, MANY) },
    }),
    signature: objectOf<SignatureJson>({ r8x: HASH, r8y: HASH, s: HASH }),
  },
  ["sample"],
);

const COMMENTS = recordOf(HASH, COMMENT, MANY);

/** Comments by row id, as JSON text. Errors: `review-comments`, those of `parseLargeJson`. */
export function commentsFromJson(text: string, place: string): ReadonlyMap<string, string> {
  const value = parseLargeJson(text, place);
  return new Map(Object.entries(shaped(COMMENTS, value, "list of comments", "review-comments", place)));
}

/** What a review says besides what stands in the report. */
export interface Reviewed {
  readonly name: string;
  readonly public: PublicKey;
  readonly accounts: readonly string[];
  /** By row id. */
  readonly comments: ReadonlyMap<string, string>;
  /** Unix seconds. */
  readonly signedAt: number;
  readonly sample?: Sample;
}

/** The record that is to be signed. Errors: `review-comments` for a comment on a row that the report does not have. */
export function reviewDocument(report: AuditReport, reviewed: Reviewed): ReviewDocument {
  const { name, accounts, comments, signedAt, sample } = reviewed;
  const ids = findingIds(report);
  const known = new Set(ids);
  const foreign = [...comments.keys()].find((id) => !known.has(id));
  if (foreign !== undefined) {
    throw inputError("The report has no row of this id.", { code: "review-comments", place: foreign });
  }
  return {
    ...{ format: FORMAT, register: report.registry, chainId: report.chainId.toString() },
    ...{ block: report.block, hash: report.hash, readAt: formatTime(report.at) },
    reviewer: { name, public: pointToJson(reviewed.public), accounts },
    ...{ meaning: "review", signedAt: formatTime(signedAt) },
    rows: ids.map((id) => ({ id, comment: comments.get(id) ?? "" })),
    ...(sample === undefined ? {} : { sample }),
  };
}

/** A key that can sign, as `UnlockedKey` of the parties is one. */
export interface ReviewKey {
  sign(message: bigint): Signature;
}

/** Signs a record. Errors: `review-signature` if the key is another one than the record names. */
export function signReview(document: ReviewDocument, key: ReviewKey): Review {
  const review = { ...document, signature: signatureToJson(key.sign(messageOf(document))) };
  return reviewFromJson(JSON.stringify(review), "review");
}

/** What is signed: the hash of the record without its signature, in its RFC 8785 form. */
function messageOf(document: ReviewDocument): bigint {
  return poseidon([BigInt(TAG_OUTSIDE.REVIEW), bytesHash(new TextEncoder().encode(canonicalJson(document)))]);
}

/**
 * A review record, once its signature is its reviewer's. Who that key belongs to, it cannot say. Errors: `review-file`, `field`,
 * `review-signature`, those of `parseLargeJson`.
 */
export function reviewFromJson(text: string, place: string): Review {
  const review = shaped(REVIEW, parseLargeJson(text, place), `${FORMAT} file`, "review-file", place);
  const { signature, ...document } = review;
  const key = pointFromJson(document.reviewer.public, `${place}#/reviewer/public`);
  const signed = signatureFromJson(signature, `${place}#/signature`);
  if (verifySignature(key, messageOf(document), signed)) return review;
  throw refusal("The signature is not that of the reviewer's key over this record.", {
    code: "review-signature",
    place: `${place}#/signature`,
  });
}

/** What a reviewer's own account did about a batch of which a row, or the sample, stands in his review. */
export interface Conflict {
  readonly key: string;
  readonly entry: HistoryEntry;
}

/** Why somebody else should review: what the reviewer's accounts did themselves. Errors: `review-register`. */
export function conflictsOf(review: ReviewDocument, report: AuditReport): readonly Conflict[] {
  requireRegister(review, report);
  const accounts = new Set(review.reviewer.accounts.map((account) => account.toLowerCase()));
  const rows = new Set(review.rows.map(({ id }) => id));
  const ids = findingIds(report);
  const keys = new Set([
    ...report.findings.flatMap(({ key }, i) => (key !== null && rows.has(ids[i] ?? "") ? [key] : [])),
    ...(review.sample?.keys ?? []),
  ]);
  return report.batches.flatMap(({ key, history }) =>
    keys.has(key)
      ? history.flatMap((entry) => (accounts.has((entry.by ?? "").toLowerCase()) ? [{ key, entry }] : []))
      : [],
  );
}

/** The rows of a report that were not there when it was reviewed. Errors: `review-register`. */
export function newSince(review: ReviewDocument, report: AuditReport): readonly ReportedFinding[] {
  requireRegister(review, report);
  const seen = new Set(review.rows.map(({ id }) => id));
  const ids = findingIds(report);
  return report.findings.filter((_, i) => !seen.has(ids[i] ?? ""));
}

/**
 * Whether a review's sample is the one that its seed draws: true; undefined where it has none, or the report is of another block
 * than was reviewed, so that it cannot be drawn again. Errors: `review-register`, those of `verifySample`.
 */
export function sampleHolds(review: ReviewDocument, report: AuditReport): true | undefined {
  requireRegister(review, report);
  if (review.sample === undefined || report.hash !== review.hash) return undefined;
  verifySample(review.sample, report);
  return true;
}

/** Error `review-register`: the review is about another register or another chain than the report. */
export function requireRegister({ register, chainId, block, hash }: ReviewDocument, report: AuditReport): void {
  if (register !== report.registry || chainId !== report.chainId.toString()) {
    throw refusal(`The review is about the register ${register} on chain ${chainId}.`, { code: "review-register" });
  }
  if (block === report.block && hash !== report.hash) {
    throw refusal(`The review is about another chain: there block ${block} has the hash ${hash}.`, {
      code: "review-register",
    });
  }
}
