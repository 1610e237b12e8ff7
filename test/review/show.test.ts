import { describe, expect, it } from "vitest";
import { type Policy, documentHash } from "../../src/policy/document.ts";
import { SHIPPED_PROFILES } from "../../src/formats/shippedProfiles.ts";
import { showPolicy } from "../../src/review/show.ts";
import {
  channelPolicy,
  type ChannelChange,
  claimOfKind,
  errorOf,
  fixture,
  FIXTURES,
  onlyClaim,
  withClaim,
  withClaims,
  withLimits,
  withRule,
} from "../policy/support.ts";

// Verifies R-policy-profiles, F63.
it("showPolicy names each accepted profile by its hash, and says who sees to it", () => {
  const hash = `0x00${"a".repeat(62)}`;
  const shown = showPolicy({ ...fixture(), profiles: [{ name: "HOBOware", hash }] });
  expect(shown).toContain(
    "Tables: read by these profiles only; results by them or in the project's own form. Import sees to it, by the source's word; no proof shows it.",
  );
  expect(shown).toContain(`    Profile ${hash}: "HOBOware"\n`);
  const known = SHIPPED_PROFILES["hoboware"] ?? "";
  expect(showPolicy({ ...fixture(), profiles: [{ name: "HOBO", hash: known }] })).toContain(
    `    Profile ${known} (shipped: hoboware): "HOBO"\n`,
  );
  const lims = SHIPPED_PROFILES["lims-example"] ?? "";
  expect(showPolicy({ ...fixture(), profiles: [{ name: "our LIMS", hash: lims }] })).toContain(
    `    Profile ${lims} (shipped: lims-example): "our LIMS"\n`,
  );
});

// Verifies R-policy-confirmed.
it("showPolicy says of a stage that a QP confirms it, and of no other", () => {
  const words = "\n  Confirmation: a QP named for this stage confirms it before the batch is certified";
  const shown = showPolicy({ ...fixture("ari-0001"), confirmedByQp: ["expansion"] });
  expect(shown.match(new RegExp(`^Stage \\d+: expansion${words}`, "gm"))).toHaveLength(1);
  expect(shown.split(words)).toHaveLength(2);
  expect(showPolicy(fixture())).not.toContain("Confirmation");
});

