// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Guarded} from "./Guarded.sol";
import {TwoPersonRule} from "./TwoPersonRule.sol";
import {IComplianceRegistry} from "./interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "./interfaces/IQualifiedPersons.sol";
import {IRoles} from "./interfaces/IRoles.sol";
import {Codes} from "./libraries/Codes.sol";
import {Limits} from "./libraries/Limits.sol";
import {RoleIds} from "./libraries/RoleIds.sol";

/// @title QualifiedPersons
/// @notice Who may certify the batches of one compliance registry, to which it belongs, and who confirms their stages.
contract QualifiedPersons is IQualifiedPersons, TwoPersonRule {
    /// @notice Seat of those who certify. A policy has at most 255 stages, so none has this index.
    uint8 public constant BATCH = 255;

    /// @inheritdoc IQualifiedPersons
    IComplianceRegistry public immutable registry;
    /// @notice Their policies.
    IPolicyRegistry public immutable policies;

    mapping(bytes32 key => mapping(uint8 seat => address[])) private _qps;
    mapping(bytes32 key => mapping(uint8 seat => mapping(address account => bool))) private _isNamed;
    /// @dev Revision of the batch that was confirmed, and one: 0 is never.
    mapping(bytes32 key => mapping(uint8 stage => uint256)) private _confirmed;
    mapping(uint256 id => bool) private _acknowledged;

    /// @notice Deploys an empty list.
    /// @param registry_ The registry of the batches.
    /// @param policies_ Their policies.
    /// @param roles_ The shared list of roles.
    constructor(IComplianceRegistry registry_, IPolicyRegistry policies_, IRoles roles_) Guarded(roles_) {
        registry = registry_;
        policies = policies_;
    }

    /// @inheritdoc IQualifiedPersons
    function name(bytes32 key, bytes32 policyId, address[] calldata qps, StageQp[] calldata stageQps) external {
        if (msg.sender != address(registry)) revert NotRegistry(msg.sender);
        if (qps.length == 0) revert QpMissing();
        if (qps.length > Limits.NAMES_OF_OPENING)
            revert IComplianceRegistry.TooManyNames(qps.length, Limits.NAMES_OF_OPENING);
        if (stageQps.length > Limits.NAMES_OF_OPENING)
            revert IComplianceRegistry.TooManyNames(stageQps.length, Limits.NAMES_OF_OPENING);
        for (uint256 i = 0; i < qps.length; i++) _addFirst(key, BATCH, qps[i]);
        uint256 lacking = policies.outlineOf(policyId).confirmed;
        uint256 confirmed = lacking;
        for (uint256 i = 0; i < stageQps.length; i++) {
            uint8 stage = stageQps[i].stage;
            if (confirmed & (1 << stage) == 0) revert StageNotConfirmed(stage);
            _addFirst(key, stage, stageQps[i].qp);
            lacking &= ~(1 << stage);
        }
        for (uint8 stage = 0; lacking != 0; stage++) {
            if (lacking & 1 != 0) revert StageQpMissing(stage);
            lacking >>= 1;
        }
    }

    /// @inheritdoc IQualifiedPersons
    function proposeQp(bytes32 key, uint8 seat, address qp) external {
        _requireSeat(key, seat);
        if (_isNamed[key][seat][qp]) revert QpKnown(key, seat, qp);
        address owner = registry.batchOf(key).owner;
        if (msg.sender != owner) revert IComplianceRegistry.NotOwner(key, msg.sender);
        _requireRole(RoleIds.QP, qp);
        _propose(_proposalId(key, seat, qp), RoleIds.MANUFACTURER);
        _emit(QpProposed.selector, key, bytes32(uint256(seat)), _topic(qp), abi.encode(owner));
        address[] storage named = _qps[key][seat];
        for (uint256 i = 0; i < named.length; i++) if (_holds(RoleIds.QP, named[i])) return;
        bytes32 person = roles.grantOf(RoleIds.QP, qp).personHash;
        if (person == roles.grantOf(RoleIds.MANUFACTURER, owner).personHash) revert SamePerson(person);
        _forget(_proposalId(key, seat, qp));
        _addLater(key, seat, qp);
    }

    /// @inheritdoc IQualifiedPersons
    function consentQp(bytes32 key, uint8 seat, address qp) external {
        _requireQp(key, seat);
        _approve(_proposalId(key, seat, qp), RoleIds.MANUFACTURER, RoleIds.QP);
        _requireRole(RoleIds.QP, qp);
        _addLater(key, seat, qp);
    }

    /// @inheritdoc IQualifiedPersons
    function confirmStage(bytes32 key, uint8 stage, bytes32 document) external {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        if (batch.status != IComplianceRegistry.Status.Open) {
            revert IComplianceRegistry.StatusWrong(key, batch.status);
        }
        _requireSeat(key, stage);
        if (stage == BATCH) revert StageNotConfirmed(stage);
        _requireQp(key, stage);
        if (document == 0 && _confirmed[key][stage] == 0) revert ConfirmationMissing();
        (uint256 here, ) = policies.claimsOfStage(batch.policyId, stage);
        uint256 missing = here & policies.outlineOf(batch.policyId).release;
        missing &= ~(batch.attested | batch.settled) | batch.refused;
        if (missing != 0 && document != 0) revert StageClaimsMissing(stage, missing);
        _confirmed[key][stage] = document == 0 ? 0 : uint256(batch.revision) + 1;
        _emit(StageConfirmed.selector, key, bytes32(uint256(stage)), _topic(msg.sender), abi.encode(document));
    }

    /// @inheritdoc IQualifiedPersons
    function proposeClosing(uint256 id, uint8 disposition, bytes32 evidence) external {
        if (disposition < Codes.DISPOSITION_ACCEPTED || disposition > Codes.DISPOSITION_UNFOUNDED) {
            revert DispositionUnknown(disposition);
        }
        bytes32 key = _openException(id);
        _propose(_closingId(id, disposition, evidence), RoleIds.qaOf(registry.batchOf(key).owner));
        _emit(
            ClosingProposed.selector,
            key,
            bytes32(id),
            bytes32(uint256(disposition)),
            abi.encode(evidence, msg.sender)
        );
    }

    /// @inheritdoc IQualifiedPersons
    function confirmClosing(uint256 id, uint8 disposition, bytes32 evidence) external {
        bytes32 key = _openException(id);
        if (!_isNamed[key][BATCH][msg.sender]) revert IComplianceRegistry.NotQp(key, msg.sender);
        bytes32 role = RoleIds.qaOf(registry.batchOf(key).owner);
        _approve(_closingId(id, disposition, evidence), role, RoleIds.QP);
        registry.closeException(id, disposition, evidence, msg.sender);
    }

    /// @inheritdoc IQualifiedPersons
    function acknowledge(uint256 id) external only(RoleIds.AUTHORITY) {
        IComplianceRegistry.BatchException memory found = registry.exceptionOf(id);
        address raiser = found.authority;
        bool mayAgree = raiser == msg.sender || (raiser != address(0) && !_holds(RoleIds.AUTHORITY, raiser));
        if (!mayAgree) revert NotRaiser(id, msg.sender);
        if (found.disposition == 0) revert ExceptionIsOpen(id);
        if (_acknowledged[id]) revert AlreadyAcknowledged(id);
        _acknowledged[id] = true;
        _emit(ClosingAcknowledged.selector, found.key, bytes32(id), _topic(msg.sender), "");
    }

    /// @inheritdoc IQualifiedPersons
    function isQpOf(bytes32 key, address account) external view returns (bool) {
        return _isNamed[key][BATCH][account];
    }

    /// @inheritdoc IQualifiedPersons
    function qpsOf(bytes32 key, uint8 seat) external view returns (address[] memory) {
        return _qps[key][seat];
    }

    /// @inheritdoc IQualifiedPersons
    function unconfirmedStages(bytes32 key) external view returns (uint256 stages) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        uint256 demanded = policies.outlineOf(batch.policyId).confirmed;
        for (uint8 stage = 0; demanded != 0; stage++) {
            if (demanded & 1 != 0 && _confirmed[key][stage] != uint256(batch.revision) + 1) stages |= 1 << stage;
            demanded >>= 1;
        }
    }

    function _add(bytes32 key, uint8 seat, address qp) private {
        if (qp == address(0)) revert QpMissing();
        if (_isNamed[key][seat][qp]) revert QpKnown(key, seat, qp);
        if (_qps[key][seat].length == Limits.QPS_OF_SEAT) revert TooManyQps(key, seat, Limits.QPS_OF_SEAT);
        _isNamed[key][seat][qp] = true;
        _qps[key][seat].push(qp);
    }

    /// @dev Who is no QP now is not named: else the owner could choose a real one when he knows what there is to certify.
    function _addFirst(bytes32 key, uint8 seat, address qp) private {
        _requireRole(RoleIds.QP, qp);
        _add(key, seat, qp);
    }

    function _addLater(bytes32 key, uint8 seat, address qp) private {
        _add(key, seat, qp);
        _emit(QpAdded.selector, key, bytes32(uint256(seat)), _topic(qp), abi.encode(msg.sender));
    }

    /// @dev `BATCH`, or a stage that is confirmed under the batch's policy. Unknown batches revert.
    function _requireSeat(bytes32 key, uint8 seat) private view {
        uint256 confirmed = policies.outlineOf(registry.batchOf(key).policyId).confirmed;
        if (seat != BATCH && confirmed & (1 << seat) == 0) revert StageNotConfirmed(seat);
    }

    function _requireQp(bytes32 key, uint8 seat) private view {
        if (_isNamed[key][seat][msg.sender] && _holds(RoleIds.QP, msg.sender)) return;
        revert NotQpOfSeat(key, seat, msg.sender);
    }

    /// @dev The batch of an exception that is open.
    function _openException(uint256 id) private view returns (bytes32) {
        IComplianceRegistry.BatchException memory found = registry.exceptionOf(id);
        if (found.disposition != 0) revert IComplianceRegistry.ExceptionIsClosed(id, found.disposition);
        return found.key;
    }

    /// @dev By which `TwoPersonRule` knows a proposal.
    function _closingId(uint256 id, uint8 disposition, bytes32 evidence) private pure returns (bytes32) {
        return keccak256(abi.encode(id, disposition, evidence));
    }

    /// @dev By which `TwoPersonRule` knows a proposal.
    function _proposalId(bytes32 key, uint8 seat, address qp) private pure returns (bytes32) {
        return keccak256(abi.encode(key, seat, qp));
    }
}
