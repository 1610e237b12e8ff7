pragma circom 2.2.2;

include "circomlib/circuits/bitify.circom";
include "../atMost.circom";

/**
 * @title Thinning
 * @notice Rule `thinning`: the source thinned the series to buckets no longer than the rule allows; where the rule allows
 *         none, not at all. What is kept of a bucket is the source's word (docs/spec/formats.md, Thinning). Constraints: 64.
 * @input  bucket  seconds, from the record's header, any field element; proven 32-bit
 * @input  limit   seconds, of the rule, ASSUMED below 2^32
 */
template Thinning() {
    signal input bucket;
    signal input limit;

    component bucketBits = Num2Bits(32);
    bucketBits.in <== bucket;
    component within = AtMost(32);
    within.low <== bucket;
    within.high <== limit;
}
