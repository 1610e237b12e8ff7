pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "../sponge.circom";
include "qualityConstants.circom";

/// The complete set of results of one stage (src/formats/results.ts): one entry of an array a slot of the rule.
bus ResultSet() {
    signal kind;              // of the record: KIND_QUALITY
    signal sampled;           // Unix seconds
    signal reported;          // Unix seconds
    signal lotHash;
    signal rawFileHash;       // the laboratory's own report
    signal profile;           // hash of the mapping by which it was read; 0: the project's own form
    signal analyteId[16];
    signal resultKind[16];    // 0 in an unused slot
    signal value[16];         // number or bound of an inequality + 2^39, or the index of a category
    signal time[16];          // Unix seconds
    signal invalidated[16];   // tests of this analyte that were declared invalid
    signal repeats[16];       // further tests of this analyte
    signal resultSalts[16];   // one a slot, of an unused one too
    signal salt;
}

/**
 * @title ResultSetOpening
 * @notice Rule `record`: the public commitment is to exactly this set of results, which is of this kind of claim. Each slot
 *         is a salted leaf, so that one result can be opened to somebody without the others. Constraints: about 9,450.
 * @input  record  public signal
 * @input  fields  any field elements
 * @output retested  sum of all invalidated and repeated tests, below 2^21
 *
 * Afterwards known: times and values below 2^40, counts below 2^16. Kinds of results are checked by template Complete.
 */
template ResultSetOpening() {
    var slots = QUALITY_SLOTS();
    var HEAD = 6;

    signal input record;
    input ResultSet() fields;
    signal output retested;

    var length = HEAD + slots + 1;
    component opened = Sponge(TAG_RESULTS(), length);
    var head[6] = [
        fields.kind, fields.sampled, fields.reported, fields.lotHash, fields.rawFileHash, fields.profile
    ];
    for (var i = 0; i < HEAD; i++) {
        opened.elements[i] <== head[i];
    }
    for (var i = 0; i < slots; i++) {
        opened.elements[HEAD + i] <== Poseidon(8)([
            TAG_RESULT(), fields.analyteId[i], fields.resultKind[i], fields.value[i], fields.time[i],
            fields.invalidated[i], fields.repeats[i], fields.resultSalts[i]
        ]);
    }
    opened.elements[length - 1] <== fields.salt;
    record === opened.out;

    fields.kind === KIND_QUALITY();
    component sampledBits = Num2Bits(40);
    sampledBits.in <== fields.sampled;
    component reportedBits = Num2Bits(40);
    reportedBits.in <== fields.reported;

    component valueBits[slots];
    component timeBits[slots];
    component invalidatedBits[slots];
    component repeatsBits[slots];
    var tests = 0;
    for (var i = 0; i < slots; i++) {
        valueBits[i] = Num2Bits(40);
        valueBits[i].in <== fields.value[i];
        timeBits[i] = Num2Bits(40);
        timeBits[i].in <== fields.time[i];
        invalidatedBits[i] = Num2Bits(16);
        invalidatedBits[i].in <== fields.invalidated[i];
        repeatsBits[i] = Num2Bits(16);
        repeatsBits[i].in <== fields.repeats[i];
        tests += fields.invalidated[i] + fields.repeats[i];
    }
    retested <== tests;
}
