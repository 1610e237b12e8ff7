pragma circom 2.2.2;

include "../constants.circom";
include "../shared/range.circom";
include "parametersRule.circom";

/**
 * @title ChannelRanges
 * @notice Rule `range`: every reading of every channel is 0..width of its channel. An unused channel (channelId 0) has
 *         code 0 in every row, so that equal readings have one record only. Constraints, for each channel: 8 a row, 1 a chunk, 7.
 * @param  chunks    capacity in chunks
 * @param  count     places for channels
 * @input  code      readings of each channel, any field elements
 * @input  channels  of the rule, any field elements; widths proven in 127..254
 * @input  used      one a channel, ASSUMED boolean and exact (ChannelOrder)
 */
template ChannelRanges(chunks, count) {
    var perChunk = SAMPLES_PER_CHUNK(count);

    signal input code[count][chunks * perChunk];
    input Channel() channels[count];
    signal input used[count];

    component channel[count];
    for (var c = 0; c < count; c++) {
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
