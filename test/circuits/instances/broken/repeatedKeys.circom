pragma circom 2.2.2;

include "../../../../circuits/lib/atMost.circom";
include "../../../../circuits/lib/lookup.circom";
include "../../../../circuits/lib/sponge.circom";

/**
 * UNSOUND, to be attacked (condition 3): the time at each of the codes 0 to 7, counted once for the normal band and once
 * for the excursions, but both tables have the same keys, because the flag is left out of them.
 */
template RepeatedKeys(n, codes) {
    signal input dt[n];
    signal input code[n];
    signal input inside[codes];
    signal input outside[codes];
    signal input budget;
    signal output challenge;

    component transcript = Sponge(15, 2 * n + 2 * codes);
    component lookup = Lookup(n, 2 * codes);
    for (var i = 0; i < n; i++) {
        transcript.elements[i] <== dt[i];
        transcript.elements[n + i] <== code[i];
        lookup.values[i] <== code[i];
        lookup.numerators[i] <== 65536 * (dt[i] + (i + 1 < n ? dt[i + 1] : 0)) + 1;
    }
    var time = 0;
    for (var j = 0; j < codes; j++) {
        transcript.elements[2 * n + j] <== inside[j];
        transcript.elements[2 * n + codes + j] <== outside[j];
        lookup.keys[j] <== j;
        lookup.multiplicities[j] <== inside[j];
        lookup.keys[codes + j] <== j;
        lookup.multiplicities[codes + j] <== outside[j];
        time += outside[j];
    }
    challenge <== transcript.out;
    lookup.challenge <== challenge;
    component within = AtMost(49);
    within.low <== time;
    within.high <== 65536 * budget + 65535;
}

component main = RepeatedKeys(12, 8);
