// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Fixture} from "./Fixture.sol";
import {StateTable} from "./StateTable.sol";

/// @notice The table of `IComplianceRegistry`, cell by cell: does the call succeed, and where does it lead? A cell with
/// several states is tried in several situations, until each of them was reached.
contract StateTableTest is Fixture {
    /// @dev Situations in which a cell with several states is tried.
    uint256 private constant SITUATIONS = 4;

    bytes32 private _custodyLate;
    bytes32 private _stageLate;

    function setUp() public override {
        super.setUp();
        IPolicyRegistry.Policy memory policy = _withCustody();
        policy.version = 2;
        policy.claims[2].neededFor = Codes.NEEDED_FOR_COMPLETION;
        _custodyLate = _approve(policy);
        // Compliant with nothing attested, since people settled it: the one policy in which the opening is still open then.
        policy = _plain();
        policy.version = 2;
        policy.claims[1].class = Codes.CLASS_PROCESS;
        policy.claims[0].neededFor = Codes.NEEDED_FOR_COMPLETION;
        _stageLate = _approve(policy);
    }

    // Verifies R-register-states.
    function test_every_cell() external {
        for (uint256 call = 0; call < StateTable.CALLS; call++) {
            for (uint256 state = 0; state < StateTable.STATES; state++) {
                _checkCell(StateTable.Call(call), StateTable.LETTERS[state]);
            }
        }
    }

    function _checkCell(StateTable.Call call, bytes1 state) private {
        bytes memory expected = StateTable.cell(call, state);
        string memory cell = string.concat(string(StateTable.row(call)), " from ", string(abi.encodePacked(state)));
        uint256 situations = expected.length == 1 ? 1 : SITUATIONS;
        bytes memory reached;
        for (uint256 i = 0; i < situations; i++) {
            bytes1 outcome = _outcome(call, state, i, cell);
            assertTrue(
                StateTable.contains(expected, outcome),
                string.concat(cell, " to ", string(abi.encodePacked(outcome)))
            );
            reached = abi.encodePacked(reached, outcome);
        }
        for (uint256 i = 0; i < expected.length; i++) {
            assertTrue(
                StateTable.contains(reached, expected[i]),
                string.concat(cell, " never to ", string(abi.encodePacked(expected[i])))
            );
        }
    }

    /// @dev The state to which the call leads in a situation; `-`: it reverts.
    function _outcome(
        StateTable.Call call,
        bytes1 state,
        uint256 situation,
        string memory cell
    ) private returns (bytes1) {
        bool early = call == StateTable.Call.NameSubmitter || call == StateTable.Call.ReplaceOpening;
        bytes32 superseded = call == StateTable.Call.DecideChallenge ? _open(_custodyLate) : bytes32(0);
        bytes32 key = _open(early ? _stageLate : _custodyLate, _consent(), superseded);
        if (early) _attestEarly(key, state);
        else _attestFor(key, state, call, situation);
        uint256 id = _bring(key, state, call, situation);
        assertTrue(StateTable.stateOf(registry, key) == state, string.concat("reached: ", cell));
        (address target, address from, bytes memory data) = _prepare(key, state, call, situation, id);
        bool done = _as(target, from, data);
        bytes1 afterwards = StateTable.stateOf(registry, key);
        if (done) return afterwards;
        assertTrue(afterwards == state, cell);
        return "-";
    }

    function _attestEarly(bytes32 key, bytes1 state) private {
        if (state == "C") _close(_raise(key, 1), Codes.DISPOSITION_ACCEPTED);
        if (state == "R" || state == "D") _attest(key, 1);
        if (state == "D") _attestBoth(key, 0, 2);
    }

    function _attestFor(bytes32 key, bytes1 state, StateTable.Call call, uint256 situation) private {
        if (call == StateTable.Call.Attest && state == "O" && situation == 1) return;
        _attest(key, 0);
        bool refused = call == StateTable.Call.Amend && state == "O" && situation == 1;
        bool compliant = state == "C" || state == "R" || state == "D";
        if (compliant || refused || (state == "E" && situation == 1)) _attest(key, 1);
        if (refused) _close(_raise(key, 0), Codes.DISPOSITION_REJECTED);
        bool last = call == StateTable.Call.Attest || call == StateTable.Call.CloseException;
        if (state == "R" && last && situation == 1) _attest(key, 2);
        bool whole = call == StateTable.Call.Certify && state == "C" && situation == 1;
        if (state == "D" || whole) _attestBoth(key, 2, 3);
    }

    function _attestBoth(bytes32 key, uint8 one, uint8 other) private {
        _attest(key, one);
        _attest(key, other);
    }

    /// @dev Brings a batch into a state, with what the call needs (an exception, a hold, ...) where the state allows it.
    /// Returns the exception.
    function _bring(bytes32 key, bytes1 state, StateTable.Call call, uint256 situation) private returns (uint256 id) {
        if (state == "R" || state == "D") _certify(key);
        // Also a batch that is released by now.
        if (call == StateTable.Call.DecideChallenge) _recall(registry.batchOf(key).supersedes);
        if (state != "O" && state != "C") id = _oppose(key, state, call, situation);
        if (state == "J") _as(address(registry), qp, abi.encodeCall(registry.reject, (key, OTHER, 0)));
        if (state == "A") _as(address(registry), OWNER, abi.encodeCall(registry.abort, (key, OTHER, 0)));
        if (state == "S" || (state == "L" && call == StateTable.Call.NotifyAuthority)) _supply(key);
        if (state == "L") _recall(key);
        if (call == StateTable.Call.Unhold) _holdAs(qp, key);
    }

    /// @dev Something that stands against the batch: an exception, or a revoked consent.
    function _oppose(bytes32 key, bytes1 state, StateTable.Call call, uint256 situation) private returns (uint256 id) {
        if (call == StateTable.Call.DecideRevocation) {
            _revoke(key);
            if (situation == 2) _raise(key, 2);
            return 0;
        }
        bool closing = call == StateTable.Call.CloseException;
        bool another = situation == 2 && (closing || call == StateTable.Call.Amend);
        if (another && state != "E") _raise(key, 1);
        if (state != "E" && !closing && call != StateTable.Call.SetHead) return 0;
        (uint8 claim, uint8 disposition) = closing ? _closing(state, situation) : (2, Codes.DISPOSITION_ACCEPTED);
        id = _raise(key, claim);
        if (closing) _propose(id, disposition);
        if (another && state == "E") _raise(key, 1);
    }

    /// @dev Which claim the exception is about, and how it is closed.
    function _closing(bytes1 state, uint256 situation) private pure returns (uint8 claim, uint8 disposition) {
        if (state == "D" && situation == 1) return (3, Codes.DISPOSITION_REJECTED);
        bool certified = state == "R" || state == "D";
        if (certified && situation >= 2) return (0, Codes.DISPOSITION_REJECTED);
        return (state == "R" && situation == 1 ? 3 : 2, Codes.DISPOSITION_ACCEPTED);
    }

    function _recall(bytes32 key) private {
        vm.prank(AUTHORITY);
        registry.recall(key, OTHER, 0);
    }

    function _prepare(
        bytes32 key,
        bytes1 state,
        StateTable.Call call,
        uint256 situation,
        uint256 id
    ) private view returns (address target, address from, bytes memory data) {
        if (call == StateTable.Call.CloseException) {
            (, uint8 disposition) = _closing(state, situation);
            return (address(persons), qp, abi.encodeCall(persons.confirmClosing, (id, disposition, "evidence")));
        }
        (from, data) = _prepareRecord(key, call, situation);
        if (data.length == 0) (from, data) = _prepareDecision(key, call);
        return (address(registry), from, data);
    }

    function _prepareRecord(
        bytes32 key,
        StateTable.Call call,
        uint256 situation
    ) private view returns (address from, bytes memory data) {
        if (call == StateTable.Call.NameSubmitter) {
            return (OWNER, abi.encodeCall(registry.nameSubmitter, (key, STRANGER)));
        }
        if (call == StateTable.Call.ReplaceOpening) {
            return (OWNER, abi.encodeCall(registry.replaceOpening, (key, 5, OTHER, 0)));
        }
        if (call == StateTable.Call.Attest) return (OWNER, abi.encodeCall(registry.attest, (key, _one(_next(key)))));
        if (call == StateTable.Call.Amend) {
            bool moves = situation == 1 && registry.batchOf(key).refused == 0;
            IComplianceRegistry.Item memory item = _item(key, 0, moves ? 101 : 100, registry.batchOf(key).opening, QA);
            return (QA, abi.encodeCall(registry.amend, (key, item, OTHER, 0)));
        }
        if (call == StateTable.Call.SetHead) return (OWNER, abi.encodeCall(registry.setHead, (key, 1, 777)));
        if (call == StateTable.Call.RaiseException) {
            return (AUTHORITY, abi.encodeCall(registry.raiseException, (_keys(key), new uint8[](1), 1, 1, "DEV", 0)));
        }
        if (call == StateTable.Call.Certify) {
            IComplianceRegistry.Certificate memory certificate = _certificate(key);
            return (STRANGER, abi.encodeCall(registry.certify, (key, certificate, _sign(certificate, QP_KEY))));
        }
    }

    function _prepareDecision(
        bytes32 key,
        StateTable.Call call
    ) private view returns (address from, bytes memory data) {
        if (call == StateTable.Call.DecideRevocation) {
            return (qp, abi.encodeCall(registry.decideRevocation, (key, OTHER, 0)));
        }
        if (call == StateTable.Call.DecideChallenge) {
            (, bytes32 challenge) = gate.challengeOf(key);
            return (qp, abi.encodeCall(registry.decideChallenge, (key, challenge, OTHER, 0)));
        }
        if (call == StateTable.Call.ExceptionalSupply) {
            return (qp, abi.encodeCall(registry.exceptionalSupply, (key, "1", "2", uint64(block.timestamp))));
        }
        if (call == StateTable.Call.NotifyAuthority) {
            return (OWNER, abi.encodeCall(registry.notifyAuthority, (key, uint64(block.timestamp))));
        }
        if (call == StateTable.Call.Reject) return (qp, abi.encodeCall(registry.reject, (key, OTHER, 0)));
        if (call == StateTable.Call.Abort) {
            bool certified = registry.batchOf(key).certified != 0;
            return (certified ? qp : OWNER, abi.encodeCall(registry.abort, (key, OTHER, 0)));
        }
        if (call == StateTable.Call.Hold) return (qp, abi.encodeCall(registry.hold, (_keys(key), OTHER, 0, 0)));
        if (call == StateTable.Call.Unhold) return (qp, abi.encodeCall(registry.unhold, (key, qp, OTHER, 0)));
        if (call == StateTable.Call.Recall) return (AUTHORITY, abi.encodeCall(registry.recall, (key, OTHER, 0)));
        uint64 due = registry.batchOf(key).due[0] + 1;
        return (OWNER, abi.encodeCall(registry.extendDue, (key, 0, due, OTHER, 0)));
    }

    /// @dev The first claim that is not attested; if all are, the last one again.
    function _next(bytes32 key) private view returns (IComplianceRegistry.Item memory) {
        (uint256 release, uint256 completion) = gate.missingClaims(key);
        uint8 claim = 0;
        while (claim < 3 && (release | completion) & (1 << claim) == 0) claim++;
        uint8 stage = claim / 2;
        uint256 record = claim % 2 == 0 ? _headBefore(key, stage) : 5;
        return _item(key, claim, 100 + stage, record, OWNER);
    }

    function _keys(bytes32 key) private pure returns (bytes32[] memory keys) {
        keys = new bytes32[](1);
        keys[0] = key;
    }

    function _as(address target, address from, bytes memory data) private returns (bool done) {
        vm.prank(from);
        // solhint-disable-next-line avoid-low-level-calls
        (done, ) = target.call(data);
    }
}
