pragma circom 2.2.2;

include "../../../circuits/lib/ruleOpening.circom";

component main {public [rule]} = RuleOpening();
