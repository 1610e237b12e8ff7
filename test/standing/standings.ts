import { toBeHex } from "ethers";
import type { Standing } from "../../src/standing/standing.ts";

/** A standing of a released batch, with which nothing is wrong. */
export const RELEASED: Standing = {
  format: "batchproof-standing/1",
  ...{ chainId: "31337", registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3" },
  ...{ batch: toBeHex(0xba7c4n, 32), commitment: toBeHex(5n, 32) },
  ...{ block: 120, hash: toBeHex(0xb10cn, 32), time: "2026-03-01T12:00:00Z" },
  policy: { policyId: toBeHex(0x90n, 32), product: "PLAIN", version: 1, document: toBeHex(0xd0cn, 32) },
  opened: "2026-02-01T12:00:00Z",
  due: { release: "2026-03-10T12:00:00Z", completion: "2026-03-20T12:00:00Z" },
  ...{ status: "Released", release: "Released", certified: "2026-02-28T12:00:00Z", recalled: false, holds: [] },
  ...{ openExceptions: { own: 0, inherited: 0 }, challenge: null, supply: null, developmentKeys: false },
  stages: [
    { head: toBeHex(100n, 32), ready: true, asserted: false, confirmed: true },
    { head: null, ready: true, asserted: false, confirmed: null },
  ],
  claims: [
    {
      ...{ index: 0, stage: 0, kind: "custody", class: "custody", neededFor: "release", state: "proven" },
      rule: toBeHex(21n, 32),
      proof: {
        ...{ circuitId: toBeHex(0xc1n, 32), circuit: "custody-v1", setup: "ceremony", unsound: false },
        ...{ attested: "2026-02-20T12:00:00Z", deviations: ["clock"] },
      },
    },
    {
      ...{ index: 1, stage: 0, kind: "temperature", class: "process", neededFor: "release", state: "settled" },
      ...{ rule: toBeHex(22n, 32), proof: null },
    },
    {
      ...{ index: 2, stage: 1, kind: "quality", class: "specification", neededFor: "completion", state: "missing" },
      ...{ rule: toBeHex(23n, 32), proof: null },
    },
  ],
};

/** The moment of its block, Unix seconds. */
export const AT = Date.parse(RELEASED.time) / 1000;
