pragma circom 2.2.2;

include "smallDwell.circom";

// UNSOUND, to be attacked (condition 5): the second lookup's table is not absorbed before its challenge is squeezed.
component main = SmallDwell(1, 1);
