pragma circom 2.2.2;

/**
 * The private structures that every kind of circuit opens. Field names and order are those of src/formats (head.ts,
 * party.ts, source.ts); the shared vectors fail if they drift apart.
 */

/// One stage's head (src/formats/head.ts).
bus StageHead() {
    signal batch;
    signal previous;
    signal stage;
    signal start;          // Unix seconds
    signal end;            // Unix seconds
    signal keyHash;
    signal org;
    signal nextKeyHash;
    signal nextStart;
    signal deviceSet;
    signal nextDeviceSet;
    signal seal;
    signal salt;
}

/// A leaf of the party tree (src/formats/party.ts).
bus PartyLeaf() {
    signal id0;
    signal id1;
    signal role;
    signal org;
    signal secretHash;
    signal notBefore;      // Unix seconds, inclusive
    signal notAfter;       // Unix seconds, inclusive
}

/// From a leaf of the party tree to its root: on each level, lowest first, the children of the node above.
bus PartyPath() {
    signal children[6][4];
}

/// An EdDSA-Poseidon signature on BabyJubJub.
bus Signature() {
    signal r8x;
    signal r8y;
    signal s;
}
