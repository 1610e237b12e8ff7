// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Fixture} from "./Fixture.sol";
import {StateTable} from "./StateTable.sol";

/// @notice The table of `IComplianceRegistry`, cell by cell: does the call succeed, and where does it lead?
contract StateTableTest is Fixture {
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
        bool early = call == StateTable.Call.NameSubmitter || call == StateTable.Call.ReplaceOpening;
        bytes32 key = _open(early ? _stageLate : _custodyLate, _consent(), 0);
        uint256 id = _bring(key, state, call);
        string memory cell = string.concat(string(StateTable.row(call)), " from ", string(abi.encodePacked(state)));
        assertTrue(StateTable.stateOf(registry, key) == state, string.concat("reached: ", cell));
        (address from, bytes memory data) = _prepare(key, call, id);
        bool done = _as(from, data);
        assertTrue(done == StateTable.possible(call, state), cell);
        bytes1 after_ = StateTable.stateOf(registry, key);
        assertTrue(done ? StateTable.allows(call, state, after_) : after_ == state, cell);
    }

    /// @dev Brings a fresh batch into a state, with what the call needs (an exception, a hold, ...) where the state allows
    /// it. Returns the exception.
    function _bring(bytes32 key, bytes1 state, StateTable.Call call) private returns (uint256 id) {
        bool certified = state == "R" || state == "D";
        if (registry.batchOf(key).policyId == _stageLate) {
            if (state == "C") _close(_raise(key, 1), Codes.DISPOSITION_ACCEPTED);
            if (certified) _attest(key, 1);
            if (state == "D") _attestBoth(key, 0, 2);
        } else {
            _attest(key, 0);
            if (state == "C" || certified) _attest(key, 1);
            if (state == "D") _attestBoth(key, 2, 3);
        }
        if (certified) _certify(key);
        if (state != "O" && state != "C") id = _oppose(key, state, call);
        if (state == "J") _as(qp, abi.encodeCall(registry.reject, (key, OTHER, 0)));
        if (state == "A") _as(OWNER, abi.encodeCall(registry.abort, (key, OTHER, 0)));
        if (state == "S") _supply(key);
        if (state == "L") _as(AUTHORITY, abi.encodeCall(registry.recall, (key, OTHER, 0)));
        if (call == StateTable.Call.Unhold) _as(qp, abi.encodeCall(registry.hold, (key, OTHER, 0)));
    }

    function _attestBoth(bytes32 key, uint8 one, uint8 other) private {
        _attest(key, one);
        _attest(key, other);
    }

    /// @dev Something that stands against the batch: an exception on stage 1's custody, or a revoked consent.
    function _oppose(bytes32 key, bytes1 state, StateTable.Call call) private returns (uint256 id) {
        if (call == StateTable.Call.DecideRevocation) {
            _revoke(key);
            return 0;
        }
        bool needed =
            call == StateTable.Call.SetHead ||
                call == StateTable.Call.ProposeClosing ||
                call == StateTable.Call.ConfirmClosing;
        if (state != "E" && !needed) return 0;
        id = _raise(key, 2);
        if (call == StateTable.Call.ConfirmClosing) _propose(id, Codes.DISPOSITION_ACCEPTED);
    }

    function _prepare(
        bytes32 key,
        StateTable.Call call,
        uint256 id
    ) private view returns (address from, bytes memory data) {
        if (call == StateTable.Call.NameSubmitter) {
            return (OWNER, abi.encodeCall(registry.nameSubmitter, (key, STRANGER)));
        }
        if (call == StateTable.Call.ReplaceOpening) {
            return (OWNER, abi.encodeCall(registry.replaceOpening, (key, 5, OTHER, 0)));
        }
        if (call == StateTable.Call.Attest) return (OWNER, abi.encodeCall(registry.attest, (key, _one(_next(key)))));
        if (call == StateTable.Call.Amend) {
            IComplianceRegistry.Item memory item = _item(key, 0, 100, registry.batchOf(key).opening, QA);
            return (QA, abi.encodeCall(registry.amend, (key, item, OTHER, 0)));
        }
        if (call == StateTable.Call.SetHead) return (OWNER, abi.encodeCall(registry.setHead, (key, 1, 777)));
        if (call == StateTable.Call.RaiseException) {
            return (AUTHORITY, abi.encodeCall(registry.raiseException, (key, 0, 1, 1, "DEV", 0)));
        }
        if (call == StateTable.Call.ProposeClosing) {
            return (QA, abi.encodeCall(registry.proposeClosing, (id, Codes.DISPOSITION_REJECTED, 0)));
        }
        if (call == StateTable.Call.ConfirmClosing) {
            return (qp, abi.encodeCall(registry.confirmClosing, (id, Codes.DISPOSITION_ACCEPTED, "evidence")));
        }
        if (call == StateTable.Call.Certify) {
            IComplianceRegistry.Certificate memory certificate = _certificate(key);
            return (STRANGER, abi.encodeCall(registry.certify, (key, certificate, _sign(certificate, QP_KEY))));
        }
        return _prepareDecision(key, call);
    }

    function _prepareDecision(
        bytes32 key,
        StateTable.Call call
    ) private view returns (address from, bytes memory data) {
        if (call == StateTable.Call.DecideRevocation)
            return (qp, abi.encodeCall(registry.decideRevocation, (key, OTHER, 0)));
        if (call == StateTable.Call.ExceptionalSupply) {
            return (qp, abi.encodeCall(registry.exceptionalSupply, (key, "1", "2", uint64(block.timestamp))));
        }
        if (call == StateTable.Call.Reject) return (qp, abi.encodeCall(registry.reject, (key, OTHER, 0)));
        if (call == StateTable.Call.Abort) {
            bool certified = registry.batchCounts(key)[uint256(IComplianceRegistry.Counter.Certified)] != 0;
            return (certified ? qp : OWNER, abi.encodeCall(registry.abort, (key, OTHER, 0)));
        }
        if (call == StateTable.Call.Hold) return (qp, abi.encodeCall(registry.hold, (key, OTHER, 0)));
        if (call == StateTable.Call.Unhold) return (qp, abi.encodeCall(registry.unhold, (key, OTHER, 0)));
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

    function _as(address from, bytes memory data) private returns (bool done) {
        vm.prank(from);
        // solhint-disable-next-line avoid-low-level-calls
        (done, ) = address(registry).call(data);
    }
}
