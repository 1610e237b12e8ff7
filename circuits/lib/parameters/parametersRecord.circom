pragma circom 2.2.2;

include "../constants.circom";
include "../shared/seriesHash.circom";
include "../sponge.circom";
include "parametersRule.circom";

/// The header of a record of several channels (src/formats/parametersRecord.ts).
bus ParametersHeader() {
    signal kind;
    signal n;
    signal t0;             // Unix seconds
    signal tick;
    Channel() channels[5];
    signal rowCount;
    signal bucket;         // seconds, 0: not thinned
    signal deviceHash;
    signal rawFileHash;
    signal attempt;
    signal zoneChanged;
    signal clockError;     // seconds + 2^20
    signal lotHash;
}

/**
 * @title ParametersRecordOpening
 * @notice Rule `record`: the public commitment is to exactly these samples under this header and salt, and the header
 *         codes them as the rule says (same kind, capacity and tick; for each place the same channel and grid).
 *         Constraints: about 1,830 and those of SeriesHash.
 * @param  chunks     capacity in chunks of 70 samples
 * @input  record     public signal
 * @input  header     any field elements
 * @input  rule       the opened rule; its tick ASSUMED non-zero (ParametersRuleOpening)
 * @input  dt, code   ASSUMED bytes, dt[0] = 0 (Gap, ChannelRanges)
 * @input  chunkSalts one a chunk
 * @input  salt       the record's salt
 * @output ticks      running time of the series
 */
template ParametersRecordOpening(chunks) {
    var N = chunks * SAMPLES_PER_CHUNK();

    signal input record;
    input ParametersHeader() header;
    input ParametersRule() rule;
    signal input dt[N];
    signal input code[CHANNELS()][N];
    signal input chunkSalts[chunks];
    signal input salt;
    signal output ticks;

    component series = SeriesHash(chunks, CHANNELS());
    series.dt <== dt;
    series.code <== code;
    series.salts <== chunkSalts;
    series.nonZero <== rule.tick;
    ticks <== series.ticks;

    var perChannel = 5;
    var afterChannels = 5 + CHANNELS() * perChannel;
    component opened = Sponge(TAG_RECORD(), afterChannels + 9);
    var first[5] = [series.root, header.kind, header.n, header.t0, header.tick];
    for (var i = 0; i < 5; i++) {
        opened.elements[i] <== first[i];
    }
    for (var c = 0; c < CHANNELS(); c++) {
        opened.elements[5 + c * perChannel] <== header.channels[c].channelId;
        opened.elements[6 + c * perChannel] <== header.channels[c].origin;
        opened.elements[7 + c * perChannel] <== header.channels[c].stepNum;
        opened.elements[8 + c * perChannel] <== header.channels[c].stepDen;
        opened.elements[9 + c * perChannel] <== header.channels[c].width;
    }
    var last[9] = [
        header.rowCount, header.bucket, header.deviceHash, header.rawFileHash, header.attempt, header.zoneChanged,
        header.clockError, header.lotHash, salt
    ];
    for (var i = 0; i < 9; i++) {
        opened.elements[afterChannels + i] <== last[i];
    }
    record === opened.out;

    header.kind === rule.kind;
    header.n === N;
    header.tick === rule.tick;
    for (var c = 0; c < CHANNELS(); c++) {
        header.channels[c].channelId === rule.channels[c].channelId;
        header.channels[c].origin === rule.channels[c].origin;
        header.channels[c].stepNum === rule.channels[c].stepNum;
        header.channels[c].stepDen === rule.channels[c].stepDen;
        header.channels[c].width === rule.channels[c].width;
    }
}
