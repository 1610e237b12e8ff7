pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "../shared/buses.circom";
include "../shared/partyMembership.circom";
include "../shared/signature.circom";

/**
 * @title Lab
 * @notice Rule `lab`: a registered LAB signed this record, coded by this rule, for this batch and stage, and is valid from the sampling to its
 *         report. Constraints: about 6,890.
 * @input  batch, stage, rule, record  what was signed; rule is the public signal
 * @input  leaf, path     the laboratory's key in the party tree
 * @input  parties        public signal
 * @input  signature      any field elements
 * @input  sampled, reported  ASSUMED below 2^40 (ResultSetOpening)
 */
template Lab() {
    signal input batch;
    signal input stage;
    signal input rule;
    signal input record;
    input PartyLeaf() leaf;
    input PartyPath() path;
    signal input parties;
    input Signature() signature;
    signal input sampled;
    signal input reported;

    component member = PartyMembership(ROLE_LAB());
    member.leaf <== leaf;
    member.path <== path;
    member.root <== parties;

    component validOverTests = ValidOver();
    validOverTests.leaf <== leaf;
    validOverTests.from <== sampled;
    validOverTests.to <== reported;

    component signed = SignatureCheck();
    signed.x <== leaf.id0;
    signed.y <== leaf.id1;
    signed.message <== Poseidon(5)([TAG_LAB(), batch, stage, rule, record]);
    signed.signature <== signature;
}
