pragma circom 2.2.2;

include "../parameters.circom";

// Fills 2^18 constraints: 61 chunks, 12,810 readings of one channel.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Parameters(61, 1);
