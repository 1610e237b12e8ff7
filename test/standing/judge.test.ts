import fc from "fast-check";
import { toBeHex } from "ethers";
import { describe, expect, it } from "vitest";
import { CHALLENGE, HOLD, RELEASE, STATUS, type ChallengeName, type HoldSide } from "../../src/formats/codes.ts";
import { judgeStage, judgeUse, type StageQuestion } from "../../src/standing/judge.ts";
import type { Standing, StandingClaim } from "../../src/standing/standing.ts";
import { RELEASED } from "./standings.ts";

const QUESTION: StageQuestion = {
  stage: 1,
  stages: ["collection", "activation"],
  head: RELEASED.stages[0]?.head ?? "",
  policyId: RELEASED.policy.policyId,
};

function withProof(changes: Partial<NonNullable<StandingClaim["proof"]>>): readonly StandingClaim[] {
  const [first, ...rest] = RELEASED.claims;
  if (first?.proof == null) throw new Error("a proof");
  return [{ ...first, proof: { ...first.proof, ...changes } }, ...rest];
}

const UNSOUND = withProof({ unsound: true });
const UNKNOWN_CIRCUIT = withProof({ circuit: null });
const UNKNOWN_KIND = RELEASED.claims.map((claim, i) => (i === 0 ? { ...claim, kind: null } : claim));

const sometimes = <T>(usual: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });

/** Whatever a node or a file may say: its parts need not fit together. */
const STANDINGS: fc.Arbitrary<Standing> = fc
  .record({
    status: sometimes(RELEASED.status, fc.constantFrom(...STATUS)),
    release: sometimes(RELEASED.release, fc.constantFrom(...RELEASE)),
    recalled: sometimes(false, fc.boolean()),
    holds: sometimes<Standing["holds"]>(
      [],
      fc.array(fc.record({ side: fc.constantFrom(...(Object.keys(HOLD) as HoldSide[])), order: fc.constant(null) }), {
        maxLength: 2,
      }),
    ),
    openExceptions: fc.record({ own: sometimes(0, fc.nat(2)), inherited: sometimes(0, fc.nat(2)) }),
    challenge: sometimes<Standing["challenge"]>(
      null,
      fc.record({
        kinds: fc.subarray(Object.keys(CHALLENGE) as ChallengeName[], { minLength: 1 }),
        decided: fc.boolean(),
      }),
    ),
    developmentKeys: fc.boolean(),
    claims: sometimes(RELEASED.claims, fc.constantFrom(UNSOUND, UNKNOWN_CIRCUIT, UNKNOWN_KIND)),
    ready: sometimes(true, fc.boolean()),
    head: sometimes(QUESTION.head ?? null, fc.constantFrom(null, toBeHex(7n, 32))),
  })
  .map(({ ready, head, ...changes }) => ({
    ...RELEASED,
    ...changes,
    stages: RELEASED.stages.map((stage, i) => (i === 0 ? { ...stage, head } : { ...stage, ready })),
  }));

/** What speaks against a batch, asked of each part by itself. */
function isOpposed({ recalled, holds, openExceptions, claims, challenge }: Standing): boolean {
  const isUnsound = claims.some(({ proof }) => proof?.unsound) && challenge?.kinds.includes("circuit") !== true;
  return (
    recalled ||
    holds.length > 0 ||
    openExceptions.own + openExceptions.inherited > 0 ||
    claims.some(({ kind }) => kind === null) ||
    isUnsound
  );
}

