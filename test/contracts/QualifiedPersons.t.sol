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
import {Journaled} from "./Journaled.sol";

/// @notice Who certifies a batch and who confirms its stages: at its opening, and afterwards.
// Verifies R-register-qps.
contract QualifiedPersonsTest is Journaled {
    uint8 private constant BATCH = 255;
    address private constant STAGE_QP = address(0xB1);
    address private constant NEXT = address(0xB2);
    bytes32 private constant DOCUMENT = keccak256("confirmation");

    /// @dev Stage 0 is to be confirmed, stage 1 is not.
    bytes32 private _confirmed;
    uint256 private _opened = 1e6;

    function setUp() public override {
        super.setUp();
        IPolicyRegistry.Policy memory policy = _plain();
        policy.version = 2;
        policy.confirmedStages = 1;
        _confirmed = _approve(policy);
        _grant(RoleIds.QP, STAGE_QP);
        _grant(RoleIds.QP, NEXT);
        for (uint160 i = 0; i < 17; i++) {
            _grantForADay(address(0xC000 + i));
            _grantForADay(address(0xE000 + i));
        }
    }

    // Naming at the opening.

    function test_only_the_registry_names() external {
        address[] memory qps = _qps(1);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IQualifiedPersons.NotRegistry.selector, OWNER));
        persons.name("key", plainPolicy, qps, _stageQps());
    }

    function test_an_opening_names_1_to_16_qps() external {
        IQualifiedPersons.StageQp[] memory none = _stageQps();
        _refuseOpening(plainPolicy, _qps(0), none, abi.encodeWithSelector(IQualifiedPersons.QpMissing.selector));
        bytes memory tooMany = abi.encodeWithSelector(IComplianceRegistry.TooManyNames.selector, 17, 16);
        _refuseOpening(plainPolicy, _qps(17), none, tooMany);
        _openWith(plainPolicy, _qps(1), none);
        bytes32 key = _openWith(plainPolicy, _qps(16), none);
        assertEq(persons.qpsOf(key, BATCH).length, 16);
        assertTrue(persons.isQpOf(key, address(0xC000 + 15)), "named last");
        assertTrue(!persons.isQpOf(key, address(0xC000 + 16)), "not named");
    }

    function test_an_opening_names_neither_nobody_nor_one_twice() external {
        address[] memory qps = _qps(2);
        qps[1] = address(0);
        _refuseOpening(plainPolicy, qps, _stageQps(), _noQp(address(0)));
        qps[1] = qps[0];
        _refuseOpening(plainPolicy, qps, _stageQps(), _known(BATCH, qps[0]));
        IQualifiedPersons.StageQp[] memory stageQps = _stages(2);
        stageQps[1].qp = address(0);
        _refuseOpening(_confirmed, _qps(1), stageQps, _noQp(address(0)));
        stageQps[1].qp = stageQps[0].qp;
        _refuseOpening(_confirmed, _qps(1), stageQps, _known(0, stageQps[0].qp));
        // Who certifies may confirm a stage as well: these are two seats.
        stageQps = _stages(1);
        stageQps[0].qp = _qps(1)[0];
        _openWith(_confirmed, _qps(1), stageQps);
    }

    function test_an_opening_names_only_who_holds_the_role_now() external {
        address[] memory qps = _qps(2);
        IQualifiedPersons.StageQp[] memory stageQps = _stages(2);
        _grant(RoleIds.QP, STRANGER, _person(STRANGER), START + 1, START + 2);
        (qps[1], stageQps[1].qp) = (STRANGER, STRANGER);
        // Not yet, now, not any more.
        for (uint256 at = START; at < START + 3; at++) {
            vm.warp(at);
            if (at == START + 1) {
                _openWith(_confirmed, qps, stageQps);
                continue;
            }
            _refuseOpening(_confirmed, qps, _stages(1), _noQp(STRANGER));
            _refuseOpening(_confirmed, _qps(1), stageQps, _noQp(STRANGER));
        }
        qps[1] = PATIENT;
        _refuseOpening(_confirmed, qps, _stages(1), _noQp(PATIENT));
    }

    function test_an_opening_names_qps_for_each_stage_that_is_confirmed_and_for_no_other() external {
        _refuseOpening(
            _confirmed,
            _qps(1),
            _stages(0),
            abi.encodeWithSelector(IQualifiedPersons.StageQpMissing.selector, 0)
        );
        bytes memory notConfirmed = abi.encodeWithSelector(IQualifiedPersons.StageNotConfirmed.selector, 0);
        _refuseOpening(plainPolicy, _qps(1), _stages(1), notConfirmed);
        IQualifiedPersons.StageQp[] memory stageQps = _stages(2);
        stageQps[1].stage = 1;
        notConfirmed = abi.encodeWithSelector(IQualifiedPersons.StageNotConfirmed.selector, 1);
        _refuseOpening(_confirmed, _qps(1), stageQps, notConfirmed);
        stageQps[1].stage = BATCH;
        notConfirmed = abi.encodeWithSelector(IQualifiedPersons.StageNotConfirmed.selector, BATCH);
        _refuseOpening(_confirmed, _qps(1), stageQps, notConfirmed);
        bytes memory tooMany = abi.encodeWithSelector(IComplianceRegistry.TooManyNames.selector, 17, 16);
        _refuseOpening(_confirmed, _qps(1), _stages(17), tooMany);
        bytes32 key = _openWith(_confirmed, _qps(1), _stages(16));
        assertEq(persons.qpsOf(key, 0).length, 16);
        assertEq(persons.unconfirmedStages(key), 1);
    }

    function test_each_of_several_stages_needs_its_own_qp() external {
        IPolicyRegistry.Policy memory policy = _plain();
        policy.version = 3;
        policy.confirmedStages = 3;
        bytes32 both = _approve(policy);
        _refuseOpening(both, _qps(1), _stages(2), abi.encodeWithSelector(IQualifiedPersons.StageQpMissing.selector, 1));
        IQualifiedPersons.StageQp[] memory stageQps = _stages(2);
        stageQps[0].stage = 1;
        stageQps[1].stage = 1;
        _refuseOpening(both, _qps(1), stageQps, abi.encodeWithSelector(IQualifiedPersons.StageQpMissing.selector, 0));
        stageQps[0].stage = 0;
        bytes32 key = _openWith(both, _qps(1), stageQps);
        assertEq(persons.unconfirmedStages(key), 3);
    }

    // One QP more.

    function test_the_owner_proposes_a_qp_who_holds_the_role() external {
        bytes32 key = _open(plainPolicy);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotOwner.selector, key, STRANGER));
        persons.proposeQp(key, BATCH, NEXT);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.QP, STRANGER));
        persons.proposeQp(key, BATCH, STRANGER);
        vm.prank(OWNER);
        vm.expectRevert(_knownOf(key, BATCH, qp));
        persons.proposeQp(key, BATCH, qp);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IQualifiedPersons.StageNotConfirmed.selector, 0));
        persons.proposeQp(key, 0, NEXT);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("none")));
        persons.proposeQp("none", BATCH, NEXT);
        _end(RoleIds.MANUFACTURER, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.MANUFACTURER, OWNER));
        persons.proposeQp(key, BATCH, NEXT);
    }

    // Verifies R-register-two-persons.
    function test_V165_while_a_named_qp_holds_the_role_he_must_consent() external {
        bytes32 key = _open(plainPolicy);
        _refuseConsent(qp, key, BATCH, abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, _idOf(key, BATCH)));
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        assertTrue(!persons.isQpOf(key, NEXT), "the owner alone chose a QP");
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.AlreadyProposed.selector, _idOf(key, BATCH)));
        persons.proposeQp(key, BATCH, NEXT);
        // Neither the owner, nor who is proposed, nor a QP of another seat.
        _refuseConsent(OWNER, key, BATCH, _notOfSeat(key, BATCH, OWNER));
        _refuseConsent(NEXT, key, BATCH, _notOfSeat(key, BATCH, NEXT));
        _refuseConsent(STAGE_QP, key, BATCH, _notOfSeat(key, BATCH, STAGE_QP));
        vm.prank(qp);
        persons.consentQp(key, BATCH, NEXT);
        assertTrue(persons.isQpOf(key, NEXT), "added");
        assertEq(persons.qpsOf(key, BATCH).length, 2);
        _refuseConsent(qp, key, BATCH, abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, _idOf(key, BATCH)));
    }

    // Verifies R-register-two-persons.
    function test_an_owner_who_is_the_qp_as_well_does_not_consent_to_himself() external {
        address[] memory qps = new address[](2);
        (qps[0], qps[1]) = (OWNER, STRANGER);
        _grant(RoleIds.QP, OWNER);
        _grant(RoleIds.QP, STRANGER, _person(OWNER), START, START + 1 days);
        bytes32 key = _openWith(plainPolicy, qps, _stages(0));
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        _refuseConsent(OWNER, key, BATCH, abi.encodeWithSelector(TwoPersonRule.SameAccount.selector, OWNER));
        bytes32 person = roles.grantOf(RoleIds.QP, OWNER).personHash;
        _refuseConsent(STRANGER, key, BATCH, abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, person));
    }

    function test_roles_are_asked_for_again_when_he_consents() external {
        bytes32 key = _open(plainPolicy);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        _end(RoleIds.QP, NEXT);
        _refuseConsent(qp, key, BATCH, abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.QP, NEXT));
        _end(RoleIds.MANUFACTURER, OWNER);
        bytes memory dismissed = abi.encodeWithSelector(
            TwoPersonRule.ProposerDismissed.selector,
            _idOf(key, BATCH),
            OWNER
        );
        _refuseConsent(qp, key, BATCH, dismissed);
        _end(RoleIds.QP, qp);
        _refuseConsent(qp, key, BATCH, _notOfSeat(key, BATCH, qp));
    }

    function test_V165_a_qp_is_added_at_once_when_none_named_holds_the_role_any_more() external {
        address[] memory qps = new address[](2);
        (qps[0], qps[1]) = (qp, STAGE_QP);
        bytes32 key = _openWith(plainPolicy, qps, _stages(0));
        _end(RoleIds.QP, qp);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        assertTrue(!persons.isQpOf(key, NEXT), "one of the named holds the role still");
        vm.prank(OWNER);
        _rule().withdraw(_idOf(key, BATCH));
        _end(RoleIds.QP, STAGE_QP);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        assertTrue(persons.isQpOf(key, NEXT), "a batch without a QP stands still");
        // And nothing is left that waits.
        bytes32 id = _idOf(key, BATCH);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, id));
        _rule().withdraw(id);
        // The new one decides from now on.
        _grant(RoleIds.QP, STRANGER);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, STRANGER);
        assertTrue(!persons.isQpOf(key, STRANGER), "chosen against the new QP");
    }

    // Verifies R-register-two-persons.
    function test_who_is_added_at_once_is_another_person_than_the_owner() external {
        bytes32 key = _open(plainPolicy);
        _grant(RoleIds.QP, STRANGER, _person(OWNER), START, START + 1 days);
        _grant(RoleIds.QP, OWNER);
        // While a named one holds the role, his consent decides.
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, STRANGER);
        vm.prank(OWNER);
        _rule().withdraw(keccak256(abi.encode(key, BATCH, STRANGER)));
        _end(RoleIds.QP, qp);
        address[2] memory own = [STRANGER, OWNER];
        for (uint256 i = 0; i < 2; i++) {
            vm.prank(OWNER);
            vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, _person(OWNER)));
            persons.proposeQp(key, BATCH, own[i]);
            assertTrue(!persons.isQpOf(key, own[i]), "the owner certifies his own batch");
        }
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        assertTrue(persons.isQpOf(key, NEXT), "added");
    }

    function test_a_proposal_that_waits_when_the_last_qp_goes_is_withdrawn_and_made_anew() external {
        bytes32 key = _open(plainPolicy);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        _end(RoleIds.QP, qp);
        bytes32 id = _idOf(key, BATCH);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposer.selector, id, STRANGER));
        _rule().withdraw(id);
        vm.prank(OWNER);
        _rule().withdraw(id);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        assertTrue(persons.isQpOf(key, NEXT), "added");
    }

    function test_V165_each_seat_is_asked_alone() external {
        bytes32 key = _openConfirmed();
        vm.prank(OWNER);
        persons.proposeQp(key, 0, NEXT);
        // Who certifies has no say about a stage.
        _refuseConsent(qp, key, 0, _notOfSeat(key, 0, qp));
        vm.prank(STAGE_QP);
        persons.consentQp(key, 0, NEXT);
        assertEq(persons.qpsOf(key, 0).length, 2);
        assertEq(persons.qpsOf(key, BATCH).length, 1);
        assertTrue(!persons.isQpOf(key, NEXT), "a QP of a stage certifies");
        // A stage whose QPs are gone takes one at once, while the batch's own holds the role.
        _end(RoleIds.QP, STAGE_QP);
        _end(RoleIds.QP, NEXT);
        _grant(RoleIds.QP, STRANGER);
        vm.prank(OWNER);
        persons.proposeQp(key, 0, STRANGER);
        assertEq(persons.qpsOf(key, 0).length, 3);
    }

    function test_a_seat_has_at_most_32() external {
        bytes32 key = _openWith(plainPolicy, _qps(16), _stages(0));
        vm.warp(START + 1 days);
        for (uint256 i = 0; i < 16; i++) {
            address more = address(uint160(0xD000 + i));
            _grant(RoleIds.QP, more, _person(more), block.timestamp, block.timestamp + 1);
            // Named only because nobody before him holds the role by now.
            vm.prank(OWNER);
            persons.proposeQp(key, BATCH, more);
            vm.warp(block.timestamp + 1);
        }
        assertEq(persons.qpsOf(key, BATCH).length, 32);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IQualifiedPersons.TooManyQps.selector, key, BATCH, 32));
        persons.proposeQp(key, BATCH, NEXT);
    }

    function test_a_qp_who_was_added_certifies() external {
        bytes32 key = _open(plainPolicy);
        address late = vm.addr(QP_KEY + 1);
        _grant(RoleIds.QP, late);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, late);
        _attest(key, 0);
        _attest(key, 1);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY + 1);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.SignerNotQp.selector, key, late));
        registry.certify(key, certificate, signature);
        vm.prank(qp);
        persons.consentQp(key, BATCH, late);
        registry.certify(key, certificate, signature);
        assertTrue(gate.isReleased(key), "released");
    }

    // Confirming a stage.

    function test_confirms_only_a_qp_of_the_stage_with_his_role_and_a_document() external {
        bytes32 key = _openConfirmed();
        _attest(key, 0);
        _refuseConfirming(qp, key, 0, DOCUMENT, _notOfSeat(key, 0, qp));
        _refuseConfirming(STAGE_QP, key, 0, 0, abi.encodeWithSelector(IQualifiedPersons.ConfirmationMissing.selector));
        bytes memory notConfirmed = abi.encodeWithSelector(IQualifiedPersons.StageNotConfirmed.selector, 1);
        _refuseConfirming(STAGE_QP, key, 1, DOCUMENT, notConfirmed);
        notConfirmed = abi.encodeWithSelector(IQualifiedPersons.StageNotConfirmed.selector, BATCH);
        _refuseConfirming(qp, key, BATCH, DOCUMENT, notConfirmed);
        bytes memory unknown = abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("none"));
        _refuseConfirming(STAGE_QP, "none", 0, DOCUMENT, unknown);
        _end(RoleIds.QP, STAGE_QP);
        _refuseConfirming(STAGE_QP, key, 0, DOCUMENT, _notOfSeat(key, 0, STAGE_QP));
        assertEq(persons.unconfirmedStages(key), 1);
    }

    function test_confirms_nothing_while_a_release_claim_of_the_stage_is_missing() external {
        bytes32 key = _openConfirmed();
        // Claim 0 is of stage 0, claim 1 of stage 1.
        bytes memory missing = abi.encodeWithSelector(IQualifiedPersons.StageClaimsMissing.selector, 0, 1);
        _attest(key, 1);
        _refuseConfirming(STAGE_QP, key, 0, DOCUMENT, missing);
        _close(_raise(key, 0), Codes.DISPOSITION_ACCEPTED);
        _confirm(key);
        assertEq(persons.unconfirmedStages(key), 0);
        _close(_raise(key, 0), Codes.DISPOSITION_REJECTED);
        _refuseConfirming(STAGE_QP, key, 0, DOCUMENT, missing);
        _attest(key, 0);
        _confirm(key);
        _close(_raise(key, 0), Codes.DISPOSITION_REJECTED);
        // Also a proof does not count once it is refused.
        _refuseConfirming(STAGE_QP, key, 0, DOCUMENT, missing);
    }

    function test_confirms_without_the_completion_claims_of_the_stage() external {
        IPolicyRegistry.Policy memory policy = _plain();
        policy.version = 3;
        policy.confirmedStages = 2;
        IQualifiedPersons.StageQp[] memory stageQps = _stages(1);
        stageQps[0] = IQualifiedPersons.StageQp(1, STAGE_QP);
        bytes32 key = _openWith(_approve(policy), _qps(1), stageQps);
        assertEq(persons.unconfirmedStages(key), 2);
        _attest(key, 1);
        vm.prank(STAGE_QP);
        persons.confirmStage(key, 1, DOCUMENT);
        assertEq(persons.unconfirmedStages(key), 0);
    }

    function test_an_amendment_and_a_refused_claim_void_a_confirmation() external {
        bytes32 key = _openConfirmed();
        _attest(key, 0);
        _attest(key, 1);
        _confirm(key);
        _amend(key, 1);
        assertEq(persons.unconfirmedStages(key), 1);
        _confirm(key);
        _close(_raise(key, 2), Codes.DISPOSITION_REJECTED);
        assertEq(persons.unconfirmedStages(key), 1);
        _confirm(key);
        // Neither an attestation nor any other closing does.
        _close(_raise(key, 0), Codes.DISPOSITION_UNFOUNDED);
        _close(_raise(key, 0), Codes.DISPOSITION_ACCEPTED);
        _attest(key, 2);
        assertEq(persons.unconfirmedStages(key), 0);
    }

    function test_a_batch_is_certified_only_with_its_stages_confirmed() external {
        bytes32 key = _openConfirmed();
        _attest(key, 0);
        _attest(key, 1);
        _refuseCertifying(key, abi.encodeWithSelector(IComplianceRegistry.StagesUnconfirmed.selector, 1));
        _confirm(key);
        _certify(key);
        assertTrue(gate.isReleased(key), "released");
        bytes memory wrong = abi.encodeWithSelector(
            IComplianceRegistry.StatusWrong.selector,
            key,
            IComplianceRegistry.Status.Released
        );
        _refuseConfirming(STAGE_QP, key, 0, DOCUMENT, wrong);
        _amend(key, 0);
        _refuseCertifying(key, abi.encodeWithSelector(IComplianceRegistry.StagesUnconfirmed.selector, 1));
        _confirm(key);
        _certify(key);
    }

    function test_a_confirmation_is_taken_back_by_a_qp_of_its_stage() external {
        bytes32 key = _openWith(_confirmed, _namedQp(), _stages(2));
        address other = address(0xE001);
        _attest(key, 0);
        _attest(key, 1);
        bytes memory nothing = abi.encodeWithSelector(IQualifiedPersons.ConfirmationMissing.selector);
        _refuseConfirming(STAGE_QP, key, 0, 0, nothing);
        address[2] memory both = [STAGE_QP, other];
        for (uint256 i = 0; i < 2; i++) {
            _confirm(key);
            assertEq(persons.unconfirmedStages(key), 0);
            _refuseConfirming(qp, key, 0, 0, _notOfSeat(key, 0, qp));
            bytes32 before = _journalOf(address(persons));
            vm.recordLogs();
            vm.prank(both[i]);
            persons.confirmStage(key, 0, 0);
            emit IQualifiedPersons.StageConfirmed(key, 0, both[i], 0);
            _requireJournal(address(persons), before);
            assertEq(persons.unconfirmedStages(key), 1);
            _refuseCertifying(key, abi.encodeWithSelector(IComplianceRegistry.StagesUnconfirmed.selector, 1));
            _refuseConfirming(both[i], key, 0, 0, nothing);
        }
        _confirm(key);
        _certify(key);
        bytes memory late = abi.encodeWithSelector(
            IComplianceRegistry.StatusWrong.selector,
            key,
            IComplianceRegistry.Status.Released
        );
        _refuseConfirming(STAGE_QP, key, 0, 0, late);
    }

    function test_a_confirmation_is_taken_back_also_while_a_claim_of_the_stage_is_missing() external {
        bytes32 key = _openConfirmed();
        _attest(key, 0);
        _confirm(key);
        _close(_raise(key, 0), Codes.DISPOSITION_REJECTED);
        bytes memory missing = abi.encodeWithSelector(IQualifiedPersons.StageClaimsMissing.selector, 0, 1);
        _refuseConfirming(STAGE_QP, key, 0, DOCUMENT, missing);
        vm.prank(STAGE_QP);
        persons.confirmStage(key, 0, 0);
        _amend(key, 0);
        assertEq(persons.unconfirmedStages(key), 1);
    }

    function test_a_confirmation_stands_when_its_qp_leaves() external {
        bytes32 key = _openConfirmed();
        _attest(key, 0);
        _attest(key, 1);
        _confirm(key);
        _end(RoleIds.QP, STAGE_QP);
        _certify(key);
        assertTrue(gate.isReleased(key), "released");
    }

    function test_a_policy_without_confirmed_stages_has_none_unconfirmed() external {
        bytes32 key = _open(plainPolicy);
        assertEq(persons.unconfirmedStages(key), 0);
        _attest(key, 0);
        bytes memory notConfirmed = abi.encodeWithSelector(IQualifiedPersons.StageNotConfirmed.selector, 0);
        _refuseConfirming(qp, key, 0, DOCUMENT, notConfirmed);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("none")));
        persons.unconfirmedStages("none");
    }

    // Verifies R-register-journal.
    function test_the_journal_chains_every_event() external {
        bytes32 key = _openConfirmed();
        assertEq(_journalOf(address(persons)), _firstJournalOf(address(persons)));
        _attest(key, 0);
        uint256 id = _raiseAs(AUTHORITY, key, 1, 1);
        bytes32 before = _journalOf(address(persons));
        vm.recordLogs();
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        vm.prank(OWNER);
        _rule().withdraw(_idOf(key, BATCH));
        vm.prank(OWNER);
        persons.proposeQp(key, 0, NEXT);
        vm.prank(STAGE_QP);
        persons.consentQp(key, 0, NEXT);
        vm.prank(NEXT);
        persons.confirmStage(key, 0, DOCUMENT);
        vm.prank(QA);
        persons.proposeClosing(id, Codes.DISPOSITION_ACCEPTED, "evidence");
        vm.prank(qp);
        persons.confirmClosing(id, Codes.DISPOSITION_ACCEPTED, "evidence");
        vm.prank(AUTHORITY);
        persons.acknowledge(id);
        emit IQualifiedPersons.QpProposed(key, BATCH, NEXT, OWNER);
        emit TwoPersonRule.ProposalWithdrawn(_idOf(key, BATCH), OWNER);
        emit IQualifiedPersons.QpProposed(key, 0, NEXT, OWNER);
        emit IQualifiedPersons.QpAdded(key, 0, NEXT, STAGE_QP);
        emit IQualifiedPersons.StageConfirmed(key, 0, NEXT, DOCUMENT);
        emit IQualifiedPersons.ClosingProposed(key, id, Codes.DISPOSITION_ACCEPTED, "evidence", QA);
        emit IQualifiedPersons.ClosingAcknowledged(key, id, AUTHORITY);
        _requireJournal(address(persons), before);
        _end(RoleIds.QP, qp);
        before = _journalOf(address(persons));
        vm.recordLogs();
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, NEXT);
        emit IQualifiedPersons.QpProposed(key, BATCH, NEXT, OWNER);
        emit IQualifiedPersons.QpAdded(key, BATCH, NEXT, OWNER);
        _requireJournal(address(persons), before);
    }

    function _rule() private view returns (TwoPersonRule) {
        return TwoPersonRule(address(persons));
    }

    function _openConfirmed() private returns (bytes32) {
        return _openWith(_confirmed, _namedQp(), _stages(1));
    }

    function _namedQp() private view returns (address[] memory qps) {
        qps = new address[](1);
        qps[0] = qp;
    }

    function _openWith(
        bytes32 policyId,
        address[] memory qps,
        IQualifiedPersons.StageQp[] memory stageQps
    ) private returns (bytes32) {
        _opened++;
        uint64[2] memory due = [uint64(block.timestamp + 10 days), uint64(block.timestamp + 20 days)];
        vm.prank(OWNER);
        return registry.openBatch(_opened, 5, policyId, due, 0, qps, stageQps, new address[](0), 0);
    }

    function _refuseOpening(
        bytes32 policyId,
        address[] memory qps,
        IQualifiedPersons.StageQp[] memory stageQps,
        bytes memory expected
    ) private {
        uint64[2] memory due = [uint64(block.timestamp + 10 days), uint64(block.timestamp + 20 days)];
        vm.prank(OWNER);
        vm.expectRevert(expected);
        registry.openBatch(_opened + 1, 5, policyId, due, 0, qps, stageQps, new address[](0), 0);
    }

    function _refuseConsent(address who, bytes32 key, uint8 seat, bytes memory expected) private {
        vm.prank(who);
        vm.expectRevert(expected);
        persons.consentQp(key, seat, NEXT);
    }

    function _refuseConfirming(address who, bytes32 key, uint8 stage, bytes32 document, bytes memory expected) private {
        vm.prank(who);
        vm.expectRevert(expected);
        persons.confirmStage(key, stage, document);
    }

    function _refuseCertifying(bytes32 key, bytes memory expected) private {
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(expected);
        registry.certify(key, certificate, signature);
    }

    function _confirm(bytes32 key) private {
        vm.prank(STAGE_QP);
        persons.confirmStage(key, 0, DOCUMENT);
    }

    /// @dev With the head as it is.
    function _amend(bytes32 key, uint8 claim) private {
        IComplianceRegistry.Item memory item = _item(key, claim, 100 + claim, 7, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
    }

    function _grantForADay(address account) private {
        _grant(RoleIds.QP, account, _person(account), START, START + 1 days);
    }

    function _end(bytes32 role, address account) private {
        vm.prank(ADMIN);
        IAccessControl(address(roles)).revokeRole(role, account);
    }

    function _qps(uint256 count) private pure returns (address[] memory qps) {
        qps = new address[](count);
        for (uint256 i = 0; i < count; i++) qps[i] = address(uint160(0xC000 + i));
    }

    /// @dev All of stage 0, the first of them `STAGE_QP`.
    function _stages(uint256 count) private pure returns (IQualifiedPersons.StageQp[] memory stageQps) {
        stageQps = new IQualifiedPersons.StageQp[](count);
        for (uint256 i = 0; i < count; i++) {
            stageQps[i].qp = i == 0 ? STAGE_QP : address(uint160(0xE000 + i));
        }
    }

    function _idOf(bytes32 key, uint8 seat) private pure returns (bytes32) {
        return keccak256(abi.encode(key, seat, NEXT));
    }

    function _noQp(address who) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.QP, who);
    }

    function _notOfSeat(bytes32 key, uint8 seat, address who) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IQualifiedPersons.NotQpOfSeat.selector, key, seat, who);
    }

    function _knownOf(bytes32 key, uint8 seat, address who) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IQualifiedPersons.QpKnown.selector, key, seat, who);
    }

    /// @dev Of the batch that is opened next.
    function _known(uint8 seat, address who) private view returns (bytes memory) {
        return _knownOf(registry.keyOf(OWNER, _opened + 1), seat, who);
    }
}
