pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";

/**
 * @title Sponge
 * @notice Hash of n elements: s = tag; s = Poseidon(16)(s, 15 inputs), zero-filled, the last input overall is n.
 *         Same as `sponge` in src/formats/poseidon.ts. Constraints: 609 a block of 15, ceil((n + 1) / 15) blocks,
 *         fewer in the first one, whose tag is a constant.
 * @param  tag       domain tag
 * @param  n         number of elements
 * @input  elements  any field elements
 * @output out       the hash
 */
template Sponge(tag, n) {
    signal input elements[n];
    signal output out;

    var rate = 15;
    var blocks = n \ rate + 1;
    component block[blocks];
    for (var b = 0; b < blocks; b++) {
        block[b] = Poseidon(16);
        if (b == 0) {
            block[b].inputs[0] <== tag;
        } else {
            block[b].inputs[0] <== block[b - 1].out;
        }
        for (var i = 0; i < rate; i++) {
            var position = b * rate + i;
            if (position < n) {
                block[b].inputs[i + 1] <== elements[position];
            } else if (position == blocks * rate - 1) {
                block[b].inputs[i + 1] <== n;
            } else {
                block[b].inputs[i + 1] <== 0;
            }
        }
    }
    out <== block[blocks - 1].out;
}
