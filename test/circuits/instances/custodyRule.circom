pragma circom 2.2.2;

include "../../../circuits/lib/custodyRule.circom";

component main {public [rule]} = CustodyRuleOpening();
