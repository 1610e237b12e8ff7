pragma circom 2.2.2;

include "../atMost.circom";
include "qualityConstants.circom";
include "qualityRule.circom";
include "resultSet.circom";

/**
 * @title Date
 * @notice Rule `date`: the sample was taken within the stage, every result lies between the sampling and the laboratory's
 *         report, and the report is at most resultWithin seconds after the stage's end. Constraints: about 1,430.
 * @input  start, end  of the stage, ASSUMED below 2^40 (HeadOpening)
 * @input  rule        resultWithin ASSUMED below 2^32, demanded boolean (QualityRuleOpening)
 * @input  results     times ASSUMED below 2^40 (ResultSetOpening), 0 in unused slots (Complete)
 */
template Date() {
    var slots = QUALITY_SLOTS();

    signal input start;
    signal input end;
    input QualityRule() rule;
    input ResultSet() results;

    component sampledLateEnough = AtMost(40);
    sampledLateEnough.low <== start;
    sampledLateEnough.high <== results.sampled;
    component sampledInTime = AtMost(40);
    sampledInTime.low <== results.sampled;
    sampledInTime.high <== end;

    component afterSampling[slots];
    component beforeReport[slots];
    for (var i = 0; i < slots; i++) {
        afterSampling[i] = AtMost(40);
        afterSampling[i].low <== rule.demanded[i] * results.sampled;
        afterSampling[i].high <== results.time[i];
        beforeReport[i] = AtMost(40);
        beforeReport[i].low <== results.time[i];
        beforeReport[i].high <== results.reported;
    }

    component reportedInTime = AtMost(41);
    reportedInTime.low <== results.reported;
    reportedInTime.high <== end + rule.resultWithin;
}
