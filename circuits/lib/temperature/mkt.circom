pragma circom 2.2.2;

include "../atMost.circom";
include "../constants.circom";

/**
 * @title Mkt
 * @notice Rule `mkt`: the mean kinetic temperature of the readings is at most the rule's limit, and the stage is no longer
 *         than the span over which the rule allows a mean. No logarithm: weights grow with temperature as exp(-dH/(R*T))
 *         does, so the mean is within the limit iff the mean weight is. The rule's polynomial bounds the weights from above
 *         and is taken at the hot edge of each code's bin: at code + 1 below the normal band, where readings round down, at
 *         the code itself elsewhere. Both are whole numbers 0 to width, because no code is above width (Range) and one
 *         below the band is below width (NormalBand): elsewhere the polynomial may be anything. Being linear in the
 *         coefficients, the sum of dwell * polynomial is that of coefficient * moment, 9 products for all codes.
 *         Constraints: about 210.
 *
 *         Nothing wraps for a rule that the project derives (src/kinds/temperature/weightPolynomial.ts): its polynomial is
 *         1 to 2^105 - 1 wherever it is taken, so the sum, a whole number below 2^48 * 2^105 = 2^153, is the same in the
 *         field, although coefficients may be negative there and single products wrap. The limit's side is below
 *         2^105 * 2^48 too, so their difference is a 160-bit number iff the sum is at most that. Nothing of this is proven of
 *         other coefficients that approvers might accept: whose tool derives them sees that they are others.
 * @input  dwell         ASSUMED exact (Dwell): its sum is 2^17 * ticks + n, below 2^48, and only codes 0 to width have any
 * @input  dwellBelow    ASSUMED dwell at codes below the normal band, 0 elsewhere (Cumulative)
 * @input  coefficients  of the opened rule, by rising power, any field elements; ASSUMED those that its grid demands
 * @input  mktLimit      largest mean weight, ASSUMED below 2^105 (TemperatureRuleOpening)
 * @input  mktSpan       seconds, ASSUMED below 2^32 (TemperatureRuleOpening)
 * @input  ticks         running time of the series
 * @input  start, end    of the stage, ASSUMED below 2^40, start <= end
 * @param  n             readings
 */
template Mkt(n) {
    var codes = CODES();
    var terms = MKT_COEFFICIENTS();

    signal input dwell[codes];
    signal input dwellBelow[codes];
    signal input coefficients[terms];
    signal input mktLimit;
    signal input mktSpan;
    signal input ticks;
    signal input start;
    signal input end;

    // The k-th moment is the sum of dwell * (hot edge)^k; power[j] is j^k.
    var power[codes + 1];
    for (var j = 0; j <= codes; j++) {
        power[j] = 1;
    }
    signal weighted[terms];
    var sum = 0;
    for (var k = 0; k < terms; k++) {
        var moment = 0;
        for (var j = 0; j < codes; j++) {
            moment += dwell[j] * power[j] + dwellBelow[j] * (power[j + 1] - power[j]);
        }
        weighted[k] <== coefficients[k] * moment;
        sum += weighted[k];
        for (var j = 0; j <= codes; j++) {
            power[j] *= j;
        }
    }
    component within = AtMost(160);
    within.low <== sum;
    within.high <== mktLimit * (2 * DWELL_UNIT() * ticks + n);

    component shortEnough = AtMost(40);
    shortEnough.low <== end - start;
    shortEnough.high <== mktSpan;
}
