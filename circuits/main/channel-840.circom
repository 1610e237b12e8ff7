pragma circom 2.2.2;

include "../parameters.circom";

// Fills 2^15 constraints: 4 chunks, 840 readings of one channel.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Parameters(4, 1);
