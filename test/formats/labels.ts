import { readFileSync } from "node:fs";
import type { Carrier } from "../../src/formats/label.ts";

/** fixtures/vectors/label.json: labels signed with a key that is no secret, without an identifier and with one of each sort. */
export const VECTORS = JSON.parse(readFileSync("fixtures/vectors/label.json", "utf8")) as Readonly<{
  /** Hex. */
  privateKey: string;
  key: { x: string; y: string };
  labels: {
    label: { chainId: string; registry: string; batch: string; carrier?: Carrier };
    message: string;
    text: string;
  }[];
}>;
