// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Since} from "./Since.sol";
import {IComplianceRegistry} from "./interfaces/IComplianceRegistry.sol";
import {IDisclosureRequests} from "./interfaces/IDisclosureRequests.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IReleaseGate} from "./interfaces/IReleaseGate.sol";
import {ClaimTable} from "./libraries/ClaimTable.sol";
import {CodeStore} from "./libraries/CodeStore.sol";
import {Signals} from "./libraries/Signals.sol";

/// @title ReleaseGate
/// @notice What is computed from a compliance registry, which deploys it. It stores nothing and nothing that changes a batch
/// asks it, so the registry keeps its size for rules.
contract ReleaseGate is IReleaseGate, Since {
    /// @inheritdoc IReleaseGate
    IComplianceRegistry public immutable registry;
    /// @notice The policies of its batches.
    IPolicyRegistry public immutable policies;
    /// @notice What authorities asked about them.
    IDisclosureRequests public immutable requests;

    /// @notice Binds the gate to a registry.
    /// @param registry_ The registry of the batches.
    /// @param policies_ Their policies.
    /// @param requests_ What authorities asked about them.
    constructor(IComplianceRegistry registry_, IPolicyRegistry policies_, IDisclosureRequests requests_) {
        registry = registry_;
        policies = policies_;
        requests = requests_;
    }

    /// @inheritdoc IReleaseGate
    function isReleased(bytes32 key) external view returns (bool) {
        if (!registry.isOpened(key)) return false;
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        bool certified =
            batch.status == IComplianceRegistry.Status.Released || batch.status == IComplianceRegistry.Status.Completed;
        return certified && _isUnopposed(key, batch);
    }

    /// @inheritdoc IReleaseGate
    function isStageReady(bytes32 key, uint8 stage) external view returns (bool) {
        if (!registry.isOpened(key)) return false;
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        bool running =
            batch.status == IComplianceRegistry.Status.Open || batch.status == IComplianceRegistry.Status.Released;
        if (!running || !_isUnopposed(key, batch)) return false;
        IPolicyRegistry.Outline memory outline = _outline(batch);
        if (stage >= outline.stages) return false;
        if (stage == 0) return true;
        // The whole chain before, so that one proven link does not hide an asserted one.
        (, uint256 hereAndLater) = policies.claimsOfStage(batch.policyId, stage);
        uint256 before = outline.custody & ~hereAndLater;
        return before != 0 && before & ~batch.attested == 0;
    }

    /// @inheritdoc IReleaseGate
    function statusOf(bytes32 key) external view returns (IComplianceRegistry.Status) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        IComplianceRegistry.Status status = batch.status;
        if (batch.recalled) return IComplianceRegistry.Status.Recalled;
        if (_isEnded(status)) return status;
        bool open = status == IComplianceRegistry.Status.Open;
        if (open && registry.openExceptionsOf(key) != 0) return IComplianceRegistry.Status.Exception;
        if (_isOverdue(key, batch)) return IComplianceRegistry.Status.Overdue;
        if (!open) return status;
        bool compliant = _missing(batch, _outline(batch).release) == 0;
        return compliant ? IComplianceRegistry.Status.Compliant : IComplianceRegistry.Status.Open;
    }

    /// @inheritdoc IReleaseGate
    function isOverdue(bytes32 key) external view returns (bool) {
        return _isOverdue(key, registry.batchOf(key));
    }

    /// @inheritdoc IReleaseGate
    function missingClaims(bytes32 key) external view returns (uint256 release, uint256 completion) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        IPolicyRegistry.Outline memory outline = _outline(batch);
        return (_missing(batch, outline.release), _missing(batch, outline.completion));
    }

    /// @inheritdoc IReleaseGate
    function contextOf(address submitter) external view returns (uint256) {
        return Signals.contextOf(block.chainid, address(registry), submitter);
    }

    function _isOverdue(bytes32 key, IComplianceRegistry.Batch memory batch) private view returns (bool) {
        if (batch.recalled || _isEnded(batch.status)) return false;
        if (requests.isOverdue(key)) return true;
        if (batch.status == IComplianceRegistry.Status.Open) return block.timestamp > batch.due[0];
        if (batch.status != IComplianceRegistry.Status.Released || block.timestamp <= batch.due[1]) return false;
        return _missing(batch, _outline(batch).completion) != 0;
    }

    /// @dev Neither an exception nor a hold nor a recall speaks against it now.
    function _isUnopposed(bytes32 key, IComplianceRegistry.Batch memory batch) private view returns (bool) {
        return !batch.recalled && batch.holds == 0 && registry.openExceptionsOf(key) == 0;
    }

    function _outline(IComplianceRegistry.Batch memory batch) private view returns (IPolicyRegistry.Outline memory) {
        return ClaimTable.outlineOf(CodeStore.read(policies.tableOf(batch.policyId)));
    }

    /// @dev Those of a set of claims that are neither attested nor settled.
    function _missing(IComplianceRegistry.Batch memory batch, uint256 claims) private pure returns (uint256) {
        return claims & ~(batch.attested | batch.settled);
    }

    /// @dev Ended without release.
    function _isEnded(IComplianceRegistry.Status status) private pure returns (bool) {
        return
            status == IComplianceRegistry.Status.Rejected ||
            status == IComplianceRegistry.Status.Aborted ||
            status == IComplianceRegistry.Status.ExceptionalSupply;
    }
}