// Verifies R-standing-judge.
describe("a standing, whatever it says", () => {
  it("is green for use exactly where it is released, and nothing speaks against it or puts it in doubt", () => {
    fc.assert(
      fc.property(STANDINGS, (standing) => {
        const { challenge, release, claims, status } = standing;
        const isEnded = ["Rejected", "Aborted", "ExceptionalSupply", "Recalled"].includes(status);
        const isInDoubt = challenge?.decided === false || claims === UNKNOWN_CIRCUIT;
        const { light, ready, reasons } = judgeUse(standing);
        expect(light === "green").toBe(release === "Released" && !isEnded && !isOpposed(standing) && !isInDoubt);
        expect(ready).toBe(light === "green");
        if (release !== "ExceptionalSupply") expect(reasons.length > 0).toBe(light !== "green");
      }),
      { numRuns: 2_000 },
    );
  });

  it("lets a stage begin exactly where the register does, nothing speaks against it, and the chain is the one signed here", () => {
    const ended = ["Completed", "Rejected", "Aborted", "ExceptionalSupply", "Recalled"];
    fc.assert(
      fc.property(STANDINGS, fc.boolean(), (standing, isOther) => {
        const policyId = isOther ? toBeHex(1n, 32) : QUESTION.policyId;
        const { light, ready, reasons } = judgeStage(standing, { ...QUESTION, policyId });
        const isLet = standing.stages[1]?.ready === true && !ended.includes(standing.status);
        const isSame = standing.stages[0]?.head === QUESTION.head && !isOther;
        const isExceptional = standing.release === "ExceptionalSupply";
        expect(ready).toBe(isLet && isSame && !isOpposed(standing) && !isExceptional);
        expect(light === "green").toBe(ready);
        if (!isExceptional) expect(reasons.length > 0).toBe(!ready);
        // An exceptional supply is one of this batch, that nobody stopped.
        const { recalled, holds } = standing;
        expect(light === "exceptional").toBe(isExceptional && isSame && !recalled && holds.length === 0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("each reason", () => {
  const of = (changes: Partial<Standing>, question: Partial<StageQuestion> = {}): string[] =>
    judgeStage({ ...RELEASED, ...changes }, { ...QUESTION, ...question }).reasons.map(({ code }) => code);
  const heads = (head: string | null): Partial<Standing> => ({
    stages: RELEASED.stages.map((stage, i) => (i === 0 ? { ...stage, head } : stage)),
  });
  const notLet: Partial<Standing> = { stages: RELEASED.stages.map((stage) => ({ ...stage, ready: false })) };
  const doubt = { kinds: ["circuit"], decided: false } as const;

  it.each<[string, Partial<Standing>, Partial<StageQuestion>]>([
    ["exceptions", { openExceptions: { own: 1, inherited: 0 } }, {}],
    ["inherited-exceptions", { openExceptions: { own: 0, inherited: 1 } }, {}],
    ["recalled", { recalled: true }, {}],
    ["held", { holds: [{ side: "authority", order: "O-1" }] }, {}],
    ["unknown-kinds", { claims: UNKNOWN_KIND }, {}],
    ["unsound", { claims: UNSOUND }, {}],
    ["custody-not-attested", heads(null), {}],
    ["no-handoff", {}, { head: undefined }],
    ["other-chain", heads(toBeHex(7n, 32)), {}],
    ["other-policy", {}, { policyId: toBeHex(7n, 32) }],
    ["challenged", { ...notLet, challenge: doubt }, {}],
    ["not-ready", notLet, {}],
    ["ended", { ...notLet, status: "Rejected" }, {}],
    ["custody-not-attested", {}, { stage: 2 }],
  ])("%s has its name", (code, changes, question) => {
    expect(of(changes, question)).toContain(code);
  });

  it("is none where nothing is wrong", () => {
    expect(of({})).toEqual([]);
    expect(judgeUse(RELEASED)).toMatchObject({ light: "green", reasons: [], notes: [] });
  });

  it("of what must be known besides is a note", () => {
    const notes = (changes: Partial<Standing>): string[] =>
      judgeStage({ ...RELEASED, ...changes }, QUESTION).notes.map(({ code }) => code);
    expect(notes({ challenge: doubt })).toEqual(["challenged"]);
    expect(notes({ developmentKeys: true })).toEqual(["development-keys"]);
    expect(notes({ claims: UNKNOWN_CIRCUIT })).toEqual(["unknown-circuits"]);
    expect(judgeUse({ ...RELEASED, challenge: { ...doubt, decided: true } })).toMatchObject({
      light: "green",
      notes: [{ code: "challenged" }],
    });
  });

  it("shows nothing of an order that acts", () => {
    const { reasons } = judgeUse({ ...RELEASED, holds: [{ side: "authority", order: "A\u202eB" }] });
    expect(reasons[0]?.text).toBe("held by AUTHORITY (order A\\u202eB)");
  });
});
