pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/poseidon.circom";

/*
 * The textbook way to prove a cold-chain record, for bench/constraints.ts to count: circomlib's templates as they come,
 * one comparator for each question, one hash for each sample. No claim uses it.
 */

/** Seconds since 1970 until the year 2106. */
function TIME_BITS() { return 32; }
/** Tenths of a degree above -300.0 °C, as a logger writes them. */
function VALUE_BITS() { return 16; }
function CELSIUS_ZERO() { return 3000; }

/**
 * @title Most
 * @notice Asserts in <= most. ASSUMES both below 2^bits: a bare comparator proves nothing about larger numbers.
 *         Constraints: `bits`.
 */
template Most(bits) {
    signal input in;
    signal input most;

    component lessEqual = LessEqThan(bits);
    lessEqual.in[0] <== in;
    lessEqual.in[1] <== most;
    lessEqual.out === 1;
}

/**
 * @title Readings
 * @notice Rules `range`, `gap`, `window` on samples of several channels, and the commitment to them: a chain of hashes
 *         from a salt, one link a sample. Constraints a sample: 48 a channel, 96 for the time, and one
 *         Poseidon(2 + channels), which is 261 for one channel and 381 for five.
 * @input  low, high   hard limits of each channel, public, ASSUMED below 2^16
 * @input  gap         longest legal interval, seconds, public, ASSUMED below 2^32; so are start and end
 * @output record      public end of the chain
 * A series that is shorter than `samples` repeats its last sample.
 */
template Readings(samples, channels) {
    signal input low[channels];
    signal input high[channels];
    signal input gap;
    signal input start;
    signal input end;
    signal input salt;
    signal input time[samples];
    signal input value[samples][channels];
    signal output record;

    component timeBits[samples];
    component order[samples - 1];
    component interval[samples - 1];
    for (var i = 0; i < samples; i++) {
        timeBits[i] = Num2Bits(TIME_BITS());
        timeBits[i].in <== time[i];
        if (i > 0) {
            order[i - 1] = Most(TIME_BITS());
            order[i - 1].in <== time[i - 1];
            order[i - 1].most <== time[i];
            interval[i - 1] = Most(TIME_BITS());
            interval[i - 1].in <== time[i] - time[i - 1];
            interval[i - 1].most <== gap;
        }
    }

    component first = Most(TIME_BITS());
    first.in <== time[0];
    first.most <== start;
    component last = Most(TIME_BITS());
    last.in <== end;
    last.most <== time[samples - 1];

    component valueBits[samples][channels];
    component notBelow[samples][channels];
    component notAbove[samples][channels];
    for (var i = 0; i < samples; i++) {
        for (var c = 0; c < channels; c++) {
            valueBits[i][c] = Num2Bits(VALUE_BITS());
            valueBits[i][c].in <== value[i][c];
            notBelow[i][c] = Most(VALUE_BITS());
            notBelow[i][c].in <== low[c];
            notBelow[i][c].most <== value[i][c];
            notAbove[i][c] = Most(VALUE_BITS());
            notAbove[i][c].in <== value[i][c];
            notAbove[i][c].most <== high[c];
        }
    }

    component link[samples];
    for (var i = 0; i < samples; i++) {
        link[i] = Poseidon(2 + channels);
        link[i].inputs[0] <== i == 0 ? salt : link[i - 1].out;
        link[i].inputs[1] <== time[i];
        for (var c = 0; c < channels; c++) {
            link[i].inputs[2 + c] <== value[i][c];
        }
    }
    record <== link[samples - 1].out;
}
