pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "../shared/buses.circom";
include "../shared/partyMembership.circom";

/**
 * @title Custodian
 * @notice Rule `custodian`: the key that a head names is that of a registered CUSTODIAN, valid over a time.
 *         Constraints: 2,614.
 * @input  keyHash     from the head
 * @input  from, to    ASSUMED below 2^40
 * @input  leaf, path  the key in the party tree
 * @input  parties     public signal
 */
template Custodian() {
    signal input keyHash;
    signal input from;
    signal input to;
    input PartyLeaf() leaf;
    input PartyPath() path;
    signal input parties;

    component member = PartyMembership(ROLE_CUSTODIAN());
    member.leaf <== leaf;
    member.path <== path;
    member.root <== parties;

    component valid = ValidOver();
    valid.leaf <== leaf;
    valid.from <== from;
    valid.to <== to;

    signal key <== Poseidon(3)([TAG_KEY(), leaf.id0, leaf.id1]);
    keyHash === key;
}
