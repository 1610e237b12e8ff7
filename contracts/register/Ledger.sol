// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {DisclosureRequests} from "../DisclosureRequests.sol";
import {Guarded} from "../Guarded.sol";
import {ReleaseGate} from "../ReleaseGate.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IDisclosureRequests} from "../interfaces/IDisclosureRequests.sol";
import {IPartyRegistry} from "../interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {IReleaseGate} from "../interfaces/IReleaseGate.sol";
import {IRoles} from "../interfaces/IRoles.sol";
import {ClaimTable} from "../libraries/ClaimTable.sol";
import {CodeStore} from "../libraries/CodeStore.sol";
import {RoleIds} from "../libraries/RoleIds.sol";
import {Signals} from "../libraries/Signals.sol";

/// @title Ledger
/// @notice What the compliance registry stores, and what all its parts ask and write in one way.
abstract contract Ledger is IComplianceRegistry, Guarded {
    /// @dev Scope of the registry's own counters; an owner's scope is its address, a batch's its key.
    bytes32 internal constant REGISTRY = 0;

    /// @notice The policies that batches must keep.
    IPolicyRegistry public immutable policies;
    /// @notice The roots that proofs may use.
    IPartyRegistry public immutable parties;
    /// @notice The circuits that verify them.
    ICircuitRegistry public immutable circuits;
    /// @notice The consents that batches may have.
    IConsentRegistry public immutable consents;
    /// @notice What authorities asked about the batches.
    IDisclosureRequests public immutable requests;
    /// @notice The answers that are computed from this registry.
    IReleaseGate public immutable gate;

    /// @inheritdoc IComplianceRegistry
    mapping(bytes32 key => mapping(uint8 stage => uint256)) public headOf;
    /// @inheritdoc IComplianceRegistry
    mapping(bytes32 key => mapping(address account => bool)) public isQpOf;
    /// @inheritdoc IComplianceRegistry
    mapping(bytes32 key => mapping(address account => bool)) public isSubmitterOf;

    mapping(bytes32 key => Batch) internal _batches;
    mapping(bytes32 scope => uint32[24]) internal _counts;

    /// @notice Deploys an empty ledger. Refused: policies, parties or circuits under different roles.
    /// @param policies_ The policies; they bring the circuits and the roles.
    /// @param parties_ The party roots, under the same roles.
    /// @param consents_ The consents.
    constructor(
        IPolicyRegistry policies_,
        IPartyRegistry parties_,
        IConsentRegistry consents_
    ) Guarded(Guarded(address(policies_)).roles()) {
        policies = policies_;
        parties = parties_;
        circuits = policies_.circuits();
        if (Guarded(address(parties_)).roles() != roles) revert IRoles.RolesDiffer();
        if (Guarded(address(circuits)).roles() != roles) revert IRoles.RolesDiffer();
        consents = consents_;
        requests = new DisclosureRequests(this, policies_, roles);
        gate = new ReleaseGate(this, policies_, requests);
    }

    /// @inheritdoc IComplianceRegistry
    function openExceptionsOf(bytes32 key) public view returns (uint256 open) {
        if (_isRevocationUndecided(_batches[key])) open = 1;
        for (; key != 0; key = _batches[key].supersedes) open += _batches[key].openExceptions;
    }

    /// @dev A certified batch whose completion claims are all attested or settled is completed. With an exception of its
    /// own open it stays Released and its gate closed; a recalled one only completes its record.
    function _completeIfDone(bytes32 key, Batch storage batch, uint256 completion) internal {
        if (batch.status != Status.Released || completion == 0 || _missing(batch, completion) != 0) return;
        if (batch.openExceptions != 0 || batch.recalled) return;
        batch.status = Status.Completed;
        emit BatchCompleted(key, batch.settled);
    }

    function _extendTrail(bytes32 key, Batch storage batch, bytes32 digest) internal {
        bytes32 trail = _extend(batch.trail, digest);
        batch.trail = trail;
        emit TrailExtended(key, msg.sig, digest, trail);
    }

    function _extendExceptions(Batch storage batch, bytes32 digest) internal returns (bytes32 exceptionsHash) {
        exceptionsHash = _extend(batch.exceptionsHash, digest);
        batch.exceptionsHash = exceptionsHash;
    }

    function _count(bytes32 key, address owner, Counter what) internal {
        _count(key, owner, what, 1);
    }

    function _count(bytes32 key, address owner, Counter what, uint32 events) internal {
        _counts[REGISTRY][uint256(what)] += events;
        _counts[_scope(owner)][uint256(what)] += events;
        _counts[key][uint256(what)] += events;
    }

    function _known(bytes32 key) internal view returns (Batch storage batch) {
        batch = _batches[key];
        if (batch.owner == address(0)) revert BatchUnknown(key);
    }

    /// @dev The batch, if its owner calls.
    function _owned(bytes32 key) internal view returns (Batch storage batch) {
        batch = _known(key);
        if (!_isOwner(batch.owner)) revert NotOwner(key, msg.sender);
    }

    function _requireQp(bytes32 key) internal view {
        if (!_isQp(key)) revert NotQp(key, msg.sender);
    }

    /// @dev Before the batch is completed or has ended.
    function _requireUnended(bytes32 key, Batch storage batch) internal view {
        if (batch.status != Status.Open && batch.status != Status.Released) revert StatusWrong(key, batch.status);
    }

    /// @dev Before the batch is completed, rejected or aborted, so while its record is still being completed.
    function _requireRecording(bytes32 key, Batch storage batch) internal view {
        if (batch.status != Status.ExceptionalSupply) _requireUnended(key, batch);
    }

    /// @dev What certification and exceptional supply have in common: undecided so far, and nobody stands against it.
    function _requireFree(bytes32 key, Batch storage batch) internal view {
        if (batch.status != Status.Open) revert StatusWrong(key, batch.status);
        if (batch.recalled) revert BatchIsRecalled(key);
        if (batch.holds != 0) revert BatchIsHeld(key, batch.holds);
    }

    function _isRevocationUndecided(Batch storage batch) internal view returns (bool) {
        bytes32 consent = batch.consent;
        return consent != 0 && !batch.revocationDecided && !consents.isValid(consent);
    }

    function _isOwner(address owner) internal view returns (bool) {
        return msg.sender == owner && _holds(RoleIds.MANUFACTURER, owner);
    }

    function _isQp(bytes32 key) internal view returns (bool) {
        return isQpOf[key][msg.sender] && _holds(RoleIds.QP, msg.sender);
    }

    function _outline(Batch storage batch) internal view returns (IPolicyRegistry.Outline memory) {
        return ClaimTable.outlineOf(_table(batch));
    }

    /// @dev What `ClaimTable` knows of the batch's policy.
    function _table(Batch storage batch) internal view returns (bytes memory) {
        return CodeStore.read(policies.tableOf(batch.policyId));
    }

    /// @dev Those of a set of claims that are neither attested nor settled.
    function _missing(Batch storage batch, uint256 claims) internal view returns (uint256) {
        return claims & ~(batch.attested | batch.settled);
    }

    /// @dev Next value of a running hash; `msg.sig` is the selector of the call that extends it.
    function _extend(bytes32 running, bytes32 digest) private pure returns (bytes32) {
        return keccak256(abi.encode(running, msg.sig, digest));
    }

    /// @dev Refuses call data with anything hidden in or after the arguments, so that the digest is that of the call.
    function _exactCall(bytes memory canonical) internal pure returns (bytes32 digest) {
        digest = keccak256(canonical);
        if (digest != keccak256(msg.data[4:])) revert CallDataNotCanonical(msg.data.length, canonical.length + 4);
    }

    function _requireFieldElement(uint256 value) internal pure {
        if (value == 0 || value >= Signals.FIELD) revert NotAFieldElement(value);
    }

    function _scope(address owner) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(owner)));
    }
}
