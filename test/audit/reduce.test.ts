import { id, Result } from "ethers";
import { beforeAll, describe, expect, it } from "vitest";
import type { SimulatedRegister } from "../../bench/simulatedRegister.ts";
import { EventArgs, type RegisterEvent } from "../../src/audit/events.ts";
import { findingsOf } from "../../src/audit/findings.ts";
import { reduce } from "../../src/audit/reduce.ts";
import { emptyState, type AuditedBatch, type RegisterState } from "../../src/audit/state.ts";
import { statusOf } from "../../src/audit/status.ts";
import { BatchproofError } from "../../src/errors.ts";
import { NO_WORDS } from "../../src/formats/reasons.ts";
import { batchKey } from "../../src/formats/context.ts";
import { ROLE_ID } from "../../src/formats/roleIds.ts";
import { reportOn, SEEN_AT, simulatedEvents } from "./scenes.ts";

/** The reducer on its own: events in, state out. */

let register: SimulatedRegister;
let events: readonly RegisterEvent[];

beforeAll(async () => {
  ({ register, events } = await simulatedEvents());
});

const empty = (): RegisterState => emptyState(31_337n, register.addresses.registry);

function played(some: readonly RegisterEvent[], state = empty()): RegisterState {
  for (const event of some) reduce(state, event);
  return state;
}

/** What playing some events comes to: the state, or the code of the refusal. */
function outcome(some: readonly RegisterEvent[]): unknown {
  try {
    return played(some);
  } catch (error) {
    if (error instanceof BatchproofError) return error.code;
    throw error;
  }
}

const without = (at: number): RegisterEvent[] => events.filter((_, i) => i !== at);

describe("the reducer", () => {
  it("depends on the events alone, and its state survives being written to a file in between", () => {
    const whole = played(events);
    expect(played(events)).toEqual(whole);
    const half = events.findIndex(({ block }) => block > 12);
    const kept = JSON.parse(JSON.stringify(played(events.slice(0, half)))) as RegisterState;
    expect(played(events.slice(half), kept)).toEqual(whole);
    expect(Object.values(whole.batches).map(({ status }) => status)).toEqual(["Released", "Released", "Released"]);
  });

  // Verifies R-audit-complete, V13.
  it("refuses a log with any one event missing, or comes to another state", () => {
    const whole = played(events);
    const refused = new Set<string>();
    for (const [at, { name }] of events.entries()) {
      const result = outcome(without(at));
      expect(result, `${name} ${at}`).not.toEqual(whole);
      if (result === "log") refused.add(name);
      else expect((result as RegisterState).journals, `${name} ${at}`).not.toEqual(whole.journals);
    }
    for (const name of ["CircuitAdded", "PolicyProposed", "PartyRootProposed", "BatchOpened", "HeadSet"]) {
      expect(refused).toContain(name);
    }
  });

  it("refuses an opening and an attestation that are told twice", () => {
    for (const [at, event] of events.entries()) {
      if (!["BatchOpened", "ClaimAttested"].includes(event.name)) continue;
      expect(outcome([...events.slice(0, at), event, ...events.slice(at)]), `${event.name} ${at}`).toBe("log");
    }
  });

  it("takes a certificate told twice for what it is", () => {
    const at = events.findIndex(({ name }) => name === "BatchReleased");
    const { batches } = played(events.flatMap((event, i) => (i === at ? [event, event] : [event])));
    const problems = Object.values(batches).map(({ certified }) => certified.map(({ problem }) => problem));
    expect(problems).toEqual([[undefined, "it was used before"], [undefined], [undefined]]);
  });

  it("notices a batch whose events come in another order", () => {
    const attested = events.findIndex(({ name }) => name === "ClaimAttested");
    const swapped = events.toSpliced(attested, 2, ...events.slice(attested, attested + 2).reverse());
    expect((outcome(swapped) as RegisterState).journals).not.toEqual(played(events).journals);
  });
});

/** An event of a batch with values of one's own. */
function eventOf(name: string, key: string, values: Readonly<Record<string, unknown>>): RegisterEvent {
  const args = new EventArgs(Result.fromItems([key, ...Object.values(values)], ["key", ...Object.keys(values)]));
  const { registry } = register.addresses;
  const at = { block: 1_000, time: register.timeOf(1_000), transaction: `0x${"1".repeat(64)}` };
  return { part: "registry", address: registry, name, args, ...at, entry: new Uint8Array(128) };
}

/** When and how a batch is looked at. */
const SEEN = { now: SEEN_AT, why: () => "other", twins: [], withdrawn: [], named: () => 1 };

/** An event of the roles that was never there: the journal would tell, so this is what other code would say. */
function revoked(role: string, account: string, before: RegisterEvent): RegisterEvent {
  const names = ["role", "account", "sender"];
  const args = new EventArgs(Result.fromItems([role, account, account], names));
  return { ...before, part: "roles", name: "RoleRevoked", args };
}

