pragma circom 2.2.2;

include "../../../circuits/lib/lookup.circom";

component main = Lookup(4, 3);
