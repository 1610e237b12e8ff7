pragma circom 2.2.2;

include "../../../circuits/lib/normalBand.circom";

component main = NormalBand();
