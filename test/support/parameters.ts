import { expect } from "vitest";
import {
  CELSIUS_OFFSET,
  CHANNEL,
  KIND,
  PARAMETERS_RULE_VERSION,
  ROWS_PER_CHUNK,
  SAMPLES_PER_CHUNK,
  type Signals,
} from "../../src/formats/constants.ts";
import { stageHead } from "../../src/formats/head.ts";
import { PARAMETERS_HEADER_FIELDS, type ParametersHeader } from "../../src/formats/parametersRecord.ts";
import {
  channelsOf,
  parametersRuleHash,
  PARAMETERS_RULE_FIELDS,
  type Channel,
  type ParametersRule,
} from "../../src/formats/parametersRule.ts";
import { samplesOf, type Sample } from "../../src/formats/samples.ts";
import { publicKey, sourceMessage } from "../../src/formats/source.ts";
import { parametersInput } from "../../src/kinds/parameters/input.ts";
import { checkParameters, kindOfRule, parametersDeviationBits } from "../../src/kinds/parameters/check.ts";
import { parametersRecordOf, type ParametersEvidence } from "../../src/kinds/parameters/evidence.ts";
import type { CircuitUnderTest } from "./circuit.ts";
import { BATCH, CONTEXT, makeEvidence, type Scenario } from "./evidence.ts";
import { refusedRules } from "./rules.ts";
import { openedSignal } from "../../src/kinds/opened.ts";
import { recordSalts } from "../../src/formats/recordSalts.ts";
import type { CircuitInput } from "../../src/kinds/circuitInput.ts";
import { parametersSignals } from "../../src/kinds/parameters/statement.ts";
import { remembered, signOnce } from "./remember.ts";

/** 36 to 38 °C, 4 to 6 % CO2, pH 7.0 to 7.4, 30 to 70 % dissolved oxygen, 55 to 65 rpm. */
export const BIOREACTOR: readonly Channel[] = channelsOf([
  channel(CHANNEL.temperature.code, 36_000_000n, [100_000n, 9n], 180n),
  channel(CHANNEL.carbonDioxide.code, 4_000_000n, [10_000n, 1n], 200n),
  channel(CHANNEL.acidity.code, 7_000_000n, [2_000n, 1n], 200n),
  channel(CHANNEL.dissolvedOxygen.code, 30_000_000n, [200_000n, 1n], 200n),
  channel(CHANNEL.agitation.code, 55_000_000n, [50_000n, 1n], 200n),
]);

function channel(code: number, low: bigint, [stepNum, stepDen]: readonly [bigint, bigint], width: bigint): Channel {
  return { channelId: BigInt(code), origin: low + CELSIUS_OFFSET, stepNum, stepDen, width };
}

/** The channels of BIOREACTOR, one of them changed. */
export function withChannel(place: number, change: Partial<Channel>): Channel[] {
  return BIOREACTOR.map((each, i) => (i === place ? { ...each, ...change } : each));
}

/** The first `used` channels of BIOREACTOR. */
export function onlyFirst(used: number): Channel[] {
  return channelsOf(BIOREACTOR.slice(0, used));
}

/** The same scenario for the first channel alone: its record is of kind `channel`. */
export function ofOneChannel({ rows, rule, header, ...others }: ParametersScenario): ParametersScenario {
  const channels = header?.channels?.slice(0, 1);
  return {
    ...others,
    ...(rows && { rows: rows.map(({ dt, codes }) => ({ dt, codes: codes.slice(0, 1) })) }),
    rule: { ...rule, channels: (rule?.channels ?? BIOREACTOR).slice(0, 1) },
    header: { ...header, ...(channels && { channels }) },
  };
}

/** A source of its own, so that no signature of the temperature tests can be mistaken for one of these. */
const SOURCE_KEY = new Uint8Array(32).fill(8);
const SOURCE_PUBLIC = publicKey(SOURCE_KEY);

/** What a test may change before everything is hashed and signed, so that only the changed rule is at stake. */
export interface ParametersScenario extends Omit<Scenario, "rows" | "rule" | "header"> {
  readonly rows?: readonly Sample[];
  readonly rule?: Partial<ParametersRule>;
  readonly header?: Partial<ParametersHeader>;
}

const STEADY: readonly number[] = [90, 100, 100, 100, 100];

