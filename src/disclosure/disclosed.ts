import type { ChannelName, KindName } from "../formats/constants.ts";
import type { SeriesFigures } from "../kinds/series/figures.ts";

/** What a disclosure shows once it is known to belong to what was attested. Times are Unix seconds. */
export interface Disclosed {
  /** Key of the batch, index of the claim in its policy, stage and kind. */
  readonly key: string;
  readonly claim: number;
  readonly stage: number;
  readonly kind: KindName;
  /** The window that was asked for; null: what is shown has no time. */
  readonly window: Window | null;
  /** What the record's header says, in words: device, lot, raw file, thinning, clock, attempt. */
  readonly header: readonly string[];
  /** Hash of the raw file that the record was read from, 0x hex; null: it has none, or does not show it. */
  readonly rawFileHash: string | null;
  /** The rule in words, where it was disclosed and its hash is the policy's. */
  readonly rule: readonly string[] | null;
  /** Why nobody should rely on the attestation yet, a sentence each; of lines, which no proof is about, as well. */
  readonly doubts: readonly string[];
  readonly content: DisclosedSeries | DisclosedResults | DisclosedHandoff | DisclosedLines;
}

export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The readings of whole chunks of a series: those that overlap the window. */
export interface DisclosedSeries {
  readonly form: "series";
  readonly channels: readonly DisclosedChannel[];
  readonly readings: readonly DisclosedReading[];
  /** Between two readings that are further apart than the rule permits; empty where the rule is not disclosed. */
  readonly gaps: readonly Window[];
  /** What can be computed of the window alone, a channel each. */
  readonly figures: readonly SeriesFigures[];
}

export interface DisclosedChannel {
  readonly channel: ChannelName;
  readonly unit: string;
  /** Hard limits, decimal text: of the header's grid. */
  readonly limits: readonly [low: string, high: string];
  /** Normal band, decimal text; null: the rule is not disclosed, or has none. */
  readonly band: readonly [low: string, high: string] | null;
  /** Seconds of the window outside the band; null as for `band`. */
  readonly outside: { readonly above: number; readonly below: number } | null;
}

export interface DisclosedReading {
  readonly at: number;
  /** Decimal text, a channel each. */
  readonly values: readonly string[];
  /** Whether it lies in the window: chunks are disclosed whole. */
  readonly asked: boolean;
}

/** Single results of a laboratory. */
export interface DisclosedResults {
  readonly form: "results";
  readonly results: readonly {
    readonly analyte: string;
    /** As it is printed: sign, number, unit, or word. */
    readonly result: string;
    readonly at: number;
    readonly repeats: number;
    readonly invalidated: number;
    /** The analyte's specification in words; null: the rule is not disclosed. */
    readonly specification: string | null;
  }[];
}

/** One hand-off: what its two custodians signed, in words. */
export interface DisclosedHandoff {
  readonly form: "handoff";
  readonly lines: readonly string[];
}

/** Lines of the raw files under an exception, where there is no record. */
export interface DisclosedLines {
  readonly form: "lines";
  readonly exception: number;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}
