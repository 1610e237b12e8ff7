// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IReleaseGate} from "../interfaces/IReleaseGate.sol";

/// @title DataAccessGate
/// @notice Example of a contract on `IReleaseGate`: the owner of a released batch publishes the hash of the key that opens
/// its data; whoever serves the data asks here, and gets no answer any more once the consent is revoked or the gate of
/// the batch closes. The data and the key themselves stay off chain.
contract DataAccessGate {
    /// @notice The gate of the register.
    IReleaseGate public immutable gate;
    /// @notice The register.
    IComplianceRegistry public immutable registry;
    /// @notice The consents.
    IConsentRegistry public immutable consents;

    mapping(bytes32 key => bytes32) private _keyHashes;

    /// @notice The owner opened the data of a batch.
    /// @param key Key of the batch.
    /// @param keyHash sha256 of the key that opens the data.
    event KeyPublished(bytes32 indexed key, bytes32 keyHash);

    /// @notice The register has another gate.
    error GateForeign(IReleaseGate gate);
    /// @notice Only the owner of the batch opens its data.
    error NotOwner(bytes32 key, address caller);
    /// @notice The hash is missing.
    error KeyHashMissing();
    /// @notice The batch is not released, or there is no consent that stands.
    error AccessClosed(bytes32 key);

    /// @notice Binds the gate to a register.
    /// @param gate_ The gate of the register.
    /// @param consents_ The consents that its batches have.
    constructor(IReleaseGate gate_, IConsentRegistry consents_) {
        gate = gate_;
        registry = gate_.registry();
        if (registry.gate() != gate_) revert GateForeign(gate_);
        consents = consents_;
    }

    /// @notice Opens the data of a batch. Caller: its owner.
    /// @param key Key of the batch; unknown ones revert.
    /// @param keyHash sha256 of the key that opens the data; a second call replaces it.
    function publish(bytes32 key, bytes32 keyHash) external {
        if (msg.sender != registry.batchOf(key).owner) revert NotOwner(key, msg.sender);
        if (keyHash == 0) revert KeyHashMissing();
        if (!isOpen(key)) revert AccessClosed(key);
        _keyHashes[key] = keyHash;
        emit KeyPublished(key, keyHash);
    }

    /// @notice The hash of the key that opens a batch's data now.
    /// @param key Key of the batch; unknown ones revert.
    /// @return 0 if it was not published or access is closed now.
    function keyHashOf(bytes32 key) external view returns (bytes32) {
        return isOpen(key) ? _keyHashes[key] : bytes32(0);
    }

    /// @notice Whether the batch is released and its consent stands.
    /// @param key Key of the batch; unknown ones revert.
    /// @return True if both hold now.
    function isOpen(bytes32 key) public view returns (bool) {
        return consents.isValid(registry.batchOf(key).consent) && gate.isReleased(key);
    }
}
