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

    mapping(uint256 root => Root) private _roots;

    /// @notice Deploys an empty registry.
    /// @param roles_ The shared list of roles.
    /// @param gracePeriod_ Seconds for which a superseded root stays valid.
    constructor(IRoles roles_, uint64 gracePeriod_) Guarded(roles_) {
        gracePeriod = gracePeriod_;
    }

    /// @inheritdoc IPartyRegistry
    function propose(uint256 root, bytes32 documentHash) external {
        _propose(bytes32(root), RoleIds.PROPOSER);
        if (root == 0 || root >= Signals.FIELD) revert RootOutOfField(root);
        if (root == current) revert RootIsCurrent(root);
        _requireNotRevoked(root);
        emit PartyRootProposed(root, msg.sender, documentHash);
    }

    /// @inheritdoc IPartyRegistry
    function approve(uint256 root, bytes32 authorisation) external {
        PublicTexts.requireName(authorisation);
        _approve(bytes32(root), RoleIds.PROPOSER, RoleIds.APPROVER);
        _requireNotRevoked(root);
        uint256 superseded = current;
        uint64 validUntil = 0;
        if (superseded != 0) {
            validUntil = uint64(block.timestamp) + gracePeriod;
            _roots[superseded].validUntil = validUntil;
        }
        current = root;
        _roots[root] = Root(uint64(block.timestamp), 0, 0);
        emit PartyRootApproved(root, msg.sender, authorisation, superseded, validUntil);
    }

    /// @inheritdoc IPartyRegistry
    function revoke(uint256 root, uint8 reason, bytes32 words) external only(RoleIds.APPROVER) {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_REVOKE);
        _requireNotRevoked(root);
        _roots[root].revokedAt = uint64(block.timestamp);
        if (root == current) current = 0;
        emit PartyRootRevoked(root, msg.sender, reason, words);
    }

    /// @inheritdoc IPartyRegistry
    function requireValid(uint256 root) external view {
        if (!isValid(root)) revert RootNotValid(root);
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

    function _requireNotRevoked(uint256 root) private view {
        if (_roots[root].revokedAt != 0) revert RootIsRevoked(root);
    }
}
