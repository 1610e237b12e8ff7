pragma circom 2.2.2;

include "../../../circuits/lib/temperature/dwell.circom";

component main = Dwell(4);
