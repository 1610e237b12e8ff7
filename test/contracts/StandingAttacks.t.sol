// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IDisclosureRequests} from "../../contracts/interfaces/IDisclosureRequests.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "../../contracts/interfaces/IQualifiedPersons.sol";
import {IReleaseGate} from "../../contracts/interfaces/IReleaseGate.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {MilestoneEscrow} from "../../contracts/examples/MilestoneEscrow.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What stands against a batch, a root or an account, and how it goes away.
contract StandingAttacksTest is Fixture {
    address private constant AUTHORITY_2 = address(0xB5);

    function _ready() private returns (bytes32 key) {
        key = _open(plainPolicy);
        _attest(key, 0);
        _attest(key, 1);
    }

    function _amend(bytes32 key, uint8 claim, uint256 root) private {
        IComplianceRegistry.Item memory item = _itemUnder(root, key, claim, 100 + claim, 900 + claim, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
    }

    // ---- exceptional supply, and what authorities wait for

    // Verifies R-register-supply.
    function test_V177_an_exceptional_supply_with_an_open_exception_is_shown() external {
        bytes32 key = _open(plainPolicy);
        _raise(key, 1);
        _supply(key);
        assertEq(uint256(gate.releaseOf(key)), uint256(IReleaseGate.Release.ExceptionalSupply));
    }

    // Verifies R-register-inherit.
    function test_V177_a_hold_of_a_superseded_batch_stops_an_exceptional_supply() external {
        bytes32 before = _open(plainPolicy);
        bytes32 key = _open(plainPolicy, 0, before);
        _holdAs(AUTHORITY, before);
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.BatchIsHeld.selector, key, 1));
        registry.exceptionalSupply(key, "risk", "physician", uint64(START));
        _unholdAs(AUTHORITY, before, AUTHORITY);
        _supply(key);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.ExceptionalSupply));
    }

    // Verifies R-register-supply.
    function test_V178_a_recall_ends_no_overdue_notification() external {
        bytes32 key = _open(plainPolicy);
        _supply(key);
        vm.warp(START + 2 days + 1);
        vm.prank(qp);
        registry.recall(key, OTHER, 0);
        assertTrue(gate.isOverdue(key), "still to be told");
        vm.prank(OWNER);
        registry.notifyAuthority(key, uint64(block.timestamp));
        assertTrue(!gate.isOverdue(key), "told");
    }

    // Verifies R-register-requests.
    function test_V178_an_abort_or_a_rejection_ends_no_overdue_request() external {
        for (uint256 i = 0; i < 2; i++) {
            bytes32 key = _ready();
            vm.prank(AUTHORITY);
            uint256 id = requests.request(key, 0, 1, 2, uint64(block.timestamp + 1));
            vm.prank(i == 0 ? OWNER : qp);
            if (i == 0) registry.abort(key, OTHER, 0);
            else registry.reject(key, OTHER, 0);
            assertTrue(!gate.isOverdue(key), "in time");
            vm.warp(block.timestamp + 2);
            assertTrue(gate.isOverdue(key), "overdue");
            vm.prank(OWNER);
            requests.answer(id, "data");
            assertTrue(!gate.isOverdue(key), "answered");
        }
    }

    // Verifies R-register-states.
    function test_V178_due_dates_of_a_batch_end_with_it() external {
        bytes32 key = _ready();
        vm.warp(START + 10 days + 1);
        assertTrue(gate.isOverdue(key), "overdue");
        vm.prank(OWNER);
        registry.abort(key, OTHER, 0);
        assertTrue(!gate.isOverdue(key), "nobody waits");
    }

    // When an authority was told is the word of whoever says so, and stands in the event.
    function test_V178_the_date_of_a_notification_is_the_companys_word() external {
        bytes32 key = _open(plainPolicy);
        _supply(key);
        vm.warp(START + 3 days);
        vm.prank(OWNER);
        registry.notifyAuthority(key, 1);
        assertTrue(!gate.isOverdue(key), "said to be told");
    }

    // Verifies R-register-exceptions.
    function test_V179_another_authority_does_not_agree_to_the_closing() external {
        _grant(RoleIds.AUTHORITY, AUTHORITY_2);
        uint256 id = _raiseAs(AUTHORITY, _open(plainPolicy), 0, 3);
        _close(id, Codes.DISPOSITION_UNFOUNDED);
        vm.prank(AUTHORITY_2);
        vm.expectRevert(abi.encodeWithSelector(IQualifiedPersons.NotRaiser.selector, id, AUTHORITY_2));
        persons.acknowledge(id);
        vm.prank(AUTHORITY);
        persons.acknowledge(id);
    }

    // What a fifth asked before stays answered: it may ask again once one of the 64 is answered.
    function test_V180_four_authorities_take_the_room_of_the_fifth() external {
        bytes32 key = _open(plainPolicy);
        uint64 dueBy = uint64(block.timestamp + 1 days);
        vm.prank(AUTHORITY);
        uint256 own = requests.request(key, 0, 1, 2, dueBy);
        vm.prank(OWNER);
        requests.answer(own, "rubbish");
        for (uint160 i = 0; i < 4; i++) {
            _grant(RoleIds.AUTHORITY, address(0x2000 + i));
            for (uint256 j = 0; j < 16; j++) {
                vm.prank(address(0x2000 + i));
                requests.request(key, 0, 1, 2, dueBy);
            }
        }
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(IDisclosureRequests.TooManyRequests.selector, key, 64));
        requests.reopen(own, dueBy);
        vm.prank(OWNER);
        requests.answer(own + 1, "data");
        vm.prank(AUTHORITY);
        requests.reopen(own, dueBy);
    }

    // An authority that is none any more costs the company two calls an exception; each of the batches is shown as it is.
    function test_V180_one_call_raises_64_exceptions_against_one_claim() external {
        bytes32 key = _ready();
        _certify(key);
        bytes32[] memory keys = new bytes32[](64);
        for (uint256 i = 0; i < 64; i++) keys[i] = key;
        vm.prank(AUTHORITY);
        registry.raiseException(keys, new uint8[](64), 1, 1, "DEV-1", 0);
        assertEq(gate.openExceptionsOf(key), 64);
        for (uint256 id = 1; id <= 64; id++) _close(id, Codes.DISPOSITION_UNFOUNDED);
        assertTrue(gate.isReleased(key), "again");
    }

    // ---- refused claims

    // With the same record, proven once more: the amendment stands in the log with its reason, and the QP signs anew.
    // Verifies R-register-unsettle.
    function test_V181_QAs_amendment_ends_a_refusal_and_the_QP_signs_anew() external {
        bytes32 key = _ready();
        _close(_raise(key, 1), Codes.DISPOSITION_REJECTED);
        (uint256 missing, ) = gate.missingClaims(key);
        assertEq(missing, 2);
        IComplianceRegistry.Certificate memory early = _certificate(key);
        bytes memory signature = _sign(early, QP_KEY);
        _amend(key, 1, ROOT);
        (missing, ) = gate.missingClaims(key);
        assertEq(missing, 0);
        bytes32 trail = registry.batchOf(key).trail;
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.CertificateTrailWrong.selector, early.trail, trail));
        registry.certify(key, early, signature);
        _certify(key);
        assertTrue(gate.isReleased(key), "open");
    }

    // Its custody was proven when the QP signed, and is needed for completion only: the batch is not completed, and not
    // certified again.
    function test_V182_a_rejected_custody_that_only_completion_needs_leaves_the_gate_open() external {
        IPolicyRegistry.Policy memory policy = _withCustody();
        policy.documentHash = "later";
        policy.claims[2].neededFor = Codes.NEEDED_FOR_COMPLETION;
        bytes32 key = _open(_approve(policy));
        _attest(key, 0);
        _attest(key, 1);
        uint256 id = _raise(key, 2);
        vm.prank(OWNER);
        registry.setHead(key, 1, 101);
        _close(id, Codes.DISPOSITION_UNFOUNDED);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.ClaimsMissing.selector, 4));
        registry.certify(key, certificate, signature);
        _attest(key, 2);
        _certify(key);
        _close(_raise(key, 2), Codes.DISPOSITION_REJECTED);
        assertTrue(gate.isReleased(key), "what would not be certified is released");
        // Certified anew it would not be: the same state, Open.
        assertEq(registry.batchOf(key).refused, 4);
    }

    // Verifies R-register-unsettle.
    function test_V181_a_refused_claim_is_not_settled() external {
        bytes32 key = _open(plainPolicy);
        uint256 first = _raise(key, 0);
        uint256 second = _raise(key, 0);
        _close(first, Codes.DISPOSITION_REJECTED);
        _close(second, Codes.DISPOSITION_ACCEPTED);
        _close(_raise(key, 0), Codes.DISPOSITION_ACCEPTED);
        assertEq(registry.batchOf(key).settled, 0);
        (uint256 missing, ) = gate.missingClaims(key);
        assertEq(missing, 3);
    }

    // ---- states

    // A pause stops proofs that come, not what is put right.
    function test_V183_a_rejected_batch_is_amended_while_paused() external {
        bytes32 key = _ready();
        vm.prank(qp);
        registry.reject(key, OTHER, 0);
        vm.prank(ADMIN);
        registry.pause();
        bytes32 trail = registry.batchOf(key).trail;
        _amend(key, 1, ROOT);
        assertTrue(registry.batchOf(key).trail != trail, "changed");
    }

    // When he signed is the QP's word. What he signed names the trail, so it cannot have been before.
    function test_V183_a_certificate_says_that_it_was_signed_before_the_batch_was_opened() external {
        bytes32 key = _ready();
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        certificate.signedAt = 1;
        registry.certify(key, certificate, _sign(certificate, QP_KEY));
        assertTrue(gate.isReleased(key), "open");
    }

    // ---- party roots

    // Verifies R-register-challenge.
    function test_V184_a_lenient_revocation_is_made_stricter() external {
        bytes32 key = _ready();
        vm.warp(START + 1 days);
        vm.prank(APPROVER);
        parties.revoke(ROOT, uint64(block.timestamp), Codes.REASON_PARTY_LEFT, 0);
        (uint8 kinds, ) = gate.challengeOf(key);
        assertEq(kinds, 0);
        address other = address(0xAB1);
        _grant(RoleIds.APPROVER, other);
        vm.prank(other);
        parties.revoke(ROOT, 0, Codes.REASON_KEY_LOST, 0);
        (kinds, ) = gate.challengeOf(key);
        assertEq(kinds, Codes.CHALLENGE_ROOT);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootIsRevoked.selector, ROOT));
        parties.revoke(ROOT, uint64(block.timestamp), Codes.REASON_PARTY_LEFT, 0);
    }

    // One APPROVER says no for ever, as one says yes.
    function test_V184_a_root_is_revoked_before_it_is_approved() external {
        vm.prank(PROPOSER);
        parties.propose(6000, PARTY_LIST);
        vm.prank(APPROVER);
        parties.revoke(6000, 0, OTHER, 0);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootIsRevoked.selector, 6000));
        parties.approve(6000, PARTY_LIST, "QA-2");
    }

    function _nextRoot(uint256 root) private {
        vm.prank(PROPOSER);
        parties.propose(root, PARTY_LIST);
        vm.prank(APPROVER);
        parties.approve(root, PARTY_LIST, "QA-2");
    }

    // The batch is superseded by another one.
    // Verifies R-register-bounded.
    function test_V185_a_batch_that_used_16_roots_takes_no_other() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 0);
        for (uint256 root = 6001; root < 6016; root++) {
            _nextRoot(root);
            _amend(key, 0, root);
        }
        _nextRoot(7000);
        vm.warp(START + 11 days);
        IComplianceRegistry.Item memory item = _itemUnder(7000, key, 1, 101, 901, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.RootsOfBatch.selector, key, 16));
        registry.attest(key, _one(item));
    }

    // The word says what is proven. What stops a certificate is another answer.
    // Verifies R-register-gate.
    function test_V186_a_held_and_challenged_batch_is_shown_as_compliant() external {
        bytes32 key = _ready();
        _holdAs(AUTHORITY, key);
        vm.prank(APPROVER);
        parties.revoke(ROOT, 0, OTHER, 0);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Compliant));
        assertTrue(gate.isOpposed(key), "opposed");
        _unholdAs(AUTHORITY, key, AUTHORITY);
        assertTrue(gate.isOpposed(key), "challenged");
        _decide(key);
        assertTrue(!gate.isOpposed(key), "decided");
        uint256 id = _raise(key);
        assertTrue(gate.isOpposed(key), "exception");
        _close(id, Codes.DISPOSITION_UNFOUNDED);
        assertTrue(!gate.isOpposed(key), "closed");
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("?")));
        gate.isOpposed("?");
    }

    function _decide(bytes32 key) private {
        (, bytes32 challenge) = gate.challengeOf(key);
        vm.prank(qp);
        registry.decideChallenge(key, challenge, OTHER, 0);
    }

    // Verifies R-register-gate.
    function test_V186_no_stage_is_ready_on_custody_of_a_revoked_root_or_an_unsound_circuit() external {
        bytes32 key = _open(custodyPolicy);
        _attest(key, 0);
        assertTrue(gate.isStageReady(key, 1), "ready");
        for (uint256 i = 0; i < 2; i++) {
            if (i == 0) {
                vm.prank(ADMIN);
                circuits.freeze(temperature, 0, true);
            } else {
                vm.prank(APPROVER);
                parties.revoke(ROOT, 0, OTHER, 0);
            }
            assertTrue(!gate.isStageReady(key, 1) && !gate.isStageReady(key, 0), "doubtful");
            _decide(key);
            assertTrue(gate.isStageReady(key, 1), "decided");
        }
    }

    // What custody rests on is neither of these.
    function test_V186_a_retired_policy_and_a_recalled_superseded_batch_stop_no_stage() external {
        bytes32 before = _open(custodyPolicy);
        bytes32 key = _open(custodyPolicy, 0, before);
        _attest(key, 0);
        vm.prank(APPROVER);
        policies.retire(custodyPolicy, OTHER, 0);
        vm.prank(AUTHORITY);
        registry.recall(before, OTHER, 0);
        (uint8 kinds, ) = gate.challengeOf(key);
        assertEq(kinds, Codes.CHALLENGE_POLICY | Codes.CHALLENGE_SUPERSEDED);
        assertTrue(gate.isStageReady(key, 1), "ready");
    }

    function test_V186_stages_of_a_certified_batch_stay_ready_when_it_is_challenged() external {
        bytes32 key = _open(custodyPolicy);
        for (uint8 claim = 0; claim < 3; claim++) _attest(key, claim);
        _certify(key);
        vm.prank(APPROVER);
        parties.revoke(ROOT, 0, OTHER, 0);
        (uint8 kinds, ) = gate.challengeOf(key);
        assertEq(kinds, Codes.CHALLENGE_ROOT);
        assertTrue(gate.isStageReady(key, 1) && gate.isReleased(key), "as it was");
    }

    // Its number is the same: what it stood for at a proof is in the events.
    function test_V187_a_root_approved_again_names_another_list_for_earlier_proofs() external {
        bytes32 key = _ready();
        _nextRoot(6000);
        vm.prank(PROPOSER);
        parties.propose(ROOT, "another list");
        vm.prank(APPROVER);
        parties.approve(ROOT, "another list", "QA-3");
        uint16 number = registry.rootsOf(key)[0].number;
        assertEq(number, 1);
        assertEq(parties.rootOf(parties.rootNumbered(number)).documentHash, "another list");
    }

    // Its facts are never taken back, so a decision on some of them fits no others.
    // Verifies R-register-challenge.
    function test_V188_a_decided_challenge_does_not_come_back() external {
        bytes32 key = _ready();
        vm.prank(APPROVER);
        policies.retire(plainPolicy, OTHER, 0);
        (, bytes32 a) = gate.challengeOf(key);
        vm.prank(qp);
        registry.decideChallenge(key, a, OTHER, 0);
        vm.prank(APPROVER);
        parties.revoke(ROOT, 0, OTHER, 0);
        (uint8 kinds, bytes32 b) = gate.challengeOf(key);
        assertEq(kinds, Codes.CHALLENGE_POLICY | Codes.CHALLENGE_ROOT);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.Challenged.selector, kinds, b));
        registry.certify(key, certificate, signature);
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.ChallengeWrong.selector, a, b));
        registry.decideChallenge(key, a, OTHER, 0);
        vm.prank(qp);
        registry.decideChallenge(key, b, OTHER, 0);
        _certify(key);
    }

    // ---- ADMIN

    // Verifies R-register-roles.
    function test_V189_one_of_two_ADMINs_cannot_go_alone() external {
        vm.prank(ADMIN);
        vm.expectRevert(IRoles.AdminNotRevocable.selector);
        IAccessControl(address(roles)).renounceRole(RoleIds.ADMIN, ADMIN);
        _grant(RoleIds.QP, STRANGER);
        assertTrue(roles.holds(RoleIds.QP, STRANGER), "given by both");
    }

    // At least three: the other two end him at once. What one ADMIN may do alone he does until then, and their proposal is public.
    function test_V189_a_rogue_ADMIN_ends_every_circuit_between_proposal_and_approval() external {
        address third = address(0xAA1);
        _grant(RoleIds.ADMIN, third);
        bytes32 key = _open(plainPolicy);
        // Terms that have not begun end a role at once.
        vm.prank(ADMIN_2);
        roles.propose(RoleIds.ADMIN, ADMIN, _person(ADMIN), type(uint64).max - 1, type(uint64).max);
        vm.prank(ADMIN);
        circuits.freeze(temperature, 0, true);
        vm.prank(third);
        roles.approve(RoleIds.ADMIN, ADMIN, _person(ADMIN), type(uint64).max - 1, type(uint64).max);
        assertTrue(!roles.holds(RoleIds.ADMIN, ADMIN), "ended at once");
        assertEq(circuits.circuitOf(temperature).unsound ? 1 : 0, 1);
        (uint8 kinds, ) = gate.challengeOf(key);
        assertEq(kinds, Codes.CHALLENGE_CIRCUIT);
    }

    // ---- escrow

    // Verifies R-register-escrow.
    function test_V190_a_hold_of_a_superseded_batch_turns_no_payment_into_a_refund() external {
        bytes32 before = _open(plainPolicy);
        bytes32 key = _open(plainPolicy, 0, before);
        _attest(key, 0);
        _attest(key, 1);
        (MilestoneEscrow escrow, uint256 id) = _fund(key);
        _holdAs(AUTHORITY, before);
        _requireDelay(escrow, id);
        _unholdAs(AUTHORITY, before, AUTHORITY);
        _requirePayment(escrow, id, key);
    }

    // Verifies R-register-escrow.
    function test_V190_an_undecided_challenge_turns_no_payment_into_a_refund() external {
        bytes32 key = _ready();
        (MilestoneEscrow escrow, uint256 id) = _fund(key);
        vm.prank(APPROVER);
        policies.retire(plainPolicy, OTHER, 0);
        _requireDelay(escrow, id);
        _decide(key);
        _requirePayment(escrow, id, key);
    }

    function _fund(bytes32 key) private returns (MilestoneEscrow escrow, uint256 id) {
        escrow = new MilestoneEscrow(gate);
        id = escrow.fund{value: 1}(key, STRANGER, uint64(START + 5 days), uint64(START + 50 days));
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingToDefer.selector, id));
        escrow.defer(id);
    }

    function _requireDelay(MilestoneEscrow escrow, uint256 id) private {
        vm.warp(START + 1 days);
        escrow.defer(id);
        vm.warp(START + 5 days + 1);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NotDecided.selector, id));
        escrow.settle(id);
    }

    function _requirePayment(MilestoneEscrow escrow, uint256 id, bytes32 key) private {
        _certify(key);
        escrow.settle(id);
        assertEq(escrow.owedTo(STRANGER), 1);
    }
}
