pragma circom 2.2.2;

include "../parameters.circom";

// Fills 2^16 constraints: 12 chunks, 840 samples.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Parameters(12, CHANNELS());
