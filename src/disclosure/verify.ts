import { toHex } from "../formats/field.ts";
import { inFile } from "../errors.ts";
import { parseTime } from "../input/times.ts";
import type { Attested, Proven } from "./attested.ts";
import type { Disclosed, Window } from "./disclosed.ts";
import { parseDisclosure, type DisclosureFile } from "./document.ts";
import { misfit } from "./errors.ts";
import { openHandoff } from "./handoff.ts";
import { openLines } from "./lines.ts";
import { openResults, resultsWords, type ResultsJson } from "./results.ts";
import { openRule, type OpenedRule } from "./rule.ts";
import { windowsOf, type SeriesJson } from "./series.ts";
import { headerWords, shownSeries } from "./shownSeries.ts";

/**
 * What a disclosure shows, once all of it is known to belong to what the register says of its claim. It shows its window
 * whole: no reading of the record lies in the window and is not shown.
 * Errors, each with the member of the file: `disclosure-file` (shape), `disclosure-register`, `disclosure-batch`, `disclosure-claim`,
 * `disclosure-unproven`, those of `openRule`, `SeriesWindows.open`, `headerWords`, `openResults`, `resultsWords`, `openHandoff` and `openLines`.
 * @param value parsed JSON
 * @param place its file, for errors
 */
export function verifyDisclosure(value: unknown, attested: Attested, place: string): Disclosed {
  const file = parseDisclosure(value, place);
  return inFile(place, () => {
    refuseOther(file, attested);
    const rule = file.rule === undefined ? undefined : openRule(file.rule, attested);
    const { key, claim, stage, kind, proven } = attested;
    const doubts = proven?.doubts ?? [];
    return { key, claim, stage, kind, doubts, rule: rule?.words ?? null, ...shownOf(file, attested, rule) };
  });
}

/** The window that was asked for, Unix seconds. Errors `disclosure-window`, those of `parseTime`. */
export function windowOf({ window: { from, to } }: Pick<SeriesJson, "window">): Window {
  const window = { from: parseTime(from, "#/content/window/from"), to: parseTime(to, "#/content/window/to") };
  if (window.from < window.to) return window;
  throw misfit("disclosure-window", "The window ends before it begins.", "content/window");
}

/** Error `disclosure-register`: the disclosure is about another register, or one on another chain. */
export function refuseOtherRegister(
  file: Pick<DisclosureFile, "chainId" | "registry">,
  { chainId, registry }: Pick<Attested, "chainId" | "registry">,
): void {
  if (BigInt(file.chainId) !== chainId) {
    throw misfit("disclosure-register", "The disclosure is about a register on another chain.", "chainId");
  }
  if (file.registry.toLowerCase() !== registry.toLowerCase()) {
    throw misfit("disclosure-register", "The disclosure is about another register.", "registry");
  }
}

function refuseOther(file: DisclosureFile, attested: Attested): void {
  refuseOtherRegister(file, attested);
  if (file.key !== attested.key) throw misfit("disclosure-batch", "The disclosure is about another batch.", "key");
  if (file.claim !== attested.claim || file.kind !== attested.kind) {
    throw misfit("disclosure-claim", "The disclosure is about another claim, or one of another kind.", "claim");
  }
}

type Shown = Pick<Disclosed, "window" | "header" | "rawFileHash" | "content">;

function shownOf(file: DisclosureFile, attested: Attested, rule: OpenedRule | undefined): Shown {
  const { content } = file;
  switch (content.form) {
    case "series":
      return shownWindow(content, attested, rule);
    case "results":
      return shownResults(content, attested, rule);
    case "handoff":
      return { ...NOTHING, content: openHandoff(content, attested, provenOf(attested)) };
    case "lines":
      return { ...NOTHING, content: openLines(content, attested) };
  }
}

const NOTHING = { window: null, header: [], rawFileHash: null } as const;

function shownWindow(content: SeriesJson, attested: Attested, rule: OpenedRule | undefined): Shown {
  const window = windowOf(content);
  refuseOtherRecord(content, attested);
  const series = windowsOf(attested.kind).open(content, window);
  return {
    window,
    header: headerWords(series, content),
    rawFileHash: toHex(series.header.rawFileHash),
    content: shownSeries(series, window, rule),
  };
}

function shownResults(content: ResultsJson, attested: Attested, rule: OpenedRule | undefined): Shown {
  refuseOtherRecord(content, attested);
  const opened = openResults(content, rule);
  return {
    window: null,
    header: resultsWords(opened, content),
    // The record has it under a salt that is not shown: whoever knows the report's form could try the other results.
    rawFileHash: null,
    content: opened.content,
  };
}

function refuseOtherRecord({ record }: { readonly record: string }, attested: Attested): void {
  if (record === toHex(provenOf(attested).record)) return;
  throw misfit("disclosure-record", "The disclosure shows another record than was attested.", "content/record");
}

function provenOf({ proven }: Attested): Proven {
  if (proven !== undefined) return proven;
  throw misfit("disclosure-unproven", "No attestation of this claim counts now.", "claim");
}
