pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "buses.circom";
include "partyMembership.circom";
include "signature.circom";

/**
 * @title Source
 * @notice Rule `source`: a registered SOURCE signed this record, coded by this rule, for this batch, stage and channel.
 *         It belongs to the custodian's organisation, or, where the rule says `independent`, to another one, and is
 *         valid over the stage and over the readings. Constraints: about 7,000.
 * @input  batch, stage, channelId, rule, record  what was signed; rule is the public signal
 * @input  custodianOrg   organisation of the stage's custodian (from the head)
 * @input  independent    ASSUMED 0 or 1
 * @input  leaf, path     the source's key in the party tree
 * @input  parties        public signal
 * @input  signature      any field elements
 * @input  start, end, t0, tEnd  ASSUMED below 2^40
 */
template Source() {
    signal input batch;
    signal input stage;
    signal input channelId;
    signal input rule;
    signal input record;
    signal input custodianOrg;
    signal input independent;
    input PartyLeaf() leaf;
    input PartyPath() path;
    signal input parties;
    input Signature() signature;
    signal input start;
    signal input end;
    signal input t0;
    signal input tEnd;

    component member = PartyMembership(ROLE_SOURCE());
    member.leaf <== leaf;
    member.path <== path;
    member.root <== parties;

    component validOverStage = ValidOver();
    validOverStage.leaf <== leaf;
    validOverStage.from <== start;
    validOverStage.to <== end;
    component validOverReadings = ValidOver();
    validOverReadings.leaf <== leaf;
    validOverReadings.from <== t0;
    validOverReadings.to <== tEnd;

    component sameOrg = IsEqual();
    sameOrg.in[0] <== leaf.org;
    sameOrg.in[1] <== custodianOrg;
    sameOrg.out === 1 - independent;

    component signed = SignatureCheck();
    signed.x <== leaf.id0;
    signed.y <== leaf.id1;
    signed.message <== Poseidon(6)([TAG_SOURCE(), batch, stage, channelId, rule, record]);
    signed.signature <== signature;
}
