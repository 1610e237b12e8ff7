pragma circom 2.2.2;

include "../../../circuits/lib/clock.circom";

component main = Clock();
