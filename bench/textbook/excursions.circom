pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "readings.circom";

/**
 * @title Excursions
 * @notice Rules `cumulative` and `single`. A reading stands for half the interval before it and half the one after it.
 *         Constraints a reading: 17 for each side of the band, 1 for each budget, 1 + 32 for the running excursion.
 * @input  dt           seconds since the reading before, ASSUMED at most 2^32 together; 0 for the first
 * @input  value        ASSUMED below 2^16
 * @input  normalLow, normalHigh     the normal band, public, ASSUMED in this order and below 2^16
 * @input  budgetAbove, budgetBelow  half-seconds, public, ASSUMED below 2^33
 * @input  single       seconds, public, ASSUMED below 2^32
 * @output anyAbove, anyBelow        1: some reading is outside on that side
 */
template Excursions(samples) {
    signal input dt[samples + 1];
    signal input value[samples];
    signal input normalLow;
    signal input normalHigh;
    signal input budgetAbove;
    signal input budgetBelow;
    signal input single;
    signal output anyAbove;
    signal output anyBelow;

    component above[samples];
    component below[samples];
    component longest[samples];
    signal timeAbove[samples + 1];
    signal timeBelow[samples + 1];
    signal running[samples + 1];
    timeAbove[0] <== 0;
    timeBelow[0] <== 0;
    running[0] <== 0;
    var countAbove = 0;
    var countBelow = 0;
    for (var i = 0; i < samples; i++) {
        above[i] = LessThan(VALUE_BITS());
        above[i].in[0] <== normalHigh;
        above[i].in[1] <== value[i];
        below[i] = LessThan(VALUE_BITS());
        below[i].in[0] <== value[i];
        below[i].in[1] <== normalLow;
        countAbove += above[i].out;
        countBelow += below[i].out;

        timeAbove[i + 1] <== timeAbove[i] + above[i].out * (dt[i] + dt[i + 1]);
        timeBelow[i + 1] <== timeBelow[i] + below[i].out * (dt[i] + dt[i + 1]);

        running[i + 1] <== (above[i].out + below[i].out) * (running[i] + dt[i]);
        longest[i] = Most(TIME_BITS());
        longest[i].in <== running[i + 1];
        longest[i].most <== single;
    }

    component cumulativeAbove = Most(TIME_BITS() + 1);
    cumulativeAbove.in <== timeAbove[samples];
    cumulativeAbove.most <== budgetAbove;
    component cumulativeBelow = Most(TIME_BITS() + 1);
    cumulativeBelow.in <== timeBelow[samples];
    cumulativeBelow.most <== budgetBelow;

    component noneAbove = IsZero();
    noneAbove.in <== countAbove;
    anyAbove <== 1 - noneAbove.out;
    component noneBelow = IsZero();
    noneBelow.in <== countBelow;
    anyBelow <== 1 - noneBelow.out;
}
