pragma circom 2.2.2;

include "../parameters.circom";

// Fills 2^17 constraints: 29 chunks, 6,090 readings of one channel.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Parameters(29, 1);