describe("showPolicy", () => {
  const fridge = showPolicy(fixture());

  it.each([
    ["the product", 'Policy, version 1, for product "FIXTURE-2-8"'],
    ["that it is a fixture", "FIXTURE for tests and the demo, not an approved specification"],
    ["the document's hash", documentHash(fixture())],
    ["the release's due date", "Release: due within 30 days of a batch's opening"],
    ["the completion's due date", "Completion: due within 90 days of a batch's opening"],
    [
      "the profile of tables",
      "Tables: read in the long form of historians only; results in the project's own form only. Import sees to it",
    ],
    ["the stage", "Stage 0: cold-storage"],
    ["the permitted interval", "every reading from 2.0 °C to 8.0 °C, both permitted"],
    ["the sensor's resolution", "steps of 0.1 °C"],
    ["the grid", "Coded in about 0.0333 °C steps, rounded away"],
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
      "temperature-1k (up to 1470 readings, with excursions of up to 16 different lengths).",
    ],
    ["where the numbers come from", "CDC Vaccine Storage and Handling Toolkit"],
    ["what release needs", "For release: cold-storage/temperature, no open exception, and the certificate"],
    ["what completion needs", "For completion: its release; no further claim."],
    ["that nothing is said of the time around the stage", "  Before and after the one stage: nothing."],
    ["that custody is not claimed", "Custody: who held the batch, and that both sides signed each hand-over. No claim"],
    ["what a source cannot show", "That the sensor told the truth"],
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
      "Coded in 0.1 °C steps, rounded away from the lower end of the normal band: 2.0 °C is code 0, 15.0 °C is code 130, and a reading beyond a limit by any amount is coded beyond it.",
      "Normal band: from 2.0 °C (code 0) to 8.0 °C (code 60), both inside. A reading beyond it is an excursion; that there was one above or below it is public as a deviation, how long is not.",
      "How excursions count: a reading stands for half of the interval before it and half of the one after it. An excursion over a stage boundary is judged in each stage for its part only.",
      "Time above the band: at most 12 h (43200 s) in total over the stage; proven as 8640 half-ticks, 43200 s.",
      "Time below the band: none; the band ends where the range ends.",
      "Longest excursion: at most 10 h (36000 s) without interruption, to either side, from the last reading inside the band to the last one outside. The proof alone, 3600 ticks of 10 s, shows that none is longer than 10 h 9 s (36009 s).",
      "Mean kinetic temperature (MKT): at most 8.0 °C over the stage. A reading counts as its code, one below the normal band as the next code up; a mean of these may be refused from 0.01 °C below the limit on.",
      "Heat of activation of that mean: 83.144 kJ/mol, with R = 8.3144 J/(mol K).",
      "Longest stage over which that mean may be taken: 24 h (86400 s). A longer stage cannot be proven at all, because its cool hours would hide its hot ones.",
    ]);
  });

  it("says every limit of excursions of the WHO fridge", () => {
    expect(limitLines(fixture("who-fridge-default"))).toEqual([
      "Coded in 0.2 °C steps, rounded away from the lower end of the normal band: -10.0 °C is code 0, 40.0 °C is code 250, and a reading beyond a limit by any amount is coded beyond it.",
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
    expect(text).toContain("Heat of activation of that mean: 83.144 kJ/mol");
    expect(text).toContain("may be taken: 1 h (3600 s)");
  });

  it("speaks of the lower end of the range where there is no normal band", () => {
    const text = showPolicy(withLimits({ mkt: { limit: "7.0", span: 3600 } }));
    expect(text).toContain("rounded away from the lower end of the range:");
    expect(text).toContain(
      "A reading counts as its code; a mean of these may be refused from 0.01 °C below the limit on.",
    );
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

  // Verifies R-policy-show.
  it.each(FIXTURES)("shows every number of %s's limits", (name) => {
    const text = showPolicy(fixture(name));
    const { range, normal = [], cumulative = {}, single = 0, mkt, ...rule } = onlyClaim(name).rule;
    const { gap, lead, tail, clockTolerance, resolution } = rule;
    const excursions = [...normal, ...Object.values(cumulative), single];
    const mean = [mkt?.limit ?? "", mkt?.dH ?? "", mkt?.span ?? ""];
    const values = [...range, ...excursions, ...mean, gap, lead, tail, clockTolerance, resolution];
    for (const value of values) expect(text).toContain(`${value}`);
  });

  it("does not show limits that cannot be coded", async () => {
    expect(await errorOf(() => showPolicy(withLimits({ gap: 902 })))).toMatchObject({ code: "gap" });
  });
});

// Verifies R-policy-show.
describe("showPolicy of a whole process", () => {
  const ari = fixture("ari-0001");
  const cd20 = fixture("cd20-prodigy");

  /** The lines about one claim, without those before it and behind it. */
  function claimLines(policy: Policy, id: string): string[] {
    const lines = showPolicy(policy).split("\n");
    const start = lines.indexOf(`  Claim ${id}`) + 1;
    const end = lines.findIndex((line, i) => i >= start && !line.startsWith("    "));
    return lines.slice(start, end).map((line) => line.replace(/^ {1,4}/, ""));
  }

  function section(policy: Policy, title: string): string[] {
    const lines = showPolicy(policy).split("\n");
    const start = lines.indexOf(title) + 1;
    const end = lines.indexOf("", start);
    return lines.slice(start, end);
  }

  it("says every limit of a parameters claim, with the unit of each channel", () => {
    expect(claimLines(ari, "expansion/parameters").slice(0, 13)).toEqual([
      "Channels: 5, read together. A single reading of any of them beyond its range breaks the rule; there are no budgets.",
      "Temperature: every reading from 36.0 °C to 38.0 °C, both permitted.",
      "  Sensor: it shows steps of 0.1 °C; coded in about 0.0143 °C steps, codes 0 to 140.",
      "Carbon dioxide: every reading from 4.0 % to 6.0 %, both permitted.",
      "  Sensor: it shows steps of 0.1 %; coded in about 0.0143 % steps, codes 0 to 140.",
      "Acidity (pH): every reading from 7.0 pH to 7.4 pH, both permitted.",
      "  Sensor: it shows steps of 0.01 pH; coded in 0.0025 pH steps, codes 0 to 160.",
      "Dissolved oxygen: every reading from 30.0 % to 70.0 %, both permitted.",
      "  Sensor: it shows steps of 0.1 %; coded in about 0.1575 % steps, codes 0 to 254.",
      "Agitation: every reading from 55.0 rpm to 65.0 rpm, both permitted.",
      "  Sensor: it shows steps of 1 rpm; coded in about 0.0769 rpm steps, codes 0 to 130.",
      "Codes are rounded away from the lower end of each range, so that a reading beyond a limit by any amount is coded beyond it.",
      "Gap: at most 1 h (3600 s) between two readings. Import refuses a longer one before the record is signed; the proof alone, in ticks of 15 s, shows that no gap is longer than 1 h 14 s (3614 s).",
    ]);
    const text = claimLines(ari, "expansion/parameters").join("\n");
    expect(text).toContain("the recorder's clock may be wrong by up to 5 min (300 s)");
    expect(text).toContain("parameters-840 (up to 840 readings of each channel)");
    expect(text).not.toContain("excursion");
  });

  it("says every limit of a channel claim, and of no other kind", () => {
    const policy = channelPolicy({
      channel: 7,
      unit: "kPa",
      range: ["90.0", "101.0"],
      devices: 2,
      slot: 2,
      bucket: 300,
    });
    const text = claimLines(policy, "cold-storage/temperature");
    expect(text.slice(0, 3)).toEqual([
      "Pressure: every reading from 90.0 kPa to 101.0 kPa, both permitted.",
      "  Sensor: it shows steps of 0.1 kPa; coded in 0.05 kPa steps, codes 0 to 220.",
      "A single reading beyond its range breaks the rule; there are no budgets. Codes are rounded away from the lower end of the range, so that a reading beyond a limit by any amount is coded beyond it.",
    ]);
    expect(text.join("\n")).toContain("channel-840 (up to 840 readings)");
    expect(text.join("\n")).toContain("the logger's clock may be wrong by up to 2 min (120 s)");
    expect(text.join("\n")).not.toMatch(/excursion|kinetic/);
  });

  it("says how many devices there are, which of them is judged, and since when they are known", () => {
    const device = (policy: Policy, id: string): string[] =>
      claimLines(policy, id).filter((line) => line.startsWith("Device: "));
    const first = (change: ChannelChange): string[] => device(channelPolicy(change), "cold-storage/temperature");
    const opened =
      "named when the batch was opened by the custodian's word, because no claim about custody compares the two.";
    expect(device(ari, "apheresis-transport/custody")).toEqual([]);
    expect(first({})).toEqual([`Device: the one logger that the stage names; ${opened}`]);
    expect(first({ devices: 2, slot: 2 })).toEqual([
      `Device: the device in slot 2 of the 2 that the stage names, and no other; ${opened}`,
    ]);
    expect(first({ slot: 1 })).toEqual(first({}));
    expect(first({ devices: 2 })).toEqual([
      `Device: any one of the 2 devices that the stage names: the others' readings are not judged by this claim; ${opened}`,
    ]);
    expect(device(ari, "expansion/parameters")).toEqual([
      "Device: the one recorder that the stage names; named before the stage by the custodians' word.",
    ]);
    const without = { ...ari, claims: ari.claims.filter(({ id }) => id !== "expansion/custody") };
    expect(device(without, "expansion/parameters")).toEqual([
      "Device: the one recorder that the stage names; named before the stage by the custodians' word, because no claim " +
        "about custody compares them with those for which the hand-over was signed.",
    ]);
  });

  it("says what thinning leaves out, and what alone protects against a coarser export", () => {
    const thinning = (policy: Policy): string[] =>
      claimLines(policy, "cold-storage/temperature").filter((line) => line.startsWith("Thinning: "));
    const gap = "Against an export that was coarser from the start only the gap of 15 min (900 s) protects.";
    expect(thinning(withLimits({}))).toEqual([`Thinning: none; the source signs every reading of its file. ${gap}`]);
    expect(thinning(channelPolicy({ bucket: 300 }))).toEqual([
      `Thinning: the source may keep, of each 5 min (300 s), the first, lowest, highest and last reading only. ${gap}`,
    ]);
    expect(thinning(withLimits({ bucket: 300, normal: ["3.0", "7.0"] }))).toEqual([
      `Thinning: the source may keep, of each 5 min (300 s), the first, lowest, highest and last reading only; every reading outside the normal band and its neighbours stay, so times outside the band are not changed. ${gap}`,
    ]);
  });

  it("says who signs a hand-over, its hold, duration and seal, and what signatures do not prove", () => {
    expect(claimLines(ari, "product-transport/custody").slice(0, 10)).toEqual([
      "Custodian: registered with its organisation and valid over the whole stage. It, the stage's start and its devices are those that the hand-off before named.",
      expect.stringMatching(/^End of the stage: a hand-over\. .* with another key, .*condition is conforming\.$/),
      "Hold: at most 4 h (14400 s) from the stage's end to the next one's start. The next custodian is registered and valid when it takes over.",
      "Duration of the stage: at most 10 days (864000 s).",
      "Seal: the stage ends under the seal with which the stage before ended.",
      "Not proven: that those who signed told the truth; a signature says who answers for it.",
      expect.stringMatching(
        /^Opening: no limit\. The batch may be opened on the register any time after the stage began/,
      ),
      "Class: custody. Only a proof counts: a batch without it is never completed.",
      "Severity of a breach: 3 (critical; 1 minor, 2 major, 3 critical).",
      "Needed for: completion.",
    ]);
    expect(claimLines(ari, "apheresis-transport/custody")).toContain("Duration of the stage: at most 72 h (259200 s).");
  });

  it("says of every claim when the batch must be opened", () => {
    const lineOf = (openedWithin: number): string[] => {
      const policy = withRule(ari, "collection/custody", "custody", { openedWithin });
      return claimLines(policy, "collection/custody").filter((line) => line.startsWith("Opening: "));
    };
    expect(lineOf(0)).toEqual([
      "Opening: the batch is opened on the register before the stage begins, or at its very start.",
    ]);
    expect(lineOf(14_400)).toEqual([
      "Opening: the batch is opened on the register at most 4 h (14400 s) after the stage began. A later opening than the start is shown as a deviation.",
    ]);
  });

  it("says what is different at the first stage, at internal boundaries and at the end", () => {
    const [first] = claimLines(ari, "collection/custody");
    expect(first).toContain("named when the batch was opened, and its site can open this order only once");
    const internal = claimLines(ari, "expansion/custody");
    expect(internal[1]).toContain("an internal boundary. The same organisation keeps the material");
    expect(internal).toContain("Seal: not demanded.");
    const last = claimLines(ari, "administration/custody");
    expect(last[1]).toContain("Nobody takes over");
    expect(last.join("\n")).not.toContain("Hold:");
    expect(last).toContain("Duration of the stage: no limit.");
    const manufacture = claimLines(cd20, "manufacture/custody");
    expect(manufacture[2]).toContain("Hold: none. The next stage starts when this one ends.");
    expect(manufacture.slice(3, 5)).toEqual([
      "Duration of the stage: at least 11 days (950400 s).",
      "Duration of the stage: at most 13 days (1123200 s).",
    ]);
    const unlimited = withRule(ari, "collection/custody", "custody", { hold: undefined });
    expect(claimLines(unlimited, "collection/custody")[2]).toMatch(/^Hold: no limit\. .* however long after/);
  });

  it("says every limit of a quality claim", () => {
    const lines = claimLines(ari, "expansion/release-tests");
    expect(lines.slice(0, 7)).toEqual([
      "Results: exactly one of each of 15 analytes. One that is missing or still pending cannot be proven.",
      'Analyte 1: "appearance"',
      '  Passes: "cloudy liquid solution"',
      '  Fails: "other"',
      'Analyte 2: "car19_cells_total"',
      '  Result: a whole number, in "10*6{cells}"',
      '  Limit: at least 35, in "10*6{cells}"',
    ]);
    const at = (line: string, count: number): string[] => lines.slice(lines.indexOf(line)).slice(0, count);
    expect(at('Analyte 12: "potency_a_surviving_fraction_ET1_1"', 10)).toEqual([
      'Analyte 12: "potency_a_surviving_fraction_ET1_1"',
      '  Result: 1 decimal, in "%"',
      '  Limit: below 70, in "%"',
      "  Group: one passing result of analytes 12 to 13 is enough.",
      'Analyte 13: "potency_b_difference_ET4_1"',
      '  Result: 1 decimal, in "%"',
      '  Limit: above 50, in "%"',
      "  Group: one passing result of analytes 12 to 13 is enough.",
      'Analyte 14: "body_weight"',
      '  Result: 1 decimal, in "kg"',
    ]);
    expect(lines).toContain("  Limit: none of its own; any number passes.");
    expect(at("Products of results, each judged besides the limits of its analytes.", 14)).toEqual([
      "Products of results, each judged besides the limits of its analytes.",
      'Product 1: "dose"',
      '  Formula: analyte 2 / analyte 14, which is "car19_cells_total" / "body_weight"',
      '  Limit: above 0.5, in "10*6{cells} / kg"',
      "  Proven: without division, each result counted in units of its last decimal: 20 x analyte 2 is above 1 x analyte 14. No factor may be negative.",
      'Product 2: "endotoxin dose"',
      '  Formula: analyte 8 x analyte 15 / analyte 14, which is "endotoxin" x "volume" / "body_weight"',
      '  Limit: at most 5, in "([EU]/mL) x mL / kg"',
      "  Proven: without division, each result counted in units of its last decimal: 1 x analyte 8 x analyte 15 is at most 50 x analyte 14. No factor may be negative.",
      expect.stringMatching(
        /^Inequalities: .* passes if that implies its limits as they stand here. .* undecidable and does not pass/,
      ),
      "Rounding: none. A reported number with more decimals than stated here is refused.",
      "Times: the sample is taken within the stage, and every result lies between sampling and report.",
      "Report: the laboratory reports at the latest 7 days (604800 s) after the stage's end.",
      expect.stringMatching(/repeated and invalidated tests; that there was one is public as a deviation/),
    ]);
  });

  it("says what is different in other quality claims", () => {
    const text = claimLines(cd20, "release-testing/release-tests").join("\n");
    expect(text).toContain('Product 1: "dose, upper limit"');
    expect(text).toContain("  Limit: at most 1.2\n");
    expect(text).toMatch(/5 x analyte (\d+) is at least 4 x analyte (\d+)\./);
    const late = claimLines(cd20, "release-testing/late-tests").join("\n");
    expect(late).toMatch(/: "sterility"\n {2}Passes: "negative"\n {2}Fails: "positive"\n {2}Fails: "negative to date"/);
    expect(late).toContain("a registered specification. Only a proof counts: a batch without it is never completed");
    const analytes = [
      { analyte: "ratio", unit: "1", decimals: 2, above: "1", atMost: "3.5" },
      { analyte: "colour", words: ["pale", "clear"], permitted: ["pale", "clear"] },
    ];
    const change = { analytes, products: [{ name: "twice", of: ["ratio", "ratio"], below: "9" }] } as const;
    const more = { ...change, pharmacopoeia: true, resultWithin: 0 };
    const other = claimLines(withRule(ari, "expansion/release-tests", "quality", more), "expansion/release-tests");
    expect(other.slice(0, 13)).toEqual([
      "Results: exactly one of each of 2 analytes. One that is missing or still pending cannot be proven.",
      'Analyte 1: "ratio"',
      "  Result: 2 decimals",
      "  Limit: above 1",
      "  Limit: at most 3.5",
      'Analyte 2: "colour"',
      '  Passes: "pale"',
      '  Passes: "clear"',
      "Products of results, each judged besides the limits of its analytes.",
      'Product 1: "twice"',
      '  Formula: analyte 1 x analyte 1, which is "ratio" x "ratio"',
      "  Limit: below 9",
      "  Proven: without division, each result counted in units of its last decimal: 1 x analyte 1 x analyte 1 is below 90000. No factor may be negative.",
    ]);
    expect(other.join("\n")).toContain("Rounding: a reported number with more decimals than stated here is rounded");
    expect(other.join("\n")).toContain("the laboratory reports at the latest at the stage's end.");
  });

  it("says what a process limit means after release", () => {
    expect(claimLines(ari, "product-transport/temperature").join("\n")).toContain(
      "the batch is completed only if QA and QP accept",
    );
    expect(claimLines(ari, "storage/temperature").join("\n")).toContain(
      "the batch is released only if QA and QP accept",
    );
  });

  const UNPROVEN = "What this policy does not prove";
  const BETWEEN = "  Between stages, from one stage's end to the next one's start:";

  it("says what claims of every kind leave open", () => {
    expect(section(ari, UNPROVEN)).toEqual([
      "  How the batch was kept in collection, administration: no readings of these stages are claimed.",
      "  That the sensor told the truth: a proof is about records that a registered source signed.",
      `${BETWEEN} nothing is measured.`,
      "    How long that may take is proven: at most 4 h (14400 s) after collection, 4 h (14400 s) after apheresis-transport, 1 h (3600 s) after activation, 4 h (14400 s) after expansion, 4 h (14400 s) after storage, 4 h (14400 s) after product-transport.",
      "  Custody: that those who signed the hand-overs told the truth. Proven is that registered custodians signed.",
      "  That the laboratory told the truth: a proof is about results that a registered laboratory signed.",
    ]);
  });

  it("names the stages after which any time may pass", () => {
    const open = withRule(ari, "storage/custody", "custody", { hold: undefined });
    const lines = section(open, UNPROVEN);
    const place = lines.indexOf("    It may take any time after storage.");
    expect(lines[place - 1]).toContain("How long that may take is proven");
    expect(lines[place - 1]).not.toContain("storage");
  });

  it("does not speak of sensors, laboratories or signatures that no claim has", () => {
    const text = section(cd20, UNPROVEN).join("\n");
    expect(text).toContain("How the batch was kept in manufacture, release-testing, administration:");
    expect(text).not.toContain("sensor");
    const logged = { ...ari, claims: ari.claims.filter(({ kind }) => kind === "temperature") };
    expect(section(logged, UNPROVEN)).toEqual([
      "  How the batch was kept in collection, activation, expansion, administration: no readings of these stages are claimed.",
      "  That the sensor told the truth: a proof is about records that a registered source signed.",
      `${BETWEEN} nothing. No claim limits hand-over and hold times.`,
      "  Custody: who held the batch, and that both sides signed each hand-over. No claim of this policy says so.",
    ]);
  });

  it("does not show limits that cannot be proven", async () => {
    const boundary = withRule(ari, "administration/custody", "custody", { boundary: "handover" });
    expect(await errorOf(() => showPolicy(boundary))).toMatchObject({ code: "boundary" });
    const analytes = [{ analyte: "ratio", unit: "1", decimals: 2, above: "1", orBefore: true }];
    const group = withRule(ari, "expansion/release-tests", "quality", { analytes, products: undefined });
    expect(await errorOf(() => showPolicy(group))).toMatchObject({ code: "or-before" });
  });

  it("names a circuit that it does not know without a capacity", () => {
    const claim = claimOfKind(ari, "expansion/release-tests", "quality");
    const policy = withClaim(ari, claim.id, { ...claim, circuits: ["quality-64"] });
    expect(claimLines(policy, claim.id)).toContain("Proven by: quality-64.");
    expect(claimLines(ari, claim.id)).toContain("Proven by: quality (up to 16 results).");
    expect(claimLines(ari, "collection/custody")).toContain("Proven by: custody.");
  });
});
