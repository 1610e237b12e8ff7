pragma circom 2.2.2;

include "../../../circuits/parameters.circom";

component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Parameters(1, 1);
