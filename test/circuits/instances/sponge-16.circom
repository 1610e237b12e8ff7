pragma circom 2.2.2;

include "../../../circuits/lib/sponge.circom";

component main = Sponge(10, 16);
