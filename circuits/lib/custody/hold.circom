pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "../atMost.circom";

/**
 * @title Hold
 * @notice Rule `hold`: the next custodian takes over when the stage has ended, and at most `limit` seconds later.
 *         Where nobody does, it is over at its end. Constraints: 113.
 * @input  end        of the stage, ASSUMED below 2^40
 * @input  nextStart  any field element
 * @input  last       ASSUMED 0 or 1
 * @input  limit      seconds, ASSUMED below 2^32
 * @output until      when the custodian's charge is over: nextStart, or end where last; below 2^40
 */
template Hold() {
    signal input end;
    signal input nextStart;
    signal input last;
    signal input limit;
    signal output until;

    until <== nextStart + last * (end - nextStart);
    component untilBits = Num2Bits(40);
    untilBits.in <== until;
    component notBeforeEnd = AtMost(40);
    notBeforeEnd.low <== end;
    notBeforeEnd.high <== until;
    component withinLimit = AtMost(32);
    withinLimit.low <== until - end;
    withinLimit.high <== limit;
}
