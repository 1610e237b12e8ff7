import {
  CELSIUS_OFFSET,
  CLOCK_ERROR_OFFSET,
  KIND,
  MKT_COEFFICIENTS,
  NO_OPENED_WITHIN,
  ROLE,
  ROWS_PER_CHUNK,
  TEMPERATURE_RULE_VERSION,
} from "../../src/formats/constants.ts";
import { fieldElement } from "../../src/formats/field.ts";
import {
  bytesHash,
  deviceHash,
  deviceSetOf,
  deviceSlots,
  textHash,
  type PublicKey,
} from "../../src/formats/identity.ts";
import type { StageHead } from "../../src/formats/head.ts";
import { PartyTree, type PartyLeaf, type PartyPath } from "../../src/formats/party.ts";
import { type TemperatureHeader } from "../../src/formats/temperatureRecord.ts";
import {
  NO_BUDGET,
  NO_MKT_COEFFICIENTS,
  NO_MKT_SPAN,
  NO_SINGLE,
  temperatureRuleHash,
  type TemperatureRule,
} from "../../src/formats/temperatureRule.ts";
import type { RecordOwner } from "../../src/formats/recordOwner.ts";
import { isEncodable, type Row } from "../../src/formats/series.ts";
import { publicKey, sourceMessage } from "../../src/formats/source.ts";
import { temperatureRecordOf, type TemperatureEvidence } from "../../src/kinds/temperature/evidence.ts";
import { recordSalts } from "../../src/formats/recordSalts.ts";
import { signOnce } from "./remember.ts";

/** A rule's coefficients, by rising power, from some whole numbers. */
export function polynomial(...coefficients: bigint[]): bigint[] {
  return Array.from({ length: MKT_COEFFICIENTS }, (_, k) => fieldElement(coefficients[k] ?? 0n));
}

/** 2022-05-05 16:30 UTC, the start of the test stage. */
export const START = 1651768200n;
/** When the batch was opened: an hour before. */
export const OPENED = START - 3600n;
export const TICK = 6n;
export const GAP_TICKS = 150n;

