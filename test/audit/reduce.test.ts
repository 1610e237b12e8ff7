import { Log, Result } from "ethers";
import { beforeAll, describe, expect, it } from "vitest";
import { simulateRegister, type SimulatedRegister } from "../../bench/simulatedRegister.ts";
import { EventArgs, eventReader, type RegisterEvent } from "../../src/audit/events.ts";
import { findingsOf } from "../../src/audit/findings.ts";
import { reduce } from "../../src/audit/reduce.ts";
import { emptyState, type AuditedBatch, type RegisterState } from "../../src/audit/state.ts";
import { statusOf } from "../../src/audit/status.ts";
import { requireCallsComplete } from "../../src/audit/trail.ts";
import { connectRpc } from "../../src/chain/connect.ts";
import { BatchproofError } from "../../src/errors.ts";
import { serveRegister } from "../../bench/registerNode.ts";
import { NO_WORDS } from "../../src/formats/reasons.ts";
import { batchKey } from "../../src/formats/context.ts";

/** The reducer on its own: events in, state out. */

let register: SimulatedRegister;
let events: readonly RegisterEvent[];

beforeAll(async () => {
  register = await simulateRegister({ batches: 3, workers: 1 });
  const { url, server } = await serveRegister(register);
  const chain = await connectRpc(url);
  const read = eventReader(register.addresses);
  const logs = register.logs.flat().map((log) => {
    const [blockNumber, index] = [Number(log.blockNumber), Number(log.logIndex)];
    return new Log({ ...log, blockNumber, index, transactionIndex: 0 }, chain.provider);
  });
  events = logs.map(read).map((event) => ({ ...event, time: register.timeOf(event.block) }));
  await chain.close();
  server.close();
});

const empty = (): RegisterState => emptyState(31_337n, register.addresses.registry);

function played(some: readonly RegisterEvent[], state = empty()): RegisterState {
  for (const event of some) reduce(state, event);
  requireCallsComplete(state);
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
    // At the end of a block, as an audit does it.
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
      // Says only what follows from the events before it.
      if (name === "BatchCompliant") expect(result).toEqual(whole);
      else expect(result, `${name} ${at}`).not.toEqual(whole);
      if (result === "log") refused.add(name);
    }
    for (const name of ["CircuitAdded", "PolicyProposed", "BatchOpened", "HeadSet", "ClaimAttested", "TrailExtended"]) {
      expect(refused).toContain(name);
    }
  });

  it("refuses an opening, an attestation and a trail that are told twice", () => {
    for (const [at, event] of events.entries()) {
      if (!["BatchOpened", "ClaimAttested", "TrailExtended"].includes(event.name)) continue;
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
    expect(outcome(swapped)).toBe("log");
  });
});

/** An event of a batch with values of one's own. */
function eventOf(name: string, key: string, values: Readonly<Record<string, unknown>>): RegisterEvent {
  const args = new EventArgs(Result.fromItems([key, ...Object.values(values)], ["key", ...Object.keys(values)]));
  return { name, args, block: 1_000, transaction: `0x${"1".repeat(64)}` };
}

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
    const supplied = { qp: OWNER, authorityNotifiedAt: LATEST };
    reduce(state, eventOf("BatchSuppliedExceptionally", key, supplied));
    expect(batch.due[0]).toBe(LATEST.toString());
    const texts = findingsOf(state, batch, 1_800_000_000, [], new Map()).map(({ text }) => text);
    const year = `year 10000 or later (${LATEST} s)`;
    expect(texts).toContain(`request 1 about claim 0, due ${year}: not answered yet`);
    expect(texts.join()).toContain(`to ${year}: other`);
    expect(texts.join()).toContain(`authority notified ${year}`);
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
      ...{ batch: commitment, opening: 1n, due: [1n, 2n], consent: NO_WORDS, qps: [], submitters: [], supersedes: own },
    };
    expect(() => reduce(state, eventOf("BatchOpened", own, opened))).toThrow(/no event announced/);
    const cyclic = { ...state, batches: { ...state.batches, [key]: { ...batch, supersedes: key } } };
    expect(() => statusOf(cyclic, { ...batch, status: "Open", supersedes: key }, 0)).toThrow(/supersedes more batches/);
  });
});
