pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";
include "../constants.circom";

/**
 * @title SeriesHash
 * @notice The salted root of a series, and its duration. A row is the byte dt and one byte a channel; rows never
 *         straddle an element (little-endian, 15 rows for one channel, 5 for five), 14 elements are a chunk; a chunk's
 *         digest also binds the running time at its first row; digests go into a 16-ary tree of two levels. Same as
 *         `saltedRoot` in src/formats/series.ts.
 *         Constraints: about 612 a chunk, plus 612 for every 16 chunks and for the root, plus 1 a chunk.
 * @param  chunks    1 to 256 chunks
 * @param  channels  1 to 30
 * @input  dt       ticks since the row before; ASSUMED bytes (ExactRange), dt[0] = 0: else the packing binds nothing
 * @input  code     readings of each channel; ASSUMED bytes (ExactRange)
 * @input  salts    one a chunk
 * @input  nonZero  ASSUMED non-zero (the rule's tick)
 * @output root     series root
 * @output ticks    running time at the last row
 */
template SeriesHash(chunks, channels) {
    var perElement = BYTES_PER_ELEMENT() \ (1 + channels);
    var perChunk = perElement * ELEMENTS_PER_CHUNK();
    var arity = SERIES_ARITY();

    signal input dt[chunks * perChunk];
    signal input code[channels][chunks * perChunk];
    signal input salts[chunks];
    signal input nonZero;
    signal output root;
    signal output ticks;

    // Running time at the first row of each chunk. The factor `nonZero` changes nothing in the statement: it keeps
    // the constraint quadratic, so that the compiler does not substitute ever longer sums of all earlier rows.
    signal start[chunks];
    var span = dt[0];
    for (var k = 0; k < chunks; k++) {
        var before = k == 0 ? 0 : start[k - 1];
        start[k] <-- before + span;
        (start[k] - before - span) * nonZero === 0;
        span = 0;
        for (var i = 1; i <= perChunk && k * perChunk + i < chunks * perChunk; i++) {
            span += dt[k * perChunk + i];
        }
    }
    ticks <== start[chunks - 1] + span;

    component chunk[chunks];
    for (var k = 0; k < chunks; k++) {
        chunk[k] = PoseidonEx(16, 1);
        chunk[k].initialState <== TAG_CHUNK();
        chunk[k].inputs[0] <== start[k];
        chunk[k].inputs[1] <== salts[k];
        for (var e = 0; e < ELEMENTS_PER_CHUNK(); e++) {
            var element = 0;
            for (var r = perElement - 1; r >= 0; r--) {
                var row = k * perChunk + e * perElement + r;
                for (var c = channels - 1; c >= 0; c--) {
                    element = element * 256 + code[c][row];
                }
                element = element * 256 + dt[row];
            }
            chunk[k].inputs[2 + e] <== element;
        }
    }

    var nodes = (chunks + arity - 1) \ arity;
    component node[nodes];
    component top = PoseidonEx(16, 1);
    top.initialState <== TAG_SERIES_NODE();
    for (var m = 0; m < arity; m++) {
        if (m < nodes) {
            node[m] = PoseidonEx(16, 1);
            node[m].initialState <== TAG_SERIES_NODE();
            for (var c = 0; c < arity; c++) {
                if (m * arity + c < chunks) {
                    node[m].inputs[c] <== chunk[m * arity + c].out[0];
                } else {
                    node[m].inputs[c] <== 0;
                }
            }
            top.inputs[m] <== node[m].out[0];
        } else {
            top.inputs[m] <== 0;
        }
    }
    root <== top.out[0];
}
