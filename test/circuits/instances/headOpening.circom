pragma circom 2.2.2;

include "../../../circuits/lib/headOpening.circom";

component main {public [head]} = HeadOpening();
