pragma circom 2.2.2;

include "../../../circuits/lib/shared/openingTime.circom";

component main = OpeningTime();