// Verifies R-audit-roles, V98.
describe("V98: a decision by somebody without the role for it", () => {
  /** The register if an account had lost a role right before the first event of a name. */
  const playedWithout = (role: string, argument: string, name: string): RegisterState => {
    const at = events.findIndex((event) => event.name === name);
    const event = events[at];
    if (event === undefined) throw new Error(`no ${name}`);
    return played(events.toSpliced(at, 0, revoked(role, event.args.text(argument), event)));
  };
  const lacks = (list: readonly { readonly event: string; readonly lacked: string }[]): string[] =>
    list.map(({ event, lacked }) => `${event}: ${lacked}`);

  it("is a critical row, and its batch is not green, although its certificate is signed", () => {
    const state = playedWithout(ROLE_ID.qp, "qp", "BatchReleased");
    for (const batch of Object.values(state.batches)) {
      expect(lacks(batch.unentitled)).toEqual(["BatchReleased: QP of the batch"]);
      const [row] = findingsOf(state, batch, SEEN);
      expect(row).toMatchObject({ kind: "unentitled", severity: 3, standing: true });
      expect(row?.text).toBe("BatchReleased without the role: QP of the batch");
    }
    const report = reportOn(state);
    expect(report.colours).toMatchObject({ proven: 0, unknown: 3 });
    const honest = reportOn(played(events));
    expect(honest.colours).toMatchObject({ proven: 2, declared: 1 });
  });

  it.each([
    [ROLE_ID.manufacturer, "owner", "BatchOpened", "BatchOpened: owner with the role MANUFACTURER"],
    [ROLE_ID.qp, "qp", "BatchReleased", "BatchReleased: QP of the batch"],
  ])("is asked of every decision about a batch: %s %s %s", (role, argument, name, lacked) => {
    const [batch] = Object.values(playedWithout(role, argument, name).batches);
    expect(lacks(batch?.unentitled ?? [])).toContain(lacked);
  });

  it.each([
    [ROLE_ID.proposer, "proposer", "CircuitProposed", "CircuitProposed: PROPOSER"],
    [ROLE_ID.proposer, "proposer", "CircuitProposed", "CircuitAdded: a proposer who holds his role still"],
    [ROLE_ID.approver, "approver", "PolicyApproved", "PolicyApproved: APPROVER"],
    [ROLE_ID.approver, "approver", "PartyRootApproved", "PartyRootApproved: APPROVER"],
    [ROLE_ID.admin, "proposer", "RoleProposed", "RoleProposed: ADMIN"],
  ])("is asked of every decision about the register, under which nothing is green then: %s %s %s", (...row) => {
    const [role, argument, name, lacked] = row;
    const state = playedWithout(role, argument, name);
    expect(lacks(state.unentitled)).toContain(lacked);
    const report = reportOn(state);
    expect(report.colours).toMatchObject({ proven: 0, settled: 0 });
    expect(report.findings.filter(({ kind }) => kind === "unentitled")[0]).toMatchObject({ key: null, severity: 3 });
  });

  it("is one person's alone, who proposed and approved under two accounts", () => {
    const renamed = events.map((event) => {
      if (event.name !== "RoleTermsSet" && event.name !== "RoleProposed") return event;
      const { args } = event;
      const of = ["role", "account", "validFrom", "validTo", event.name === "RoleProposed" ? "proposer" : "approver"];
      const values = of.map((name) => (name.startsWith("valid") ? args.big(name) : args.text(name)));
      const isAdmin = args.text("role") === ROLE_ID.admin;
      const person = isAdmin ? args.text("personHash") : id("one person");
      return { ...event, args: new EventArgs(Result.fromItems([...values, person], [...of, "personHash"])) };
    });
    expect(lacks(played(renamed).unentitled)).toContain("PolicyApproved: a second person who proposed it");
  });
});

/** That somebody endorsed the policy which an event proposed. */
function endorsement(proposal: RegisterEvent, authority: string): RegisterEvent {
  const args = new EventArgs(Result.fromItems([proposal.args.text("policyId"), authority], ["policyId", "authority"]));
  return { ...proposal, name: "PolicyEndorsed", args };
}

