pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";

/**
 * @title Sponge
 * @notice Hash of n elements: s = tag; s = Poseidon of 16 elements with s in the capacity; zero-filled, the last
 *         element overall is n. Same as `sponge` in src/formats/poseidon.ts. Constraints: 612 a block of 16,
 *         ceil((n + 1) / 16) blocks, fewer in the first one, whose tag is a constant.
 * @param  tag       domain tag
 * @param  n         number of elements
 * @input  elements  any field elements
 * @output out       the hash
 */
template Sponge(tag, n) {
    signal input elements[n];
    signal output out;

    var rate = 16;
    var blocks = n \ rate + 1;
    component block[blocks];
    for (var b = 0; b < blocks; b++) {
        block[b] = PoseidonEx(rate, 1);
        if (b == 0) {
            block[b].initialState <== tag;
        } else {
            block[b].initialState <== block[b - 1].out[0];
        }
        for (var i = 0; i < rate; i++) {
            var position = b * rate + i;
            if (position < n) {
                block[b].inputs[i] <== elements[position];
            } else if (position == blocks * rate - 1) {
                block[b].inputs[i] <== n;
            } else {
                block[b].inputs[i] <== 0;
            }
        }
    }
    out <== block[blocks - 1].out[0];
}
