// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Fixture} from "./Fixture.sol";
import {Vm} from "./Vm.sol";

/// @notice Compares the events of a contract with those that its interface declares, and its journal with both. A test
/// records (`vm.recordLogs`), calls the contract, emits itself what the calls should have, and asks here.
abstract contract Journaled is Fixture {
    /// @dev What stands in slot 0, where a proof of the journal is asked for.
    function _journalOf(address subject) internal view returns (bytes32) {
        return vm.load(subject, 0);
    }

    /// @dev Of a contract that has emitted nothing yet.
    function _firstJournalOf(address subject) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, subject));
    }

    /// @dev All within the current block. `before`: the journal when the recording began.
    function _requireJournal(address subject, bytes32 before) internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes32 journal = before;
        uint256 own = 0;
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].emitter != subject) continue;
            while (own < logs.length && logs[own].emitter != address(this)) own++;
            assertTrue(own < logs.length, "an event more than expected");
            bytes32 topics = keccak256(abi.encodePacked(logs[i].topics));
            assertEq(topics, keccak256(abi.encodePacked(logs[own].topics)));
            assertEq(keccak256(logs[i].data), keccak256(logs[own].data));
            journal = keccak256(abi.encode(journal, block.number, block.timestamp, topics, keccak256(logs[i].data)));
            own++;
        }
        while (own < logs.length && logs[own].emitter != address(this)) own++;
        assertTrue(own == logs.length, "an event less than expected");
        assertTrue(journal != before, "nothing happened");
        assertEq(_journalOf(subject), journal);
    }
}
