import { KIND, type KindName } from "./constants.ts";

/**
 * Numbers and names that the contracts use, mirrored once. `contracts/libraries/Codes.sol`, `RoleIds.sol` and
 * `contracts/interfaces/IComplianceRegistry.sol` hold the same ones and a test compares them. The kinds of circuits and
 * the order of the signals are in `src/formats/constants.ts`.
 */
/** The kind of a code; undefined for one that is not known to this version: the register takes any. */
export function kindNamed(code: number): KindName | undefined {
  return (Object.keys(KIND) as KindName[]).find((name) => KIND[name] === code);
}

/** Class of a claim. */
export const CLAIM_CLASS = { specification: 1, process: 2, custody: 3 } as const;
export type ClaimClassName = keyof typeof CLAIM_CLASS;

/** What a claim is needed for. */
export const NEEDED_FOR = { release: 1, completion: 2 } as const;
export type NeededForName = keyof typeof NEEDED_FOR;

/** What an exception is about. */
export const EXCEPTION_CATEGORY = {
  parameter: 1,
  custody: 2,
  quality: 3,
  missing: 4,
  integrity: 5,
  equipment: 6,
  material: 7,
  other: 8,
} as const;
export type ExceptionCategoryName = keyof typeof EXCEPTION_CATEGORY;

/** How an exception was closed. Only `accepted` lets it stand in place of a claim's proof. */
export const DISPOSITION = { accepted: 1, rejected: 2, unfounded: 3 } as const;
export type DispositionName = keyof typeof DISPOSITION;

/** Who holds a batch, as bits of a set. */
export const HOLD = { qp: 1, authority: 2 } as const;

/** Meaning of a QP's signature under a certificate. */
export const MEANING_CERTIFIED = 7;

/** `IComplianceRegistry.Status`, in order: the number that `statusOf` returns is the index here. */
export const STATUS = [
  "Open",
  "Compliant",
  "Released",
  "Completed",
  "Exception",
  "Overdue",
  "Rejected",
  "Aborted",
  "ExceptionalSupply",
  "Recalled",
] as const;
export type StatusName = (typeof STATUS)[number];

/**
 * `IComplianceRegistry.Counter`, in order (the index into what `registryCounts` and the like return), with the event that
 * each one counts.
 */
export const COUNTED_EVENT = {
  Opened: "BatchOpened",
  Attested: "ClaimAttested",
  Amended: "ClaimAmended",
  Exceptions: "ExceptionRaised",
  Certified: "BatchReleased",
  OpeningsReplaced: "OpeningReplaced",
  SubmittersNamed: "SubmitterNamed",
  HeadsAsserted: "HeadAsserted",
  ClosingsProposed: "ClosingProposed",
  ExceptionsClosed: "ExceptionClosed",
  RevocationsDecided: "RevocationDecided",
  Rejected: "BatchRejected",
  Aborted: "BatchAborted",
  SuppliedExceptionally: "BatchSuppliedExceptionally",
  Held: "BatchHeld",
  Unheld: "BatchUnheld",
  Recalled: "BatchRecalled",
  DueExtended: "DueExtended",
} as const;
export type CounterName = keyof typeof COUNTED_EVENT;
export const COUNTER = Object.keys(COUNTED_EVENT) as readonly CounterName[];
