pragma circom 2.2.2;

include "../../../circuits/lib/exactRange.circom";

component main {public [width]} = Band();
