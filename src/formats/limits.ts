const HOUR = 3600;
const DAY = 24 * HOUR;

/** How many there may be in the register, as its contracts see to it. Times in seconds. */
export const LIMIT = {
  /** Batches that one batch supersedes, one through the other. */
  superseded: 16,
  /** Batches that one call is about. */
  batchesOfCall: 64,
  /** QPs, QPs of stages, and submitters, that an opening names. */
  namesOfOpening: 16,
  /** QPs of one seat, with those who were added. */
  qpsOfSeat: 32,
  /** From now to a planned administration. */
  administrationAhead: 30 * DAY,
  /** From an administration until the authority is to be told. */
  notificationAfter: 48 * HOUR,
  /** Party roots that proofs of one batch use. */
  rootsOfBatch: 16,
  claimsOfPolicy: 256,
  circuitsOfPolicy: 256,
  circuitsOfClaim: 16,
  /** From now to a due date, of a batch or of a request. */
  due: 3650 * DAY,
  /** Unanswered requests about one batch. */
  requestsOfBatch: 64,
  /** Those of them that one authority asked. */
  requestsOfAuthority: 16,
} as const;
