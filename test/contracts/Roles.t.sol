// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Journal} from "../../contracts/Journal.sol";
import {TwoPersonRule} from "../../contracts/TwoPersonRule.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Journaled} from "./Journaled.sol";

// Verifies R-register-roles, V15.
contract RolesTest is Journaled {
    bytes32 private constant PERSON = keccak256("person");
    uint64 private constant FROM = uint64(START);
    uint64 private constant TO = uint64(START + 10);

    /// @dev The part of the contract that is OpenZeppelin's.
    IAccessControl private _standard;

    function setUp() public override {
        super.setUp();
        _standard = IAccessControl(address(roles));
    }

    function _propose(address admin, address account, bytes32 person) private {
        vm.prank(admin);
        roles.propose(RoleIds.QP, account, person, FROM, TO);
    }

    function _refused(address account, bytes32 person, uint256 from, uint256 to, bytes memory expected) private {
        vm.prank(ADMIN);
        vm.expectRevert(expected);
        roles.propose(RoleIds.QP, account, person, uint64(from), uint64(to));
    }

    function _refusedApproval(address admin, address account, bytes32 person, bytes memory expected) private {
        vm.prank(admin);
        vm.expectRevert(expected);
        roles.approve(RoleIds.QP, account, person, FROM, TO);
    }

    function _notHeld(bytes32 role, address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRoles.RoleNotHeld.selector, role, account);
    }

    function test_begins_with_two_accounts_of_two_persons() external {
        address[2] memory admins = [ADMIN, ADMIN];
        bytes32[2] memory persons = [PERSON, _person(ADMIN)];
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SameAccount.selector, ADMIN));
        _deploy("Roles", abi.encode(admins, persons));
        admins[1] = ADMIN_2;
        persons[1] = PERSON;
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, PERSON));
        _deploy("Roles", abi.encode(admins, persons));
        persons[1] = 0;
        vm.expectRevert(IRoles.PersonMissing.selector);
        _deploy("Roles", abi.encode(admins, persons));
        admins[0] = address(0);
        persons[1] = _person(ADMIN_2);
        vm.expectRevert(IRoles.PersonMissing.selector);
        _deploy("Roles", abi.encode(admins, persons));

        address[2] memory first = [ADMIN, ADMIN_2];
        for (uint256 i = 0; i < 2; i++) {
            IRoles.Grant memory terms = roles.grantOf(RoleIds.ADMIN, first[i]);
            assertEq(terms.personHash, _person(first[i]));
            assertEq(roles.personOf(first[i]), _person(first[i]));
            assertEq(terms.validFrom, START);
            assertEq(terms.validTo, type(uint64).max);
        }
    }

    // Verifies R-register-two-persons, V140.
    function test_one_ADMIN_alone_gives_no_role() external {
        vm.prank(STRANGER);
        vm.expectRevert(_notHeld(RoleIds.ADMIN, STRANGER));
        roles.propose(RoleIds.QP, STRANGER, PERSON, FROM, TO);
        _refusedApproval(
            ADMIN,
            STRANGER,
            PERSON,
            abi.encodeWithSelector(
                TwoPersonRule.NotProposed.selector,
                keccak256(abi.encode(RoleIds.QP, STRANGER, PERSON, FROM, TO))
            )
        );
        _propose(ADMIN, STRANGER, PERSON);
        _refusedApproval(STRANGER, STRANGER, PERSON, _notHeld(RoleIds.ADMIN, STRANGER));
        _refusedApproval(ADMIN, STRANGER, PERSON, abi.encodeWithSelector(TwoPersonRule.SameAccount.selector, ADMIN));
        // A second account of the same person.
        _grant(RoleIds.ADMIN, PATIENT, _person(ADMIN), START, START + 1 days);
        _refusedApproval(
            PATIENT,
            STRANGER,
            PERSON,
            abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, _person(ADMIN))
        );
        assertTrue(!roles.holds(RoleIds.QP, STRANGER), "not yet");
        vm.prank(ADMIN_2);
        roles.approve(RoleIds.QP, STRANGER, PERSON, FROM, TO);
        assertTrue(roles.holds(RoleIds.QP, STRANGER), "two did");
    }

    // Verifies R-register-two-persons.
    function test_what_is_approved_is_exactly_what_was_proposed() external {
        _propose(ADMIN, STRANGER, PERSON);
        bytes32[2] memory roleIds = [RoleIds.QP, RoleIds.AUTHORITY];
        for (uint64 i = 1; i < 32; i *= 2) {
            bytes32 role = roleIds[i & 1];
            address account = i & 2 == 0 ? STRANGER : PATIENT;
            bytes32 person = i & 4 == 0 ? PERSON : bytes32("other");
            uint64 from = i & 8 == 0 ? FROM : FROM + 1;
            uint64 to = i & 16 == 0 ? TO : TO + 1;
            bytes32 id = keccak256(abi.encode(role, account, person, from, to));
            vm.prank(ADMIN_2);
            vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, id));
            roles.approve(role, account, person, from, to);
        }
    }

    // Verifies R-register-dismissed.
    function test_a_proposal_is_withdrawn_by_its_proposer_alone() external {
        _propose(ADMIN, STRANGER, PERSON);
        bytes32 id = keccak256(abi.encode(RoleIds.QP, STRANGER, PERSON, FROM, TO));
        vm.prank(ADMIN_2);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposer.selector, id, ADMIN_2));
        TwoPersonRule(address(roles)).withdraw(id);
        vm.prank(ADMIN);
        TwoPersonRule(address(roles)).withdraw(id);
        bytes memory expected = abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, id);
        _refusedApproval(ADMIN_2, STRANGER, PERSON, expected);
        vm.prank(ADMIN);
        vm.expectRevert(expected);
        TwoPersonRule(address(roles)).withdraw(id);
    }

    function test_refuses_the_ungoverned_ways_to_a_role() external {
        bytes32[2] memory roleIds = [RoleIds.QP, RoleIds.ADMIN];
        for (uint256 i = 0; i < 2; i++) {
            vm.prank(ADMIN);
            vm.expectRevert(IRoles.TwoPersonsGrant.selector);
            _standard.grantRole(roleIds[i], STRANGER);
        }
        // A role that was taken comes back only by two persons, also with terms that are not over.
        vm.prank(qp);
        _standard.renounceRole(RoleIds.QP, qp);
        vm.prank(ADMIN_2);
        vm.expectRevert(IRoles.TwoPersonsGrant.selector);
        _standard.grantRole(RoleIds.QP, qp);
        assertTrue(!roles.holds(RoleIds.QP, qp), "renounced");
    }

    function test_refuses_a_grant_without_person_account_or_period() external {
        _refused(STRANGER, 0, START, START + 1, abi.encodeWithSelector(IRoles.PersonMissing.selector));
        _refused(address(0), PERSON, START, START + 1, abi.encodeWithSelector(IRoles.PersonMissing.selector));
        bytes4 period = IRoles.PeriodInvalid.selector;
        _refused(STRANGER, PERSON, START + 9, START + 9, abi.encodeWithSelector(period, START + 9, START + 9, START));
        _refused(STRANGER, PERSON, START - 9, START, abi.encodeWithSelector(period, START - 9, START, START));
        // What was proposed in time is approved in time.
        _propose(ADMIN, STRANGER, PERSON);
        vm.warp(TO);
        _refusedApproval(ADMIN_2, STRANGER, PERSON, abi.encodeWithSelector(period, FROM, TO, TO));
    }

    function test_an_account_is_one_person_for_ever() external {
        bytes memory other = abi.encodeWithSelector(IRoles.PersonDiffers.selector, qp, _person(qp));
        _refused(qp, PERSON, START, START + 1, other);
        vm.prank(ADMIN);
        _standard.revokeRole(RoleIds.QP, qp);
        _refused(qp, PERSON, START, START + 1, other);
        // Nobody yet when both were proposed.
        _propose(ADMIN, STRANGER, PERSON);
        _propose(ADMIN, STRANGER, "other");
        vm.prank(ADMIN_2);
        roles.approve(RoleIds.QP, STRANGER, PERSON, FROM, TO);
        bytes memory known = abi.encodeWithSelector(IRoles.PersonDiffers.selector, STRANGER, PERSON);
        _refusedApproval(ADMIN_2, STRANGER, "other", known);
        assertEq(roles.personOf(STRANGER), PERSON);
        assertEq(roles.personOf(address(0xdead)), 0);
    }

    // Verifies R-register-roles, V142.
    function test_an_ADMIN_ends_with_its_terms_and_never_by_one_alone() external {
        vm.prank(ADMIN);
        vm.expectRevert(IRoles.AdminNotRevocable.selector);
        _standard.revokeRole(RoleIds.ADMIN, ADMIN_2);
        // One of two that went would leave nobody to replace it.
        vm.prank(ADMIN);
        vm.expectRevert(IRoles.AdminNotRevocable.selector);
        _standard.renounceRole(RoleIds.ADMIN, ADMIN);
        _grant(RoleIds.ADMIN, STRANGER, PERSON, START, START + 1 days);
        _propose(STRANGER, PATIENT, "patient");
        vm.warp(START + 1 days);
        assertTrue(!roles.holds(RoleIds.ADMIN, STRANGER), "over");
        vm.prank(STRANGER);
        vm.expectRevert(_notHeld(RoleIds.ADMIN, STRANGER));
        roles.propose(RoleIds.QP, STRANGER, PERSON, FROM, type(uint64).max);
        // OpenZeppelin alone would let it: the account still has the role.
        vm.prank(STRANGER);
        vm.expectRevert(_notHeld(RoleIds.ADMIN, STRANGER));
        _standard.revokeRole(RoleIds.QP, qp);
        bytes32 id = keccak256(abi.encode(RoleIds.QP, PATIENT, bytes32("patient"), FROM, TO));
        _refusedApproval(
            ADMIN,
            PATIENT,
            "patient",
            abi.encodeWithSelector(TwoPersonRule.ProposerDismissed.selector, id, STRANGER)
        );
        _grant(RoleIds.ADMIN, ADMIN_2, _person(ADMIN_2), START, START + 1 days + 1);
        vm.warp(START + 1 days + 1);
        vm.prank(ADMIN_2);
        vm.expectRevert(_notHeld(RoleIds.ADMIN, ADMIN_2));
        roles.propose(RoleIds.QP, STRANGER, PERSON, FROM, type(uint64).max);
    }

    function test_fuzz_a_role_has_power_exactly_in_its_period(bool admin, uint64 from, uint64 to, uint64 at) external {
        from = from % (2 * uint64(START));
        to = uint64(START) + 1 + (to % uint64(START));
        at = at % (4 * uint64(START));
        vm.assume(from < to);
        bytes32 role = admin ? RoleIds.ADMIN : RoleIds.QP;
        _grant(role, STRANGER, PERSON, from, to);
        vm.warp(at);
        bool expected = from <= at && at < to;
        assertTrue(roles.holds(role, STRANGER) == expected, "holds");
        if (!expected) vm.expectRevert(_notHeld(role, STRANGER));
        roles.requireRole(role, STRANGER);
    }

    function test_one_ADMIN_takes_a_role_at_once_whatever_its_period() external {
        _grant(RoleIds.QP, STRANGER, PERSON, START + 10, START + 20);
        vm.prank(APPROVER);
        vm.expectRevert(_notHeld(RoleIds.ADMIN, APPROVER));
        _standard.revokeRole(RoleIds.QP, STRANGER);
        vm.prank(ADMIN);
        _standard.revokeRole(RoleIds.QP, STRANGER);
        vm.warp(START + 15);
        assertTrue(!roles.holds(RoleIds.QP, STRANGER), "revoked before it began");
        assertEq(roles.grantOf(RoleIds.QP, STRANGER).personHash, PERSON);
    }

    function test_a_second_grant_replaces_the_terms() external {
        _grant(RoleIds.QP, qp, _person(qp), START + 10, START + 20);
        assertTrue(!roles.holds(RoleIds.QP, qp), "not yet");
        assertEq(roles.grantOf(RoleIds.QP, qp).validTo, START + 20);
    }

    function test_QA_of_one_owner_is_not_QA_of_another() external view {
        assertTrue(roles.holds(RoleIds.qaOf(OWNER), QA), "own");
        assertTrue(!roles.holds(RoleIds.qaOf(STRANGER), QA), "other");
    }

    // Verifies R-register-journal.
    function test_the_journal_chains_the_deployment() external {
        address[2] memory admins = [ADMIN, ADMIN_2];
        bytes32[2] memory persons = [_person(ADMIN), _person(ADMIN_2)];
        vm.recordLogs();
        address fresh = _deployRoles(ADMIN, ADMIN_2);
        for (uint256 i = 0; i < 2; i++) {
            emit IAccessControl.RoleGranted(RoleIds.ADMIN, admins[i], address(this));
            emit IRoles.RoleTermsSet(RoleIds.ADMIN, admins[i], persons[i], FROM, type(uint64).max, address(this));
        }
        _requireJournal(fresh, _firstJournalOf(fresh));
        assertEq(Journal(fresh).journal(), _journalOf(fresh));
    }

    // Verifies R-register-journal.
    function test_the_journal_chains_every_event_and_those_of_OpenZeppelin() external {
        bytes32 before = _journalOf(address(roles));
        vm.recordLogs();
        _grant(RoleIds.QP, STRANGER, PERSON, FROM, TO);
        emit IRoles.RoleProposed(RoleIds.QP, STRANGER, PERSON, FROM, TO, ADMIN);
        emit IAccessControl.RoleGranted(RoleIds.QP, STRANGER, ADMIN_2);
        emit IRoles.RoleTermsSet(RoleIds.QP, STRANGER, PERSON, FROM, TO, ADMIN_2);
        // Other terms: the role is there already, and OpenZeppelin says nothing.
        _grant(RoleIds.QP, STRANGER, PERSON, FROM, TO + 1);
        emit IRoles.RoleProposed(RoleIds.QP, STRANGER, PERSON, FROM, TO + 1, ADMIN);
        emit IRoles.RoleTermsSet(RoleIds.QP, STRANGER, PERSON, FROM, TO + 1, ADMIN_2);
        _requireJournal(address(roles), before);

        vm.roll(block.number + 5);
        vm.warp(START + 5);
        before = _journalOf(address(roles));
        vm.recordLogs();
        vm.prank(ADMIN);
        _standard.revokeRole(RoleIds.QP, STRANGER);
        emit IAccessControl.RoleRevoked(RoleIds.QP, STRANGER, ADMIN);
        // Twice: nothing is taken, and nothing said.
        vm.prank(ADMIN);
        _standard.revokeRole(RoleIds.QP, STRANGER);
        vm.prank(qp);
        _standard.renounceRole(RoleIds.QP, qp);
        emit IAccessControl.RoleRevoked(RoleIds.QP, qp, qp);
        _propose(ADMIN_2, STRANGER, PERSON);
        emit IRoles.RoleProposed(RoleIds.QP, STRANGER, PERSON, FROM, TO, ADMIN_2);
        bytes32 id = keccak256(abi.encode(RoleIds.QP, STRANGER, PERSON, FROM, TO));
        vm.prank(ADMIN_2);
        TwoPersonRule(address(roles)).withdraw(id);
        emit TwoPersonRule.ProposalWithdrawn(id, ADMIN_2);
        _requireJournal(address(roles), before);
    }
}
