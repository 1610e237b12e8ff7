pragma circom 2.2.2;

include "../temperature.circom";

// Fills 2^16 constraints: 7 chunks, 1,470 readings.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Temperature(7, 16);
