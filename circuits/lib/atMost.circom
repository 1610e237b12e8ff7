pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";

/**
 * @title AtMost
 * @notice Proves low <= high by showing that high - low is a `bits`-bit number. Constraints: bits.
 * @param  bits  room for every honest difference, at most 250
 * @input  low   ASSUMED so small that high - low cannot wrap around the field
 * @input  high  likewise
 */
template AtMost(bits) {
    signal input low;
    signal input high;

    component difference = Num2Bits(bits);
    difference.in <== high - low;
}
