pragma circom 2.2.2;

include "qualityConstants.circom";

/**
 * @title Group
 * @notice Rule `group`: of the analytes of an OR group (neighbours, each but the first marked `alternative`) at least
 *         one passes. Constraints: 4 a slot.
 * @input  alternative  ASSUMED boolean, 0 in the first slot and in unused ones (QualityRuleOpening)
 * @input  passed       ASSUMED boolean (Spec)
 */
template Group() {
    var slots = QUALITY_SLOTS();

    signal input alternative[slots];
    signal input passed[slots];

    signal openBefore[slots];
    signal open[slots]; // 1: no member of this slot's group has passed so far
    signal closes[slots];
    for (var i = 0; i < slots; i++) {
        openBefore[i] <== 1 - alternative[i] * (1 - (i > 0 ? open[i - 1] : 0));
        open[i] <== openBefore[i] * (1 - passed[i]);
        // The last member of a group of at least two.
        closes[i] <== alternative[i] * (1 - (i + 1 < slots ? alternative[i + 1] : 0));
        closes[i] * open[i] === 0;
    }
}
