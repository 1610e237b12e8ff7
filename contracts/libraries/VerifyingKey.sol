// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";

/// @title VerifyingKey
/// @notice What a Groth16 verifying key must satisfy before anybody may rely on it. The layout is `ICircuitRegistry`'s.
/// @dev Two points with one x are equal or opposite, and both are refused: a sign is nobody's secret. These are relations
/// with coefficients 1 and -1; those of a product or of delta with a point of IC cost too many pairings here, and are left to
/// whoever proposes, approves or audits (`assertUsableKey`). Who made a key can forge by any other that he knows, such as
/// delta = 2 gamma, and no check of the key sees it: that is why two persons add a key with the transcript of its ceremony.
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

    /// @dev The generators, (1, 2) in G1.
    uint256 private constant G1_X = 1;
    uint256 private constant G1_Y = 2;
    uint256 private constant G2_X_C1 = 11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 private constant G2_X_C0 = 10857046999023057135944570762232829481370756359578518086990519993285655852781;
    uint256 private constant G2_Y_C1 = 4082367875863433681332203403145435568316851327593401208105741076214120093531;
    uint256 private constant G2_Y_C0 = 8495653923123431417604973247489272438418190587263600148770280649306958101930;

    /// @dev alpha times beta of every development key, times the generator of G1: both are sha256 of
    /// "batchproof development setup: insecure by design/" and the name, mod r. A development key cannot hide: any split
    /// of this product between alpha and beta has the same pairing.
    uint256 private constant DEVELOPMENT_PRODUCT_X =
        11898185006332007161316665003583601812513257099536130376087888985694982262239;
    uint256 private constant DEVELOPMENT_PRODUCT_Y =
        3902374141721138962901492218158681896159548132466116431482416103287815836503;

    /// @dev Gas that a call of the pairing may use: ten times its price of EIP-1108. A point that is not in its group makes
    /// the precompile take all it was given.
    uint256 private constant PAIRING_GAS = 450_000;
    uint256 private constant PAIR_GAS = 340_000;
    /// @dev Words of a pair: P (2 words) and Q (4 words).
    uint256 private constant PAIR_WORDS = 6;

    /// @notice Reverts with an error of `ICircuitRegistry` unless the key has the right length and canonical words, every
    /// point is in its group and not 0, and no two of them stand in a relation that everybody sees.
    /// @param key The key.
    /// @return development True if the product of its alpha and beta, or its negative, is that of the development setup.
    function requireSound(bytes calldata key) internal view returns (bool development) {
        if (key.length != LENGTH) revert ICircuitRegistry.KeyLength(key.length, LENGTH);
        uint256[WORDS] memory words = abi.decode(key, (uint256[32]));
        _requireCanonical(words);
        _requireG1(words, 0);
        for (uint256 i = IC; i < WORDS; i += 2) _requireG1(words, i);
        _requireUnrelated(words);
        _requireDistinctIc(words);
        _requireG2(words, DELTA);
        // beta is checked by its first pairing, gamma is the generator.
        development = _pairAlike(words, 0, BETA, DEVELOPMENT_PRODUCT_X, DEVELOPMENT_PRODUCT_Y, GAMMA);
        // Of a development key everything is known anyway.
        if (development) return true;
        if (_pairAlike(words, 0, BETA, G1_X, G1_Y, GAMMA)) revert ICircuitRegistry.AlphaBetaPublic();
        if (_pairAlike(words, 0, BETA, G1_X, G1_Y, DELTA)) revert ICircuitRegistry.AlphaBetaPublic();
        if (_pairAlike(words, 0, GAMMA, G1_X, G1_Y, BETA)) revert ICircuitRegistry.AlphaIsBeta();
        if (_pairAlike(words, 0, GAMMA, G1_X, G1_Y, DELTA)) revert ICircuitRegistry.AlphaIsDelta();
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

    /// @dev y^2 = x^3 + 3. G1 has no subgroups.
    function _requireG1(uint256[WORDS] memory words, uint256 at) private pure {
        uint256 x = words[at];
        uint256 y = words[at + 1];
        uint256 right = addmod(mulmod(mulmod(x, x, BASE_FIELD), x, BASE_FIELD), 3, BASE_FIELD);
        if (mulmod(y, y, BASE_FIELD) != right) revert ICircuitRegistry.KeyPointForeign(at);
    }

    function _requireUnrelated(uint256[WORDS] memory words) private pure {
        bool y = words[GAMMA + 2] == G2_Y_C1 && words[GAMMA + 3] == G2_Y_C0;
        if (!y || !_sameX2(words, GAMMA, G2_X_C1, G2_X_C0)) revert ICircuitRegistry.GammaNotGenerator();
        if (_sameX2(words, DELTA, G2_X_C1, G2_X_C0)) revert ICircuitRegistry.DeltaIsGenerator();
        if (_sameX2(words, BETA, G2_X_C1, G2_X_C0)) revert ICircuitRegistry.BetaIsGenerator();
        if (_sameX2(words, DELTA, words[BETA], words[BETA + 1])) revert ICircuitRegistry.DeltaIsBeta();
        if (words[0] == G1_X) revert ICircuitRegistry.AlphaIsGenerator();
    }

    function _requireDistinctIc(uint256[WORDS] memory words) private pure {
        for (uint256 i = IC; i < WORDS; i += 2) {
            if (words[i] == words[0]) revert ICircuitRegistry.AlphaInIc((i - IC) / 2);
            for (uint256 j = i + 2; j < WORDS; j += 2) {
                if (words[i] == words[j]) revert ICircuitRegistry.IcRepeated((i - IC) / 2, (j - IC) / 2);
            }
        }
    }

    function _sameX2(uint256[WORDS] memory words, uint256 at, uint256 c1, uint256 c0) private pure returns (bool) {
        return words[at] == c1 && words[at + 1] == c0;
    }

    function _requireG2(uint256[WORDS] memory words, uint256 q) private view {
        uint256[2 * PAIR_WORDS] memory pairs;
        _copyQ(words, q, pairs, 2);
        _isOne(pairs, 1, q);
    }

    /// @dev Whether e(P, Q) is e((x, y), R) or its inverse, for points P, Q and R of the key.
    function _pairAlike(
        uint256[WORDS] memory words,
        uint256 p,
        uint256 q,
        uint256 x,
        uint256 y,
        uint256 r
    ) private view returns (bool alike) {
        uint256[2 * PAIR_WORDS] memory pairs;
        (pairs[0], pairs[1]) = (words[p], words[p + 1]);
        _copyQ(words, q, pairs, 2);
        (pairs[PAIR_WORDS], pairs[PAIR_WORDS + 1]) = (x, BASE_FIELD - y);
        _copyQ(words, r, pairs, PAIR_WORDS + 2);
        alike = _isOne(pairs, 2, q);
        if (alike) return true;
        pairs[PAIR_WORDS + 1] = y;
        alike = _isOne(pairs, 2, q);
    }

    function _copyQ(
        uint256[WORDS] memory words,
        uint256 from,
        uint256[2 * PAIR_WORDS] memory pairs,
        uint256 to
    ) private pure {
        for (uint256 i = 0; i < 4; i++) pairs[to + i] = words[from + i];
    }

    /// @dev Whether the pairing of the first `count` pairs is 1. Without an answer nothing is known: the point at `q` is not
    /// in its group, since all others were checked before; or there is no precompile, or no gas for it.
    function _isOne(uint256[2 * PAIR_WORDS] memory pairs, uint256 count, uint256 q) private view returns (bool one) {
        uint256 size = count * PAIR_WORDS * 32;
        uint256 most = PAIRING_GAS + count * PAIR_GAS;
        bool answered;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            answered := staticcall(most, 8, pairs, size, 0, 0x20)
            // A chain without the precompile would answer with success and nothing else.
            answered := and(answered, eq(returndatasize(), 0x20))
            one := eq(mload(0), 1)
        }
        if (!answered) revert ICircuitRegistry.KeyPointForeign(q);
    }
}
