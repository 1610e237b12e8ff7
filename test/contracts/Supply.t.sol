// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IReleaseGate} from "../../contracts/interfaces/IReleaseGate.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Exceptional supply: what it needs, what the gate says of it, and when the authority's notice is overdue.
// Verifies R-register-supply, V167.
contract SupplyTest is Fixture {
    function _released() private returns (bytes32 key) {
        key = _open(plainPolicy, _consent(), 0);
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
    }

    function _supplyRefused(bytes32 key, bytes32 risk, bytes32 request, uint64 at, bytes memory expected) private {
        vm.prank(qp);
        vm.expectRevert(expected);
        registry.exceptionalSupply(key, risk, request, at);
    }

    function _notifyRefused(address from, bytes32 key, uint64 at, bytes memory expected) private {
        vm.prank(from);
        vm.expectRevert(expected);
        registry.notifyAuthority(key, at);
    }

    function _is(bytes32 key, IReleaseGate.Release release) private view {
        assertEq(uint256(gate.releaseOf(key)), uint256(release));
        assertTrue(gate.isReleased(key) == (release == IReleaseGate.Release.Released), "gate");
    }

    function test_needs_its_documents_and_an_administration_within_30_days() external {
        bytes32 key = _open(plainPolicy);
        uint64 now_ = uint64(START);
        _supplyRefused(key, 0, 0, now_, abi.encodeWithSelector(IComplianceRegistry.SupplyDocumentMissing.selector, 0));
        bytes memory missing = abi.encodeWithSelector(IComplianceRegistry.SupplyDocumentMissing.selector, 1);
        _supplyRefused(key, "1", 0, now_, missing);
        uint64 latest = uint64(START + 30 days);
        uint64[3] memory wrong = [uint64(0), latest + 1, type(uint64).max];
        for (uint256 i = 0; i < 3; i++) {
            bytes memory refused = abi.encodeWithSelector(
                IComplianceRegistry.AdministrationWrong.selector,
                wrong[i],
                latest
            );
            _supplyRefused(key, "1", "2", wrong[i], refused);
        }
        vm.prank(qp);
        registry.exceptionalSupply(key, "1", "2", latest);
        assertEq(registry.batchOf(key).administration, latest);
        // Also long ago: what was done and not written down is written down late.
        key = _open(plainPolicy);
        vm.prank(qp);
        registry.exceptionalSupply(key, "1", "2", 1);
        assertTrue(gate.isOverdue(key), "overdue at once");
    }

    function test_is_possible_from_open_and_released_and_not_from_completed() external {
        bytes32 completed = _released();
        _attest(completed, 2);
        _is(completed, IReleaseGate.Release.Released);
        _supplyRefused(
            completed,
            "1",
            "2",
            uint64(START),
            abi.encodeWithSelector(
                IComplianceRegistry.StatusWrong.selector,
                completed,
                IComplianceRegistry.Status.Completed
            )
        );
        bytes32[2] memory keys = [_open(plainPolicy), _released()];
        for (uint256 i = 0; i < 2; i++) {
            _is(keys[i], i == 0 ? IReleaseGate.Release.No : IReleaseGate.Release.Released);
            _supply(keys[i]);
            assertEq(_status(keys[i]), uint256(IComplianceRegistry.Status.ExceptionalSupply));
            _is(keys[i], IReleaseGate.Release.ExceptionalSupply);
            assertTrue(!gate.isStageReady(keys[i], 0), "stage");
        }
    }

    function test_completes_its_record_and_is_never_released() external {
        bytes32 key = _open(plainPolicy);
        _raise(key, 1);
        _supply(key);
        for (uint8 claim = 0; claim < 3; claim++) _attest(key, claim);
        (uint256 release, uint256 completion) = gate.missingClaims(key);
        assertEq(release | completion, 0);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.ExceptionalSupply));
        _is(key, IReleaseGate.Release.ExceptionalSupply);
    }

    function test_the_gate_says_no_while_it_is_held_recalled_or_its_consent_revoked() external {
        bytes32 before = _open(plainPolicy);
        bytes32 key = _open(plainPolicy, _consent(), before);
        _supply(key);
        _raise(before);
        _is(key, IReleaseGate.Release.ExceptionalSupply);
        bytes32[2] memory held = [before, key];
        for (uint256 i = 0; i < 2; i++) {
            _holdAs(AUTHORITY, held[i]);
            _is(key, IReleaseGate.Release.No);
            _unholdAs(AUTHORITY, held[i], AUTHORITY);
            _is(key, IReleaseGate.Release.ExceptionalSupply);
        }
        _revoke(key);
        _is(key, IReleaseGate.Release.No);
        vm.prank(qp);
        registry.decideRevocation(key, OTHER, 0);
        _is(key, IReleaseGate.Release.ExceptionalSupply);
        vm.prank(qp);
        registry.recall(key, OTHER, 0);
        _is(key, IReleaseGate.Release.No);
        _is("?", IReleaseGate.Release.No);
    }

    function test_a_QP_or_the_owner_says_once_when_the_authority_was_told() external {
        address[2] memory may = [qp, OWNER];
        for (uint256 i = 0; i < 2; i++) {
            bytes32 key = _released();
            bytes memory early = abi.encodeWithSelector(
                IComplianceRegistry.StatusWrong.selector,
                key,
                IComplianceRegistry.Status.Released
            );
            _notifyRefused(may[i], key, uint64(START), early);
            _supply(key);
            address[3] memory others = [QA, AUTHORITY, STRANGER];
            for (uint256 j = 0; j < 3; j++) {
                bytes memory notQp = abi.encodeWithSelector(IComplianceRegistry.NotQp.selector, key, others[j]);
                _notifyRefused(others[j], key, uint64(START), notQp);
            }
            uint64[2] memory wrong = [uint64(0), uint64(START + 1)];
            for (uint256 j = 0; j < 2; j++) _notifyRefused(may[i], key, wrong[j], _wrong(wrong[j]));
            vm.prank(may[i]);
            registry.notifyAuthority(key, uint64(START));
            assertTrue(registry.batchOf(key).authorityNotified, "told");
            for (uint256 j = 0; j < 2; j++) _notifyRefused(may[j], key, uint64(START), _wrong(uint64(START)));
        }
    }

    function test_V167_the_notice_is_overdue_48_hours_after_the_administration_until_it_is_given() external {
        bytes32 key = _open(plainPolicy);
        uint64 administration = uint64(START + 7 days);
        vm.prank(qp);
        registry.exceptionalSupply(key, "1", "2", administration);
        vm.warp(administration + 48 hours);
        assertTrue(!gate.isOverdue(key), "in time");
        vm.warp(administration + 48 hours + 1);
        assertTrue(gate.isOverdue(key), "overdue");
        assertEq(_status(key), uint256(IComplianceRegistry.Status.ExceptionalSupply));
        vm.prank(OWNER);
        registry.notifyAuthority(key, uint64(block.timestamp));
        assertTrue(!gate.isOverdue(key), "given");
    }

    function _wrong(uint64 at) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IComplianceRegistry.NotificationWrong.selector, at, START);
    }
}
