/**
 * The answer to "may I use this?". Green and red are the register's; `exceptional` is a batch out of specification that is supplied
 * at a physician's request; `unknown`: nobody could be asked, or what was asked cannot be concluded. Silence is never green.
 */
export type Light = "green" | "red" | "exceptional" | "unknown";

/** A reason by its name, which a page may say in other languages, and in words. */
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
}

/** Why an answer is not green, or what must be known besides. One name for each thing that can be said. */
export const REASON_CODES = [
  ...["not-ready", "not-released", "exceptions", "inherited-exceptions", "held", "recalled", "challenged", "unsound"],
  ...["unknown-kinds", "unknown-circuits"],
  ...["custody-not-attested", "no-handoff", "other-chain", "other-policy", "supplied", "ended", "development-keys"],
  ...[
    "label-register",
    "label-chain",
    "label-batch",
    "label-signature",
    "label-id",
    "wristband",
    "given",
    "credential",
  ],
  ...[
    "standing-old",
    "standing-signer",
    "standing-batch",
    "standing-policy",
    "no-answer",
    "from-standing",
    "block-old",
  ],
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** What is filed with an answer. */
export interface AnswerRecord {
  readonly batch: string;
  readonly registry: string;
  readonly chainId: string;
  readonly block: number;
  readonly hash: string;
  /** Of that block. */
  readonly time: string;
  /** When it was asked, by this machine's clock. */
  readonly asked: string;
  /** From a node, or from a standing that a QP signed. */
  readonly from: "node" | "standing";
}

/** The answer to a question about one batch. */
export interface Answered {
  readonly light: Light;
  readonly reasons: readonly Reason[];
  /** What must be known besides. */
  readonly notes: readonly Reason[];
  /** Null: nobody could be asked. */
  readonly record: AnswerRecord | null;
}

export function because(code: ReasonCode, text: string): Reason {
  return { code, text };
}
