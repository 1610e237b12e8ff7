import { KIND, NO_OPENED_WITHIN, ROLE } from "../../src/formats/constants.ts";
import type { StageHead } from "../../src/formats/head.ts";
import { bytesHash, textHash, type PublicKey } from "../../src/formats/identity.ts";
import { PartyTree, type PartyLeaf, type PartyPath } from "../../src/formats/party.ts";
import {
  QUALITY_RULE_VERSION,
  QUALITY_SLOTS,
  qualityRuleHash,
  type QualityRule,
} from "../../src/formats/qualityRule.ts";
import { resultSalts } from "../../src/formats/recordSalts.ts";
import type { RecordOwner } from "../../src/formats/recordOwner.ts";
import { labMessage, resultSetHash, type Result, type ResultSet } from "../../src/formats/results.ts";
import { publicKey } from "../../src/formats/source.ts";
import type { QualityEvidence } from "../../src/kinds/quality/evidence.ts";
import { codeResult } from "../../src/formats/resultCoding.ts";
import { BATCH, CUSTODIAN_ORG, OPENED, OUTSIDER_KEY, START } from "./evidence.ts";
import { ARI_BATCHES, ARI_DOSE, ARI_ENDOTOXIN, ARI_LINES, type Line } from "./qualitySpecs.ts";
import { signOnce } from "./remember.ts";

const DAY = 86_400n;
const YEAR = 365n * DAY;
/** The stage is a manufacture of 12 days; the sample is taken an hour before its end. */
export const END = START + 12n * DAY;
export const SAMPLED = END - 3600n;
/** Results arrive two days after the sample, the report an hour after them; the rule gives the laboratory a week. */
export const RESULT_TIME = SAMPLED + 2n * DAY;
export const REPORTED = RESULT_TIME + 3600n;
export const RESULT_WITHIN = 7n * DAY;

const RECORD_SECRET = new Uint8Array(32).fill(3);
const LAB_KEY = new Uint8Array(32).fill(11);
const LAB_ORG = textHash("laboratory C");
const LAB_PUBLIC = publicKey(LAB_KEY);
const OUTSIDER_PUBLIC = publicKey(OUTSIDER_KEY);

function keyLeaf(role: number, key: PublicKey, org: bigint): PartyLeaf {
  return {
    id0: key.x,
    id1: key.y,
    role: BigInt(role),
    org,
    secretHash: 0n,
    notBefore: START - YEAR,
    notAfter: START + YEAR,
  };
}

/** What a test may change before everything is hashed and signed, so that only the changed rule is at stake. */
export interface QualityScenario {
  /** Public signal `opened`; an hour before the stage unless told. */
  readonly opened?: bigint;
  readonly lines?: readonly Line[];
  /** Reported results, one a line. */
  readonly reported?: readonly string[];
  readonly rule?: Partial<QualityRule>;
  readonly head?: Partial<StageHead>;
  readonly set?: Partial<ResultSet>;
  readonly labLeaf?: Partial<PartyLeaf>;
  /** Sign with a key that is not the leaf's. */
  readonly signer?: Uint8Array;
  /** Sign another message. */
  readonly signed?: Partial<RecordOwner & { record: bigint }>;
  /** Leave the laboratory out of the published tree. */
  readonly unlisted?: boolean;
}

/** The results of some reported texts under a specification. */
export function resultsOf(lines: readonly Line[], reported: readonly string[], rounding = false): Result[] {
  return lines.map(({ analyte, slot }, i) => ({
    analyteId: slot.analyteId,
    ...codeResult(reported[i] ?? "", analyte, rounding, analyte.name),
    time: RESULT_TIME,
    invalidated: 0n,
    repeats: 0n,
  }));
}

/** The first published batch, every rule kept, except for what the scenario changes. */
export function makeQuality(scenario: QualityScenario = {}): QualityEvidence {
  const lines = scenario.lines ?? ARI_LINES;
  const rule: QualityRule = {
    version: BigInt(QUALITY_RULE_VERSION),
    kind: BigInt(KIND.quality),
    claimIndex: 3n,
    stage: 2n,
    productHash: textHash("ARI-0001"),
    policyVersion: 1n,
    openedWithin: BigInt(NO_OPENED_WITHIN),
    resultWithin: RESULT_WITHIN,
    pharmacopoeia: 0n,
    slots: lines.map(({ slot }) => slot),
    products: scenario.lines === undefined ? [ARI_DOSE, ARI_ENDOTOXIN] : [],
    salt: textHash("rule salt"),
    ...scenario.rule,
  };
  const head: StageHead = {
    batch: BATCH,
    previous: textHash("previous head"),
    stage: 2n,
    start: START,
    end: END,
    keyHash: textHash("custodian key"),
    org: CUSTODIAN_ORG,
    nextKeyHash: textHash("next custodian"),
    nextStart: START + YEAR,
    deviceSet: textHash("devices"),
    nextDeviceSet: textHash("next devices"),
    seal: 0n,
    salt: textHash("head salt"),
    ...scenario.head,
  };
  const set: ResultSet = {
    kind: BigInt(KIND.quality),
    sampled: SAMPLED,
    reported: REPORTED,
    lotHash: textHash("LOT-1"),
    rawFileHash: bytesHash(Buffer.from("certificate of analysis")),
    profile: 0n,
    results: resultsOf(lines, scenario.reported ?? ARI_BATCHES["ARI0001/01"] ?? []),
    ...resultSalts(RECORD_SECRET, QUALITY_SLOTS),
    ...scenario.set,
  };
  const leaf = { ...keyLeaf(ROLE.lab, LAB_PUBLIC, LAB_ORG), ...scenario.labLeaf };
  const crowd = [1, 2, 3].map((role) => keyLeaf(role, OUTSIDER_PUBLIC, CUSTODIAN_ORG));
  const tree = new PartyTree([...crowd, leaf]);
  // The published tree: without an unlisted laboratory, whose path then comes from a tree that nobody published.
  const published = scenario.unlisted === true ? new PartyTree(crowd) : tree;
  const path: PartyPath = tree.path(leaf);
  const own = { batch: BATCH, stage: rule.stage, rule: qualityRuleHash(rule), record: resultSetHash(set) };
  const said = { ...own, ...scenario.signed };
  const signature = signOnce(scenario.signer ?? LAB_KEY, labMessage(said, said.record));
  return {
    batch: BATCH,
    rule,
    head,
    parties: published.root,
    set,
    opened: scenario.opened ?? OPENED,
    lab: { leaf, path, signature },
  };
}

/** The default results with one of them changed. */
export function withResult(slot: number, change: Partial<Result>): QualityScenario {
  const { results } = makeQuality().set;
  return { set: { results: results.map((result, i) => (i === slot ? { ...result, ...change } : result)) } };
}
