// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {PublicTexts} from "../../contracts/libraries/PublicTexts.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Who holds a batch, what that stops, and who lifts it. Two QPs may certify each batch here.
// Verifies R-register-holds, R-register-gate.
contract HoldsTest is Fixture {
    address private constant QP_2 = address(0xC1);
    address private constant AUTHORITY_2 = address(0xC2);
    uint256 private constant EXPIRY = START + 20 days;

    function setUp() public override {
        super.setUp();
        _grant(RoleIds.QP, QP_2, _person(QP_2), START, EXPIRY);
        _grant(RoleIds.AUTHORITY, AUTHORITY_2, _person(AUTHORITY_2), START, EXPIRY);
    }

    function _qps() internal view override returns (address[] memory qps) {
        qps = new address[](2);
        (qps[0], qps[1]) = (qp, QP_2);
    }

    function _compliant(bytes32 supersedes) private returns (bytes32 key) {
        key = _open(plainPolicy, 0, supersedes);
        _attest(key, 0);
        _attest(key, 1);
    }

    function _released() private returns (bytes32 key) {
        key = _compliant(0);
        _certify(key);
    }

    function _dismiss(bytes32 role, address account) private {
        vm.prank(ADMIN);
        IAccessControl(address(roles)).revokeRole(role, account);
    }

    function _holdRefused(address from, bytes32[] memory keys, bytes32 order, bytes memory expected) private {
        vm.prank(from);
        vm.expectRevert(expected);
        registry.hold(keys, OTHER, 0, order);
    }

    function _unholdRefused(address from, bytes32 key, address holder, bytes memory expected) private {
        vm.prank(from);
        vm.expectRevert(expected);
        registry.unhold(key, holder, OTHER, 0);
    }

    function _certifyRefused(bytes32 key, bytes memory expected) private {
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(expected);
        registry.certify(key, certificate, signature);
    }

    function _notYours(bytes32 key, address holder) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IComplianceRegistry.HoldNotYours.selector, key, holder);
    }

    function _notHeld(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.AUTHORITY, account);
    }

    function _notQp(bytes32 key, address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IComplianceRegistry.NotQp.selector, key, account);
    }

    function test_an_authority_names_its_order_and_a_QP_may() external {
        bytes32 key = _open(plainPolicy);
        bytes32[3] memory bad = [bytes32(0), bytes32(hex"ff"), bytes32("12345678901234567890123456789012")];
        for (uint256 i = 0; i < bad.length; i++) {
            bytes memory invalid = abi.encodeWithSelector(PublicTexts.NameInvalid.selector, bad[i]);
            _holdRefused(AUTHORITY, _one(key), bad[i], invalid);
            if (i != 0) _holdRefused(qp, _one(key), bad[i], invalid);
        }
        vm.prank(AUTHORITY);
        registry.hold(_one(key), OTHER, 0, "1234567890123456789012345678901");
        vm.prank(qp);
        registry.hold(_one(key), OTHER, 0, 0);
        vm.prank(QP_2);
        registry.hold(_one(key), OTHER, 0, "CALL-7");
        assertEq(registry.batchOf(key).holds, 3);
    }

    // Verifies R-register-bounded.
    function test_a_call_holds_1_to_64_batches_all_or_none() external {
        bytes32[] memory keys = new bytes32[](0);
        _holdRefused(qp, keys, 0, abi.encodeWithSelector(IComplianceRegistry.BatchesWrong.selector, 0, 64));
        keys = new bytes32[](65);
        for (uint256 i = 0; i < 65; i++) keys[i] = _open(plainPolicy);
        _holdRefused(qp, keys, 0, abi.encodeWithSelector(IComplianceRegistry.BatchesWrong.selector, 65, 64));
        bytes32[] memory most = new bytes32[](64);
        for (uint256 i = 0; i < 64; i++) most[i] = keys[i];
        most[63] = most[0];
        bytes memory twice = abi.encodeWithSelector(IComplianceRegistry.HoldUnchanged.selector, most[0], qp);
        _holdRefused(qp, most, 0, twice);
        most[63] = "?";
        bytes memory unknown = abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("?"));
        _holdRefused(qp, most, 0, unknown);
        most[63] = _foreign();
        bytes memory foreign = abi.encodeWithSelector(IComplianceRegistry.NotQpOrAuthority.selector, most[63], qp);
        _holdRefused(qp, most, 0, foreign);
        assertEq(registry.batchOf(most[0]).holds, 0);
        most[63] = keys[63];
        vm.prank(qp);
        registry.hold(most, OTHER, "words", "CALL-7");
        for (uint256 i = 0; i < 64; i++) {
            assertEq(registry.holdOf(most[i], qp), Codes.HOLD_QP);
            bytes32 digest = keccak256(abi.encode(most[i], OTHER, bytes32("words"), bytes32("CALL-7")));
            bytes32 trail = keccak256(abi.encode(bytes32(0), IComplianceRegistry.hold.selector, digest));
            assertEq(registry.batchOf(most[i]).trail, trail);
        }
        assertEq(registry.batchOf(keys[64]).holds, 0);
    }

    // Verifies R-register-bounded.
    function test_at_most_255_accounts_hold_a_batch() external {
        bytes32 key = _open(plainPolicy);
        address authority;
        for (uint256 i = 1; i <= 256; i++) {
            authority = address(uint160(0xD000 + i));
            _grant(RoleIds.AUTHORITY, authority);
            if (i < 256) _holdAs(authority, key);
        }
        assertEq(registry.batchOf(key).holds, 255);
        // The compiler's own check: an overflow.
        _holdRefused(authority, _one(key), "ORDER-1", abi.encodeWithSignature("Panic(uint256)", 0x11));
    }

    function test_a_hold_closes_the_gates_and_stops_certification_and_supply() external {
        bytes32 key = _compliant(0);
        _holdAs(qp, key);
        bytes memory held = abi.encodeWithSelector(IComplianceRegistry.BatchIsHeld.selector, key, 1);
        _certifyRefused(key, held);
        vm.prank(qp);
        vm.expectRevert(held);
        registry.exceptionalSupply(key, "1", "2", 1);
        assertTrue(!gate.isStageReady(key, 0), "stage");
        _unholdAs(qp, key, qp);
        assertTrue(gate.isStageReady(key, 0), "stage again");
        _certify(key);
        assertTrue(gate.isReleased(key), "released");
        _holdAs(AUTHORITY, key);
        assertTrue(!gate.isReleased(key), "held");
        _unholdAs(AUTHORITY, key, AUTHORITY);
        assertTrue(gate.isReleased(key), "free");
    }

    // Verifies V166.
    function test_V166_each_account_holds_for_itself_and_nobody_lifts_anothers() external {
        bytes32 key = _released();
        address[4] memory all = [qp, QP_2, AUTHORITY, AUTHORITY_2];
        for (uint256 i = 0; i < 4; i++) {
            bytes memory unchanged = abi.encodeWithSelector(IComplianceRegistry.HoldUnchanged.selector, key, all[i]);
            _unholdRefused(all[i], key, all[i], unchanged);
            _holdAs(all[i], key);
            _holdRefused(all[i], _one(key), "ORDER-2", unchanged);
            assertEq(registry.holdOf(key, all[i]), i < 2 ? Codes.HOLD_QP : Codes.HOLD_AUTHORITY);
            assertEq(registry.batchOf(key).holds, i + 1);
        }
        for (uint256 i = 0; i < 4; i++) {
            for (uint256 j = 0; j < 4; j++) if (i != j) _unholdRefused(all[j], key, all[i], _notYours(key, all[i]));
        }
        for (uint256 i = 0; i < 4; i++) {
            assertTrue(!gate.isReleased(key), "held");
            _unholdAs(all[i], key, all[i]);
            assertEq(registry.holdOf(key, all[i]), 0);
        }
        assertTrue(gate.isReleased(key), "free");
    }

    // Verifies V166.
    function test_V166_a_peer_lifts_the_hold_of_who_lost_the_role_and_nobody_else() external {
        // Revoked, and expired.
        for (uint256 way = 0; way < 2; way++) {
            bytes32 key = _released();
            _holdAs(QP_2, key);
            _holdAs(AUTHORITY_2, key);
            if (way == 0) {
                _dismiss(RoleIds.QP, QP_2);
                _dismiss(RoleIds.AUTHORITY, AUTHORITY_2);
            } else {
                vm.warp(EXPIRY - 1);
                _unholdRefused(qp, key, QP_2, _notYours(key, QP_2));
                _unholdRefused(AUTHORITY, key, AUTHORITY_2, _notYours(key, AUTHORITY_2));
                vm.warp(EXPIRY);
            }
            // The holders themselves no more, the sides apart.
            _unholdRefused(QP_2, key, QP_2, _notQp(key, QP_2));
            _unholdRefused(AUTHORITY_2, key, AUTHORITY_2, _notHeld(AUTHORITY_2));
            _unholdRefused(AUTHORITY, key, QP_2, _notQp(key, AUTHORITY));
            _unholdRefused(qp, key, AUTHORITY_2, _notHeld(qp));
            _unholdRefused(OWNER, key, QP_2, _notQp(key, OWNER));
            _unholdRefused(OWNER, key, AUTHORITY_2, _notHeld(OWNER));
            // A QP, but not of this batch.
            if (way == 0) _grant(RoleIds.QP, STRANGER);
            _unholdRefused(STRANGER, key, QP_2, _notQp(key, STRANGER));
            _unholdAs(qp, key, QP_2);
            assertTrue(!gate.isReleased(key), "the authority still holds it");
            _unholdAs(AUTHORITY, key, AUTHORITY_2);
            assertTrue(gate.isReleased(key), "free");
            if (way == 1) return;
            _grant(RoleIds.QP, QP_2, _person(QP_2), START, EXPIRY);
            _grant(RoleIds.AUTHORITY, AUTHORITY_2, _person(AUTHORITY_2), START, EXPIRY);
        }
    }

    function test_who_got_the_role_again_is_the_only_one_again() external {
        bytes32 key = _released();
        _holdAs(QP_2, key);
        _dismiss(RoleIds.QP, QP_2);
        _grant(RoleIds.QP, QP_2, _person(QP_2), START, EXPIRY);
        _unholdRefused(qp, key, QP_2, _notYours(key, QP_2));
        _unholdAs(QP_2, key, QP_2);
    }

    function test_an_account_with_both_roles_holds_and_lifts_as_an_authority() external {
        bytes32 key = _released();
        _grant(RoleIds.AUTHORITY, QP_2, _person(QP_2), START, EXPIRY);
        _holdRefused(QP_2, _one(key), 0, abi.encodeWithSelector(PublicTexts.NameInvalid.selector, bytes32(0)));
        _holdAs(QP_2, key);
        assertEq(registry.holdOf(key, QP_2), Codes.HOLD_AUTHORITY);
        _dismiss(RoleIds.AUTHORITY, QP_2);
        _unholdRefused(QP_2, key, QP_2, _notHeld(QP_2));
        _unholdAs(AUTHORITY, key, QP_2);
        assertTrue(gate.isReleased(key), "free");
    }

    // Verifies R-register-certify, V11.
    function test_a_hold_voids_signatures_also_after_it_is_lifted() external {
        bytes32 key = _compliant(0);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        bytes32 digest = keccak256(abi.encode(key, OTHER, bytes32(0), bytes32("ORDER-1")));
        bytes32 held = keccak256(abi.encode(registry.batchOf(key).trail, IComplianceRegistry.hold.selector, digest));
        _holdAs(qp, key);
        assertEq(registry.batchOf(key).trail, held);
        digest = keccak256(abi.encode(key, qp, OTHER, bytes32(0)));
        bytes32 lifted = keccak256(abi.encode(held, IComplianceRegistry.unhold.selector, digest));
        _unholdAs(qp, key, qp);
        assertEq(registry.batchOf(key).trail, lifted);
        vm.expectRevert(
            abi.encodeWithSelector(IComplianceRegistry.CertificateTrailWrong.selector, certificate.trail, lifted)
        );
        registry.certify(key, certificate, signature);
    }

    // Verifies R-register-inherit, V164.
    function test_V164_a_hold_of_a_superseded_batch_holds_its_successors() external {
        bytes32 first = _open(plainPolicy);
        bytes32 second = _compliant(first);
        bytes32 third = _compliant(second);
        _certify(third);
        _holdAs(AUTHORITY, first);
        _holdAs(qp, first);
        _holdAs(qp, second);
        _certifyRefused(second, abi.encodeWithSelector(IComplianceRegistry.BatchIsHeld.selector, second, 3));
        assertTrue(!gate.isStageReady(second, 0), "stage");
        assertTrue(!gate.isReleased(third), "gate");
        _unholdAs(AUTHORITY, first, AUTHORITY);
        _unholdAs(qp, second, qp);
        _certifyRefused(second, abi.encodeWithSelector(IComplianceRegistry.BatchIsHeld.selector, second, 1));
        assertTrue(!gate.isReleased(third), "gate");
        _unholdAs(qp, first, qp);
        _certify(second);
        assertTrue(gate.isReleased(second) && gate.isReleased(third), "free");
        // Never the other way round.
        _holdAs(qp, third);
        assertTrue(gate.isReleased(second), "before it");
    }

    /// @dev A batch of another owner, with another QP.
    function _foreign() private returns (bytes32) {
        _grant(RoleIds.QP, STRANGER);
        _grant(RoleIds.MANUFACTURER, STRANGER);
        address[] memory qps = new address[](1);
        qps[0] = STRANGER;
        uint64[2] memory due = [uint64(START + 1 days), uint64(START + 2 days)];
        vm.prank(STRANGER);
        return registry.openBatch(1, 1, plainPolicy, due, 0, qps, _stageQps(), new address[](0), 0);
    }
}
