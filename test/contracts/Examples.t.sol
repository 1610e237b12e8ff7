// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {DataAccessGate} from "../../contracts/examples/DataAccessGate.sol";
import {MilestoneEscrow} from "../../contracts/examples/MilestoneEscrow.sol";
import {Fixture} from "./Fixture.sol";

/// @notice A payee that asks for the money again while it is being paid.
contract Greedy {
    MilestoneEscrow private immutable _escrow;
    uint256 private immutable _id;
    bool private _asked;

    constructor(MilestoneEscrow escrow, uint256 id) {
        _escrow = escrow;
        _id = id;
    }

    receive() external payable {
        if (_asked) return;
        _asked = true;
        _escrow.pay(_id);
    }
}

/// @notice Contracts that act on what the register says.
contract ExamplesTest is Fixture {
    uint64 private constant DUE = uint64(START + 5 days);
    address private constant PAYEE = address(0xB0);

    MilestoneEscrow private _escrow;
    DataAccessGate private _gate;

    function setUp() public override {
        super.setUp();
        _escrow = new MilestoneEscrow(gate);
        _gate = new DataAccessGate(gate, consents);
    }

    function _released(bytes32 consent) private returns (bytes32 key) {
        key = _open(plainPolicy, consent, 0);
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
    }

    /// @dev Takes refunds: this contract is the payer.
    receive() external payable {}

    function test_the_escrow_takes_no_milestone_without_money_payee_or_time() external {
        vm.expectRevert(MilestoneEscrow.MilestoneInvalid.selector);
        _escrow.fund("key", PAYEE, DUE);
        vm.expectRevert(MilestoneEscrow.MilestoneInvalid.selector);
        _escrow.fund{value: 1}("key", address(0), DUE);
        vm.expectRevert(MilestoneEscrow.MilestoneInvalid.selector);
        _escrow.fund{value: 1}("key", PAYEE, uint64(START));
    }

    function test_the_escrow_pays_once_on_release_and_refunds_nothing_then() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _escrow.fund{value: 100}(key, PAYEE, DUE);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NotReleased.selector, key));
        _escrow.pay(id);
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
        vm.warp(DUE + 1);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.IsReleased.selector, key));
        _escrow.refund(id);
        _escrow.pay(id);
        assertEq(PAYEE.balance, 100);
        bytes memory gone = abi.encodeWithSelector(MilestoneEscrow.NothingLeft.selector, id);
        vm.expectRevert(gone);
        _escrow.pay(id);
        vm.expectRevert(gone);
        _escrow.refund(id);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingLeft.selector, 9));
        _escrow.pay(9);
    }

    function test_the_escrow_refunds_after_the_due_date_only() external {
        bytes32 key = _open(plainPolicy);
        uint256 before = address(this).balance;
        uint256 id = _escrow.fund{value: 100}(key, PAYEE, DUE);
        vm.warp(DUE);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NotDue.selector, DUE, DUE));
        _escrow.refund(id);
        vm.warp(DUE + 1);
        _escrow.refund(id);
        assertEq(address(this).balance, before);
        assertEq(PAYEE.balance, 0);
    }

    function test_the_escrow_follows_the_gate_of_now() external {
        bytes32 key = _released(0);
        uint256 id = _escrow.fund{value: 100}(key, PAYEE, DUE);
        uint256 exceptionId = _raise(key);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NotReleased.selector, key));
        _escrow.pay(id);
        _close(exceptionId, 3);
        _escrow.pay(id);
        assertEq(PAYEE.balance, 100);
    }

    // Verifies V16.
    function test_the_escrow_pays_nobody_twice_and_keeps_what_is_refused() external {
        bytes32 key = _released(0);
        _escrow.fund{value: 500}(key, PAYEE, DUE);
        Greedy greedy = new Greedy(_escrow, 2);
        uint256 id = _escrow.fund{value: 100}(key, address(greedy), DUE);
        assertEq(id, 2);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.PaymentRefused.selector, address(greedy)));
        _escrow.pay(id);
        assertEq(address(_escrow).balance, 600);
        (, , , , uint256 amount) = _escrow.milestoneOf(id);
        assertEq(amount, 100);
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
        vm.prank(AUTHORITY);
        registry.hold(key, OTHER, 0);
        assertEq(_gate.keyHashOf(key), bytes32(0));
        vm.prank(AUTHORITY);
        registry.unhold(key, OTHER, 0);
        assertEq(_gate.keyHashOf(key), bytes32("hash"));
    }
}
