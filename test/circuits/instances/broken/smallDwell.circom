pragma circom 2.2.2;

include "../../../../circuits/lib/atMost.circom";
include "../../../../circuits/lib/lookup.circom";
include "../../../../circuits/lib/temperature/single.circom";
include "../../../../circuits/lib/sponge.circom";

/**
 * UNSOUND, to be attacked: flags, dwell and longest excursion of 12 rows with the codes 0 to 7, of which 0 to 4 are the
 * normal band. The intervals are absorbed, but nothing says that they are bytes.
 * @param  one     what a row weighs besides its time
 * @param  shared  1: both lookups share the challenge that was squeezed after the first one's data
 */
template SmallDwell(one, shared) {
    var n = 12;
    var codes = 8;
    var lengths = 2;
    var first = 3 * n + codes;
    var second = 2 * lengths + 1;

    signal input dt[n];
    signal input code[n];
    signal input outside[n];
    signal input dwell[codes];
    signal input budget;
    signal input single;
    signal input excursionLengths[lengths];
    signal input excursionCounts[lengths + 1];
    signal output challenge;

    component transcript = Sponge(15, first + (shared ? 0 : second));
    for (var i = 0; i < n; i++) {
        outside[i] * (outside[i] - 1) === 0;
        transcript.elements[i] <== dt[i];
        transcript.elements[n + i] <== code[i];
        transcript.elements[2 * n + i] <== outside[i];
    }
    for (var j = 0; j < codes; j++) {
        transcript.elements[3 * n + j] <== dwell[j];
    }
    if (!shared) {
        for (var k = 0; k < lengths; k++) {
            transcript.elements[first + k] <== excursionLengths[k];
        }
        for (var k = 0; k <= lengths; k++) {
            transcript.elements[first + lengths + k] <== excursionCounts[k];
        }
    }
    component squeeze = PoseidonEx(2, 2);
    squeeze.initialState <== 16;
    squeeze.inputs[0] <== transcript.out;
    squeeze.inputs[1] <== n;
    challenge <== squeeze.out[0];

    component lookup = Lookup(n, codes);
    for (var i = 0; i < n; i++) {
        lookup.values[i] <== code[i] + 256 * outside[i];
        lookup.numerators[i] <== 65536 * (dt[i] + (i + 1 < n ? dt[i + 1] : 0)) + one;
    }
    var time = 0;
    for (var j = 0; j < codes; j++) {
        lookup.keys[j] <== j + 256 * (j > 4);
        lookup.multiplicities[j] <== dwell[j];
        time += j > 4 ? dwell[j] : 0;
    }
    lookup.challenge <== challenge;
    component within = AtMost(49);
    within.low <== time;
    within.high <== 65536 * budget + 65535;

    component judged = Single(n, lengths);
    judged.dt <== dt;
    judged.outside <== outside;
    judged.single <== single;
    judged.excursionLengths <== excursionLengths;
    judged.excursionCounts <== excursionCounts;
    judged.challenge <== shared ? challenge : squeeze.out[1];
}
