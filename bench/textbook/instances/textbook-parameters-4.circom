pragma circom 2.2.2;

include "../readings.circom";

component main {public [low, high, gap, start, end]} = Readings(4, 5);
