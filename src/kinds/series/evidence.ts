import type { StageHead } from "../../formats/head.ts";
import type { ListedParty } from "../../formats/party.ts";
import type { RecordSalts } from "../../formats/recordSalts.ts";
import type { Signature } from "../../formats/source.ts";
import type { KnownOpening } from "../opened.ts";

/** What claims about a series are judged and proven from, apart from rule, header and rows. */
export interface SeriesContext extends KnownOpening {
  /** Public signal `batch`. */
  readonly batch: bigint;
  readonly head: StageHead;
  /** Public signal `parties`. */
  readonly parties: bigint;
  readonly source: ListedParty & { readonly signature: Signature };
  /** `slots`: the devices that the stage's head fixed. */
  readonly device: ListedParty & { readonly slots: readonly bigint[] };
  readonly salts: RecordSalts;
}
