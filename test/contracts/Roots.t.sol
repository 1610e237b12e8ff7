// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Which party roots a batch used, how many it may, and what a revocation means for it.
contract RootsTest is Fixture {
    function _publish(uint256 root) private {
        vm.prank(PROPOSER);
        parties.propose(root, PARTY_LIST);
        vm.prank(APPROVER);
        parties.approve(root, PARTY_LIST, "QA-2");
    }

    function _revokeSince(uint256 root, uint256 since) private {
        vm.prank(APPROVER);
        parties.revoke(root, uint64(since), OTHER, 0);
    }

    function _attestUnder(uint256 root, bytes32 key, uint8 claim, uint256 head) private {
        IComplianceRegistry.Item memory item = _itemUnder(root, key, claim, head, 5, OWNER);
        vm.prank(OWNER);
        registry.attest(key, _one(item));
    }

    function _amendUnder(uint256 root, bytes32 key) private {
        IComplianceRegistry.Item memory item = _itemUnder(root, key, 0, 100, 6, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
    }

    function _compliant() private returns (bytes32 key) {
        key = _open(plainPolicy);
        _attest(key, 0);
        _attest(key, 1);
    }

    /// @dev The challenge of nothing but revoked roots of these numbers.
    function _challenge(uint16[] memory numbers) private pure returns (bytes32) {
        return keccak256(abi.encode(new bytes32[](0), uint64(0), numbers, new bytes32[](0)));
    }

    // Verifies R-register-bounded.
    function test_a_batch_uses_at_most_16_roots() external {
        for (uint256 i = 1; i <= 16; i++) _publish(ROOT + i);
        bytes32 key = _open(plainPolicy);
        _attestUnder(ROOT, key, 0, 100);
        for (uint256 i = 1; i < 16; i++) _amendUnder(ROOT + i, key);
        IComplianceRegistry.UsedRoot[] memory used = registry.rootsOf(key);
        assertEq(used.length, 16);
        bytes memory most = abi.encodeWithSelector(IComplianceRegistry.RootsOfBatch.selector, key, 16);
        IComplianceRegistry.Item memory item = _itemUnder(ROOT + 16, key, 0, 100, 6, QA);
        vm.prank(QA);
        vm.expectRevert(most);
        registry.amend(key, item, OTHER, 0);
        item = _itemUnder(ROOT + 16, key, 1, 101, 5, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(most);
        registry.attest(key, _one(item));
        // One that it used before is no new one.
        vm.warp(START + 1);
        _amendUnder(ROOT, key);
        _attestUnder(ROOT + 15, key, 1, 101);
        used = registry.rootsOf(key);
        assertEq(used.length, 16);
        for (uint256 i = 0; i < 16; i++) {
            assertEq(used[i].number, i + 1);
            assertEq(parties.rootNumbered(used[i].number), ROOT + i);
            assertEq(used[i].lastUsed, i == 0 || i == 15 ? START + 1 : START);
        }
        // Another batch has its own.
        _attestUnder(ROOT + 16, _open(plainPolicy), 0, 100);
    }

    // Verifies R-register-challenge, V162.
    function test_V162_a_root_revoked_as_of_its_last_use_challenges_and_one_revoked_later_does_not() external {
        for (uint256 i = 0; i < 3; i++) {
            uint256 root = ROOT + 1 + i;
            _publish(root);
            bytes32 key = _open(plainPolicy);
            _attestUnder(ROOT, key, 0, 100);
            vm.warp(block.timestamp + 100);
            _attestUnder(root, key, 1, 101);
            uint256 lastUsed = block.timestamp;
            vm.warp(lastUsed + 100);
            // After it, in the very second, and from the beginning.
            if (i == 0) {
                _revokeSince(root, lastUsed + 1);
                (uint8 none, bytes32 nothing) = gate.challengeOf(key);
                assertEq(none, 0);
                assertEq(nothing, bytes32(0));
                _certify(key);
                continue;
            }
            _revokeSince(root, i == 1 ? lastUsed : 0);
            uint16[] memory numbers = new uint16[](1);
            numbers[0] = uint16(2 + i);
            (uint8 kinds, bytes32 challenge) = gate.challengeOf(key);
            assertEq(kinds, Codes.CHALLENGE_ROOT);
            assertEq(challenge, _challenge(numbers));
            IComplianceRegistry.Certificate memory certificate = _certificate(key);
            bytes memory signature = _sign(certificate, QP_KEY);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.Challenged.selector, kinds, challenge));
            registry.certify(key, certificate, signature);
            vm.prank(qp);
            registry.decideChallenge(key, challenge, OTHER, 0);
            _certify(key);
            // Who did not use it, is not challenged.
            (kinds, ) = gate.challengeOf(_open(plainPolicy));
            assertEq(kinds, 0);
        }
    }

    // Verifies R-register-challenge, V162.
    function test_V162_its_last_use_is_what_counts_also_if_it_was_replaced_since() external {
        _publish(ROOT + 1);
        bytes32 key = _compliant();
        vm.warp(START + 100);
        _amendUnder(ROOT + 1, key);
        vm.warp(START + 200);
        _revokeSince(ROOT, START + 1);
        (uint8 kinds, ) = gate.challengeOf(key);
        assertEq(kinds, 0);
        _revokeSince(ROOT + 1, START + 100);
        (, bytes32 challenge) = gate.challengeOf(key);
        uint16[] memory numbers = new uint16[](1);
        numbers[0] = 2;
        assertEq(challenge, _challenge(numbers));
    }

    // Verifies R-register-challenge, V163.
    function test_V163_a_released_batch_stays_released_under_a_revoked_root() external {
        bytes32 key = _compliant();
        _certify(key);
        _revokeSince(ROOT, START);
        (uint8 kinds, ) = gate.challengeOf(key);
        assertEq(kinds, Codes.CHALLENGE_ROOT);
        assertTrue(gate.isReleased(key), "released");
    }
}
