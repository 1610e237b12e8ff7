import fc from "fast-check";
import { NO_OPENED_WITHIN } from "../../src/formats/constants.ts";

/** A bound of the opening, and how long after its stage's start a batch is opened. */
export interface DrawnOpening {
  readonly openedWithin: bigint;
  readonly after: bigint;
}

/** Openings before, at and after the stage's start, on both sides of every bound, and bounds that are none. */
export function openings(): fc.Arbitrary<DrawnOpening> {
  return fc
    .oneof(
      { weight: 24, arbitrary: fc.constantFrom(0n, 600n, BigInt(NO_OPENED_WITHIN), BigInt(NO_OPENED_WITHIN) - 1n) },
      { weight: 1, arbitrary: fc.constantFrom(BigInt(NO_OPENED_WITHIN) + 1n, -1n) },
    )
    .chain((openedWithin) =>
      fc.record({
        openedWithin: fc.constant(openedWithin),
        after: fc.oneof(
          { weight: 12, arbitrary: fc.constantFrom(0n, -1n, -86_400n) },
          { weight: 12, arbitrary: fc.constantFrom(1n, openedWithin - 1n, openedWithin) },
          { weight: 1, arbitrary: fc.constantFrom(openedWithin + 1n, 1n << 40n) },
        ),
      }),
    );
}

/** What the scenarios of every kind can say of the opening. */
export interface OpeningScenario {
  readonly opened?: bigint;
  readonly rule?: { readonly openedWithin?: bigint };
}

function opening(opened: bigint, openedWithin: number): OpeningScenario {
  return { opened, rule: { openedWithin: BigInt(openedWithin) } };
}

/** As in the tables of each kind: scenarios that keep rule `opened`, and those one second beyond. */
export function openedBoundaries(
  start: bigint,
): readonly (readonly [what: string, keeps: OpeningScenario, breaks: OpeningScenario])[] {
  const most = NO_OPENED_WITHIN - 1;
  const latest = (1n << 40n) - 1n;
  return [
    ["opened at the latest when the stage began", opening(start, 0), opening(start + 1n, 0)],
    ["longest time until the opening", opening(start + 600n, 600), opening(start + 601n, 600)],
    ["longest bound there is", opening(start + BigInt(most), most), opening(start + BigInt(most) + 1n, most)],
    ["no bound, at any time", opening(latest, NO_OPENED_WITHIN), opening(latest + 1n, NO_OPENED_WITHIN)],
  ];
}

/** As in the tables of each kind, of rule `rule`. */
export const OPENED_WITHIN_BOUNDARY = [
  "largest time until the opening",
  { rule: { openedWithin: BigInt(NO_OPENED_WITHIN) } },
  { rule: { openedWithin: BigInt(NO_OPENED_WITHIN) + 1n } },
] as const;

/** Openings with the deviations that they must set, and the bits that may be claimed in their place. */
export function openedDeviationCases(start: bigint): readonly (readonly [OpeningScenario, deviations: bigint])[] {
  return [
    [opening(start, 0), 0n],
    [opening(start, 600), 0n],
    [opening(start, NO_OPENED_WITHIN), 0n],
    [opening(0n, NO_OPENED_WITHIN), 0n],
    [opening(start + 1n, 600), 16n],
    [opening(start + 600n, 600), 16n],
    [opening(start + 1n, NO_OPENED_WITHIN - 1), 16n],
    [opening(start + 1n, NO_OPENED_WITHIN), 48n],
    [opening((1n << 40n) - 1n, NO_OPENED_WITHIN), 48n],
  ];
}
