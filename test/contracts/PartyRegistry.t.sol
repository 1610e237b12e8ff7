// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {TwoPersonRule} from "../../contracts/TwoPersonRule.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Journaled} from "./Journaled.sol";

// Verifies R-register-frozen.
contract PartyRegistryTest is Journaled {
    uint256 private constant NEXT = 6000;
    /// @dev Where the contract keeps the last number: behind the journal, the proposals, `current` and two tables.
    bytes32 private constant NUMBER_SLOT = bytes32(uint256(5));

    function _idOf(uint256 root, bytes32 documentHash) private pure returns (bytes32) {
        return keccak256(abi.encode(root, documentHash));
    }

    function _publish(uint256 root) private {
        vm.prank(PROPOSER);
        parties.propose(root, PARTY_LIST);
        vm.prank(APPROVER);
        parties.approve(root, PARTY_LIST, "QA-2");
    }

    function test_refuses_the_wrong_roles() external {
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.PROPOSER, STRANGER));
        parties.propose(NEXT, PARTY_LIST);
        vm.prank(PROPOSER);
        parties.propose(NEXT, PARTY_LIST);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.APPROVER, PROPOSER));
        parties.approve(NEXT, PARTY_LIST, "QA-2");
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.APPROVER, PROPOSER));
        parties.revoke(ROOT, 0, OTHER, 0);
    }

    // Verifies R-register-two-persons.
    function test_refuses_the_proposer_as_approver_by_account_and_by_person() external {
        _grant(RoleIds.APPROVER, PROPOSER);
        vm.prank(PROPOSER);
        parties.propose(NEXT, PARTY_LIST);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SameAccount.selector, PROPOSER));
        parties.approve(NEXT, PARTY_LIST, "QA-2");
        bytes32 person = roles.grantOf(RoleIds.PROPOSER, PROPOSER).personHash;
        _grant(RoleIds.APPROVER, STRANGER, person, START, START + 1 days);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, person));
        parties.approve(NEXT, PARTY_LIST, "QA-2");
    }

    function test_refuses_roots_that_cannot_be() external {
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootOutOfField.selector, 0));
        parties.propose(0, PARTY_LIST);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootOutOfField.selector, Signals.FIELD));
        parties.propose(Signals.FIELD, PARTY_LIST);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootIsCurrent.selector, ROOT));
        parties.propose(ROOT, PARTY_LIST);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, _idOf(NEXT, PARTY_LIST)));
        parties.approve(NEXT, PARTY_LIST, "QA-2");
        vm.prank(PROPOSER);
        parties.propose(NEXT, PARTY_LIST);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.AlreadyProposed.selector, _idOf(NEXT, PARTY_LIST)));
        parties.propose(NEXT, PARTY_LIST);
    }

    function test_a_root_is_approved_with_the_list_that_it_was_proposed_with() external {
        vm.prank(PROPOSER);
        vm.expectRevert(IPartyRegistry.PartyListMissing.selector);
        parties.propose(NEXT, 0);
        vm.prank(PROPOSER);
        parties.propose(NEXT, PARTY_LIST);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, _idOf(NEXT, "another list")));
        parties.approve(NEXT, "another list", "QA-2");
        // Two lists with one root: with the approval of one the other waits in vain.
        vm.prank(PROPOSER);
        parties.propose(NEXT, "another list");
        vm.prank(APPROVER);
        parties.approve(NEXT, "another list", "QA-2");
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootIsCurrent.selector, NEXT));
        parties.approve(NEXT, PARTY_LIST, "QA-2");
        assertEq(parties.rootOf(NEXT).documentHash, "another list");
        assertEq(parties.rootOf(NEXT).validUntil, 0);
    }

    // Verifies R-register-dismissed.
    function test_a_proposal_is_withdrawn_and_made_anew() external {
        bytes32 id = _idOf(NEXT, PARTY_LIST);
        vm.prank(PROPOSER);
        parties.propose(NEXT, PARTY_LIST);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposer.selector, id, APPROVER));
        TwoPersonRule(address(parties)).withdraw(id);
        vm.prank(PROPOSER);
        TwoPersonRule(address(parties)).withdraw(id);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, id));
        parties.approve(NEXT, PARTY_LIST, "QA-2");
        _publish(NEXT);
    }

    function test_a_proposed_root_is_not_valid() external {
        vm.prank(PROPOSER);
        parties.propose(NEXT, PARTY_LIST);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootNotValid.selector, NEXT));
        parties.requireValid(NEXT);
    }

    function test_a_superseded_root_lives_for_the_grace_period_and_may_return() external {
        _publish(NEXT);
        assertEq(parties.current(), NEXT);
        vm.warp(START + 10 days - 1);
        parties.requireValid(ROOT);
        vm.warp(START + 10 days);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootNotValid.selector, ROOT));
        parties.requireValid(ROOT);
        _publish(ROOT);
        assertEq(parties.rootOf(NEXT).validUntil, START + 20 days);
        vm.warp(START + 3650 days - 1);
        parties.requireValid(ROOT);
    }

    function test_a_revoked_root_ends_at_once_and_never_returns() external {
        bytes memory revoked = abi.encodeWithSelector(IPartyRegistry.RootIsRevoked.selector, ROOT);
        vm.prank(APPROVER);
        parties.revoke(ROOT, 0, OTHER, 0);
        assertEq(parties.current(), 0);
        assertTrue(!parties.isValid(ROOT), "valid");
        vm.prank(PROPOSER);
        vm.expectRevert(revoked);
        parties.propose(ROOT, PARTY_LIST);
        vm.prank(APPROVER);
        vm.expectRevert(revoked);
        parties.revoke(ROOT, 0, OTHER, 0);
    }

    function test_a_root_revoked_while_it_waits_is_never_approved() external {
        vm.prank(PROPOSER);
        parties.propose(NEXT, PARTY_LIST);
        vm.prank(APPROVER);
        parties.revoke(NEXT, 0, OTHER, 0);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootIsRevoked.selector, NEXT));
        parties.approve(NEXT, PARTY_LIST, "QA-2");
        assertEq(parties.current(), ROOT);
    }

    function test_a_revocation_is_only_made_stricter() external {
        vm.warp(START + 2 days);
        uint64 since = uint64(START + 1 days);
        vm.prank(APPROVER);
        parties.revoke(ROOT, since, OTHER, 0);
        for (uint64 later = since; later < since + 2; later++) {
            vm.prank(APPROVER);
            vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootIsRevoked.selector, ROOT));
            parties.revoke(ROOT, later, OTHER, 0);
        }
        vm.warp(START + 3 days);
        bytes32 before = _journalOf(address(parties));
        vm.recordLogs();
        vm.prank(APPROVER);
        parties.revoke(ROOT, since - 1, OTHER, 0);
        emit IPartyRegistry.PartyRootRevoked(ROOT, APPROVER, since - 1, OTHER, 0);
        _requireJournal(address(parties), before);
        assertEq(parties.rootOf(ROOT).revokedSince, since - 1);
        // When it ended stays.
        assertEq(parties.rootOf(ROOT).revokedAt, START + 2 days);
    }

    function test_a_superseded_root_that_is_revoked_loses_its_grace() external {
        _publish(NEXT);
        vm.prank(APPROVER);
        parties.revoke(ROOT, 0, OTHER, 0);
        assertTrue(!parties.isValid(ROOT), "revoked");
        assertTrue(parties.isValid(NEXT), "current");
    }

    function test_what_was_attested_before_a_revocation_may_stand_but_nothing_after_today() external {
        bytes4 future = IPartyRegistry.RevokedInFuture.selector;
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(future, START + 1, START));
        parties.revoke(ROOT, uint64(START + 1), OTHER, 0);
        vm.warp(START + 1 days);
        vm.prank(APPROVER);
        parties.revoke(ROOT, uint64(START + 1 days), OTHER, 0);
        IPartyRegistry.Root memory root = parties.rootOf(ROOT);
        assertEq(root.revokedSince, START + 1 days);
        assertEq(root.revokedAt, START + 1 days);
        assertEq(root.approvedAt, START);
        assertEq(root.number, 1);
        assertTrue(!parties.isValid(ROOT), "nothing more is attested with it");
        // Never seen, and revoked for whatever there was.
        vm.prank(APPROVER);
        parties.revoke(NEXT, 0, OTHER, 0);
        assertEq(parties.rootOf(NEXT).revokedSince, 0);
        assertEq(parties.rootOf(NEXT).number, 0);
    }

    function test_a_root_keeps_the_number_that_it_first_got() external {
        assertEq(parties.requireValid(ROOT), 1);
        vm.prank(PROPOSER);
        parties.propose(NEXT, PARTY_LIST);
        assertEq(parties.rootOf(NEXT).number, 0);
        vm.prank(APPROVER);
        parties.approve(NEXT, PARTY_LIST, "QA-2");
        _publish(NEXT + 1);
        _publish(ROOT);
        assertEq(parties.requireValid(ROOT), 1);
        assertEq(parties.requireValid(NEXT), 2);
        assertEq(parties.requireValid(NEXT + 1), 3);
        assertEq(parties.rootNumbered(0), 0);
        assertEq(parties.rootNumbered(1), ROOT);
        assertEq(parties.rootNumbered(2), NEXT);
        assertEq(parties.rootNumbered(3), NEXT + 1);
        assertEq(parties.rootNumbered(4), 0);
    }

    // Verifies R-register-bounded.
    function test_the_last_number_is_given_once() external {
        vm.store(address(parties), NUMBER_SLOT, bytes32(uint256(65_534)));
        _publish(NEXT);
        assertEq(parties.requireValid(NEXT), 65_535);
        assertEq(parties.rootNumbered(65_535), NEXT);
        vm.prank(PROPOSER);
        parties.propose(NEXT + 1, PARTY_LIST);
        vm.prank(APPROVER);
        vm.expectRevert(IPartyRegistry.RootsTooMany.selector);
        parties.approve(NEXT + 1, PARTY_LIST, "QA-2");
        // Those that have one go on.
        _publish(ROOT);
    }

    // Verifies R-register-journal.
    function test_the_journal_chains_every_event() external {
        vm.prank(PROPOSER);
        parties.propose(NEXT, "withdrawn");
        bytes32 before = _journalOf(address(parties));
        vm.recordLogs();
        vm.prank(PROPOSER);
        TwoPersonRule(address(parties)).withdraw(_idOf(NEXT, "withdrawn"));
        emit TwoPersonRule.ProposalWithdrawn(_idOf(NEXT, "withdrawn"), PROPOSER);
        _publish(NEXT);
        emit IPartyRegistry.PartyRootProposed(NEXT, PROPOSER, PARTY_LIST);
        emit IPartyRegistry.PartyRootApproved(NEXT, APPROVER, PARTY_LIST, "QA-2", ROOT, uint64(START + 10 days));
        vm.prank(APPROVER);
        parties.revoke(ROOT, uint64(START), OTHER, "words");
        emit IPartyRegistry.PartyRootRevoked(ROOT, APPROVER, uint64(START), OTHER, "words");
        _requireJournal(address(parties), before);
    }
}
