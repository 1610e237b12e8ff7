import type { DisclosureFile } from "./document.ts";
import { misfit } from "./errors.ts";
import { windowOf } from "./verify.ts";

/** What an authority asked for; times are Unix seconds. */
export interface AskedFor {
  /** Key of the batch. */
  readonly key: string;
  readonly claim: number;
  readonly from: number;
  readonly to: number;
  /** Whether an attestation of the claim counts now. */
  readonly isProven: boolean;
}

/**
 * Refuses what does not answer a request: of another batch or claim or, where it shows a window, of another one; or lines, chosen by
 * whoever sends them, in place of a record that is proven. Errors: `disclosure-request`, those of `windowOf`.
 */
export function refuseOtherRequest({ key, claim, content }: DisclosureFile, asked: AskedFor): void {
  if (key !== asked.key) throw notAsked("The request is about another batch.", "key");
  if (claim !== asked.claim) throw notAsked(`The request is about claim ${asked.claim}.`, "claim");
  if (content.form === "lines" && asked.isProven) {
    throw notAsked("The claim has a proven record, of which lines under an exception show nothing.", "content/form");
  }
  if (content.form !== "series") return;
  const { from, to } = windowOf(content);
  if (from !== asked.from || to !== asked.to) throw notAsked("The request is about another window.", "content/window");
}

function notAsked(message: string, member: string): Error {
  return misfit("disclosure-request", message, member);
}
