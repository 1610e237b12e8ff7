pragma circom 2.2.2;

include "../constants.circom";
include "challenges.circom";
include "cumulative.circom";
include "dwell.circom";
include "mkt.circom";
include "normalBand.circom";
include "single.circom";
include "temperatureRule.circom";

/**
 * @title Excursions
 * @notice Rules `cumulative`, `single` and `mkt`: how long the readings were outside the normal band, in all, at a stretch
 *         and weighted by temperature, and that each is within the rule's limits.
 * @param  n        readings
 * @param  lengths  how many distinct excursion lengths can be proven
 * @input  rule, record  public signals
 * @input  fields      the opened rule (TemperatureRuleOpening); its width ASSUMED 127 to 254 (Range)
 * @input  dt, code    ASSUMED bytes (Gap, Range), bound by the record
 * @input  ticks       running time of the series (TemperatureRecordOpening)
 * @input  start, end  of the stage, ASSUMED below 2^40 and ordered (HeadOpening)
 * @input  outside           one flag a reading: outside the normal band; any field elements
 * @input  dwell             time spent at each code, any field elements
 * @input  excursionLengths  distinct lengths of excursions in ticks, any field elements
 * @input  excursionCounts   how often length 0 and each of them is looked up, any field elements
 * @output anyAbove, anyBelow  1 iff a reading was on that side of the band
 */
template Excursions(n, lengths) {
    signal input rule;
    signal input record;
    input TemperatureRule() fields;
    signal input dt[n];
    signal input code[n];
    signal input ticks;
    signal input start;
    signal input end;
    signal input outside[n];
    signal input dwell[CODES()];
    signal input excursionLengths[lengths];
    signal input excursionCounts[lengths + 1];
    signal output anyAbove;
    signal output anyBelow;

    // 1. Absorb everything, then squeeze the challenges.
    component challenges = Challenges(n, lengths);
    challenges.rule <== rule;
    challenges.record <== record;
    challenges.outside <== outside;
    challenges.dwell <== dwell;
    challenges.excursionLengths <== excursionLengths;
    challenges.excursionCounts <== excursionCounts;

    // 2. Which readings are outside the normal band, and how long was spent at each code.
    component normalBand = NormalBand();
    normalBand.low <== fields.normalLow;
    normalBand.high <== fields.normalHigh;
    normalBand.width <== fields.width;
    component dwelt = Dwell(n);
    dwelt.dt <== dt;
    dwelt.code <== code;
    dwelt.outside <== outside;
    dwelt.below <== normalBand.below;
    dwelt.above <== normalBand.above;
    dwelt.dwell <== dwell;
    dwelt.challenge <== challenges.dwellChallenge;

    // 3. The excursions are within their limits.
    component cumulative = Cumulative();
    cumulative.dwell <== dwell;
    cumulative.below <== normalBand.below;
    cumulative.above <== normalBand.above;
    cumulative.budgetBelow <== fields.budgetBelow;
    cumulative.budgetAbove <== fields.budgetAbove;
    anyAbove <== cumulative.anyAbove;
    anyBelow <== cumulative.anyBelow;
    component single = Single(n, lengths);
    single.dt <== dt;
    single.outside <== outside;
    single.single <== fields.single;
    single.excursionLengths <== excursionLengths;
    single.excursionCounts <== excursionCounts;
    single.challenge <== challenges.singleChallenge;
    component mkt = Mkt(n);
    mkt.dwell <== dwell;
    mkt.dwellBelow <== cumulative.dwellBelow;
    mkt.coefficients <== fields.mktCoefficients;
    mkt.mktLimit <== fields.mktLimit;
    mkt.mktSpan <== fields.mktSpan;
    mkt.ticks <== ticks;
    mkt.start <== start;
    mkt.end <== end;
}
