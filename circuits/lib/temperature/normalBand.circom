pragma circom 2.2.2;

include "../atMost.circom";
include "../constants.circom";

/**
 * @title NormalBand
 * @notice The codes below and above the normal band, from its first and last code; proves that the band is not empty
 *         and within the permitted codes. Each list of flags may change only at the band's edge and begins and ends
 *         as it must, so it changes exactly there: nothing is left to the prover. Constraints: about 530.
 * @input  low, high  first and last code of the band, any field elements; proven 0 <= low <= high <= width
 * @input  width      ASSUMED at most 254 (Range)
 * @output below      below[j] = 1 iff j < low
 * @output above      above[j] = 1 iff j > high
 */
template NormalBand() {
    var codes = CODES();

    signal input low;
    signal input high;
    signal input width;
    signal output below[codes];
    signal output above[codes];

    // below falls from 1 to 0 at j = low: a step anywhere else is refused, and there must be one.
    for (var j = 0; j < codes; j++) {
        var before = j == 0 ? 1 : below[j - 1];
        below[j] <-- j < low ? 1 : 0;
        (before - below[j]) * (low - j) === 0;
    }
    below[codes - 1] === 0;

    // above rises from 0 to 1 at j = high + 1, which is past the last code where high is the last code.
    for (var j = 0; j < codes; j++) {
        var before = j == 0 ? 0 : above[j - 1];
        above[j] <-- j > high ? 1 : 0;
        (above[j] - before) * (high + 1 - j) === 0;
    }
    (1 - above[codes - 1]) * (high + 1 - codes) === 0;

    component ordered = AtMost(8);
    ordered.low <== low;
    ordered.high <== high;
    component within = AtMost(8);
    within.low <== high;
    within.high <== width;
}
