// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {PublicTexts} from "../../contracts/libraries/PublicTexts.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What puts a batch into doubt from outside, and a QP's decision on exactly that.
// Verifies R-register-challenge.
contract ChallengesTest is Fixture {
    uint8 private constant ALL =
        Codes.CHALLENGE_CIRCUIT | Codes.CHALLENGE_POLICY | Codes.CHALLENGE_ROOT | Codes.CHALLENGE_SUPERSEDED;

    function test_nothing_challenges_a_batch_at_first() external {
        bytes32 key = _compliant(0);
        _requireChallenge(key, 0, 0);
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NothingChallenged.selector, key));
        registry.decideChallenge(key, 0, OTHER, 0);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("none")));
        gate.challengeOf("none");
        _certify(key);
    }

    function test_an_unsound_circuit_challenges_every_batch_whose_policy_names_it() external {
        bytes32 other = _open(custodyPolicy);
        bytes32 key = _compliant(0);
        _unsound(custody);
        _requireChallenge(key, 0, 0);
        _requireChallenge(other, Codes.CHALLENGE_CIRCUIT, _hash(custody, 0, 0, 0));
        _unsound(temperature);
        _requireChallenge(key, Codes.CHALLENGE_CIRCUIT, _hash(temperature, 0, 0, 0));
        // In the order in which the policy names them, not in that of the declarations.
        bytes32[] memory both = new bytes32[](2);
        (both[0], both[1]) = (custody, temperature);
        bytes32 hash = keccak256(abi.encode(both, uint64(0), new uint16[](0), new bytes32[](0)));
        _requireChallenge(other, Codes.CHALLENGE_CIRCUIT, hash);
        _requireBlockedUntilDecided(key);
    }

    function test_a_frozen_circuit_challenges_nothing() external {
        bytes32 key = _compliant(0);
        vm.prank(ADMIN);
        circuits.freeze(temperature, uint40(block.timestamp + 1), false);
        vm.warp(block.timestamp + 1);
        _requireChallenge(key, 0, 0);
        _certify(key);
    }

    function test_a_retired_policy_challenges_its_batches() external {
        bytes32 key = _compliant(0);
        bytes32 other = _open(custodyPolicy);
        vm.warp(block.timestamp + 5);
        _retire();
        _requireChallenge(key, Codes.CHALLENGE_POLICY, _hash(0, block.timestamp, 0, 0));
        _requireChallenge(other, 0, 0);
        _requireBlockedUntilDecided(key);
    }

    function test_a_root_revoked_as_of_its_last_use_or_before_challenges() external {
        bytes32 key = _compliant(0);
        bytes32 unused = _open(plainPolicy);
        uint256 lastUsed = block.timestamp;
        vm.warp(lastUsed + 10);
        _revokeRoot(lastUsed);
        _requireChallenge(key, Codes.CHALLENGE_ROOT, _hash(0, 0, 1, 0));
        _requireChallenge(unused, 0, 0);
        _requireBlockedUntilDecided(key);
    }

    function test_a_root_revoked_as_of_later_challenges_nothing() external {
        bytes32 key = _compliant(0);
        vm.warp(block.timestamp + 10);
        _revokeRoot(block.timestamp - 9);
        _requireChallenge(key, 0, 0);
        _certify(key);
    }

    function test_the_last_use_of_a_root_counts_not_the_first() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 0);
        vm.warp(block.timestamp + 10);
        _attest(key, 1);
        _revokeRoot(block.timestamp - 5);
        _requireChallenge(key, Codes.CHALLENGE_ROOT, _hash(0, 0, 1, 0));
    }

    function test_a_recalled_superseded_batch_challenges_however_far_it_stands() external {
        bytes32 first = _open(plainPolicy);
        bytes32 second = _open(plainPolicy, 0, first);
        bytes32 key = _compliant(second);
        _recall(first);
        _requireChallenge(second, Codes.CHALLENGE_SUPERSEDED, _hash(0, 0, 0, first));
        _requireChallenge(key, Codes.CHALLENGE_SUPERSEDED, _hash(0, 0, 0, first));
        _recall(second);
        // From the nearest to the farthest.
        bytes32[] memory recalled = new bytes32[](2);
        (recalled[0], recalled[1]) = (second, first);
        bytes32 hash = keccak256(abi.encode(new bytes32[](0), uint64(0), new uint16[](0), recalled));
        _requireChallenge(key, Codes.CHALLENGE_SUPERSEDED, hash);
        _requireBlockedUntilDecided(key);
    }

    function test_a_recall_of_the_batch_itself_is_no_challenge() external {
        bytes32 key = _compliant(0);
        _recall(key);
        _requireChallenge(key, 0, 0);
    }

    function test_all_kinds_together_are_one_challenge() external {
        bytes32 superseded = _open(plainPolicy);
        bytes32 key = _compliant(superseded);
        bytes32 hash = _challengeByAll(superseded);
        _requireChallenge(key, ALL, hash);
        _requireBlockedUntilDecided(key);
        // Also the batches that a decision does not lie on stay challenged.
        _requireChallenge(
            superseded,
            Codes.CHALLENGE_CIRCUIT | Codes.CHALLENGE_POLICY,
            _hash(temperature, START, 0, 0)
        );
    }

    function test_decides_only_a_qp_of_the_batch_for_a_reason_of_this_call() external {
        bytes32 key = _compliant(0);
        _retire();
        (, bytes32 challenge) = gate.challengeOf(key);
        address[3] memory others = [OWNER, QA, AUTHORITY];
        for (uint256 i = 0; i < others.length; i++) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotQp.selector, key, others[i]));
            registry.decideChallenge(key, challenge, OTHER, 0);
        }
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(PublicTexts.ReasonUnknown.selector, Codes.REASON_QUALITY_DEFECT));
        registry.decideChallenge(key, challenge, Codes.REASON_QUALITY_DEFECT, 0);
    }

    function test_a_decision_is_on_exactly_this_challenge() external {
        bytes32 key = _compliant(0);
        _retire();
        (, bytes32 challenge) = gate.challengeOf(key);
        _unsound(temperature);
        (, bytes32 grown) = gate.challengeOf(key);
        // What the QP saw is not what stands there by now.
        _refuseDecision(
            key,
            challenge,
            abi.encodeWithSelector(IComplianceRegistry.ChallengeWrong.selector, challenge, grown)
        );
        _refuseDecision(key, 0, abi.encodeWithSelector(IComplianceRegistry.ChallengeWrong.selector, 0, grown));
        _decide(key);
        assertEq(registry.batchOf(key).challengeDecided, grown);
        _refuseDecision(key, grown, abi.encodeWithSelector(IComplianceRegistry.NothingChallenged.selector, key));
        // A decision is no end of the challenge, for whoever reads.
        _requireChallenge(key, Codes.CHALLENGE_CIRCUIT | Codes.CHALLENGE_POLICY, grown);
    }

    function test_a_later_challenge_stops_the_batch_again() external {
        bytes32 superseded = _open(plainPolicy);
        bytes32 key = _compliant(superseded);
        _retire();
        _requireBlockedUntilDecided(key);
        _unsound(temperature);
        _refuseCertifying(key);
        _decide(key);
        vm.warp(block.timestamp + 1);
        _revokeRoot(0);
        _refuseCertifying(key);
        _decide(key);
        _recall(superseded);
        _refuseCertifying(key);
        _decide(key);
        _certify(key);
    }

    function test_a_released_gate_stays_open() external {
        bytes32 superseded = _open(plainPolicy);
        bytes32 key = _compliant(superseded);
        _certify(key);
        _challengeByAll(superseded);
        // What was certified under a policy stands when that is retired.
        _requireChallenge(key, ALL & ~Codes.CHALLENGE_POLICY, _hash(temperature, 0, 1, superseded));
        assertTrue(gate.isReleased(key), "ten thousand gates shut by one account");
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Released));
        // Decided on all the same, so that readers see it.
        _decide(key);
        assertTrue(gate.isReleased(key), "still open");
    }

    function test_an_amended_batch_is_challenged_when_it_is_certified_again() external {
        bytes32 key = _compliant(0);
        _certify(key);
        _retire();
        _requireChallenge(key, 0, 0);
        _refuseDecision(key, 0, abi.encodeWithSelector(IComplianceRegistry.NothingChallenged.selector, key));
        IComplianceRegistry.Item memory item = _item(key, 1, 101, 7, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
        _requireChallenge(key, Codes.CHALLENGE_POLICY, _hash(0, START, 0, 0));
        _requireBlockedUntilDecided(key);
        _certify(key);
    }

    function test_a_retired_policy_challenges_no_batch_that_ended() external {
        bytes32 key = _compliant(0);
        _retire();
        _requireChallenge(key, Codes.CHALLENGE_POLICY, _hash(0, START, 0, 0));
        vm.prank(qp);
        registry.reject(key, OTHER, 0);
        _requireChallenge(key, 0, 0);
    }

    function test_a_decision_voids_the_signature_from_before() external {
        bytes32 key = _compliant(0);
        _retire();
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        bytes32 before = registry.batchOf(key).exceptionsHash;
        (, bytes32 challenge) = gate.challengeOf(key);
        vm.prank(qp);
        registry.decideChallenge(key, challenge, Codes.REASON_CORRECTED, "words");
        bytes32 digest = keccak256(abi.encode(key, challenge, Codes.REASON_CORRECTED, bytes32("words")));
        bytes32 hash = keccak256(abi.encode(before, IComplianceRegistry.decideChallenge.selector, digest));
        assertEq(registry.batchOf(key).exceptionsHash, hash);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.CertificateExceptionsWrong.selector, before, hash));
        registry.certify(key, certificate, signature);
        _certify(key);
    }

    function test_an_exceptional_supply_needs_no_decision() external {
        bytes32 key = _compliant(0);
        _retire();
        _supply(key);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.ExceptionalSupply));
    }

    /// @dev With everything for release.
    function _compliant(bytes32 supersedes) private returns (bytes32 key) {
        key = _open(plainPolicy, 0, supersedes);
        _attest(key, 0);
        _attest(key, 1);
    }

    /// @dev Within one second.
    function _challengeByAll(bytes32 superseded) private returns (bytes32) {
        _retire();
        _unsound(temperature);
        _revokeRoot(0);
        _recall(superseded);
        return _hash(temperature, block.timestamp, 1, superseded);
    }

    function _unsound(bytes32 circuitId) private {
        vm.prank(ADMIN);
        circuits.freeze(circuitId, uint40(block.timestamp), true);
    }

    function _retire() private {
        vm.prank(APPROVER);
        policies.retire(plainPolicy, OTHER, 0);
    }

    function _revokeRoot(uint256 since) private {
        vm.prank(APPROVER);
        parties.revoke(ROOT, uint64(since), OTHER, 0);
    }

    function _recall(bytes32 key) private {
        vm.prank(AUTHORITY);
        registry.recall(key, OTHER, 0);
    }

    function _decide(bytes32 key) private {
        (, bytes32 challenge) = gate.challengeOf(key);
        vm.prank(qp);
        registry.decideChallenge(key, challenge, OTHER, 0);
    }

    function _refuseDecision(bytes32 key, bytes32 challenge, bytes memory expected) private {
        vm.prank(qp);
        vm.expectRevert(expected);
        registry.decideChallenge(key, challenge, OTHER, 0);
    }

    function _refuseCertifying(bytes32 key) private {
        (uint8 kinds, bytes32 challenge) = gate.challengeOf(key);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.Challenged.selector, kinds, challenge));
        registry.certify(key, certificate, signature);
    }

    /// @dev And does not certify it, but could.
    function _requireBlockedUntilDecided(bytes32 key) private {
        _refuseCertifying(key);
        _decide(key);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        assertTrue(
            gate.requireCertifiable(key, certificate, _sign(certificate, QP_KEY), STRANGER) == qp,
            "decided, and not certifiable"
        );
    }

    function _requireChallenge(bytes32 key, uint8 kinds, bytes32 challenge) private view {
        (uint8 kinds_, bytes32 challenge_) = gate.challengeOf(key);
        assertEq(kinds_, kinds);
        assertEq(challenge_, challenge);
    }

    /// @dev Of at most one of each; 0: none of the kind.
    function _hash(bytes32 circuitId, uint256 retired, uint16 root, bytes32 recalled) private pure returns (bytes32) {
        uint16[] memory roots = new uint16[](root == 0 ? 0 : 1);
        if (root != 0) roots[0] = root;
        return keccak256(abi.encode(_words(circuitId), uint64(retired), roots, _words(recalled)));
    }

    function _words(bytes32 word) private pure returns (bytes32[] memory words) {
        words = new bytes32[](word == 0 ? 0 : 1);
        if (word != 0) words[0] = word;
    }
}
