pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";
include "atMost.circom";
include "buses.circom";
include "constants.circom";

/**
 * @title StageHeadHash
 * @notice Opens the head of a stage: its hash, and that its times are sane. Constraints: about 720.
 * @input  head  any field elements
 * @output out   public signal `head`
 *
 * Afterwards known: 0 < start <= end, both below 2^40.
 */
template StageHeadHash() {
    input StageHead() head;
    signal output out;

    component startBits = Num2Bits(40);
    startBits.in <== head.start - 1; // start > 0: start - 1 does not wrap
    component endBits = Num2Bits(40);
    endBits.in <== head.end;
    component order = AtMost(40);
    order.low <== head.start;
    order.high <== head.end;

    out <== Poseidon(14)([
        TAG_STAGE(), head.batch, head.previous, head.stage, head.start, head.end, head.keyHash, head.org,
        head.nextKeyHash, head.nextStart, head.deviceSet, head.nextDeviceSet, head.seal, head.salt
    ]);
}
