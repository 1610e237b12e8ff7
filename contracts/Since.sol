// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Since
/// @notice A contract that says when it was deployed: whoever reads its events need not ask for older blocks.
abstract contract Since {
    /// @notice Number of the block in which the contract was deployed.
    uint256 public immutable since = block.number;
}
