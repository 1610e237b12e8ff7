import type { Lineage } from "../../src/audit/lineage.ts";
import type { GivenFile, GivenFiles } from "../../src/desk/config.ts";
import type { Failure } from "../../src/desk/failure.ts";
import type { Progress } from "./source.ts";

export type { GivenFile };

/** What every view of the page is made from. Of the files that the reader gave nothing is believed before it is checked. */
export interface DeskData extends GivenFiles {
  /** The register's report, and those of the registers that it follows. */
  readonly lineage: Lineage;
  /**
   * `node`: this page read the log and verified every proof itself. `file`, `packet`: it shows what somebody's audit wrote down,
   * and has verified nothing.
   */
  readonly origin: "node" | "file" | "packet";
  /** Waits for the first block after the report's; null: there is no node to ask. Errors: those of the node. */
  readonly laterBlock: (() => Promise<{ readonly block: number; readonly hash: string }>) | null;
}

/** What the page shows as a whole. Nothing is green before `ready`, and nothing at all after `failed`. */
export type DeskState =
  | { readonly step: "choosing" }
  /** Null: the node has not answered yet. */
  | { readonly step: "reading"; readonly progress: Progress | null }
  | { readonly step: "failed"; readonly problem: Failure }
  | { readonly step: "ready"; readonly data: DeskData };
