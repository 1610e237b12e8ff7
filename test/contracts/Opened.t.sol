// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Fixture} from "./Fixture.sol";
import {Trapdoor} from "./Trapdoor.sol";

/// @notice When a batch was opened is the register's own word, in every proof of it.
// Verifies R-register-opened.
contract OpenedTest is Fixture {
    // Verifies V36.
    function test_fuzz_the_time_is_that_of_the_block_and_not_of_the_batch_before(uint24 later) external {
        bytes32 first = _open(plainPolicy);
        uint256 opened = block.timestamp;
        assertEq(registry.batchOf(first).opened, opened);
        vm.warp(opened + later);
        // Superseding starts anew.
        bytes32 second = _open(plainPolicy, 0, first);
        assertEq(registry.batchOf(second).opened, opened + later);
        assertEq(registry.batchOf(first).opened, opened);
    }

    // Verifies V35.
    function test_fuzz_replacing_the_opening_moves_the_time_to_that_block_and_never_back(uint24 later) external {
        bytes32 key = _open(plainPolicy);
        uint256 opened = block.timestamp;
        vm.warp(opened + later);
        _replace(key);
        assertEq(registry.batchOf(key).opened, opened + later);
        vm.warp(opened + uint256(later) + 7);
        _replace(key);
        assertEq(registry.batchOf(key).opened, opened + uint256(later) + 7);
    }

    // Verifies V33.
    function test_fuzz_a_proof_for_any_other_time_is_refused(uint64 said) external {
        bytes32 key = _open(plainPolicy);
        if (said == block.timestamp) said++;
        IComplianceRegistry.Item memory item = _itemOpened(key, 0, said);
        vm.prank(OWNER);
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        registry.attest(key, _one(item));
        item = _itemOpened(key, 0, registry.batchOf(key).opened);
        vm.prank(OWNER);
        registry.attest(key, _one(item));
    }

    // Verifies V37.
    function test_a_proof_from_before_a_replaced_opening_is_refused_after_it() external {
        bytes32 key = _open(custodyPolicy);
        // Of a claim that does not open the opening itself: only the time is another one.
        IComplianceRegistry.Item memory leg = _item(key, 1, 100, 5, OWNER);
        vm.warp(block.timestamp + 1);
        _replace(key);
        IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](2);
        items[0] = _item(key, 0, 100, registry.batchOf(key).opening, OWNER);
        items[1] = leg;
        vm.prank(OWNER);
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        registry.attest(key, items);
        items[1] = _item(key, 1, 100, 5, OWNER);
        vm.prank(OWNER);
        registry.attest(key, items);
    }

    function test_an_amendment_is_held_to_the_time_too() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 0);
        vm.warp(block.timestamp + 1 days);
        IComplianceRegistry.Item memory item = _itemOpened(key, 0, uint64(block.timestamp));
        vm.prank(QA);
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        registry.amend(key, item, OTHER, 0);
    }

    function _replace(bytes32 key) private {
        uint256 opening = registry.batchOf(key).opening + 1;
        vm.prank(OWNER);
        registry.replaceOpening(key, opening, OTHER, 0);
    }

    /// @dev As `_item`, with a proof that holds for this time of the opening.
    function _itemOpened(
        bytes32 key,
        uint8 claim,
        uint64 opened
    ) private view returns (IComplianceRegistry.Item memory item) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        item = _item(key, claim, 100, 5, OWNER);
        uint256 rule = policies.ruleOf(batch.policyId, claim);
        uint256 context = gate.contextOf(OWNER);
        uint256[8] memory signals = [batch.batch, rule, 100, ROOT, 5, 0, context, opened];
        assertEq(Signals.OPENED, 7);
        item.proof = Trapdoor.proof(saltOf[item.circuitId], signals);
    }
}
