import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assumptionsIn, readScenario, type Scenario } from "../../src/simulate/scenario.ts";
import { refused } from "../input/refused.ts";
import { changedBytes, SHIPPED, shippedFile, type Change, type ScenarioJson } from "./support.ts";

const read = (bytes: Uint8Array, years?: number) => readScenario(bytes, "s.json", years);

/** A change of one member, found by its pointer. */
function set(pointer: string, value: unknown): Change {
  return (json) => {
    const names = pointer.split("/").slice(1);
    let holder: Record<string, unknown> = json;
    for (const name of names.slice(0, -1)) holder = holder[name] as Record<string, unknown>;
    const last = names.at(-1) ?? "";
    if (value === undefined) Reflect.deleteProperty(holder, last);
    else holder[last] = value;
  };
}

const rate = "/rates/excursion/value";
const group = (json: ScenarioJson) => json.sites[0] ?? { count: 0 };

// Verifies R-simulate-scenario.
describe("a scenario is refused", () => {
  it.each([
    ["another format", "/format", "batchproof-scenario/2", "/format"],
    ["a member that is not known", "/wage", "1", ""],
    ["no years", "/years", 0, "/years"],
    ["51 years", "/years", 51, "/years"],
    ["a number in place of a text", rate, 1, rate],
    ["a negative rate", rate, "-0.1", rate],
    ["a rate over 1", rate, "1.000001", rate],
    ["an exponent", rate, "1e-3", rate],
    ["a rate of seven decimals", rate, "0.0000001", rate],
    ["infinity", rate, "Infinity", rate],
    ["another unit", "/rates/excursion/unit", "%", "/rates/excursion/unit"],
    ["no source", "/rates/excursion/source", undefined, "/rates/excursion"],
    ["a source that says nothing", "/rates/excursion/source", "", "/rates/excursion/source"],
    ["a source of blanks", "/rates/excursion/source", "  ", "/rates/excursion/source"],
    ["a source of two lines", "/rates/excursion/source", "a\nb", "/rates/excursion/source"],
    ["half a reviewer", "/sites/0/reviewers/value", "1.5", "/sites/0/reviewers/value"],
    ["no reviewer", "/sites/0/reviewers/value", "0", "/sites/0/reviewers/value"],
    ["no site", "/sites", [], "/sites"],
    ["no claim", "/claims", [], "/claims"],
    ["two claims of one name", "/claims/1/name", "collection/custody", "/claims/1/name"],
    ["a circuit without its seconds", "/claims/0/circuit", "channel-840", "/claims/0/circuit"],
    ["a circuit that every object has", "/claims/0/circuit", "toString", "/claims/0/circuit"],
    ["a risk that is none", "/claims/0/risks", ["theft"], "/claims/0/risks/0"],
    ["a risk twice", "/claims/0/risks", ["excursion", "excursion"], "/claims/0/risks"],
    ["a day of 25 hours", "/review/hoursPerDay/value", "25", "/review/hoursPerDay/value"],
    ["a week of 8 days", "/review/daysPerWeek/value", "8", "/review/daysPerWeek/value"],
    ["no machine", "/proving/machines/value", "0", "/proving/machines/value"],
    ["gas of half a unit", "/gas/call/value", "1.5", "/gas/call/value"],
    ["no load at all", "/highestLoad/value", "0", "/highestLoad/value"],
  ])("with %s", (_, pointer, value, place) => {
    expect(refused(() => read(changedBytes(set(pointer, value))))).toMatchObject({
      ...{ code: "scenario", kind: "input", place: `s.json#${place}` },
    });
  });

  it("that is no JSON of ours, as every file is", () => {
    expect(refused(() => read(Buffer.from('{"years": 1.5}'))).code).toBe("json-fraction");
  });

  it("with two sites of one name, also where numbers make them so", () => {
    const twins: Change = ({ sites }) => {
      const [first] = structuredClone(sites);
      if (first !== undefined) sites.push({ ...first, name: "Hospital 2" });
    };
    const numbered: Change = (json) => {
      group(json).count = 2;
    };
    expect(read(changedBytes(twins)).scenario.sites).toHaveLength(2);
    expect(refused(() => read(changedBytes(twins, numbered)))).toMatchObject({
      ...{ code: "scenario", place: "s.json#/sites/1/name" },
    });
  });

  const daily = (value: string): Change => set("/sites/0/batchesPerDay/value", value);
  const claims = (count: number): Change => {
    return (json) => {
      const [first = { name: "", circuit: "", risks: [] }] = json.claims;
      json.claims = Array.from({ length: count }, (_, i) => ({ ...first, name: `claim-${i}` }));
    };
  };
  const groups = (...counts: readonly number[]): Change => {
    return (json) => {
      const [first] = json.sites;
      if (first !== undefined) json.sites = counts.map((count, i) => ({ ...first, count, name: `Group ${i}` }));
    };
  };

  // Verifies R-simulate-scenario, V447.
  it.each([
    // 50 years are 18,250 days: a million batches, or half a million of 20 records, are so many a day.
    ["batches", [claims(1), daily("54.79452")], [claims(1), daily("54.794521")]],
    ["records", [claims(20), daily("27.39726")], [claims(20), daily("27.397261")]],
    ["sites", [daily("0"), groups(999, 1)], [daily("0"), groups(999, 2)]],
  ])("V447: with more %s than a run takes, and not with exactly as many", (_, most, over) => {
    expect(read(changedBytes(...most), 50).scenario.years).toBe(50);
    const error = refused(() => read(changedBytes(...over), 50));
    expect(error).toMatchObject({ code: "scenario", place: "s.json" });
    expect(error.remedy).toContain("fewer years");
  });
});

