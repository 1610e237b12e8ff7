pragma circom 2.2.2;

include "../constants.circom";
include "../exactRange.circom";

/**
 * @title Range
 * @notice Rule `range`: every reading's code is 0..width, which are exactly the codes of the permitted interval
 *         [lo, hi]. Constraints: 8 a reading plus 7.
 * @param  n      readings
 * @input  code   any field elements
 * @input  width  largest permitted code, any field element; proven in 127..254
 */
template Range(n) {
    signal input code[n];
    signal input width;

    component band = Band();
    band.width <== width;

    component reading[n];
    for (var i = 0; i < n; i++) {
        reading[i] = ExactRange();
        reading[i].value <== code[i];
        reading[i].w <== band.w;
    }
}
