pragma circom 2.2.2;

include "../../../circuits/lib/dwell.circom";

component main = Dwell(4);
