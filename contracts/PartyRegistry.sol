// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Guarded} from "./Guarded.sol";
import {TwoPersonRule} from "./TwoPersonRule.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";
import {IRoles} from "./interfaces/IRoles.sol";
import {Codes} from "./libraries/Codes.sol";
import {PublicTexts} from "./libraries/PublicTexts.sol";
import {RoleIds} from "./libraries/RoleIds.sol";
import {Signals} from "./libraries/Signals.sol";

/// @title PartyRegistry
/// @notice Who may sign hand-offs, records and results, as the root of a tree that nobody but the parties sees.
contract PartyRegistry is IPartyRegistry, TwoPersonRule {
    /// @inheritdoc IPartyRegistry
    uint64 public immutable gracePeriod;
    /// @inheritdoc IPartyRegistry
    uint256 public current;

    /// @inheritdoc IPartyRegistry
    mapping(uint16 number => uint256 root) public rootNumbered;

    mapping(uint256 root => Root) private _roots;
    /// @dev The last one that was given.
    uint16 private _number;

    /// @notice Deploys an empty registry.
    /// @param roles_ The shared list of roles.
    /// @param gracePeriod_ Seconds for which a superseded root stays valid.
    constructor(IRoles roles_, uint64 gracePeriod_) Guarded(roles_) {
        gracePeriod = gracePeriod_;
    }

    /// @inheritdoc IPartyRegistry
    function propose(uint256 root, bytes32 documentHash) external {
        _propose(_proposalId(root, documentHash), RoleIds.PROPOSER);
        if (root == 0 || root >= Signals.FIELD) revert RootOutOfField(root);
        if (documentHash == 0) revert PartyListMissing();
        _requireNew(root);
        _emit(PartyRootProposed.selector, bytes32(root), _topic(msg.sender), abi.encode(documentHash));
    }

    /// @inheritdoc IPartyRegistry
    function approve(uint256 root, bytes32 documentHash, bytes32 authorisation) external {
        PublicTexts.requireName(authorisation);
        _approve(_proposalId(root, documentHash), RoleIds.PROPOSER, RoleIds.APPROVER);
        // Revoked since, or approved since with another list.
        _requireNew(root);
        uint256 superseded = current;
        uint64 validUntil = 0;
        if (superseded != 0) {
            validUntil = uint64(block.timestamp) + gracePeriod;
            _roots[superseded].validUntil = validUntil;
        }
        current = root;
        Root storage stored = _roots[root];
        if (stored.number == 0) stored.number = _numberFor(root);
        stored.approvedAt = uint64(block.timestamp);
        stored.validUntil = 0;
        stored.documentHash = documentHash;
        _emit(
            PartyRootApproved.selector,
            bytes32(root),
            _topic(msg.sender),
            abi.encode(documentHash, authorisation, superseded, validUntil)
        );
    }

    /// @inheritdoc IPartyRegistry
    function revoke(uint256 root, uint64 since_, uint8 reason, bytes32 words) external only(RoleIds.APPROVER) {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_REVOKE);
        if (since_ > block.timestamp) revert RevokedInFuture(since_, block.timestamp);
        Root storage stored = _roots[root];
        // Only made stricter: who revoked too leniently does not decide for everybody.
        if (stored.revokedAt != 0 && since_ >= stored.revokedSince) revert RootIsRevoked(root);
        if (stored.revokedAt == 0) stored.revokedAt = uint64(block.timestamp);
        stored.revokedSince = since_;
        if (root == current) current = 0;
        _emit(PartyRootRevoked.selector, bytes32(root), _topic(msg.sender), abi.encode(since_, reason, words));
    }

    /// @inheritdoc IPartyRegistry
    function requireValid(uint256 root) external view returns (uint16) {
        if (!isValid(root)) revert RootNotValid(root);
        return _roots[root].number;
    }

    /// @inheritdoc IPartyRegistry
    function rootOf(uint256 root) external view returns (Root memory) {
        return _roots[root];
    }

    /// @inheritdoc IPartyRegistry
    function isValid(uint256 root) public view returns (bool) {
        Root storage stored = _roots[root];
        if (stored.approvedAt == 0 || stored.revokedAt != 0) return false;
        return stored.validUntil == 0 || block.timestamp < stored.validUntil;
    }

    function _numberFor(uint256 root) private returns (uint16 number) {
        if (_number == type(uint16).max) revert RootsTooMany();
        number = ++_number;
        rootNumbered[number] = root;
    }

    function _requireNew(uint256 root) private view {
        if (root == current) revert RootIsCurrent(root);
        _requireNotRevoked(root);
    }

    function _requireNotRevoked(uint256 root) private view {
        if (_roots[root].revokedAt != 0) revert RootIsRevoked(root);
    }

    /// @dev By which `TwoPersonRule` knows a proposal: everything that is approved.
    function _proposalId(uint256 root, bytes32 documentHash) private pure returns (bytes32) {
        return keccak256(abi.encode(root, documentHash));
    }
}
