pragma circom 2.2.2;

include "../../../circuits/lib/temperature/mkt.circom";

component main = Mkt(210);
