// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";

/// @title VerifyingKey
/// @notice What a Groth16 verifying key must satisfy before anybody may rely on it. The layout is `ICircuitRegistry`'s.
library VerifyingKey {
    /// @dev Order q of the BN254 base field.
    uint256 internal constant BASE_FIELD =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 internal constant LENGTH = 1024;

    uint256 private constant WORDS = 32;
    uint256 private constant BETA = 2;
    uint256 private constant GAMMA = 6;
    uint256 private constant DELTA = 10;
    uint256 private constant IC = 14;

    /// @dev x of the generator of G2. A point and its negative share x, and both are refused.
    uint256 private constant GENERATOR_X_C1 =
        11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 private constant GENERATOR_X_C0 =
        10857046999023057135944570762232829481370756359578518086990519993285655852781;

    /// @dev alpha of every development key: sha256("batchproof development setup: insecure by design/alpha") mod r,
    /// times the generator of G1. A development key cannot hide, because it cannot have another alpha.
    uint256 private constant DEVELOPMENT_ALPHA_X =
        12376525886839490924742604679106354792875716545460784690087475407837212272084;
    uint256 private constant DEVELOPMENT_ALPHA_Y =
        3287204855706167695690046820987463518220478399136015428666135764546974397176;

    /// @notice Reverts with an error of `ICircuitRegistry` unless the key has the right length, canonical words, no
    /// point at infinity, a delta of its own and eight signals that cannot be traded for each other.
    /// @param key The key.
    function requireSound(bytes calldata key) internal pure {
        if (key.length != LENGTH) revert ICircuitRegistry.KeyLength(key.length, LENGTH);
        uint256[WORDS] memory words = abi.decode(key, (uint256[32]));
        _requireCanonical(words);
        if (_sameX2(words, DELTA, words[GAMMA], words[GAMMA + 1])) revert ICircuitRegistry.DeltaEqualsGamma();
        if (_sameX2(words, DELTA, GENERATOR_X_C1, GENERATOR_X_C0)) revert ICircuitRegistry.DeltaIsGenerator();
        _requireDistinctIc(words);
    }

    /// @notice Whether the key was made from the public development seed.
    /// @param key The key, of the right length.
    /// @return True if its alpha is the development alpha.
    function isDevelopment(bytes calldata key) internal pure returns (bool) {
        (uint256 x, uint256 y) = abi.decode(key, (uint256, uint256));
        return x == DEVELOPMENT_ALPHA_X && y == DEVELOPMENT_ALPHA_Y;
    }

    function _requireCanonical(uint256[WORDS] memory words) private pure {
        for (uint256 i = 0; i < WORDS; i++) {
            if (words[i] >= BASE_FIELD) revert ICircuitRegistry.KeyWordOutOfField(i, words[i]);
        }
        _requirePoint(words, 0, BETA);
        _requirePoint(words, BETA, GAMMA);
        _requirePoint(words, GAMMA, DELTA);
        _requirePoint(words, DELTA, IC);
        for (uint256 i = IC; i < WORDS; i += 2) _requirePoint(words, i, i + 2);
    }

    function _requirePoint(uint256[WORDS] memory words, uint256 from, uint256 to) private pure {
        uint256 any = 0;
        for (uint256 i = from; i < to; i++) any |= words[i];
        if (any == 0) revert ICircuitRegistry.KeyPointZero(from);
    }

    function _requireDistinctIc(uint256[WORDS] memory words) private pure {
        for (uint256 i = IC; i < WORDS; i += 2) {
            for (uint256 j = i + 2; j < WORDS; j += 2) {
                if (words[i] == words[j]) revert ICircuitRegistry.IcRepeated((i - IC) / 2, (j - IC) / 2);
            }
        }
    }

    function _sameX2(uint256[WORDS] memory words, uint256 at, uint256 c1, uint256 c0) private pure returns (bool) {
        return words[at] == c1 && words[at + 1] == c0;
    }
}
