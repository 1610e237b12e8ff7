import fc from "fast-check";
import { CLOCK_ERROR_OFFSET, ROLE } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { deviceHash, deviceSlots } from "../../src/formats/identity.ts";
import { BATCH, LOGGER, OTHER_ORG, OUTSIDER_KEY, SPARE, START, type Scenario } from "./evidence.ts";

/* What the rules of every series, whatever it measures, ask of devices, thinning and coverage. */

const OTHERS = Array.from({ length: 7 }, (_, i) => deviceHash({ vendor: "v", model: "m", serial: `${i}` }));

/** Eight slots as they stand, whether or not they may stand so. */
function slotsOf(...used: readonly bigint[]): bigint[] {
  return [...used, ...new Array<bigint>(8 - used.length).fill(0n)];
}

type Circumstances = Pick<
  Scenario,
  "slots" | "head" | "sourceLeaf" | "deviceLeaf" | "unlisted" | "signer" | "signed"
> & {
  readonly rule?: Partial<Record<"bucket" | "devices" | "slot" | "lead" | "tail" | "independent", bigint>>;
  readonly header?: Partial<Record<"bucket" | "start" | "end" | "deviceHash" | "clockError" | "zoneChanged", bigint>>;
};
type Boundary = readonly [what: string, keeps: Circumstances, breaks: Circumstances];

function named(slots: readonly bigint[], devices: bigint, slot: bigint): Circumstances {
  return { slots, rule: { devices, slot } };
}

/** [what, circumstances that keep rule `device`, those one step beyond] */
const DEVICE_SLOTS: readonly Boundary[] = [
  ["in its slot", named(slotsOf(LOGGER, SPARE), 2n, 1n), named(slotsOf(LOGGER, SPARE), 2n, 2n)],
  ["in the second slot", named(slotsOf(SPARE, LOGGER), 2n, 2n), named(slotsOf(SPARE, LOGGER), 2n, 1n)],
  ["any one of them", named(slotsOf(SPARE, LOGGER), 2n, 0n), named(slotsOf(SPARE), 1n, 0n)],
  ["as many as the rule says", named(slotsOf(LOGGER, SPARE), 2n, 1n), named(slotsOf(LOGGER, SPARE), 1n, 1n)],
  ["not fewer", named(slotsOf(LOGGER), 1n, 1n), named(slotsOf(LOGGER), 2n, 1n)],
  ["one in two slots", named(slotsOf(LOGGER), 1n, 1n), named(slotsOf(LOGGER, LOGGER), 2n, 1n)],
  [
    "another one twice, counted once",
    named(slotsOf(LOGGER, SPARE), 2n, 1n),
    named(slotsOf(LOGGER, SPARE, SPARE), 2n, 1n),
  ],
  [
    "a device without a name, in the one empty slot",
    named(slotsOf(...OTHERS.slice(1), LOGGER), 7n, 0n),
    { ...named(slotsOf(...OTHERS), 7n, 0n), header: { deviceHash: 0n } },
  ],
  ["another one twice", named(slotsOf(LOGGER, SPARE), 2n, 1n), named(slotsOf(LOGGER, SPARE, SPARE), 3n, 1n)],
  ["no empty slot between", named(slotsOf(LOGGER, SPARE), 2n, 1n), named(slotsOf(LOGGER, 0n, SPARE), 2n, 1n)],
  ["none first", named(slotsOf(LOGGER), 1n, 1n), named(slotsOf(0n, LOGGER), 1n, 2n)],
  ["in the last of eight", named(slotsOf(...OTHERS, LOGGER), 8n, 8n), named(slotsOf(...OTHERS, LOGGER), 8n, 9n)],
  ["no more than eight", named(slotsOf(...OTHERS, LOGGER), 8n, 0n), named(slotsOf(...OTHERS, LOGGER), 9n, 0n)],
];

/** The same of rule `thinning`. */
export const THINNING: readonly Boundary[] = [
  [
    "buckets of the rule",
    { rule: { bucket: 900n }, header: { bucket: 900n } },
    { rule: { bucket: 900n }, header: { bucket: 901n } },
  ],
  ["none where the rule permits none", { header: { bucket: 0n } }, { header: { bucket: 1n } }],
  [
    "32 bits",
    { rule: { bucket: 2n ** 32n - 1n }, header: { bucket: 2n ** 32n - 1n } },
    { rule: { bucket: 2n ** 32n - 1n }, header: { bucket: 2n ** 32n } },
  ],
  ["not less than nothing", {}, { rule: { bucket: 900n }, header: { bucket: FIELD - 1n } }],
];

