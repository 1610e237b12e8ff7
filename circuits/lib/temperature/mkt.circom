pragma circom 2.2.2;

include "../atMost.circom";
include "../constants.circom";

/**
 * @title Mkt
 * @notice Rule `mkt`: the mean kinetic temperature of the readings is at most the rule's limit, and the stage is no longer
 *         than the span over which the rule allows a mean. No logarithm: weights grow with temperature as exp(-dH/(R*T))
 *         does, so the mean is within the limit iff the mean weight is. Each code counts at the hot edge of its bin.
 *         Constraints: about 400.
 * @input  dwell       ASSUMED exact (Dwell): its sum is 2^17 * ticks + n, below 2^48
 * @input  weights     of the opened rule, ASSUMED at most 2^40: the approver's tool computed them
 * @input  mktLimit    largest mean weight, ASSUMED below 2^41 (TemperatureRuleOpening)
 * @input  mktSpan     seconds, ASSUMED below 2^32 (TemperatureRuleOpening)
 * @input  ticks       running time of the series
 * @input  start, end  of the stage, ASSUMED below 2^40, start <= end
 * @param  n           readings
 */
template Mkt(n) {
    var codes = CODES();

    signal input dwell[codes];
    signal input weights[codes];
    signal input mktLimit;
    signal input mktSpan;
    signal input ticks;
    signal input start;
    signal input end;

    signal weighted[codes];
    for (var j = 0; j < codes; j++) {
        weighted[j] <== (j == 0 ? 0 : weighted[j - 1]) + dwell[j] * weights[j];
    }
    component within = AtMost(90);
    within.low <== weighted[codes - 1];
    within.high <== mktLimit * (2 * DWELL_UNIT() * ticks + n);

    component shortEnough = AtMost(40);
    shortEnough.low <== end - start;
    shortEnough.high <== mktSpan;
}
