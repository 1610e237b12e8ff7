import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { CHANNEL } from "../../src/formats/constants.ts";
import { claimRuleHash } from "../../src/kinds/index.ts";
import { parsePolicy } from "../../src/kinds/policy.ts";
import type { AnalyteSpec, ProductSpec, QualityLimits } from "../../src/kinds/quality/limits.ts";
import { isCategorical } from "../../src/kinds/quality/slots.ts";
import { claimNamed, type Claim, type Limits, type Policy } from "../../src/policy/document.ts";
import { isError } from "../../src/policy/lintFinding.ts";
import { lintPolicy } from "../../src/review/lint.ts";
import { showPolicy } from "../../src/review/show.ts";
import {
  channelPolicy,
  fixture,
  FIXTURES,
  onlyClaim,
  PROCESSES,
  withClaim,
  withLimits,
  withRule,
  type Change,
} from "../policy/support.ts";
import { agreementRuns } from "../support/runs.ts";
import {
  parseChannel,
  parseCustody,
  parseParameters,
  parseQuality,
  parseTemperature,
  shownClaim,
} from "./parseShown.ts";

const PARSERS: Readonly<Record<Claim["kind"], (lines: readonly string[]) => Limits>> = {
  temperature: parseTemperature,
  parameters: parseParameters,
  channel: parseChannel,
  custody: parseCustody,
  quality: parseQuality,
};

/** The rule of a claim, and that of the limits which a reader of `policy show` sees. */
function hashes(policy: Policy, id: string): { readonly shown: bigint; readonly written: bigint } {
  const { claim, index } = claimNamed(policy, id);
  const rule = PARSERS[claim.kind](shownClaim(showPolicy(policy), id));
  const seen = withClaim(policy, id, { ...claim, rule });
  return { shown: claimRuleHash(seen, index, 1n), written: claimRuleHash(policy, index, 1n) };
}

function isSound(policy: Policy): boolean {
  return !lintPolicy(policy).some(isError);
}

const ari = fixture("ari-0001");
const TESTS = "expansion/release-tests";

/** What a hostile author writes: parts of what `policy show` says, and characters that end, hide or reorder a text. */
const PARTS = [
  ...[
    "a",
    "b",
    "IFN-\u03b3",
    "Ringer's",
    "\u00b5g",
    "4 \u00b0C",
    "1:10",
    "%",
    "mg/mL",
    "at most 0.5",
    "Limit",
    " in ",
    ", in ",
  ],
  ...[
    "Limit: at most 9",
    "Analyte 1",
    "Group: one passing result of analytes 1 to 9",
    "Passes",
    "None.",
    " / ",
    " x ",
    "1",
  ],
];
const ACTING = [
  '"',
  "''",
  "; ",
  ": ",
  "\n",
  "\u2028",
  "\u00a0",
  "\u200b",
  "\u034f",
  "\u201d",
  "\u0301",
  "\u202e",
  "e\u0301",
];

const text = fc
  .array(fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...PARTS) }, fc.constantFrom(...ACTING)), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join("").replace(/^ +| +$/g, "") || "c");

const number = fc.integer({ min: 1, max: 9999 }).map((tenths) => (tenths / 10).toFixed(1));
const sides = fc.constantFrom("atLeast", "above", "atMost", "below", "none");

const numberSpec = fc
  .record({ analyte: text, unit: text, side: sides, limit: number, orBefore: fc.boolean() })
  .map(({ analyte, unit, side, limit, orBefore }): AnalyteSpec => {
    return {
      analyte,
      unit,
      decimals: 1,
      ...(side !== "none" && { [side]: limit }),
      ...(orBefore && side !== "none" && { orBefore }),
    };
  });
const categorySpec = fc
  .record({ analyte: text, words: fc.uniqueArray(text, { minLength: 2, maxLength: 4 }), orBefore: fc.boolean() })
  .map(({ analyte, words, orBefore }): AnalyteSpec => {
    return { analyte, words, permitted: words.slice(0, 1), ...(orBefore && { orBefore }) };
  });

/** The first analyte has none before it. */
function firstAlone(spec: AnalyteSpec, index: number): AnalyteSpec {
  return Object.fromEntries(
    Object.entries(spec).filter(([key]) => index > 0 || key !== "orBefore"),
  ) as unknown as AnalyteSpec;
}

const quality = fc
  .record({
    analytes: fc.array(fc.oneof(numberSpec, categorySpec), { minLength: 1, maxLength: 4 }),
    name: text,
    factors: fc.nat({ max: 3 }),
    side: fc.constantFrom("atLeast", "above", "atMost", "below"),
    limit: number,
    resultWithin: fc.constantFrom(0, 1, 59, 60, 86_400, 604_800, 604_801),
    pharmacopoeia: fc.boolean(),
    source: text,
  })
  .map(({ analytes: written, name, factors, side, limit, resultWithin, pharmacopoeia, source }): QualityLimits => {
    const analytes = written.map(firstAlone);
    const numbers = analytes.filter((spec) => !isCategorical(spec)).map(({ analyte }) => analyte);
    const [first, second = first, per = first] = numbers;
    const products: ProductSpec[] =
      first === undefined || factors === 0
        ? []
        : [
            {
              name,
              of: factors === 1 ? [first] : [first, second ?? first],
              ...(factors === 3 && per !== undefined && { per }),
              [side]: limit,
            },
          ];
    return { analytes, ...(products.length > 0 && { products }), resultWithin, pharmacopoeia, source };
  });

