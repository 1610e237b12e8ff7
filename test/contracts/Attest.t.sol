// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Fixture} from "./Fixture.sol";
import {Trapdoor} from "./Trapdoor.sol";

/// @notice What several items of one call share is asked once, and every item is still held to it.
// Verifies R-register-attest.
contract AttestTest is Fixture {
    function test_attests_all_in_order() external {
        bytes32 key = _open(custodyPolicy);
        uint256 opening = registry.batchOf(key).opening;
        IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](4);
        items[0] = _item(key, 0, 100, opening, SUBMITTER);
        items[1] = _item(key, 1, 100, 5, SUBMITTER);
        items[2] = _item(key, 2, 101, 100, SUBMITTER);
        items[3] = _item(key, 3, 101, 6, SUBMITTER);
        vm.prank(SUBMITTER);
        registry.attest(key, items);
        assertEq(registry.batchOf(key).attested, 15);
        assertEq(registry.headOf(key, 0), 100);
        assertEq(registry.headOf(key, 1), 101);
        assertEq(registry.batchCounts(key)[uint256(IComplianceRegistry.Counter.Attested)], 4);
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
            IComplianceRegistry.Item[] memory items = _one(_withRoot(key, 0, 100, roots[i], OWNER));
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
        IComplianceRegistry.Item memory item = _withRoot(key, 0, 100, 0, QA);
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

    function test_refuses_call_data_that_says_more_or_elsewhere() external {
        bytes32 key = _open(plainPolicy);
        bytes memory data = abi.encodeCall(registry.attest, (key, _one(_item(key, 0, 100, 5, OWNER))));
        _refusedCall(abi.encodePacked(data, uint256(0)));
        _refusedCall(abi.encodePacked(data, uint8(0)));
        // The items begin one word later.
        bytes memory moved = bytes.concat(registry.attest.selector, key, bytes32(uint256(0x60)), bytes32(0));
        bytes memory items = new bytes(data.length - 68);
        for (uint256 i = 0; i < items.length; i++) items[i] = data[68 + i];
        _refusedCall(bytes.concat(moved, items));
        // A claim of 256 and more is not cut down to a byte.
        data[4 + 96 + 30] = 0x01;
        vm.prank(OWNER);
        (bool done, ) = address(registry).call(data);
        assertTrue(!done, "claim 256");
        data[4 + 96 + 30] = 0;
        vm.prank(OWNER);
        (done, ) = address(registry).call(data);
        assertTrue(done, "exact");
    }

    function _refusedCall(bytes memory data) private {
        vm.prank(OWNER);
        (bool done, bytes memory why) = address(registry).call(data);
        assertTrue(!done && bytes4(why) == IComplianceRegistry.CallDataNotCanonical.selector, "not canonical");
    }

    function _refused(bytes32 key, IComplianceRegistry.Item[] memory items, bytes memory expected) private {
        vm.prank(OWNER);
        vm.expectRevert(expected);
        registry.attest(key, items);
    }

    /// @dev As `_item`, under another party root, with a proof that holds.
    function _withRoot(
        bytes32 key,
        uint8 claim,
        uint256 head,
        uint256 root,
        address submitter
    ) private view returns (IComplianceRegistry.Item memory item) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        item = _item(key, claim, head, 5, submitter);
        item.parties = root;
        uint256 rule = policies.ruleOf(batch.policyId, claim);
        uint256 context = gate.contextOf(submitter);
        item.proof = Trapdoor.proof(
            saltOf[item.circuitId],
            [batch.batch, rule, head, root, 5, 0, context, batch.opened]
        );
    }
}