describe("what a scenario says", () => {
  it("is named by its content, however it is spelt, and not by the years of a run", () => {
    const bytes = changedBytes();
    const spelt = Buffer.from(JSON.stringify(JSON.parse(Buffer.from(bytes).toString("utf8")), null, 4));
    expect(read(spelt).hash).toBe(read(bytes).hash);
    expect(read(bytes, 3)).toMatchObject({ hash: read(bytes).hash, scenario: { years: 3 } });
    expect(read(changedBytes(set(rate, "0.021"))).hash).not.toBe(read(bytes).hash);
  });
});

interface ProvenClaims {
  readonly claims: readonly { readonly claim: string; readonly circuit: string; readonly seconds: number }[];
}

interface Measured {
  readonly claims: number;
  readonly circuits: number;
  readonly gas: number;
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));

// Verifies R-simulate-sources.
describe.each(SHIPPED)("the scenario %s", (name) => {
  const { scenario } = readScenario(readFileSync(shippedFile(name)), name);

  it("says of every number where it is from: a file that is there, what others wrote, or that it is an estimate", () => {
    for (const { source, pointer } of assumptionsIn(scenario)) {
      const [file = ""] = /^bench\/results\/[a-z-]+\.json/.exec(source) ?? [];
      const isKnown = source.startsWith("assumption: ") || existsSync(file) || source.includes("Lam et al.");
      expect([pointer, isKnown]).toEqual([pointer, true]);
    }
  });

  it("has claims and seconds of the batch that was measured", () => {
    const { claims } = json("bench/results/batch.json") as ProvenClaims;
    expect(scenario.claims.map(({ name: claim, circuit }) => [claim, circuit])).toEqual(
      claims.map(({ claim, circuit }) => [claim, circuit]),
    );
    for (const [circuit, { value }] of Object.entries(scenario.proving.seconds)) {
      const measured = claims.filter((claim) => claim.circuit === circuit).map(({ seconds }) => seconds);
      expect(value).toBeCloseTo(measured.reduce((sum, each) => sum + each, 0) / measured.length, 2);
    }
  });

  it("has the gas that was measured", () => {
    expect(gasOf(scenario)).toEqual(gasMeasured());
  });
});

function gasOf({ gas }: Scenario): number[] {
  return [gas.claim, gas.circuit, gas.call, gas.firstCall].map(({ value }) => value);
}

/** As the sources say that it is computed. */
function gasMeasured(): number[] {
  const of = (file: string, claims: number, circuits: number): number =>
    (json(file) as Measured[]).find((each) => each.claims === claims && each.circuits === circuits)?.gas ?? NaN;
  const [later, first] = ["bench/results/gas.json", "bench/results/gas-first-call.json"] as const;
  const claim = Math.round((of(later, 32, 4) - of(later, 8, 4)) / 24);
  const circuit = Math.round((of(later, 8, 4) - of(later, 8, 1)) / 3);
  return [claim, circuit, of(later, 8, 4) - 8 * claim - 4 * circuit, of(first, 16, 4) - of(later, 16, 4)];
}
