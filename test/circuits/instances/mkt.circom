pragma circom 2.2.2;

include "../../../circuits/lib/mkt.circom";

component main = Mkt(210);
