pragma circom 2.2.2;

include "../temperature.circom";

// Fills 2^18 constraints: 44 chunks, 9,240 readings.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Temperature(44, 32);
