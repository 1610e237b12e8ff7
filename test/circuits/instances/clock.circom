pragma circom 2.2.2;

include "../../../circuits/lib/shared/clock.circom";

component main = Clock();
