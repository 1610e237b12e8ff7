pragma circom 2.2.2;

include "../../../circuits/lib/shared/seriesHash.circom";

component main = SeriesHash(17, 1);
