// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessControlDefaultAdminRules} from "@openzeppelin/contracts/access/extensions/IAccessControlDefaultAdminRules.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Fixture} from "./Fixture.sol";

// Verifies R-register-roles, V15.
contract RolesTest is Fixture {
    bytes32 private constant PERSON = keccak256("person");

    /// @dev The part of the contract that is OpenZeppelin's.
    IAccessControlDefaultAdminRules private _standard;

    function setUp() public override {
        super.setUp();
        _standard = IAccessControlDefaultAdminRules(address(roles));
    }

    function test_refuses_a_grant_by_anybody_but_the_admin() external {
        vm.prank(STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, STRANGER, RoleIds.ADMIN)
        );
        roles.grant(RoleIds.QP, STRANGER, PERSON, uint64(START), uint64(START + 1));
    }

    function test_refuses_the_ungoverned_ways_to_a_role() external {
        vm.prank(ADMIN);
        vm.expectRevert(IRoles.UseGrant.selector);
        IAccessControl(address(roles)).grantRole(RoleIds.QP, STRANGER);
        vm.prank(ADMIN);
        vm.expectRevert(IAccessControlDefaultAdminRules.AccessControlEnforcedDefaultAdminRules.selector);
        roles.grant(RoleIds.ADMIN, STRANGER, PERSON, uint64(START), uint64(START + 1));
    }

    function test_refuses_a_grant_without_person_account_or_period() external {
        vm.prank(ADMIN);
        vm.expectRevert(IRoles.PersonMissing.selector);
        roles.grant(RoleIds.QP, STRANGER, 0, uint64(START), uint64(START + 1));
        vm.prank(ADMIN);
        vm.expectRevert(IRoles.PersonMissing.selector);
        roles.grant(RoleIds.QP, address(0), PERSON, uint64(START), uint64(START + 1));
        vm.prank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(IRoles.PeriodInvalid.selector, START + 9, START + 9, START));
        roles.grant(RoleIds.QP, STRANGER, PERSON, uint64(START + 9), uint64(START + 9));
        vm.prank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(IRoles.PeriodInvalid.selector, START - 9, START, START));
        roles.grant(RoleIds.QP, STRANGER, PERSON, uint64(START - 9), uint64(START));
    }

    function test_an_admin_is_replaced_only_after_the_delay() external {
        vm.prank(ADMIN);
        _standard.beginDefaultAdminTransfer(STRANGER);
        vm.prank(STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControlDefaultAdminRules.AccessControlEnforcedDefaultAdminDelay.selector,
                START + 3 days
            )
        );
        _standard.acceptDefaultAdminTransfer();
        vm.warp(START + 3 days + 1);
        vm.prank(STRANGER);
        _standard.acceptDefaultAdminTransfer();
        assertTrue(roles.holds(RoleIds.ADMIN, STRANGER), "new admin");
        assertTrue(!roles.holds(RoleIds.ADMIN, ADMIN), "old admin");
    }

    function test_fuzz_a_role_has_power_exactly_in_its_period(uint64 from, uint64 to, uint64 at) external {
        from = from % (2 * uint64(START));
        to = uint64(START) + 1 + (to % uint64(START));
        at = at % (4 * uint64(START));
        vm.assume(from < to);
        vm.prank(ADMIN);
        roles.grant(RoleIds.QP, STRANGER, PERSON, from, to);
        vm.warp(at);
        bool expected = from <= at && at < to;
        assertTrue(roles.holds(RoleIds.QP, STRANGER) == expected, "holds");
        if (!expected) {
            vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.QP, STRANGER));
        }
        roles.requireRole(RoleIds.QP, STRANGER);
    }

    function test_a_revoked_role_has_no_power_whatever_its_period() external {
        vm.prank(ADMIN);
        roles.grant(RoleIds.QP, STRANGER, PERSON, uint64(START + 10), uint64(START + 20));
        vm.prank(ADMIN);
        IAccessControl(address(roles)).revokeRole(RoleIds.QP, STRANGER);
        vm.warp(START + 15);
        assertTrue(!roles.holds(RoleIds.QP, STRANGER), "revoked before it began");
        assertEq(roles.grantOf(RoleIds.QP, STRANGER).personHash, PERSON);
    }

    function test_a_second_grant_replaces_the_terms() external {
        vm.prank(ADMIN);
        roles.grant(RoleIds.QP, qp, PERSON, uint64(START + 10), uint64(START + 20));
        assertTrue(!roles.holds(RoleIds.QP, qp), "not yet");
        assertEq(roles.grantOf(RoleIds.QP, qp).personHash, PERSON);
    }

    function test_QA_of_one_owner_is_not_QA_of_another() external view {
        assertTrue(roles.holds(RoleIds.qaOf(OWNER), QA), "own");
        assertTrue(!roles.holds(RoleIds.qaOf(STRANGER), QA), "other");
    }
}
