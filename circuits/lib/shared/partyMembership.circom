pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";
include "circomlib/circuits/switcher.circom";
include "../atMost.circom";
include "../constants.circom";
include "buses.circom";

/**
 * @title PartyMembership
 * @notice Proves that a leaf with this role is in the party tree. Leaf and node tags differ, so an inner node is no
 *         leaf. Constraints: about 3,600 (12 levels of Poseidon(3) and the leaf).
 * @param  role  the role the leaf must have
 * @input  leaf  any field elements
 * @input  path  any field elements; bits are proven boolean here
 * @input  root  public signal `parties`
 *
 * Afterwards known: notBefore and notAfter are below 2^40.
 */
template PartyMembership(role) {
    input PartyLeaf() leaf;
    input PartyPath() path;
    signal input root;

    leaf.role === role;
    component notBeforeBits = Num2Bits(40);
    notBeforeBits.in <== leaf.notBefore;
    component notAfterBits = Num2Bits(40);
    notAfterBits.in <== leaf.notAfter;

    signal node[PARTY_DEPTH() + 1];
    node[0] <== Poseidon(8)([
        TAG_PARTY(), leaf.id0, leaf.id1, leaf.role, leaf.org, leaf.secretHash, leaf.notBefore, leaf.notAfter
    ]);
    component order[PARTY_DEPTH()];
    for (var i = 0; i < PARTY_DEPTH(); i++) {
        path.bits[i] * (path.bits[i] - 1) === 0;
        order[i] = Switcher();
        order[i].sel <== path.bits[i];
        order[i].L <== node[i];
        order[i].R <== path.siblings[i];
        node[i + 1] <== Poseidon(3)([TAG_PARTY_NODE(), order[i].outL, order[i].outR]);
    }
    root === node[PARTY_DEPTH()];
}

/**
 * @title ValidOver
 * @notice Proves that a leaf is valid from `from` to `to`. Constraints: 80.
 * @input  leaf  validity ASSUMED below 2^40 (PartyMembership)
 * @input  from  ASSUMED below 2^40
 * @input  to    ASSUMED below 2^40
 */
template ValidOver() {
    input PartyLeaf() leaf;
    signal input from;
    signal input to;

    component begun = AtMost(40);
    begun.low <== leaf.notBefore;
    begun.high <== from;
    component notEnded = AtMost(40);
    notEnded.low <== to;
    notEnded.high <== leaf.notAfter;
}
