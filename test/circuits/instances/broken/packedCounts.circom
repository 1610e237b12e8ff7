pragma circom 2.2.2;

include "singleTranscript.circom";

// UNSOUND, to be attacked (condition 2): two multiplicities are absorbed in one word.
component main = SingleTranscript(1, 0);
