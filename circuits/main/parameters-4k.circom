pragma circom 2.2.2;

include "../parameters.circom";

// Fills 2^18 constraints: 61 chunks, 4,270 samples.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Parameters(61, CHANNELS());
