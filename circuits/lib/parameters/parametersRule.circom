pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "../atMost.circom";
include "../constants.circom";
include "../sponge.circom";

/// How one channel's codes are read (src/formats/parametersRule.ts).
bus Channel() {
    signal channelId;      // 0: unused
    signal origin;         // in millionths of the channel's unit, plus its offset
    signal stepNum;        // step = stepNum / stepDen
    signal stepDen;
    signal width;          // largest permitted code
}

/// A rule of some channels, version 2 (src/formats/parametersRule.ts).
bus ParametersRule(count) {
    signal version;
    signal kind;
    signal claimIndex;
    signal stage;
    signal productHash;
    signal policyVersion;
    signal openedWithin;   // seconds; NO_OPENED_WITHIN: no bound
    Channel() channels[count];
    signal tick;           // seconds
    signal gapTicks;       // longest legal interval, in ticks
    signal lead;           // seconds
    signal tail;           // seconds
    signal clockTolerance; // seconds
    signal independent;    // 0 or 1
    signal bucket;         // seconds
    signal devices;        // how many devices the stage names
    signal slot;           // of the device that recorded, from 1; 0: any one of them
    signal salt;
}

/**
 * @title ChannelOrder
 * @notice Part of rule `rule`: the used channels come first, at least one, each once, by ascending channelId; what is
 *         not used is all 0, its width 127, so that it codes nothing and leaves nothing free. Constraints: about 110.
 * @param  count     places for channels
 * @input  channels  any field elements
 * @output used      one a channel: 1 iff its channelId is not 0
 *
 * Afterwards known: channelIds are below 2^8. Widths of used channels are checked by Band, grids are trusted.
 */
template ChannelOrder(count) {
    input Channel() channels[count];
    signal output used[count];

    component idBits[count];
    component unused[count];
    component ascends[count - 1];
    signal step[count - 1];
    for (var c = 0; c < count; c++) {
        idBits[c] = Num2Bits(8);
        idBits[c].in <== channels[c].channelId;
        unused[c] = IsZero();
        unused[c].in <== channels[c].channelId;
        used[c] <== 1 - unused[c].out;
        unused[c].out * channels[c].origin === 0;
        unused[c].out * channels[c].stepNum === 0;
        unused[c].out * channels[c].stepDen === 0;
        unused[c].out * (channels[c].width - BAND_BASE()) === 0;
    }

    unused[0].out === 0;
    for (var c = 1; c < count; c++) {
        // A used channel follows one with a smaller id other than 0. The step is 0 where there is nothing to show.
        (1 - unused[c].out) * unused[c - 1].out === 0;
        step[c - 1] <== used[c] * (channels[c].channelId - channels[c - 1].channelId - 1);
        ascends[c - 1] = AtMost(8);
        ascends[c - 1].low <== 0;
        ascends[c - 1].high <== step[c - 1];
    }
}

/**
 * @title ParametersRuleOpening
 * @notice Rule `rule`: the public hash is that of this rule of up to `count` channels, and the rule is well-formed. Once approved, a
 *         rule's numbers are trusted; the structural checks keep a malformed one from breaking the gadgets.
 *         Constraints: about 2,080, of one channel 1,360.
 * @param  count   places for channels; with one, the rule is of a kind of its own
 * @input  rule    public signal
 * @input  fields  any field elements
 * @output used    one a channel: 1 iff its channelId is not 0
 *
 * Afterwards known: version and kind are those of this circuit; tick in 1..2^16-1; openedWithin, lead and tail below 2^32;
 * clockTolerance below 2^20; independent 0 or 1; bucket below 2^32; channels ordered. Widths and `gapTicks` are checked by Band.
 */
template ParametersRuleOpening(count) {
    signal input rule;
    input ParametersRule(count) fields;
    signal output used[count];

    var perChannel = 5;
    var beforeChannels = 7;
    var afterChannels = beforeChannels + count * perChannel;
    component opened = Sponge(TAG_RULE(), afterChannels + 10);
    var first[7] = [
        fields.version, fields.kind, fields.claimIndex, fields.stage, fields.productHash, fields.policyVersion,
        fields.openedWithin
    ];
    for (var i = 0; i < beforeChannels; i++) {
        opened.elements[i] <== first[i];
    }
    for (var c = 0; c < count; c++) {
        opened.elements[beforeChannels + c * perChannel] <== fields.channels[c].channelId;
        opened.elements[beforeChannels + c * perChannel + 1] <== fields.channels[c].origin;
        opened.elements[beforeChannels + c * perChannel + 2] <== fields.channels[c].stepNum;
        opened.elements[beforeChannels + c * perChannel + 3] <== fields.channels[c].stepDen;
        opened.elements[beforeChannels + c * perChannel + 4] <== fields.channels[c].width;
    }
    var last[10] = [
        fields.tick, fields.gapTicks, fields.lead, fields.tail, fields.clockTolerance, fields.independent,
        fields.bucket, fields.devices, fields.slot, fields.salt
    ];
    for (var i = 0; i < 10; i++) {
        opened.elements[afterChannels + i] <== last[i];
    }
    rule === opened.out;

    fields.version === PARAMETERS_RULE_VERSION();
    fields.kind === (count == 1 ? KIND_CHANNEL() : KIND_PARAMETERS());
    component openedWithinBits = Num2Bits(32);
    openedWithinBits.in <== fields.openedWithin;
    component tickBits = Num2Bits(16);
    tickBits.in <== fields.tick;
    component tickIsZero = IsZero();
    tickIsZero.in <== fields.tick;
    tickIsZero.out === 0;
    component leadBits = Num2Bits(32);
    leadBits.in <== fields.lead;
    component tailBits = Num2Bits(32);
    tailBits.in <== fields.tail;
    component toleranceBits = Num2Bits(20);
    toleranceBits.in <== fields.clockTolerance;
    fields.independent * (fields.independent - 1) === 0;
    component bucketBits = Num2Bits(32);
    bucketBits.in <== fields.bucket;

    component order = ChannelOrder(count);
    order.channels <== fields.channels;
    used <== order.used;
}
