import { describe, expect, it } from "vitest";
import { documentHash } from "../../src/policy/hash.ts";
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
    [
      "what is not judged",
      "No normal band, no time budget for excursions, no longest single excursion and no mean kinetic",
    ],
    ["the class", "Class: a registered specification. Only a proof counts"],
    ["the severity", "Severity of a breach: 3 (critical"],
    ["the goal", "Needed for: release."],
    ["the circuits and their capacity", "temperature-2k (up to 2520 readings)"],
    ["where the numbers come from", "CDC Vaccine Storage and Handling Toolkit"],
    ["what release needs", "For release: cold-storage/temperature, no open exception, and the certificate"],
    ["what completion needs", "For completion: its release; no further claim."],
    ["the hand-overs", "Between stages, from one stage's end to the next one's start: nothing."],
    ["custody", "Custody: who held the batch"],
  ])("says %s", (_, text) => {
    expect(fridge).toContain(text);
  });

  it("says the other policy's own numbers", () => {
    const text = showPolicy(fixture("refrigerated-excursion-2-15"));
    expect(text).toContain("every reading from 2.0 °C to 15.0 °C");
    expect(text).toContain("Coded in 0.1 °C steps");
    expect(text).toContain("in ticks of 10 s, shows that no gap is longer than 30 min 9 s (1809 s)");
    expect(text).toContain("Class: a process limit. If it is not met, an exception is raised");
    expect(text).toContain("mean kinetic temperature (at most 8 °C) is NOT judged");
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
      const { range, gap, lead, tail, clockTolerance, resolution } = rule;
      for (const value of [...range, gap, lead, tail, clockTolerance, resolution]) expect(text).toContain(`${value}`);
    }
  });

  it("does not show limits that cannot be coded", async () => {
    expect(await errorOf(() => showPolicy(withLimits({ gap: 902 })))).toMatchObject({ code: "gap" });
  });
});
