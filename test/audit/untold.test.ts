import { Result } from "ethers";
import { beforeAll, describe, expect, it } from "vitest";
import type { SimulatedRegister } from "../../bench/simulatedRegister.ts";
import { EventArgs, type RegisterEvent } from "../../src/audit/events.ts";
import { reduce } from "../../src/audit/reduce.ts";
import { emptyState, type RegisterState } from "../../src/audit/state.ts";
import { reportOn, simulatedEvents } from "./scenes.ts";

/**
 * A register whose contracts have the known code, but came into the world with something in their storage: whoever deploys may
 * write what he likes there before he returns the code. No event tells of it, so nothing of it was proven.
 */

let register: SimulatedRegister;
let events: readonly RegisterEvent[];

beforeAll(async () => {
  ({ register, events } = await simulatedEvents());
});

const ofName =
  (name: string) =>
  (event: RegisterEvent): boolean =>
    event.name === name;

/** Plays events, each after a change that `change` makes of it; null: it never was. */
function played(change: (event: RegisterEvent, state: RegisterState) => RegisterEvent | null): RegisterState {
  const state = emptyState(31_337n, register.addresses.registry);
  for (const event of events) {
    const changed = change(event, state);
    if (changed !== null) reduce(state, changed);
  }
  return state;
}

/** The certificate of a QP whose account is a contract, which calls and signs nothing, over whatever the events came to. */
function certifiedAsIs(event: RegisterEvent, { batches }: RegisterState): RegisterEvent {
  const { args } = event;
  const key = args.text("key");
  const given = args.tuple("certificate");
  const { trail, exceptionsHash } = batches[key] ?? {};
  const values = {
    ...{ batch: key, policyId: given.text("policyId"), neededFor: given.big("neededFor"), trail, exceptionsHash },
    ...{ certificate: given.text("certificate"), meaning: given.big("meaning") },
    ...{ signedAt: given.big("signedAt"), nonce: given.big("nonce"), deadline: given.big("deadline") },
  };
  const certificate = Result.fromItems(Object.values(values), Object.keys(values));
  const told = { key, qp: args.text("qp"), certificate, signature: "0x" };
  return { ...event, args: new EventArgs(Result.fromItems(Object.values(told), Object.keys(told))) };
}

// Verifies R-audit-certificates, V194.
describe("V194: a register that began with what no event told", () => {
  it("green without attack, also where the QP's account called", () => {
    const isReleased = ofName("BatchReleased");
    const state = played((event, before) => (isReleased(event) ? certifiedAsIs(event, before) : event));
    expect(reportOn(state).colours).toMatchObject({ proven: 2, declared: 1 });
  });

  it("attested: a certified batch whose claims nobody attested is not proven", () => {
    const [isAttested, isReleased] = [ofName("ClaimAttested"), ofName("BatchReleased")];
    const state = played((event, before) =>
      isAttested(event) ? null : isReleased(event) ? certifiedAsIs(event, before) : event,
    );
    const { colours, batches, findings } = reportOn(state);
    expect(batches.map(({ proven }) => proven)).toEqual([[], [], []]);
    expect(colours).toMatchObject({ proven: 0, settled: 0 });
    const texts = findings.filter(({ kind }) => kind === "certificate").map(({ severity, text }) => [severity, text]);
    expect(texts[0]).toEqual([3, expect.stringContaining("claims 0, 1, 2, 3, 4, 5 are missing")]);
  });

  it("approved: a party list that nobody approved makes no batch green", () => {
    const names = ["PartyRootProposed", "PartyRootApproved"];
    const state = played((event) => (names.includes(event.name) ? null : event));
    const { colours, findings } = reportOn(state);
    expect(colours).toMatchObject({ proven: 0, settled: 0 });
    expect(findings.some(({ text }) => text.includes("its party list was never approved"))).toBe(true);
  });

  it("approved: a policy that nobody approved makes no batch green", () => {
    const state = played((event) => (ofName("PolicyApproved")(event) ? null : event));
    const { colours, findings } = reportOn(state);
    expect(colours).toMatchObject({ proven: 0, settled: 0 });
    expect(findings.filter(({ text }) => text === "its policy was never approved")).toHaveLength(3);
  });
});
