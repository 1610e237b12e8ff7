import {
  analyteId,
  VALUE_OFFSET,
  type Analyte,
  type QualityProduct,
  type QualitySlot,
} from "../../src/formats/qualityRule.ts";
import { codeNumber, codeWord } from "../../src/formats/resultCoding.ts";

/**
 * Published release specifications with the results that were published for real batches, as far as they have any.
 * ARI-0001: Mol Ther Methods Clin Dev 2018;12:134-144 (PMC6319086), table 2. Humanized CD19: Mol Cancer Ther
 * 2021;20:846-858 (PMC12456031), table 2. CD20: Front Immunol 2024;15:1328368 (PMC11461191), table 1.
 */

/** "ge 20": at least; "alt": an alternative to the line before; nothing: measured only. */
export interface Line {
  readonly analyte: Analyte;
  readonly slot: QualitySlot;
}

const UNLIMITED: Omit<QualitySlot, "analyteId"> = {
  demanded: 1n,
  categorical: 0n,
  hasMin: 0n,
  min: 0n,
  strictMin: 0n,
  hasMax: 0n,
  max: 0n,
  strictMax: 0n,
  categories: 0n,
  alternative: 0n,
};

export type Limit = readonly [op: "ge" | "gt" | "le" | "lt", limit: string];

/** A measured analyte with up to two limits. */
export function number(name: string, unit: string, decimals: number, ...limits: readonly Limit[]): Line {
  const analyte: Analyte = { name, scale: "number", unit, decimals };
  const set = limits.map(([op, text]): Partial<QualitySlot> => {
    const value = codeNumber(text, decimals, false, name);
    const strict = op.endsWith("t") ? 1n : 0n;
    return op.startsWith("g")
      ? { hasMin: 1n, min: value, strictMin: strict }
      : { hasMax: 1n, max: value, strictMax: strict };
  });
  return { analyte, slot: Object.assign({ analyteId: analyteId(analyte), ...UNLIMITED }, ...set) as QualitySlot };
}

/** An analyte whose result is one of some words, of which some are permitted. */
export function category(name: string, words: readonly string[], permitted: readonly string[]): Line {
  const analyte: Analyte = { name, scale: "category", words };
  const categories = permitted.reduce((set, word) => set | (1n << BigInt(codeWord(word, words, name))), 0n);
  return { analyte, slot: { analyteId: analyteId(analyte), ...UNLIMITED, categorical: 1n, categories } };
}

/** The same analyte, but one that passes also where the line before it does. */
export function or(line: Line): Line {
  return { ...line, slot: { ...line.slot, alternative: 1n } };
}

const ABSENT = ["absent", "present"] as const;
const NEGATIVE = ["negative", "positive", "negative to date"] as const;

/** Weight and volume, which the products need, are not in the published table. */
export const ARI_LINES: readonly Line[] = [
  category("appearance", ["cloudy liquid solution", "other"], ["cloudy liquid solution"]),
  number("car19_cells_total", "10*6{cells}", 0, ["ge", "35"]),
  number("car19_pct", "%", 1, ["ge", "20"]),
  number("cd3_pct", "%", 1, ["ge", "70"]),
  number("viability_pct", "%", 1, ["ge", "70"]),
  category("sterility", ["sterile", "not sterile"], ["sterile"]),
  category("mycoplasma", ABSENT, ["absent"]),
  number("endotoxin", "[EU]/mL", 1, ["le", "0.5"]),
  category("adventitious_viruses", ABSENT, ["absent"]),
  number("vcn", "{copies}/{cell}", 2, ["le", "10"]),
  category("rcl", ABSENT, ["absent"]),
  number("potency_a_surviving_fraction_ET1_1", "%", 1, ["lt", "70"]),
  or(number("potency_b_difference_ET4_1", "%", 1, ["gt", "50"])),
  number("body_weight", "kg", 1),
  number("volume", "mL", 1),
];

/** Index of an analyte's slot. */
export function at(name: string, lines: readonly Line[] = ARI_LINES): number {
  const index = lines.findIndex(({ analyte }) => analyte.name === name);
  if (index === -1) throw new Error(`no analyte ${name}`);
  return index;
}

const factor = (name: string): bigint => BigInt(at(name) + 1);

