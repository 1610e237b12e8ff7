pragma circom 2.2.2;

include "../parameters.circom";

// Fills 2^15 constraints: 3 chunks, 210 samples.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Parameters(3, CHANNELS());
