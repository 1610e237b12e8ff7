pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "../sponge.circom";

/**
 * @title Challenges
 * @notice Fiat-Shamir: absorbs everything that the lookups of a temperature claim use, then squeezes one challenge for
 *         each argument. The rule binds band and weights, the record binds intervals and codes (both range-checked),
 *         the flags are proven boolean and packed, all other numbers are absorbed one an element.
 *         Constraints: 1 a flag, 612 for every 16 elements, 240.
 * @param  n        readings
 * @param  lengths  entries of the table of excursion lengths
 * @input  rule, record     public signals
 * @input  outside          one flag a reading, any field elements; proven boolean
 * @input  dwell            one a code, any field elements
 * @input  excursionLengths any field elements
 * @input  excursionCounts  one a length, and first one for length 0; any field elements
 * @output dwellChallenge   for template Dwell
 * @output singleChallenge  for template Single
 */
template Challenges(n, lengths) {
    var perElement = FLAGS_PER_ELEMENT();
    var words = (n + perElement - 1) \ perElement;
    var codes = CODES();
    var total = 2 + words + codes + 2 * lengths + 1;

    signal input rule;
    signal input record;
    signal input outside[n];
    signal input dwell[codes];
    signal input excursionLengths[lengths];
    signal input excursionCounts[lengths + 1];
    signal output dwellChallenge;
    signal output singleChallenge;

    component transcript = Sponge(TAG_EXCURSIONS(), total);
    transcript.elements[0] <== rule;
    transcript.elements[1] <== record;
    for (var w = 0; w < words; w++) {
        var word = 0;
        var weight = 1;
        for (var i = w * perElement; i < n && i < (w + 1) * perElement; i++) {
            outside[i] * (outside[i] - 1) === 0;
            word += outside[i] * weight;
            weight += weight;
        }
        transcript.elements[2 + w] <== word;
    }
    for (var j = 0; j < codes; j++) {
        transcript.elements[2 + words + j] <== dwell[j];
    }
    for (var k = 0; k < lengths; k++) {
        transcript.elements[2 + words + codes + k] <== excursionLengths[k];
    }
    for (var k = 0; k <= lengths; k++) {
        transcript.elements[2 + words + codes + lengths + k] <== excursionCounts[k];
    }

    // Two lanes of one permutation, whose third input only keeps its width apart from the other hashes.
    component squeeze = PoseidonEx(2, 2);
    squeeze.initialState <== TAG_CHALLENGES();
    squeeze.inputs[0] <== transcript.out;
    squeeze.inputs[1] <== n;
    dwellChallenge <== squeeze.out[0];
    singleChallenge <== squeeze.out[1];
}
