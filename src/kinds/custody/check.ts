import { CONDITION, KIND, ROLE } from "../../formats/constants.ts";
import { CUSTODY_RULE_VERSION, isHandover } from "../../formats/custodyRule.ts";
import { bitmap } from "../../formats/deviations.ts";
import { handoffMessage, type HandoffSide } from "../../formats/handoff.ts";
import { stageHead } from "../../formats/head.ts";
import { batchCommitment, batchSalt, keyHash, secretHash, type PublicKey } from "../../formats/identity.ts";
import { isListed, type PartyLeaf, type ListedParty } from "../../formats/party.ts";
import { verifySignature, type Signature } from "../../formats/source.ts";
import { custodyEnd, isOpening, nextCustodian, previousHead, type CustodyEvidence } from "./evidence.ts";
import { findings, fits, isFlag, type RuleFinding, type Verdict } from "../findings.ts";
import { checkOpened, openedDeviations, openedWithinLimit, type OpenedEvidence } from "../opened.ts";

/**
 * The rules of circuit `custody` in plain integers: the same statement under the same names. A property test holds the
 * two together on hundreds of records, on both sides of every limit.
 */

/** The rules, by the names that circuit, TypeScript and tests share. */
export const CUSTODY_RULES = [
  "rule",
  "head",
  "continuity",
  "order",
  "hold",
  "duration",
  "custodian",
  "handoff",
  "condition",
  "seal",
  "batch",
  "opened",
] as const;
export type CustodyRuleName = (typeof CUSTODY_RULES)[number];

/** One broken rule. */
export type CustodyFinding = RuleFinding<CustodyRuleName>;

/** Every broken rule, in circuit order; empty: the claim holds and can be proven. */
export function checkCustody(evidence: CustodyEvidence): CustodyFinding[] {
  return [
    ...checkRule(evidence),
    ...checkHead(evidence),
    ...checkContinuity(evidence),
    ...checkOrder(evidence),
    ...checkHold(evidence),
    ...checkDuration(evidence),
    ...checkCustodians(evidence),
    ...checkHandoff(evidence),
    ...checkCondition(evidence),
    ...checkSeal(evidence),
    ...checkBatch(evidence),
    ...checkOpened(evidence),
  ];
}

/** The `deviations` bitmap: no allowance of a custody rule can be used up, so it tells of the opening alone. */
export function custodyDeviationBits(evidence: OpenedEvidence): bigint {
  return bitmap([false, false, false, false, ...openedDeviations(evidence)]);
}

/** Rule `rule`: the rule itself is well-formed. */
function checkRule({ rule }: CustodyEvidence): CustodyFinding[] {
  return findings("rule", [
    [rule.version === BigInt(CUSTODY_RULE_VERSION), "the rule has another version than the circuit"],
    [rule.kind === BigInt(KIND.custody), "the rule is not a custody rule"],
    openedWithinLimit(rule),
    [fits(rule.holdLimit, 32), "the longest hold is not a 32-bit number of seconds"],
    [
      fits(rule.durationMin, 32) && fits(rule.durationMax, 32),
      "a limit of the duration is not a 32-bit number of seconds",
    ],
    [rule.durationMin <= rule.durationMax, "the shortest duration is longer than the longest one"],
    [[rule.internal, rule.last, rule.sealed].every(isFlag), "a flag is neither 0 nor 1"],
    [rule.internal * rule.last === 0n, "nobody takes over, so the boundary cannot be internal"],
    [rule.stage !== 0n || rule.sealed === 0n, "stage 0 has no seal before it that could be unbroken"],
  ]);
}

/** Rule `head`: this stage of this batch, and it follows the previous head. */
function checkHead({ batch, rule, head, before }: CustodyEvidence): CustodyFinding[] {
  const follows = isOpening(before) ? rule.stage === 0n : rule.stage > 0n && before.stage === rule.stage - 1n;
  return findings("head", [
    [head.batch === batch, "the stage's head belongs to another batch"],
    [head.stage === rule.stage, "the stage's head is of another stage than the rule"],
    [head.previous === previousHead(before), "the stage's head follows another head"],
    [before.batch === batch, "the head before belongs to another batch"],
    [follows, "the head before is not that of the stage before"],
  ]);
}

/** Rule `continuity`: custodian, start and devices are those that were fixed beforehand. */
function checkContinuity({ head, before }: CustodyEvidence): CustodyFinding[] {
  const fixed = isOpening(before)
    ? { keyHash: before.key, start: head.start, deviceSet: before.deviceSet }
    : { keyHash: before.nextKeyHash, start: before.nextStart, deviceSet: before.nextDeviceSet };
  return findings("continuity", [
    [head.keyHash === fixed.keyHash, "the custodian is not the one that was to take over"],
    [head.start === fixed.start, "the stage does not start when it was to take over"],
    [head.deviceSet === fixed.deviceSet, "the devices are not those that were named beforehand"],
  ]);
}

/** Rule `order`: sane times. */
function checkOrder({ head }: CustodyEvidence): CustodyFinding[] {
  return findings("order", [
    [head.start > 0n && fits(head.start - 1n, 40) && fits(head.end, 40), "the stage's times are not Unix seconds"],
    [head.start <= head.end, "the stage ends before it starts"],
  ]);
}

