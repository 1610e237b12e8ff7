import type { SimulatedBatch, SimulatedRecord } from "./batches.ts";
import { DAY, YEAR } from "./hours.ts";
import type { Scenario } from "./scenario.ts";
import { Servers } from "./servers.ts";

/** Proofs and attestations of one batch. */
export interface Proven {
  readonly claims: number;
  /** Hours of a machine. */
  readonly hours: number;
  readonly calls: number;
  readonly gas: number;
  /** Hour at which the last call is final; 0 where nothing is proven. */
  readonly attested: number;
}

/** Records of a batch that are there at the same time: their proofs are made one after the other and attested together. */
interface Group {
  readonly batch: number;
  readonly at: number;
  readonly claims: readonly number[];
}

/** Proves what is no exception, on the machines of the scenario, first come, first served, day and night. */
export function prove(
  scenario: Scenario,
  batches: readonly SimulatedBatch[],
): { readonly batches: readonly Proven[]; readonly hoursByDay: Float64Array } {
  const groups = batches.flatMap(({ records }, batch) => groupsOf(records, batch)).sort((a, b) => a.at - b.at);
  const machines = new Servers(scenario.proving.machines.value);
  const seconds = scenario.claims.map(({ circuit }) => scenario.proving.seconds[circuit]?.value ?? 0);
  const hoursByDay = new Float64Array((scenario.years * YEAR) / DAY);
  const proven = batches.map(() => ({ claims: 0, hours: 0, calls: 0, gas: 0, attested: 0 }));
  for (const { batch, at, claims } of groups) {
    const sum = proven[batch];
    if (sum === undefined) continue;
    let end = at;
    let hours = 0;
    for (const claim of claims) {
      const proof = (seconds[claim] ?? 0) / 3600;
      end = Math.max(end, machines.take(at, proof));
      hours += proof;
    }
    const { calls, gas } = attesting(scenario, claims, sum.calls === 0);
    sum.claims += claims.length;
    sum.hours += hours;
    sum.calls += calls;
    sum.gas += gas;
    sum.attested = Math.max(sum.attested, end + scenario.proving.attesting.value / 60);
    const day = Math.floor(at / DAY);
    // What comes after the last day is none of the days that are counted.
    if (day < hoursByDay.length) hoursByDay[day] = (hoursByDay[day] ?? 0) + hours;
  }
  return { batches: proven, hoursByDay };
}

function groupsOf(records: readonly SimulatedRecord[], batch: number): Group[] {
  const groups = new Map<number, number[]>();
  for (const { claim, at, isException } of records) {
    if (isException) continue;
    const together = groups.get(at);
    if (together === undefined) groups.set(at, [claim]);
    else together.push(claim);
  }
  return [...groups].map(([at, claims]) => ({ batch, at, claims }));
}

/** The calls that attest these claims, in their order, and their gas. */
function attesting(
  { claims: known, gas }: Scenario,
  claims: readonly number[],
  isFirst: boolean,
): { readonly calls: number; readonly gas: number } {
  const most = gas.claimsPerCall.value;
  const calls = Math.ceil(claims.length / most);
  let circuits = 0;
  for (let call = 0; call < calls; call++) {
    const together = claims.slice(call * most, (call + 1) * most);
    circuits += new Set(together.map((claim) => known[claim]?.circuit)).size;
  }
  const first = isFirst ? gas.firstCall.value : 0;
  const each = calls * gas.call.value + circuits * gas.circuit.value + claims.length * gas.claim.value;
  return { calls, gas: first + each };
}
