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

/// @title PolicyRegistry
/// @notice The approved policies. The limits themselves are private to the parties; their hashes are here.
contract PolicyRegistry is IPolicyRegistry, TwoPersonRule {
    /// @inheritdoc IPolicyRegistry
    ICircuitRegistry public immutable circuits;
    /// @inheritdoc IPolicyRegistry
    mapping(bytes32 policyId => mapping(address authority => bool)) public endorsedBy;

    mapping(bytes32 policyId => Policy) private _policies;
    mapping(bytes32 policyId => Life) private _lives;
    mapping(bytes32 policyId => address) private _tables;

    /// @notice Deploys an empty registry.
    /// @param roles_ The shared list of roles.
    /// @param circuits_ The circuits that policies name.
    constructor(IRoles roles_, ICircuitRegistry circuits_) Guarded(roles_) {
        circuits = circuits_;
    }

    /// @inheritdoc IPolicyRegistry
    function propose(Policy calldata policy) external returns (bytes32 policyId) {
        policyId = keccak256(
            abi.encode(policy.documentHash, policy.product, policy.version, policy.stages, policy.maxDue, policy.claims)
        );
        _propose(policyId, RoleIds.PROPOSER);
        if (_lives[policyId].proposedAt != 0) revert PolicyKnown(policyId);
        _tables[policyId] = ClaimTable.write(PolicyRules.requireSound(policy, circuits), policy.claims);
        _store(_policies[policyId], policy);
        _lives[policyId].proposedAt = uint64(block.timestamp);
        emit PolicyProposed(policyId, msg.sender, policy);
    }

    /// @inheritdoc IPolicyRegistry
    function approve(bytes32 policyId, bytes32 authorisation, uint64 effectiveFrom) external {
        PublicTexts.requireName(authorisation);
        _approve(policyId, RoleIds.APPROVER);
        _requireLiveCircuits(_policies[policyId].claims);
        if (effectiveFrom < block.timestamp) effectiveFrom = uint64(block.timestamp);
        Life storage life = _lives[policyId];
        life.approvedAt = uint64(block.timestamp);
        life.effectiveFrom = effectiveFrom;
        emit PolicyApproved(policyId, msg.sender, authorisation, effectiveFrom);
    }

    /// @inheritdoc IPolicyRegistry
    function endorse(bytes32 policyId) external only(RoleIds.AUTHORITY) {
        _known(policyId);
        if (endorsedBy[policyId][msg.sender]) revert AlreadyEndorsed(policyId, msg.sender);
        endorsedBy[policyId][msg.sender] = true;
        emit PolicyEndorsed(policyId, msg.sender);
    }

    /// @inheritdoc IPolicyRegistry
    function retire(bytes32 policyId, uint8 reason, bytes32 words) external only(RoleIds.APPROVER) {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_RETIRE);
        Life storage life = _lives[policyId];
        if (life.approvedAt == 0 || life.retiredAt != 0) revert PolicyNotApproved(policyId);
        life.retiredAt = uint64(block.timestamp);
        emit PolicyRetired(policyId, msg.sender, reason, words);
    }

    /// @inheritdoc IPolicyRegistry
    function requireEffective(bytes32 policyId) external view returns (uint64[2] memory) {
        Life storage life = _lives[policyId];
        if (life.approvedAt == 0 || block.timestamp < life.effectiveFrom || life.retiredAt != 0) {
            revert PolicyNotEffective(policyId);
        }
        return _policies[policyId].maxDue;
    }

    /// @inheritdoc IPolicyRegistry
    function ruleOf(bytes32 policyId, uint256 claim) external view returns (uint256) {
        return _claim(policyId, claim).rule;
    }

    /// @inheritdoc IPolicyRegistry
    function classOf(bytes32 policyId, uint256 claim) external view returns (uint8) {
        return _claim(policyId, claim).class;
    }

    /// @inheritdoc IPolicyRegistry
    function maxDueOf(bytes32 policyId) external view returns (uint64[2] memory) {
        return _known(policyId).maxDue;
    }

    /// @inheritdoc IPolicyRegistry
    function outlineOf(bytes32 policyId) external view returns (Outline memory) {
        return ClaimTable.outlineOf(CodeStore.read(tableOf(policyId)));
    }

    /// @inheritdoc IPolicyRegistry
    function claimsOfStage(bytes32 policyId, uint8 stage) external view returns (uint256 here, uint256 hereAndLater) {
        Claim[] storage claims = _known(policyId).claims;
        uint256 count = claims.length;
        for (uint256 i = 0; i < count; i++) {
            uint8 claimStage = claims[i].stage;
            if (claimStage == stage) here |= 1 << i;
            if (claimStage >= stage) hereAndLater |= 1 << i;
        }
    }

    /// @inheritdoc IPolicyRegistry
    function policyOf(bytes32 policyId) external view returns (Policy memory) {
        return _known(policyId);
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

    function _store(Policy storage to, Policy calldata from) private {
        to.documentHash = from.documentHash;
        to.product = from.product;
        to.version = from.version;
        to.stages = from.stages;
        to.maxDue = from.maxDue;
        for (uint256 i = 0; i < from.claims.length; i++) to.claims.push(from.claims[i]);
    }

    function _requireLiveCircuits(Claim[] storage claims) private view {
        uint256 count = claims.length;
        for (uint256 i = 0; i < count; i++) {
            bytes32[] storage circuitIds = claims[i].circuitIds;
            uint256 tiers = circuitIds.length;
            for (uint256 j = 0; j < tiers; j++) circuits.kindForPolicy(circuitIds[j]);
        }
    }

    function _claim(bytes32 policyId, uint256 claim) private view returns (Claim storage) {
        Claim[] storage claims = _known(policyId).claims;
        if (claim >= claims.length) revert ClaimUnknown(claim, claims.length);
        return claims[claim];
    }

    function _known(bytes32 policyId) private view returns (Policy storage policy) {
        policy = _policies[policyId];
        if (policy.documentHash == 0) revert PolicyUnknown(policyId);
    }
}
