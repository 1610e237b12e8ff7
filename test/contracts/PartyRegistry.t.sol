// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {TwoPersonRule} from "../../contracts/TwoPersonRule.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Fixture} from "./Fixture.sol";

// Verifies R-register-frozen.
contract PartyRegistryTest is Fixture {
    uint256 private constant NEXT = 6000;

    function _publish(uint256 root) private {
        vm.prank(PROPOSER);
        parties.propose(root, 0);
        vm.prank(APPROVER);
        parties.approve(root, "QA-2");
    }

    function test_refuses_the_wrong_roles() external {
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.PROPOSER, STRANGER));
        parties.propose(NEXT, 0);
        vm.prank(PROPOSER);
        parties.propose(NEXT, 0);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.APPROVER, PROPOSER));
        parties.approve(NEXT, "QA-2");
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.APPROVER, PROPOSER));
        parties.revoke(ROOT, OTHER, 0);
    }

    // Verifies R-register-two-persons.
    function test_refuses_the_proposer_as_approver_by_account_and_by_person() external {
        _grant(RoleIds.APPROVER, PROPOSER);
        vm.prank(PROPOSER);
        parties.propose(NEXT, 0);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SameAccount.selector, PROPOSER));
        parties.approve(NEXT, "QA-2");
        bytes32 person = roles.grantOf(RoleIds.PROPOSER, PROPOSER).personHash;
        vm.prank(ADMIN);
        roles.grant(RoleIds.APPROVER, STRANGER, person, uint64(START), uint64(START + 1 days));
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, person));
        parties.approve(NEXT, "QA-2");
    }

    function test_refuses_roots_that_cannot_be() external {
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootOutOfField.selector, 0));
        parties.propose(0, 0);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootOutOfField.selector, Signals.FIELD));
        parties.propose(Signals.FIELD, 0);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootIsCurrent.selector, ROOT));
        parties.propose(ROOT, 0);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, bytes32(NEXT)));
        parties.approve(NEXT, "QA-2");
        vm.prank(PROPOSER);
        parties.propose(NEXT, 0);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.AlreadyProposed.selector, bytes32(NEXT)));
        parties.propose(NEXT, 0);
    }

    function test_a_proposed_root_is_not_valid() external {
        vm.prank(PROPOSER);
        parties.propose(NEXT, 0);
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
        vm.warp(START + 3650 days - 1);
        parties.requireValid(ROOT);
    }

    function test_a_revoked_root_ends_at_once_and_never_returns() external {
        bytes memory revoked = abi.encodeWithSelector(IPartyRegistry.RootIsRevoked.selector, ROOT);
        vm.prank(APPROVER);
        parties.revoke(ROOT, OTHER, 0);
        assertEq(parties.current(), 0);
        assertTrue(!parties.isValid(ROOT), "valid");
        vm.prank(PROPOSER);
        vm.expectRevert(revoked);
        parties.propose(ROOT, 0);
        vm.prank(APPROVER);
        vm.expectRevert(revoked);
        parties.revoke(ROOT, OTHER, 0);
    }

    function test_a_root_revoked_while_it_waits_is_never_approved() external {
        vm.prank(PROPOSER);
        parties.propose(NEXT, 0);
        vm.prank(APPROVER);
        parties.revoke(NEXT, OTHER, 0);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(IPartyRegistry.RootIsRevoked.selector, NEXT));
        parties.approve(NEXT, "QA-2");
        assertEq(parties.current(), ROOT);
    }

    function test_a_superseded_root_that_is_revoked_loses_its_grace() external {
        _publish(NEXT);
        vm.prank(APPROVER);
        parties.revoke(ROOT, OTHER, 0);
        assertTrue(!parties.isValid(ROOT), "revoked");
        assertTrue(parties.isValid(NEXT), "current");
    }
}
