// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {ClaimTable} from "../libraries/ClaimTable.sol";
import {Codes} from "../libraries/Codes.sol";
import {PublicTexts} from "../libraries/PublicTexts.sol";
import {RoleIds} from "../libraries/RoleIds.sol";
import {Signals} from "../libraries/Signals.sol";
import {Statements} from "../libraries/Statements.sol";
import {Ledger} from "./Ledger.sol";

/// @title Attestations
/// @notice Proofs and the heads they are bound to.
abstract contract Attestations is Ledger, Pausable {
    /// @dev Length of an item in call data.
    uint256 private constant ITEM = 448;

    /// @dev What the items of one call to `attest` share, read once. `attested` grows with each item; `validRoot` is the
    /// last party root, `stage` and `head` are the last head, that were found right.
    struct Attesting {
        bytes32 key;
        bytes table;
        uint256 custody;
        uint256 attested;
        uint256 context;
        uint256 opened;
        uint256 validRoot;
        uint256 stage;
        uint256 head;
    }

    /// @inheritdoc IComplianceRegistry
    function attest(bytes32 key, Item[] calldata items) external whenNotPaused {
        bytes32 digest = _exactItems(items);
        Batch storage batch = _known(key);
        _requireRecording(key, batch);
        if (items.length == 0) revert NoItems();
        bytes memory table = _table(batch);
        IPolicyRegistry.Outline memory outline = ClaimTable.outlineOf(table);
        bool compliantBefore = _missing(batch, outline.release) == 0;
        // Neither a field element nor a stage: nothing was found right yet.
        uint256 none = type(uint256).max;
        batch.attested = _attestAll(
            batch,
            Attesting(key, table, outline.custody, batch.attested, _context(), batch.opened, none, none, none),
            items
        );
        _count(key, batch.owner, Counter.Attested, uint32(items.length));
        _extendTrail(key, batch, digest);
        if (!compliantBefore && _missing(batch, outline.release) == 0) emit BatchCompliant(key);
        _completeIfDone(key, batch, outline.completion);
    }

    /// @inheritdoc IComplianceRegistry
    function amend(bytes32 key, Item calldata item, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_AMEND);
        bytes32 digest = _exactCall(abi.encode(key, item, reason, words));
        Batch storage batch = _known(key);
        _requireRole(RoleIds.qaOf(batch.owner), msg.sender);
        uint256 bit = 1 << item.claim;
        if (batch.attested & bit == 0) revert NotAttested(key, item.claim);
        bytes memory table = _table(batch);
        (uint256 rule, uint8 stage) = ClaimTable.find(table, item.claim, item.circuitId);
        uint256 reopened = _amendHead(key, batch, item, stage, ClaimTable.outlineOf(table));
        parties.requireValid(item.parties);
        uint256 statements = Statements.allocate(1);
        Statements.set(statements, 0, batch.batch, rule, _context(), batch.opened, item);
        Statements.requireValid(statements, circuits);
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
            batch.opened,
            item.proof,
            reopened,
            reason,
            words
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

    /// @dev Attests the items one after another, then verifies all proofs at once. Returns what is attested then.
    function _attestAll(Batch storage batch, Attesting memory all, Item[] calldata items) private returns (uint256) {
        uint256 commitment = batch.batch;
        uint256 statements = Statements.allocate(items.length);
        uint256 count = items.length;
        Item calldata item = items[0];
        for (uint256 i = 0; i < count; i++) {
            uint256 rule = _attestOne(batch, all, item);
            uint256 at = Statements.set(statements, i, commitment, rule, all.context, all.opened, item);
            Statements.announce(at, all.key, item.claim);
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                // After the last one nothing is read there.
                item := add(item, ITEM)
            }
        }
        Statements.requireValid(statements, circuits);
        return all.attested;
    }

    /// @dev Everything about one item but its proof, which the caller verifies. Returns its rule.
    function _attestOne(Batch storage batch, Attesting memory all, Item calldata item) private returns (uint256 rule) {
        uint8 claim = item.claim;
        uint256 bit = 1 << claim;
        if (all.attested & bit != 0) revert AlreadyAttested(all.key, claim);
        all.attested |= bit;
        uint8 stage;
        (rule, stage) = ClaimTable.find(all.table, claim, item.circuitId);
        if (stage != all.stage || item.head != all.head || all.custody & bit != 0) {
            _attestHead(all.key, batch, item, stage, all.custody);
            (all.stage, all.head) = (stage, item.head);
        }
        if (item.parties != all.validRoot) {
            parties.requireValid(item.parties);
            all.validRoot = item.parties;
        }
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

    function _context() private view returns (uint256) {
        return Signals.contextOf(block.chainid, address(this), msg.sender);
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
}
