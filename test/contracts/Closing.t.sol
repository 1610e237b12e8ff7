// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TwoPersonRule} from "../../contracts/TwoPersonRule.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "../../contracts/interfaces/IQualifiedPersons.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Fixture} from "./Fixture.sol";

/// @notice How exceptions are closed, and what an accepted one settles. Claims of the plain policy: 0 process and
/// 1 specification for release, 2 process for completion.
contract ClosingTest is Fixture {
    uint8 private constant ACCEPTED = Codes.DISPOSITION_ACCEPTED;

    function _confirm(address from, uint256 id, uint8 disposition, bytes32 evidence) private {
        vm.prank(from);
        persons.confirmClosing(id, disposition, evidence);
    }

    function _withdraw(address from, bytes32 digest) private {
        vm.prank(from);
        TwoPersonRule(address(persons)).withdraw(digest);
    }

    function _certifyRefused(bytes32 key, bytes memory expected) private {
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(expected);
        registry.certify(key, certificate, signature);
    }

    function _amend(bytes32 key, uint8 claim, uint256 head) private {
        IComplianceRegistry.Item memory item = _item(key, claim, head, 6, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
    }

    /// @dev Claims 0 and 1 attested, certified.
    function _released() private returns (bytes32 key) {
        key = _open(plainPolicy);
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
    }

    function _extended(bytes32 running, bytes4 selector, bytes32 digest) private pure returns (bytes32) {
        return keccak256(abi.encode(running, selector, digest));
    }

    function _digest(uint256 id, uint8 disposition, bytes32 evidence) private pure returns (bytes32) {
        return keccak256(abi.encode(id, disposition, evidence));
    }

    function test_refuses_a_proposal_by_anybody_but_QA_of_the_owner() external {
        uint256 id = _raise(_open(plainPolicy));
        address[4] memory others = [OWNER, qp, AUTHORITY, STRANGER];
        for (uint256 i = 0; i < others.length; i++) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.qaOf(OWNER), others[i]));
            persons.proposeClosing(id, ACCEPTED, 0);
        }
    }

    function test_refuses_a_confirmation_by_anybody_but_a_QP_of_the_batch() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _raise(key);
        _propose(id, ACCEPTED);
        // A QP of other batches, too.
        _grant(RoleIds.QP, STRANGER);
        address[4] memory others = [OWNER, QA, AUTHORITY, STRANGER];
        for (uint256 i = 0; i < others.length; i++) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotQp.selector, key, others[i]));
            persons.confirmClosing(id, ACCEPTED, "evidence");
        }
        vm.warp(START + 3650 days);
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.QP, qp));
        persons.confirmClosing(id, ACCEPTED, "evidence");
    }

    // Verifies R-register-two-persons, V11.
    function test_refuses_the_proposer_as_confirmer_by_account_and_by_person() external {
        uint256 id = _raise(_open(plainPolicy));
        _grant(RoleIds.qaOf(OWNER), qp);
        vm.prank(qp);
        persons.proposeClosing(id, ACCEPTED, "own");
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SameAccount.selector, qp));
        persons.confirmClosing(id, ACCEPTED, "own");
        // The QP's second account as QA.
        bytes32 person = roles.grantOf(RoleIds.QP, qp).personHash;
        _grant(RoleIds.qaOf(OWNER), STRANGER, person, START, START + 1 days);
        vm.prank(STRANGER);
        persons.proposeClosing(id, ACCEPTED, "other");
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, person));
        persons.confirmClosing(id, ACCEPTED, "other");
    }

    // Verifies R-register-two-persons, V11.
    function test_fuzz_refuses_a_confirmation_of_anything_but_what_was_proposed(
        uint8 disposition,
        bytes32 evidence,
        bytes32 confirmed
    ) external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _raise(key);
        uint256 twin = _raise(key);
        vm.prank(QA);
        persons.proposeClosing(id, ACCEPTED, evidence);
        bool same = disposition == ACCEPTED && confirmed == evidence;
        bytes32 digest = _digest(id, disposition, confirmed);
        if (!same) vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, digest));
        _confirm(qp, id, disposition, confirmed);
        digest = _digest(twin, ACCEPTED, evidence);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, digest));
        _confirm(qp, twin, ACCEPTED, evidence);
    }

    function test_refuses_exceptions_that_are_unknown_or_closed_and_unknown_dispositions() external {
        uint256 id = _raise(_open(plainPolicy));
        bytes memory unknown = abi.encodeWithSelector(IComplianceRegistry.ExceptionUnknown.selector, id + 1);
        vm.expectRevert(unknown);
        registry.exceptionOf(id + 1);
        vm.prank(QA);
        vm.expectRevert(unknown);
        persons.proposeClosing(id + 1, ACCEPTED, 0);
        vm.expectRevert(unknown);
        _confirm(qp, id + 1, ACCEPTED, 0);
        for (uint8 disposition = 0; disposition < 5; disposition += 4) {
            vm.prank(QA);
            vm.expectRevert(abi.encodeWithSelector(IQualifiedPersons.DispositionUnknown.selector, disposition));
            persons.proposeClosing(id, disposition, 0);
        }
        // Two proposals wait; only one of them is carried out.
        _propose(id, Codes.DISPOSITION_REJECTED);
        _close(id, ACCEPTED);
        bytes memory closed = abi.encodeWithSelector(
            IComplianceRegistry.ExceptionIsClosed.selector,
            id,
            Codes.DISPOSITION_ACCEPTED
        );
        vm.expectRevert(closed);
        _confirm(qp, id, Codes.DISPOSITION_REJECTED, "evidence");
        vm.prank(QA);
        vm.expectRevert(closed);
        persons.proposeClosing(id, ACCEPTED, "again");
        assertEq(registry.exceptionOf(id).disposition, ACCEPTED);
    }

    // Verifies R-register-settle.
    function test_before_release_only_accepted_settles_and_only_process_claims() external {
        for (uint8 disposition = 1; disposition <= 3; disposition++) {
            bytes32 key = _open(plainPolicy);
            for (uint8 claim = 0; claim < 3; claim++) _close(_raise(key, claim), disposition);
            assertEq(registry.batchOf(key).settled, disposition == ACCEPTED ? 5 : 0);
            assertEq(gate.openExceptionsOf(key) + registry.batchOf(key).openClaims, 0);
        }
        bytes32 custodial = _open(custodyPolicy);
        for (uint8 claim = 0; claim < 4; claim++) _close(_raise(custodial, claim), ACCEPTED);
        assertEq(registry.batchOf(custodial).settled, 10);
    }

    // Verifies R-register-settle.
    function test_a_settled_process_claim_counts_for_release_and_a_specification_never() external {
        bytes32 key = _open(plainPolicy);
        _close(_raise(key, 0), ACCEPTED);
        _close(_raise(key, 1), ACCEPTED);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.ClaimsMissing.selector, 2));
        registry.certify(key, certificate, signature);
        _attest(key, 1);
        _certify(key);
        assertTrue(gate.isReleased(key), "released");
    }

    function test_an_exception_on_a_claim_closes_one_at_a_time() external {
        bytes32 key = _open(plainPolicy);
        uint256 first = _raise(key, 0);
        _raise(key, 0);
        _close(first, ACCEPTED);
        assertEq(registry.batchOf(key).openClaims, 1);
        assertEq(registry.batchOf(key).openExceptions, 1);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Exception));
    }

    // Verifies R-register-settle.
    function test_after_release_an_accepted_exception_settles_completion_claims_of_any_class() external {
        IPolicyRegistry.Policy memory policy = _plain();
        policy.version = 7;
        policy.claims[2].class = Codes.CLASS_SPECIFICATION;
        bytes32 policyId = _approve(policy);
        for (uint8 disposition = 1; disposition <= 3; disposition++) {
            bytes32 key = _open(policyId);
            // Before release it settles nothing, after release it does.
            _close(_raise(key, 2), ACCEPTED);
            assertEq(registry.batchOf(key).settled, 0);
            _attest(key, 0);
            _attest(key, 1);
            _certify(key);
            uint256 id = _raise(key, 2);
            assertTrue(!gate.isReleased(key), "closed while it is open");
            _close(id, disposition);
            bool settles = disposition == ACCEPTED;
            assertEq(registry.batchOf(key).settled, settles ? 4 : 0);
            assertEq(
                _status(key),
                uint256(settles ? IComplianceRegistry.Status.Completed : IComplianceRegistry.Status.Released)
            );
            assertTrue(gate.isReleased(key), "open again");
        }
    }

    function test_after_release_a_specification_for_release_is_still_not_settled() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
        _close(_raise(key, 1), ACCEPTED);
        assertEq(registry.batchOf(key).settled, 0);
    }

    function test_completion_waits_for_the_last_exception_of_the_batch() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
        uint256 id = _raise(key, 0);
        _attest(key, 2);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Released));
        _close(id, Codes.DISPOSITION_UNFOUNDED);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Completed));
    }

    function test_a_moved_head_unsettles_what_rested_on_it() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 0);
        _attest(key, 1);
        _close(_raise(key, 2), ACCEPTED);
        assertEq(registry.batchOf(key).settled, 4);
        IComplianceRegistry.Item memory item = _item(key, 1, 301, 5, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
        assertEq(registry.batchOf(key).settled, 0);
        assertEq(registry.batchOf(key).attested, 3);
    }

    function test_raised_and_closed_exceptions_extend_the_exceptions_hash_and_proposals_do_not() external {
        bytes32 key = _open(plainPolicy);
        bytes32 qmsRef = "DEV-1";
        bytes32 digest = keccak256(abi.encode(key, uint8(0), Codes.CATEGORY_PARAMETER, uint8(1), qmsRef, bytes32(0)));
        uint256 id = _raise(key);
        bytes32 running = _extended(0, IComplianceRegistry.raiseException.selector, digest);
        assertEq(registry.batchOf(key).exceptionsHash, running);
        _propose(id, ACCEPTED);
        _propose(id, Codes.DISPOSITION_REJECTED);
        _withdraw(QA, _digest(id, Codes.DISPOSITION_REJECTED, "evidence"));
        assertEq(registry.batchOf(key).exceptionsHash, running);
        _confirm(qp, id, ACCEPTED, "evidence");
        digest = keccak256(abi.encode(id, ACCEPTED, bytes32("evidence"), qp));
        running = _extended(running, IComplianceRegistry.closeException.selector, digest);
        assertEq(registry.batchOf(key).exceptionsHash, running);
        assertEq(registry.batchOf(key).trail, bytes32(0));
    }

    function test_only_the_list_of_persons_closes() external {
        uint256 id = _raise(_open(plainPolicy));
        _propose(id, ACCEPTED);
        address[5] memory others = [OWNER, QA, qp, ADMIN, STRANGER];
        for (uint256 i = 0; i < others.length; i++) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotPersons.selector, others[i]));
            registry.closeException(id, ACCEPTED, "evidence", qp);
        }
    }

    // Verifies R-register-dismissed, V92.
    function test_V92_who_proposed_a_closing_takes_it_back_and_nobody_else() external {
        uint256 id = _raise(_open(plainPolicy));
        bytes32 digest = _digest(id, ACCEPTED, "evidence");
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, digest));
        _withdraw(QA, digest);
        _propose(id, ACCEPTED);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposer.selector, digest, qp));
        _withdraw(qp, digest);
        _withdraw(QA, digest);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, digest));
        _confirm(qp, id, ACCEPTED, "evidence");
    }

    // Verifies R-register-unsettle, V90.
    function test_V90_a_rejected_exception_undoes_what_was_settled() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 1);
        _close(_raise(key, 0), ACCEPTED);
        assertEq(registry.batchOf(key).settled, 1);
        // What was raised in error says nothing of the claim.
        _close(_raise(key, 0), Codes.DISPOSITION_UNFOUNDED);
        assertEq(registry.batchOf(key).settled, 1);
        _certify(key);
        _close(_raise(key, 2), ACCEPTED);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Completed));
        // Not completed any more, but certified.
        _close(_raise(key, 2), Codes.DISPOSITION_REJECTED);
        assertEq(registry.batchOf(key).settled, 1);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Released));
        assertTrue(gate.isReleased(key), "gate");
        _attest(key, 2);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Completed));
        // Not certified any more.
        _close(_raise(key, 0), Codes.DISPOSITION_REJECTED);
        assertEq(registry.batchOf(key).settled, 0);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Open));
        assertTrue(!gate.isReleased(key), "gate");
        // With its proof it may be certified once more, and then counts as completed at once.
        _attest(key, 0);
        _certify(key);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Completed));
    }

    // Verifies R-register-unsettle, V160.
    function test_V160_what_was_refused_is_proven_or_not_at_all() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 1);
        _close(_raise(key, 0), Codes.DISPOSITION_REJECTED);
        assertEq(registry.batchOf(key).refused, 1);
        // Accepted by another exception, before or after that one: it settles nothing.
        _close(_raise(key, 0), ACCEPTED);
        assertEq(registry.batchOf(key).settled, 0);
        _certifyRefused(key, abi.encodeWithSelector(IComplianceRegistry.ClaimsMissing.selector, 1));
        _attest(key, 0);
        assertEq(registry.batchOf(key).refused, 0);
        _certify(key);
        // Nor after release, when an accepted one would settle a claim of any class.
        _close(_raise(key, 2), Codes.DISPOSITION_REJECTED);
        _close(_raise(key, 2), ACCEPTED);
        assertEq(registry.batchOf(key).settled, 0);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Released));
        _attest(key, 2);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Completed));
    }

    // Verifies R-register-unsettle, V161.
    function test_V161_a_refused_specification_is_missing_although_it_is_proven() external {
        bytes32 key = _released();
        _close(_raise(key, 1), Codes.DISPOSITION_REJECTED);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Open));
        assertTrue(!gate.isReleased(key), "gate");
        (uint256 release, ) = gate.missingClaims(key);
        assertEq(release, 2);
        assertEq(registry.batchOf(key).attested, 3);
        _certifyRefused(key, abi.encodeWithSelector(IComplianceRegistry.ClaimsMissing.selector, 2));
        // The proof is there already, so only an amendment says anything new.
        IComplianceRegistry.Item memory item = _item(key, 1, 101, 7, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.AlreadyAttested.selector, key, 1));
        registry.attest(key, _one(item));
        // Of another claim it says nothing of this one.
        _amend(key, 0, 100);
        assertEq(registry.batchOf(key).refused, 2);
        _amend(key, 1, 101);
        assertEq(registry.batchOf(key).refused, 0);
        _certify(key);
        assertTrue(gate.isReleased(key), "released again");
    }

    // Verifies R-register-unsettle, V161.
    function test_V161_nor_does_a_moved_head_forgive_what_was_refused() external {
        bytes32 key = _released();
        _close(_raise(key, 1), Codes.DISPOSITION_REJECTED);
        // The head of stage 0 moves, and with it everything later is open.
        _amend(key, 0, 200);
        assertEq(registry.batchOf(key).attested, 1);
        assertEq(registry.batchOf(key).refused, 2);
        _attest(key, 1);
        assertEq(registry.batchOf(key).refused, 0);
        _certify(key);
    }

    // Verifies R-register-unsettle, V161.
    function test_V161_a_completed_batch_falls_back_as_far_as_it_rested_on_the_claim() external {
        bytes32[2] memory keys = [_released(), _released()];
        for (uint256 i = 0; i < 2; i++) {
            _attest(keys[i], 2);
            assertEq(_status(keys[i]), uint256(IComplianceRegistry.Status.Completed));
        }
        uint256 revision = registry.batchOf(keys[0]).revision;
        _close(_raise(keys[0], 2), Codes.DISPOSITION_REJECTED);
        assertEq(_status(keys[0]), uint256(IComplianceRegistry.Status.Released));
        assertTrue(gate.isReleased(keys[0]), "still certified");
        assertEq(registry.batchOf(keys[0]).revision, revision + 1);
        _close(_raise(keys[1], 0), Codes.DISPOSITION_REJECTED);
        assertEq(_status(keys[1]), uint256(IComplianceRegistry.Status.Open));
        assertTrue(!gate.isReleased(keys[1]), "not certified");
        // Nothing is missing for completion, so the new certificate completes it at once.
        _amend(keys[1], 0, 100);
        _certify(keys[1]);
        assertEq(_status(keys[1]), uint256(IComplianceRegistry.Status.Completed));
    }

    // Verifies R-register-settle.
    function test_custody_settled_after_release_counts_at_a_new_certification() external {
        IPolicyRegistry.Policy memory policy = _withCustody();
        policy.version = 8;
        policy.claims[2].neededFor = Codes.NEEDED_FOR_COMPLETION;
        bytes32 key = _open(_approve(policy));
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
        uint256 id = _raise(key, 2);
        vm.prank(OWNER);
        registry.setHead(key, 1, 101);
        _attest(key, 3);
        _close(id, ACCEPTED);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Completed));
        _amend(key, 1, 100);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Compliant));
        _certify(key);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Completed));
        assertTrue(gate.isReleased(key), "released");
    }

    // Verifies R-register-dismissed, V92.
    function test_V92_what_a_dismissed_person_proposed_is_not_confirmed() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _raise(key);
        _propose(id, ACCEPTED);
        vm.prank(ADMIN);
        IAccessControl(address(roles)).revokeRole(RoleIds.qaOf(OWNER), QA);
        bytes32 digest = _digest(id, ACCEPTED, "evidence");
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.ProposerDismissed.selector, digest, QA));
        persons.confirmClosing(id, ACCEPTED, "evidence");
        // Whoever holds the role now says the same.
        _grant(RoleIds.qaOf(OWNER), STRANGER);
        vm.prank(STRANGER);
        persons.proposeClosing(id, ACCEPTED, "evidence");
        vm.prank(qp);
        persons.confirmClosing(id, ACCEPTED, "evidence");
        assertEq(registry.exceptionOf(id).disposition, ACCEPTED);
    }

    // Verifies R-register-dismissed, V92.
    function test_V92_nor_once_the_role_has_expired() external {
        uint256 id = _raise(_open(plainPolicy));
        _grant(RoleIds.QP, STRANGER);
        _propose(id, ACCEPTED);
        vm.warp(START + 3650 days);
        _grant(RoleIds.QP, qp, _person(qp), START, START + 7300 days);
        vm.prank(qp);
        vm.expectRevert(
            abi.encodeWithSelector(TwoPersonRule.ProposerDismissed.selector, _digest(id, ACCEPTED, "evidence"), QA)
        );
        persons.confirmClosing(id, ACCEPTED, "evidence");
    }
}
