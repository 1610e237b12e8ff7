import type { Queue } from "../audit/queue.ts";
import type { AdministrationRecord } from "../bedside/record.ts";
import type { Answered } from "../standing/answer.ts";
import type { Verification } from "../standing/verification.ts";

export type { AnswerRecord } from "../standing/answer.ts";

/** What the page of a site asks of the program that serves it, and what it is told: JSON over POST, below the page's own address. */

/** Names beside the page's own. */
export const SITE_PATHS = {
  config: "config.json",
  dock: "dock",
  match: "bedside/match",
  record: "bedside/record",
  queue: "queue",
  verify: "verify",
} as const;

/** What the page is told when it starts. */
export interface SiteConfig {
  readonly format: "batchproof-site/1";
  /** Null where neither is known: then only what a label or a credential names can be asked about. */
  readonly registry: string | null;
  readonly node: string | null;
  readonly folders: readonly SiteFolder[];
}

/** A batch folder that the page was served for. */
export interface SiteFolder {
  /** By which the page names it; never a path. */
  readonly id: number;
  readonly lot: string;
  readonly stages: readonly string[];
  /** It has the batch's identity, so that a wristband can be compared. */
  readonly identity: boolean;
}

/** The answer to a question about one batch. */
export type SiteAnswer = Answered;

/** Dock: may this stage begin with the bag in the hand? */
export interface DockQuestion {
  readonly label: string;
  readonly folder: number;
  readonly stage: string;
  /** The bag's own code as it was scanned; empty: not scanned. */
  readonly carrier: string;
}

/** Verify: what is known of a batch, by whatever names it? */
export interface VerifyQuestion {
  readonly by: "label" | "batch" | "credential" | "standing";
  /** Text of the label, key of the batch, or text of the file. */
  readonly text: string;
}

/** What is known of it. */
export interface VerifyAnswer extends SiteAnswer {
  /** The document of `verify-batch`; null: nobody could be asked. */
  readonly verification: Verification | null;
}

/** Bedside: is this bag this patient's, and may it be given? */
export interface MatchQuestion {
  readonly label: string;
  readonly folder: number;
  readonly wristband: string;
  readonly carrier: string;
}

/** Bedside: what two people signed is to be recorded; the match is made again. */
export interface RecordQuestion {
  readonly folder: number;
  readonly wristband: string;
  readonly record: AdministrationRecord;
}

/** Recorded only if what is answered now permits what they signed. */
export interface RecordAnswer extends SiteAnswer {
  readonly recorded: boolean;
}

/** Queue: what waits for this Qualified Person? `account`: address. */
export interface QueueQuestion {
  readonly account: string;
}

export interface QueueAnswer extends Queue {
  /** The register that this one follows and that was not read; null: there is none. */
  readonly unread: string | null;
  /** When it was asked, by this machine's clock, RFC 3339. */
  readonly asked: string;
}
