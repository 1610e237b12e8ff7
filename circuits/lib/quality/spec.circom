pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/mux4.circom";
include "qualityConstants.circom";
include "qualityRule.circom";

/**
 * @title KeepsLimits
 * @notice Whether a number or bound keeps its limits. A number must be at most max (below it where max is strict) and
 *         at least min (above it where min is strict). "Below x" keeps a maximum iff x <= max, strict or not, and never
 *         a minimum; "above x" the reverse. A limit that the rule does not set is kept. Constraints: 90.
 * @input  value, min, max           ASSUMED below 2^40
 * @input  hasMin, hasMax, strictMin, strictMax  ASSUMED boolean
 * @input  isNumber, isBelow, isAbove            ASSUMED boolean, at most one of them 1
 * @output out     1: kept, 0: not
 */
template KeepsLimits() {
    signal input value;
    signal input hasMin;
    signal input min;
    signal input strictMin;
    signal input hasMax;
    signal input max;
    signal input strictMax;
    signal input isNumber;
    signal input isBelow;
    signal input isAbove;
    signal output out;

    // Only a number can lie on a limit. The larger side may be 2^40 itself: LessEqThan(40) still decides it rightly.
    component atMostMax = LessEqThan(40);
    atMostMax.in[0] <== value + strictMax * isNumber;
    atMostMax.in[1] <== max;
    component atLeastMin = LessEqThan(40);
    atLeastMin.in[0] <== min + strictMin * isNumber;
    atLeastMin.in[1] <== value;

    signal underMax <== (1 - isAbove) * atMostMax.out;
    signal overMin <== (1 - isBelow) * atLeastMin.out;
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
 * @notice Rule `spec`: every result meets its specification, and the index of every category is one of 16. A member of
 *         an OR group may fail; its verdict goes to template Group. Constraints: about 120 a slot.
 * @input  rule       ASSUMED opened: flags boolean, limits below 2^40, unused slots zero (QualityRuleOpening)
 * @input  permitted  ASSUMED bits of the rule's sets of categories (QualityRuleOpening)
 * @input  value      ASSUMED below 2^40 (ResultSetOpening)
 * @input  isNumber, isBelow, isAbove  ASSUMED exact (Complete)
 * @output passed     boolean; 1 in an unused slot
 */
template Spec() {
    var slots = QUALITY_SLOTS();

    input QualityRule() rule;
    signal input permitted[slots][CATEGORIES()];
    signal input value[slots];
    signal input isNumber[slots];
    signal input isBelow[slots];
    signal input isAbove[slots];
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
        limits[i].isNumber <== isNumber[i];
        limits[i].isBelow <== isBelow[i];
        limits[i].isAbove <== isAbove[i];

        category[i] = Permitted();
        category[i].index <== rule.categorical[i] * value[i];
        category[i].permitted <== permitted[i];

        passed[i] <== limits[i].out + rule.categorical[i] * (category[i].out - limits[i].out);

        // Neither an alternative nor followed by one: the analyte must pass by itself.
        alone[i] <== (1 - rule.alternative[i]) * (1 - (i + 1 < slots ? rule.alternative[i + 1] : 0));
        alone[i] * (1 - passed[i]) === 0;
    }
}
