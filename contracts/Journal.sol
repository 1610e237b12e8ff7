// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Since} from "./Since.sol";

/// @title Journal
/// @notice A contract whose events are chained: one word that only comes out as the contract says if no event of it is missing,
/// changed, added or out of order.
///
/// journal = keccak256(abi.encode(chain id, address of the contract)) before the first event, and after each
/// journal = keccak256(abi.encode(journal, block number, block time, keccak256(topics), keccak256(data)))
/// over the raw topics one after another, and the raw data, of the event as it stands in the log.
///
/// Every event is emitted by a function of this contract, or noted right after the library that emits it. Who acted is a
/// parameter of the event, or follows from one of the same call.
/// @dev The first of the bases of every contract: the journal is storage slot 0, where a proof of it is asked for.
abstract contract Journal is Since {
    /// @notice Chains all events of this contract.
    bytes32 public journal = keccak256(abi.encode(block.chainid, address(this)));

    function _emit(bytes32 selector, bytes memory data) internal {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            log1(add(data, 0x20), mload(data), selector)
        }
        _note(keccak256(abi.encode(selector)), data);
    }

    function _emit(bytes32 selector, bytes32 topic, bytes memory data) internal {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            log2(add(data, 0x20), mload(data), selector, topic)
        }
        _note(keccak256(abi.encode(selector, topic)), data);
    }

    function _emit(bytes32 selector, bytes32 topic, bytes32 second, bytes memory data) internal {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            log3(add(data, 0x20), mload(data), selector, topic, second)
        }
        _note(keccak256(abi.encode(selector, topic, second)), data);
    }

    function _emit(bytes32 selector, bytes32 topic, bytes32 second, bytes32 third, bytes memory data) internal {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            log4(add(data, 0x20), mload(data), selector, topic, second, third)
        }
        _note(keccak256(abi.encode(selector, topic, second, third)), data);
    }

    /// @dev Chains an event that stands in the log already. `topics`: hash of its topics.
    function _note(bytes32 topics, bytes memory data) internal {
        _note(topics, keccak256(data));
    }

    /// @dev The same by the hash of its data.
    function _note(bytes32 topics, bytes32 data) internal {
        journal = keccak256(abi.encode(journal, block.number, block.timestamp, topics, data));
    }

    /// @dev An account as the topic of an event.
    function _topic(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
