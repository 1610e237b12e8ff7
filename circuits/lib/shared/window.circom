pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "../atMost.circom";

/**
 * @title Window
 * @notice Rule `window`: the series covers its stage and is not from another time:
 *         start - G*tick <= t0 <= start + lead, and end - tail <= tEnd <= end + G*tick. Whatever lead and tail allow, it
 *         overlaps at least half of the stage, which a series from before or after it cannot. Constraints: about 375.
 * @input  start, end  of the stage, ASSUMED below 2^40
 * @input  t0          time of the first reading, any field element; proven below 2^40
 * @input  ticks       running time of the series, ASSUMED below 2^24
 * @input  tick        seconds, ASSUMED below 2^16
 * @input  gapTicks    G, ASSUMED at most 254
 * @input  lead, tail  seconds, ASSUMED below 2^32
 * @output tEnd        time of the last reading, below 2^40
 */
template Window() {
    signal input start;
    signal input end;
    signal input t0;
    signal input ticks;
    signal input tick;
    signal input gapTicks;
    signal input lead;
    signal input tail;
    signal output tEnd;

    component t0Bits = Num2Bits(40);
    t0Bits.in <== t0;
    tEnd <== t0 + tick * ticks;
    component tEndBits = Num2Bits(40);
    tEndBits.in <== tEnd;

    signal slack <== tick * gapTicks;

    // Each side is below 2^41 and not below -2^32, so 42 bits hold every honest difference and none wraps.
    component startsLateEnough = AtMost(42);
    startsLateEnough.low <== start;
    startsLateEnough.high <== t0 + slack;
    component startsInTime = AtMost(42);
    startsInTime.low <== t0;
    startsInTime.high <== start + lead;
    component endsLateEnough = AtMost(42);
    endsLateEnough.low <== end;
    endsLateEnough.high <== tEnd + tail;
    component endsInTime = AtMost(42);
    endsInTime.low <== tEnd;
    endsInTime.high <== end + slack;

    // The overlap runs from the later one of start and t0 to the earlier one of end and tEnd. Twice that is at least the
    // stage iff twice each of these differences is; the fourth, of the stage itself, always is.
    component lastsAfterStart = AtMost(42);
    lastsAfterStart.low <== end - start;
    lastsAfterStart.high <== 2 * (tEnd - start);
    component beginsBeforeEnd = AtMost(42);
    beginsBeforeEnd.low <== end - start;
    beginsBeforeEnd.high <== 2 * (end - t0);
    component lastsLongEnough = AtMost(42);
    lastsLongEnough.low <== end - start;
    lastsLongEnough.high <== 2 * (tEnd - t0);
}
