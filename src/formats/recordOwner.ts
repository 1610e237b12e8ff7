/** What a record is signed for. */
export interface RecordOwner {
  /** Public signal `batch`. */
  readonly batch: bigint;
  readonly stage: bigint;
  /** Public signal `rule`: how the record is coded follows from it, and what it may prove. */
  readonly rule: bigint;
}
