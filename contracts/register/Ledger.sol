// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {DisclosureRequests} from "../DisclosureRequests.sol";
import {Guarded} from "../Guarded.sol";
import {Journal} from "../Journal.sol";
import {QualifiedPersons} from "../QualifiedPersons.sol";
import {ReleaseGate} from "../ReleaseGate.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IDisclosureRequests} from "../interfaces/IDisclosureRequests.sol";
import {IPartyRegistry} from "../interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "../interfaces/IQualifiedPersons.sol";
import {IReleaseGate} from "../interfaces/IReleaseGate.sol";
import {IRoles} from "../interfaces/IRoles.sol";
import {ClaimTable} from "../libraries/ClaimTable.sol";
import {CodeStore} from "../libraries/CodeStore.sol";
import {Limits} from "../libraries/Limits.sol";
import {RoleIds} from "../libraries/RoleIds.sol";
import {Signals} from "../libraries/Signals.sol";

/// @title Ledger
/// @notice What the compliance registry stores, and what all its parts ask and write in one way.
abstract contract Ledger is IComplianceRegistry, Guarded {
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
    /// @notice Who may certify and confirm.
    IQualifiedPersons public immutable persons;
    /// @notice The answers that are computed from this registry.
    IReleaseGate public immutable gate;
    /// @inheritdoc IComplianceRegistry
    address public immutable predecessor;
    /// @inheritdoc IComplianceRegistry
    bytes32 public immutable predecessorJournal;

    /// @inheritdoc IComplianceRegistry
    mapping(bytes32 key => mapping(uint8 stage => uint256)) public headOf;
    /// @inheritdoc IComplianceRegistry
    mapping(bytes32 key => mapping(address account => bool)) public isSubmitterOf;

    mapping(bytes32 key => Batch) internal _batches;

    /// @notice Deploys an empty ledger. Refused: policies, parties or circuits under different roles; parts that belong to
    /// another registry.
    /// @param parts What it works with; the policies bring the circuits and the roles.
    /// @param predecessor_ Compliance registry that this one follows; 0: none.
    constructor(Parts memory parts, address predecessor_) Guarded(Guarded(address(parts.policies)).roles()) {
        policies = parts.policies;
        parties = parts.parties;
        circuits = parts.policies.circuits();
        _requireSameRoles(address(parts.parties));
        _requireSameRoles(address(circuits));
        _requireSameRoles(address(parts.requests));
        _requireSameRoles(address(parts.persons));
        consents = parts.consents;
        requests = parts.requests;
        persons = parts.persons;
        gate = parts.gate;
        _requireOwnParts(parts);
        predecessor = predecessor_;
        if (predecessor_ != address(0)) predecessorJournal = Journal(predecessor_).journal();
    }

    /// @dev Both of its answers and of what it asks for them: a gate that asked other consents would open on a revoked one.
    function _requireOwnParts(Parts memory parts) private view {
        ReleaseGate computed = ReleaseGate(address(parts.gate));
        DisclosureRequests asked = DisclosureRequests(address(parts.requests));
        QualifiedPersons named = QualifiedPersons(address(parts.persons));
        bool own = computed.registry() == this && asked.registry() == this && named.registry() == this;
        own = own && asked.policies() == parts.policies && named.policies() == parts.policies;
        own = own && computed.policies() == parts.policies && computed.parties() == parts.parties;
        own = own && computed.consents() == parts.consents && computed.requests() == parts.requests;
        if (!own || computed.persons() != parts.persons) revert PartsDiffer();
    }

    function _requireSameRoles(address part) private view {
        if (Guarded(part).roles() != roles) revert IRoles.RolesDiffer();
    }

    /// @dev A certified batch of which no completion claim is missing is completed. With an exception of its own open it stays
    /// Released and its gate closed; a recalled one only completes its record.
    function _completeIfDone(bytes32 key, Batch storage batch, uint256 completion) internal {
        if (batch.status != Status.Released || completion == 0 || _missing(batch, completion) != 0) return;
        if (batch.openExceptions != 0 || batch.recalled) return;
        batch.status = Status.Completed;
        _emit(BatchCompleted.selector, key, abi.encode(batch.settled));
    }

    function _extendTrail(Batch storage batch, bytes4 selector, bytes32 digest) internal {
        batch.trail = _extend(batch.trail, selector, digest);
    }

    function _extendExceptions(Batch storage batch, bytes4 selector, bytes32 digest) internal {
        batch.exceptionsHash = _extend(batch.exceptionsHash, selector, digest);
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

    function _isRevocationUndecided(Batch storage batch) internal view returns (bool) {
        bytes32 consent = batch.consent;
        return consent != 0 && !batch.revocationDecided && !consents.isValid(consent);
    }

    function _isOwner(address owner) internal view returns (bool) {
        return msg.sender == owner && _holds(RoleIds.MANUFACTURER, owner);
    }

    function _isQp(bytes32 key) internal view returns (bool) {
        return persons.isQpOf(key, msg.sender) && _holds(RoleIds.QP, msg.sender);
    }

    function _outline(Batch storage batch) internal view returns (IPolicyRegistry.Outline memory) {
        return ClaimTable.outlineOf(_table(batch));
    }

    /// @dev What `ClaimTable` knows of the batch's policy.
    function _table(Batch storage batch) internal view returns (bytes memory) {
        return CodeStore.read(policies.tableOf(batch.policyId));
    }

    /// @dev Those of a set of claims that are neither attested nor settled, or refused.
    function _missing(Batch storage batch, uint256 claims) internal view returns (uint256) {
        return claims & (~(batch.attested | batch.settled) | batch.refused);
    }

    function _extend(bytes32 running, bytes4 selector, bytes32 digest) internal pure returns (bytes32) {
        return keccak256(abi.encode(running, selector, digest));
    }

    /// @dev Of a call about several batches: how many it names.
    function _requireBatches(uint256 count) internal pure {
        if (count == 0 || count > Limits.BATCHES_OF_CALL) revert BatchesWrong(count, Limits.BATCHES_OF_CALL);
    }

    function _requireFieldElement(uint256 value) internal pure {
        if (value == 0 || value >= Signals.FIELD) revert NotAFieldElement(value);
    }
}
