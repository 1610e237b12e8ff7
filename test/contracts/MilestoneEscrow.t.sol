// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {MilestoneEscrow} from "../../contracts/examples/MilestoneEscrow.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice A payee that asks for the money again while it is being paid, or takes none.
contract Greedy {
    MilestoneEscrow private immutable _escrow;
    bool private immutable _refuses;
    bool private _asked;

    constructor(MilestoneEscrow escrow, bool refuses) {
        _escrow = escrow;
        _refuses = refuses;
    }

    receive() external payable {
        require(!_refuses, "refused");
        if (_asked) return;
        _asked = true;
        // solhint-disable-next-line no-empty-blocks
        try _escrow.withdraw(address(this)) {} catch {}
    }

    function take(address to) external {
        _escrow.withdraw(to);
    }
}

/// @notice Every line of the table in `MilestoneEscrow`, and who gains what by closing the gate.
// Verifies R-register-escrow.
contract MilestoneEscrowTest is Fixture {
    uint64 private constant DUE = uint64(START + 5 days);
    uint64 private constant LAST = uint64(START + 60 days);
    address private constant PAYER = address(0xB1);
    address private constant PAYEE = address(0xB0);

    MilestoneEscrow private _escrow;
    /// @dev By an exception 16 batches back: what asks the register most, so that most gas is left when that fails.
    bytes32 private _held;

    function setUp() public override {
        super.setUp();
        _escrow = new MilestoneEscrow(gate);
        _held = _open(plainPolicy);
        _oppose(_held, 2);
        for (uint256 i = 0; i < 16; i++) _held = _open(plainPolicy, 0, _held);
    }

    function test_takes_no_milestone_without_money_payee_or_time() external {
        vm.expectRevert(MilestoneEscrow.MilestoneInvalid.selector);
        _escrow.fund("key", PAYEE, DUE, LAST);
        vm.expectRevert(MilestoneEscrow.MilestoneInvalid.selector);
        _escrow.fund{value: 1}("key", address(0), DUE, LAST);
        vm.expectRevert(MilestoneEscrow.MilestoneInvalid.selector);
        _escrow.fund{value: 1}("key", PAYEE, uint64(START), LAST);
        vm.expectRevert(MilestoneEscrow.MilestoneInvalid.selector);
        _escrow.fund{value: 1}("key", PAYEE, DUE, DUE - 1);
    }

    function test_is_the_payees_on_release_also_after_the_due_date_and_only_once() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _fund(key);
        _undecided(id);
        _release(key);
        vm.warp(LAST + 1);
        _settles(id, PAYEE);
        bytes memory gone = abi.encodeWithSelector(MilestoneEscrow.NothingLeft.selector, id);
        vm.expectRevert(gone);
        _escrow.settle(id);
        vm.expectRevert(gone);
        _escrow.sideOf(id);
        vm.prank(PAYEE);
        vm.expectRevert(gone);
        _escrow.giveUp(id);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingLeft.selector, 9));
        _escrow.settle(9);
        vm.prank(PAYEE);
        _escrow.withdraw(PAYEE);
        assertEq(PAYEE.balance, 100);
        vm.prank(PAYEE);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingOwed.selector, PAYEE));
        _escrow.withdraw(PAYEE);
    }

    function test_is_the_payers_after_nothing_but_silence() external {
        uint256 id = _fund(_open(plainPolicy));
        uint256 unknown = _fund("never opened");
        vm.warp(DUE);
        _undecided(id);
        _undecided(unknown);
        vm.warp(DUE + 1);
        _settles(id, PAYER);
        _settles(unknown, PAYER);
        vm.prank(PAYER);
        _escrow.withdraw(STRANGER);
        assertEq(STRANGER.balance, 200);
    }

    function test_is_the_payers_at_once_when_the_gate_never_opens_again() external {
        for (uint256 i = 0; i < 5; i++) {
            bytes32 key = _open(plainPolicy);
            uint256 id = _fund(key);
            if (i == 1 || i == 2 || i == 4) _release(key);
            _end(key, i == 4 ? 3 : i);
            _settles(id, PAYER);
        }
    }

    // Verifies V85.
    function test_V85_a_hold_or_exception_only_delays_a_certified_batch_however_long_it_lasts() external {
        for (uint256 i = 0; i < 4; i++) {
            bytes32 key = _open(plainPolicy, i == 3 ? _consent() : bytes32(0), 0);
            uint256 id = _fund(key);
            _release(key);
            uint256 exceptionId = _oppose(key, i);
            uint256 before = block.timestamp;
            vm.warp(DUE + 1);
            _undecided(id);
            vm.warp(LAST + 365 days);
            _undecided(id);
            vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingToDefer.selector, id));
            _escrow.defer(id);
            _yield(key, i, exceptionId);
            _settles(id, PAYEE);
            vm.warp(before);
        }
    }

    // Verifies V85.
    function test_V85_an_undone_certificate_only_delays() external {
        for (uint256 way = 0; way < 2; way++) {
            bytes32 key = _open(plainPolicy);
            uint256 id = _fund(key);
            _release(key);
            _undo(key, way);
            vm.warp(DUE + 1);
            _undecided(id);
            vm.warp(LAST + _escrow.GRACE());
            _undecided(id);
            if (way == 1) _amend(key);
            _certify(key);
            _settles(id, PAYEE);
            vm.warp(START);
        }
    }

    // Verifies V86.
    function test_V86_a_certificate_that_stays_undone_keeps_the_money_until_shortly_after_the_last_date_only()
        external
    {
        for (uint256 way = 0; way < 2; way++) {
            bytes32 key = _open(plainPolicy);
            uint256 id = _fund(key);
            uint256 endless = _fundUntil(key, type(uint64).max);
            _release(key);
            _undo(key, way);
            _oppose(key, way);
            vm.warp(LAST + _escrow.GRACE());
            _undecided(id);
            vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingToDefer.selector, id));
            _escrow.defer(id);
            vm.warp(LAST + _escrow.GRACE() + 1);
            _settles(id, PAYER);
            _undecided(endless);
            vm.warp(START);
        }
    }

    // Verifies V85.
    function test_V85_what_stands_against_a_superseded_batch_or_challenges_this_one_leaves_time_too() external {
        for (uint256 way = 0; way < 2; way++) {
            bytes32 before = _open(plainPolicy);
            bytes32 key = _open(plainPolicy, 0, before);
            uint256 id = _fund(key);
            _attest(key, 0);
            _attest(key, 1);
            if (way == 0) _oppose(before, 0);
            else _end(before, 2);
            vm.warp(DUE + 1);
            _undecided(id);
            _escrow.defer(id);
            if (way == 0) {
                _yield(before, 0, 0);
            } else {
                (, bytes32 challenge) = gate.challengeOf(key);
                vm.prank(qp);
                registry.decideChallenge(key, challenge, Codes.REASON_OTHER, 0);
            }
            vm.warp(DUE + 2);
            vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingToDefer.selector, id));
            _escrow.defer(id);
            vm.warp(DUE + 1 + _escrow.GRACE());
            _undecided(id);
            vm.warp(DUE + 2 + _escrow.GRACE());
            assertEq(uint256(_escrow.sideOf(id)), uint256(MilestoneEscrow.Side.Payer));
            _certify(key);
            _settles(id, PAYEE);
            vm.warp(START);
        }
    }

    // Verifies V85.
    function test_V85_a_hold_over_the_due_date_leaves_time_for_the_certificate() external {
        for (uint256 i = 0; i < 3; i++) {
            bytes32 key = _open(plainPolicy);
            uint256 id = _fund(key);
            _attest(key, 0);
            _attest(key, 1);
            uint256 exceptionId = _oppose(key, i);
            vm.warp(DUE + 1);
            _undecided(id);
            vm.prank(STRANGER);
            _escrow.defer(id);
            _yield(key, i, exceptionId);
            vm.warp(DUE + 1 + _escrow.GRACE());
            _undecided(id);
            _certify(key);
            _settles(id, PAYEE);
            vm.warp(START);
        }
    }

    function test_silence_after_the_time_that_was_left_is_the_payers() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _fund(key);
        _oppose(key, 0);
        vm.warp(DUE);
        _escrow.defer(id);
        _yield(key, 0, 0);
        vm.warp(DUE + _escrow.GRACE() + 1);
        _settles(id, PAYER);
    }

    function test_defers_nothing_that_need_not_wait() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _fund(key);
        uint256 unknown = _fund("never opened");
        vm.warp(DUE);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingToDefer.selector, id));
        _escrow.defer(id);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingToDefer.selector, unknown));
        _escrow.defer(unknown);
        _oppose(key, 1);
        _escrow.defer(id);
        // It never moves back, and not twice in one second.
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingToDefer.selector, id));
        _escrow.defer(id);
    }

    // Verifies V86.
    function test_V86_an_exception_that_is_never_closed_keeps_the_money_until_the_last_date_only() external {
        bytes32 key = _open(plainPolicy);
        uint256 id = _fund(key);
        _oppose(key, 2);
        do {
            vm.warp(block.timestamp + 7 days);
            _escrow.defer(id);
        } while (block.timestamp + 14 days < LAST);
        vm.warp(LAST);
        _undecided(id);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NothingToDefer.selector, id));
        _escrow.defer(id);
        vm.warp(LAST + 1);
        _settles(id, PAYER);
    }

    // Verifies V87.
    function test_V87_too_little_gas_decides_nothing() external {
        bytes32 released = _open(plainPolicy);
        uint256[3] memory ids = [_fund(_held), _fund(released), _fund(_open(plainPolicy))];
        address[3] memory owners = [address(0), PAYEE, PAYER];
        _release(released);
        vm.warp(DUE + 1);
        for (uint256 i = 0; i < 3; i++) {
            uint256 gas = 21_000;
            bool answered = false;
            for (; gas < 1_500_000; gas += 200 + gas / 200) {
                try _escrow.sideOf{gas: gas}(ids[i]) returns (MilestoneEscrow.Side side) {
                    assertEq(uint256(side), i);
                    answered = true;
                    // solhint-disable-next-line no-empty-blocks
                } catch {}
                uint256[2] memory before = [_escrow.owedTo(PAYEE), _escrow.owedTo(PAYER)];
                // solhint-disable-next-line avoid-low-level-calls
                (bool done, ) = address(_escrow).call{gas: gas}(abi.encodeCall(MilestoneEscrow.settle, (ids[i])));
                assertEq(_escrow.owedTo(PAYEE) - before[0], done && owners[i] == PAYEE ? 100 : 0);
                assertEq(_escrow.owedTo(PAYER) - before[1], done && owners[i] == PAYER ? 100 : 0);
                if (done) break;
            }
            assertTrue(answered && (gas < 1_500_000) == (owners[i] != address(0)), "decided as with all gas");
        }
    }

    // Verifies V16.
    function test_V16_pays_nobody_twice_and_a_receiver_that_refuses_stops_nobody_else() external {
        bytes32 key = _open(plainPolicy);
        _release(key);
        _settles(_fund(key), PAYEE);
        Greedy[2] memory greedy = [new Greedy(_escrow, false), new Greedy(_escrow, true)];
        for (uint256 i = 0; i < 2; i++) {
            _settles(_escrow.fund{value: 100}(key, address(greedy[i]), DUE, LAST), address(greedy[i]));
        }
        greedy[0].take(address(greedy[0]));
        assertEq(address(greedy[0]).balance, 100);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.PaymentRefused.selector, address(greedy[1])));
        greedy[1].take(address(greedy[1]));
        assertEq(_escrow.owedTo(address(greedy[1])), 100);
        vm.prank(PAYEE);
        _escrow.withdraw(PAYEE);
        greedy[1].take(STRANGER);
        assertEq(STRANGER.balance, 100);
        assertEq(address(_escrow).balance, 0);
    }

    function test_either_side_can_leave_the_money_to_the_other_and_nobody_else() external {
        uint256[2] memory ids = [_fund("key"), _fund("key")];
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NotConcerned.selector, ids[0], STRANGER));
        _escrow.giveUp(ids[0]);
        vm.prank(PAYER);
        _escrow.giveUp(ids[0]);
        assertEq(_escrow.owedTo(PAYEE), 100);
        vm.prank(PAYEE);
        _escrow.giveUp(ids[1]);
        assertEq(_escrow.owedTo(PAYER), 100);
    }

    function _fund(bytes32 key) private returns (uint256) {
        return _fundUntil(key, LAST);
    }

    function _fundUntil(bytes32 key, uint64 last) private returns (uint256) {
        (bool paid, ) = PAYER.call{value: 100}("");
        assertTrue(paid, "paid");
        vm.prank(PAYER);
        return _escrow.fund{value: 100}(key, PAYEE, DUE, last);
    }

    function _release(bytes32 key) private {
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
    }

    /// @dev Takes the certificate away: by an amendment, or a claim that is refused although it is proven.
    function _undo(bytes32 key, uint256 way) private {
        if (way == 0) _amend(key);
        else _close(_raise(key, 0), Codes.DISPOSITION_REJECTED);
    }

    function _amend(bytes32 key) private {
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 905, QA);
        vm.prank(QA);
        registry.amend(key, item, Codes.REASON_OTHER, 0);
    }

    /// @dev One of the ways to close the gate for a time: an authority's hold, a QP's, an exception, a revoked consent.
    function _oppose(bytes32 key, uint256 way) private returns (uint256 exceptionId) {
        if (way == 2) return _raise(key);
        if (way == 3) {
            _revoke(key);
            return 0;
        }
        _holdAs(way == 0 ? AUTHORITY : qp, key);
    }

    function _yield(bytes32 key, uint256 way, uint256 exceptionId) private {
        if (way == 2) {
            _close(exceptionId, Codes.DISPOSITION_UNFOUNDED);
            return;
        }
        if (way == 3) {
            vm.prank(qp);
            registry.decideRevocation(key, Codes.REASON_OTHER, 0);
            return;
        }
        address holder = way == 0 ? AUTHORITY : qp;
        _unholdAs(holder, key, holder);
    }

    function _end(bytes32 key, uint256 way) private {
        if (way == 3) {
            _supply(key);
            return;
        }
        vm.prank(
            way == 1
                ? qp
                : way == 0
                    ? OWNER
                    : AUTHORITY
        );
        if (way == 0) registry.abort(key, Codes.REASON_OTHER, 0);
        else if (way == 1) registry.reject(key, Codes.REASON_OTHER, 0);
        else registry.recall(key, Codes.REASON_OTHER, 0);
    }

    function _undecided(uint256 id) private {
        assertEq(uint256(_escrow.sideOf(id)), uint256(MilestoneEscrow.Side.Nobody));
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.NotDecided.selector, id));
        _escrow.settle(id);
    }

    function _settles(uint256 id, address to) private {
        uint256 before = _escrow.owedTo(to);
        vm.prank(STRANGER);
        _escrow.settle(id);
        assertEq(_escrow.owedTo(to), before + 100);
    }
}
