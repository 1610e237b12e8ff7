pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "../constants.circom";
include "../sponge.circom";
include "qualityConstants.circom";

/// A quality rule (src/formats/qualityRule.ts): one entry of an array a slot, or a product.
bus QualityRule() {
    signal version;
    signal kind;
    signal claimIndex;
    signal stage;
    signal productHash;
    signal policyVersion;
    signal openedWithin;      // seconds; NO_OPENED_WITHIN: no bound
    signal resultWithin;      // seconds after the stage's end
    signal pharmacopoeia;     // 1: reported numbers may be rounded when they are coded
    signal analyteId[16];     // 0: unused slot
    signal demanded[16];      // 1: the slot is used
    signal categorical[16];   // 1: the result is a category, 0: a number or an inequality
    signal hasMin[16];
    signal min[16];           // number + 2^39, at the analyte's decimals
    signal strictMin[16];     // 1: the minimum itself fails
    signal hasMax[16];
    signal max[16];
    signal strictMax[16];
    signal categories[16];    // bit k: category k is permitted
    signal alternative[16];   // 1: in one OR group with the slot before
    signal leftA[3];          // slot of a factor, counted from 1; 0: the factor is 1
    signal leftB[3];
    signal right[3];
    signal leftScale[3];
    signal rightScale[3];
    signal atLeast[3];        // 1: left >= right, 0: left <= right
    signal strict[3];         // 1: equality fails
    signal salt;
}

/**
 * @title QualityRuleOpening
 * @notice Rule `rule`: the public hash is that of this quality rule, and the rule is well-formed. Constraints: about
 *         10,300.
 * @input  rule    public signal
 * @input  fields  any field elements
 * @output permitted  bits of each slot's set of categories
 *
 * Afterwards known: version and kind are those of this circuit; openedWithin and resultWithin below 2^32; every flag boolean; limits below
 * 2^40, scales below 2^64; the used slots are the first ones, at least one; unused slots are all zero, so an OR group
 * consists of used slots. Slots of factors are checked by template Product.
 */
template QualityRuleOpening() {
    var slots = QUALITY_SLOTS();
    var products = QUALITY_PRODUCTS();
    var SLOT_FIELDS = 11;
    var PRODUCT_FIELDS = 7;
    var HEAD = 9;

    signal input rule;
    input QualityRule() fields;
    signal output permitted[slots][CATEGORIES()];

    var length = HEAD + SLOT_FIELDS * slots + PRODUCT_FIELDS * products + 1;
    component opened = Sponge(TAG_RULE(), length);
    var head[9] = [
        fields.version, fields.kind, fields.claimIndex, fields.stage, fields.productHash, fields.policyVersion,
        fields.openedWithin, fields.resultWithin, fields.pharmacopoeia
    ];
    for (var i = 0; i < HEAD; i++) {
        opened.elements[i] <== head[i];
    }
    for (var i = 0; i < slots; i++) {
        var slot[11] = [
            fields.analyteId[i], fields.demanded[i], fields.categorical[i], fields.hasMin[i], fields.min[i],
            fields.strictMin[i], fields.hasMax[i], fields.max[i], fields.strictMax[i], fields.categories[i],
            fields.alternative[i]
        ];
        for (var f = 0; f < SLOT_FIELDS; f++) {
            opened.elements[HEAD + f * slots + i] <== slot[f];
        }
    }
    for (var i = 0; i < products; i++) {
        var product[7] = [
            fields.leftA[i], fields.leftB[i], fields.right[i], fields.leftScale[i], fields.rightScale[i],
            fields.atLeast[i], fields.strict[i]
        ];
        for (var f = 0; f < PRODUCT_FIELDS; f++) {
            opened.elements[HEAD + SLOT_FIELDS * slots + f * products + i] <== product[f];
        }
    }
    opened.elements[length - 1] <== fields.salt;
    rule === opened.out;

    fields.version === QUALITY_RULE_VERSION();
    fields.kind === KIND_QUALITY();
    component openedWithinBits = Num2Bits(32);
    openedWithinBits.in <== fields.openedWithin;
    component withinBits = Num2Bits(32);
    withinBits.in <== fields.resultWithin;
    fields.pharmacopoeia * (fields.pharmacopoeia - 1) === 0;

    fields.demanded[0] === 1;
    fields.alternative[0] === 0;
    component minBits[slots];
    component maxBits[slots];
    component categoryBits[slots];
    for (var i = 0; i < slots; i++) {
        var flags[6] = [
            fields.demanded[i], fields.categorical[i], fields.hasMin[i], fields.hasMax[i], fields.strictMin[i],
            fields.strictMax[i]
        ];
        for (var f = 0; f < 6; f++) {
            flags[f] * (flags[f] - 1) === 0;
        }
        fields.alternative[i] * (fields.alternative[i] - 1) === 0;
        minBits[i] = Num2Bits(40);
        minBits[i].in <== fields.min[i];
        maxBits[i] = Num2Bits(40);
        maxBits[i].in <== fields.max[i];
        categoryBits[i] = Num2Bits(CATEGORIES());
        categoryBits[i].in <== fields.categories[i];
        permitted[i] <== categoryBits[i].out;

        // The used slots are the first ones.
        if (i > 0) {
            (1 - fields.demanded[i - 1]) * fields.demanded[i] === 0;
        }
        // Everything else of an unused slot is 0: numbers that cannot be negative add up to 0 only so.
        (1 - fields.demanded[i]) * fields.analyteId[i] === 0;
        (1 - fields.demanded[i]) * (
            fields.categorical[i] + fields.hasMin[i] + fields.min[i] + fields.strictMin[i] + fields.hasMax[i]
            + fields.max[i] + fields.strictMax[i] + fields.categories[i] + fields.alternative[i]
        ) === 0;
    }

    component leftScaleBits[products];
    component rightScaleBits[products];
    for (var i = 0; i < products; i++) {
        leftScaleBits[i] = Num2Bits(64);
        leftScaleBits[i].in <== fields.leftScale[i];
        rightScaleBits[i] = Num2Bits(64);
        rightScaleBits[i].in <== fields.rightScale[i];
        fields.atLeast[i] * (fields.atLeast[i] - 1) === 0;
        fields.strict[i] * (fields.strict[i] - 1) === 0;
    }
}
