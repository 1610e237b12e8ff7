pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "../../../../circuits/lib/temperature/single.circom";
include "../../../../circuits/lib/sponge.circom";

/**
 * UNSOUND, to be attacked: rule `single` as in the project, but with a transcript of its own.
 * @param  counts  how the transcript absorbs the multiplicities. 0: not at all; 1: two in one word; 2: one an element
 * @param  bits    how much of the challenge is used; 0: all of it
 */
template SingleTranscript(counts, bits) {
    var n = 12;
    var lengths = 2;
    var sizes[3] = [0, 2, 3];
    var absorbed = sizes[counts];
    var total = 2 * n + lengths + absorbed;

    signal input dt[n];
    signal input outside[n];
    signal input single;
    signal input excursionLengths[lengths];
    signal input excursionCounts[lengths + 1];
    signal output challenge;

    component transcript = Sponge(15, total);
    for (var i = 0; i < n; i++) {
        outside[i] * (outside[i] - 1) === 0;
        transcript.elements[i] <== dt[i];
        transcript.elements[n + i] <== outside[i];
    }
    for (var k = 0; k < lengths; k++) {
        transcript.elements[2 * n + k] <== excursionLengths[k];
    }
    for (var k = 0; k < absorbed; k++) {
        var packed = counts == 1 && k == 0 ? 4294967296 * excursionCounts[lengths] : 0;
        transcript.elements[2 * n + lengths + k] <== excursionCounts[k] + packed;
    }

    if (bits == 0) {
        challenge <== transcript.out;
    } else {
        component all = Num2Bits(254);
        all.in <== transcript.out;
        var low = 0;
        for (var b = 0; b < bits; b++) {
            low += all.out[b] * (1 << b);
        }
        challenge <== low;
    }

    component judged = Single(n, lengths);
    judged.dt <== dt;
    judged.outside <== outside;
    judged.single <== single;
    judged.excursionLengths <== excursionLengths;
    judged.excursionCounts <== excursionCounts;
    judged.challenge <== challenge;
}
