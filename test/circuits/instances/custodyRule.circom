pragma circom 2.2.2;

include "../../../circuits/lib/custody/custodyRule.circom";

component main {public [rule]} = CustodyRuleOpening();