const SOURCE_KEY = new Uint8Array(32).fill(7);
export const OUTSIDER_KEY = new Uint8Array(32).fill(9);
export const LOGGER = deviceHash({ vendor: "Berlinger", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" });
export const SPARE = deviceHash({ vendor: "Berlinger", model: "Q-tag Fridge-tag 2 L", serial: "130500109089" });
export const CUSTODIAN_ORG = textHash("site A");
export const OTHER_ORG = textHash("site B");
export const BATCH = textHash("a batch");
export const CONTEXT = textHash("a context");

const YEAR = 31_536_000n;

const SOURCE_PUBLIC = publicKey(SOURCE_KEY);
const OUTSIDER_PUBLIC = publicKey(OUTSIDER_KEY);

function keyLeaf(role: number, key: PublicKey): PartyLeaf {
  return {
    id0: key.x,
    id1: key.y,
    role: BigInt(role),
    org: CUSTODIAN_ORG,
    secretHash: 0n,
    notBefore: START - YEAR,
    notAfter: START + YEAR,
  };
}

function deviceLeaf(hash: bigint): PartyLeaf {
  return { ...keyLeaf(ROLE.device, SOURCE_PUBLIC), id0: hash, id1: 0n };
}

/** What a test may change before everything is hashed and signed, so that only the changed rule is at stake. */
export interface Scenario {
  /** Public signal `opened`; an hour before the stage unless told. */
  readonly opened?: bigint;
  readonly n?: number;
  readonly rows?: readonly Row[];
  readonly rule?: Partial<TemperatureRule>;
  readonly head?: Partial<StageHead>;
  readonly header?: Partial<TemperatureHeader>;
  readonly sourceLeaf?: Partial<PartyLeaf>;
  readonly deviceLeaf?: Partial<PartyLeaf>;
  readonly slots?: readonly bigint[];
  /** Sign with a key that is not the leaf's. */
  readonly signer?: Uint8Array;
  /** Sign another message. */
  readonly signed?: Partial<RecordOwner & { channelId: bigint; record: bigint }>;
  /** Leave the source or the device out of the published tree. */
  readonly unlisted?: "source" | "device";
}

/** A reading every 5 minutes at mid-range: 200 rows, less than one chunk. */
export function steadyRows(count = 200, code = 90): Row[] {
  return Array.from({ length: count }, (_, i) => ({ dt: i === 0 ? 0 : 50, code }));
}

export function ticksOf(rows: readonly Row[]): bigint {
  return BigInt(rows.reduce((sum, row) => sum + row.dt, 0));
}

/** Evidence that keeps every rule, except for what the scenario changes. */
export function makeEvidence(scenario: Scenario = {}): TemperatureEvidence {
  const rows = scenario.rows ?? steadyRows();
  const n = scenario.n ?? ROWS_PER_CHUNK;
  const rule: TemperatureRule = {
    version: BigInt(TEMPERATURE_RULE_VERSION),
    kind: BigInt(KIND.temperature),
    claimIndex: 0n,
    stage: 1n,
    productHash: textHash("ARI-0001"),
    policyVersion: 1n,
    openedWithin: BigInt(NO_OPENED_WITHIN),
    channelId: 1n,
    origin: 2_000_000n + CELSIUS_OFFSET,
    stepNum: 100_000n,
    stepDen: 3n,
    width: 180n,
    tick: TICK,
    gapTicks: GAP_TICKS,
    normalLow: 0n,
    normalHigh: scenario.rule?.width ?? 180n,
    lead: 600n,
    tail: 600n,
    clockTolerance: 120n,
    independent: 0n,
    bucket: 0n,
    devices: 2n,
    slot: 1n,
    budgetAbove: NO_BUDGET,
    budgetBelow: NO_BUDGET,
    single: NO_SINGLE,
    mktSpan: NO_MKT_SPAN,
    mktLimit: 0n,
    mktCoefficients: NO_MKT_COEFFICIENTS,
    salt: textHash("rule salt"),
    ...scenario.rule,
  };
  const slots = scenario.slots ?? deviceSlots([LOGGER, SPARE]);
  const t0 = scenario.header?.t0 ?? START;
  const head: StageHead = {
    batch: BATCH,
    previous: textHash("previous head"),
    stage: 1n,
    start: START,
    end: t0 + rule.tick * ticksOf(rows),
    keyHash: textHash("custodian key"),
    org: CUSTODIAN_ORG,
    nextKeyHash: textHash("next custodian"),
    nextStart: START + YEAR,
    deviceSet: deviceSetOf(slots),
    nextDeviceSet: textHash("next devices"),
    seal: 0n,
    salt: textHash("head salt"),
    ...scenario.head,
  };
  const header: TemperatureHeader = {
    kind: rule.kind,
    n: BigInt(n),
    t0,
    start: head.start,
    end: head.end,
    tick: rule.tick,
    origin: rule.origin,
    stepNum: rule.stepNum,
    stepDen: rule.stepDen,
    width: rule.width,
    channelId: rule.channelId,
    rowCount: BigInt(rows.length),
    bucket: 0n,
    deviceHash: LOGGER,
    rawFileHash: bytesHash(Buffer.from("raw file")),
    profile: 0n,
    attempt: 0n,
    zoneChanged: 0n,
    clockError: BigInt(CLOCK_ERROR_OFFSET),
    lotHash: textHash("LOT-1"),
    ...scenario.header,
  };
  const source = { ...keyLeaf(ROLE.source, SOURCE_PUBLIC), ...scenario.sourceLeaf };
  const device = { ...deviceLeaf(header.deviceHash), ...scenario.deviceLeaf };
  const crowd = [keyLeaf(ROLE.custodian, OUTSIDER_PUBLIC), deviceLeaf(SPARE)];
  const tree = new PartyTree([...crowd, source, device]);
  // The published tree: without the unlisted leaf, whose own path then comes from a tree that nobody published.
  const published =
    scenario.unlisted === undefined
      ? tree
      : new PartyTree([...crowd, scenario.unlisted === "source" ? device : source]);
  const pathOf = (leaf: PartyLeaf, name: Scenario["unlisted"]): PartyPath =>
    (scenario.unlisted === name ? tree : published).path(leaf);
  const salts = recordSalts(new Uint8Array(32).fill(3), n / ROWS_PER_CHUNK);
  const unsigned = {
    batch: BATCH,
    rule,
    head,
    parties: published.root,
    header,
    rows,
    salts,
    opened: scenario.opened ?? OPENED,
    device: { leaf: device, path: pathOf(device, "device"), slots },
  };
  const own = { batch: BATCH, stage: rule.stage, rule: temperatureRuleHash(rule), channelId: rule.channelId };
  const said = { ...own, ...scenario.signed };
  const record = scenario.signed?.record ?? (isEncodable(rows) ? temperatureRecordOf(unsigned) : 0n);
  const signature = signOnce(scenario.signer ?? SOURCE_KEY, sourceMessage(said, said.channelId, record));
  return { ...unsigned, source: { leaf: source, path: pathOf(source, "source"), signature } };
}
