pragma circom 2.2.2;

include "smallDwell.circom";

// UNSOUND, to be attacked (condition 4): numerators may be negative, because no interval is range-checked.
component main = SmallDwell(1, 0);
