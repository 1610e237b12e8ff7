pragma circom 2.2.2;

include "buses.circom";
include "constants.circom";
include "seriesHash.circom";
include "sponge.circom";

/**
 * @title RecordOpening
 * @notice Rule `record`: the public commitment is to exactly these readings under this header and salt, and the
 *         header codes them as the rule says (same kind, capacity, tick, grid and channel).
 *         Constraints: about 1,220 and those of SeriesHash.
 * @param  chunks     capacity in chunks of 210 readings
 * @input  record     public signal
 * @input  header     any field elements
 * @input  rule       the opened rule; its tick ASSUMED non-zero (RuleOpening)
 * @input  dt, code   ASSUMED bytes, dt[0] = 0 (Gap, Range)
 * @input  chunkSalts one a chunk
 * @input  salt       the record's salt
 * @output ticks      running time of the series
 */
template RecordOpening(chunks) {
    var N = chunks * ROWS_PER_CHUNK();

    signal input record;
    input RecordHeader() header;
    input TemperatureRule() rule;
    signal input dt[N];
    signal input code[N];
    signal input chunkSalts[chunks];
    signal input salt;
    signal output ticks;

    component series = SeriesHash(chunks, 1);
    series.dt <== dt;
    series.code[0] <== code;
    series.salts <== chunkSalts;
    series.nonZero <== rule.tick;
    ticks <== series.ticks;

    signal opened <== Sponge(TAG_RECORD(), 19)([
        series.root, header.kind, header.n, header.t0, header.tick, header.origin, header.stepNum, header.stepDen,
        header.width, header.channelId, header.rowCount, header.bucket, header.deviceHash, header.rawFileHash,
        header.attempt, header.zoneChanged, header.clockError, header.lotHash, salt
    ]);
    record === opened;

    header.kind === rule.kind;
    header.n === N;
    header.tick === rule.tick;
    header.origin === rule.origin;
    header.stepNum === rule.stepNum;
    header.stepDen === rule.stepDen;
    header.width === rule.width;
    header.channelId === rule.channelId;
}
