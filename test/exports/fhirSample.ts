import type { Standing, StandingClaim } from "../../src/standing/standing.ts";

/** A released batch against which nothing speaks, for the exports. */
export function releasedStanding(change: Partial<Standing> = {}): Standing {
  return {
    format: "batchproof-standing/1",
    chainId: "31337",
    registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    batch: hash("b1"),
    commitment: hash("c1"),
    block: 42,
    hash: hash("42"),
    time: "2026-03-02T12:00:00Z",
    policy: { policyId: hash("d1"), product: "Anti-CD20 CAR-T", version: 3, document: hash("d2") },
    opened: "2026-02-20T08:00:00Z",
    due: { release: "2026-03-10T08:00:00Z", completion: "2026-04-10T08:00:00Z" },
    status: "Released",
    release: "Released",
    certified: "2026-03-01T09:00:00Z",
    recalled: false,
    holds: [],
    openExceptions: { own: 0, inherited: 0 },
    challenge: null,
    supply: null,
    developmentKeys: false,
    stages: [],
    claims: [provenClaim(), settledClaim()],
    ...change,
  };
}

export function provenClaim(change: Partial<StandingClaim["proof"]> = {}): StandingClaim {
  return {
    ...{ index: 0, stage: 0, kind: "temperature", class: "specification", neededFor: "release", state: "proven" },
    rule: hash("e1"),
    proof: {
      ...{ circuitId: hash("f1"), circuit: "temperature-1k", setup: "ceremony", unsound: false },
      ...{ attested: "2026-02-25T10:00:00Z", deviations: [] },
      ...change,
    },
  };
}

function settledClaim(): StandingClaim {
  const stated = { index: 1, stage: 0, kind: "quality", class: "specification", neededFor: "release" } as const;
  return { ...stated, state: "settled", rule: hash("e2"), proof: null };
}

/** 0x and 64 hex digits that end in these. */
export function hash(end: string): string {
  return `0x${end.padStart(64, "0")}`;
}
