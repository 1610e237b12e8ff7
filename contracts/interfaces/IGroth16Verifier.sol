// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title IGroth16Verifier
/// @notice What snarkjs exports for a circuit of seven public signals.
interface IGroth16Verifier {
    /// @notice Checks one proof.
    /// @param a Point A.
    /// @param b Point B, each coordinate as (c1, c0).
    /// @param c Point C.
    /// @param signals The public signals in the order of the library `Signals`.
    /// @return True only for a valid proof.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[7] calldata signals
    ) external view returns (bool);
}
