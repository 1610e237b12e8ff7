pragma circom 2.2.2;

include "../temperature.circom";

// Fills 2^18 constraints: 47 chunks, 9,870 readings.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Temperature(47, 32);
