pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "../atMost.circom";
include "../constants.circom";
include "../sponge.circom";

// Mirrors src/formats/custodyRule.ts; a test compares the two.
function CUSTODY_RULE_VERSION() { return 2; }

/// A custody rule, version 2 (src/formats/custodyRule.ts).
bus CustodyRule() {
    signal version;
    signal kind;
    signal claimIndex;
    signal stage;
    signal productHash;
    signal policyVersion;
    signal openedWithin;   // seconds; NO_OPENED_WITHIN: no bound
    signal holdLimit;      // seconds
    signal durationMin;    // seconds
    signal durationMax;    // seconds
    signal internal;       // 0 or 1: the hand-off stays within one organisation
    signal last;           // 0 or 1: nobody takes over
    signal sealed;         // 0 or 1: the seal of the stage before is unbroken
    signal salt;
}

/**
 * @title CustodyRuleOpening
 * @notice Rule `rule`: the public hash is that of this custody rule, and the rule is well-formed. What decides which
 *         parts of the statement apply is derived here, from the rule alone. Constraints: 729.
 * @input  rule    public signal
 * @input  fields  any field elements
 * @output first     1 iff the stage is stage 0, which the batch's opening precedes; else 0
 * @output handover  1 iff two custodians sign: the stage is not the last and its boundary not internal; else 0
 *
 * Afterwards known: version and kind are those of this circuit; openedWithin and limits below 2^32 and durationMin <= durationMax;
 * internal, last and sealed 0 or 1; not both internal and last; not sealed at stage 0, which has no seal before it.
 */
template CustodyRuleOpening() {
    signal input rule;
    input CustodyRule() fields;
    signal output first;
    signal output handover;

    component opened = Sponge(TAG_RULE(), 14);
    opened.elements <== [
        fields.version, fields.kind, fields.claimIndex, fields.stage, fields.productHash, fields.policyVersion,
        fields.openedWithin, fields.holdLimit, fields.durationMin, fields.durationMax, fields.internal, fields.last,
        fields.sealed, fields.salt
    ];
    rule === opened.out;

    fields.version === CUSTODY_RULE_VERSION();
    fields.kind === KIND_CUSTODY();
    component openedWithinBits = Num2Bits(32);
    openedWithinBits.in <== fields.openedWithin;
    component holdBits = Num2Bits(32);
    holdBits.in <== fields.holdLimit;
    component minBits = Num2Bits(32);
    minBits.in <== fields.durationMin;
    component maxBits = Num2Bits(32);
    maxBits.in <== fields.durationMax;
    component minAtMostMax = AtMost(32);
    minAtMostMax.low <== fields.durationMin;
    minAtMostMax.high <== fields.durationMax;
    fields.internal * (fields.internal - 1) === 0;
    fields.last * (fields.last - 1) === 0;
    fields.sealed * (fields.sealed - 1) === 0;

    // Two of these can never be true at once, so both results are 0 or 1.
    fields.internal * fields.last === 0;
    handover <== 1 - fields.internal - fields.last;
    component stageIsZero = IsZero();
    stageIsZero.in <== fields.stage;
    first <== stageIsZero.out;
    fields.sealed * first === 0;
}
