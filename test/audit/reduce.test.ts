import { Log } from "ethers";
import { beforeAll, describe, expect, it } from "vitest";
import { simulateRegister, type SimulatedRegister } from "../../bench/simulatedRegister.ts";
import { eventReader, type RegisterEvent } from "../../src/audit/events.ts";
import { reduce } from "../../src/audit/reduce.ts";
import { emptyState, type RegisterState } from "../../src/audit/state.ts";
import { requireCallsComplete } from "../../src/audit/trail.ts";
import { connectRpc } from "../../src/chain/connect.ts";
import { BatchproofError } from "../../src/errors.ts";
import { serveRegister } from "../../bench/registerNode.ts";

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
