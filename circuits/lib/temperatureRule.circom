pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "buses.circom";
include "constants.circom";
include "sponge.circom";

/**
 * @title TemperatureRuleHash
 * @notice Opens a temperature rule: its salted hash, and the structural checks that the other templates rely on.
 *         Once approved, a rule's numbers are trusted; these checks keep a malformed rule from breaking the gadgets.
 *         Constraints: about 1,300.
 * @input  rule  any field elements
 * @output out   public signal `rule`
 *
 * Afterwards known: version and kind are those of this circuit; tick in 1..2^16-1; lead and tail below 2^32;
 * clockTolerance below 2^20; independent 0 or 1. `width` and `gapTicks` are checked by Band.
 */
template TemperatureRuleHash() {
    input TemperatureRule() rule;
    signal output out;

    rule.version === TEMPERATURE_RULE_VERSION();
    rule.kind === KIND_TEMPERATURE();

    component tickBits = Num2Bits(16);
    tickBits.in <== rule.tick;
    component tickIsZero = IsZero();
    tickIsZero.in <== rule.tick;
    tickIsZero.out === 0;

    component leadBits = Num2Bits(32);
    leadBits.in <== rule.lead;
    component tailBits = Num2Bits(32);
    tailBits.in <== rule.tail;
    component toleranceBits = Num2Bits(20);
    toleranceBits.in <== rule.clockTolerance;
    rule.independent * (rule.independent - 1) === 0;

    out <== Sponge(TAG_RULE(), 18)([
        rule.version, rule.kind, rule.claimIndex, rule.stage, rule.productHash, rule.policyVersion, rule.channelId,
        rule.origin, rule.stepNum, rule.stepDen, rule.width, rule.tick, rule.gapTicks, rule.lead, rule.tail,
        rule.clockTolerance, rule.independent, rule.salt
    ]);
}
