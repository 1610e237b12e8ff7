pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/multiplexer.circom";
include "../atMost.circom";
include "complete.circom";
include "qualityConstants.circom";
include "qualityRule.circom";

/**
 * @title Factor
 * @notice The number of one slot as a factor: not negative, and of a kind that may stand on this side of a product. "<0" is
 *         negative. Slot 0 is the constant 1. Constraints: about 90.
 * @input  slot     any field element; proven one of 0 to 16
 * @input  number   of each slot, without offset, ASSUMED at least -2^39 and below 2^39 (ResultSetOpening)
 * @input  less     of each slot, ASSUMED boolean; 1: its result is "<x"
 * @input  allowed  of each slot, ASSUMED boolean
 * @output out      below 2^39
 */
template Factor() {
    var slots = QUALITY_SLOTS();

    signal input slot;
    signal input number[slots];
    signal input less[slots];
    signal input allowed[slots];
    signal output out;

    component chosen = Multiplexer(2, slots + 1);
    chosen.sel <== slot;
    // The upper end as in template KeepsLimits, which is at least 0 iff some number that is not negative lies below it.
    chosen.inp[0] <== [2, 1];
    for (var i = 0; i < slots; i++) {
        chosen.inp[i + 1] <== [2 * number[i] - less[i], allowed[i]];
    }
    chosen.out[1] === 1;
    component bits = Num2Bits(40);
    bits.in <== chosen.out[0];
    // An end is odd iff it is that of "<x".
    out <== (chosen.out[0] + bits.out[0]) / 2;
}

/**
 * @title Product
 * @notice Rule `product`: leftScale * leftA * leftB <= rightScale * right, or >= where the rule says `atLeast`; equality
 *         fails where it says `strict`. An inequality stands for its bound, and only on the side where that makes the
 *         statement harder: "<x" and "<=x" on the side that must be small, ">x" and ">=x" on the side that must be large.
 *         An unused product is all zero and says 0 <= 0. Constraints: about 425 a product.
 *
 * Why this is enough over the reals: scales and factors are not negative, so both sides grow with each factor. Whatever
 * numbers the inequalities stand for, the small side is at most, and the large side at least, what it is at the bounds. So
 * an order that holds at the bounds, strict or not, holds for all of them.
 *
 * What is implied and not proven: an equality under `strict` that a "<x" or ">x" excludes (it does not where another factor
 * is 0, and telling the two apart would gain a single value), and an order with an inequality on the other side that does
 * not matter, because what it is multiplied with is 0. Any other order that is not proven fails for some of the numbers: the
 * bounds of "<=x" and ">=x" are among them, and those of "<x" and ">x" as near as one likes.
 * @input  rule      ASSUMED opened: scales below 2^64, flags boolean (QualityRuleOpening)
 * @input  value     ASSUMED below 2^40 (ResultSetOpening)
 * @input  kinds     ASSUMED exact (Complete)
 *
 * The left side is below 2^142 and the right one below 2^103, so no difference wraps.
 */
template Product() {
    var slots = QUALITY_SLOTS();
    var products = QUALITY_PRODUCTS();

    input QualityRule() rule;
    signal input value[slots];
    input NumberKinds() kinds;

    signal upper[slots];
    signal lower[slots];
    for (var i = 0; i < slots; i++) {
        upper[i] <== kinds.less[i] + kinds.atMost[i];
        lower[i] <== kinds.more[i] + kinds.atLeast[i];
    }

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
            leftAllowed[p][i] <== kinds.number[i] + upper[i] + rule.atLeast[p] * (lower[i] - upper[i]);
            leftA[p].number[i] <== value[i] - VALUE_OFFSET();
            leftA[p].less[i] <== kinds.less[i];
            leftA[p].allowed[i] <== leftAllowed[p][i];
            leftB[p].number[i] <== value[i] - VALUE_OFFSET();
            leftB[p].less[i] <== kinds.less[i];
            leftB[p].allowed[i] <== leftAllowed[p][i];
            right[p].number[i] <== value[i] - VALUE_OFFSET();
            right[p].less[i] <== kinds.less[i];
            // The other bound; a number either way.
            right[p].allowed[i] <== 2 * kinds.number[i] + upper[i] + lower[i] - leftAllowed[p][i];
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
