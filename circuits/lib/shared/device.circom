pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/poseidon.circom";
include "../constants.circom";
include "buses.circom";
include "partyMembership.circom";

/**
 * @title Device
 * @notice Rule `device`: the record's device is registered, its calibration is valid over the stage and over the
 *         readings, and the stage's device set, fixed before the data existed, names it. Constraints: about 4,200.
 * @input  deviceHash     from the record's header
 * @input  deviceSet      from the stage's head
 * @input  slots          the 8 hashes that deviceSet commits to, ascending, zero-filled
 * @input  leaf, path     the device in the party tree
 * @input  parties        public signal
 * @input  start, end, t0, tEnd  ASSUMED below 2^40
 */
template Device() {
    signal input deviceHash;
    signal input deviceSet;
    signal input slots[DEVICE_SET_SIZE()];
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

    // The device is one of the slots: the product of the differences is 0. An unused slot is 0 and names no device.
    component noDevice = IsZero();
    noDevice.in <== deviceHash;
    noDevice.out === 0;
    signal product[DEVICE_SET_SIZE()];
    product[0] <== deviceHash - slots[0];
    for (var i = 1; i < DEVICE_SET_SIZE(); i++) {
        product[i] <== product[i - 1] * (deviceHash - slots[i]);
    }
    product[DEVICE_SET_SIZE() - 1] === 0;
}
