// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "./interfaces/IComplianceRegistry.sol";
import {IConsentRegistry} from "./interfaces/IConsentRegistry.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {RoleIds} from "./libraries/RoleIds.sol";
import {Attestations} from "./register/Attestations.sol";
import {Decisions} from "./register/Decisions.sol";
import {Exceptions} from "./register/Exceptions.sol";
import {Ledger} from "./register/Ledger.sol";
import {Openings} from "./register/Openings.sol";

/// @title ComplianceRegistry
/// @notice Batches, their attestations, exceptions and certification. Statements, states and running hashes:
/// `IComplianceRegistry`. What changes a batch is in `register/`; here is what others read. What is computed from it: `ReleaseGate`.
contract ComplianceRegistry is Openings, Attestations, Exceptions, Decisions {
    /// @notice Deploys an empty registry, the registry of requests about its batches, and its gate.
    /// @param policies_ The policies; they bring the circuits and the roles.
    /// @param parties_ The party roots, under the same roles.
    /// @param consents_ The consents.
    constructor(
        IPolicyRegistry policies_,
        IPartyRegistry parties_,
        IConsentRegistry consents_
    ) Ledger(policies_, parties_, consents_) {}

    /// @inheritdoc IComplianceRegistry
    function pause() external only(RoleIds.ADMIN) {
        _pause();
    }

    /// @inheritdoc IComplianceRegistry
    function unpause() external only(RoleIds.ADMIN) {
        _unpause();
    }

    /// @inheritdoc IComplianceRegistry
    function isOpened(bytes32 key) external view returns (bool) {
        return _batches[key].owner != address(0);
    }

    /// @inheritdoc IComplianceRegistry
    function batchOf(bytes32 key) external view returns (Batch memory) {
        return _known(key);
    }

    /// @inheritdoc IComplianceRegistry
    function registryCounts() external view returns (uint32[24] memory) {
        return _counts[REGISTRY];
    }

    /// @inheritdoc IComplianceRegistry
    function ownerCounts(address owner) external view returns (uint32[24] memory) {
        return _counts[_scope(owner)];
    }

    /// @inheritdoc IComplianceRegistry
    function batchCounts(bytes32 key) external view returns (uint32[24] memory) {
        return _counts[key];
    }
}
