pragma circom 2.2.2;

include "qualityConstants.circom";
include "qualityRule.circom";
include "resultSet.circom";

/**
 * @title Complete
 * @notice Rule `complete`: every demanded analyte has exactly one result, in the rule's order and of the sort that the
 *         rule expects (a category, or a number or bound); an unused slot is empty. A pending result has no kind, so it
 *         cannot be written down. Constraints: 4 a slot.
 * @input  rule     ASSUMED opened: flags boolean, unused slots zero (QualityRuleOpening)
 * @input  results  values, times and counts ASSUMED non-negative (ResultSetOpening); other fields any field elements
 * @output isNumber, isBelow, isAbove  boolean, at most one of them 1; none for a category or an unused slot
 */
template Complete() {
    var slots = QUALITY_SLOTS();

    input QualityRule() rule;
    input ResultSet() results;
    signal output isNumber[slots];
    signal output isBelow[slots];
    signal output isAbove[slots];

    for (var i = 0; i < slots; i++) {
        results.analyteId[i] === rule.analyteId[i];

        // Exactly one kind in a used slot, none in an unused one.
        isNumber[i] <-- results.resultKind[i] == RESULT_NUMBER() ? 1 : 0;
        isBelow[i] <-- results.resultKind[i] == RESULT_BELOW() ? 1 : 0;
        isAbove[i] <-- results.resultKind[i] == RESULT_ABOVE() ? 1 : 0;
        isNumber[i] * (isNumber[i] - 1) === 0;
        isBelow[i] * (isBelow[i] - 1) === 0;
        isAbove[i] * (isAbove[i] - 1) === 0;
        isNumber[i] + isBelow[i] + isAbove[i] + rule.categorical[i] === rule.demanded[i];
        results.resultKind[i] === RESULT_NUMBER() * isNumber[i] + RESULT_BELOW() * isBelow[i]
            + RESULT_ABOVE() * isAbove[i] + RESULT_CATEGORY() * rule.categorical[i];

        (1 - rule.demanded[i])
            * (results.value[i] + results.time[i] + results.invalidated[i] + results.repeats[i]) === 0;
    }
}
