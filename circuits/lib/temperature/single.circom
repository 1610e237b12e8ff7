pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "../atMost.circom";
include "../lookup.circom";

/**
 * @title Single
 * @notice Rule `single`: no uninterrupted excursion is longer than the limit. Its length runs from the last reading inside
 *         the normal band (or the first of the series) to its own last reading. Wherever the next reading is inside the
 *         band, or there is none, the length is looked up in a private table whose entries are all within the limit;
 *         inside the band the length is 0, and 0 is the table's first key. Elsewhere the excursion goes on and its length
 *         is judged later. At most `lengths` distinct lengths can be proven. Constraints: 2 a reading, 49 a length.
 * @param  n        readings
 * @param  lengths  entries of the table besides 0
 * @input  dt       ASSUMED bytes (Gap), bound by the record; running time below 2^24
 * @input  outside  ASSUMED boolean and exact (Dwell)
 * @input  single   limit in ticks, ASSUMED below 2^24 (TemperatureRuleOpening)
 * @input  excursionLengths, excursionCounts  any field elements, ASSUMED absorbed (Challenges); repeats are harmless,
 *                  because the table says which lengths there may be, not how many
 * @input  challenge  singleChallenge of template Challenges
 */
template Single(n, lengths) {
    signal input dt[n];
    signal input outside[n];
    signal input single;
    signal input excursionLengths[lengths];
    signal input excursionCounts[lengths + 1];
    signal input challenge;

    signal running[n];
    component lookup = Lookup(n, lengths + 1);
    for (var i = 0; i < n; i++) {
        running[i] <== outside[i] * ((i == 0 ? 0 : running[i - 1]) + dt[i]);
        lookup.values[i] <== running[i];
        lookup.numerators[i] <== 1 - (i + 1 < n ? outside[i + 1] : 0);
    }
    lookup.keys[0] <== 0;
    lookup.multiplicities[0] <== excursionCounts[0];
    lookup.challenge <== challenge;

    component lengthBits[lengths];
    component within[lengths];
    for (var k = 0; k < lengths; k++) {
        lengthBits[k] = Num2Bits(24);
        lengthBits[k].in <== excursionLengths[k];
        within[k] = AtMost(24);
        within[k].low <== excursionLengths[k];
        within[k].high <== single;
        lookup.keys[k + 1] <== excursionLengths[k];
        lookup.multiplicities[k + 1] <== excursionCounts[k + 1];
    }
}
