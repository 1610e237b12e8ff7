import { CONDITION, KIND, NO_OPENED_WITHIN, ROLE } from "../../src/formats/constants.ts";
import { CUSTODY_RULE_VERSION, isHandover, type CustodyRule } from "../../src/formats/custodyRule.ts";
import { handoffMessage, type HandoffSide } from "../../src/formats/handoff.ts";
import { stageHead, type Opening, type StageHead } from "../../src/formats/head.ts";
import {
  batchCommitment,
  batchSalt,
  deviceSet,
  keyHash,
  secretHash,
  textHash,
  type PublicKey,
} from "../../src/formats/identity.ts";
import { PartyTree, partyLeafHash, type PartyLeaf, type ListedParty } from "../../src/formats/party.ts";
import { publicKey, type Signature } from "../../src/formats/source.ts";
import { isOpening, previousHead, type BatchOrigin, type CustodyEvidence } from "../../src/kinds/custody/evidence.ts";
import { signOnce } from "./remember.ts";

/** A stage of ten hours from 2022-05-05 16:30 UTC, and the next custodian ten minutes later. */
export const START = 1651768200n;
export const END = START + 36_000n;
export const NEXT_START = END + 600n;
const YEAR = 31_536_000n;

export const CUSTODIAN_KEY = new Uint8Array(32).fill(21);
export const NEXT_KEY = new Uint8Array(32).fill(22);
export const OUTSIDER_KEY = new Uint8Array(32).fill(23);
export const CUSTODIAN = publicKey(CUSTODIAN_KEY);
export const NEXT = publicKey(NEXT_KEY);
export const ORG = textHash("site A");
export const OTHER_ORG = textHash("site B");
export const DEVICES = deviceSet([textHash("logger 1"), textHash("logger 2")]);

export const ORIGIN: BatchOrigin = {
  siteSecret: textHash("secret of site A"),
  coiHash: textHash("a patient's chain of identity"),
  orderHash: textHash("an order"),
};
/** The one commitment that site A can make to that order. */
export const BATCH = batchCommitment(
  ORIGIN.coiHash,
  ORIGIN.orderHash,
  batchSalt(ORIGIN.siteSecret, ORIGIN.coiHash, ORIGIN.orderHash),
);

function custodianLeaf(key: PublicKey, org: bigint): PartyLeaf {
  return {
    id0: key.x,
    id1: key.y,
    role: BigInt(ROLE.custodian),
    org,
    secretHash: org === ORG ? secretHash(ORIGIN.siteSecret) : secretHash(org),
    notBefore: START - YEAR,
    notAfter: START + YEAR,
  };
}

/** What one side signs, and with which key. */
interface Signing {
  readonly key?: Uint8Array;
  readonly head?: bigint;
  readonly condition?: bigint;
  readonly signer?: bigint;
  readonly side?: HandoffSide;
}

/** What a test may change before everything is hashed and signed, so that only the changed rule is at stake. */
export interface CustodyScenario {
  /** Public signal `opened`; an hour before the stage unless told. */
  readonly opened?: bigint;
  readonly batch?: bigint;
  readonly rule?: Partial<CustodyRule>;
  readonly head?: Partial<StageHead>;
  readonly before?: Partial<StageHead>;
  readonly opening?: Partial<Opening>;
  readonly custodianLeaf?: Partial<PartyLeaf>;
  readonly nextLeaf?: Partial<PartyLeaf>;
  readonly origin?: Partial<BatchOrigin>;
  readonly condition?: bigint;
  readonly released?: Signing;
  readonly received?: Signing;
  /** Leave one signature or party out. */
  readonly missing?: "received" | "next" | "origin";
  /** Leave one leaf out of the published tree. */
  readonly unlisted?: "custodian" | "next";
}

/** A hand-off between sites at stage 1; what else a stage can be. */
export const FIRST: CustodyScenario = { rule: { stage: 0n } };
export const LAST: CustodyScenario = { rule: { last: 1n } };
export const INTERNAL: CustodyScenario = { rule: { internal: 1n } };

