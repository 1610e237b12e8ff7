pragma circom 2.2.2;

include "../constants.circom";
include "../shared/range.circom";
include "parametersRule.circom";

/**
 * @title ChannelRanges
 * @notice Rule `range`: every reading of every channel is 0..width of its channel. An unused channel (channelId 0) has
 *         code 0 in every row, so that equal readings have one record only. Constraints: 40 a row, 5 a chunk, 35.
 * @param  chunks    capacity in chunks of 70 rows
 * @input  code      readings of each channel, any field elements
 * @input  channels  of the rule, any field elements; widths proven in 127..254
 * @input  used      one a channel, ASSUMED boolean and exact (ChannelOrder)
 */
template ChannelRanges(chunks) {
    var perChunk = SAMPLES_PER_CHUNK();

    signal input code[CHANNELS()][chunks * perChunk];
    input Channel() channels[CHANNELS()];
    signal input used[CHANNELS()];

    component channel[CHANNELS()];
    for (var c = 0; c < CHANNELS(); c++) {
        channel[c] = Range(chunks * perChunk);
        channel[c].code <== code[c];
        channel[c].width <== channels[c].width;

        // Codes are at most 254 now, so a chunk's sum cannot wrap: it is 0 iff each of them is.
        for (var k = 0; k < chunks; k++) {
            var sum = 0;
            for (var i = 0; i < perChunk; i++) {
                sum += code[c][k * perChunk + i];
            }
            (1 - used[c]) * sum === 0;
        }
    }
}
