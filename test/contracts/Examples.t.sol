// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {DataAccessGate} from "../../contracts/examples/DataAccessGate.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Contracts that act on what the register says.
contract ExamplesTest is Fixture {
    DataAccessGate private _gate;

    function setUp() public override {
        super.setUp();
        _gate = new DataAccessGate(gate, consents);
    }

    function _released(bytes32 consent) private returns (bytes32 key) {
        key = _open(plainPolicy, consent, 0);
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
    }

    function test_data_open_for_the_owner_of_a_released_batch_with_consent() external {
        bytes32 key = _released(_consent());
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(DataAccessGate.NotOwner.selector, key, STRANGER));
        _gate.publish(key, "hash");
        vm.prank(OWNER);
        vm.expectRevert(DataAccessGate.KeyHashMissing.selector);
        _gate.publish(key, 0);
        vm.prank(OWNER);
        _gate.publish(key, "hash");
        assertEq(_gate.keyHashOf(key), bytes32("hash"));
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("?")));
        _gate.keyHashOf("?");
    }

    function test_data_stay_closed_without_release_or_consent() external {
        bytes32[2] memory keys = [_open(plainPolicy, _consent(), 0), _released(0)];
        for (uint256 i = 0; i < 2; i++) {
            vm.prank(OWNER);
            vm.expectRevert(abi.encodeWithSelector(DataAccessGate.AccessClosed.selector, keys[i]));
            _gate.publish(keys[i], "hash");
        }
    }

    function test_data_close_with_a_revocation_even_if_the_QP_decides_to_go_on() external {
        bytes32 key = _released(_consent());
        vm.prank(OWNER);
        _gate.publish(key, "hash");
        _revoke(key);
        vm.prank(qp);
        registry.decideRevocation(key, OTHER, 0);
        assertTrue(gate.isReleased(key), "released");
        assertEq(_gate.keyHashOf(key), bytes32(0));
    }

    function test_data_close_while_the_gate_of_the_batch_is_closed() external {
        bytes32 key = _released(_consent());
        vm.prank(OWNER);
        _gate.publish(key, "hash");
        _holdAs(AUTHORITY, key);
        assertEq(_gate.keyHashOf(key), bytes32(0));
        _unholdAs(AUTHORITY, key, AUTHORITY);
        assertEq(_gate.keyHashOf(key), bytes32("hash"));
    }
}
