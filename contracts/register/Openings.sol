// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IQualifiedPersons} from "../interfaces/IQualifiedPersons.sol";
import {Codes} from "../libraries/Codes.sol";
import {Limits} from "../libraries/Limits.sol";
import {PublicTexts} from "../libraries/PublicTexts.sol";
import {RoleIds} from "../libraries/RoleIds.sol";
import {Ledger} from "./Ledger.sol";

/// @title Openings
/// @notice How a batch begins, and its due dates.
abstract contract Openings is Ledger {
    /// @inheritdoc IComplianceRegistry
    mapping(address owner => mapping(bytes32 consent => bytes32)) public batchOfConsent;
    /// @inheritdoc IComplianceRegistry
    mapping(address owner => uint32) public serialOf;

    /// @inheritdoc IComplianceRegistry
    function openBatch(
        uint256 batch,
        uint256 opening,
        bytes32 policyId,
        uint64[2] calldata due,
        bytes32 consent,
        address[] calldata qps,
        IQualifiedPersons.StageQp[] calldata stageQps,
        address[] calldata submitters,
        bytes32 supersedes
    ) external only(RoleIds.MANUFACTURER) returns (bytes32 key) {
        _requireFieldElement(batch);
        _requireFieldElement(opening);
        _requireDue(due, policies.requireEffective(policyId));
        key = keyOf(msg.sender, batch);
        if (_batches[key].owner != address(0)) revert BatchKnown(key);
        if (supersedes != 0) _requireSupersedable(supersedes);
        if (consent != 0) _useConsent(consent, key);

        uint32 serial = ++serialOf[msg.sender];
        Batch storage stored = _batches[key];
        stored.owner = msg.sender;
        stored.serial = serial;
        stored.opened = uint64(block.timestamp);
        stored.firstOpened = uint64(block.timestamp);
        stored.due = due;
        stored.batch = batch;
        stored.opening = opening;
        stored.policyId = policyId;
        stored.consent = consent;
        stored.supersedes = supersedes;
        persons.name(key, policyId, qps, stageQps);
        if (submitters.length > Limits.NAMES_OF_OPENING)
            revert TooManyNames(submitters.length, Limits.NAMES_OF_OPENING);
        for (uint256 i = 0; i < submitters.length; i++) _addSubmitter(key, submitters[i]);
        _emit(
            BatchOpened.selector,
            key,
            _topic(msg.sender),
            policyId,
            abi.encode(serial, batch, opening, due, consent, qps, stageQps, submitters, supersedes)
        );
    }

    /// @inheritdoc IComplianceRegistry
    function nameSubmitter(bytes32 key, address submitter) external {
        _requireBeforeFirstHead(key);
        _addSubmitter(key, submitter);
        _emit(SubmitterNamed.selector, key, _topic(submitter), "");
    }

    /// @inheritdoc IComplianceRegistry
    function replaceOpening(bytes32 key, uint256 opening, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_REPLACE_OPENING);
        bytes32 digest = keccak256(abi.encode(key, opening, reason, words));
        Batch storage batch = _requireBeforeFirstHead(key);
        _requireFieldElement(opening);
        uint256 previous = batch.opening;
        batch.opening = opening;
        batch.opened = uint64(block.timestamp);
        _emit(OpeningReplaced.selector, key, abi.encode(previous, opening, reason, words));
        _extendTrail(batch, msg.sig, digest);
    }

    /// @inheritdoc IComplianceRegistry
    function extendDue(bytes32 key, uint256 which, uint64 due, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_EXTEND_DUE);
        Batch storage batch = _owned(key);
        _requireUnended(key, batch);
        if (which > 1) revert DueUnknown(which);
        uint64 previous = batch.due[which];
        if (due <= previous) revert DueNotLater(which, due, previous);
        _requireDueDate(which, due, batch.firstOpened + policies.maxDueOf(batch.policyId)[which]);
        batch.due[which] = due;
        if (batch.due[1] < batch.due[0]) revert DueOrder(batch.due[0], batch.due[1]);
        _emit(DueExtended.selector, key, bytes32(which), abi.encode(previous, due, reason, words));
    }

    /// @inheritdoc IComplianceRegistry
    function keyOf(address owner, uint256 batch) public pure returns (bytes32) {
        return keccak256(abi.encode(owner, batch));
    }

    /// @dev One consent, one batch: so a revocation always has one batch whose QP must decide. Asked of each owner alone:
    /// nobody can use up a consent that he sees given, and whoever names one that is not his stops with it.
    function _useConsent(bytes32 consent, bytes32 key) private {
        if (!consents.isValid(consent)) revert ConsentNotValid(consent);
        bytes32 other = batchOfConsent[msg.sender][consent];
        if (other != 0) revert ConsentUsed(consent, other);
        batchOfConsent[msg.sender][consent] = key;
    }

    /// @dev The caller's own, and not at the end of a chain so long that nobody could follow it any more.
    function _requireSupersedable(bytes32 superseded) private view {
        _owned(superseded);
        uint256 depth = 0;
        for (bytes32 key = superseded; key != 0; key = _batches[key].supersedes) depth++;
        if (depth > Limits.SUPERSEDED) revert SupersedesTooMany(superseded, Limits.SUPERSEDED);
    }

    function _addSubmitter(bytes32 key, address submitter) private {
        if (submitter == address(0) || isSubmitterOf[key][submitter]) revert SubmitterInvalid(submitter);
        isSubmitterOf[key][submitter] = true;
    }

    function _requireBeforeFirstHead(bytes32 key) private view returns (Batch storage batch) {
        batch = _owned(key);
        if (batch.status != Status.Open) revert StatusWrong(key, batch.status);
        // In a policy without custody another stage may be proven first, and for the opening that was named then.
        if (headOf[key][0] != 0 || batch.attested != 0) revert FirstHeadSet(key, headOf[key][0]);
    }

    function _requireDue(uint64[2] calldata due, uint64[2] memory most) private view {
        for (uint256 i = 0; i < 2; i++) _requireDueDate(i, due[i], block.timestamp + most[i]);
        if (due[1] < due[0]) revert DueOrder(due[0], due[1]);
    }

    function _requireDueDate(uint256 which, uint64 due, uint256 latest) private view {
        if (due <= block.timestamp) revert DueNotInFuture(which, due, block.timestamp);
        if (due > latest) revert DueTooLate(which, due, latest);
    }
}
