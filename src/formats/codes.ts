import { KIND, type KindName } from "./constants.ts";

/**
 * Numbers and names that the contracts use, mirrored once. `contracts/libraries/Codes.sol`, `RoleIds.sol`,
 * `contracts/interfaces/IComplianceRegistry.sol` and `IReleaseGate.sol` hold the same ones and a test compares them. The kinds of circuits and
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

/** For whom a batch is held: each side lets go what it holds itself. */
export const HOLD = { qp: 1, authority: 2 } as const;
export type HoldSide = keyof typeof HOLD;

/** What speaks against a batch that was proven, as bits of a set, until a QP decides on exactly that. */
export const CHALLENGE = { circuit: 1, policy: 2, root: 4, superseded: 8 } as const;
export type ChallengeName = keyof typeof CHALLENGE;

/** The seat of those who certify a batch; the others are indices of stages. */
export const BATCH_SEAT = 255;

/**
 * Why something was decided. The words stay with those who decided; what is on chain is this code, and a salted hash of them.
 */
export const REASON = {
  other: 1,
  "quality-defect": 2,
  falsified: 3,
  mislabelled: 4,
  "adverse-events": 5,
  contamination: 6,
  "out-of-specification": 7,
  excursion: 8,
  "custody-broken": 9,
  "data-integrity": 10,
  damaged: 11,
  expired: 12,
  "patient-withdrew": 13,
  "patient-unfit": 14,
  "collection-failed": 15,
  "manufacture-failed": 16,
  "not-administered": 17,
  "opened-in-error": 18,
  "under-investigation": 19,
  complaint: 20,
  "authority-order": 21,
  "investigation-closed": 22,
  corrected: 23,
  "order-lifted": 24,
  "material-late": 25,
  "test-repeated": 26,
  "transport-delayed": 27,
  "patient-delayed": 28,
  "wrong-file": 29,
  "wrong-device": 30,
  "custodian-changed": 31,
  "device-replaced": 32,
  calibration: 33,
  "consent-renewed": 34,
  "treatment-only": 35,
  superseded: 36,
  "limits-wrong": 37,
  "product-withdrawn": 38,
  "key-lost": 39,
  "party-left": 40,
  "wrong-list": 41,
} as const;
export type ReasonName = keyof typeof REASON;

/** Which reasons each call takes, by the contract's name of the call. */
export const REASONS_OF = {
  recall: [
    "other",
    "quality-defect",
    "falsified",
    "mislabelled",
    "adverse-events",
    "contamination",
    "out-of-specification",
    "excursion",
    "custody-broken",
    "data-integrity",
  ],
  reject: [
    "other",
    "quality-defect",
    "falsified",
    "mislabelled",
    "contamination",
    "out-of-specification",
    "excursion",
    "custody-broken",
    "data-integrity",
    "damaged",
    "expired",
  ],
  abort: [
    "other",
    "damaged",
    "expired",
    "patient-withdrew",
    "patient-unfit",
    "collection-failed",
    "manufacture-failed",
    "not-administered",
    "opened-in-error",
  ],
  hold: [
    "other",
    "quality-defect",
    "falsified",
    "mislabelled",
    "adverse-events",
    "contamination",
    "out-of-specification",
    "excursion",
    "custody-broken",
    "data-integrity",
    "damaged",
    "under-investigation",
    "complaint",
    "authority-order",
  ],
  unhold: ["other", "investigation-closed", "corrected", "order-lifted"],
  extendDue: ["other", "under-investigation", "material-late", "test-repeated", "transport-delayed", "patient-delayed"],
  amend: ["other", "data-integrity", "corrected", "wrong-file", "wrong-device", "calibration"],
  replaceOpening: ["other", "wrong-device", "custodian-changed", "device-replaced", "opened-in-error"],
  decideRevocation: ["other", "consent-renewed", "treatment-only"],
  decideChallenge: ["other", "investigation-closed", "corrected", "treatment-only"],
  retire: ["other", "superseded", "limits-wrong", "product-withdrawn", "authority-order"],
  revoke: ["other", "data-integrity", "authority-order", "key-lost", "party-left", "wrong-list"],
} as const satisfies Readonly<Record<string, readonly ReasonName[]>>;
export type ReasonedCall = keyof typeof REASONS_OF;

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

/** `IReleaseGate.Release`, in order: what `releaseOf` answers. */
export const RELEASE = ["No", "Released", "ExceptionalSupply"] as const;
export type ReleaseName = (typeof RELEASE)[number];
