pragma circom 2.2.2;

include "../constants.circom";
include "../shared/seriesHash.circom";
include "../sponge.circom";
include "temperatureRule.circom";

/// The header of a one-channel record (src/formats/temperatureRecord.ts).
bus TemperatureHeader() {
    signal kind;
    signal n;
    signal t0;             // Unix seconds
    signal start;          // of the stage that the series was cut to, Unix seconds
    signal end;            // likewise
    signal tick;
    signal origin;
    signal stepNum;
    signal stepDen;
    signal width;
    signal channelId;
    signal rowCount;
    signal bucket;         // seconds, 0: not thinned
    signal deviceHash;
    signal rawFileHash;    // of the file, or of several of one device
    signal profile;        // hash of the mapping by which they were read; 0: the format is the device's own
    signal attempt;
    signal zoneChanged;
    signal clockError;     // seconds + 2^20
    signal lotHash;
}

/**
 * @title TemperatureRecordOpening
 * @notice Rule `record`: the public commitment is to exactly these readings under this header and salt, and the
 *         header codes them as the rule says (same kind, capacity, tick, grid and channel).
 *         Constraints: about 1,220 and those of SeriesHash.
 * @param  chunks     capacity in chunks of 210 readings
 * @input  record     public signal
 * @input  header     any field elements
 * @input  rule       the opened rule; its tick ASSUMED non-zero (TemperatureRuleOpening)
 * @input  dt, code   ASSUMED bytes, dt[0] = 0 (Gap, Range)
 * @input  chunkSalts one a chunk
 * @input  salt       the record's salt
 * @input  start, end  of the stage, from its head
 * @output ticks      running time of the series
 */
template TemperatureRecordOpening(chunks) {
    var N = chunks * ROWS_PER_CHUNK();

    signal input record;
    input TemperatureHeader() header;
    input TemperatureRule() rule;
    signal input dt[N];
    signal input code[N];
    signal input chunkSalts[chunks];
    signal input start;
    signal input end;
    signal input salt;
    signal output ticks;

    component series = SeriesHash(chunks, 1);
    series.dt <== dt;
    series.code[0] <== code;
    series.salts <== chunkSalts;
    series.nonZero <== rule.tick;
    ticks <== series.ticks;

    signal opened <== Sponge(TAG_RECORD(), 22)([
        series.root, header.kind, header.n, header.t0, header.start, header.end, header.tick, header.origin,
        header.stepNum, header.stepDen, header.width, header.channelId, header.rowCount, header.bucket,
        header.deviceHash, header.rawFileHash, header.profile, header.attempt, header.zoneChanged, header.clockError,
        header.lotHash, salt
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

    // A series that was cut to another stage may lack what happened in this one.
    header.start === start;
    header.end === end;
}
