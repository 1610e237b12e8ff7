pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/mux4.circom";
include "readings.circom";

function WEIGHT_BITS() { return 40; }

/**
 * exp(-(dH/R) * (1/T - 1/T_hot)) in 40 bits for T = 0.1 * tenths °C, dH/R = 10,000 K, T_hot = 25.5 °C: the power series
 * of exp in 64-bit fixed point, and its inverse.
 */
function weight(tenths) {
    var ONE = 2 ** 64;
    var kelvin = 27315 + 10 * tenths; // hundredths
    var hot = 27315 + 10 * 255;
    var x = 10000 * 100 * ONE * (hot - kelvin) \ (hot * kelvin);
    var term = ONE;
    var exp = ONE;
    for (var k = 1; k < 60; k++) {
        term = term * x \ (ONE * k);
        exp += term;
    }
    return 2 ** WEIGHT_BITS() * ONE \ exp;
}

/**
 * @title MeanKineticTemperature
 * @notice Rule `mkt` for readings of 0.0 to 25.5 °C: the mean of the readings' weights is at most the limit's weight.
 *         The cheapest textbook way to look a weight up: the reading's two hexadecimal digits select from a table of
 *         constants, 16 rows by 16 columns. Constraints: 48 a reading; 272 if the table were private, as ours is.
 * @input  dt         seconds since the reading before, ASSUMED at most 2^32 together; 0 for the first
 * @input  value      any field elements
 * @input  mktLimit   largest mean weight, public, ASSUMED below 2^40
 */
template MeanKineticTemperature(samples) {
    signal input dt[samples + 1];
    signal input value[samples];
    signal input mktLimit;

    var weights[256];
    for (var tenths = 0; tenths < 256; tenths++) {
        weights[tenths] = weight(tenths);
    }

    component digits[samples];
    component columns[samples];
    component rows[samples];
    signal weighted[samples + 1];
    weighted[0] <== 0;
    var total = 0;
    for (var i = 0; i < samples; i++) {
        digits[i] = Num2Bits(8);
        digits[i].in <== value[i] - CELSIUS_ZERO();
        columns[i] = MultiMux4(16);
        rows[i] = Mux4();
        for (var bit = 0; bit < 4; bit++) {
            columns[i].s[bit] <== digits[i].out[bit];
            rows[i].s[bit] <== digits[i].out[4 + bit];
        }
        for (var tenths = 0; tenths < 256; tenths++) {
            columns[i].c[tenths \ 16][tenths % 16] <== weights[tenths];
        }
        for (var row = 0; row < 16; row++) {
            rows[i].c[row] <== columns[i].out[row];
        }
        weighted[i + 1] <== weighted[i] + rows[i].out * (dt[i] + dt[i + 1]);
        total += dt[i] + dt[i + 1];
    }

    component mean = Most(WEIGHT_BITS() + TIME_BITS() + 1);
    mean.in <== weighted[samples];
    mean.most <== mktLimit * total;
}
