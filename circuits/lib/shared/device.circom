pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "buses.circom";
include "partyMembership.circom";

/**
 * @title Device
 * @notice Rule `device`: the record's device is registered, its calibration is valid over the stage and over the
 *         readings, and the stage's device set, fixed before the data existed, names it: exactly as many devices as the
 *         rule says, in the first slots, each once, and this one in the slot that the rule says, which is then its only
 *         one. Constraints: about 2,920.
 * @input  deviceHash     from the record's header
 * @input  deviceSet      from the stage's head
 * @input  slots          the 8 hashes that deviceSet commits to, in the order in which they were named, zero-filled
 * @input  devices        of the rule, any field element; proven 1 to 8
 * @input  slot           of the rule, any field element; proven 0 (any one of them) to 8
 * @input  leaf, path     the device in the party tree
 * @input  parties        public signal
 * @input  start, end, t0, tEnd  ASSUMED below 2^40
 */
template Device() {
    var size = DEVICE_SET_SIZE();

    signal input deviceHash;
    signal input deviceSet;
    signal input slots[size];
    signal input devices;
    signal input slot;
    input PartyLeaf() leaf;
    input PartyPath() path;
    signal input parties;
    signal input start;
    signal input end;
    signal input t0;
    signal input tEnd;

    leaf.id0 === deviceHash;
    leaf.id1 === 0;
    component member = PartyMembership(ROLE_DEVICE());
    member.leaf <== leaf;
    member.path <== path;
    member.root <== parties;

    component validOverStage = ValidOver();
    validOverStage.leaf <== leaf;
    validOverStage.from <== start;
    validOverStage.to <== end;
    component validOverReadings = ValidOver();
    validOverReadings.leaf <== leaf;
    validOverReadings.from <== t0;
    validOverReadings.to <== tEnd;

    signal namedSet <== Poseidon(9)([
        TAG_DEVICES(), slots[0], slots[1], slots[2], slots[3], slots[4], slots[5], slots[6], slots[7]
    ]);
    deviceSet === namedSet;

    // A slot is used iff it differs from 0 and from every slot before it; any other is 0, and comes after the used ones.
    component unused[size];
    signal difference[size][size];
    var used = 0;
    for (var i = 0; i < size; i++) {
        difference[i][0] <== slots[i];
        for (var j = 0; j < i; j++) {
            difference[i][j + 1] <== difference[i][j] * (slots[i] - slots[j]);
        }
        unused[i] = IsZero();
        unused[i].in <== difference[i][i];
        unused[i].out * slots[i] === 0;
        if (i > 0) {
            unused[i - 1].out * (1 - unused[i].out) === 0;
        }
        used += 1 - unused[i].out;
    }
    devices === used;

    // The device is in exactly one slot, and no unused one: it is not 0.
    component noDevice = IsZero();
    noDevice.in <== deviceHash;
    noDevice.out === 0;
    component at[size];
    var times = 0;
    var place = 0;
    for (var i = 0; i < size; i++) {
        at[i] = IsEqual();
        at[i].in <== [deviceHash, slots[i]];
        times += at[i].out;
        place += (i + 1) * at[i].out;
    }
    times === 1;
    slot * (place - slot) === 0;
}
