pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "constants.circom";

/**
 * @title Band
 * @notice Turns a width c into the band parameter w = c - 127 that ExactRange needs, and proves 0 <= w <= 127.
 *         Without this check c = 126 (w = -1) would admit the codes -1 and 127. Once per channel and rule.
 *         Constraints: 7.
 * @input  width  c, any field element
 * @output w      c - 127, in 0..127, so that 127 <= c <= 254
 */
template Band() {
    signal input width;
    signal output w;

    w <== width - BAND_BASE();
    component bits = Num2Bits(7);
    bits.in <== w;
}

/**
 * @title ExactRange
 * @notice Proves 0 <= value <= 127 + w exactly, both bounds at once and without a comparator: value is a 7-bit
 *         number, plus w or nothing (weighted bits). The 7-bit numbers cover 0..127, and those plus w cover
 *         w..127 + w; together they are 0..127 + w without a hole because w <= 127.
 *         A value may have two spellings; the value itself is unique. Constraints: 8.
 * @input  value  any field element
 * @input  w      ASSUMED in 0..127 (template Band)
 */
template ExactRange() {
    signal input value;
    signal input w;

    var over = value > BAND_BASE() ? 1 : 0;

    // The addend is w or nothing.
    signal addend;
    addend <-- over * w;
    addend * (addend - w) === 0;

    signal bits[7];
    var sum = 0;
    var weight = 1;
    for (var j = 0; j < 7; j++) {
        bits[j] <-- ((value - over * w) >> j) & 1;
        bits[j] * (bits[j] - 1) === 0;
        sum += bits[j] * weight;
        weight += weight;
    }

    value === sum + addend;
}
