pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "buses.circom";

/**
 * @title StageHeadHash
 * @notice The head of a stage, as `stageHead` in src/formats/head.ts makes it. Constraints: 534.
 * @input  fields  any field elements
 * @output out     the head
 */
template StageHeadHash() {
    input StageHead() fields;
    signal output out;

    out <== Poseidon(14)([
        TAG_STAGE(), fields.batch, fields.previous, fields.stage, fields.start, fields.end, fields.keyHash,
        fields.org, fields.nextKeyHash, fields.nextStart, fields.deviceSet, fields.nextDeviceSet, fields.seal,
        fields.salt
    ]);
}
