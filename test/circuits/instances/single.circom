pragma circom 2.2.2;

include "../../../circuits/lib/temperature/single.circom";

component main = Single(6, 2);
