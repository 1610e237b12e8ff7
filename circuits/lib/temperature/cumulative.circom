pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "../atMost.circom";
include "../constants.circom";

/**
 * @title Cumulative
 * @notice Rule `cumulative`: the time above and the time below the normal band are each within their budget. The dwell of
 *         a side is 2^16 times its half-ticks plus fewer than 2^16, so dwell <= 2^16 * budget + 2^16 - 1 says exactly
 *         half-ticks <= budget. Also tells exactly whether any reading was on that side. Constraints: about 610.
 * @input  dwell         ASSUMED exact (Dwell): below 2^48 in sum
 * @input  below, above  ASSUMED boolean (NormalBand)
 * @input  budgetBelow, budgetAbove  half-ticks, ASSUMED below 2^32 (TemperatureRuleOpening)
 * @output anyBelow, anyAbove  1 iff a reading was on that side
 * @output dwellBelow          dwell[j] where code j is below the band, else 0 (Mkt)
 */
template Cumulative() {
    var codes = CODES();

    signal input dwell[codes];
    signal input below[codes];
    signal input above[codes];
    signal input budgetBelow;
    signal input budgetAbove;
    signal output anyBelow;
    signal output anyAbove;
    signal output dwellBelow[codes];

    signal dwellAbove[codes];
    var timeBelow = 0;
    var timeAbove = 0;
    for (var j = 0; j < codes; j++) {
        dwellBelow[j] <== dwell[j] * below[j];
        dwellAbove[j] <== dwell[j] * above[j];
        timeBelow += dwellBelow[j];
        timeAbove += dwellAbove[j];
    }

    component withinBelow = AtMost(49);
    withinBelow.low <== timeBelow;
    withinBelow.high <== DWELL_UNIT() * budgetBelow + DWELL_UNIT() - 1;
    component withinAbove = AtMost(49);
    withinAbove.low <== timeAbove;
    withinAbove.high <== DWELL_UNIT() * budgetAbove + DWELL_UNIT() - 1;

    component noneBelow = IsZero();
    noneBelow.in <== timeBelow;
    anyBelow <== 1 - noneBelow.out;
    component noneAbove = IsZero();
    noneAbove.in <== timeAbove;
    anyAbove <== 1 - noneAbove.out;
}
