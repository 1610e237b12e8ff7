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

/// @notice Who may certify, confirm and propose: seats that are emptied, filled, shopped for or taken over.
// Verifies R-register-qps.
contract PersonsAttacksTest is Fixture {
    uint8 private constant BATCH = 255;
    uint256 private constant FRIEND_KEY = 0xf1;
    address private friend = vm.addr(FRIEND_KEY);
    IQualifiedPersons.StageQp[] private _seats;

    function _stageQps() internal view override returns (IQualifiedPersons.StageQp[] memory) {
        return _seats;
    }

    function _openNaming(address[] memory qps) private returns (bytes32) {
        return _openUnder(plainPolicy, qps);
    }

    function _openUnder(bytes32 policyId, address[] memory qps) private returns (bytes32) {
        uint64[2] memory due = [uint64(block.timestamp + 10 days), uint64(block.timestamp + 20 days)];
        vm.prank(OWNER);
        return registry.openBatch(77, 78, policyId, due, 0, qps, _seats, new address[](0), 0);
    }

    function test_V170_who_is_no_QP_is_not_named_so_the_owner_shops_for_none_later() external {
        address[] memory nobody = new address[](1);
        nobody[0] = address(0xdead);
        uint64[2] memory due = [uint64(block.timestamp + 10 days), uint64(block.timestamp + 20 days)];
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.QP, address(0xdead)));
        registry.openBatch(77, 78, plainPolicy, due, 0, nobody, _seats, new address[](0), 0);
        bytes32 key = _openNaming(_qps());
        _grant(RoleIds.QP, friend);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, friend);
        assertTrue(!persons.isQpOf(key, friend), "the owner alone chose a QP");
    }

    // As good as the ADMINs are: they renew a QP's terms before they end. An instant without the role is enough, and the hold of
    // the QP goes with his seat.
    function test_V171_a_gap_in_the_terms_of_the_QP_gives_away_his_seat_and_his_hold() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 0);
        _attest(key, 1);
        _holdAs(qp, key);
        _grant(RoleIds.QP, friend);
        // Renewed from tomorrow on.
        _grant(RoleIds.QP, qp, _person(qp), START + 1 days, START + 3650 days);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, friend);
        _unholdAs(friend, key, qp);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        registry.certify(key, certificate, _sign(certificate, FRIEND_KEY));
        assertTrue(gate.isReleased(key), "open");
    }

    function test_V171_terms_renewed_before_they_end_leave_the_seat_and_the_hold() external {
        bytes32 key = _open(plainPolicy);
        _grant(RoleIds.QP, qp, _person(qp), START, START + 2 days);
        _holdAs(qp, key);
        _grant(RoleIds.QP, friend);
        vm.warp(START + 1 days);
        _grant(RoleIds.QP, qp, _person(qp), START + 1 days, START + 3650 days);
        vm.warp(START + 2 days);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, friend);
        assertTrue(!persons.isQpOf(key, friend), "added at once");
        vm.prank(qp);
        persons.consentQp(key, BATCH, friend);
        vm.prank(friend);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.HoldNotYours.selector, key, qp));
        registry.unhold(key, qp, OTHER, 0);
    }

    function test_V170_the_owners_own_person_is_not_added_at_once() external {
        bytes32 key = _open(plainPolicy);
        vm.prank(ADMIN);
        IAccessControl(address(roles)).revokeRole(RoleIds.QP, qp);
        _grant(RoleIds.QP, friend, _person(OWNER), START, START + 3650 days);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, _person(OWNER)));
        persons.proposeQp(key, BATCH, friend);
    }

    // Each of them with the consent of one who was named: the batch is superseded by another one.
    function test_V172_a_seat_of_32_QPs_who_all_left_takes_no_more() external {
        address[] memory many = new address[](16);
        many[0] = qp;
        for (uint160 i = 1; i < 16; i++) {
            many[i] = address(0x1000 + i);
            _grant(RoleIds.QP, many[i]);
        }
        bytes32 key = _openNaming(many);
        for (uint160 i = 16; i < 32; i++) {
            address next = address(0x1000 + i);
            _grant(RoleIds.QP, next);
            vm.prank(OWNER);
            persons.proposeQp(key, BATCH, next);
            vm.prank(qp);
            persons.consentQp(key, BATCH, next);
        }
        vm.warp(START + 3650 days);
        _grant(RoleIds.QP, friend, _person(friend), START, START + 7300 days);
        _grant(RoleIds.MANUFACTURER, OWNER, _person(OWNER), START, START + 7300 days);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IQualifiedPersons.TooManyQps.selector, key, BATCH, 32));
        persons.proposeQp(key, BATCH, friend);
    }

    function test_V173_a_policy_under_which_no_batch_could_be_opened_is_refused() external {
        IPolicyRegistry.Policy memory policy = _plain();
        policy.stages = 17;
        policy.claims = new IPolicyRegistry.Claim[](17);
        for (uint8 i = 0; i < 17; i++) {
            policy.claims[i] = _claim(temperature, 100 + i, i, Codes.CLASS_PROCESS, Codes.NEEDED_FOR_RELEASE);
            if (i < 16) _seats.push(IQualifiedPersons.StageQp(i, qp));
        }
        policy.confirmedStages = (1 << 17) - 1;
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.ConfirmedStagesTooMany.selector, 17, 16));
        policies.propose(policy);
        policy.confirmedStages = (1 << 16) - 1;
        bytes32 key = _openUnder(_approve(policy), _qps());
        assertEq(persons.unconfirmedStages(key), (1 << 16) - 1);
    }

    function test_V173_a_stage_that_needs_nothing_for_release_is_not_confirmed() external {
        IPolicyRegistry.Policy memory policy = _plain();
        policy.documentHash = "confirmed";
        policy.confirmedStages = 2;
        policy.claims[1].stage = 0;
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.ConfirmedStagesWrong.selector, 2, 1));
        policies.propose(policy);
    }

    function test_V173_a_stage_is_not_confirmed_before_it_began() external {
        bytes32 key = _openToConfirm();
        vm.prank(friend);
        vm.expectRevert(abi.encodeWithSelector(IQualifiedPersons.StageClaimsMissing.selector, 1, 2));
        persons.confirmStage(key, 1, "document");
    }

    function _confirmedPolicy() private returns (bytes32) {
        IPolicyRegistry.Policy memory policy = _plain();
        policy.documentHash = "confirmed";
        policy.confirmedStages = 2;
        return _approve(policy);
    }

    /// @dev With another QP for stage 1 than for the batch.
    function _openToConfirm() private returns (bytes32 key) {
        bytes32 policyId = _confirmedPolicy();
        _grant(RoleIds.QP, friend);
        _seats.push(IQualifiedPersons.StageQp(1, friend));
        key = _open(policyId);
    }

    function _confirmed() private returns (bytes32 key) {
        key = _openToConfirm();
        _attest(key, 0);
        _attest(key, 1);
        vm.prank(friend);
        persons.confirmStage(key, 1, "document");
    }

    // He can neither hold nor raise an exception.
    function test_V174_who_confirmed_a_stage_and_learns_better_takes_it_back() external {
        bytes32 key = _confirmed();
        vm.prank(friend);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotQpOrAuthority.selector, key, friend));
        registry.hold(_one(key), OTHER, 0, 0);
        vm.prank(friend);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotConcerned.selector, key, friend));
        registry.raiseException(_one(key), new uint8[](1), 1, 1, "DEV-1", 0);
        vm.prank(friend);
        persons.confirmStage(key, 1, 0);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.StagesUnconfirmed.selector, 2));
        registry.certify(key, certificate, signature);
    }

    // It was his to give when he gave it; a QP of the stage takes it back.
    function test_V174_the_confirmation_of_a_dismissed_QP_counts() external {
        bytes32 key = _confirmed();
        vm.prank(ADMIN);
        IAccessControl(address(roles)).revokeRole(RoleIds.QP, friend);
        _certify(key);
        assertTrue(gate.isReleased(key), "open");
    }

    // Of a rogue ADMIN the others get rid as soon as both their calls come before his.
    function test_V175_a_proposal_is_taken_back_by_whoever_proposed_the_same_first() external {
        address third = address(0xAA1);
        _grant(RoleIds.ADMIN, third);
        // ADMIN_2 and `third` want to end ADMIN, who is faster each time.
        uint64 to = uint64(START + 1 hours);
        vm.prank(ADMIN);
        roles.propose(RoleIds.ADMIN, ADMIN, _person(ADMIN), uint64(START), to);
        bytes32 id = keccak256(abi.encode(RoleIds.ADMIN, ADMIN, _person(ADMIN), uint64(START), to));
        vm.prank(ADMIN_2);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.AlreadyProposed.selector, id));
        roles.propose(RoleIds.ADMIN, ADMIN, _person(ADMIN), uint64(START), to);
        vm.prank(ADMIN);
        TwoPersonRule(address(roles)).withdraw(id);
        vm.prank(third);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, id));
        roles.approve(RoleIds.ADMIN, ADMIN, _person(ADMIN), uint64(START), to);
        // Any other term is another proposal.
        _end(third, to + 1);
        assertTrue(roles.grantOf(RoleIds.ADMIN, ADMIN).validTo == to + 1, "ended");
    }

    function _end(address third, uint64 to) private {
        vm.prank(ADMIN_2);
        roles.propose(RoleIds.ADMIN, ADMIN, _person(ADMIN), uint64(START), to);
        vm.prank(third);
        roles.approve(RoleIds.ADMIN, ADMIN, _person(ADMIN), uint64(START), to);
    }

    // What QP cannot confirm, because his own person proposed it, no other QA proposes; other evidence (a new salt) goes through.
    function test_V175_a_proposal_by_the_person_who_confirms_blocks_nothing_but_itself() external {
        uint256 id = _raise(_open(plainPolicy));
        address qa2 = address(0xAA2);
        _grant(RoleIds.qaOf(OWNER), qa2, _person(qp), START, START + 3650 days);
        vm.prank(qa2);
        persons.proposeClosing(id, Codes.DISPOSITION_ACCEPTED, "evidence");
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, _person(qp)));
        persons.confirmClosing(id, Codes.DISPOSITION_ACCEPTED, "evidence");
        vm.prank(QA);
        bytes32 digest = keccak256(abi.encode(id, Codes.DISPOSITION_ACCEPTED, bytes32("evidence")));
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.AlreadyProposed.selector, digest));
        persons.proposeClosing(id, Codes.DISPOSITION_ACCEPTED, "evidence");
        vm.prank(QA);
        persons.proposeClosing(id, Codes.DISPOSITION_ACCEPTED, "evidence 2");
        vm.prank(qp);
        persons.confirmClosing(id, Codes.DISPOSITION_ACCEPTED, "evidence 2");
    }

    function test_V176_the_QP_of_a_stage_has_no_say_in_another_seat() external {
        bytes32 key = _openToConfirm();
        address more = address(0xAA3);
        _grant(RoleIds.QP, more);
        vm.prank(OWNER);
        persons.proposeQp(key, BATCH, more);
        vm.prank(friend);
        vm.expectRevert(abi.encodeWithSelector(IQualifiedPersons.NotQpOfSeat.selector, key, BATCH, friend));
        persons.consentQp(key, BATCH, more);
        _attest(key, 0);
        _attest(key, 1);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        vm.prank(friend);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.SignerNotQp.selector, key, friend));
        registry.certify(key, certificate, "");
    }

    // Their ids are of three words alike, but the first is a number here and a hash there.
    function test_V176_a_proposal_of_a_closing_is_none_of_a_QP() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _raise(key);
        _propose(id, Codes.DISPOSITION_ACCEPTED);
        address asEvidence = address(uint160(uint256(bytes32("evidence"))));
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(IQualifiedPersons.NotQpOfSeat.selector, bytes32(id), uint8(1), qp));
        persons.consentQp(bytes32(id), Codes.DISPOSITION_ACCEPTED, asEvidence);
    }

    function test_V176_strangers_withdraw_nothing_and_certify_nothing() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _raise(key);
        _propose(id, Codes.DISPOSITION_ACCEPTED);
        bytes32 digest = keccak256(abi.encode(id, Codes.DISPOSITION_ACCEPTED, bytes32("evidence")));
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposer.selector, digest, STRANGER));
        TwoPersonRule(address(persons)).withdraw(digest);
        vm.prank(qp);
        persons.confirmClosing(id, Codes.DISPOSITION_ACCEPTED, "evidence");
        _attest(key, 0);
        _attest(key, 1);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.SignerNotQp.selector, key, STRANGER));
        registry.certify(key, certificate, "");
    }
}
