pragma circom 2.2.2;

include "../temperature.circom";

// Fills 2^17 constraints: 20 chunks, 4,200 readings.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Temperature(20, 24);
