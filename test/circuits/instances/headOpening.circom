pragma circom 2.2.2;

include "../../../circuits/lib/shared/headOpening.circom";

component main {public [head]} = HeadOpening();
