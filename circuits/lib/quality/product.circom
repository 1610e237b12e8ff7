pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/multiplexer.circom";
include "../atMost.circom";
include "qualityConstants.circom";
include "qualityRule.circom";

/**
 * @title Factor
 * @notice The number of one slot as a factor: not negative, and of a kind that may stand on this side of a product. Slot 0
 *         is the constant 1. Constraints: about 90.
 * @input  slot     any field element; proven one of 0 to 16
 * @input  number   of each slot, without offset, any field elements
 * @input  allowed  of each slot, ASSUMED boolean
 * @output out      below 2^39
 */
template Factor() {
    var slots = QUALITY_SLOTS();

    signal input slot;
    signal input number[slots];
    signal input allowed[slots];
    signal output out;

    component chosen = Multiplexer(2, slots + 1);
    chosen.sel <== slot;
    chosen.inp[0] <== [1, 1];
    for (var i = 0; i < slots; i++) {
        chosen.inp[i + 1] <== [number[i], allowed[i]];
    }
    chosen.out[1] === 1;
    component bits = Num2Bits(39);
    bits.in <== chosen.out[0];
    out <== chosen.out[0];
}

/**
 * @title Product
 * @notice Rule `product`: leftScale * leftA * leftB <= rightScale * right, or >= where the rule says `atLeast`; equality
 *         fails where it says `strict`. A bound may stand for its number only on the side where that makes the statement
 *         harder: "below x" on the side that must be small, "above x" on the side that must be large. An unused product is
 *         all zero and says 0 <= 0. Constraints: about 425 a product.
 * @input  rule      ASSUMED opened: scales below 2^64, flags boolean (QualityRuleOpening)
 * @input  value     ASSUMED below 2^40 (ResultSetOpening)
 * @input  isNumber, isBelow, isAbove  ASSUMED exact (Complete)
 *
 * The left side is below 2^142 and the right one below 2^103, so no difference wraps.
 */
template Product() {
    var slots = QUALITY_SLOTS();
    var products = QUALITY_PRODUCTS();

    input QualityRule() rule;
    signal input value[slots];
    signal input isNumber[slots];
    signal input isBelow[slots];
    signal input isAbove[slots];

    signal leftAllowed[products][slots];
    component leftA[products];
    component leftB[products];
    component right[products];
    signal factors[products];
    signal left[products];
    signal rightSide[products];
    signal excess[products];
    component inOrder[products];
    for (var p = 0; p < products; p++) {
        leftA[p] = Factor();
        leftA[p].slot <== rule.leftA[p];
        leftB[p] = Factor();
        leftB[p].slot <== rule.leftB[p];
        right[p] = Factor();
        right[p].slot <== rule.right[p];
        for (var i = 0; i < slots; i++) {
            // On the left: a number, a lower bound where the left side must be large, an upper one where it must be small.
            leftAllowed[p][i] <== isNumber[i] + isBelow[i] + rule.atLeast[p] * (isAbove[i] - isBelow[i]);
            leftA[p].number[i] <== value[i] - VALUE_OFFSET();
            leftA[p].allowed[i] <== leftAllowed[p][i];
            leftB[p].number[i] <== value[i] - VALUE_OFFSET();
            leftB[p].allowed[i] <== leftAllowed[p][i];
            right[p].number[i] <== value[i] - VALUE_OFFSET();
            // The other bound; a number either way.
            right[p].allowed[i] <== 2 * isNumber[i] + isBelow[i] + isAbove[i] - leftAllowed[p][i];
        }
        factors[p] <== leftA[p].out * leftB[p].out;
        left[p] <== rule.leftScale[p] * factors[p];
        rightSide[p] <== rule.rightScale[p] * right[p].out;

        excess[p] <== rule.atLeast[p] * (left[p] - rightSide[p]);
        inOrder[p] = AtMost(143);
        inOrder[p].low <== rule.strict[p];
        inOrder[p].high <== rightSide[p] - left[p] + 2 * excess[p];
    }
}
