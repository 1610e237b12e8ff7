import type { Batch } from "../batch/batch.ts";
import { stagePeriod } from "../batch/commitments.ts";
import { channelNamed } from "../formats/channels.ts";
import type { ChannelName } from "../formats/constants.ts";
import { channelRecord } from "../import/channelRecord.ts";
import type { ReadingSeries, SampleSeries } from "../import/loggerSeries.ts";
import { parametersRecord, type UnsignedParametersRecord } from "../import/parametersRecord.ts";
import type { ReadFiles } from "../import/rawFiles.ts";
import { resultSet, type UnsignedResultSet } from "../import/resultsCsv.ts";
import type { ResultsReading } from "../import/resultsTable.ts";
import type { ImportSettings } from "../import/seriesRecord.ts";
import { temperatureRecord, type UnsignedRecord } from "../import/temperatureRecord.ts";
import { circuitNamed } from "../kinds/circuits.ts";
import { requireKind } from "../kinds/kind.ts";
import type { OneChannelLimits } from "../kinds/parameters/limits.ts";
import { channelRuleOf, parametersRuleOf } from "../kinds/parameters/rule.ts";
import { claimedAnalytes, qualityRuleOf } from "../kinds/quality/rule.ts";
import { temperatureRuleOf } from "../kinds/temperature/rule.ts";
import type { Claim, IndexedClaim } from "../policy/document.ts";

/** What a raw file gives for a claim of a batch, before its source signs it: to import it, and to read it again. */

/** A claim of a batch that a file is evidence for. */
export interface Target {
  readonly batch: Batch;
  readonly claim: IndexedClaim;
}

/** What was read of raw files, and what a person says besides. */
export interface Raw<S = ReadingSeries> {
  readonly raw: ReadFiles<S>;
  readonly settings: ImportSettings;
}

/** The record, with its rule. */
interface Made<Rule, Unsigned> {
  readonly rule: Rule;
  readonly record: Unsigned;
}

/** Of a temperature claim. Errors: those of `temperatureRecord`, `batch-stage`. */
export function temperatureOf(
  target: Target,
  { raw, settings }: Raw,
): Made<ReturnType<typeof temperatureRuleOf>, UnsignedRecord> {
  const rule = temperatureRuleOf(...ruleArguments(target));
  return { rule, record: temperatureRecord(raw, { rule, ...demandOf(target) }, settings) };
}

/** A laboratory's report, and how it is read. */
interface RawResults {
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly reported: number;
  readonly reading?: ResultsReading;
}

/** Of a quality claim. Errors: those of `resultSet`. */
export function resultsOf(target: Target, { bytes, file, reported, reading }: RawResults): UnsignedResultSet {
  const { batch, claim } = target;
  const demand = {
    rule: qualityRuleOf(...ruleArguments(target)),
    analytes: claimedAnalytes(batch.policy, claim.index),
    lot: batch.lot,
  };
  return resultSet(bytes, file, demand, reported, reading);
}

/** Of a channel claim. Errors: those of `channelRecord`, `batch-stage`. */
export function channelOf(
  target: Target,
  { raw, settings }: Raw,
): Made<ReturnType<typeof channelRuleOf>, UnsignedParametersRecord> {
  const rule = channelRuleOf(...ruleArguments(target));
  return { rule, record: channelRecord(raw, { rule, ...demandOf(target) }, settings) };
}

/** Of a parameters claim. Errors: those of `parametersRecord`, `batch-stage`. */
export function parametersOf(
  target: Target,
  { raw, settings }: Raw<SampleSeries>,
): Made<ReturnType<typeof parametersRuleOf>, UnsignedParametersRecord> {
  const rule = parametersRuleOf(...ruleArguments(target));
  return { rule, record: parametersRecord(raw, { rule, ...demandOf(target) }, settings) };
}

/** The channel of a claim about one. */
export function claimedChannel(claim: Claim): ChannelName {
  if (claim.kind !== "channel") return "temperature";
  return channelNamed(requireKind<"channel", OneChannelLimits>(claim, "channel").rule.channel);
}

/** Policy, claim and salt, from which a rule follows. */
export function ruleArguments({ batch, claim: { claim, index } }: Target): Parameters<typeof temperatureRuleOf> {
  return [batch.policy, index, batch.secrets.ruleSalt(claim.id)];
}

function demandOf({ batch, claim: { claim } }: Target) {
  return {
    period: stagePeriod(batch, claim.stage),
    lot: batch.lot,
    circuits: claim.circuits.map((name) => circuitNamed(name)),
  };
}
