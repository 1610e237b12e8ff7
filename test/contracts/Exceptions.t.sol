// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "../../contracts/interfaces/IQualifiedPersons.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {PublicTexts} from "../../contracts/libraries/PublicTexts.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Journaled} from "./Journaled.sol";

/// @notice How exceptions are raised, of one batch or of several, and what an authority's are besides. How they are closed:
/// `Closing.t.sol`.
// Verifies R-register-exceptions.
contract ExceptionsTest is Journaled {
    address private constant AUTHORITY_2 = address(0xC2);

    function _refused(bytes32[] memory keys, uint8[] memory claims, bytes memory expected) private {
        vm.prank(QA);
        vm.expectRevert(expected);
        registry.raiseException(keys, claims, Codes.CATEGORY_EQUIPMENT, 2, "DEV-9", "evidence");
    }

    function _acknowledgeRefused(address from, uint256 id, bytes memory expected) private {
        vm.prank(from);
        vm.expectRevert(expected);
        persons.acknowledge(id);
    }

    function _opened(uint256 count) private returns (bytes32[] memory keys, uint8[] memory claims) {
        keys = new bytes32[](count);
        claims = new uint8[](count);
        for (uint256 i = 0; i < count; i++) {
            keys[i] = _open(plainPolicy);
            claims[i] = uint8(i % 3);
        }
    }

    // Verifies R-register-texts.
    function test_the_number_of_an_exception_is_a_name() external {
        bytes32 key = _open(plainPolicy);
        bytes32[3] memory bad = [bytes32(0), bytes32(hex"ff"), bytes32("12345678901234567890123456789012")];
        for (uint256 i = 0; i < bad.length; i++) {
            vm.prank(QA);
            vm.expectRevert(abi.encodeWithSelector(PublicTexts.NameInvalid.selector, bad[i]));
            registry.raiseException(_one(key), new uint8[](1), Codes.CATEGORY_PARAMETER, 1, bad[i], 0);
        }
    }

    function test_refuses_exceptions_without_category_severity_or_claim() external {
        bytes32 key = _open(plainPolicy);
        uint8[] memory claims = new uint8[](1);
        for (uint8 category = 0; category < 10; category += 9) {
            vm.prank(QA);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.CategoryUnknown.selector, category));
            registry.raiseException(_one(key), claims, category, 1, "DEV", 0);
        }
        for (uint8 severity = 0; severity < 5; severity += 4) {
            vm.prank(QA);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.ExceptionSeverityUnknown.selector, severity));
            registry.raiseException(_one(key), claims, 1, severity, "DEV", 0);
        }
        claims[0] = 3;
        _refused(_one(key), claims, abi.encodeWithSelector(IPolicyRegistry.ClaimUnknown.selector, 3, 3));
    }

    // Verifies R-register-roles, V8.
    function test_refuses_whom_the_batch_does_not_concern() external {
        bytes32 key = _open(plainPolicy);
        // A QP, but not of this batch.
        _grant(RoleIds.QP, STRANGER);
        address[3] memory others = [STRANGER, SUBMITTER, ADMIN];
        for (uint256 i = 0; i < others.length; i++) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotConcerned.selector, key, others[i]));
            registry.raiseException(_one(key), new uint8[](1), 1, 1, "DEV", 0);
        }
        address[4] memory all = [OWNER, QA, qp, AUTHORITY];
        for (uint256 i = 0; i < all.length; i++) assertEq(_raiseAs(all[i], key, 0, 1), i + 1);
    }

    // Verifies R-register-bounded.
    function test_one_call_is_about_1_to_64_batches_with_a_claim_each() external {
        (bytes32[] memory keys, uint8[] memory claims) = _opened(65);
        _refused(keys, claims, abi.encodeWithSelector(IComplianceRegistry.BatchesWrong.selector, 65, 64));
        (bytes32[] memory few, uint8[] memory fewer) = _opened(0);
        _refused(few, fewer, abi.encodeWithSelector(IComplianceRegistry.BatchesWrong.selector, 0, 64));
        (few, ) = _opened(2);
        fewer = new uint8[](1);
        _refused(few, fewer, abi.encodeWithSelector(IComplianceRegistry.BatchesWrong.selector, 2, 64));
        fewer = new uint8[](3);
        _refused(few, fewer, abi.encodeWithSelector(IComplianceRegistry.BatchesWrong.selector, 2, 64));
        (keys, claims) = _opened(64);
        _raise(few[0]);
        vm.prank(QA);
        assertEq(registry.raiseException(keys, claims, Codes.CATEGORY_EQUIPMENT, 2, "DEV-9", "evidence"), 2);
        for (uint256 i = 0; i < 64; i++) {
            IComplianceRegistry.BatchException memory found = registry.exceptionOf(2 + i);
            assertEq(found.key, keys[i]);
            assertEq(found.claim, claims[i]);
            assertEq(registry.batchOf(keys[i]).openExceptions, 1);
            assertEq(registry.batchOf(keys[i]).openClaims, 1 << claims[i]);
            bytes32 digest = keccak256(
                abi.encode(
                    keys[i],
                    claims[i],
                    Codes.CATEGORY_EQUIPMENT,
                    uint8(2),
                    bytes32("DEV-9"),
                    bytes32("evidence")
                )
            );
            assertEq(
                registry.batchOf(keys[i]).exceptionsHash,
                keccak256(abi.encode(bytes32(0), IComplianceRegistry.raiseException.selector, digest))
            );
        }
        // Each is closed for itself.
        _close(2, Codes.DISPOSITION_ACCEPTED);
        assertEq(registry.batchOf(keys[0]).openExceptions, 0);
        assertEq(registry.batchOf(keys[1]).openExceptions, 1);
    }

    function test_several_batches_are_raised_all_or_none() external {
        (bytes32[] memory keys, uint8[] memory claims) = _opened(3);
        claims[2] = 3;
        _refused(keys, claims, abi.encodeWithSelector(IPolicyRegistry.ClaimUnknown.selector, 3, 3));
        claims[2] = 2;
        keys[2] = "?";
        _refused(keys, claims, abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("?")));
        keys[2] = _foreign();
        _refused(keys, claims, abi.encodeWithSelector(IComplianceRegistry.NotConcerned.selector, keys[2], QA));
        assertEq(registry.batchOf(keys[0]).openExceptions + registry.batchOf(keys[1]).openExceptions, 0);
        assertEq(registry.repeatsOf(OWNER, 11), 0);
        // An authority's right does not end at an owner.
        vm.prank(AUTHORITY);
        registry.raiseException(keys, claims, Codes.CATEGORY_EQUIPMENT, 2, "DEV-9", "evidence");
        assertEq(registry.batchOf(keys[2]).openExceptions, 1);
    }

    function test_one_batch_twice_has_two_exceptions() external {
        bytes32 key = _open(plainPolicy);
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) = (key, key);
        vm.prank(QA);
        uint256 first = registry.raiseException(keys, new uint8[](2), Codes.CATEGORY_EQUIPMENT, 2, "DEV-9", 0);
        assertEq(registry.batchOf(key).openExceptions, 2);
        _close(first, Codes.DISPOSITION_ACCEPTED);
        assertEq(registry.batchOf(key).openClaims, 1);
        _close(first + 1, Codes.DISPOSITION_ACCEPTED);
        assertEq(registry.batchOf(key).openClaims, 0);
    }

    function test_counts_exceptions_of_one_rule_over_all_batches_of_an_owner() external {
        for (uint256 i = 0; i < 3; i++) _raise(_open(plainPolicy));
        assertEq(registry.repeatsOf(OWNER, 11), 3);
        assertEq(registry.repeatsOf(OWNER, 12), 0);
        assertEq(registry.repeatsOf(STRANGER, 11), 0);
    }

    // Verifies R-register-journal.
    function test_says_of_each_whether_an_authority_raised_it() external {
        bytes32 key = _open(plainPolicy);
        // Whatever else the account is.
        _grant(RoleIds.qaOf(OWNER), AUTHORITY);
        address[2] memory by = [QA, AUTHORITY];
        bytes32 before = _journalOf(address(registry));
        vm.recordLogs();
        for (uint256 i = 0; i < 2; i++) {
            uint256 id = _raiseAs(by[i], key, 0, 3);
            uint32 repeats = uint32(i + 1);
            emit IComplianceRegistry.ExceptionRaised(key, id, 1, 0, 3, "DEV-1", 0, by[i], repeats, i == 1);
        }
        _requireJournal(address(registry), before);
        assertEq(uint160(registry.exceptionOf(1).authority), 0);
        assertEq(uint160(registry.exceptionOf(2).authority), uint160(AUTHORITY));
    }

    function test_an_authority_agrees_once_to_how_its_own_exception_was_closed() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _raiseAs(AUTHORITY, key, 0, 3);
        address[4] memory others = [OWNER, QA, qp, STRANGER];
        for (uint256 i = 0; i < others.length; i++) {
            bytes memory not = abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.AUTHORITY, others[i]);
            _acknowledgeRefused(others[i], id, not);
        }
        _acknowledgeRefused(AUTHORITY, 9, abi.encodeWithSelector(IComplianceRegistry.ExceptionUnknown.selector, 9));
        bytes memory open = abi.encodeWithSelector(IQualifiedPersons.ExceptionIsOpen.selector, id);
        _acknowledgeRefused(AUTHORITY, id, open);
        _close(id, Codes.DISPOSITION_ACCEPTED);
        // It forbids nothing, and is no part of what a QP signs.
        bytes32 running = registry.batchOf(key).exceptionsHash;
        _attest(key, 1);
        _certify(key);
        assertTrue(gate.isReleased(key), "released");
        bytes32 before = _journalOf(address(persons));
        vm.recordLogs();
        vm.prank(AUTHORITY);
        persons.acknowledge(id);
        emit IQualifiedPersons.ClosingAcknowledged(key, id, AUTHORITY);
        _requireJournal(address(persons), before);
        assertEq(registry.batchOf(key).exceptionsHash, running);
        bytes memory twice = abi.encodeWithSelector(IQualifiedPersons.AlreadyAcknowledged.selector, id);
        _acknowledgeRefused(AUTHORITY, id, twice);
    }

    function test_nobody_agrees_to_how_an_exception_was_closed_that_no_authority_raised() external {
        uint256 id = _raise(_open(plainPolicy));
        _close(id, Codes.DISPOSITION_UNFOUNDED);
        _acknowledgeRefused(AUTHORITY, id, _notRaiser(id, AUTHORITY));
        // Also QA that became an authority afterwards.
        _grant(RoleIds.AUTHORITY, QA);
        _acknowledgeRefused(QA, id, _notRaiser(id, QA));
    }

    function test_V179_another_authority_agrees_only_once_the_one_that_raised_lost_the_role() external {
        _grant(RoleIds.AUTHORITY, AUTHORITY, _person(AUTHORITY), START, START + 1 days);
        _grant(RoleIds.AUTHORITY, AUTHORITY_2);
        uint256 id = _raiseAs(AUTHORITY, _open(plainPolicy), 0, 3);
        _close(id, Codes.DISPOSITION_UNFOUNDED);
        vm.warp(START + 1 days - 1);
        _acknowledgeRefused(AUTHORITY_2, id, _notRaiser(id, AUTHORITY_2));
        vm.warp(START + 1 days);
        bytes memory over = abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.AUTHORITY, AUTHORITY);
        _acknowledgeRefused(AUTHORITY, id, over);
        vm.prank(AUTHORITY_2);
        persons.acknowledge(id);
    }

    function _notRaiser(uint256 id, address who) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IQualifiedPersons.NotRaiser.selector, id, who);
    }

    /// @dev A batch of another owner, who is nobody's QA.
    function _foreign() private returns (bytes32) {
        _grant(RoleIds.MANUFACTURER, STRANGER);
        uint64[2] memory due = [uint64(START + 1 days), uint64(START + 2 days)];
        vm.prank(STRANGER);
        return registry.openBatch(1, 1, plainPolicy, due, 0, _qps(), _stageQps(), new address[](0), 0);
    }
}