// Verifies R-policy-show-form, F41.
describe("the limits that policy show says", () => {
  it.each([...FIXTURES, ...PROCESSES])("are those of the rules of %s, claim by claim", (name) => {
    const policy = fixture(name);
    for (const { id } of policy.claims) {
      const { shown, written } = hashes(policy, id);
      expect(shown, id).toBe(written);
    }
  });

  it("are those of the rule whatever names, words and units a hostile author gives", () => {
    let sound = 0;
    let refused = 0;
    fc.assert(
      fc.property(quality, text, (rule, document) => {
        const written = { ...withRule(ari, TESTS, "quality", { ...rule, products: rule.products }), document };
        try {
          parsePolicy(structuredClone(written), "p.json");
        } catch (error) {
          // Whatever the text, it is refused in words, never shown.
          if (!(error instanceof BatchproofError)) throw error;
          refused += 1;
          return;
        }
        if (!isSound(written)) return;
        sound += 1;
        const lines = shownClaim(showPolicy(written), TESTS);
        expect(parseQuality(lines)).toEqual({ ...rule, source: "" });
        // The author's words stand in quotes, up to the end of the line; what is before them holds none.
        for (const line of lines) expect(line).toMatch(/^[^"]*("[^"]*"( [x/] "[^"]*")*)?$/);
        const { shown, written: own } = hashes(written, TESTS);
        expect(shown).toBe(own);
      }),
      { numRuns: agreementRuns(200), seed: 40 },
    );
    expect(sound).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(20);
  });

  it("are those of the rule for any temperatures and times", () => {
    const quantity = fc.integer({ min: -50, max: 400 }).map((tenths) => (tenths / 10).toFixed(1));
    const seconds = fc.integer({ min: 0, max: 400_000 });
    const limits = fc.record(
      {
        four: fc.tuple(quantity, quantity, quantity, quantity),
        banded: fc.boolean(),
        cumulative: fc.record({ above: seconds, below: seconds }, { requiredKeys: [] }),
        single: seconds,
        mean: fc.record({ dH: fc.constantFrom("60", "83.144"), span: fc.integer({ min: 1, max: 86_400 }) }),
        gap: fc.constantFrom(127, 900, 1800, 3600),
        lead: seconds,
        tail: seconds,
        clockTolerance: seconds,
        independent: fc.boolean(),
        openedWithin: seconds,
        bucket: fc.constantFrom(60, 127),
      },
      { requiredKeys: ["four", "banded"] },
    );
    let sound = 0;
    fc.assert(
      fc.property(limits, ({ four, banded, cumulative, single, mean, bucket, ...rest }) => {
        const [low, normalLow, normalHigh, high] = [...four].sort((a, b) => Number(a) - Number(b)) as typeof four;
        const mkt = mean && { ...mean, limit: normalHigh };
        const band: Change = banded ? { normal: [normalLow, normalHigh], cumulative, single } : {};
        // Where a mean is limited, no thinning is permitted.
        const thinned = mean ? undefined : bucket;
        const policy = withLimits({ ...rest, range: [low, high], ...band, mkt, bucket: thinned });
        if (!isSound(policy)) return;
        sound += 1;
        const { shown, written } = hashes(policy, onlyClaim().id);
        expect(shown).toBe(written);
      }),
      { numRuns: agreementRuns(100), seed: 41 },
    );
    expect(sound).toBeGreaterThan(20);
  });

  it("are those of the rules for any channel, devices and thinning", () => {
    const quantity = fc.integer({ min: -50, max: 400 }).map((tenths) => (tenths / 10).toFixed(1));
    const seconds = fc.integer({ min: 0, max: 5000 });
    const limits = fc.record(
      {
        channel: fc.constantFrom(...Object.values(CHANNEL)),
        range: fc.tuple(quantity, quantity),
        gap: fc.constantFrom(127, 900, 1800, 3600),
        lead: seconds,
        tail: seconds,
        clockTolerance: seconds,
        independent: fc.boolean(),
        openedWithin: seconds,
        bucket: fc.integer({ min: 60, max: 3600 }),
      },
      { requiredKeys: ["channel", "range"] },
    );
    let sound = 0;
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 8 }), fc.boolean(), (drawn, devices, each) => {
        const { code: channel, unit } = drawn.channel;
        const range = [...drawn.range].sort((a, b) => Number(a) - Number(b)) as typeof drawn.range;
        // A claim for each slot, or one for any of them.
        const slots = each ? Array.from({ length: devices }, (_, i) => i + 1) : [0];
        const policy = channelPolicy(...slots.map((slot) => ({ ...drawn, channel, unit, range, devices, slot })));
        if (!isSound(policy)) return;
        sound += 1;
        for (const { id } of policy.claims) {
          const { shown, written } = hashes(policy, id);
          expect(shown).toBe(written);
        }
      }),
      { numRuns: agreementRuns(100), seed: 42 },
    );
    expect(sound).toBeGreaterThan(20);
  });
});
