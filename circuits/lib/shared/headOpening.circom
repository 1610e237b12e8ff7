pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";
include "../atMost.circom";
include "../constants.circom";
include "buses.circom";

/**
 * @title HeadOpening
 * @notice Rule `head`: the public head is this stage of this batch, the stage is the one the rule is for, and its
 *         times are sane. Constraints: about 720.
 * @input  head    public signal
 * @input  batch   public signal
 * @input  stage   the rule's stage
 * @input  fields  any field elements
 *
 * Afterwards known: 0 < start <= end < 2^40.
 */
template HeadOpening() {
    signal input head;
    signal input batch;
    signal input stage;
    input StageHead() fields;

    signal opened <== Poseidon(14)([
        TAG_STAGE(), fields.batch, fields.previous, fields.stage, fields.start, fields.end, fields.keyHash,
        fields.org, fields.nextKeyHash, fields.nextStart, fields.deviceSet, fields.nextDeviceSet, fields.seal,
        fields.salt
    ]);
    head === opened;
    fields.batch === batch;
    fields.stage === stage;

    component startBits = Num2Bits(40);
    startBits.in <== fields.start - 1; // so start > 0
    component endBits = Num2Bits(40);
    endBits.in <== fields.end;
    component order = AtMost(40);
    order.low <== fields.start;
    order.high <== fields.end;
}
