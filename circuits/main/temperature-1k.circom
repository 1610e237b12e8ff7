pragma circom 2.2.2;

include "../temperature.circom";

// Fills 2^16 constraints: 5 chunks, 1,050 readings.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Temperature(5, 16);
