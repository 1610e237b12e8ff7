pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";
include "../atMost.circom";
include "../constants.circom";
include "buses.circom";

/**
 * @title PartyMembership
 * @notice Proves that a leaf with this role is in the party tree: on every level the node that was reached is one of four
 *         children, which hash to the node above. Which of the four it is proves nothing and is not asked. The node's tag
 *         is in the capacity and a leaf has eight inputs, so an inner node is no leaf. Constraints: about 2,280
 *         (6 levels of Poseidon(4), and the leaf).
 * @param  role  the role the leaf must have
 * @input  leaf  any field elements
 * @input  path  any field elements
 * @input  root  public signal `parties`
 *
 * Afterwards known: notBefore and notAfter are below 2^40.
 */
template PartyMembership(role) {
    var arity = PARTY_ARITY();
    var depth = PARTY_DEPTH();

    input PartyLeaf() leaf;
    input PartyPath() path;
    signal input root;

    leaf.role === role;
    component notBeforeBits = Num2Bits(40);
    notBeforeBits.in <== leaf.notBefore;
    component notAfterBits = Num2Bits(40);
    notAfterBits.in <== leaf.notAfter;

    signal node[depth + 1];
    node[0] <== Poseidon(8)([
        TAG_PARTY(), leaf.id0, leaf.id1, leaf.role, leaf.org, leaf.secretHash, leaf.notBefore, leaf.notAfter
    ]);
    signal product[depth][arity];
    component parent[depth];
    for (var i = 0; i < depth; i++) {
        // The product of the differences is 0: one of them is.
        product[i][0] <== node[i] - path.children[i][0];
        for (var c = 1; c < arity; c++) {
            product[i][c] <== product[i][c - 1] * (node[i] - path.children[i][c]);
        }
        product[i][arity - 1] === 0;

        parent[i] = PoseidonEx(arity, 1);
        parent[i].initialState <== TAG_PARTY_NODE();
        parent[i].inputs <== path.children[i];
        node[i + 1] <== parent[i].out[0];
    }
    root === node[depth];
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
