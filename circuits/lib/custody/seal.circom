pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";

/**
 * @title Seal
 * @notice Rule `seal`: where the rule demands it, the stage ends under the seal with which the stage before ended.
 *         0 is no seal. Constraints: 4.
 * @input  sealed        ASSUMED 0 or 1, and 0 at stage 0
 * @input  seal, before  of this stage's head and of the one before
 */
template Seal() {
    signal input sealed;
    signal input seal;
    signal input before;

    sealed * (seal - before) === 0;
    component none = IsZero();
    none.in <== seal;
    sealed * none.out === 0;
}
