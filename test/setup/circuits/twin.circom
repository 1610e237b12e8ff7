pragma circom 2.2.2;

// Another statement of the same shape as tiny.circom: its key must never be taken for the other's.
template Twin() {
    signal input product;
    signal input others[7];
    signal input x;
    signal input y;

    signal square[3];
    for (var i = 0; i < 3; i++) {
        square[i] <== others[i] * others[i];
    }
    signal pair[2];
    for (var i = 0; i < 2; i++) {
        pair[i] <== others[3 + 2 * i] * others[4 + 2 * i];
    }
    signal xy <== x * y;
    product === xy * (x + 4);
}

component main {public [product, others]} = Twin();