/** A sample every 5 minutes at the same codes: 60 rows, less than one chunk. */
export function steadySamples(count = 60, codes: readonly number[] = STEADY): Sample[] {
  return Array.from({ length: count }, (_, i) => ({ dt: i === 0 ? 0 : 50, codes }));
}

/** Rows with the code of one channel changed in one of them. */
export function withCode(rows: readonly Sample[], row: number, place: number, code: number): Sample[] {
  return rows.map((sample, i) =>
    i === row ? { ...sample, codes: sample.codes.map((each, c) => (c === place ? code : each)) } : sample,
  );
}

/** Evidence that keeps every rule, except for what the scenario changes. Parties and head are those of a temperature claim. */
export function makeParameters(scenario: ParametersScenario = {}): ParametersEvidence {
  const { rule: ruleChange, header: headerChange, ...others } = scenario;
  const channels = ruleChange?.channels ?? BIOREACTOR;
  const perChunk = channels.length === 1 ? ROWS_PER_CHUNK : SAMPLES_PER_CHUNK;
  const series = samplesOf(channels);
  const { n = perChunk, rows = steadySamples(60, STEADY.slice(0, channels.length)) } = scenario;
  const base = makeEvidence({
    ...others,
    rows: rows.map(({ dt }) => ({ dt, code: 0 })),
    rule: only(ruleChange ?? {}, "tick"),
    header: only(headerChange ?? {}, "t0", "deviceHash"),
    sourceLeaf: { id0: SOURCE_PUBLIC.x, id1: SOURCE_PUBLIC.y, ...scenario.sourceLeaf },
    signed: { record: 0n },
  });
  const rule = inOrder(PARAMETERS_RULE_FIELDS, {
    ...base.rule,
    version: BigInt(PARAMETERS_RULE_VERSION),
    kind: BigInt(KIND[kindOfRule({ channels })]),
    channels,
    ...ruleChange,
  });
  const header = inOrder(PARAMETERS_HEADER_FIELDS, {
    ...base.header,
    kind: rule.kind,
    n: BigInt(n),
    tick: rule.tick,
    channels: rule.channels,
    ...headerChange,
  });
  const { batch, head, parties, source, device, opened } = base;
  const salts = recordSalts(new Uint8Array(32).fill(3), n / perChunk);
  const unsigned = { batch, rule, head, parties, header, rows, salts, device, opened };
  const own = { batch: BATCH, stage: rule.stage, rule: parametersRuleHash(rule), channelId: 0n };
  const said = { ...own, ...scenario.signed };
  const record = scenario.signed?.record ?? (series.isEncodable(rows) ? parametersRecordOf(unsigned) : 0n);
  const signature = signOnce(scenario.signer ?? SOURCE_KEY, sourceMessage(said, said.channelId, record));
  return { ...unsigned, source: { ...source, signature } };
}

function only<T extends object, K extends keyof T>(fields: T, ...names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.filter((name) => name in fields).map((name) => [name, fields[name]])) as Pick<T, K>;
}

/** Exactly these fields. */
function inOrder<K extends string, T extends Record<K, unknown>>(names: readonly K[], fields: T): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, fields[name]])) as Pick<T, K>;
}

/** Public signals even where the rows have no record: such evidence must be refused before the record matters. */
export function anyParametersSignals(evidence: ParametersEvidence): Signals {
  if (samplesOf(evidence.rule.channels).isEncodable(evidence.rows)) return parametersSignals(evidence, CONTEXT);
  return {
    batch: evidence.batch,
    rule: parametersRuleHash(evidence.rule),
    head: stageHead(evidence.head),
    parties: evidence.parties,
    record: 0n,
    deviations: parametersDeviationBits(evidence),
    context: CONTEXT,
    opened: openedSignal(evidence),
  };
}

export const parametersInputOf = remembered((evidence: ParametersEvidence): CircuitInput =>
  parametersInput(evidence, anyParametersSignals(evidence)),
);

export function checkedParameters(evidence: ParametersEvidence): string[] {
  return [...new Set(checkParameters(evidence).map(({ rule }) => rule))].sort();
}

/** `check` accepts exactly what the constraints accept. Returns the rules that `check` names. */
export async function expectParametersAgreement(
  proven: CircuitUnderTest,
  evidence: ParametersEvidence,
): Promise<string[]> {
  const named = checkedParameters(evidence);
  const refused = await refusedRules(proven, parametersInputOf(evidence));
  expect(refused.length === 0, named.join()).toBe(named.length === 0);
  return named;
}
