pragma circom 2.2.2;

include "qualityConstants.circom";
include "qualityRule.circom";
include "resultSet.circom";

/// Which kind of number or inequality each slot's result is, as flags: at most one of a slot is 1.
bus NumberKinds() {
    signal number[16];  // =x
    signal less[16];    // <x
    signal atMost[16];  // <=x
    signal more[16];    // >x
    signal atLeast[16]; // >=x
}

/**
 * @title Complete
 * @notice Rule `complete`: every demanded analyte has exactly one result, in the rule's order and of the sort that the
 *         rule expects (a category, or a number or inequality); an unused slot is empty. A pending result has no kind, so
 *         it cannot be written down. Constraints: 6 a slot.
 * @input  rule     ASSUMED opened: flags boolean, unused slots zero (QualityRuleOpening)
 * @input  results  values, times and counts ASSUMED non-negative (ResultSetOpening); other fields any field elements
 * @output kinds    boolean, exactly one of a slot's 1; none for a category or an unused slot
 */
template Complete() {
    var slots = QUALITY_SLOTS();

    input QualityRule() rule;
    input ResultSet() results;
    output NumberKinds() kinds;

    for (var i = 0; i < slots; i++) {
        results.analyteId[i] === rule.analyteId[i];

        // Exactly one of the six kinds in a used slot, none in an unused one.
        kinds.number[i] <-- results.resultKind[i] == RESULT_NUMBER() ? 1 : 0;
        kinds.less[i] <-- results.resultKind[i] == RESULT_LESS() ? 1 : 0;
        kinds.atMost[i] <-- results.resultKind[i] == RESULT_AT_MOST() ? 1 : 0;
        kinds.more[i] <-- results.resultKind[i] == RESULT_MORE() ? 1 : 0;
        kinds.atLeast[i] <-- results.resultKind[i] == RESULT_AT_LEAST() ? 1 : 0;
        kinds.number[i] * (kinds.number[i] - 1) === 0;
        kinds.less[i] * (kinds.less[i] - 1) === 0;
        kinds.atMost[i] * (kinds.atMost[i] - 1) === 0;
        kinds.more[i] * (kinds.more[i] - 1) === 0;
        kinds.atLeast[i] * (kinds.atLeast[i] - 1) === 0;
        kinds.number[i] + rule.categorical[i] + kinds.less[i] + kinds.atMost[i] + kinds.more[i] + kinds.atLeast[i]
            === rule.demanded[i];
        results.resultKind[i] === RESULT_NUMBER() * kinds.number[i] + RESULT_CATEGORY() * rule.categorical[i]
            + RESULT_LESS() * kinds.less[i] + RESULT_AT_MOST() * kinds.atMost[i] + RESULT_MORE() * kinds.more[i]
            + RESULT_AT_LEAST() * kinds.atLeast[i];

        (1 - rule.demanded[i])
            * (results.value[i] + results.time[i] + results.invalidated[i] + results.repeats[i]) === 0;
    }
}
