pragma circom 2.2.2;

include "buses.circom";
include "constants.circom";
include "sponge.circom";

/**
 * @title RecordHash
 * @notice Salted commitment to a record: series root and header. Constraints: about 1,215.
 * @input  root    series root (SeriesHash)
 * @input  header  any field elements; the caller binds the fields that the rule fixes
 * @input  salt    the record's salt
 * @output out     public signal `record`
 */
template RecordHash() {
    signal input root;
    input RecordHeader() header;
    signal input salt;
    signal output out;

    out <== Sponge(TAG_RECORD(), 18)([
        root, header.kind, header.n, header.t0, header.tick, header.origin, header.stepNum, header.stepDen,
        header.width, header.channelId, header.rowCount, header.deviceHash, header.rawFileHash, header.attempt,
        header.zoneChanged, header.clockError, header.lotHash, salt
    ]);
}
