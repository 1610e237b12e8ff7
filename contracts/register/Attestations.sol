// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {RoleIds} from "../libraries/RoleIds.sol";
import {Signals} from "../libraries/Signals.sol";
import {Ledger} from "./Ledger.sol";

/// @title Attestations
/// @notice Proofs and the heads they are bound to.
abstract contract Attestations is Ledger, Pausable {
    /// @inheritdoc IComplianceRegistry
    function attest(bytes32 key, Item[] calldata items) external whenNotPaused {
        bytes32 digest = _exactCall(abi.encode(key, items));
        Batch storage batch = _known(key);
        _requireRecording(key, batch);
        if (items.length == 0) revert NoItems();
        IPolicyRegistry.Outline memory outline = _outline(batch);
        bool compliantBefore = _missing(batch, outline.release) == 0;
        for (uint256 i = 0; i < items.length; i++) _attestOne(key, batch, items[i], outline.custody);
        _extendTrail(key, batch, digest);
        if (!compliantBefore && _missing(batch, outline.release) == 0) emit BatchCompliant(key);
        _completeIfDone(key, batch, outline.completion);
    }

    /// @inheritdoc IComplianceRegistry
    function amend(bytes32 key, Item calldata item, string calldata reason) external {
        bytes32 digest = _exactCall(abi.encode(key, item, reason));
        Batch storage batch = _known(key);
        _requireRole(RoleIds.qaOf(batch.owner), msg.sender);
        uint256 bit = 1 << item.claim;
        if (batch.attested & bit == 0) revert NotAttested(key, item.claim);
        (uint256 rule, uint8 stage) = policies.claimFor(batch.policyId, item.claim, item.circuitId);
        IPolicyRegistry.Outline memory outline = _outline(batch);
        uint256 reopened = _amendHead(key, batch, item, stage, outline);
        _verify(batch.batch, rule, item);
        batch.attested &= ~reopened;
        batch.settled &= ~reopened;
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
    function setHead(bytes32 key, uint8 stage, uint256 head) external {
        bytes32 digest = _exactCall(abi.encode(key, stage, head));
        Batch storage batch = _owned(key);
        _requireRecording(key, batch);
        uint256 current = headOf[key][stage];
        if (current != 0) revert HeadIsSet(stage, current);
        _headBefore(key, batch.opening, stage);
        (uint256 here, ) = policies.claimsOfStage(batch.policyId, stage);
        if (here & _outline(batch).custody & batch.openClaims == 0) revert NoCustodyException(stage);
        _setHead(key, stage, head, false);
        batch.assertedHeads |= 1 << stage;
        _count(key, msg.sender, Counter.HeadsAsserted);
        emit HeadAsserted(key, stage, head);
        _extendTrail(key, batch, digest);
    }

    function _attestOne(bytes32 key, Batch storage batch, Item calldata item, uint256 custody) private {
        uint256 bit = 1 << item.claim;
        if (batch.attested & bit != 0) revert AlreadyAttested(key, item.claim);
        (uint256 rule, uint8 stage) = policies.claimFor(batch.policyId, item.claim, item.circuitId);
        _attestHead(key, batch, item, stage, custody);
        _verify(batch.batch, rule, item);
        batch.attested |= bit;
        _count(key, batch.owner, Counter.Attested);
        emit ClaimAttested(
            key,
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
        return (batch.attested | batch.settled) & hereAndLater & ~bit;
    }

    function _setHead(bytes32 key, uint8 stage, uint256 head, bool custody) private {
        _requireFieldElement(head);
        headOf[key][stage] = head;
        emit HeadSet(key, stage, head, custody);
    }

    /// @dev The custody proof of a stage opens the head before it: `record` is that head.
    function _requireContinues(bytes32 key, uint256 opening, uint8 stage, uint256 record) private view {
        uint256 previous = _headBefore(key, opening, stage);
        if (record != previous) revert PreviousHeadWrong(stage, record, previous);
    }

    function _headBefore(bytes32 key, uint256 opening, uint8 stage) private view returns (uint256 head) {
        head = stage == 0 ? opening : headOf[key][stage - 1];
        if (head == 0) revert HeadUnset(stage - 1);
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
}