/** The same of rule `rule`: no header's bucket is below a longer one by as little. */
export const BUCKET_BOUNDARY = [
  "longest bucket",
  { rule: { bucket: 2n ** 32n - 1n } },
  { rule: { bucket: 2n ** 32n }, header: { bucket: 1n } },
] as const satisfies Boundary;

/** The same of rule `record`, of a series whose stage ends at `end`. */
export function cutTo(end: bigint): readonly Boundary[] {
  return [
    ["cut to the stage's start", {}, { header: { start: START + 1n } }],
    ["cut to the stage's end", {}, { header: { end: end - 1n } }],
  ];
}

/** The same of rule `clock`. */
export const CLOCK: readonly Boundary[] = [
  ["fast", clock(120), clock(121)],
  ["slow", clock(-120), clock(-121)],
  ["zone flag", { header: { zoneChanged: 1n } }, { header: { zoneChanged: 2n } }],
];

/** A device whose clock was wrong by so much. */
export function clock(seconds: number): { header: { clockError: bigint } } {
  return { header: { clockError: BigInt(CLOCK_ERROR_OFFSET + seconds) } };
}

/** The same of rule `source`, of a series that ends at `end`; what it signs a channel by differs from kind to kind. */
export function sources(end: bigint): readonly Boundary[] {
  return [
    ["role", {}, { sourceLeaf: { role: BigInt(ROLE.lab) } }],
    ["organisation", {}, { sourceLeaf: { org: OTHER_ORG } }],
    [
      "independent organisation",
      { rule: { independent: 1n }, sourceLeaf: { org: OTHER_ORG } },
      { rule: { independent: 1n } },
    ],
    ["valid from the start", { sourceLeaf: { notBefore: START } }, { sourceLeaf: { notBefore: START + 1n } }],
    ["valid to the end", { sourceLeaf: { notAfter: end } }, { sourceLeaf: { notAfter: end - 1n } }],
    [
      "valid at a first reading before the stage",
      { head: { start: START + 60n }, sourceLeaf: { notBefore: START } },
      { head: { start: START + 60n }, sourceLeaf: { notBefore: START + 1n } },
    ],
    [
      "valid at a last reading after the stage",
      { head: { end: end - 60n }, sourceLeaf: { notAfter: end } },
      { head: { end: end - 60n }, sourceLeaf: { notAfter: end - 1n } },
    ],
    ["listed", {}, { unlisted: "source" }],
    ["signer", {}, { signer: OUTSIDER_KEY }],
    ["signed for the batch", {}, { signed: { batch: BATCH + 1n } }],
    ["signed for the stage", {}, { signed: { stage: 2n } }],
    ["signed for the record", {}, { signed: { record: 5n } }],
  ];
}

/** The same of rule `device`, of a series that ends at `end`. */
export function registeredDevices(end: bigint): readonly Boundary[] {
  return [
    ["identity", {}, { deviceLeaf: { id0: SPARE + 1n } }],
    ["not a key", {}, { deviceLeaf: { id1: 1n } }],
    ["role", {}, { deviceLeaf: { role: BigInt(ROLE.source) } }],
    ["calibrated from the start", { deviceLeaf: { notBefore: START } }, { deviceLeaf: { notBefore: START + 1n } }],
    ["calibrated to the end", { deviceLeaf: { notAfter: end } }, { deviceLeaf: { notAfter: end - 1n } }],
    [
      "calibrated at a first reading before the stage",
      { head: { start: START + 60n }, deviceLeaf: { notBefore: START } },
      { head: { start: START + 60n }, deviceLeaf: { notBefore: START + 1n } },
    ],
    [
      "calibrated at a last reading after the stage",
      { head: { end: end - 60n }, deviceLeaf: { notAfter: end } },
      { head: { end: end - 60n }, deviceLeaf: { notAfter: end - 1n } },
    ],
    ["listed", {}, { unlisted: "device" }],
    ...DEVICE_SLOTS,
  ];
}

