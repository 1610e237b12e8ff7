pragma circom 2.2.2;

include "complete.circom";
include "date.circom";
include "group.circom";
include "product.circom";
include "qualityConstants.circom";
include "qualityRule.circom";
include "resultSet.circom";
include "spec.circom";

/**
 * @title Judgement
 * @notice What the results themselves must be: rules complete, spec, group, product and date. Constraints: 4,736.
 * @input  rule        ASSUMED opened and well-formed (QualityRuleOpening)
 * @input  permitted   ASSUMED bits of the rule's sets of categories (QualityRuleOpening)
 * @input  results     times and values ASSUMED below 2^40, counts non-negative (ResultSetOpening)
 * @input  start, end  of the stage, ASSUMED below 2^40 (HeadOpening)
 */
template Judgement() {
    var slots = QUALITY_SLOTS();

    input QualityRule() rule;
    signal input permitted[slots][CATEGORIES()];
    input ResultSet() results;
    signal input start;
    signal input end;

    // 1. Every demanded analyte has exactly one result.
    component complete = Complete();
    complete.rule <== rule;
    complete.results <== results;

    // 2. Every result meets its specification, or, in an OR group, one of them does.
    component spec = Spec();
    spec.rule <== rule;
    spec.permitted <== permitted;
    spec.value <== results.value;
    spec.kinds <== complete.kinds;
    component group = Group();
    group.alternative <== rule.alternative;
    group.passed <== spec.passed;

    // 3. Products of results, such as a dose for each kilogram, are within their limits.
    component product = Product();
    product.rule <== rule;
    product.value <== results.value;
    product.kinds <== complete.kinds;

    // 4. Sampling, results and report are in time.
    component date = Date();
    date.start <== start;
    date.end <== end;
    date.rule <== rule;
    date.results <== results;
}
