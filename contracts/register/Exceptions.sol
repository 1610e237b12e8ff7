// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {Codes} from "../libraries/Codes.sol";
import {Limits} from "../libraries/Limits.sol";
import {PublicTexts} from "../libraries/PublicTexts.sol";
import {RoleIds} from "../libraries/RoleIds.sol";
import {Ledger} from "./Ledger.sol";

/// @title Exceptions
/// @notice What is not proven and said so. Two persons close it (`QualifiedPersons`).
abstract contract Exceptions is Ledger {
    /// @inheritdoc IComplianceRegistry
    mapping(address owner => mapping(uint256 rule => uint32)) public repeatsOf;

    /// @dev Exceptions in this registry: their numbers are 1 to this.
    uint256 private _raised;
    mapping(uint256 id => BatchException) private _exceptions;
    mapping(bytes32 key => mapping(uint8 claim => uint32)) private _openOn;

    /// @inheritdoc IComplianceRegistry
    function raiseException(
        bytes32[] calldata keys,
        uint8[] calldata claims,
        uint8 category,
        uint8 severity,
        bytes32 qmsRef,
        bytes32 evidence
    ) external returns (uint256 first) {
        PublicTexts.requireName(qmsRef);
        _requireBatches(keys.length);
        if (claims.length != keys.length) revert BatchesWrong(keys.length, Limits.BATCHES_OF_CALL);
        if (category < Codes.CATEGORY_PARAMETER || category > Codes.CATEGORY_OTHER) revert CategoryUnknown(category);
        if (severity < Codes.SEVERITY_MINOR || severity > Codes.SEVERITY_CRITICAL) {
            revert ExceptionSeverityUnknown(severity);
        }
        first = _raised + 1;
        bool byAuthority = _holds(RoleIds.AUTHORITY, msg.sender);
        for (uint256 i = 0; i < keys.length; i++) {
            _raise(keys[i], claims[i], category, severity, qmsRef, evidence, byAuthority);
        }
    }

    /// @inheritdoc IComplianceRegistry
    function closeException(uint256 id, uint8 disposition, bytes32 evidence, address qp) external {
        if (msg.sender != address(persons)) revert NotPersons(msg.sender);
        BatchException storage found = _exception(id);
        if (found.disposition != 0) revert ExceptionIsClosed(id, found.disposition);
        bytes32 key = found.key;
        Batch storage batch = _batches[key];
        found.disposition = disposition;
        uint8 claim = found.claim;
        batch.openExceptions--;
        if (--_openOn[key][claim] == 0) batch.openClaims &= ~(1 << claim);

        IPolicyRegistry.Outline memory outline = _outline(batch);
        bool settled = disposition == Codes.DISPOSITION_ACCEPTED && _maySettle(batch, claim, outline.completion);
        if (settled) batch.settled |= 1 << claim;
        else if (disposition == Codes.DISPOSITION_REJECTED) _refuse(batch, claim, outline);
        _extendExceptions(batch, msg.sig, keccak256(abi.encode(id, disposition, evidence, qp)));
        _emit(
            ExceptionClosed.selector,
            key,
            bytes32(id),
            bytes32(uint256(disposition)),
            abi.encode(evidence, qp, settled)
        );
        _completeIfDone(key, batch, outline.completion);
    }

    /// @inheritdoc IComplianceRegistry
    function decideRevocation(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_DECIDE_REVOCATION);
        bytes32 digest = keccak256(abi.encode(key, reason, words));
        Batch storage batch = _known(key);
        _requireQp(key);
        if (!_isRevocationUndecided(batch)) revert NothingRevoked(key);
        batch.revocationDecided = true;
        _extendExceptions(batch, msg.sig, digest);
        _emit(RevocationDecided.selector, key, _topic(msg.sender), batch.consent, abi.encode(reason, words));
    }

    /// @inheritdoc IComplianceRegistry
    function decideChallenge(bytes32 key, bytes32 challenge, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_DECIDE_CHALLENGE);
        bytes32 digest = keccak256(abi.encode(key, challenge, reason, words));
        Batch storage batch = _known(key);
        _requireQp(key);
        (uint8 kinds, bytes32 expected) = gate.challengeOf(key);
        if (kinds == 0 || expected == batch.challengeDecided) revert NothingChallenged(key);
        if (challenge != expected) revert ChallengeWrong(challenge, expected);
        batch.challengeDecided = challenge;
        _extendExceptions(batch, msg.sig, digest);
        _emit(ChallengeDecided.selector, key, _topic(msg.sender), challenge, abi.encode(kinds, reason, words));
    }

    /// @inheritdoc IComplianceRegistry
    function exceptionOf(uint256 id) external view returns (BatchException memory) {
        return _exception(id);
    }

    function _raise(
        bytes32 key,
        uint8 claim,
        uint8 category,
        uint8 severity,
        bytes32 qmsRef,
        bytes32 evidence,
        bool byAuthority
    ) private {
        Batch storage batch = _known(key);
        address owner = batch.owner;
        if (!byAuthority && !_isConcerned(key, owner)) revert NotConcerned(key, msg.sender);
        uint32 repeats = ++repeatsOf[owner][policies.ruleOf(batch.policyId, claim)];
        batch.openExceptions++;
        batch.openClaims |= 1 << claim;
        _openOn[key][claim]++;
        uint256 id = ++_raised;
        _exceptions[id] = BatchException(key, claim, 0, byAuthority ? msg.sender : address(0));
        bytes32 digest = keccak256(abi.encode(key, claim, category, severity, qmsRef, evidence));
        _extendExceptions(batch, msg.sig, digest);
        _emit(
            ExceptionRaised.selector,
            key,
            bytes32(id),
            bytes32(uint256(category)),
            abi.encode(claim, severity, qmsRef, evidence, msg.sender, repeats, byAuthority)
        );
    }

    /// @dev Before release only a process claim goes without proof (EU GMP Annex 16, section 3). After release the product
    /// is gone, and whatever completion claim failed can only be decided upon. What was refused once is proven or not at all.
    function _maySettle(Batch storage batch, uint8 claim, uint256 completion) private view returns (bool) {
        if (batch.refused & (1 << claim) != 0) return false;
        if (batch.status == Status.Released && completion & (1 << claim) != 0) return true;
        return policies.classOf(batch.policyId, claim) == Codes.CLASS_PROCESS;
    }

    /// @dev Neither what was accepted before nor a proof from before stands in the claim's place any more: a batch that rested
    /// on it is not certified any more, or not completed.
    function _refuse(Batch storage batch, uint8 claim, IPolicyRegistry.Outline memory outline) private {
        batch.settled &= ~(1 << claim);
        batch.refused |= 1 << claim;
        batch.revision++;
        bool completed = batch.status == Status.Completed;
        if (!completed && batch.status != Status.Released) return;
        if (_missing(batch, outline.release) != 0) batch.status = Status.Open;
        else if (completed && _missing(batch, outline.completion) != 0) batch.status = Status.Released;
    }

    function _isConcerned(bytes32 key, address owner) private view returns (bool) {
        return _isOwner(owner) || _holds(RoleIds.qaOf(owner), msg.sender) || _isQp(key);
    }

    function _exception(uint256 id) private view returns (BatchException storage found) {
        found = _exceptions[id];
        if (found.key == 0) revert ExceptionUnknown(id);
    }
}
