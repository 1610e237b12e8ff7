import { describe, expect, it } from "vitest";
import { documentHash } from "../../src/policy/hash.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { showPolicy } from "../../src/policy/show.ts";
import { errorOf, fixture, FIXTURES, onlyClaim, withClaims, withLimits } from "./support.ts";

describe("showPolicy", () => {
  const fridge = showPolicy(fixture());

  it.each([
    ["the product", "product FIXTURE-2-8, version 1"],
    ["that it is a fixture", "FIXTURE for tests and the demo, not an approved specification"],
    ["the document's hash", documentHash(fixture())],
    ["the due dates", "released within 30 days and completed within 90 days"],
    ["the stage", "Stage 0: cold-storage"],
    ["the permitted interval", "every reading from 2.0 °C to 8.0 °C, both permitted"],
    ["the sensor's resolution", "steps of 0.1 °C"],
    ["the grid", "Coded in about 0.0333 °C steps, rounded outward"],
    ["the codes of the limits", "2.0 °C is code 0, 8.0 °C is code 180"],
    ["the gap that import enforces", "at most 15 min (900 s) between two readings"],
    ["the gap that the proof shows", "in ticks of 4 s, shows that no gap is longer than 15 min 3 s (903 s)"],
    [
      "what the lead leaves uncovered",
      "at the latest 10 min (600 s) after the start; up to that long nothing is proven",
    ],
    [
      "what the tail leaves uncovered",
      "at the earliest 10 min (600 s) before the end; up to that long nothing is proven",
    ],
    ["the clock tolerance", "wrong by up to 2 min (120 s)"],
    ["who signs", "a registered source of the stage's custodian's own organisation"],
    ["that there is no normal band", "Normal band: none. Every permitted reading is a normal one"],
    ["that there is no MKT limit", "Mean kinetic temperature (MKT): no limit."],
    ["the class", "Class: a registered specification. Only a proof counts"],
    ["the severity", "Severity of a breach: 3 (critical"],
    ["the goal", "Needed for: release."],
    [
      "the circuit and its capacity",
      "temperature-1k (up to 1050 readings, with excursions of up to 16 different lengths).",
    ],
    ["where the numbers come from", "CDC Vaccine Storage and Handling Toolkit"],
    ["what release needs", "For release: cold-storage/temperature, no open exception, and the certificate"],
    ["what completion needs", "For completion: its release; no further claim."],
    ["the hand-overs", "Between stages, from one stage's end to the next one's start: nothing."],
    ["custody", "Custody: who held the batch"],
  ])("says %s", (_, text) => {
    expect(fridge).toContain(text);
  });

  /** The lines about a claim's limits: from its range to its gap. */
  function limitLines(policy: Policy): string[] {
    const lines = showPolicy(policy).split("\n    ");
    return lines.slice(
      lines.findIndex((line) => line.startsWith("Coded in")),
      lines.findIndex((line) => line.startsWith("Gap:")),
    );
  }

  it("says every limit of excursions of USP controlled cold", () => {
    expect(limitLines(fixture("usp-controlled-cold"))).toEqual([
      "Coded in 0.1 °C steps, rounded outward from the middle of the normal band: 2.0 °C is code 0, 15.0 °C is code 130, and a reading beyond a limit by any amount is coded beyond it.",
      "Normal band: from 2.0 °C (code 0) to 8.0 °C (code 60), both inside. A reading beyond it is an excursion; that there was one above or below it is public as a deviation, how long is not.",
      "How excursions count: a reading stands for half of the interval before it and half of the one after it. An excursion over a stage boundary is judged in each stage for its part only.",
      "Time above the band: at most 12 h (43200 s) in total over the stage; proven as 8640 half-ticks, 43200 s.",
      "Time below the band: none; the band ends where the range ends.",
      "Longest excursion: at most 10 h (36000 s) without interruption, to either side, from the last reading inside the band to the last one outside. The proof alone, 3600 ticks of 10 s, shows that none is longer than 10 h 9 s (36009 s).",
      "Mean kinetic temperature (MKT): at most 8.0 °C over the stage, with a heat of activation of 83.144 kJ/mol and R = 8.3144 J/(mol K). A reading below the middle of the normal band counts up to one code warmer than it was.",
      "Longest stage over which that mean may be taken: 24 h (86400 s). A longer stage cannot be proven at all, because its cool hours would hide its hot ones.",
    ]);
  });

  it("says every limit of excursions of the WHO fridge", () => {
    expect(limitLines(fixture("who-fridge-default"))).toEqual([
      "Coded in 0.2 °C steps, rounded outward from the middle of the normal band: -10.0 °C is code 0, 40.0 °C is code 250, and a reading beyond a limit by any amount is coded beyond it.",
      expect.stringContaining("Normal band: from -0.4 °C (code 48) to 8.0 °C (code 90), both inside."),
      expect.stringContaining("How excursions count:"),
      "Time above the band: no budget for the stage; only the other limits bound it.",
      "Time below the band: at most 1 h (3600 s) in total over the stage; proven as 720 half-ticks, 3600 s.",
      expect.stringContaining("Longest excursion: at most 10 h (36000 s)"),
      "Mean kinetic temperature (MKT): no limit.",
    ]);
  });

  it("says what is proven where a limit is no whole number of ticks", () => {
    const odd = { gap: 759, lead: 0, tail: 0, normal: ["3.0", "7.0"], single: 100 } as const; // ticks of 3 s
    const lines = limitLines(withLimits({ ...odd, cumulative: { above: 0, below: 101 } }, "usp-controlled-cold"));
    expect(lines).toContain("Time above the band: at most 0 s in total over the stage; proven as 0 half-ticks, 0 s.");
    expect(lines).toContain(
      "Time below the band: at most 1 min 41 s (101 s) in total over the stage; proven as 67 half-ticks, 100.5 s.",
    );
    expect(lines.join()).toContain(
      "The proof alone, 33 ticks of 3 s, shows that none is longer than 1 min 41 s (101 s).",
    );
  });

  it("says that excursions have no limit of their own, and the usual heat of activation where none is given", () => {
    const change = { cumulative: undefined, single: undefined, mkt: { limit: "8.0", span: 3600 } };
    const text = limitLines(withLimits(change, "usp-controlled-cold")).join("\n");
    expect(text).toContain("Time above the band: no budget for the stage");
    expect(text).toContain("Longest excursion: no limit of its own.");
    expect(text).toContain("a heat of activation of 83.144 kJ/mol");
    expect(text).toContain("may be taken: 1 h (3600 s)");
  });

  it("speaks of the middle of the range where there is no normal band", () => {
    const text = showPolicy(withLimits({ mkt: { limit: "7.0", span: 3600 } }));
    expect(text).toContain("rounded outward from the middle of the range:");
    expect(text).toContain("A reading below the middle of the range counts up to one code warmer than it was.");
  });

  it("says the other policy's own numbers", () => {
    const text = showPolicy(fixture("usp-controlled-cold"));
    expect(text).toContain("every reading from 2.0 °C to 15.0 °C");
    expect(text).toContain("in ticks of 10 s, shows that no gap is longer than 30 min 9 s (1809 s)");
    expect(text).toContain("Class: a process limit. If it is not met, an exception is raised");
    expect(text).toContain("USP <659> itself was not at hand");
  });

  it("says that nothing is uncovered where lead and tail are 0", () => {
    const text = showPolicy(withLimits({ lead: 0, tail: 0 }));
    expect(text).toContain(
      "Start of the stage: the first reading comes at the latest at that moment; nothing is uncovered.",
    );
    expect(text).toContain(
      "End of the stage: the last reading comes at the earliest at that moment; nothing is uncovered.",
    );
  });

  it("does not mix up lead and tail", () => {
    const text = showPolicy(withLimits({ lead: 240, tail: 480 }));
    expect(text).toContain("at the latest 4 min (240 s) after the start");
    expect(text).toContain("at the earliest 8 min (480 s) before the end");
  });

  it("says that an independent source signs", () => {
    expect(showPolicy(withLimits({ independent: true }))).toContain("source of another organisation than the stage's");
  });

  it("says that nothing is proven about a stage without claims", () => {
    const text = showPolicy({ ...fixture(), stages: ["cold-storage", "transport"] });
    expect(text).toContain("Stage 1: transport\n  Nothing is proven about this stage.");
  });

  it("says what completion needs besides release", () => {
    const claim = onlyClaim();
    const late = { ...claim, id: "cold-storage/late", neededFor: "completion" as const };
    expect(showPolicy(withClaims(claim, late))).toContain("For completion: its release, and cold-storage/late.");
  });

  it.each(FIXTURES)("shows every number of %s's limits", (name) => {
    const text = showPolicy(fixture(name));
    for (const { rule } of fixture(name).claims) {
      const {
        range,
        normal = [],
        cumulative = {},
        single = 0,
        mkt,
        gap,
        lead,
        tail,
        clockTolerance,
        resolution,
      } = rule;
      const excursions = [
        ...normal,
        ...Object.values(cumulative),
        single,
        mkt?.limit ?? "",
        mkt?.dH ?? "",
        mkt?.span ?? "",
      ];
      const values = [...range, ...excursions, gap, lead, tail, clockTolerance, resolution];
      for (const value of values) expect(text).toContain(`${value}`);
    }
  });

  it("does not show limits that cannot be coded", async () => {
    expect(await errorOf(() => showPolicy(withLimits({ gap: 902 })))).toMatchObject({ code: "gap" });
  });
});
