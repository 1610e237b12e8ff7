pragma circom 2.2.2;

include "../../../circuits/lib/shared/partyMembership.circom";

component main {public [root]} = PartyMembership(2);
