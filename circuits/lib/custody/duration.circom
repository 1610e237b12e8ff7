pragma circom 2.2.2;

include "../atMost.circom";

/**
 * @title Duration
 * @notice Rule `duration`: the stage took at least `min` and at most `max` seconds. Constraints: 72.
 * @input  start, end  ASSUMED start <= end < 2^40
 * @input  min, max    ASSUMED below 2^32
 */
template Duration() {
    signal input start;
    signal input end;
    signal input min;
    signal input max;

    component longEnough = AtMost(40);
    longEnough.low <== min;
    longEnough.high <== end - start;
    component shortEnough = AtMost(32);
    shortEnough.low <== end - start;
    shortEnough.high <== max;
}
