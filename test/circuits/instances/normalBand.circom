pragma circom 2.2.2;

include "../../../circuits/lib/temperature/normalBand.circom";

component main = NormalBand();
