pragma circom 2.2.2;

include "../../../circuits/lib/shared/seriesHash.circom";

component main = SeriesHash(1, 1);
