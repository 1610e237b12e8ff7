pragma circom 2.2.2;

include "../shared/buses.circom";
include "headChain.circom";

/**
 * @title Continuity
 * @notice Rule `continuity`: custodian, start and devices of the stage are those that the hand-off of the stage before
 *         fixed; at stage 0 custodian and devices are those of the batch's opening, which fixes no start.
 *         Constraints: 3.
 * @input  first    ASSUMED 0 or 1
 * @input  fields   the stage's head
 * @input  before   the head before, ASSUMED opened unless first
 * @input  opening  the batch's opening, ASSUMED opened if first
 */
template Continuity() {
    signal input first;
    input StageHead() fields;
    input StageHead() before;
    input Opening() opening;

    fields.keyHash - before.nextKeyHash === first * (opening.key - before.nextKeyHash);
    fields.deviceSet - before.nextDeviceSet === first * (opening.deviceSet - before.nextDeviceSet);
    (1 - first) * (fields.start - before.nextStart) === 0;
}
