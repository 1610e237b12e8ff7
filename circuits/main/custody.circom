pragma circom 2.2.2;

include "../custody.circom";

// Any one stage of a batch.
component main {public [batch, rule, head, parties, record, deviations, context, opened]} = Custody();
