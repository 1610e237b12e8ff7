pragma circom 2.2.2;

include "../constants.circom";
include "../lookup.circom";

/**
 * @title Dwell
 * @notice Two facts by one lookup. Each reading's flag tells exactly whether its code is outside the normal band. And
 *         dwell[j] is exactly the time spent at code j: the sum over its readings of 2^16 for each half-tick they stand
 *         for, plus 1. A reading stands for half of the interval before it and half of the one after it. Because of the
 *         plus 1 no reading is weightless, and because there are fewer than 2^16 readings the ones never add up to a
 *         half-tick. Looked up are code + 256 * outside among the 255 keys j + 256 * (below[j] + above[j]), which are
 *         distinct. Constraints: 1 a reading, about 260.
 * @param  n               readings, fewer than 2^16
 * @input  dt, code        ASSUMED bytes (Gap, Range), bound by the record
 * @input  outside         ASSUMED boolean and absorbed (Challenges)
 * @input  below, above    ASSUMED flags of the rule's band (NormalBand)
 * @input  dwell           ASSUMED absorbed (Challenges)
 * @input  challenge       dwellChallenge of template Challenges
 */
template Dwell(n) {
    var codes = CODES();

    signal input dt[n];
    signal input code[n];
    signal input outside[n];
    signal input below[codes];
    signal input above[codes];
    signal input dwell[codes];
    signal input challenge;

    component lookup = Lookup(n, codes);
    for (var i = 0; i < n; i++) {
        var after = i + 1 < n ? dt[i + 1] : 0;
        lookup.values[i] <== code[i] + 256 * outside[i];
        lookup.numerators[i] <== DWELL_UNIT() * (dt[i] + after) + 1;
    }
    for (var j = 0; j < codes; j++) {
        lookup.keys[j] <== j + 256 * (below[j] + above[j]);
        lookup.multiplicities[j] <== dwell[j];
    }
    lookup.challenge <== challenge;
}
