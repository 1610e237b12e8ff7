pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "lib/constants.circom";
include "lib/parameters/channelRanges.circom";
include "lib/parameters/parametersRecord.circom";
include "lib/parameters/parametersRule.circom";
include "lib/shared/buses.circom";
include "lib/shared/clock.circom";
include "lib/shared/device.circom";
include "lib/shared/gap.circom";
include "lib/shared/headOpening.circom";
include "lib/shared/openingTime.circom";
include "lib/shared/source.circom";
include "lib/shared/thinning.circom";
include "lib/shared/window.circom";

/**
 * @title Parameters
 * @notice Channels sampled together, hard limits only. The prover knows a record, signed by a registered
 *         source, of a registered device, that covers the stage without a gap, and whose every reading of every
 *         channel lies within that channel's limits. Rules: gap, range, window, thinning, clock, source, device, opened.
 * @param  chunks    capacity in chunks of 210 readings of one channel, or 70 samples of five
 * @param  channels  places for channels: one is kind `channel`, five are kind `parameters`
 *
 * What is proven and what is not: circuits/README.md. Exact constraint counts: test/circuits/parameters.test.ts.
 */
template Parameters(chunks, channels) {
    var N = chunks * SAMPLES_PER_CHUNK(channels);

    // ---- PUBLIC, in the order of SIGNALS (src/formats/constants.ts) ----
    signal input batch;      // commitment to chain of identity and order
    signal input rule;       // salted hash of this claim's rule
    signal input head;       // head of the claim's stage
    signal input parties;    // root of authorised parties and devices
    signal input record;     // salted commitment to the record
    signal input deviations; // bitmap: bit 2 repeated import, bit 3 corrected clock, bits 4 and 5 opened late
    signal input context;    // chain, registry, submitter
    signal input opened;     // when the batch was opened, Unix seconds

    // ---- PRIVATE ----
    input ParametersRule(channels) ruleFields;
    input StageHead() headFields;
    input ParametersHeader(channels) header;
    signal input dt[N];                // ticks since the sample before
    signal input code[channels][N];  // readings of each channel
    signal input chunkSalts[chunks];
    signal input recordSalt;
    input PartyLeaf() sourceLeaf;
    input PartyPath() sourcePath;
    input Signature() sourceSignature;
    input PartyLeaf() deviceLeaf;
    input PartyPath() devicePath;
    signal input deviceSlots[DEVICE_SET_SIZE()];

    // 1. The rule is the approved one.
    component ruleOpening = ParametersRuleOpening(channels);
    ruleOpening.rule <== rule;
    ruleOpening.fields <== ruleFields;

    // 2. The stage is one of this batch, and the one the rule is for.
    component headOpening = HeadOpening();
    headOpening.head <== head;
    headOpening.batch <== batch;
    headOpening.stage <== ruleFields.stage;
    headOpening.fields <== headFields;

    // 3. Every interval and every reading is in range; after this, dt and code are bytes.
    component gap = Gap(N);
    gap.dt <== dt;
    gap.gapTicks <== ruleFields.gapTicks;
    component range = ChannelRanges(chunks, channels);
    range.code <== code;
    range.channels <== ruleFields.channels;
    range.used <== ruleOpening.used;

    // 4. The record is these samples under this header, coded as the rule says.
    component recordOpening = ParametersRecordOpening(chunks, channels);
    recordOpening.record <== record;
    recordOpening.header <== header;
    recordOpening.rule <== ruleFields;
    recordOpening.start <== headFields.start;
    recordOpening.end <== headFields.end;
    recordOpening.dt <== dt;
    recordOpening.code <== code;
    recordOpening.chunkSalts <== chunkSalts;
    recordOpening.salt <== recordSalt;

    // 5. The samples cover the stage.
    component window = Window();
    window.start <== headFields.start;
    window.end <== headFields.end;
    window.t0 <== header.t0;
    window.ticks <== recordOpening.ticks;
    window.tick <== ruleFields.tick;
    window.gapTicks <== ruleFields.gapTicks;
    window.lead <== ruleFields.lead;
    window.tail <== ruleFields.tail;

    // 6. They were thinned by no more than the rule allows.
    component thinning = Thinning();
    thinning.bucket <== header.bucket;
    thinning.limit <== ruleFields.bucket;

    // 7. The device's clock was right enough.
    component clock = Clock();
    clock.zoneChanged <== header.zoneChanged;
    clock.clockError <== header.clockError;
    clock.clockTolerance <== ruleFields.clockTolerance;

    // 8. A registered source signed the record, for channel 0: the record itself commits kind and channels, and a record
    //    of another kind has another preimage.
    component source = Source();
    source.batch <== batch;
    source.stage <== ruleFields.stage;
    source.channelId <== NO_CHANNEL();
    source.rule <== rule;
    source.record <== record;
    source.custodianOrg <== headFields.org;
    source.independent <== ruleFields.independent;
    source.leaf <== sourceLeaf;
    source.path <== sourcePath;
    source.parties <== parties;
    source.signature <== sourceSignature;
    source.start <== headFields.start;
    source.end <== headFields.end;
    source.t0 <== header.t0;
    source.tEnd <== window.tEnd;

    // 9. The device is registered, calibrated and was named beforehand.
    component device = Device();
    device.deviceHash <== header.deviceHash;
    device.deviceSet <== headFields.deviceSet;
    device.slots <== deviceSlots;
    device.devices <== ruleFields.devices;
    device.slot <== ruleFields.slot;
    device.leaf <== deviceLeaf;
    device.path <== devicePath;
    device.parties <== parties;
    device.start <== headFields.start;
    device.end <== headFields.end;
    device.t0 <== header.t0;
    device.tEnd <== window.tEnd;

    // 10. Where the rule bounds it, the batch was opened soon enough after the stage began.
    component openingTime = OpeningTime();
    openingTime.opened <== opened;
    openingTime.start <== headFields.start;
    openingTime.openedWithin <== ruleFields.openedWithin;

    // 11. What the reader should know.
    component firstAttempt = IsZero();
    firstAttempt.in <== header.attempt;
    deviations === 4 * (1 - firstAttempt.out) + 8 * clock.corrected + openingTime.deviations;

    // 12. The proof is for one chain, registry and submitter.
    signal contextSquare <== context * context;
}