// Verifies R-audit-roles, V280.
describe("V280: an endorsement of a policy", () => {
  const AUTHORITY = `0x${"a".repeat(40)}`;
  const proposed = (): readonly [number, RegisterEvent] => {
    const at = events.findIndex(({ name }) => name === "PolicyProposed");
    const event = events[at];
    if (event === undefined) throw new Error("no policy");
    return [at, event];
  };

  it("stays with the policy, by whom and when, also once it is proposed anew", () => {
    const [at, proposal] = proposed();
    const state = played([...events.slice(0, at + 1), endorsement(proposal, AUTHORITY), proposal]);
    const endorsed = Object.values(state.policies).map((policy) => policy.endorsed);
    expect(endorsed).toMatchObject([[{ by: AUTHORITY, time: proposal.time }]]);
  });

  it("is an authority's, or a critical row under which nothing is green", () => {
    const [at, proposal] = proposed();
    const before = played(events.slice(0, at + 1));
    const terms = before.roles[`${ROLE_ID.proposer}/${proposal.args.text("proposer")}`];
    if (terms === undefined) throw new Error("no proposer");
    const rest = [endorsement(proposal, AUTHORITY), ...events.slice(at + 1)];
    const entitled = structuredClone(before);
    entitled.roles[`${ROLE_ID.authority}/${AUTHORITY}`] = terms;
    expect(played(rest, entitled).unentitled).toEqual([]);
    const state = played(rest, before);
    expect(state.unentitled).toMatchObject([{ event: "PolicyEndorsed", lacked: "AUTHORITY", by: AUTHORITY }]);
    expect(reportOn(state).colours).toMatchObject({ proven: 0, settled: 0 });
  });
});

// Verifies V65, R-audit-numbers.
describe("V65: numbers that somebody wrote into the register", () => {
  const LATEST = 2n ** 64n - 1n;
  const OWNER = `0x${"1".repeat(40)}`;
  const first = (state: RegisterState): readonly [string, AuditedBatch] => {
    const found = Object.entries(state.batches)[0];
    if (found === undefined) throw new Error("no batch");
    return found;
  };

  it("end no audit, whatever date they are: they are kept to the last digit, and have words", () => {
    const state = played(events);
    const [key, batch] = first(state);
    const asked = { id: 1n, authority: OWNER, claim: 0n, from: 0n, to: LATEST, dueBy: LATEST };
    reduce(state, eventOf("DisclosureRequested", key, asked));
    const due = { which: 0n, previous: BigInt(batch.due[0]), due: LATEST - 1n, reason: 1n, words: NO_WORDS };
    reduce(state, eventOf("DueExtended", key, due));
    reduce(state, eventOf("DueExtended", key, { ...due, previous: LATEST - 1n, due: LATEST }));
    reduce(state, eventOf("BatchSuppliedExceptionally", key, { qp: OWNER, administration: LATEST }));
    reduce(state, eventOf("AuthorityNotified", key, { by: OWNER, notifiedAt: LATEST }));
    expect(batch.due[0]).toBe(LATEST.toString());
    const texts = findingsOf(state, batch, SEEN).map(({ text }) => text);
    const year = `year 10000 or later (${LATEST} s)`;
    expect(texts).toContain(`request 1 about claim 0, due ${year}: not answered yet`);
    expect(texts.join()).toContain(`to ${year}: other`);
    expect(texts.join()).toContain(`administration ${year}`);
    expect(texts.join()).toContain(`and was at ${year}`);
    // One second less, which is the same in double precision, is another date.
    expect(() => reduce(state, eventOf("DueExtended", key, { ...due, previous: LATEST - 1n }))).toThrow(/another due/);
    batch.status = "Open";
    expect(statusOf(state, batch, 1_800_000_000)).not.toBe("Overdue");
  });

  it("that count and are beyond what is counted are no register's: `log`", () => {
    const state = played(events);
    const [key] = first(state);
    const asked = { id: 2n ** 60n, authority: OWNER, claim: 0n, from: 0n, to: 1n, dueBy: 2n };
    expect(() => reduce(state, eventOf("DisclosureRequested", key, asked))).toThrow(/incomplete/);
  });
});

// Verifies V77.
describe("V77: a batch that supersedes itself, which would be followed for ever", () => {
  it("is no register's, whether an event says so or a state that was kept", () => {
    const state = played(events);
    const [key, batch] = Object.entries(state.batches)[0] ?? [];
    if (key === undefined || batch === undefined) throw new Error("no batch");
    const commitment = 4_711n;
    const own = batchKey(batch.owner, commitment);
    const opened = {
      ...{ owner: batch.owner, policyId: batch.policyId, serial: BigInt(Object.keys(state.batches).length + 1) },
      ...{
        batch: commitment,
        opening: 1n,
        due: [1n, 2n],
        consent: NO_WORDS,
        qps: [],
        stageQps: [],
        submitters: [],
        supersedes: own,
      },
    };
    expect(() => reduce(state, eventOf("BatchOpened", own, opened))).toThrow(/no event announced/);
    const cyclic = { ...state, batches: { ...state.batches, [key]: { ...batch, supersedes: key } } };
    expect(() => statusOf(cyclic, { ...batch, status: "Open", supersedes: key }, 0)).toThrow(/supersedes more batches/);
  });
});
