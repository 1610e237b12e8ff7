pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "../shared/buses.circom";
include "../shared/stageHead.circom";

/// What a batch's opening fixes besides the batch (src/formats/head.ts).
bus Opening() {
    signal key;            // keyHash of the first custodian
    signal deviceSet;      // of stage 0
    signal salt;
}

/**
 * @title HeadChain
 * @notice Rule `head`: the public head is this stage of this batch, the stage is the one the rule is for, and it
 *         follows the public previous head: the head of the stage before of the same batch, or, at stage 0, the
 *         batch's opening. Constraints: 1,387.
 * @input  head      public signal `head`
 * @input  previous  public signal `record`
 * @input  batch     public signal
 * @input  stage     the rule's stage
 * @input  first     ASSUMED 1 iff stage = 0, else 0
 * @input  fields    any field elements
 * @input  before    any field elements; opened by `previous` unless first
 * @input  opening   any field elements; opened by `previous` if first
 *
 * Both are hashed at every stage and one hash is compared. At stage 0 `before` is a head of stage -1, which nobody has
 * signed; at any other `opening` is anything. Whoever reads them afterwards must select by `first`.
 */
template HeadChain() {
    signal input head;
    signal input previous;
    signal input batch;
    signal input stage;
    signal input first;
    input StageHead() fields;
    input StageHead() before;
    input Opening() opening;

    component opened = StageHeadHash();
    opened.fields <== fields;
    head === opened.out;
    batch === fields.batch;
    stage === fields.stage;
    previous === fields.previous;

    component openedBefore = StageHeadHash();
    openedBefore.fields <== before;
    batch === before.batch;
    stage - 1 === before.stage;
    signal openedOpening <== Poseidon(5)([TAG_OPEN(), batch, opening.key, opening.deviceSet, opening.salt]);
    previous - openedBefore.out === first * (openedOpening - openedBefore.out);
}
