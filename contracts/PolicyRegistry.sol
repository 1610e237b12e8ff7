// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Guarded} from "./Guarded.sol";
import {TwoPersonRule} from "./TwoPersonRule.sol";
import {ICircuitRegistry} from "./interfaces/ICircuitRegistry.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IRoles} from "./interfaces/IRoles.sol";
import {ClaimTable} from "./libraries/ClaimTable.sol";
import {CodeStore} from "./libraries/CodeStore.sol";
import {Codes} from "./libraries/Codes.sol";
import {PolicyRules} from "./libraries/PolicyRules.sol";
import {PublicTexts} from "./libraries/PublicTexts.sol";
import {RoleIds} from "./libraries/RoleIds.sol";
import {WordList} from "./libraries/WordList.sol";

/// @title PolicyRegistry
/// @notice The approved policies. The limits themselves are private to the parties; their hashes are here.
contract PolicyRegistry is IPolicyRegistry, TwoPersonRule {
    /// @inheritdoc IPolicyRegistry
    ICircuitRegistry public immutable circuits;
    /// @inheritdoc IPolicyRegistry
    mapping(bytes32 policyId => mapping(address authority => bool)) public endorsedBy;

    mapping(bytes32 policyId => Life) private _lives;
    /// @dev Accounts that hold the policies (`ClaimTable`).
    mapping(bytes32 policyId => address) private _tables;

    /// @notice Deploys an empty registry. Refused: circuits under different roles.
    /// @param roles_ The shared list of roles.
    /// @param circuits_ The circuits that policies name, under the same roles.
    constructor(IRoles roles_, ICircuitRegistry circuits_) Guarded(roles_) {
        if (Guarded(address(circuits_)).roles() != roles_) revert IRoles.RolesDiffer();
        circuits = circuits_;
    }

    /// @inheritdoc IPolicyRegistry
    function propose(Policy calldata policy) external returns (bytes32 policyId) {
        bytes memory encoded = abi.encode(policy);
        // The id is a hash of the members, and what stands before them says where they begin.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            policyId := keccak256(add(encoded, 0x40), sub(mload(encoded), 0x20))
        }
        _propose(policyId, RoleIds.PROPOSER);
        Life storage life = _lives[policyId];
        if (life.approvedAt != 0) revert PolicyKnown(policyId);
        // Proposed anew, since its proposer lost the role, it is kept already.
        if (life.proposedAt == 0) {
            (Outline memory outline, WordList.List memory named, uint256[] memory places) = PolicyRules.requireSound(
                policy,
                circuits
            );
            _tables[policyId] = ClaimTable.write(policy, outline, named.words, places);
        }
        life.proposedAt = uint64(block.timestamp);
        // A large policy is not encoded a second time.
        _emit(PolicyProposed.selector, policyId, _topic(msg.sender), encoded);
    }

    /// @inheritdoc IPolicyRegistry
    function approve(bytes32 policyId, bytes32 authorisation, uint64 effectiveFrom) external {
        PublicTexts.requireName(authorisation);
        _approve(policyId, RoleIds.PROPOSER, RoleIds.APPROVER);
        bytes32[] memory named = ClaimTable.circuitsOf(_table(policyId));
        for (uint256 i = 0; i < named.length; i++) circuits.kindForPolicy(named[i]);
        if (effectiveFrom < block.timestamp) effectiveFrom = uint64(block.timestamp);
        Life storage life = _lives[policyId];
        life.approvedAt = uint64(block.timestamp);
        life.effectiveFrom = effectiveFrom;
        _emit(PolicyApproved.selector, policyId, _topic(msg.sender), abi.encode(authorisation, effectiveFrom));
    }

    /// @inheritdoc IPolicyRegistry
    function endorse(bytes32 policyId) external only(RoleIds.AUTHORITY) {
        tableOf(policyId);
        if (endorsedBy[policyId][msg.sender]) revert AlreadyEndorsed(policyId, msg.sender);
        endorsedBy[policyId][msg.sender] = true;
        _emit(PolicyEndorsed.selector, policyId, _topic(msg.sender), "");
    }

    /// @inheritdoc IPolicyRegistry
    function retire(bytes32 policyId, uint8 reason, bytes32 words) external only(RoleIds.APPROVER) {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_RETIRE);
        Life storage life = _lives[policyId];
        if (life.approvedAt == 0 || life.retiredAt != 0) revert PolicyNotApproved(policyId);
        life.retiredAt = uint64(block.timestamp);
        _emit(PolicyRetired.selector, policyId, _topic(msg.sender), abi.encode(reason, words));
    }

    /// @inheritdoc IPolicyRegistry
    function requireEffective(bytes32 policyId) external view returns (uint64[2] memory) {
        Life storage life = _lives[policyId];
        if (life.approvedAt == 0 || block.timestamp < life.effectiveFrom || life.retiredAt != 0) {
            revert PolicyNotEffective(policyId);
        }
        return ClaimTable.maxDueOf(_table(policyId));
    }

    /// @inheritdoc IPolicyRegistry
    function ruleOf(bytes32 policyId, uint256 claim) external view returns (uint256 rule) {
        (rule, ) = ClaimTable.claimOf(_table(policyId), claim);
    }

    /// @inheritdoc IPolicyRegistry
    function classOf(bytes32 policyId, uint256 claim) external view returns (uint8 class) {
        (, class) = ClaimTable.claimOf(_table(policyId), claim);
    }

    /// @inheritdoc IPolicyRegistry
    function maxDueOf(bytes32 policyId) external view returns (uint64[2] memory) {
        return ClaimTable.maxDueOf(_table(policyId));
    }

    /// @inheritdoc IPolicyRegistry
    function outlineOf(bytes32 policyId) external view returns (Outline memory) {
        return ClaimTable.outlineOf(_table(policyId));
    }

    /// @inheritdoc IPolicyRegistry
    function claimsOfStage(bytes32 policyId, uint8 stage) external view returns (uint256 here, uint256 hereAndLater) {
        return ClaimTable.claimsOfStage(_table(policyId), stage);
    }

    /// @inheritdoc IPolicyRegistry
    function policyOf(bytes32 policyId) external view returns (Policy memory) {
        return ClaimTable.policyOf(_table(policyId));
    }

    /// @inheritdoc IPolicyRegistry
    function lifeOf(bytes32 policyId) external view returns (Life memory) {
        return _lives[policyId];
    }

    /// @inheritdoc IPolicyRegistry
    function tableOf(bytes32 policyId) public view returns (address table) {
        table = _tables[policyId];
        if (table == address(0)) revert PolicyUnknown(policyId);
    }

    /// @dev What `ClaimTable` knows of a policy.
    function _table(bytes32 policyId) private view returns (bytes memory) {
        return CodeStore.read(tableOf(policyId));
    }
}
