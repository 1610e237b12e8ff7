pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";
include "../constants.circom";

/// What a batch commitment hides (src/formats/identity.ts).
bus BatchOrigin() {
    signal siteSecret;
    signal coiHash;
    signal orderHash;
}

/**
 * @title BatchOpening
 * @notice Rule `batch`, at stage 0 only: the batch is this order under the one salt that the first custodian's site
 *         can give it, so the site cannot open an order twice. Constraints: 827.
 * @input  batch       public signal
 * @input  first       ASSUMED 0 or 1; 0: nothing is proven
 * @input  secretHash  of the custodian's leaf, ASSUMED in the party tree
 * @input  origin      any field elements
 */
template BatchOpening() {
    signal input batch;
    signal input first;
    signal input secretHash;
    input BatchOrigin() origin;

    signal ofSecret <== Poseidon(2)([TAG_SECRET(), origin.siteSecret]);
    first * (secretHash - ofSecret) === 0;

    signal salt <== Poseidon(4)([TAG_SALT(), origin.siteSecret, origin.coiHash, origin.orderHash]);
    signal opened <== Poseidon(4)([TAG_BATCH(), origin.coiHash, origin.orderHash, salt]);
    first * (batch - opened) === 0;
}