/** The same of rule `window`, of a series that ends at `end`, with a gap of 900 s and a lead and tail of 600 s. */
export function coverages(end: bigint): readonly Boundary[] {
  return [
    ["earliest first reading", { head: { start: START + 900n } }, { head: { start: START + 901n } }],
    ["latest first reading", { head: { start: START - 600n } }, { head: { start: START - 601n } }],
    ["earliest last reading", { head: { end: end + 600n } }, { head: { end: end + 601n } }],
    ["latest last reading", { head: { end: end - 900n } }, { head: { end: end - 901n } }],
    ...longStages(end),
  ];
}

/** Lead and tail that leave it to the overlap how a stage is covered. */
const WIDE = { lead: 1_000_000n, tail: 1_000_000n };

function stage(start: bigint, end: bigint): Circumstances {
  return { rule: WIDE, head: { start, end } };
}

/** The same of rule `window`, of a series that lasts from START to `end`: half of a stage that lasts longer. */
function longStages(end: bigint): readonly Boundary[] {
  const length = end - START;
  return [
    ["half of a stage that began long before", stage(START - length, end), stage(START - length - 1n, end)],
    [
      "half of a stage that began before and ended after",
      stage(START - length / 2n, end + length / 2n),
      stage(START - length / 2n - 1n, end + length / 2n),
    ],
    ["half of a stage that ended long after", stage(START, end + length), stage(START, end + length + 1n)],
  ];
}

/** The same, of three rows 300 s apart: half of a stage that lies around the first or the last of them. */
export const SHORT_STAGES: readonly Boundary[] = [
  ["half before the last reading", stage(START + 550n, START + 650n), stage(START + 551n, START + 651n)],
  ["half after the first reading", stage(START - 50n, START + 50n), stage(START - 51n, START + 49n)],
  ["a stage of no length", stage(START + 600n, START + 600n), stage(START + 601n, START + 601n)],
];

/** How a stage lies to a series: as the rule's lead and tail allow, or so that half of it is covered, or one second less. */
export const HALF = fc.constantFrom(undefined, undefined, undefined, undefined, undefined, undefined, 0n, 1n);

/** Start and lead of a stage that ends with a series of this length, which covers half of it, or `short` seconds less. */
function halfCovered(length: bigint, short: bigint): { start: bigint; end: bigint; lead: bigint } {
  return { start: START - length - short, end: START + length, lead: length + 1n };
}

/** One of the usual values, and one record in 17 for each other one: a record has many circumstances, and most shall hold. */
function mostly<const T>(usual: readonly T[], ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 16, arbitrary: fc.constantFrom(...usual) },
    { weight: others.length, arbitrary: fc.constantFrom(...others) },
  );
}

/** Seconds from the first moment that a device must be calibrated at to its calibration. */
export const CALIBRATED = mostly([-500n, 0n], 1n);

/** How a generated stage lies to its series, seconds from the first and the last reading, or by `half`: a value of HALF. */
interface DrawnStage {
  readonly rule: { readonly lead: number };
  readonly startsAt: number;
  readonly endsAt: number;
  readonly half: bigint | undefined;
}

/** Start and end of a generated stage, and the lead of its rule, by the length of its series. */
export function drawnStage(
  { rule, startsAt, endsAt, half }: DrawnStage,
  length: bigint,
): { start: bigint; end: bigint; lead: bigint } {
  return half === undefined
    ? { start: START + BigInt(startsAt), end: START + length + BigInt(endsAt), lead: BigInt(rule.lead) }
    : halfCovered(length, half);
}

/** Devices and thinning on both sides of what a rule asks, mostly as it asks. */
export const CIRCUMSTANCES = fc
  .record({
    devices: fc.integer({ min: 1, max: 8 }),
    place: fc.nat({ max: 7 }),
    slot: mostly(["its own", "any"], "another"),
    counted: mostly([0], 1, -1),
    twice: mostly([false], true),
    bucket: fc.constantFrom(0n, 0n, 60n, 900n),
    thinned: mostly([0n], 1n),
  })
  .map(({ devices, place, slot, counted, twice, bucket, thinned }) => {
    const at = place % devices;
    const used = OTHERS.slice(0, devices - 1).toSpliced(at, 0, LOGGER);
    const slots = twice && devices > 1 ? slotsOf(...used.with((at + 1) % devices, LOGGER)) : deviceSlots(used);
    const judged = { "its own": at + 1, any: 0, another: at === 0 ? 2 : at };
    return {
      slots,
      rule: { devices: BigInt(devices + counted), slot: BigInt(judged[slot]), bucket },
      header: { bucket: bucket + thinned },
    };
  });
