import type { CircuitList } from "../audit/circuits.ts";

/** What the page is told by whoever serves it. */
export interface DeskConfig extends GivenFiles {
  readonly format: "batchproof-desk/1";
  readonly registry: string;
  /** What the nodes are called, without the rest of their addresses, which may hold access keys. */
  readonly node: string;
  readonly secondNode: string | null;
  /** Circuits whose provenance the reader knows; null: those that the page was built with. */
  readonly circuits: CircuitList | null;
  /** Who is behind which account, as the reader knows it. */
  readonly names: Readonly<Record<string, string>>;
  /** Words that were kept off the chain, by their salted hash. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Files that the reader named, by what they are. */
export interface GivenFiles {
  readonly disclosures: readonly GivenFile[];
  readonly policies: readonly GivenFile[];
  readonly reviews: readonly GivenFile[];
}

/** What stands within the page of a packet: `report.json` as its text, and what was added. */
export interface FiledPage extends GivenFiles {
  readonly report: string;
}

/** Id of the element that it stands in, as JSON. */
export const FILED_ID = "filed";

/** A file that the reader named, as its text. */
export interface GivenFile {
  readonly name: string;
  readonly text: string;
}

/** Names beside the page's own: its address is told to its reader alone. */
export const DESK_PATHS = { config: "config.json", node: "rpc", secondNode: "rpc2" } as const;
