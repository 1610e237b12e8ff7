pragma circom 2.2.2;

include "../../../circuits/lib/cumulative.circom";

component main = Cumulative();
