pragma circom 2.2.2;

include "../temperature.circom";

// Fills 2^17 constraints: 18 chunks, 3,780 readings.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Temperature(18, 24);
