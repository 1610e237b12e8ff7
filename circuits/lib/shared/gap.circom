pragma circom 2.2.2;

include "../constants.circom";
include "../exactRange.circom";

/**
 * @title Gap
 * @notice Rule `gap`: every interval between readings is 0..G ticks, and the first is 0, so the series starts at its
 *         own t0. A stretch longer than the limit cannot be written down at all. Constraints: 8 a reading plus 7.
 * @param  n         readings
 * @input  dt        ticks since the reading before, any field elements
 * @input  gapTicks  G, any field element; proven in 127..254
 */
template Gap(n) {
    signal input dt[n];
    signal input gapTicks;

    component band = Band();
    band.width <== gapTicks;

    dt[0] === 0;
    component interval[n];
    for (var i = 0; i < n; i++) {
        interval[i] = ExactRange();
        interval[i].value <== dt[i];
        interval[i].w <== band.w;
    }
}
