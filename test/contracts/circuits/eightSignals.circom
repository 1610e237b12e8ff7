pragma circom 2.2.2;

/// @title EightSignals
/// @notice The smallest circuit with batchproof's eight public signals. It proves nothing, so tests of the contracts
/// can make a real proof of any eight values in a fraction of a second.
/// Each signal is in a constraint of its own, so no point of the key is zero and no two are equal.
template EightSignals() {
    signal input batch;
    signal input rule;
    signal input head;
    signal input parties;
    signal input record;
    signal input deviations;
    signal input context;
    signal input opened;

    signal squares[8];
    squares[0] <== batch * batch;
    squares[1] <== rule * rule;
    squares[2] <== head * head;
    squares[3] <== parties * parties;
    squares[4] <== record * record;
    squares[5] <== deviations * deviations;
    squares[6] <== context * context;
    squares[7] <== opened * opened;
}

component main {public [batch, rule, head, parties, record, deviations, context, opened]} = EightSignals();
