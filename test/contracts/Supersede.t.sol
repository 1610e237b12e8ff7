// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Fixture} from "./Fixture.sol";

/// @notice A batch that replaces another one inherits what is open about it.
// Verifies R-register-exceptions, V12.
contract SupersedeTest is Fixture {
    function _successor(bytes32 of_) private returns (bytes32 key) {
        key = _open(plainPolicy, 0, of_);
        _attest(key, 0);
        _attest(key, 1);
    }

    function _recall(bytes32 key) private {
        vm.prank(AUTHORITY);
        registry.recall(key, OTHER, 0);
    }

    function _certifyRefused(bytes32 key, bytes memory expected) private {
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(expected);
        registry.certify(key, certificate, signature);
    }

    function _challenges(bytes32 key, bytes32[] memory recalled) private {
        (uint8 kinds, bytes32 challenge) = gate.challengeOf(key);
        assertEq(kinds, Codes.CHALLENGE_SUPERSEDED);
        assertEq(challenge, _challenge(recalled));
        _certifyRefused(key, abi.encodeWithSelector(IComplianceRegistry.Challenged.selector, kinds, challenge));
    }

    /// @dev The challenge of nothing but recalled batches before.
    function _challenge(bytes32[] memory recalled) private pure returns (bytes32) {
        return keccak256(abi.encode(new bytes32[](0), uint64(0), new uint16[](0), recalled));
    }

    function test_refuses_unknown_batches_and_those_of_another_owner() external {
        bytes32 key = _open(plainPolicy);
        _grant(RoleIds.MANUFACTURER, STRANGER);
        uint64[2] memory due = [uint64(START + 1 days), uint64(START + 2 days)];
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotOwner.selector, key, STRANGER));
        registry.openBatch(1, 1, plainPolicy, due, 0, _qps(), _stageQps(), new address[](0), key);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("?")));
        registry.openBatch(1, 1, plainPolicy, due, 0, _qps(), _stageQps(), new address[](0), "?");
        // Nor itself: it is not there yet.
        bytes32 own = registry.keyOf(OWNER, 1);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, own));
        registry.openBatch(1, 1, plainPolicy, due, 0, _qps(), _stageQps(), new address[](0), own);
    }

    function test_open_exceptions_of_all_predecessors_block_the_successor() external {
        bytes32 first = _open(plainPolicy);
        uint256 id = _raise(first);
        vm.prank(qp);
        registry.reject(first, OTHER, 0);
        bytes32 second = _successor(first);
        bytes32 third = _successor(second);
        assertEq(gate.openExceptionsOf(third), 1);
        assertEq(_status(third), uint256(IComplianceRegistry.Status.Exception));
        IComplianceRegistry.Certificate memory certificate = _certificate(third);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.ExceptionsOpen.selector, 1));
        registry.certify(third, certificate, signature);
        // Decided where it belongs, it blocks no more.
        _close(id, Codes.DISPOSITION_REJECTED);
        _certify(third);
        assertTrue(gate.isReleased(third), "released");
        // Raised there later, it closes the gate here.
        _raise(second);
        assertTrue(!gate.isReleased(third), "gate");
        assertEq(gate.openExceptionsOf(first), 0);
    }

    // Verifies R-register-bounded, V53.
    function test_a_batch_supersedes_at_most_16_one_through_the_other() external {
        bytes32 key = _open(plainPolicy);
        for (uint256 i = 0; i < 16; i++) key = _open(plainPolicy, 0, key);
        uint256 before = gasleft();
        gate.openExceptionsOf(key);
        assertGas(before - gasleft(), 500_000);
        uint64[2] memory due = [uint64(START + 1 days), uint64(START + 2 days)];
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.SupersedesTooMany.selector, key, 16));
        registry.openBatch(1, 1, plainPolicy, due, 0, _qps(), _stageQps(), new address[](0), key);
    }

    // Verifies R-register-inherit, V164.
    function test_V164_an_undecided_revocation_of_a_superseded_batch_blocks_the_successor() external {
        bytes32 first = _open(plainPolicy, _consent(), 0);
        bytes32 second = _successor(first);
        bytes32 third = _successor(second);
        _certify(third);
        _revoke(first);
        assertEq(gate.openExceptionsOf(second), 1);
        assertTrue(!gate.isReleased(third), "gate");
        _certifyRefused(second, abi.encodeWithSelector(IComplianceRegistry.ExceptionsOpen.selector, 1));
        vm.prank(qp);
        registry.decideRevocation(first, OTHER, 0);
        assertTrue(gate.isReleased(third), "gate again");
        _certify(second);
    }

    // Verifies R-register-inherit, R-register-challenge, V164.
    function test_V164_the_recall_of_a_superseded_batch_challenges_the_successor() external {
        bytes32 first = _open(plainPolicy);
        bytes32 second = _successor(first);
        bytes32 third = _successor(second);
        bytes32 released = _successor(second);
        _certify(released);
        _recall(first);
        bytes32[] memory recalled = new bytes32[](1);
        recalled[0] = first;
        _challenges(third, recalled);
        vm.prank(qp);
        registry.decideChallenge(third, _challenge(recalled), OTHER, 0);
        // Another one is another challenge, the nearest first.
        _recall(second);
        recalled = new bytes32[](2);
        (recalled[0], recalled[1]) = (second, first);
        _challenges(third, recalled);
        vm.prank(qp);
        registry.decideChallenge(third, _challenge(recalled), OTHER, 0);
        _certify(third);
        // What is released stays so, and nothing looks forward.
        assertTrue(gate.isReleased(released) && gate.isReleased(third), "released");
        (uint8 kinds, ) = gate.challengeOf(first);
        assertEq(kinds, 0);
    }

    function test_nothing_else_is_inherited() external {
        bytes32 first = _open(plainPolicy, _consent(), 0);
        _close(_raise(first, 0), Codes.DISPOSITION_ACCEPTED);
        _close(_raise(first, 1), Codes.DISPOSITION_REJECTED);
        vm.prank(qp);
        registry.reject(first, OTHER, 0);
        bytes32 second = _successor(first);
        // Neither a settled or refused claim, an end nor a consent.
        assertEq(registry.batchOf(second).settled | registry.batchOf(second).refused, 0);
        assertEq(registry.batchOf(second).consent, bytes32(0));
        _certify(second);
        assertTrue(gate.isReleased(second), "released");
    }

    function test_an_inherited_exception_does_not_keep_a_certified_batch_from_completing_its_record() external {
        bytes32 first = _open(plainPolicy);
        bytes32 second = _successor(first);
        _certify(second);
        _raise(first);
        _attest(second, 2);
        assertEq(_status(second), uint256(IComplianceRegistry.Status.Completed));
        assertTrue(!gate.isReleased(second), "gate");
    }
}
