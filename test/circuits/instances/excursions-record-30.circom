pragma circom 2.2.2;

include "circomlib/circuits/poseidon.circom";
include "../../../circuits/lib/temperature/excursions.circom";
include "../../../circuits/lib/shared/gap.circom";
include "../../../circuits/lib/shared/range.circom";

/**
 * Excursions of a record: intervals and codes are range-checked and bound as in circuit temperature, by a small record
 * of two packed words.
 */
template ExcursionsOfRecord(lengths) {
    var n = 2 * ROWS_PER_ELEMENT();

    signal input rule;
    input TemperatureRule() fields;
    signal input dt[n];
    signal input code[n];
    signal input start;
    signal input end;
    signal input outside[n];
    signal input dwell[CODES()];
    signal input excursionLengths[lengths];
    signal input excursionCounts[lengths + 1];
    signal output record;

    component gap = Gap(n);
    gap.dt <== dt;
    gap.gapTicks <== fields.gapTicks;
    component range = Range(n);
    range.code <== code;
    range.width <== fields.width;

    var ticks = 0;
    var words[2] = [0, 0];
    for (var i = n - 1; i >= 0; i--) {
        var word = i \ ROWS_PER_ELEMENT();
        words[word] = words[word] * 65536 + code[i] * 256 + dt[i];
        ticks += dt[i];
    }
    record <== Poseidon(2)([words[0], words[1]]);

    component excursions = Excursions(n, lengths);
    excursions.rule <== rule;
    excursions.record <== record;
    excursions.fields <== fields;
    excursions.dt <== dt;
    excursions.code <== code;
    excursions.ticks <== ticks;
    excursions.start <== start;
    excursions.end <== end;
    excursions.outside <== outside;
    excursions.dwell <== dwell;
    excursions.excursionLengths <== excursionLengths;
    excursions.excursionCounts <== excursionCounts;
}

component main {public [rule]} = ExcursionsOfRecord(4);
