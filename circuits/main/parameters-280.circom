pragma circom 2.2.2;

include "../parameters.circom";

// Fills 2^15 constraints: 4 chunks, 280 samples.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Parameters(4, CHANNELS());
