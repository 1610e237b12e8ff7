pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "../atMost.circom";
include "../constants.circom";

/**
 * @title OpeningTime
 * @notice Rule `opened`: where the rule bounds it, the batch was opened at most openedWithin seconds after the stage began.
 *         Tells exactly whether the stage began before the batch was opened, and whether it did so under a rule that sets no
 *         bound. Constraints: 126.
 * @input  opened        public signal, any field element; proven below 2^40
 * @input  start         of the stage, ASSUMED below 2^40 (HeadOpening, Order)
 * @input  openedWithin  seconds, ASSUMED below 2^32 (the rule's opening); NO_OPENED_WITHIN: no bound
 * @output deviations    16 if the stage began before `opened`, and 32 more if no bound was set
 */
template OpeningTime() {
    signal input opened;
    signal input start;
    signal input openedWithin;
    signal output deviations;

    component openedBits = Num2Bits(40);
    openedBits.in <== opened;
    component late = LessThan(40);
    late.in <== [start, opened];
    component boundless = IsEqual();
    boundless.in <== [openedWithin, NO_OPENED_WITHIN()];

    // Without a bound the right side is above every time there is.
    component inTime = AtMost(42);
    inTime.low <== opened;
    inTime.high <== start + openedWithin + boundless.out * (1 << 40);

    signal unbounded <== late.out * boundless.out;
    deviations <== 16 * late.out + 32 * unbounded;
}