/** Rule `hold`: the next custodian takes over in time. */
function checkHold({ rule, head }: CustodyEvidence): CustodyFinding[] {
  const until = custodyEnd({ rule, head });
  return findings("hold", [
    [fits(until, 40), "the next stage's start is not Unix seconds"],
    [until >= head.end, "the next stage starts before this one ends"],
    [until - head.end <= rule.holdLimit, `${until - head.end} s between this stage and the next`],
  ]);
}

/** Rule `duration`: the stage was neither too short nor too long. */
function checkDuration({ rule, head }: CustodyEvidence): CustodyFinding[] {
  const duration = head.end - head.start;
  return findings("duration", [
    [duration >= rule.durationMin, `the stage took ${duration} s, which is too short`],
    [duration <= rule.durationMax, `the stage took ${duration} s, which is too long`],
  ]);
}

/** Rule `custodian`: the custodian and the next one are registered, for the organisation that the head names. */
function checkCustodians(evidence: CustodyEvidence): CustodyFinding[] {
  const { rule, head, custodian, parties } = evidence;
  const until = custodyEnd(evidence);
  const nextKeyHash = rule.last === 1n ? head.keyHash : head.nextKeyHash;
  return findings("custodian", [
    ...checkMember("the custodian", custodian, parties, [head.start, head.end]),
    [keyHash(keyOf(custodian.leaf)) === head.keyHash, "the custodian's key is not the one that the head names"],
    [custodian.leaf.org === head.org, "the custodian belongs to another organisation than the head names"],
    ...checkMember("the next custodian", nextCustodian(evidence), parties, [until, until]),
    [
      keyHash(keyOf(nextCustodian(evidence).leaf)) === nextKeyHash,
      "the next custodian's key is not the one that the head names",
    ],
  ]);
}

function checkMember(
  who: string,
  { leaf, path }: ListedParty,
  parties: bigint,
  [from, to]: readonly [bigint, bigint],
): Verdict[] {
  return [
    [leaf.role === BigInt(ROLE.custodian), `${who} is registered in another role`],
    [isListed(leaf, path, parties), `${who} is not in the party list`],
    [fits(leaf.notBefore, 40) && leaf.notBefore <= from, `${who} is not valid yet`],
    [fits(leaf.notAfter, 40) && leaf.notAfter >= to, `${who} is no longer valid`],
  ];
}

function keyOf(leaf: PartyLeaf): PublicKey {
  return { x: leaf.id0, y: leaf.id1 };
}

/** Rule `handoff`: everybody concerned signed, and the head names a next custodian iff there is one. */
function checkHandoff(evidence: CustodyEvidence): CustodyFinding[] {
  const { rule, head, custodian, released, received } = evidence;
  const next = nextCustodian(evidence);
  const named = [head.nextKeyHash, head.nextStart, head.nextDeviceSet];
  const signed = (leaf: PartyLeaf, signer: bigint, side: HandoffSide, signature: Signature): boolean =>
    verifySignature(keyOf(leaf), handoffMessage(stageHead(head), evidence.condition, signer, side), signature);
  return findings("handoff", [
    rule.last === 1n
      ? [named.every((field) => field === 0n), "the head of the last stage names somebody to take over"]
      : [named.every((field) => field !== 0n), "the head does not say who takes over, when and with which devices"],
    [rule.internal !== 1n || next.leaf.org === head.org, "an internal boundary leads to another organisation"],
    [signed(custodian.leaf, head.keyHash, "released", released), "the custodian did not sign that it released"],
    ...(isHandover(rule)
      ? [
          [head.keyHash !== head.nextKeyHash, "one custodian would sign for both sides"] as const,
          received === undefined
            ? ([false, "the next custodian's signature is missing"] as const)
            : ([
                signed(next.leaf, head.nextKeyHash, "received", received),
                "the next custodian did not sign that it received",
              ] as const),
        ]
      : []),
  ]);
}

/** Rule `condition`: the material was in order when it changed hands. */
function checkCondition({ condition }: CustodyEvidence): CustodyFinding[] {
  return findings("condition", [
    [condition === BigInt(CONDITION.conforming), `the material was handed over as ${conditionName(condition)}`],
  ]);
}

function conditionName(code: bigint): string {
  const [name] = Object.entries(CONDITION).find(([, value]) => BigInt(value) === code) ?? [`condition ${code}`];
  return name;
}

/** Rule `seal`: unbroken, where the rule demands it. */
function checkSeal({ rule, head, before }: CustodyEvidence): CustodyFinding[] {
  if (rule.sealed !== 1n || isOpening(before)) return [];
  return findings("seal", [
    [head.seal !== 0n, "the stage ends without a seal"],
    [head.seal === before.seal, "the seal is not the one of the stage before"],
  ]);
}

/** Rule `batch`: at stage 0 the batch is an order under the one salt of the custodian's site. */
function checkBatch({ batch, rule, custodian, origin }: CustodyEvidence): CustodyFinding[] {
  if (rule.stage !== 0n) return [];
  if (origin === undefined) return findings("batch", [[false, "it needs the first custodian's key (prove: --key)"]]);
  const { siteSecret, coiHash, orderHash } = origin;
  const salt = batchSalt(siteSecret, coiHash, orderHash);
  return findings("batch", [
    [secretHash(siteSecret) === custodian.leaf.secretHash, "the secret is not that of the custodian's site"],
    [batchCommitment(coiHash, orderHash, salt) === batch, "the batch is not this order under the site's own salt"],
  ]);
}
