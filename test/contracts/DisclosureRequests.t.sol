// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IDisclosureRequests} from "../../contracts/interfaces/IDisclosureRequests.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What an authority asks, and what silence means.
// Verifies R-register-requests, V14.
contract DisclosureRequestsTest is Fixture {
    uint64 private constant DUE = uint64(START + 3 days);

    function _request(bytes32 key) private returns (uint256 id) {
        vm.prank(AUTHORITY);
        return requests.request(key, 0, uint64(START - 1 days), uint64(START), DUE);
    }

    function _answer(uint256 id) private {
        vm.prank(OWNER);
        requests.answer(id, "disclosure");
    }

    function test_refuses_requests_by_others_or_about_nothing() external {
        bytes32 key = _open(plainPolicy);
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.AUTHORITY, qp));
        requests.request(key, 0, 1, 2, DUE);
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("?")));
        requests.request("?", 0, 1, 2, DUE);
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.ClaimUnknown.selector, 3, 3));
        requests.request(key, 3, 1, 2, DUE);
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(IDisclosureRequests.WindowEmpty.selector, 2, 2));
        requests.request(key, 0, 2, 2, DUE);
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(IDisclosureRequests.RequestDueInPast.selector, START, START));
        requests.request(key, 0, 1, 2, uint64(START));
    }

    function test_refuses_answers_by_others_empty_repeated_or_to_nothing() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _request(key);
        address[3] memory others = [QA, AUTHORITY, STRANGER];
        for (uint256 i = 0; i < others.length; i++) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IDisclosureRequests.NotOwner.selector, key, others[i]));
            requests.answer(id, "disclosure");
        }
        vm.prank(OWNER);
        vm.expectRevert(IDisclosureRequests.DisclosureMissing.selector);
        requests.answer(id, 0);
        _answer(id);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IDisclosureRequests.RequestAnswered.selector, id));
        requests.answer(id, "other");
        bytes memory unknown = abi.encodeWithSelector(IDisclosureRequests.RequestUnknown.selector, id + 1);
        vm.prank(OWNER);
        vm.expectRevert(unknown);
        requests.answer(id + 1, "disclosure");
        vm.expectRevert(unknown);
        requests.requestOf(id + 1);
        uint256 late = _request(key);
        vm.warp(START + 3650 days);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IDisclosureRequests.NotOwner.selector, key, OWNER));
        requests.answer(late, "disclosure");
    }

    function test_what_is_unanswered_is_overdue_and_so_is_its_batch() external {
        bytes32 key = _open(plainPolicy);
        uint256 first = _request(key);
        uint256 second = _request(key);
        _answer(second);
        vm.warp(DUE);
        assertTrue(!requests.isOverdue(key), "on the day");
        vm.warp(DUE + 1);
        assertTrue(requests.isOverdue(key), "after it");
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Overdue));
        bytes32 other = _open(plainPolicy);
        assertTrue(!requests.isOverdue(other), "another batch");
        // Late answers are answers.
        _answer(first);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Open));
        assertEq(requests.requestOf(first).disclosureHash, bytes32("disclosure"));
        assertEq(requests.openRequestsOf(key).length, 0);
        assertEq(requests.requested(), 2);
        assertEq(requests.answered(), 2);
    }

    // Verifies R-register-bounded, V53.
    function test_at_most_64_requests_of_a_batch_are_open_and_answered_ones_make_room() external {
        bytes32 key = _open(plainPolicy);
        uint256[] memory ids = new uint256[](64);
        for (uint256 i = 0; i < 64; i++) ids[i] = _request(key);
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(IDisclosureRequests.TooManyRequests.selector, key, 64));
        requests.request(key, 0, 1, 2, DUE);
        // Another batch has room of its own.
        _request(_open(plainPolicy));
        _answer(ids[0]);
        _answer(ids[63]);
        _answer(ids[31]);
        assertEq(requests.openRequestsOf(key).length, 61);
        _request(key);
        vm.warp(DUE + 1);
        for (uint256 i = 1; i < 63; i++) if (i != 31) _answer(ids[i]);
        uint256[] memory left = requests.openRequestsOf(key);
        assertEq(left.length, 1);
        assertTrue(requests.isOverdue(key), "the last one is");
        _answer(left[0]);
        assertTrue(!requests.isOverdue(key), "none is");
    }

    // Verifies R-register-bounded, V54.
    function test_an_answer_is_due_within_ten_years() external {
        bytes32 key = _open(plainPolicy);
        uint64 latest = uint64(block.timestamp + 3650 days);
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(IDisclosureRequests.RequestDueTooLate.selector, latest + 1, latest));
        requests.request(key, 0, 1, 2, latest + 1);
        vm.prank(AUTHORITY);
        requests.request(key, 0, 1, 2, latest);
    }

    function test_a_batch_that_ended_is_never_overdue_but_its_request_is() external {
        bytes32 key = _open(plainPolicy);
        _request(key);
        vm.prank(OWNER);
        registry.abort(key, OTHER, 0);
        vm.warp(DUE + 1);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Aborted));
        assertTrue(requests.isOverdue(key), "request");
    }
}
