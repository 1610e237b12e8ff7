pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/mux4.circom";
include "complete.circom";
include "qualityConstants.circom";
include "qualityRule.circom";

/**
 * @title KeepsLimits
 * @notice Whether a number or inequality implies its limits, over the reals. Both are intervals, and one implies the other
 *         iff it lies within it. An end x stands at 2 * x where the interval has x itself, and half a step inside of that
 *         where it has not: at 2 * x - 1 above, at 2 * x + 1 below. So ends compare as the intervals do: "<x" keeps a
 *         maximum M iff x <= M, strict or not, "<=x" keeps it iff x <= M, x < M where it is strict. An inequality is open
 *         to its other side and keeps no limit there. A limit that the rule does not set is kept. Constraints: 90.
 * @input  value, min, max                       ASSUMED below 2^40
 * @input  hasMin, hasMax, strictMin, strictMax  ASSUMED boolean
 * @input  less, atMost, more, atLeast           ASSUMED boolean, at most one of them 1
 * @output out     1: implied, 0: not
 */
template KeepsLimits() {
    signal input value;
    signal input hasMin;
    signal input min;
    signal input strictMin;
    signal input hasMax;
    signal input max;
    signal input strictMax;
    signal input less;
    signal input atMost;
    signal input more;
    signal input atLeast;
    signal output out;

    // One more on both sides, which are then below 2^41: an end of "<0" would be -1.
    component upperEnds = LessEqThan(41);
    upperEnds.in[0] <== 2 * value - less + 1;
    upperEnds.in[1] <== 2 * max - strictMax + 1;
    component lowerEnds = LessEqThan(41);
    lowerEnds.in[0] <== 2 * min + strictMin;
    lowerEnds.in[1] <== 2 * value + more;

    signal underMax <== (1 - more - atLeast) * upperEnds.out;
    signal overMin <== (1 - less - atMost) * lowerEnds.out;
    signal maxKept <== 1 - hasMax * (1 - underMax);
    signal minKept <== 1 - hasMin * (1 - overMin);
    out <== maxKept * minKept;
}

/**
 * @title Permitted
 * @notice Whether a category is in the permitted set; its index is proven below 16. Constraints: about 25.
 * @input  index      any field element
 * @input  permitted  ASSUMED boolean; bit k: category k is permitted
 * @output out        1: permitted, 0: not
 */
template Permitted() {
    signal input index;
    signal input permitted[CATEGORIES()];
    signal output out;

    component selector = Num2Bits(4);
    selector.in <== index;
    component chosen = Mux4();
    chosen.c <== permitted;
    chosen.s <== selector.out;
    out <== chosen.out;
}

/**
 * @title Spec
 * @notice Rule `spec`: every result implies its specification, and the index of every category is one of 16. A member of
 *         an OR group may fail; its verdict goes to template Group. Constraints: about 120 a slot.
 * @input  rule       ASSUMED opened: flags boolean, limits below 2^40, unused slots zero (QualityRuleOpening)
 * @input  permitted  ASSUMED bits of the rule's sets of categories (QualityRuleOpening)
 * @input  value      ASSUMED below 2^40 (ResultSetOpening)
 * @input  kinds      ASSUMED exact (Complete)
 * @output passed     boolean; 1 in an unused slot
 */
template Spec() {
    var slots = QUALITY_SLOTS();

    input QualityRule() rule;
    signal input permitted[slots][CATEGORIES()];
    signal input value[slots];
    input NumberKinds() kinds;
    signal output passed[slots];

    component limits[slots];
    component category[slots];
    signal alone[slots];
    for (var i = 0; i < slots; i++) {
        limits[i] = KeepsLimits();
        limits[i].value <== value[i];
        limits[i].hasMin <== rule.hasMin[i];
        limits[i].min <== rule.min[i];
        limits[i].strictMin <== rule.strictMin[i];
        limits[i].hasMax <== rule.hasMax[i];
        limits[i].max <== rule.max[i];
        limits[i].strictMax <== rule.strictMax[i];
        limits[i].less <== kinds.less[i];
        limits[i].atMost <== kinds.atMost[i];
        limits[i].more <== kinds.more[i];
        limits[i].atLeast <== kinds.atLeast[i];

        category[i] = Permitted();
        category[i].index <== rule.categorical[i] * value[i];
        category[i].permitted <== permitted[i];

        passed[i] <== limits[i].out + rule.categorical[i] * (category[i].out - limits[i].out);

        // Neither an alternative nor followed by one: the analyte must pass by itself.
        alone[i] <== (1 - rule.alternative[i]) * (1 - (i + 1 < slots ? rule.alternative[i + 1] : 0));
        alone[i] * (1 - passed[i]) === 0;
    }
}
