// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "./interfaces/IComplianceRegistry.sol";
import {IConsentRegistry} from "./interfaces/IConsentRegistry.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IReleaseGate} from "./interfaces/IReleaseGate.sol";
import {RoleIds} from "./libraries/RoleIds.sol";
import {Signals} from "./libraries/Signals.sol";
import {Attestations} from "./register/Attestations.sol";
import {Decisions} from "./register/Decisions.sol";
import {Exceptions} from "./register/Exceptions.sol";
import {Ledger} from "./register/Ledger.sol";
import {Openings} from "./register/Openings.sol";

/// @title ComplianceRegistry
/// @notice Batches, their attestations, exceptions and certification. Statements, states and running hashes:
/// `IComplianceRegistry`. What changes a batch is in `register/`; here is what others ask.
contract ComplianceRegistry is Openings, Attestations, Exceptions, Decisions {
    /// @notice Deploys an empty registry, and the registry of requests about its batches.
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

    /// @inheritdoc IReleaseGate
    function isReleased(bytes32 key) external view returns (bool) {
        Batch storage batch = _batches[key];
        bool certified = batch.status == Status.Released || batch.status == Status.Completed;
        return certified && _isUnopposed(key, batch);
    }

    /// @inheritdoc IReleaseGate
    function isStageReady(bytes32 key, uint8 stage) external view returns (bool) {
        Batch storage batch = _batches[key];
        bool running = batch.status == Status.Open || batch.status == Status.Released;
        if (batch.owner == address(0) || !running || !_isUnopposed(key, batch)) return false;
        IPolicyRegistry.Outline memory outline = _outline(batch);
        if (stage >= outline.stages) return false;
        if (stage == 0) return true;
        // The whole chain before, so that one proven link does not hide an asserted one.
        (, uint256 hereAndLater) = policies.claimsOfStage(batch.policyId, stage);
        uint256 before = outline.custody & ~hereAndLater;
        return before != 0 && before & ~batch.attested == 0;
    }

    /// @inheritdoc IComplianceRegistry
    function statusOf(bytes32 key) external view returns (Status) {
        Batch storage batch = _known(key);
        Status status = batch.status;
        if (batch.recalled) return Status.Recalled;
        if (_isEnded(status)) return status;
        if (status == Status.Open && openExceptionsOf(key) != 0) return Status.Exception;
        if (isOverdue(key)) return Status.Overdue;
        if (status != Status.Open) return status;
        (uint256 release, ) = missingClaims(key);
        return release == 0 ? Status.Compliant : Status.Open;
    }

    /// @inheritdoc IComplianceRegistry
    function batchOf(bytes32 key) external view returns (Batch memory) {
        return _known(key);
    }

    /// @inheritdoc IComplianceRegistry
    function contextOf(address submitter) external view returns (uint256) {
        return Signals.contextOf(block.chainid, address(this), submitter);
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

    /// @inheritdoc IComplianceRegistry
    function isOverdue(bytes32 key) public view returns (bool) {
        Batch storage batch = _known(key);
        if (batch.recalled || _isEnded(batch.status)) return false;
        if (requests.isOverdue(key)) return true;
        if (batch.status == Status.Open) return block.timestamp > batch.due[0];
        if (batch.status != Status.Released || block.timestamp <= batch.due[1]) return false;
        (, uint256 completion) = missingClaims(key);
        return completion != 0;
    }

    /// @inheritdoc IComplianceRegistry
    function missingClaims(bytes32 key) public view returns (uint256 release, uint256 completion) {
        Batch storage batch = _known(key);
        IPolicyRegistry.Outline memory outline = _outline(batch);
        return (_missing(batch, outline.release), _missing(batch, outline.completion));
    }

    /// @dev Neither an exception nor a hold nor a recall speaks against it now.
    function _isUnopposed(bytes32 key, Batch storage batch) private view returns (bool) {
        return !batch.recalled && batch.holds == 0 && openExceptionsOf(key) == 0;
    }

    /// @dev Ended without release.
    function _isEnded(Status status) private pure returns (bool) {
        return status == Status.Rejected || status == Status.Aborted || status == Status.ExceptionalSupply;
    }
}
