// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {PublicTexts} from "../../contracts/libraries/PublicTexts.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Journaled} from "./Journaled.sol";

/// @notice Who decides about whole batches, and what a decision closes. Where each call leads: `StateTable.t.sol`.
contract DecisionsTest is Journaled {
    function _compliant() private returns (bytes32 key) {
        key = _open(plainPolicy);
        _attest(key, 0);
        _attest(key, 1);
    }

    function _released() private returns (bytes32 key) {
        key = _compliant();
        _certify(key);
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

    /// @dev Expects that the next call is refused unless it takes the reason.
    function _expect(uint8 reason, uint256 taken, address caller) private {
        vm.prank(caller);
        if (taken & (1 << reason) == 0) {
            vm.expectRevert(abi.encodeWithSelector(PublicTexts.ReasonUnknown.selector, reason));
        }
    }

    // Verifies R-register-texts, V52.
    function test_fuzz_each_call_takes_only_its_reasons(uint8 reason) external {
        bytes32 key = _open(plainPolicy, _consent(), 0);
        _expect(reason, Codes.REASONS_OF_REPLACE_OPENING, OWNER);
        registry.replaceOpening(key, 5, reason, 0);
        _expect(reason, Codes.REASONS_OF_EXTEND_DUE, OWNER);
        registry.extendDue(key, 0, uint64(START + 12 days), reason, 0);
        _attest(key, 0);
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 901, QA);
        _expect(reason, Codes.REASONS_OF_AMEND, QA);
        registry.amend(key, item, reason, 0);
        _expect(reason, Codes.REASONS_OF_HOLD, qp);
        registry.hold(_one(key), reason, 0, 0);
        if (registry.batchOf(key).holds == 0) _holdAs(qp, key);
        _expect(reason, Codes.REASONS_OF_UNHOLD, qp);
        registry.unhold(key, qp, reason, 0);
        _revoke(key);
        _expect(reason, Codes.REASONS_OF_DECIDE_REVOCATION, qp);
        registry.decideRevocation(key, reason, 0);
        vm.prank(APPROVER);
        policies.retire(plainPolicy, OTHER, 0);
        (, bytes32 challenge) = gate.challengeOf(key);
        _expect(reason, Codes.REASONS_OF_DECIDE_CHALLENGE, qp);
        registry.decideChallenge(key, challenge, reason, 0);
        _expect(reason, Codes.REASONS_OF_RECALL, qp);
        registry.recall(key, reason, 0);
        _expect(reason, Codes.REASONS_OF_REJECT, qp);
        registry.reject(key, reason, 0);
        bytes32 other = _open(custodyPolicy);
        _expect(reason, Codes.REASONS_OF_ABORT, OWNER);
        registry.abort(other, reason, 0);
    }

    // Verifies R-register-open, R-register-bounded.
    function test_a_call_names_at_most_16_submitters() external {
        uint64[2] memory due = [uint64(START + 1 days), uint64(START + 2 days)];
        for (uint256 more = 0; more < 2; more++) {
            address[] memory many = new address[](16 + more);
            for (uint256 i = 0; i < many.length; i++) many[i] = address(uint160(1000 + i));
            vm.prank(OWNER);
            if (more == 1) vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.TooManyNames.selector, 17, 16));
            registry.openBatch(77 + more, 1, plainPolicy, due, 0, _qps(), _stageQps(), many, 0);
        }
    }

    // Verifies R-register-roles, V8.
    function test_refuses_the_wrong_hands() external {
        bytes32 key = _released();
        // A QP, but not of this batch.
        _grant(RoleIds.QP, STRANGER);
        address[4] memory notQps = [OWNER, QA, AUTHORITY, STRANGER];
        for (uint256 i = 0; i < notQps.length; i++) {
            bytes memory refused = abi.encodeWithSelector(IComplianceRegistry.NotQp.selector, key, notQps[i]);
            vm.prank(notQps[i]);
            vm.expectRevert(refused);
            registry.reject(key, OTHER, 0);
            vm.prank(notQps[i]);
            vm.expectRevert(refused);
            registry.exceptionalSupply(key, "1", "2", 1);
            vm.prank(notQps[i]);
            vm.expectRevert(refused);
            registry.decideRevocation(key, OTHER, 0);
            vm.prank(notQps[i]);
            vm.expectRevert(refused);
            registry.decideChallenge(key, 0, OTHER, 0);
        }
        address[4] memory notOwners = [qp, QA, AUTHORITY, STRANGER];
        bytes32 running = _open(plainPolicy);
        for (uint256 i = 0; i < notOwners.length; i++) {
            bytes memory refused = abi.encodeWithSelector(IComplianceRegistry.NotOwner.selector, key, notOwners[i]);
            vm.prank(notOwners[i]);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotOwner.selector, running, notOwners[i]));
            registry.abort(running, OTHER, 0);
            vm.prank(notOwners[i]);
            vm.expectRevert(refused);
            registry.extendDue(key, 1, uint64(START + 30 days), OTHER, 0);
        }
        address[3] memory neither = [OWNER, QA, STRANGER];
        for (uint256 i = 0; i < neither.length; i++) {
            bytes memory refused = abi.encodeWithSelector(
                IComplianceRegistry.NotQpOrAuthority.selector,
                key,
                neither[i]
            );
            vm.prank(neither[i]);
            vm.expectRevert(refused);
            registry.hold(_one(key), OTHER, 0, 0);
            vm.prank(neither[i]);
            vm.expectRevert(refused);
            registry.recall(key, OTHER, 0);
        }
    }

    function test_refuses_decisions_about_an_unknown_batch() external {
        bytes memory unknown = abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("?"));
        vm.expectRevert(unknown);
        registry.reject("?", OTHER, 0);
        vm.expectRevert(unknown);
        registry.abort("?", OTHER, 0);
        vm.expectRevert(unknown);
        registry.exceptionalSupply("?", "1", "2", 1);
        vm.expectRevert(unknown);
        registry.decideRevocation("?", OTHER, 0);
        vm.expectRevert(unknown);
        registry.extendDue("?", 0, 1, OTHER, 0);
        vm.expectRevert(unknown);
        registry.setHead("?", 0, 1);
        vm.expectRevert(unknown);
        registry.hold(_one("?"), OTHER, 0, 0);
        vm.expectRevert(unknown);
        registry.unhold("?", qp, OTHER, 0);
        vm.expectRevert(unknown);
        registry.decideChallenge("?", 0, OTHER, 0);
        vm.expectRevert(unknown);
        registry.notifyAuthority("?", 1);
        vm.expectRevert(unknown);
        registry.recall("?", OTHER, 0);
    }

    // Verifies R-register-states.
    function test_an_end_is_final_and_never_overdue() external {
        bytes32[3] memory keys = [_compliant(), _compliant(), _compliant()];
        vm.prank(qp);
        registry.reject(keys[0], OTHER, 0);
        vm.prank(OWNER);
        registry.abort(keys[1], OTHER, 0);
        _supply(keys[2]);
        vm.prank(OWNER);
        registry.notifyAuthority(keys[2], uint64(START));
        vm.warp(START + 100 days);
        for (uint256 i = 0; i < 3; i++) {
            uint256 status = uint256(IComplianceRegistry.Status.Rejected) + i;
            assertEq(_status(keys[i]), status);
            assertTrue(!gate.isOverdue(keys[i]), "overdue");
            assertTrue(!gate.isReleased(keys[i]) && !gate.isStageReady(keys[i], 0), "gates");
            bytes memory ended = abi.encodeWithSelector(IComplianceRegistry.StatusWrong.selector, keys[i], status);
            _certifyRefused(keys[i], ended);
            vm.prank(qp);
            vm.expectRevert(ended);
            registry.reject(keys[i], OTHER, 0);
            vm.prank(OWNER);
            vm.expectRevert(ended);
            registry.abort(keys[i], OTHER, 0);
            vm.prank(qp);
            vm.expectRevert(ended);
            registry.exceptionalSupply(keys[i], "1", "2", 1);
        }
    }

    // Verifies R-register-gate.
    function test_a_recall_closes_the_gate_for_good() external {
        bytes32 key = _released();
        _recall(key);
        assertTrue(!gate.isReleased(key) && !gate.isStageReady(key, 0), "gates");
        bytes memory recalled = abi.encodeWithSelector(IComplianceRegistry.BatchIsRecalled.selector, key);
        vm.expectRevert(recalled);
        _recall(key);
        // Its record is completed, the batch is not.
        _attest(key, 2);
        assertEq(uint256(registry.batchOf(key).status), uint256(IComplianceRegistry.Status.Released));
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Recalled));
        // An amendment takes the certificate away, and no new one is possible.
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 6, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
        _certifyRefused(key, recalled);
        vm.prank(qp);
        vm.expectRevert(recalled);
        registry.exceptionalSupply(key, "1", "2", 1);
        vm.warp(START + 100 days);
        assertTrue(!gate.isOverdue(key), "overdue");
    }

    function test_every_state_can_be_recalled_and_keeps_what_it_was() external {
        bytes32 key = _open(plainPolicy);
        vm.prank(qp);
        registry.reject(key, OTHER, 0);
        vm.prank(qp);
        registry.recall(key, OTHER, 0);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Recalled));
        assertEq(uint256(registry.batchOf(key).status), uint256(IComplianceRegistry.Status.Rejected));
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 5, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(IComplianceRegistry.StatusWrong.selector, key, IComplianceRegistry.Status.Rejected)
        );
        registry.attest(key, _one(item));
    }

    // Verifies R-register-states.
    function test_a_due_date_moves_forward_within_the_policy_and_is_chained() external {
        bytes32 key = _open(plainPolicy);
        vm.warp(START + 11 days);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Overdue));
        bytes32 before = _journalOf(address(registry));
        vm.recordLogs();
        _extend(key, 0, uint64(START + 12 days));
        emit IComplianceRegistry.DueExtended(key, 0, uint64(START + 10 days), uint64(START + 12 days), OTHER, 0);
        _requireJournal(address(registry), before);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Open));
    }

    // Verifies R-register-states.
    function test_due_dates_count_from_the_first_opening_also_after_it_was_replaced() external {
        bytes32 key = _open(plainPolicy);
        vm.warp(START + 5 days);
        vm.prank(OWNER);
        registry.replaceOpening(key, 5, OTHER, 0);
        assertEq(registry.batchOf(key).opened, START + 5 days);
        assertEq(registry.batchOf(key).firstOpened, START);
        uint256[2] memory latest = [START + 30 days, START + 90 days];
        // Completion first: it is not due before release.
        for (uint256 i = 0; i < 2; i++) {
            uint256 which = 1 - i;
            _extendRefused(
                key,
                which,
                uint64(latest[which] + 1),
                abi.encodeWithSelector(IComplianceRegistry.DueTooLate.selector, which, latest[which] + 1, latest[which])
            );
            _extend(key, which, uint64(latest[which]));
        }
    }

    function _extend(bytes32 key, uint256 which, uint64 due) private {
        vm.prank(OWNER);
        registry.extendDue(key, which, due, OTHER, 0);
    }

    function _extendRefused(bytes32 key, uint256 which, uint64 due, bytes memory expected) private {
        vm.prank(OWNER);
        vm.expectRevert(expected);
        registry.extendDue(key, which, due, OTHER, 0);
    }

    // Verifies R-register-states.
    function test_refuses_due_dates_that_do_not_move_forward_or_too_far() external {
        bytes32 key = _open(plainPolicy);
        uint64 release = uint64(START + 10 days);
        _extendRefused(key, 2, release, abi.encodeWithSelector(IComplianceRegistry.DueUnknown.selector, 2));
        _extendRefused(
            key,
            0,
            release,
            abi.encodeWithSelector(IComplianceRegistry.DueNotLater.selector, 0, release, release)
        );
        _extendRefused(
            key,
            0,
            uint64(START + 30 days + 1),
            abi.encodeWithSelector(IComplianceRegistry.DueTooLate.selector, 0, START + 30 days + 1, START + 30 days)
        );
        _extendRefused(
            key,
            0,
            uint64(START + 20 days + 1),
            abi.encodeWithSelector(IComplianceRegistry.DueOrder.selector, START + 20 days + 1, START + 20 days)
        );
        _extendRefused(
            key,
            1,
            type(uint64).max,
            abi.encodeWithSelector(IComplianceRegistry.DueTooLate.selector, 1, type(uint64).max, START + 90 days)
        );
        vm.warp(START + 15 days);
        _extendRefused(
            key,
            0,
            uint64(START + 15 days),
            abi.encodeWithSelector(IComplianceRegistry.DueNotInFuture.selector, 0, START + 15 days, START + 15 days)
        );
    }

    function test_a_retired_policy_still_lets_a_due_date_move() external {
        bytes32 key = _open(plainPolicy);
        vm.prank(APPROVER);
        policies.retire(plainPolicy, OTHER, 0);
        vm.prank(OWNER);
        registry.extendDue(key, 0, uint64(START + 11 days), OTHER, 0);
        assertEq(registry.batchOf(key).due[0], START + 11 days);
    }

    // Verifies R-register-abort, V91.
    function test_V91_a_batch_that_was_certified_is_not_its_owners_to_abort() external {
        bytes32 released = _released();
        bytes32 completed = _released();
        _attest(completed, 2);
        // QA takes the certificate away, and still the owner cannot end it.
        IComplianceRegistry.Item memory item = _item(completed, 0, 100, 6, QA);
        vm.prank(QA);
        registry.amend(completed, item, OTHER, 0);
        assertEq(_status(completed), uint256(IComplianceRegistry.Status.Compliant));
        bytes32[2] memory keys = [released, completed];
        for (uint256 i = 0; i < 2; i++) {
            vm.prank(OWNER);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotQp.selector, keys[i], OWNER));
            registry.abort(keys[i], OTHER, 0);
            vm.prank(qp);
            registry.abort(keys[i], OTHER, 0);
            assertEq(_status(keys[i]), uint256(IComplianceRegistry.Status.Aborted));
        }
        bytes32 fresh = _compliant();
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotOwner.selector, fresh, qp));
        registry.abort(fresh, OTHER, 0);
    }

    function test_pausing_stops_no_decision() external {
        bytes32 key = _released();
        vm.prank(ADMIN);
        registry.pause();
        uint256 id = _raise(key);
        _close(id, Codes.DISPOSITION_UNFOUNDED);
        _holdAs(qp, key);
        _unholdAs(qp, key, qp);
        _recall(key);
        vm.prank(qp);
        registry.abort(key, OTHER, 0);
        bytes32 other = _open(plainPolicy);
        _supply(other);
        assertEq(_status(other), uint256(IComplianceRegistry.Status.ExceptionalSupply));
    }
}
