// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";

/// @title Statements
/// @notice The statements of one call of `ICircuitRegistry.verifyMany`, written where that call reads them, so that
/// nothing is copied twice.
library Statements {
    /// @dev Call data before the first statement: selector, offset of the array, its length.
    uint256 private constant HEAD = 0x44;
    uint256 private constant SIZE = 0x220;

    /// @notice Makes room for statements.
    /// @param count How many.
    /// @return list Where they are; for the functions below.
    function allocate(uint256 count) internal pure returns (uint256 list) {
        bytes4 selector = ICircuitRegistry.verifyMany.selector;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            list := mload(0x40)
            mstore(list, selector)
            mstore(add(list, 4), 0x20)
            mstore(add(list, 0x24), count)
            // Rounded up to a word, as Solidity expects of free memory.
            mstore(0x40, add(list, add(0x60, mul(count, SIZE))))
        }
    }

    /// @notice Writes the statement of one item.
    /// @dev head, parties, record and deviations follow one another in an item as they do among the signals.
    /// @param list What `allocate` returned.
    /// @param index Its place, below the count given to `allocate`.
    /// @param batch Signal `batch`.
    /// @param rule Signal `rule`.
    /// @param context Signal `context`.
    /// @param opened Signal `opened`.
    /// @param item Circuit, the other signals, and the proof.
    /// @return at Where it is; for `announce`.
    function set(
        uint256 list,
        uint256 index,
        uint256 batch,
        uint256 rule,
        uint256 context,
        uint256 opened,
        IComplianceRegistry.Item calldata item
    ) internal pure returns (uint256 at) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            at := add(list, add(HEAD, mul(index, SIZE)))
            calldatacopy(at, add(item, 0x20), 0x20)
            mstore(add(at, 0x20), batch)
            mstore(add(at, 0x40), rule)
            calldatacopy(add(at, 0x60), add(item, 0x40), 0x80)
            mstore(add(at, 0xe0), context)
            mstore(add(at, 0x100), opened)
            calldatacopy(add(at, 0x120), add(item, 0xc0), 0x100)
        }
    }

    /// @notice Emits `ClaimAttested` for a statement.
    /// @dev From head to proof the event says what the statement says, in the same order, except that it names the
    /// sender where the statement has the context.
    /// @param at What `set` returned.
    /// @param key Key of the batch.
    /// @param claim Index of the claim.
    /// @return topics Hash of the event's topics, for the journal.
    /// @return data Hash of its data.
    function announce(uint256 at, bytes32 key, uint8 claim) internal returns (bytes32 topics, bytes32 data) {
        bytes32 topic = IComplianceRegistry.ClaimAttested.selector;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let place := add(at, 0xe0)
            let context := mload(place)
            mstore(place, caller())
            let circuitId := mload(at)
            log4(add(at, 0x60), 0x1c0, topic, key, claim, circuitId)
            data := keccak256(add(at, 0x60), 0x1c0)
            mstore(place, context)
            let free := mload(0x40)
            mstore(free, topic)
            mstore(add(free, 0x20), key)
            mstore(add(free, 0x40), claim)
            mstore(add(free, 0x60), circuitId)
            topics := keccak256(free, 0x80)
        }
    }

    /// @notice Reverts with what the registry says unless all statements hold.
    /// @param list What `allocate` returned, every statement written.
    /// @param circuits The registry.
    function requireValid(uint256 list, ICircuitRegistry circuits) internal view {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let length := add(HEAD, mul(mload(add(list, 0x24)), SIZE))
            // A call of an account without code would succeed and verify nothing.
            if iszero(and(staticcall(gas(), circuits, list, length, 0, 0), gt(extcodesize(circuits), 0))) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
        }
    }
}
