pragma circom 2.2.2;

include "../constants.circom";
include "../shared/seriesHash.circom";
include "../sponge.circom";
include "parametersRule.circom";

/// The header of a record of several channels (src/formats/parametersRecord.ts).
bus ParametersHeader(count) {
    signal kind;
    signal n;
    signal t0;             // Unix seconds
    signal start;          // of the stage that the series was cut to, Unix seconds
    signal end;            // likewise
    signal tick;
    Channel() channels[count];
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
 * @title ParametersRecordOpening
 * @notice Rule `record`: the public commitment is to exactly these samples under this header and salt, and the header
 *         codes them as the rule says (same kind, capacity and tick; for each place the same channel and grid).
 *         Constraints: about 1,830 and those of SeriesHash.
 * @param  chunks     capacity in chunks
 * @param  count      places for channels
 * @input  record     public signal
 * @input  header     any field elements
 * @input  rule       the opened rule; its tick ASSUMED non-zero (ParametersRuleOpening)
 * @input  dt, code   ASSUMED bytes, dt[0] = 0 (Gap, ChannelRanges)
 * @input  chunkSalts one a chunk
 * @input  salt       the record's salt
 * @input  start, end  of the stage, from its head
 * @output ticks      running time of the series
 */
template ParametersRecordOpening(chunks, count) {
    var N = chunks * SAMPLES_PER_CHUNK(count);

    signal input record;
    input ParametersHeader(count) header;
    input ParametersRule(count) rule;
    signal input dt[N];
    signal input code[count][N];
    signal input chunkSalts[chunks];
    signal input start;
    signal input end;
    signal input salt;
    signal output ticks;

    component series = SeriesHash(chunks, count);
    series.dt <== dt;
    series.code <== code;
    series.salts <== chunkSalts;
    series.nonZero <== rule.tick;
    ticks <== series.ticks;

    var perChannel = 5;
    var HEAD = 7;
    var afterChannels = HEAD + count * perChannel;
    component opened = Sponge(TAG_RECORD(), afterChannels + 10);
    var first[7] = [series.root, header.kind, header.n, header.t0, header.start, header.end, header.tick];
    for (var i = 0; i < HEAD; i++) {
        opened.elements[i] <== first[i];
    }
    for (var c = 0; c < count; c++) {
        opened.elements[HEAD + c * perChannel] <== header.channels[c].channelId;
        opened.elements[HEAD + 1 + c * perChannel] <== header.channels[c].origin;
        opened.elements[HEAD + 2 + c * perChannel] <== header.channels[c].stepNum;
        opened.elements[HEAD + 3 + c * perChannel] <== header.channels[c].stepDen;
        opened.elements[HEAD + 4 + c * perChannel] <== header.channels[c].width;
    }
    var last[10] = [
        header.rowCount, header.bucket, header.deviceHash, header.rawFileHash, header.profile, header.attempt,
        header.zoneChanged, header.clockError, header.lotHash, salt
    ];
    for (var i = 0; i < 10; i++) {
        opened.elements[afterChannels + i] <== last[i];
    }
    record === opened.out;

    header.kind === rule.kind;
    header.n === N;
    header.tick === rule.tick;
    for (var c = 0; c < count; c++) {
        header.channels[c].channelId === rule.channels[c].channelId;
        header.channels[c].origin === rule.channels[c].origin;
        header.channels[c].stepNum === rule.channels[c].stepNum;
        header.channels[c].stepDen === rule.channels[c].stepDen;
        header.channels[c].width === rule.channels[c].width;
    }

    // A series that was cut to another stage may lack what happened in this one.
    header.start === start;
    header.end === end;
}
