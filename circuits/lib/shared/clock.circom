pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "../atMost.circom";
include "../constants.circom";

/**
 * @title Clock
 * @notice Rule `clock`: the device's clock error is within the rule's tolerance; tells exactly whether the time base
 *         was corrected in any way. Constraints: about 70.
 * @input  zoneChanged     any field element; proven boolean
 * @input  clockError      seconds + 2^20, any field element; proven 21-bit
 * @input  clockTolerance  seconds, ASSUMED below 2^20
 * @output corrected       1 iff zoneChanged = 1 or the clock error is not 0
 */
template Clock() {
    signal input zoneChanged;
    signal input clockError;
    signal input clockTolerance;
    signal output corrected;

    zoneChanged * (zoneChanged - 1) === 0;

    component errorBits = Num2Bits(21);
    errorBits.in <== clockError;
    component notTooLate = AtMost(22);
    notTooLate.low <== clockError - CLOCK_ERROR_OFFSET();
    notTooLate.high <== clockTolerance;
    component notTooEarly = AtMost(22);
    notTooEarly.low <== CLOCK_ERROR_OFFSET() - clockError;
    notTooEarly.high <== clockTolerance;

    component exact = IsZero();
    exact.in <== clockError - CLOCK_ERROR_OFFSET();
    corrected <== 1 - (1 - zoneChanged) * exact.out;
}
