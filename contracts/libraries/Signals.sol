// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Signals
/// @notice The eight public signals of every circuit: their order, their field, and the one that the chain computes.
/// @dev The only place in Solidity that names an index. `src/formats/constants.ts` holds the same order and a test
/// compares them.
library Signals {
    uint256 internal constant BATCH = 0;
    uint256 internal constant RULE = 1;
    uint256 internal constant HEAD = 2;
    uint256 internal constant PARTIES = 3;
    uint256 internal constant RECORD = 4;
    uint256 internal constant DEVIATIONS = 5;
    uint256 internal constant CONTEXT = 6;
    uint256 internal constant OPENED = 7;
    uint256 internal constant COUNT = 8;

    /// @dev Order r of the BN254 scalar field: every signal is below it.
    uint256 internal constant FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @notice The value of signal `context`: it ties a proof to one chain, one registry and one sender, so that a
    /// proof seen in the mempool or on another chain is worth nothing to anybody else.
    /// @param chainId Chain id.
    /// @param registry Address of the compliance registry.
    /// @param submitter Account that sends the proof.
    /// @return The context, 248 bits and so always a field element.
    function contextOf(uint256 chainId, address registry, address submitter) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(chainId, registry, submitter))) >> 8;
    }
}
