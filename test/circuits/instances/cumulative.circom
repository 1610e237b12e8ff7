pragma circom 2.2.2;

include "../../../circuits/lib/temperature/cumulative.circom";

component main = Cumulative();
