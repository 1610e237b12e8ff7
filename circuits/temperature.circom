pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "lib/constants.circom";
include "lib/shared/buses.circom";
include "lib/shared/clock.circom";
include "lib/shared/device.circom";
include "lib/shared/gap.circom";
include "lib/shared/headOpening.circom";
include "lib/shared/openingTime.circom";
include "lib/shared/range.circom";
include "lib/shared/source.circom";
include "lib/shared/thinning.circom";
include "lib/shared/window.circom";
include "lib/temperature/excursions.circom";
include "lib/temperature/temperatureRecord.circom";
include "lib/temperature/temperatureRule.circom";

/**
 * @title Temperature
 * @notice One channel, a long series. The prover knows a record, signed by a registered source, of a registered
 *         device, that covers the stage without a gap, whose every reading lies within the rule's hard limits, and
 *         whose excursions from the normal band and mean kinetic temperature are within the rule's budgets.
 *         Rules: gap, range, window, thinning, clock, source, device, cumulative, single, mkt, opened.
 * @param  chunks   capacity in chunks of 210 readings
 * @param  lengths  how many distinct excursion lengths can be proven
 *
 * What is proven and what is not: circuits/README.md. Exact constraint counts: test/circuits/temperature.test.ts.
 */
template Temperature(chunks, lengths) {
    var N = chunks * ROWS_PER_CHUNK();

    // ---- PUBLIC, in the order of SIGNALS (src/formats/constants.ts) ----
    signal input batch;      // commitment to chain of identity and order
    signal input rule;       // salted hash of this claim's rule
    signal input head;       // head of the claim's stage
    signal input parties;    // root of authorised parties and devices
    signal input record;     // salted commitment to the record
    signal input deviations; // bitmap: above the band, below it, repeated import, corrected clock, opened late
    signal input context;    // chain, registry, submitter
    signal input opened;     // when the batch was opened, Unix seconds

    // ---- PRIVATE ----
    input TemperatureRule() ruleFields;
    input StageHead() headFields;
    input TemperatureHeader() header;
    signal input dt[N];        // ticks since the reading before
    signal input code[N];      // readings
    signal input chunkSalts[chunks];
    signal input recordSalt;
    input PartyLeaf() sourceLeaf;
    input PartyPath() sourcePath;
    input Signature() sourceSignature;
    input PartyLeaf() deviceLeaf;
    input PartyPath() devicePath;
    signal input deviceSlots[DEVICE_SET_SIZE()];
    signal input outside[N];                   // 1: the reading is outside the normal band
    signal input dwell[CODES()];               // time spent at each code
    signal input excursionLengths[lengths];    // distinct lengths of excursions, in ticks
    signal input excursionCounts[lengths + 1]; // how often length 0 and each of them is looked up

    // 1. The rule is the approved one.
    component ruleOpening = TemperatureRuleOpening();
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
    component range = Range(N);
    range.code <== code;
    range.width <== ruleFields.width;

    // 4. The record is these readings under this header, coded as the rule says.
    component recordOpening = TemperatureRecordOpening(chunks);
    recordOpening.record <== record;
    recordOpening.header <== header;
    recordOpening.rule <== ruleFields;
    recordOpening.start <== headFields.start;
    recordOpening.end <== headFields.end;
    recordOpening.dt <== dt;
    recordOpening.code <== code;
    recordOpening.chunkSalts <== chunkSalts;
    recordOpening.salt <== recordSalt;

    // 5. The readings cover the stage.
    component window = Window();
    window.start <== headFields.start;
    window.end <== headFields.end;
    window.t0 <== header.t0;
    window.ticks <== recordOpening.ticks;
    window.tick <== ruleFields.tick;
    window.gapTicks <== ruleFields.gapTicks;
    window.lead <== ruleFields.lead;
    window.tail <== ruleFields.tail;

    // 6. It was thinned by no more than the rule allows.
    component thinning = Thinning();
    thinning.bucket <== header.bucket;
    thinning.limit <== ruleFields.bucket;

    // 7. The device's clock was right enough.
    component clock = Clock();
    clock.zoneChanged <== header.zoneChanged;
    clock.clockError <== header.clockError;
    clock.clockTolerance <== ruleFields.clockTolerance;

    // 8. A registered source signed the record.
    component source = Source();
    source.batch <== batch;
    source.stage <== ruleFields.stage;
    source.channelId <== ruleFields.channelId;
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

    // 10. The excursions from the normal band are within the rule's budgets.
    component excursions = Excursions(N, lengths);
    excursions.rule <== rule;
    excursions.record <== record;
    excursions.fields <== ruleFields;
    excursions.dt <== dt;
    excursions.code <== code;
    excursions.ticks <== recordOpening.ticks;
    excursions.start <== headFields.start;
    excursions.end <== headFields.end;
    excursions.outside <== outside;
    excursions.dwell <== dwell;
    excursions.excursionLengths <== excursionLengths;
    excursions.excursionCounts <== excursionCounts;

    // 11. Where the rule bounds it, the batch was opened soon enough after the stage began.
    component openingTime = OpeningTime();
    openingTime.opened <== opened;
    openingTime.start <== headFields.start;
    openingTime.openedWithin <== ruleFields.openedWithin;

    // 12. What the reader should know.
    component firstAttempt = IsZero();
    firstAttempt.in <== header.attempt;
    deviations === excursions.anyAbove + 2 * excursions.anyBelow + 4 * (1 - firstAttempt.out) + 8 * clock.corrected
        + openingTime.deviations;

    // 13. The proof is for one chain, registry and submitter.
    signal contextSquare <== context * context;
}
