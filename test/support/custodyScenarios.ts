import fc from "fast-check";
import { CONDITION } from "../../src/formats/constants.ts";
import { textHash } from "../../src/formats/identity.ts";
import { OTHER_ORG, OUTSIDER_KEY, START, type CustodyScenario } from "./custody.ts";
import { openings } from "./openings.ts";

/** Inside the limits, often exactly on one of the two edges, sometimes one beyond. */
function between(low: number, high: number): fc.Arbitrary<bigint> {
  return fc
    .oneof(
      { weight: 8, arbitrary: fc.integer({ min: low, max: high }) },
      { weight: 6, arbitrary: fc.constantFrom(low, high) },
      { weight: 1, arbitrary: fc.constantFrom(low - 1, high + 1) },
    )
    .map(BigInt);
}

const OTHER = textHash("something else");

/** What can go wrong besides times. Parts of a scenario that are merged into it. */
const FAULTS: readonly CustodyScenario[] = [
  { rule: { version: 0n } },
  { rule: { kind: 1n } },
  { rule: { durationMin: 86_400n, durationMax: 3_600n } },
  { rule: { last: 1n, internal: 1n } },
  { head: { batch: OTHER } },
  { head: { stage: 7n } },
  { head: { previous: OTHER } },
  { head: { keyHash: OTHER } },
  { head: { deviceSet: OTHER } },
  { head: { org: OTHER_ORG } },
  { head: { start: 0n } },
  { head: { end: START - 100n } },
  { head: { nextKeyHash: OTHER } },
  { head: { nextDeviceSet: 0n } },
  { custodianLeaf: { role: 2n } },
  { nextLeaf: { role: 3n } },
  { nextLeaf: { org: OTHER_ORG } },
  { unlisted: "custodian" },
  { unlisted: "next" },
  { missing: "received" },
  { missing: "next" },
  { missing: "origin" },
  { origin: { orderHash: OTHER } },
  { origin: { siteSecret: OTHER } },
  { custodianLeaf: { secretHash: OTHER } },
  { batch: OTHER },
  { released: { key: OUTSIDER_KEY } },
  { received: { key: OUTSIDER_KEY } },
  { received: { side: "released" } },
  { condition: BigInt(CONDITION.damaged) },
  { condition: BigInt(CONDITION.other) },
];

/** Stages of every shape, on both sides of every limit that times can reach; about half of them with a fault. */
export function custodyScenarios(): fc.Arbitrary<CustodyScenario> {
  return fc
    .record({
      durationMin: fc.integer({ min: 0, max: 7_200 }),
      room: fc.constantFrom(0, 3_600, 86_400),
      holdLimit: fc.constantFrom(0, 60, 3_600),
    })
    .chain(({ durationMin, room, holdLimit }) =>
      fc.record({
        stage: fc.constantFrom(0n, 0n, 1n, 5n),
        boundary: fc.constantFrom("handover", "handover", "internal", "last"),
        sealed: fc.constantFrom(0n, 1n),
        seal: fc.oneof(
          { weight: 8, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: fc.constantFrom({ seal: 0n }, { seal: OTHER }) },
        ),
        limits: fc.constant({
          holdLimit: BigInt(holdLimit),
          durationMin: BigInt(durationMin),
          durationMax: BigInt(durationMin + room),
        }),
        duration: between(durationMin, durationMin + room),
        hold: between(0, holdLimit),
        opening: openings(),
        startsOff: fc.oneof({ weight: 12, arbitrary: fc.constant(0n) }, { weight: 1, arbitrary: between(-60, 60) }),
        validity: fc.tuple(between(0, 100), between(0, 100), between(0, 100), between(0, 100)),
        fault: fc.oneof(
          { weight: 1, arbitrary: fc.constant<CustodyScenario>({}) },
          { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
        ),
      }),
    )
    .map((draw): CustodyScenario => {
      const start = START + draw.startsOff;
      const end = start + draw.duration;
      const nextStart = end + draw.hold;
      const [since, until, nextSince, nextUntil] = draw.validity;
      const { fault } = draw;
      const last = draw.boundary === "last";
      return {
        ...fault,
        opened: start + draw.opening.after,
        rule: {
          ...draw.limits,
          openedWithin: draw.opening.openedWithin,
          stage: draw.stage,
          internal: draw.boundary === "internal" ? 1n : 0n,
          last: last ? 1n : 0n,
          sealed: draw.stage === 0n ? 0n : draw.sealed,
          ...fault.rule,
        },
        head: { start, end, ...(last ? {} : { nextStart }), ...draw.seal, ...fault.head },
        custodianLeaf: {
          notBefore: start - since,
          notAfter: end + until,
          ...fault.custodianLeaf,
        },
        nextLeaf: {
          notBefore: nextStart - nextSince,
          notAfter: nextStart + nextUntil,
          ...fault.nextLeaf,
        },
      };
    });
}
