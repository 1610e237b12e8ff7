pragma circom 2.2.2;

include "../../../circuits/lib/quality/judgement.circom";

// Public, so that the optimiser does not make one wire of two inputs that must be equal.
component main {public [rule, results]} = Judgement();
