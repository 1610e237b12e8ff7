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
    /// @dev Party roots that a batch may use: whoever asks whether one was revoked looks at all of them. Here and
    /// not in `Limits`, because no length of an array is taken from a library.
    uint256 private constant MOST_ROOTS = 16;

    /// @dev Root number (16 bits) and time of the last use (48 bits); 0: none.
    mapping(bytes32 key => uint64[MOST_ROOTS]) private _roots;

    /// @dev What the items of one call to `attest` share, read once. `attested` and `trail` grow with each item; `validRoot` is
    /// the last party root, `stage` and `head` are the last head, that were found right.
    struct Attesting {
        bytes32 key;
        bytes table;
        uint256 custody;
        uint256 attested;
        uint256 refused;
        bytes32 trail;
        uint256 context;
        uint256 opened;
        uint256 validRoot;
        uint256 stage;
        uint256 head;
    }

    /// @inheritdoc IComplianceRegistry
    function attest(bytes32 key, Item[] calldata items) external whenNotPaused {
        Batch storage batch = _known(key);
        _requireRecording(key, batch);
        if (items.length == 0) revert NoItems();
        bytes memory table = _table(batch);
        IPolicyRegistry.Outline memory outline = ClaimTable.outlineOf(table);
        // Neither a field element nor a stage: nothing was found right yet.
        uint256 none = type(uint256).max;
        Attesting memory all = Attesting(
            key,
            table,
            outline.custody,
            batch.attested,
            batch.refused,
            batch.trail,
            _context(),
            batch.opened,
            none,
            none,
            none
        );
        _attestAll(batch, all, items);
        batch.attested = all.attested;
        batch.trail = all.trail;
        if (all.refused != batch.refused) batch.refused = all.refused;
        _completeIfDone(key, batch, outline.completion);
    }

    /// @inheritdoc IComplianceRegistry
    function amend(bytes32 key, Item calldata item, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_AMEND);
        bytes32 digest = keccak256(abi.encode(key, item, reason, words));
        Batch storage batch = _known(key);
        _requireRole(RoleIds.qaOf(batch.owner), msg.sender);
        uint256 bit = 1 << item.claim;
        if (batch.attested & bit == 0) revert NotAttested(key, item.claim);
        bytes memory table = _table(batch);
        (uint256 rule, uint8 stage) = ClaimTable.find(table, item.claim, item.circuitId);
        uint256 reopened = _amendHead(key, batch, item, stage, ClaimTable.outlineOf(table));
        _useRoot(key, item.parties);
        uint256 statements = Statements.allocate(1);
        Statements.set(statements, 0, batch.batch, rule, _context(), batch.opened, item);
        Statements.requireValid(statements, circuits);
        batch.attested &= ~reopened;
        batch.settled &= ~reopened;
        batch.refused &= ~bit;
        batch.revision++;
        if (batch.status == Status.Released || batch.status == Status.Completed) batch.status = Status.Open;
        _emit(
            ClaimAmended.selector,
            key,
            bytes32(uint256(item.claim)),
            item.circuitId,
            abi.encode(
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
            )
        );
        _extendTrail(batch, msg.sig, digest);
    }

    /// @inheritdoc IComplianceRegistry
    function rootsOf(bytes32 key) external view returns (UsedRoot[] memory used) {
        uint64[MOST_ROOTS] storage roots_ = _roots[key];
        uint256 count = 0;
        while (count < MOST_ROOTS && roots_[count] != 0) count++;
        used = new UsedRoot[](count);
        for (uint256 i = 0; i < count; i++) used[i] = UsedRoot(uint16(roots_[i] >> 48), uint48(roots_[i]));
    }

    /// @inheritdoc IComplianceRegistry
    function setHead(bytes32 key, uint8 stage, uint256 head) external {
        bytes32 digest = keccak256(abi.encode(key, stage, head));
        Batch storage batch = _owned(key);
        _requireRecording(key, batch);
        uint256 current = headOf[key][stage];
        if (current != 0) revert HeadIsSet(stage, current);
        _headBefore(key, batch.opening, stage);
        (uint256 here, ) = policies.claimsOfStage(batch.policyId, stage);
        if (here & _outline(batch).custody & batch.openClaims == 0) revert NoCustodyException(stage);
        _setHead(key, stage, head, false);
        batch.assertedHeads |= 1 << stage;
        _emit(HeadAsserted.selector, key, bytes32(uint256(stage)), abi.encode(head));
        _extendTrail(batch, msg.sig, digest);
    }

    /// @dev Attests the items one after another, then verifies all proofs at once.
    function _attestAll(Batch storage batch, Attesting memory all, Item[] calldata items) private {
        uint256 commitment = batch.batch;
        uint256 statements = Statements.allocate(items.length);
        uint256 count = items.length;
        Item calldata item = items[0];
        for (uint256 i = 0; i < count; i++) {
            uint256 rule = _attestOne(batch, all, item);
            uint256 at = Statements.set(statements, i, commitment, rule, all.context, all.opened, item);
            (bytes32 topics, bytes32 data) = Statements.announce(at, all.key, item.claim);
            _note(topics, data);
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                // After the last one nothing is read there.
                item := add(item, ITEM)
            }
        }
        Statements.requireValid(statements, circuits);
    }

    /// @dev Everything about one item but its proof, which the caller verifies. Returns its rule.
    function _attestOne(Batch storage batch, Attesting memory all, Item calldata item) private returns (uint256 rule) {
        uint8 claim = item.claim;
        uint256 bit = 1 << claim;
        if (all.attested & bit != 0) revert AlreadyAttested(all.key, claim);
        all.attested |= bit;
        all.refused &= ~bit;
        all.trail = _extend(all.trail, msg.sig, _digestOf(all.key, item));
        uint8 stage;
        (rule, stage) = ClaimTable.find(all.table, claim, item.circuitId);
        if (stage != all.stage || item.head != all.head || all.custody & bit != 0) {
            _attestHead(all.key, batch, item, stage, all.custody);
            (all.stage, all.head) = (stage, item.head);
        }
        if (item.parties != all.validRoot) {
            _useRoot(all.key, item.parties);
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

    /// @dev Reverts unless proofs may use the root now, and writes down that this batch did.
    function _useRoot(bytes32 key, uint256 root) private {
        uint64 number = parties.requireValid(root);
        uint64[MOST_ROOTS] storage used = _roots[key];
        for (uint256 i = 0; i < MOST_ROOTS; i++) {
            uint64 entry = used[i];
            if (entry != 0 && entry >> 48 != number) continue;
            used[i] = (number << 48) | uint48(block.timestamp);
            return;
        }
        revert RootsOfBatch(key, MOST_ROOTS);
    }

    function _setHead(bytes32 key, uint8 stage, uint256 head, bool custody) private {
        _requireFieldElement(head);
        headOf[key][stage] = head;
        _emit(HeadSet.selector, key, bytes32(uint256(stage)), abi.encode(head, custody));
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

    /// @dev keccak256(abi.encode(key, item)): an item stands in the call data as it is encoded.
    function _digestOf(bytes32 key, Item calldata item) private pure returns (bytes32 digest) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, key)
            calldatacopy(add(free, 0x20), item, ITEM)
            digest := keccak256(free, add(ITEM, 0x20))
        }
    }
}
