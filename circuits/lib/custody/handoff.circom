pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "../shared/buses.circom";
include "../shared/signature.circom";

/**
 * @title Handoff
 * @notice Rule `handoff`: the releasing custodian signed the stage's head and its condition; so did the receiving one,
 *         who is somebody else, unless the boundary is internal (one organisation) or the stage the last (nobody
 *         receives, and the head names nobody). Constraints: 9,072.
 * @input  head, condition              what was signed
 * @input  internal, last, handover     from the rule, ASSUMED 0 or 1; handover = 1 iff neither of the others is
 * @input  fields                       the stage's head
 * @input  releaser, receiver           leaves, ASSUMED to be in the party tree with the keys that the head names as
 *                                      keyHash and nextKeyHash; where last, receiver is not read
 * @input  released, received           signatures, any field elements
 *
 * No signature check can be switched off: where the rule demands one signature only, the second slot proves the
 * releaser's once more, in full (S below the subgroup order, points on the curve, key not of low order). So there is
 * no slot that may contain anything, and no flag that a prover could clear.
 */
template Handoff() {
    signal input head;
    signal input condition;
    signal input internal;
    signal input last;
    signal input handover;
    input StageHead() fields;
    input PartyLeaf() releaser;
    input PartyLeaf() receiver;
    input Signature() released;
    input Signature() received;

    // The head names a next custodian, a next start and next devices unless the stage is the last, and then none.
    component nobody = IsZero();
    nobody.in <== fields.nextKeyHash;
    last === nobody.out;
    component never = IsZero();
    never.in <== fields.nextStart;
    last === never.out;
    component noDevices = IsZero();
    noDevices.in <== fields.nextDeviceSet;
    last === noDevices.out;

    component sameKey = IsEqual();
    sameKey.in <== [fields.keyHash, fields.nextKeyHash];
    handover * sameKey.out === 0;
    internal * (receiver.org - fields.org) === 0;

    component releasedSigned = SignatureCheck();
    releasedSigned.x <== releaser.id0;
    releasedSigned.y <== releaser.id1;
    releasedSigned.message <== Poseidon(5)([TAG_HANDOFF(), head, condition, fields.keyHash, MEANING_RELEASED()]);
    releasedSigned.signature <== released;

    signal signer <== fields.keyHash + handover * (fields.nextKeyHash - fields.keyHash);
    signal meaning <== MEANING_RELEASED() + handover * (MEANING_RECEIVED() - MEANING_RELEASED());
    component receivedSigned = SignatureCheck();
    receivedSigned.x <== releaser.id0 + handover * (receiver.id0 - releaser.id0);
    receivedSigned.y <== releaser.id1 + handover * (receiver.id1 - releaser.id1);
    receivedSigned.message <== Poseidon(5)([TAG_HANDOFF(), head, condition, signer, meaning]);
    receivedSigned.signature <== received;
}
