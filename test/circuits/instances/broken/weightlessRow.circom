pragma circom 2.2.2;

include "smallDwell.circom";

// UNSOUND, to be attacked (condition 4): a row without time has numerator 0.
component main = SmallDwell(0, 0);
