// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IReleaseGate} from "../../contracts/interfaces/IReleaseGate.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What other contracts ask of a batch.
// Verifies R-register-gate.
contract ReleaseGateTest is Fixture {
    function test_says_which_interfaces_it_has() external view {
        IERC165 asked = IERC165(address(gate));
        assertTrue(asked.supportsInterface(type(IReleaseGate).interfaceId), "IReleaseGate");
        assertTrue(asked.supportsInterface(0x01ffc9a7), "ERC-165");
        assertTrue(!asked.supportsInterface(0xffffffff), "none has this");
        assertTrue(!asked.supportsInterface(type(IComplianceRegistry).interfaceId), "another contract's");
    }

    function test_says_no_until_the_batch_is_certified() external {
        _requireRelease("none", IReleaseGate.Release.No);
        bytes32 key = _open(plainPolicy);
        _requireRelease(key, IReleaseGate.Release.No);
        _attest(key, 0);
        _attest(key, 1);
        _requireRelease(key, IReleaseGate.Release.No);
        _certify(key);
        _requireRelease(key, IReleaseGate.Release.Released);
        _attest(key, 2);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Completed));
        _requireRelease(key, IReleaseGate.Release.Released);
    }

    function test_tells_an_exceptional_supply_from_a_release_and_from_no() external {
        bytes32 open = _open(plainPolicy);
        _supply(open);
        _requireRelease(open, IReleaseGate.Release.ExceptionalSupply);
        bytes32 certified = _certified(0);
        _supply(certified);
        _requireRelease(certified, IReleaseGate.Release.ExceptionalSupply);
    }

    function test_says_no_to_what_was_rejected_or_aborted_after_its_release() external {
        bytes32 key = _certified(0);
        vm.prank(qp);
        registry.reject(key, OTHER, 0);
        _requireRelease(key, IReleaseGate.Release.No);
        key = _certified(0);
        vm.prank(qp);
        registry.abort(key, OTHER, 0);
        _requireRelease(key, IReleaseGate.Release.No);
    }

    function test_says_no_while_anything_speaks_against_a_release_or_supply() external {
        _oppose(_certified(0), IReleaseGate.Release.Released);
        bytes32 key = _open(plainPolicy, _consent(), 0);
        _supply(key);
        _oppose(key, IReleaseGate.Release.ExceptionalSupply);
    }

    function test_says_no_while_anything_speaks_against_a_superseded_batch() external {
        bytes32 first = _open(plainPolicy, _consent(), 0);
        bytes32 key = _certified(_open(plainPolicy, 0, first));
        _holdAs(AUTHORITY, first);
        _requireRelease(key, IReleaseGate.Release.No);
        assertTrue(!gate.isStageReady(key, 0), "a stage of a batch whose forerunner is held");
        _unholdAs(AUTHORITY, first, AUTHORITY);
        _requireRelease(key, IReleaseGate.Release.Released);
        uint256 id = _raise(first);
        _requireRelease(key, IReleaseGate.Release.No);
        _close(id, Codes.DISPOSITION_UNFOUNDED);
        _requireRelease(key, IReleaseGate.Release.Released);
        _revoke(first);
        _requireRelease(key, IReleaseGate.Release.No);
        vm.prank(qp);
        registry.decideRevocation(first, OTHER, 0);
        _requireRelease(key, IReleaseGate.Release.Released);
        // A recall of another batch is a challenge: it stops certificates, not what is released.
        vm.prank(AUTHORITY);
        registry.recall(first, OTHER, 0);
        _requireRelease(key, IReleaseGate.Release.Released);
    }

    function test_an_amendment_and_a_refused_release_claim_close_it() external {
        bytes32 key = _certified(0);
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 7, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
        _requireRelease(key, IReleaseGate.Release.No);
        _certify(key);
        _requireRelease(key, IReleaseGate.Release.Released);
        _close(_raise(key, 1), Codes.DISPOSITION_REJECTED);
        _requireRelease(key, IReleaseGate.Release.No);
        _attestAgainIsRefused(key);
    }

    /// @dev It is attested: only an amendment proves it anew.
    function _attestAgainIsRefused(bytes32 key) private {
        IComplianceRegistry.Item memory item = _item(key, 1, 101, 7, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.AlreadyAttested.selector, key, 1));
        registry.attest(key, _one(item));
    }

    /// @dev Certified under a consent of its own, on what another batch left.
    function _certified(bytes32 supersedes) private returns (bytes32 key) {
        key = _open(plainPolicy, _consent(), supersedes);
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
    }

    function _oppose(bytes32 key, IReleaseGate.Release release) private {
        _requireRelease(key, release);
        _holdAs(qp, key);
        _requireRelease(key, IReleaseGate.Release.No);
        _unholdAs(qp, key, qp);
        uint256 id = _raise(key, 2);
        // Why a batch is supplied exceptionally does not speak against it.
        bool supplied = release == IReleaseGate.Release.ExceptionalSupply;
        _requireRelease(key, supplied ? release : IReleaseGate.Release.No);
        _close(id, Codes.DISPOSITION_UNFOUNDED);
        _requireRelease(key, release);
        _revoke(key);
        _requireRelease(key, IReleaseGate.Release.No);
        vm.prank(qp);
        registry.decideRevocation(key, OTHER, 0);
        _requireRelease(key, release);
        vm.prank(AUTHORITY);
        registry.recall(key, OTHER, 0);
        _requireRelease(key, IReleaseGate.Release.No);
    }

    function _requireRelease(bytes32 key, IReleaseGate.Release release) private view {
        assertEq(uint256(gate.releaseOf(key)), uint256(release));
        assertTrue(gate.isReleased(key) == (release == IReleaseGate.Release.Released), "isReleased");
    }
}