/** Evidence that keeps every rule, except for what the scenario changes. */
export function makeCustody(scenario: CustodyScenario = {}): CustodyEvidence {
  const rule: CustodyRule = {
    version: BigInt(CUSTODY_RULE_VERSION),
    kind: BigInt(KIND.custody),
    claimIndex: 3n,
    stage: 1n,
    productHash: textHash("ARI-0001"),
    policyVersion: 1n,
    openedWithin: BigInt(NO_OPENED_WITHIN),
    holdLimit: 900n,
    durationMin: 3_600n,
    durationMax: 86_400n,
    internal: 0n,
    last: 0n,
    sealed: 0n,
    salt: textHash("rule salt"),
    ...scenario.rule,
  };
  const batch = scenario.batch ?? BATCH;
  const custodian = { ...custodianLeaf(CUSTODIAN, ORG), ...scenario.custodianLeaf };
  const nextOrg = rule.internal === 1n ? ORG : OTHER_ORG;
  const next = { ...custodianLeaf(NEXT, nextOrg), ...scenario.nextLeaf };
  const before = makeBefore(scenario, batch, rule, custodian);
  const isLast = rule.last === 1n;
  const head: StageHead = {
    batch,
    previous: previousHead(before),
    stage: rule.stage,
    start: isOpening(before) ? START : before.nextStart,
    end: END,
    keyHash: keyHash({ x: custodian.id0, y: custodian.id1 }),
    org: ORG,
    nextKeyHash: isLast ? 0n : keyHash({ x: next.id0, y: next.id1 }),
    nextStart: isLast ? 0n : NEXT_START,
    deviceSet: DEVICES,
    nextDeviceSet: isLast ? 0n : deviceSet([textHash("logger 3")]),
    seal: textHash("seal 7"),
    salt: textHash("head salt"),
    ...scenario.head,
  };
  const condition = scenario.condition ?? BigInt(CONDITION.conforming);
  const parties = listParties(custodian, next, scenario.unlisted);
  const sideOf = (side: HandoffSide, key: Uint8Array, signer: bigint, signing: Signing = {}): Signature =>
    signOnce(
      signing.key ?? key,
      handoffMessage(
        signing.head ?? stageHead(head),
        signing.condition ?? condition,
        signing.signer ?? signer,
        signing.side ?? side,
      ),
    );
  const { missing } = scenario;
  return {
    batch,
    rule,
    head,
    before,
    opened: scenario.opened ?? START - 3600n,
    parties: parties.root,
    custodian: parties.custodian,
    ...(isLast || missing === "next" ? {} : { next: parties.next }),
    ...(isOpening(before) && missing !== "origin" ? { origin: { ...ORIGIN, ...scenario.origin } } : {}),
    condition,
    released: sideOf("released", CUSTODIAN_KEY, head.keyHash, scenario.released),
    ...(isHandover(rule) && missing !== "received"
      ? { received: sideOf("received", NEXT_KEY, head.nextKeyHash, scenario.received) }
      : {}),
  };
}

function makeBefore(
  scenario: CustodyScenario,
  batch: bigint,
  rule: CustodyRule,
  custodian: PartyLeaf,
): StageHead | Opening {
  const key = keyHash({ x: custodian.id0, y: custodian.id1 });
  if (rule.stage === 0n && scenario.before === undefined) {
    return { batch, key, deviceSet: DEVICES, salt: textHash("opening salt"), ...scenario.opening };
  }
  return {
    batch,
    previous: textHash("head before"),
    stage: rule.stage - 1n,
    start: START - 7_200n,
    end: START - 300n,
    keyHash: textHash("custodian before"),
    org: textHash("site before"),
    nextKeyHash: key,
    nextStart: START,
    deviceSet: textHash("devices before"),
    nextDeviceSet: DEVICES,
    seal: textHash("seal 7"),
    salt: textHash("head salt before"),
    ...scenario.before,
  };
}

interface Parties {
  readonly root: bigint;
  readonly custodian: ListedParty;
  readonly next: ListedParty;
}

const listed = new Map<string, Parties>();

/** Both custodians among others. An unlisted one has a path from a tree that nobody published. */
function listParties(custodian: PartyLeaf, next: PartyLeaf, unlisted: CustodyScenario["unlisted"]): Parties {
  const key = [...[custodian, next].map(partyLeafHash), unlisted].join();
  const known = listed.get(key);
  if (known !== undefined) return known;
  const crowd = [custodianLeaf(publicKey(OUTSIDER_KEY), OTHER_ORG), custodianLeaf(publicKey(OUTSIDER_KEY), ORG)];
  const whole = new PartyTree([...crowd, custodian, next]);
  const published =
    unlisted === undefined ? whole : new PartyTree([...crowd, unlisted === "custodian" ? next : custodian]);
  const place = (leaf: PartyLeaf, name: "custodian" | "next"): ListedParty => ({
    leaf,
    path: (unlisted === name ? whole : published).path(leaf),
  });
  const parties = { root: published.root, custodian: place(custodian, "custodian"), next: place(next, "next") };
  listed.set(key, parties);
  return parties;
}
