pragma circom 2.2.2;

include "../../../../circuits/lib/lookup.circom";
include "../../../../circuits/lib/sponge.circom";

/**
 * UNSOUND, to be attacked (condition 1): 15 rows are bound by one packed word and the table of the codes 0 to 7 stands
 * in for the range check. Nothing else says that the limbs are bytes.
 */
template PackedWord(n, codes) {
    signal input dt[n];
    signal input code[n];
    signal input dwell[codes];
    signal output word;
    signal output challenge;

    dt[0] === 0;
    var packed = 0;
    for (var i = n - 1; i >= 0; i--) {
        packed = packed * 65536 + code[i] * 256 + dt[i];
    }
    word <== packed;

    component transcript = Sponge(15, 1 + codes);
    transcript.elements[0] <== word;
    component lookup = Lookup(n, codes);
    for (var i = 0; i < n; i++) {
        lookup.values[i] <== code[i];
        lookup.numerators[i] <== 65536 * (dt[i] + (i + 1 < n ? dt[i + 1] : 0)) + 1;
    }
    for (var j = 0; j < codes; j++) {
        transcript.elements[1 + j] <== dwell[j];
        lookup.keys[j] <== j;
        lookup.multiplicities[j] <== dwell[j];
    }
    challenge <== transcript.out;
    lookup.challenge <== challenge;
}

component main = PackedWord(15, 8);
