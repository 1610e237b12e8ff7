pragma circom 2.2.2;

include "../../../circuits/lib/shared/range.circom";

component main = Range(2);
