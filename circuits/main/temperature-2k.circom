pragma circom 2.2.2;

include "../temperature.circom";

// Fills 2^16 constraints: 12 chunks, 2,520 readings.
component main {public [batch, rule, head, parties, record, deviations, context]} = Temperature(12);
