pragma circom 2.2.2;

include "../parameters.circom";

// Fills 2^17 constraints: 28 chunks, 1,960 samples.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Parameters(28, CHANNELS());
