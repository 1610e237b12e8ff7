// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Journaled} from "./Journaled.sol";

/// @notice What several items of one call share is asked once, and every item is still held to it.
// Verifies R-register-attest.
contract AttestTest is Journaled {
    // Verifies R-register-journal.
    function test_attests_all_in_order() external {
        bytes32 key = _open(custodyPolicy);
        uint256 opening = registry.batchOf(key).opening;
        IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](4);
        items[0] = _item(key, 0, 100, opening, SUBMITTER);
        items[1] = _item(key, 1, 100, 5, SUBMITTER);
        items[2] = _item(key, 2, 101, 100, SUBMITTER);
        items[3] = _item(key, 3, 101, 6, SUBMITTER);
        bytes32 before = _journalOf(address(registry));
        vm.recordLogs();
        vm.prank(SUBMITTER);
        registry.attest(key, items);
        emit IComplianceRegistry.HeadSet(key, 0, 100, true);
        _emitAttested(key, items[0], SUBMITTER);
        _emitAttested(key, items[1], SUBMITTER);
        emit IComplianceRegistry.HeadSet(key, 1, 101, true);
        _emitAttested(key, items[2], SUBMITTER);
        _emitAttested(key, items[3], SUBMITTER);
        _requireJournal(address(registry), before);
        assertEq(registry.batchOf(key).attested, 15);
        assertEq(registry.headOf(key, 0), 100);
        assertEq(registry.headOf(key, 1), 101);
    }

    function test_every_item_needs_its_stages_head() external {
        bytes32 key = _open(plainPolicy);
        IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](3);
        items[0] = _item(key, 0, 100, 5, OWNER);
        items[1] = _item(key, 1, 101, 5, OWNER);
        items[2] = _item(key, 2, 100, 5, OWNER);
        _refused(key, items, abi.encodeWithSelector(IComplianceRegistry.HeadWrong.selector, 1, 100, 101));
        items[2] = _item(key, 2, 101, 5, OWNER);
        vm.prank(OWNER);
        registry.attest(key, items);
    }

    function test_a_custody_proof_continues_the_head_before_also_where_that_was_just_set() external {
        bytes32 key = _open(custodyPolicy);
        IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](2);
        items[0] = _item(key, 0, 100, registry.batchOf(key).opening, OWNER);
        // Of the same stage's head, which the call found right before: it still must continue the opening.
        items[1] = _item(key, 2, 100, 99, OWNER);
        _refused(key, items, abi.encodeWithSelector(IComplianceRegistry.PreviousHeadWrong.selector, 1, 99, 100));
        items[0] = _item(key, 2, 101, 100, OWNER);
        items[1] = _item(key, 0, 100, registry.batchOf(key).opening, OWNER);
        _refused(key, items, abi.encodeWithSelector(IComplianceRegistry.HeadUnset.selector, 0));
    }

    // Verifies R-register-frozen.
    function test_every_item_needs_a_valid_root() external {
        bytes32 key = _open(plainPolicy);
        uint256[3] memory roots = [uint256(0), ROOT + 1, Signals.FIELD - 1];
        for (uint256 i = 0; i < 3; i++) {
            bytes memory refused = abi.encodeWithSelector(IPartyRegistry.RootNotValid.selector, roots[i]);
            IComplianceRegistry.Item[] memory items = _one(_itemUnder(roots[i], key, 0, 100, 5, OWNER));
            _refused(key, items, refused);
            IComplianceRegistry.Item[] memory two = new IComplianceRegistry.Item[](2);
            two[0] = _item(key, 1, 101, 5, OWNER);
            two[1] = items[0];
            _refused(key, two, refused);
        }
        // The greatest word is no root either, whatever the registry marks with it.
        uint256 greatest = type(uint256).max;
        bytes memory outside = abi.encodeWithSelector(
            ICircuitRegistry.SignalOutOfField.selector,
            Signals.PARTIES,
            greatest
        );
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 5, OWNER);
        item.parties = greatest;
        _refused(key, _one(item), outside);
    }

    function test_an_amendment_needs_a_valid_root() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 0);
        IComplianceRegistry.Item memory item = _itemUnder(0, key, 0, 100, 5, QA);
        vm.prank(QA);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootNotValid.selector, 0));
        registry.amend(key, item, OTHER, 0);
    }

    function test_refuses_a_claim_twice_and_nothing_at_all() external {
        bytes32 key = _open(plainPolicy);
        IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](2);
        items[0] = _item(key, 0, 100, 5, OWNER);
        items[1] = items[0];
        bytes memory again = abi.encodeWithSelector(IComplianceRegistry.AlreadyAttested.selector, key, 0);
        _refused(key, items, again);
        _attest(key, 0);
        _refused(key, _one(items[0]), again);
        items = new IComplianceRegistry.Item[](0);
        _refused(key, items, abi.encodeWithSelector(IComplianceRegistry.NoItems.selector));
    }

    function test_one_bad_proof_refuses_all() external {
        bytes32 key = _open(plainPolicy);
        IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](2);
        for (uint256 bad = 0; bad < 2; bad++) {
            items[0] = _item(key, 0, 100, 5, bad == 0 ? STRANGER : OWNER);
            items[1] = _item(key, 1, 101, 5, bad == 1 ? STRANGER : OWNER);
            _refused(key, items, abi.encodeWithSelector(ICircuitRegistry.ProofInvalid.selector));
        }
        assertEq(registry.batchOf(key).attested, 0);
    }

    // Verifies R-register-attest.
    function test_the_trail_is_extended_once_an_item_however_many_a_call_has() external {
        bytes32[2] memory keys = [_open(plainPolicy), _open(plainPolicy)];
        for (uint256 way = 0; way < 2; way++) {
            bytes32 key = keys[way];
            IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](2);
            items[0] = _item(key, 1, 101, 5, OWNER);
            items[1] = _item(key, 0, 100, 6, OWNER);
            if (way == 0) {
                vm.prank(OWNER);
                registry.attest(key, items);
            }
            bytes32 trail = 0;
            for (uint256 i = 0; i < 2; i++) {
                if (way == 1) {
                    vm.prank(OWNER);
                    registry.attest(key, _one(items[i]));
                }
                trail = _extended(trail, key, items[i]);
            }
            assertEq(registry.batchOf(key).trail, trail);
        }
    }

    // Verifies R-register-calldata, V9.
    function test_call_data_that_say_more_or_elsewhere_change_nothing() external {
        for (uint256 way = 0; way < 4; way++) {
            bytes32 key = _open(plainPolicy);
            IComplianceRegistry.Item memory item = _item(key, 0, 100, 5, OWNER);
            bytes memory data = abi.encodeCall(registry.attest, (key, _one(item)));
            if (way == 1) data = bytes.concat(data, hex"00");
            if (way == 2) data = bytes.concat(data, bytes32(type(uint256).max));
            if (way == 3) {
                // The items begin one word later.
                bytes memory head = bytes.concat(
                    registry.attest.selector,
                    key,
                    bytes32(uint256(0x60)),
                    "anything else"
                );
                bytes memory items = new bytes(data.length - 68);
                for (uint256 i = 0; i < items.length; i++) items[i] = data[68 + i];
                data = bytes.concat(head, new bytes(32 - 13), items);
            }
            vm.prank(OWNER);
            (bool done, ) = address(registry).call(data);
            assertTrue(done, "attested");
            assertEq(registry.batchOf(key).trail, _extended(0, key, item));
        }
    }

    // Verifies R-register-calldata, V9.
    function test_a_claim_of_256_and_more_is_not_cut_down_to_a_byte() external {
        bytes32 key = _open(plainPolicy);
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 5, OWNER);
        bytes memory data = abi.encodeCall(registry.attest, (key, _one(item)));
        // The word of the claim ends behind selector, key, offset, length and itself.
        for (uint256 i = 0; i < 31; i++) {
            data[4 + 96 + i] = 0x01;
            vm.prank(OWNER);
            (bool refused, bytes memory why) = address(registry).call(data);
            assertTrue(!refused && why.length == 0, "dirty claim");
            data[4 + 96 + i] = 0;
        }
        vm.prank(OWNER);
        (bool done, ) = address(registry).call(data);
        assertTrue(done, "clean");
        assertEq(registry.batchOf(key).trail, _extended(0, key, item));
    }

    function _emitAttested(bytes32 key, IComplianceRegistry.Item memory item, address submitter) private {
        emit IComplianceRegistry.ClaimAttested(
            key,
            item.claim,
            item.circuitId,
            item.head,
            item.parties,
            item.record,
            item.deviations,
            submitter,
            registry.batchOf(key).opened,
            item.proof
        );
    }

    function _extended(
        bytes32 trail,
        bytes32 key,
        IComplianceRegistry.Item memory item
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(trail, IComplianceRegistry.attest.selector, keccak256(abi.encode(key, item))));
    }

    function _refused(bytes32 key, IComplianceRegistry.Item[] memory items, bytes memory expected) private {
        vm.prank(OWNER);
        vm.expectRevert(expected);
        registry.attest(key, items);
    }
}
