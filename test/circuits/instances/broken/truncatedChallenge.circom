pragma circom 2.2.2;

include "singleTranscript.circom";

// UNSOUND, to be attacked (condition 5): only 8 bits of the challenge are used.
component main = SingleTranscript(2, 8);
