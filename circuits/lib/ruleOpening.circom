pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "buses.circom";
include "constants.circom";
include "sponge.circom";

/**
 * @title RuleOpening
 * @notice Rule `rule`: the public hash is that of this temperature rule, and the rule is well-formed. Once approved,
 *         a rule's numbers are trusted; the structural checks keep a malformed one from breaking the gadgets.
 *         Constraints: about 1,320.
 * @input  rule    public signal
 * @input  fields  any field elements
 *
 * Afterwards known: version and kind are those of this circuit; tick in 1..2^16-1; lead and tail below 2^32;
 * clockTolerance below 2^20; independent 0 or 1. `width` and `gapTicks` are checked by Band.
 */
template RuleOpening() {
    signal input rule;
    input TemperatureRule() fields;

    signal opened <== Sponge(TAG_RULE(), 18)([
        fields.version, fields.kind, fields.claimIndex, fields.stage, fields.productHash, fields.policyVersion,
        fields.channelId, fields.origin, fields.stepNum, fields.stepDen, fields.width, fields.tick, fields.gapTicks,
        fields.lead, fields.tail, fields.clockTolerance, fields.independent, fields.salt
    ]);
    rule === opened;

    fields.version === TEMPERATURE_RULE_VERSION();
    fields.kind === KIND_TEMPERATURE();
    component tickBits = Num2Bits(16);
    tickBits.in <== fields.tick;
    component tickIsZero = IsZero();
    tickIsZero.in <== fields.tick;
    tickIsZero.out === 0;
    component leadBits = Num2Bits(32);
    leadBits.in <== fields.lead;
    component tailBits = Num2Bits(32);
    tailBits.in <== fields.tail;
    component toleranceBits = Num2Bits(20);
    toleranceBits.in <== fields.clockTolerance;
    fields.independent * (fields.independent - 1) === 0;
}
