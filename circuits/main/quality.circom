pragma circom 2.2.2;

include "../quality.circom";

// Fits 2^15 constraints: 16 slots, 3 products.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Quality();
