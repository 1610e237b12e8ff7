// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IDisclosureRequests} from "../../contracts/interfaces/IDisclosureRequests.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Journaled} from "./Journaled.sol";

/// @notice What an authority asks, and what silence means.
// Verifies R-register-requests, V14.
contract DisclosureRequestsTest is Journaled {
    uint64 private constant DUE = uint64(START + 3 days);

    /// @dev The fixture's, and others as they are needed.
    function _authority(uint256 index) private returns (address authority) {
        if (index == 0) return AUTHORITY;
        authority = address(uint160(0xB0 + index));
        if (!roles.holds(RoleIds.AUTHORITY, authority)) _grant(RoleIds.AUTHORITY, authority);
    }

    function _dismiss(address authority) private {
        vm.prank(ADMIN);
        IAccessControl(address(roles)).revokeRole(RoleIds.AUTHORITY, authority);
    }

    function _refused(address caller, bytes memory data, bytes memory expected) private {
        vm.prank(caller);
        (bool success, bytes memory answer) = address(requests).call(data);
        assertTrue(!success, "refused");
        assertEq(keccak256(answer), keccak256(expected));
    }

    function _request(bytes32 key) private returns (uint256 id) {
        return _request(AUTHORITY, key);
    }

    function _request(address authority, bytes32 key) private returns (uint256 id) {
        vm.prank(authority);
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
    }

    // Verifies R-register-bounded, V53.
    function test_at_most_64_requests_of_a_batch_are_open_and_answered_ones_make_room() external {
        bytes32 key = _open(plainPolicy);
        uint256[] memory ids = new uint256[](64);
        for (uint256 i = 0; i < 64; i++) ids[i] = _request(_authority(i / 16), key);
        address fifth = _authority(4);
        vm.prank(fifth);
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

    function test_a_request_stays_overdue_when_its_batch_ends() external {
        bytes32 key = _open(plainPolicy);
        _request(key);
        vm.prank(OWNER);
        registry.abort(key, OTHER, 0);
        vm.warp(DUE + 1);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Aborted));
        assertTrue(requests.isOverdue(key) && gate.isOverdue(key), "an authority waits");
    }

    // Verifies R-register-bounded.
    function test_one_authority_takes_at_most_16_of_them_and_room_that_it_makes_is_its_own() external {
        bytes32 key = _open(plainPolicy);
        uint256[] memory ids = new uint256[](16);
        for (uint256 i = 0; i < 16; i++) ids[i] = _request(key);
        bytes memory full = abi.encodeWithSelector(IDisclosureRequests.TooManyRequests.selector, key, 16);
        bytes memory one = abi.encodeCall(IDisclosureRequests.request, (key, 0, 1, 2, DUE));
        _refused(AUTHORITY, one, full);
        // Another authority has room, and so has this one about another batch.
        address other = _authority(1);
        uint256 theirs = _request(other, key);
        _request(_open(plainPolicy));
        _answer(theirs);
        _refused(AUTHORITY, one, full);
        _answer(ids[3]);
        uint256 next = _request(key);
        // Asking again counts like asking.
        bytes memory again = abi.encodeCall(IDisclosureRequests.reopen, (ids[3], DUE));
        _refused(AUTHORITY, again, full);
        vm.prank(AUTHORITY);
        requests.withdraw(next);
        vm.prank(AUTHORITY);
        requests.reopen(ids[3], DUE);
        _refused(AUTHORITY, one, full);
    }

    function test_an_answer_is_accepted_once_by_who_asked() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _request(key);
        bytes memory accept = abi.encodeCall(IDisclosureRequests.accept, (id));
        _refused(AUTHORITY, accept, abi.encodeWithSelector(IDisclosureRequests.RequestNotAnswered.selector, id));
        _answer(id);
        assertTrue(!requests.requestOf(id).accepted, "by an answer alone");
        _refused(OWNER, accept, abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.AUTHORITY, OWNER));
        address other = _authority(1);
        _refused(other, accept, abi.encodeWithSelector(IDisclosureRequests.NotAsker.selector, id, other));
        vm.prank(AUTHORITY);
        requests.accept(id);
        assertTrue(requests.requestOf(id).accepted, "accepted");
        bytes memory accepted = abi.encodeWithSelector(IDisclosureRequests.RequestIsAccepted.selector, id);
        _refused(AUTHORITY, accept, accepted);
        _refused(AUTHORITY, abi.encodeCall(IDisclosureRequests.reopen, (id, DUE)), accepted);
        bytes memory answered = abi.encodeWithSelector(IDisclosureRequests.RequestAnswered.selector, id);
        _refused(AUTHORITY, abi.encodeCall(IDisclosureRequests.withdraw, (id)), answered);
        _refused(OWNER, abi.encodeCall(IDisclosureRequests.answer, (id, "other")), answered);
    }

    function test_an_answer_that_is_not_enough_is_asked_for_again() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _request(key);
        uint64 later = DUE + 1 days;
        bytes memory reopen = abi.encodeCall(IDisclosureRequests.reopen, (id, later));
        _refused(AUTHORITY, reopen, abi.encodeWithSelector(IDisclosureRequests.RequestNotAnswered.selector, id));
        _answer(id);
        _refused(OWNER, reopen, abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.AUTHORITY, OWNER));
        address other = _authority(1);
        _refused(other, reopen, abi.encodeWithSelector(IDisclosureRequests.NotAsker.selector, id, other));
        _refused(
            AUTHORITY,
            abi.encodeCall(IDisclosureRequests.reopen, (id, uint64(START))),
            abi.encodeWithSelector(IDisclosureRequests.RequestDueInPast.selector, START, START)
        );
        uint64 latest = uint64(START + 3650 days);
        _refused(
            AUTHORITY,
            abi.encodeCall(IDisclosureRequests.reopen, (id, latest + 1)),
            abi.encodeWithSelector(IDisclosureRequests.RequestDueTooLate.selector, latest + 1, latest)
        );
        vm.prank(AUTHORITY);
        requests.reopen(id, later);
        IDisclosureRequests.Request memory request = requests.requestOf(id);
        assertEq(request.disclosureHash, 0);
        assertEq(request.dueBy, later);
        vm.warp(later);
        assertTrue(!requests.isOverdue(key), "by the new date");
        vm.warp(later + 1);
        assertTrue(requests.isOverdue(key), "after it");
        _answer(id);
        assertTrue(!requests.isOverdue(key), "answered");
        vm.prank(AUTHORITY);
        requests.accept(id);
    }

    function test_a_request_is_withdrawn_by_who_asked_before_it_is_answered() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _request(key);
        bytes memory withdraw = abi.encodeCall(IDisclosureRequests.withdraw, (id));
        _refused(OWNER, withdraw, abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.AUTHORITY, OWNER));
        address other = _authority(1);
        _refused(other, withdraw, abi.encodeWithSelector(IDisclosureRequests.NotAsker.selector, id, other));
        vm.prank(AUTHORITY);
        requests.withdraw(id);
        assertEq(requests.openRequestsOf(key).length, 0);
        bytes memory unknown = abi.encodeWithSelector(IDisclosureRequests.RequestUnknown.selector, id);
        _refused(AUTHORITY, withdraw, unknown);
        _refused(AUTHORITY, abi.encodeCall(IDisclosureRequests.accept, (id)), unknown);
        _refused(AUTHORITY, abi.encodeCall(IDisclosureRequests.reopen, (id, DUE)), unknown);
        _refused(OWNER, abi.encodeCall(IDisclosureRequests.answer, (id, "disclosure")), unknown);
        // Its number is not given again.
        assertEq(_request(key), id + 1);
    }

    // Verifies R-register-dismissed.
    function test_for_an_authority_that_lost_the_role_another_one_speaks() external {
        bytes32 key = _open(plainPolicy);
        uint256[3] memory ids = [_request(key), _request(key), _request(key)];
        _answer(ids[0]);
        _answer(ids[1]);
        address other = _authority(1);
        _dismiss(AUTHORITY);
        _refused(
            AUTHORITY,
            abi.encodeCall(IDisclosureRequests.accept, (ids[0])),
            abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.AUTHORITY, AUTHORITY)
        );
        vm.prank(other);
        requests.accept(ids[0]);
        vm.prank(other);
        requests.reopen(ids[1], DUE);
        vm.prank(other);
        requests.withdraw(ids[2]);
        assertEq(requests.openRequestsOf(key).length, 1);
        // Who asked again is who asked, also when the first one is back.
        assertTrue(requests.requestOf(ids[1]).authority == other, "asker");
        _grant(RoleIds.AUTHORITY, AUTHORITY);
        _refused(
            AUTHORITY,
            abi.encodeCall(IDisclosureRequests.withdraw, (ids[1])),
            abi.encodeWithSelector(IDisclosureRequests.NotAsker.selector, ids[1], AUTHORITY)
        );
        // Each has the room that it has not taken.
        for (uint256 i = 0; i < 16; i++) _request(key);
        for (uint256 i = 1; i < 16; i++) _request(other, key);
        bytes memory one = abi.encodeCall(IDisclosureRequests.request, (key, 0, 1, 2, DUE));
        _refused(other, one, abi.encodeWithSelector(IDisclosureRequests.TooManyRequests.selector, key, 16));
    }

    // Verifies R-register-journal.
    function test_the_journal_chains_every_event() external {
        bytes32 key = _open(plainPolicy);
        bytes32 before = _journalOf(address(requests));
        vm.recordLogs();
        uint256 id = _request(key);
        emit IDisclosureRequests.DisclosureRequested(key, id, AUTHORITY, 0, uint64(START - 1 days), uint64(START), DUE);
        _answer(id);
        emit IDisclosureRequests.DisclosureAnswered(key, id, "disclosure");
        vm.prank(AUTHORITY);
        requests.reopen(id, DUE + 1);
        emit IDisclosureRequests.RequestReopened(key, id, AUTHORITY, DUE + 1);
        _answer(id);
        emit IDisclosureRequests.DisclosureAnswered(key, id, "disclosure");
        vm.prank(AUTHORITY);
        requests.accept(id);
        emit IDisclosureRequests.RequestAccepted(key, id, AUTHORITY);
        id = _request(key);
        emit IDisclosureRequests.DisclosureRequested(key, id, AUTHORITY, 0, uint64(START - 1 days), uint64(START), DUE);
        vm.prank(AUTHORITY);
        requests.withdraw(id);
        emit IDisclosureRequests.RequestWithdrawn(key, id, AUTHORITY);
        _requireJournal(address(requests), before);
    }
}
