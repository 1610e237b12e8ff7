// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Guarded} from "./Guarded.sol";
import {ICircuitRegistry} from "./interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "./interfaces/IComplianceRegistry.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IReleaseGate} from "./interfaces/IReleaseGate.sol";
import {CertificateHash} from "./libraries/CertificateHash.sol";
import {ClaimTable} from "./libraries/ClaimTable.sol";
import {Codes} from "./libraries/Codes.sol";
import {RoleIds} from "./libraries/RoleIds.sol";
import {Signals} from "./libraries/Signals.sol";
import {Statements} from "./libraries/Statements.sol";

/// @title ComplianceRegistry
/// @notice Batches, their attestations, exceptions and certification. Statements, states and running hashes:
/// `IComplianceRegistry`.
contract ComplianceRegistry is IComplianceRegistry, Guarded, Pausable {
    using CertificateHash for Certificate;

    /// @dev Scope of the registry's own counters; an owner's scope is its address, a batch's its key.
    bytes32 private constant REGISTRY = 0;

    /// @dev Length of an item in call data.
    uint256 private constant ITEM = 448;

    /// @dev What the items of one call to `attest` share, read once. `attested` grows with each item, and `validRoot` is
    /// the last party root, `stage` and `head` are the last head, that were found right.
    struct Attesting {
        bytes32 key;
        address claims;
        bytes32[] circuitIds;
        uint256 custody;
        uint256 attested;
        uint256 validRoot;
        uint256 stage;
        uint256 head;
    }

    /// @notice The policies that batches must keep.
    IPolicyRegistry public immutable policies;
    /// @notice The roots that proofs may use.
    IPartyRegistry public immutable parties;
    /// @notice The circuits that verify them.
    ICircuitRegistry public immutable circuits;

    /// @inheritdoc IComplianceRegistry
    mapping(bytes32 key => mapping(uint8 stage => uint256)) public headOf;
    /// @inheritdoc IComplianceRegistry
    mapping(bytes32 key => mapping(address account => bool)) public isQpOf;
    /// @inheritdoc IComplianceRegistry
    mapping(bytes32 key => mapping(address account => bool)) public isSubmitterOf;
    /// @inheritdoc IComplianceRegistry
    mapping(address owner => mapping(uint256 rule => uint32)) public repeatsOf;

    mapping(bytes32 key => Batch) private _batches;
    mapping(bytes32 scope => uint32[16]) private _counts;

    /// @notice Deploys an empty registry. Refused: policies and parties under different roles.
    /// @param policies_ The policies; they bring the circuits and the roles.
    /// @param parties_ The party roots, under the same roles.
    constructor(IPolicyRegistry policies_, IPartyRegistry parties_) Guarded(Guarded(address(policies_)).roles()) {
        if (Guarded(address(parties_)).roles() != roles) revert RolesDiffer();
        policies = policies_;
        parties = parties_;
        circuits = policies_.circuits();
    }

    /// @inheritdoc IComplianceRegistry
    function openBatch(
        uint256 batch,
        uint256 opening,
        bytes32 policyId,
        uint64[2] calldata due,
        bytes32 consent,
        address[] calldata qps,
        address[] calldata submitters,
        bytes32 supersedes
    ) external only(RoleIds.MANUFACTURER) returns (bytes32 key) {
        _exactCall(abi.encode(batch, opening, policyId, due, consent, qps, submitters, supersedes));
        if (consent != 0) revert ConsentNotSupported(consent);
        if (supersedes != 0) revert SupersedesNotSupported(supersedes);
        _requireFieldElement(batch);
        _requireFieldElement(opening);
        _requireDue(due, policies.requireEffective(policyId));
        key = keyOf(msg.sender, batch);
        if (_batches[key].owner != address(0)) revert BatchKnown(key);

        _count(key, msg.sender, Counter.Opened);
        Batch storage stored = _batches[key];
        stored.owner = msg.sender;
        stored.serial = _counts[_scope(msg.sender)][uint256(Counter.Opened)];
        stored.due = due;
        stored.batch = batch;
        stored.opening = opening;
        stored.policyId = policyId;
        if (qps.length == 0) revert QpMissing();
        for (uint256 i = 0; i < qps.length; i++) {
            if (qps[i] == address(0)) revert QpMissing();
            isQpOf[key][qps[i]] = true;
        }
        for (uint256 i = 0; i < submitters.length; i++) _addSubmitter(key, submitters[i]);
        emit BatchOpened(
            key,
            msg.sender,
            policyId,
            stored.serial,
            batch,
            opening,
            due,
            consent,
            qps,
            submitters,
            supersedes
        );
    }

    /// @inheritdoc IComplianceRegistry
    function nameSubmitter(bytes32 key, address submitter) external {
        _requireBeforeFirstHead(key);
        _addSubmitter(key, submitter);
        _count(key, msg.sender, Counter.SubmittersNamed);
        emit SubmitterNamed(key, submitter);
    }

    /// @inheritdoc IComplianceRegistry
    function replaceOpening(bytes32 key, uint256 opening, string calldata reason) external {
        bytes32 digest = _exactCall(abi.encode(key, opening, reason));
        Batch storage batch = _requireBeforeFirstHead(key);
        _requireFieldElement(opening);
        uint256 previous = batch.opening;
        batch.opening = opening;
        _count(key, msg.sender, Counter.OpeningsReplaced);
        emit OpeningReplaced(key, previous, opening, reason);
        _extendTrail(key, batch, digest);
    }

    /// @inheritdoc IComplianceRegistry
    function attest(bytes32 key, Item[] calldata items) external whenNotPaused {
        bytes32 digest = _exactItems(items);
        Batch storage batch = _known(key);
        if (batch.status != Status.Open && batch.status != Status.Released) revert StatusWrong(key, batch.status);
        if (items.length == 0) revert NoItems();
        IPolicyRegistry.Outline memory outline = policies.outlineOf(batch.policyId);
        Attesting memory all;
        all.key = key;
        all.claims = policies.tableOf(batch.policyId);
        all.circuitIds = ClaimTable.circuitsOf(all.claims);
        // No stage yet: head 0 of stage 0 is not a head that was found right.
        all.stage = type(uint256).max;
        all.custody = outline.custody;
        all.attested = batch.attested;
        bool compliantBefore = outline.release & ~all.attested == 0;
        _attestAll(batch, all, items);
        batch.attested = all.attested;
        _count(key, batch.owner, Counter.Attested, uint32(items.length));
        _extendTrail(key, batch, digest);
        if (!compliantBefore && outline.release & ~all.attested == 0) emit BatchCompliant(key);
        _completeIfDone(key, batch, outline.completion);
    }

    /// @inheritdoc IComplianceRegistry
    function amend(bytes32 key, Item calldata item, string calldata reason) external {
        bytes32 digest = _exactCall(abi.encode(key, item, reason));
        Batch storage batch = _known(key);
        roles.requireRole(RoleIds.qaOf(batch.owner), msg.sender);
        uint256 bit = 1 << item.claim;
        if (batch.attested & bit == 0) revert NotAttested(key, item.claim);
        (uint256 rule, uint8 stage) = policies.claimFor(batch.policyId, item.claim, item.circuitId);
        IPolicyRegistry.Outline memory outline = policies.outlineOf(batch.policyId);
        uint256 reopened = _amendHead(key, batch, item, stage, outline);
        _verify(batch.batch, rule, item);
        batch.attested &= ~reopened;
        if (batch.status == Status.Released || batch.status == Status.Completed) batch.status = Status.Open;
        _count(key, batch.owner, Counter.Amended);
        emit ClaimAmended(
            key,
            item.claim,
            item.circuitId,
            item.head,
            item.parties,
            item.record,
            item.deviations,
            msg.sender,
            item.proof,
            reopened,
            reason
        );
        _extendTrail(key, batch, digest);
    }

    /// @inheritdoc IComplianceRegistry
    function raiseException(
        bytes32 key,
        uint8 claim,
        uint8 category,
        uint8 severity,
        string calldata qmsRef,
        bytes32 evidence
    ) external returns (uint256 id) {
        bytes32 digest = _exactCall(abi.encode(key, claim, category, severity, qmsRef, evidence));
        Batch storage batch = _known(key);
        if (!_isConcerned(key, batch.owner)) revert NotConcerned(key, msg.sender);
        if (category < Codes.CATEGORY_PARAMETER || category > Codes.CATEGORY_OTHER) revert CategoryUnknown(category);
        if (severity < Codes.SEVERITY_MINOR || severity > Codes.SEVERITY_CRITICAL) {
            revert ExceptionSeverityUnknown(severity);
        }
        batch.openExceptions++;
        batch.exceptionsHash = _extend(batch.exceptionsHash, digest);
        _count(key, batch.owner, Counter.Exceptions);
        id = _counts[REGISTRY][uint256(Counter.Exceptions)];
        uint32 repeats = ++repeatsOf[batch.owner][policies.ruleOf(batch.policyId, claim)];
        emit ExceptionRaised(
            key,
            id,
            category,
            claim,
            severity,
            qmsRef,
            evidence,
            msg.sender,
            repeats,
            batch.exceptionsHash
        );
    }

    /// @inheritdoc IComplianceRegistry
    function certify(bytes32 key, Certificate calldata certificate, bytes calldata signature) external whenNotPaused {
        _exactCall(abi.encode(key, certificate, signature));
        Batch storage batch = _known(key);
        if (batch.status != Status.Open) revert StatusWrong(key, batch.status);
        _requireCertificate(key, batch, certificate);
        address signer = ECDSA.recoverCalldata(certificate.hash(), signature);
        if (!isQpOf[key][signer]) revert SignerNotQp(key, signer);
        roles.requireRole(RoleIds.QP, signer);
        IPolicyRegistry.Outline memory outline = policies.outlineOf(batch.policyId);
        uint256 missing = outline.release & ~batch.attested;
        if (missing != 0) revert ClaimsMissing(missing);
        if (batch.openExceptions != 0) revert ExceptionsOpen(batch.openExceptions);
        batch.status = Status.Released;
        _count(key, batch.owner, Counter.Certified);
        emit BatchReleased(key, signer, certificate, signature);
        _completeIfDone(key, batch, outline.completion);
    }

    /// @inheritdoc IComplianceRegistry
    function pause() external only(RoleIds.ADMIN) {
        _pause();
    }

    /// @inheritdoc IComplianceRegistry
    function unpause() external only(RoleIds.ADMIN) {
        _unpause();
    }

    /// @inheritdoc IReleaseGate
    function isReleased(bytes32 key) external view returns (bool) {
        Batch storage batch = _batches[key];
        bool certified = batch.status == Status.Released || batch.status == Status.Completed;
        return certified && batch.openExceptions == 0;
    }

    /// @inheritdoc IReleaseGate
    function isStageReady(bytes32 key, uint8 stage) external view returns (bool) {
        Batch storage batch = _batches[key];
        if (batch.owner == address(0) || batch.openExceptions != 0 || batch.status == Status.Completed) return false;
        IPolicyRegistry.Outline memory outline = policies.outlineOf(batch.policyId);
        if (stage >= outline.stages) return false;
        if (stage == 0) return true;
        (uint256 before, ) = policies.claimsOfStage(batch.policyId, stage - 1);
        return before & outline.custody & batch.attested != 0;
    }

    /// @inheritdoc IComplianceRegistry
    function statusOf(bytes32 key) external view returns (Status) {
        Batch storage batch = _known(key);
        if (batch.status == Status.Open && batch.openExceptions != 0) return Status.Exception;
        if (isOverdue(key)) return Status.Overdue;
        if (batch.status != Status.Open) return batch.status;
        (uint256 release, ) = missingClaims(key);
        return release == 0 ? Status.Compliant : Status.Open;
    }

    /// @inheritdoc IComplianceRegistry
    function batchOf(bytes32 key) external view returns (Batch memory) {
        return _known(key);
    }

    /// @inheritdoc IComplianceRegistry
    function contextOf(address submitter) external view returns (uint256) {
        return Signals.contextOf(block.chainid, address(this), submitter);
    }

    /// @inheritdoc IComplianceRegistry
    function registryCounts() external view returns (uint32[16] memory) {
        return _counts[REGISTRY];
    }

    /// @inheritdoc IComplianceRegistry
    function ownerCounts(address owner) external view returns (uint32[16] memory) {
        return _counts[_scope(owner)];
    }

    /// @inheritdoc IComplianceRegistry
    function batchCounts(bytes32 key) external view returns (uint32[16] memory) {
        return _counts[key];
    }

    /// @inheritdoc IComplianceRegistry
    function isOverdue(bytes32 key) public view returns (bool) {
        Batch storage batch = _known(key);
        if (batch.status == Status.Open) return block.timestamp > batch.due[0];
        if (batch.status != Status.Released || block.timestamp <= batch.due[1]) return false;
        (, uint256 completion) = missingClaims(key);
        return completion != 0;
    }

    /// @inheritdoc IComplianceRegistry
    function missingClaims(bytes32 key) public view returns (uint256 release, uint256 completion) {
        Batch storage batch = _known(key);
        IPolicyRegistry.Outline memory outline = policies.outlineOf(batch.policyId);
        return (outline.release & ~batch.attested, outline.completion & ~batch.attested);
    }

    /// @inheritdoc IComplianceRegistry
    function keyOf(address owner, uint256 batch) public pure returns (bytes32) {
        return keccak256(abi.encode(owner, batch));
    }

    /// @dev Attests the items one after another, then verifies all proofs at once.
    function _attestAll(Batch storage batch, Attesting memory all, Item[] calldata items) private {
        uint256 commitment = batch.batch;
        uint256 context = Signals.contextOf(block.chainid, address(this), msg.sender);
        uint256 statements = Statements.allocate(items.length);
        for (uint256 i = 0; i < items.length; i++) {
            Item calldata item = items[i];
            Statements.set(statements, i, commitment, _attestOne(batch, all, item), context, item);
        }
        Statements.requireValid(statements, circuits);
    }

    /// @dev Everything about one item but its proof, which the caller verifies. Returns its rule.
    function _attestOne(Batch storage batch, Attesting memory all, Item calldata item) private returns (uint256 rule) {
        uint256 bit = 1 << item.claim;
        if (all.attested & bit != 0) revert AlreadyAttested(all.key, item.claim);
        all.attested |= bit;
        uint8 stage;
        (rule, stage) = ClaimTable.find(all.claims, all.circuitIds, item.claim, item.circuitId);
        if (stage != all.stage || item.head != all.head || all.custody & bit != 0) {
            _attestHead(all.key, batch, item, stage, all.custody);
            (all.stage, all.head) = (stage, item.head);
        }
        if (item.parties != all.validRoot) {
            parties.requireValid(item.parties);
            all.validRoot = item.parties;
        }
        emit ClaimAttested(
            all.key,
            item.claim,
            item.circuitId,
            item.head,
            item.parties,
            item.record,
            item.deviations,
            msg.sender,
            item.proof
        );
    }

    /// @dev Binds an item to its stage's head, and sets the head where this item may.
    function _attestHead(bytes32 key, Batch storage batch, Item calldata item, uint8 stage, uint256 custody) private {
        bool isCustody = custody & (1 << item.claim) != 0;
        if (isCustody) _requireContinues(key, batch.opening, stage, item.record);
        uint256 head = headOf[key][stage];
        if (head == item.head && head != 0) return;
        if (head != 0) revert HeadWrong(stage, item.head, head);
        if (!isCustody) {
            if (custody != 0) revert HeadUnset(stage);
            if (!_isOwner(batch.owner) && !isSubmitterOf[key][msg.sender]) revert NotSubmitter(key, msg.sender);
        }
        _setHead(key, stage, item.head, isCustody);
    }

    /// @dev Binds an amending item to its stage's head, or moves the head; then everything that rests on the old head
    /// is open again. Returns those claims.
    function _amendHead(
        bytes32 key,
        Batch storage batch,
        Item calldata item,
        uint8 stage,
        IPolicyRegistry.Outline memory outline
    ) private returns (uint256 reopened) {
        uint256 bit = 1 << item.claim;
        bool isCustody = outline.custody & bit != 0;
        if (isCustody) _requireContinues(key, batch.opening, stage, item.record);
        uint256 head = headOf[key][stage];
        if (item.head == head) return 0;
        if (outline.custody != 0 && !isCustody) revert HeadWrong(stage, item.head, head);
        for (uint8 later = stage + 1; later < outline.stages; later++) delete headOf[key][later];
        _setHead(key, stage, item.head, isCustody);
        (, uint256 hereAndLater) = policies.claimsOfStage(batch.policyId, stage);
        return batch.attested & hereAndLater & ~bit;
    }

    function _setHead(bytes32 key, uint8 stage, uint256 head, bool custody) private {
        _requireFieldElement(head);
        headOf[key][stage] = head;
        emit HeadSet(key, stage, head, custody);
    }

    function _addSubmitter(bytes32 key, address submitter) private {
        if (submitter == address(0) || isSubmitterOf[key][submitter]) revert SubmitterInvalid(submitter);
        isSubmitterOf[key][submitter] = true;
    }

    function _completeIfDone(bytes32 key, Batch storage batch, uint256 completion) private {
        if (batch.status != Status.Released || completion == 0 || completion & ~batch.attested != 0) return;
        // With an exception open the batch stays Released and its gate closed.
        if (batch.openExceptions != 0) return;
        batch.status = Status.Completed;
        emit BatchCompleted(key);
    }

    function _extendTrail(bytes32 key, Batch storage batch, bytes32 digest) private {
        bytes32 trail = _extend(batch.trail, digest);
        batch.trail = trail;
        emit TrailExtended(key, msg.sig, digest, trail);
    }

    function _count(bytes32 key, address owner, Counter what) private {
        _count(key, owner, what, 1);
    }

    function _count(bytes32 key, address owner, Counter what, uint32 events) private {
        _counts[REGISTRY][uint256(what)] += events;
        _counts[_scope(owner)][uint256(what)] += events;
        _counts[key][uint256(what)] += events;
    }

    function _requireBeforeFirstHead(bytes32 key) private view returns (Batch storage batch) {
        batch = _known(key);
        if (!_isOwner(batch.owner)) revert NotOwner(key, msg.sender);
        if (batch.status != Status.Open) revert StatusWrong(key, batch.status);
        if (headOf[key][0] != 0) revert FirstHeadSet(key, headOf[key][0]);
    }

    /// @dev The custody proof of a stage opens the head before it: `record` is that head.
    function _requireContinues(bytes32 key, uint256 opening, uint8 stage, uint256 record) private view {
        uint256 previous = stage == 0 ? opening : headOf[key][stage - 1];
        if (previous == 0) revert HeadUnset(stage - 1);
        if (record != previous) revert PreviousHeadWrong(stage, record, previous);
    }

    function _verify(uint256 batch, uint256 rule, Item calldata item) private view {
        parties.requireValid(item.parties);
        uint256[7] memory signals;
        signals[Signals.BATCH] = batch;
        signals[Signals.RULE] = rule;
        signals[Signals.HEAD] = item.head;
        signals[Signals.PARTIES] = item.parties;
        signals[Signals.RECORD] = item.record;
        signals[Signals.DEVIATIONS] = item.deviations;
        signals[Signals.CONTEXT] = Signals.contextOf(block.chainid, address(this), msg.sender);
        circuits.verify(item.circuitId, signals, item.proof);
    }

    function _requireCertificate(bytes32 key, Batch storage batch, Certificate calldata c) private view {
        if (c.batch != key) revert CertificateBatchWrong(c.batch, key);
        if (c.policyId != batch.policyId) revert CertificatePolicyWrong(c.policyId, batch.policyId);
        if (c.neededFor != Codes.NEEDED_FOR_RELEASE) {
            revert CertificateNeededForWrong(c.neededFor, Codes.NEEDED_FOR_RELEASE);
        }
        if (c.trail != batch.trail) revert CertificateTrailWrong(c.trail, batch.trail);
        if (c.exceptionsHash != batch.exceptionsHash) {
            revert CertificateExceptionsWrong(c.exceptionsHash, batch.exceptionsHash);
        }
        if (c.certificate == 0) revert CertificateDocumentMissing();
        if (c.meaning != Codes.MEANING_CERTIFIED) revert CertificateMeaningWrong(c.meaning, Codes.MEANING_CERTIFIED);
        if (c.signedAt > block.timestamp) revert CertificateFromFuture(c.signedAt, block.timestamp);
        if (c.deadline < block.timestamp) revert CertificateExpired(c.deadline, block.timestamp);
        uint256 nonce = _counts[key][uint256(Counter.Certified)];
        if (c.nonce != nonce) revert CertificateNonceWrong(c.nonce, nonce);
    }

    function _isOwner(address owner) private view returns (bool) {
        return msg.sender == owner && roles.holds(RoleIds.MANUFACTURER, owner);
    }

    function _isConcerned(bytes32 key, address owner) private view returns (bool) {
        return
            _isOwner(owner) ||
            roles.holds(RoleIds.qaOf(owner), msg.sender) ||
            (isQpOf[key][msg.sender] && roles.holds(RoleIds.QP, msg.sender)) ||
            roles.holds(RoleIds.AUTHORITY, msg.sender);
    }

    function _requireDue(uint64[2] calldata due, uint64[2] memory most) private view {
        for (uint256 i = 0; i < 2; i++) {
            if (due[i] <= block.timestamp) revert DueNotInFuture(i, due[i], block.timestamp);
            uint256 latest = block.timestamp + most[i];
            if (due[i] > latest) revert DueTooLate(i, due[i], latest);
        }
        if (due[1] < due[0]) revert DueOrder(due[0], due[1]);
    }

    function _known(bytes32 key) private view returns (Batch storage batch) {
        batch = _batches[key];
        if (batch.owner == address(0)) revert BatchUnknown(key);
    }

    /// @dev Next value of a running hash; `msg.sig` is the selector of the call that extends it.
    function _extend(bytes32 running, bytes32 digest) private pure returns (bytes32) {
        return keccak256(abi.encode(running, msg.sig, digest));
    }

    /// @dev As `_exactCall` for `attest`, whose arguments are all of fixed length but for their number: it is enough that
    /// the items begin where they must and end with the call data. (That a claim is a uint8 is checked on every use.)
    function _exactItems(Item[] calldata items) private pure returns (bytes32 digest) {
        uint256 expected = 4 + 3 * 32 + ITEM * items.length;
        uint256 offset;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            offset := items.offset
        }
        if (msg.data.length != expected || offset != 4 + 3 * 32) {
            revert CallDataNotCanonical(msg.data.length, expected);
        }
        return keccak256(msg.data[4:]);
    }

    /// @dev Refuses call data with anything hidden in or after the arguments, so that the digest is that of the call.
    function _exactCall(bytes memory canonical) private pure returns (bytes32 digest) {
        digest = keccak256(canonical);
        if (digest != keccak256(msg.data[4:])) revert CallDataNotCanonical(msg.data.length, canonical.length + 4);
    }

    function _requireFieldElement(uint256 value) private pure {
        if (value == 0 || value >= Signals.FIELD) revert NotAFieldElement(value);
    }

    function _scope(address owner) private pure returns (bytes32) {
        return bytes32(uint256(uint160(owner)));
    }
}
