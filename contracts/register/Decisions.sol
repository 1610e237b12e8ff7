// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {Codes} from "../libraries/Codes.sol";
import {Limits} from "../libraries/Limits.sol";
import {PublicTexts} from "../libraries/PublicTexts.sol";
import {RoleIds} from "../libraries/RoleIds.sol";
import {Ledger} from "./Ledger.sol";

/// @title Decisions
/// @notice What people decide about a whole batch: certify, supply exceptionally, reject, abort, hold, recall.
abstract contract Decisions is Ledger, Pausable {
    /// @inheritdoc IComplianceRegistry
    mapping(bytes32 key => mapping(address account => uint8)) public holdOf;

    /// @inheritdoc IComplianceRegistry
    function certify(bytes32 key, Certificate calldata certificate, bytes calldata signature) external whenNotPaused {
        Batch storage batch = _known(key);
        address signer = gate.requireCertifiable(key, certificate, signature, msg.sender);
        batch.status = Status.Released;
        batch.certified++;
        _emit(BatchReleased.selector, key, _topic(signer), abi.encode(certificate, signature));
        _completeIfDone(key, batch, _outline(batch).completion);
    }

    /// @inheritdoc IComplianceRegistry
    function exceptionalSupply(
        bytes32 key,
        bytes32 riskEvaluation,
        bytes32 physicianRequest,
        uint64 administration
    ) external {
        Batch storage batch = _known(key);
        _requireQp(key);
        _requireUnended(key, batch);
        gate.requireFree(key);
        if (riskEvaluation == 0) revert SupplyDocumentMissing(0);
        if (physicianRequest == 0) revert SupplyDocumentMissing(1);
        uint256 latest = block.timestamp + Limits.ADMINISTRATION_AHEAD;
        if (administration == 0 || administration > latest) revert AdministrationWrong(administration, latest);
        batch.status = Status.ExceptionalSupply;
        batch.administration = administration;
        _emit(
            BatchSuppliedExceptionally.selector,
            key,
            _topic(msg.sender),
            abi.encode(riskEvaluation, physicianRequest, administration)
        );
    }

    /// @inheritdoc IComplianceRegistry
    function notifyAuthority(bytes32 key, uint64 notifiedAt) external {
        Batch storage batch = _known(key);
        if (!_isOwner(batch.owner)) _requireQp(key);
        if (batch.status != Status.ExceptionalSupply) revert StatusWrong(key, batch.status);
        if (batch.authorityNotified || notifiedAt == 0 || notifiedAt > block.timestamp) {
            revert NotificationWrong(notifiedAt, block.timestamp);
        }
        batch.authorityNotified = true;
        _emit(AuthorityNotified.selector, key, _topic(msg.sender), abi.encode(notifiedAt));
    }

    /// @inheritdoc IComplianceRegistry
    function reject(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_REJECT);
        Batch storage batch = _known(key);
        _requireQp(key);
        _requireUnended(key, batch);
        batch.status = Status.Rejected;
        _emit(BatchRejected.selector, key, _topic(msg.sender), abi.encode(reason, words));
    }

    /// @inheritdoc IComplianceRegistry
    function abort(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_ABORT);
        Batch storage batch = _known(key);
        if (batch.certified != 0) _requireQp(key);
        else _owned(key);
        _requireUnended(key, batch);
        batch.status = Status.Aborted;
        _emit(BatchAborted.selector, key, _topic(msg.sender), abi.encode(reason, words));
    }

    /// @inheritdoc IComplianceRegistry
    function hold(bytes32[] calldata keys, uint8 reason, bytes32 words, bytes32 order) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_HOLD);
        _requireBatches(keys.length);
        for (uint256 i = 0; i < keys.length; i++) _hold(keys[i], reason, words, order);
    }

    /// @inheritdoc IComplianceRegistry
    function unhold(bytes32 key, address holder, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_UNHOLD);
        bytes32 digest = keccak256(abi.encode(key, holder, reason, words));
        Batch storage batch = _known(key);
        uint8 side = holdOf[key][holder];
        if (side == 0) revert HoldUnchanged(key, holder);
        bytes32 role = side == Codes.HOLD_AUTHORITY ? RoleIds.AUTHORITY : RoleIds.QP;
        if (holder != msg.sender && _holds(role, holder)) revert HoldNotYours(key, holder);
        // Also the holder himself lifts only what he could still put.
        if (side == Codes.HOLD_AUTHORITY) _requireRole(role, msg.sender);
        else _requireQp(key);
        holdOf[key][holder] = 0;
        batch.holds--;
        _extendTrail(batch, msg.sig, digest);
        _emit(BatchUnheld.selector, key, _topic(msg.sender), _topic(holder), abi.encode(side, reason, words));
    }

    /// @inheritdoc IComplianceRegistry
    function recall(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_RECALL);
        Batch storage batch = _known(key);
        _sideOf(key);
        if (batch.recalled) revert BatchIsRecalled(key);
        batch.recalled = true;
        _emit(BatchRecalled.selector, key, _topic(msg.sender), abi.encode(batch.status, reason, words));
    }

    function _hold(bytes32 key, uint8 reason, bytes32 words, bytes32 order) private {
        Batch storage batch = _known(key);
        uint8 side = _sideOf(key);
        if (side == Codes.HOLD_AUTHORITY || order != 0) PublicTexts.requireName(order);
        if (holdOf[key][msg.sender] != 0) revert HoldUnchanged(key, msg.sender);
        holdOf[key][msg.sender] = side;
        batch.holds++;
        _extendTrail(batch, msg.sig, keccak256(abi.encode(key, reason, words, order)));
        _emit(BatchHeld.selector, key, _topic(msg.sender), abi.encode(side, reason, words, order));
    }

    /// @dev For whom the caller holds or recalls. A QP cannot lift what an authority holds.
    function _sideOf(bytes32 key) private view returns (uint8) {
        if (_holds(RoleIds.AUTHORITY, msg.sender)) return Codes.HOLD_AUTHORITY;
        if (_isQp(key)) return Codes.HOLD_QP;
        revert NotQpOrAuthority(key, msg.sender);
    }
}