/** More than 0.5e6 cells for each kilogram: cells (1e6) > 0.5 * weight (0.1 kg) / 10. */
export const ARI_DOSE: QualityProduct = {
  leftA: factor("car19_cells_total"),
  leftB: 0n,
  right: factor("body_weight"),
  leftScale: 20n,
  rightScale: 1n,
  atLeast: 1n,
  strict: 1n,
};
/** At most 5 EU for each kilogram: endotoxin (0.1 EU/mL) * volume (0.1 mL) <= 5 * weight (0.1 kg) * 10. */
export const ARI_ENDOTOXIN: QualityProduct = {
  leftA: factor("endotoxin"),
  leftB: factor("volume"),
  right: factor("body_weight"),
  leftScale: 1n,
  rightScale: 50n,
  atLeast: 0n,
  strict: 0n,
};

/** The three published batches; weight as the criterion assumes it, volume made up. */
export const ARI_BATCHES: Readonly<Record<string, readonly string[]>> = {
  "ARI0001/01": ariBatch("1495", "26.0", "97.9", "97.9", "1.45", "14.9", "90.9"),
  "ARI0001/02": ariBatch("1746", "41.9", "98.6", "98.1", "2.32", "40.4", "64.6"),
  "ARI0001/03": ariBatch("1340", "39.7", "98.6", "98.0", "2.51", "43.0", "67.0"),
};

function ariBatch(
  cells: string,
  car: string,
  cd3: string,
  viability: string,
  vcn: string,
  potencyA: string,
  potencyB: string,
): string[] {
  return [
    "cloudy liquid solution",
    cells,
    car,
    cd3,
    viability,
    "sterile",
    "absent",
    "<=0.5",
    "absent",
    vcn,
    "absent",
    potencyA,
    potencyB,
    "70.0",
    "50.0",
  ];
}

/** The criteria whose results were published as numbers or words. */
export const CD19_LINES: readonly Line[] = [
  category("rcl_vsvg", NEGATIVE, ["negative"]),
  category("sterility", NEGATIVE, ["negative"]),
  category("mycoplasma", NEGATIVE, ["negative"]),
  number("transduction_pct", "%", 1, ["ge", "10"]),
  number("car_copies_per_100ng", "{copies}/(100.ng)", 0, ["gt", "5"]),
  number("viability_pct", "%", 1, ["gt", "70"]),
  category("cd19_viable_cells", NEGATIVE, ["negative"]),
  number("residual_beads_per_3e6", "{beads}/(3.10*6{cells})", 0, ["lt", "100"]),
];
export const CD19_BATCHES: Readonly<Record<string, readonly string[]>> = {
  batch1: ["negative", "negative", "negative", "23", "100", "91", "negative", "0"],
  batch2: ["negative", "negative", "negative", "33", "100", "96.3", "negative", "57"],
  batch3: ["negative", "negative", "negative", "30", "100", "94", "negative", "16"],
};

/** At release, then what comes after it; the published table has criteria only. */
export const CD20_RELEASE: readonly Line[] = [
  number("cd3_viability", "%", 1, ["ge", "80"]),
  number("cd3_pct", "%", 1, ["ge", "80"]),
  number("transduction_pct", "%", 1, ["ge", "10"]),
  number("endotoxin", "[EU]/mL", 1, ["lt", "5"]),
  number("dose", "10*6{cells}/kg", 2),
  number("cohort_dose", "10*6{cells}/kg", 2),
];
/** Dose within 20 % of the cohort's. */
export const CD20_DOSE: readonly QualityProduct[] = [
  { leftA: 5n, leftB: 0n, right: 6n, leftScale: 10n, rightScale: 12n, atLeast: 0n, strict: 0n },
  { leftA: 5n, leftB: 0n, right: 6n, leftScale: 10n, rightScale: 8n, atLeast: 1n, strict: 0n },
];
export const CD20_LATE: readonly Line[] = [
  category("sterility", NEGATIVE, ["negative"]),
  category("mycoplasma", NEGATIVE, ["negative"]),
  number("vcn", "{copies}/{cell}", 1, ["lt", "5"]),
];

/** A number as it stands in a record. */
export const coded = (value: number): bigint => VALUE_OFFSET + BigInt(value);
