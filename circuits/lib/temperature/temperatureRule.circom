pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "../constants.circom";
include "../sponge.circom";

/// A temperature rule, version 2 (src/formats/temperatureRule.ts).
bus TemperatureRule() {
    signal version;
    signal kind;
    signal claimIndex;
    signal stage;
    signal productHash;
    signal policyVersion;
    signal openedWithin;   // seconds; NO_OPENED_WITHIN: no bound
    signal channelId;
    signal origin;         // micro-degrees + 300e6
    signal stepNum;        // step = stepNum / stepDen micro-degrees
    signal stepDen;
    signal width;          // largest permitted code
    signal tick;           // seconds
    signal gapTicks;       // longest legal interval, in ticks
    signal normalLow;      // first code of the normal band
    signal normalHigh;     // last code of the normal band
    signal lead;           // seconds
    signal tail;           // seconds
    signal clockTolerance; // seconds
    signal independent;    // 0 or 1
    signal bucket;         // seconds
    signal devices;        // how many devices the stage names
    signal slot;           // of the device that recorded, from 1; 0: any one of them
    signal budgetAbove;    // half-ticks
    signal budgetBelow;    // half-ticks
    signal single;         // ticks
    signal mktSpan;        // seconds
    signal mktLimit;       // a weight, in 2^-64
    signal mktCoefficients[9]; // by rising power; a negative one is p minus its size
    signal salt;
}

/**
 * @title TemperatureRuleOpening
 * @notice Rule `rule`: the public hash is that of this temperature rule, and the rule is well-formed. Once approved,
 *         a rule's numbers are trusted; the structural checks keep a malformed one from breaking the gadgets.
 *         Constraints: about 2,190.
 * @input  rule    public signal
 * @input  fields  any field elements
 *
 * Afterwards known: version and kind are those of this circuit; tick in 1..2^16-1; openedWithin, lead and tail below 2^32;
 * clockTolerance below 2^20; independent 0 or 1; bucket below 2^32, and 0 where a mean is limited; budgets and mktSpan below
 * 2^32, single below 2^24, mktLimit below 2^105.
 * `width` and `gapTicks` are checked by Band, the normal band by NormalBand. Of the coefficients nothing is known but what
 * was approved: their polynomial is trusted to be 0 to 2^105 - 1 at the whole numbers 0 to width (Mkt).
 */
template TemperatureRuleOpening() {
    signal input rule;
    input TemperatureRule() fields;

    var HEAD = 28;
    component opened = Sponge(TAG_RULE(), HEAD + MKT_COEFFICIENTS() + 1);
    var head[28] = [
        fields.version, fields.kind, fields.claimIndex, fields.stage, fields.productHash, fields.policyVersion,
        fields.openedWithin, fields.channelId, fields.origin, fields.stepNum, fields.stepDen, fields.width, fields.tick,
        fields.gapTicks, fields.normalLow, fields.normalHigh, fields.lead, fields.tail, fields.clockTolerance,
        fields.independent, fields.bucket, fields.devices, fields.slot, fields.budgetAbove, fields.budgetBelow,
        fields.single, fields.mktSpan, fields.mktLimit
    ];
    for (var i = 0; i < HEAD; i++) {
        opened.elements[i] <== head[i];
    }
    for (var k = 0; k < MKT_COEFFICIENTS(); k++) {
        opened.elements[HEAD + k] <== fields.mktCoefficients[k];
    }
    opened.elements[HEAD + MKT_COEFFICIENTS()] <== fields.salt;
    rule === opened.out;

    fields.version === TEMPERATURE_RULE_VERSION();
    fields.kind === KIND_TEMPERATURE();
    component openedWithinBits = Num2Bits(32);
    openedWithinBits.in <== fields.openedWithin;
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
    component bucketBits = Num2Bits(32);
    bucketBits.in <== fields.bucket;
    component budgetAboveBits = Num2Bits(32);
    budgetAboveBits.in <== fields.budgetAbove;
    component budgetBelowBits = Num2Bits(32);
    budgetBelowBits.in <== fields.budgetBelow;
    component singleBits = Num2Bits(24);
    singleBits.in <== fields.single;
    component spanBits = Num2Bits(32);
    spanBits.in <== fields.mktSpan;
    component limitBits = Num2Bits(105);
    limitBits.in <== fields.mktLimit;
    // A thinned series keeps no mean.
    fields.mktLimit * fields.bucket === 0;
}
