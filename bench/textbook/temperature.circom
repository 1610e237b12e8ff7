pragma circom 2.2.2;

include "excursions.circom";
include "mkt.circom";
include "readings.circom";

/**
 * @title TextbookTemperature
 * @notice The rules of circuits/temperature.circom that look at readings (`range`, `gap`, `window`, `cumulative`,
 *         `single`, `mkt`), each the textbook way. It leaves out what costs the same in both circuits whatever the
 *         number of readings: signature, device, parties, head, rule hash. Inputs: the templates it is made of.
 */
template TextbookTemperature(samples) {
    signal input low;
    signal input high;
    signal input gap;
    signal input start;
    signal input end;
    signal input normalLow;
    signal input normalHigh;
    signal input budgetAbove;
    signal input budgetBelow;
    signal input single;
    signal input mktLimit;
    signal input mktSpan;
    signal input salt;
    signal input time[samples];
    signal input value[samples];
    signal output record;
    signal output anyAbove;
    signal output anyBelow;

    component readings = Readings(samples, 1);
    readings.low[0] <== low;
    readings.high[0] <== high;
    readings.gap <== gap;
    readings.start <== start;
    readings.end <== end;
    readings.salt <== salt;
    readings.time <== time;
    for (var i = 0; i < samples; i++) {
        readings.value[i][0] <== value[i];
    }
    record <== readings.record;

    signal dt[samples + 1];
    dt[0] <== 0;
    for (var i = 1; i < samples; i++) {
        dt[i] <== time[i] - time[i - 1];
    }
    dt[samples] <== 0;

    component excursions = Excursions(samples);
    excursions.dt <== dt;
    excursions.value <== value;
    excursions.normalLow <== normalLow;
    excursions.normalHigh <== normalHigh;
    excursions.budgetAbove <== budgetAbove;
    excursions.budgetBelow <== budgetBelow;
    excursions.single <== single;
    anyAbove <== excursions.anyAbove;
    anyBelow <== excursions.anyBelow;

    component mkt = MeanKineticTemperature(samples);
    mkt.dt <== dt;
    mkt.value <== value;
    mkt.mktLimit <== mktLimit;
    component span = Most(TIME_BITS());
    span.in <== end - start;
    span.most <== mktSpan;
}
