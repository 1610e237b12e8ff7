pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "../atMost.circom";

/**
 * @title Order
 * @notice Rule `order`: a stage's times are sane and it does not end before it starts: 0 < start <= end < 2^40.
 *         Constraints: 120.
 * @input  start, end  any field elements
 */
template Order() {
    signal input start;
    signal input end;

    component startBits = Num2Bits(40);
    startBits.in <== start - 1; // so start > 0
    component endBits = Num2Bits(40);
    endBits.in <== end;
    component startAtMostEnd = AtMost(40);
    startAtMostEnd.low <== start;
    startAtMostEnd.high <== end;
}
