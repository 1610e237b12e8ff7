pragma circom 2.2.2;

include "../../../circuits/temperature.circom";

component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Temperature(1, 16);
