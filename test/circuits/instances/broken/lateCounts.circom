pragma circom 2.2.2;

include "singleTranscript.circom";

// UNSOUND, to be attacked (condition 2): the challenge is squeezed before the multiplicities are absorbed.
component main = SingleTranscript(0, 0);
