pragma circom 2.2.2;

include "../../../circuits/lib/atMost.circom";

component main {public [low, high]} = AtMost(8);
