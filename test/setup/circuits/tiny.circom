pragma circom 2.2.2;

// Eight public signals and a few constraints of every shape: product, square, sum, constant, a wire that occurs in one
// matrix only. Proves that `product` = x * y * (x + 3) and that the other seven signals were seen.
template Tiny() {
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
    product === xy * (x + 3);
}

component main {public [product, others]} = Tiny();
