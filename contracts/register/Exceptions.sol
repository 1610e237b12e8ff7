// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {TwoPersonRule} from "../TwoPersonRule.sol";
import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {Codes} from "../libraries/Codes.sol";
import {PublicTexts} from "../libraries/PublicTexts.sol";
import {RoleIds} from "../libraries/RoleIds.sol";
import {Ledger} from "./Ledger.sol";

/// @title Exceptions
/// @notice What is not proven and said so, and how two persons close it.
abstract contract Exceptions is Ledger, TwoPersonRule {
    /// @inheritdoc IComplianceRegistry
    mapping(address owner => mapping(uint256 rule => uint32)) public repeatsOf;

    mapping(uint256 id => BatchException) private _exceptions;
    mapping(bytes32 key => mapping(uint8 claim => uint32)) private _openOn;

    /// @inheritdoc IComplianceRegistry
    function raiseException(
        bytes32 key,
        uint8 claim,
        uint8 category,
        uint8 severity,
        bytes32 qmsRef,
        bytes32 evidence
    ) external returns (uint256 id) {
        bytes32 digest = _exactCall(abi.encode(key, claim, category, severity, qmsRef, evidence));
        PublicTexts.requireName(qmsRef);
        Batch storage batch = _known(key);
        if (!_isConcerned(key, batch.owner)) revert NotConcerned(key, msg.sender);
        if (category < Codes.CATEGORY_PARAMETER || category > Codes.CATEGORY_OTHER) revert CategoryUnknown(category);
        if (severity < Codes.SEVERITY_MINOR || severity > Codes.SEVERITY_CRITICAL) {
            revert ExceptionSeverityUnknown(severity);
        }
        uint32 repeats = ++repeatsOf[batch.owner][policies.ruleOf(batch.policyId, claim)];
        batch.openExceptions++;
        batch.openClaims |= 1 << claim;
        _openOn[key][claim]++;
        _count(key, batch.owner, Counter.Exceptions);
        id = _counts[REGISTRY][uint256(Counter.Exceptions)];
        _exceptions[id] = BatchException(key, claim, 0);
        bytes32 exceptionsHash = _extendExceptions(batch, digest);
        emit ExceptionRaised(key, id, category, claim, severity, qmsRef, evidence, msg.sender, repeats, exceptionsHash);
    }

    /// @inheritdoc IComplianceRegistry
    function proposeClosing(uint256 id, uint8 disposition, bytes32 evidence) external {
        bytes32 digest = _exactCall(abi.encode(id, disposition, evidence));
        bytes32 key = _openException(id).key;
        Batch storage batch = _batches[key];
        if (disposition < Codes.DISPOSITION_ACCEPTED || disposition > Codes.DISPOSITION_UNFOUNDED) {
            revert DispositionUnknown(disposition);
        }
        // The digest is the hash of exactly what is proposed.
        _propose(digest, RoleIds.qaOf(batch.owner));
        _count(key, batch.owner, Counter.ClosingsProposed);
        emit ClosingProposed(key, id, disposition, evidence, msg.sender, _extendExceptions(batch, digest));
    }

    /// @inheritdoc IComplianceRegistry
    function confirmClosing(uint256 id, uint8 disposition, bytes32 evidence) external {
        bytes32 digest = _exactCall(abi.encode(id, disposition, evidence));
        BatchException storage found = _openException(id);
        bytes32 key = found.key;
        Batch storage batch = _batches[key];
        _requireQp(key);
        _approve(digest, RoleIds.qaOf(batch.owner), RoleIds.QP);
        found.disposition = disposition;
        uint8 claim = found.claim;
        batch.openExceptions--;
        if (--_openOn[key][claim] == 0) batch.openClaims &= ~(1 << claim);

        IPolicyRegistry.Outline memory outline = _outline(batch);
        bool compliantBefore = _missing(batch, outline.release) == 0;
        bool settled = disposition == Codes.DISPOSITION_ACCEPTED && _maySettle(batch, claim, outline.completion);
        if (settled) batch.settled |= 1 << claim;
        else if (disposition == Codes.DISPOSITION_REJECTED) _unsettle(batch, claim, outline);
        _count(key, batch.owner, Counter.ExceptionsClosed);
        bytes32 exceptionsHash = _extendExceptions(batch, digest);
        emit ExceptionClosed(key, id, disposition, evidence, msg.sender, settled, exceptionsHash);
        if (!compliantBefore && _missing(batch, outline.release) == 0) emit BatchCompliant(key);
        _completeIfDone(key, batch, outline.completion);
    }

    /// @inheritdoc IComplianceRegistry
    function decideRevocation(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_DECIDE_REVOCATION);
        bytes32 digest = _exactCall(abi.encode(key, reason, words));
        Batch storage batch = _known(key);
        _requireQp(key);
        if (!_isRevocationUndecided(batch)) revert NothingRevoked(key);
        batch.revocationDecided = true;
        _count(key, batch.owner, Counter.RevocationsDecided);
        emit RevocationDecided(key, msg.sender, batch.consent, reason, words, _extendExceptions(batch, digest));
    }

    /// @inheritdoc IComplianceRegistry
    function exceptionOf(uint256 id) external view returns (BatchException memory) {
        return _raised(id);
    }

    /// @dev Before release only a process claim goes without proof (EU GMP Annex 16, section 3). After release the product
    /// is gone, and whatever completion claim failed can only be decided upon.
    function _maySettle(Batch storage batch, uint8 claim, uint256 completion) private view returns (bool) {
        if (batch.status == Status.Released && completion & (1 << claim) != 0) return true;
        return policies.classOf(batch.policyId, claim) == Codes.CLASS_PROCESS;
    }

    /// @dev What was accepted before is not, if the same claim fails by another exception: a batch that rested on it is not
    /// certified any more, or not completed.
    function _unsettle(Batch storage batch, uint8 claim, IPolicyRegistry.Outline memory outline) private {
        batch.settled &= ~(1 << claim);
        bool completed = batch.status == Status.Completed;
        if (!completed && batch.status != Status.Released) return;
        if (_missing(batch, outline.release) != 0) batch.status = Status.Open;
        else if (completed && _missing(batch, outline.completion) != 0) batch.status = Status.Released;
    }

    function _isConcerned(bytes32 key, address owner) private view returns (bool) {
        return
            _isOwner(owner) ||
            _holds(RoleIds.qaOf(owner), msg.sender) ||
            _isQp(key) ||
            _holds(RoleIds.AUTHORITY, msg.sender);
    }

    function _openException(uint256 id) private view returns (BatchException storage found) {
        found = _raised(id);
        if (found.disposition != 0) revert ExceptionIsClosed(id, found.disposition);
    }

    function _raised(uint256 id) private view returns (BatchException storage found) {
        found = _exceptions[id];
        if (found.key == 0) revert ExceptionUnknown(id);
    }
}
