// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Journal} from "./Journal.sol";
import {IConsentRegistry} from "./interfaces/IConsentRegistry.sol";

/// @title ConsentRegistry
/// @notice Consents and their revocations. It knows no batch: the compliance registry asks it.
contract ConsentRegistry is IConsentRegistry, Journal {
    mapping(bytes32 consent => Consent) private _consents;

    /// @inheritdoc IConsentRegistry
    function grant(bytes32 commitment) external returns (bytes32 consent) {
        if (commitment == 0) revert CommitmentMissing();
        consent = idOf(msg.sender, commitment);
        if (_consents[consent].holder != address(0)) revert ConsentKnown(consent);
        _consents[consent] = Consent(msg.sender, uint64(block.timestamp), 0);
        _emit(ConsentGranted.selector, consent, _topic(msg.sender), abi.encode(commitment));
    }

    /// @inheritdoc IConsentRegistry
    function revoke(bytes32 consent) external {
        Consent storage stored = _consents[consent];
        if (stored.holder != msg.sender) revert NotHolder(consent, msg.sender);
        if (stored.revokedAt != 0) revert ConsentIsRevoked(consent);
        stored.revokedAt = uint64(block.timestamp);
        _emit(ConsentRevoked.selector, consent, _topic(msg.sender), "");
    }

    /// @inheritdoc IConsentRegistry
    function isValid(bytes32 consent) external view returns (bool) {
        Consent storage stored = _consents[consent];
        return stored.holder != address(0) && stored.revokedAt == 0;
    }

    /// @inheritdoc IConsentRegistry
    function consentOf(bytes32 consent) external view returns (Consent memory) {
        return _consents[consent];
    }

    /// @inheritdoc IConsentRegistry
    function idOf(address holder, bytes32 commitment) public pure returns (bytes32) {
        return keccak256(abi.encode(holder, commitment));
    }
}
