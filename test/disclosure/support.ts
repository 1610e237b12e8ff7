import type { Attested } from "../../src/disclosure/attested.ts";
import type { Content, DisclosureFile } from "../../src/disclosure/document.ts";
import type { SeriesJson } from "../../src/disclosure/series.ts";
import type { KindName } from "../../src/formats/constants.ts";
import { fromHex } from "../../src/formats/field.ts";

/** Somewhere on a register. */
export const ON = {
  chainId: 31337n,
  registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  key: `0x${"ab".repeat(32)}`,
  claim: 3,
} as const;

/** A disclosure of this content. */
export function fileOf(kind: KindName, content: Content): DisclosureFile {
  return { format: "batchproof-disclosure/1", ...ON, chainId: ON.chainId.toString(), kind, content };
}

/** What the register says where it attested what is shown. */
export function attestedOf(kind: KindName, changes: Partial<Attested> = {}): Attested {
  return { ...ON, batch: 1n, stage: 1, kind, rule: 2n, proven: undefined, exceptions: new Map(), ...changes };
}

/** The same for a series. */
export function attestedSeries(kind: KindName, { record }: SeriesJson): Attested {
  return attestedOf(kind, { proven: { head: 4n, record: fromHex(record), doubts: [] } });
}
