import { hexlify, id, ZeroHash } from "ethers";
import { expect, it } from "vitest";
import { circuitReports, doubtOf } from "../../src/audit/circuits.ts";
import { emptyState, type CircuitState } from "../../src/audit/state.ts";
import { KIND } from "../../src/formats/constants.ts";
import { circuitNamed } from "../../src/kinds/circuits.ts";
import { lockedKey } from "../../src/setup/artifactLock.ts";
import { encodeVerifyingKey } from "../../src/setup/verifyingKey.ts";

/**
 * A proposer and an approver of one company add a known circuit under the name of another kind: a custody claim is then met by
 * whatever that circuit proves, since an opening is any number that its owner likes, such as the hash of a record.
 */

const MOMENT = { block: 1, time: 1, transaction: id("added") };
const QUALITY = "quality";

async function problemOf(said: Partial<CircuitState>, list?: string): Promise<string | null | undefined> {
  const { tier } = circuitNamed(QUALITY);
  const { circuitId, verifyingKey } = await lockedKey(QUALITY);
  const key = hexlify(encodeVerifyingKey(verifyingKey));
  const circuit: CircuitState = {
    ...{ kind: KIND.quality, tier, development: true, transcript: ZeroHash, key, proposed: MOMENT, added: MOMENT },
    ...said,
  };
  const state = { ...emptyState(1n, id("registry")), circuits: { [circuitId]: circuit } };
  const [report] = circuitReports(state, list === undefined ? undefined : { [circuitId]: { name: list } });
  if (report === undefined) throw new Error("no report");
  expect(doubtOf(report)).toBe(report.problem === null ? undefined : "circuit proves nothing");
  return report.problem;
}

// Verifies R-audit-circuits, V195.
it("V195: a known circuit proves what it proves, whatever kind two persons say that it is of", async () => {
  expect(await problemOf({})).toBeNull();
  const taken = "The register takes quality for a circuit of kind";
  expect(await problemOf({ kind: KIND.custody })).toBe(`${taken} custody.`);
  expect(await problemOf({ kind: 200 })).toBe(`${taken} 200.`);
  expect(await problemOf({ kind: KIND.custody }, QUALITY)).toBe(`${taken} custody.`);
});

it("what a reader calls by a name of his own is of the kind that the register says", async () => {
  expect(await problemOf({ kind: KIND.custody }, "ours")).toBeNull();
});
