// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Signals} from "../../contracts/libraries/Signals.sol";
import {VerifyingKey} from "../../contracts/libraries/VerifyingKey.sol";

/// @title Trapdoor
/// @notice Keys whose secrets are known, and valid proofs for them without any witness. Every point is a known multiple
/// of a generator, so that a test can also say by how much a forged proof is wrong. Circuits are named by a salt.
library Trapdoor {
    uint256 private constant FIELD = Signals.FIELD;

    /// @dev 1, 2, 3, 5 and r - 2 times the generator of G2, as the precompile takes it.
    function times(uint256 factor) internal pure returns (uint256[4] memory words) {
        if (factor == FIELD - 2) {
            words = times(2);
            words[2] = VerifyingKey.BASE_FIELD - words[2];
            words[3] = VerifyingKey.BASE_FIELD - words[3];
            return words;
        }
        if (factor == 1) {
            return
                [
                    0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2,
                    0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed,
                    0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b,
                    0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa
                ];
        }
        if (factor == 2) {
            return
                [
                    0x203e205db4f19b37b60121b83a7333706db86431c6d835849957ed8c3928ad79,
                    0x27dc7234fd11d3e8c36c59277c3e6f149d5cd3cfa9a62aee49f8130962b4b3b9,
                    0x195e8aa5b7827463722b8c153931579d3505566b4edf48d498e185f0509de152,
                    0x04bb53b8977e5f92a0bc372742c4830944a59b4fe6b1c0466e2a6dad122b5d2e
                ];
        }
        if (factor == 3) {
            return
                [
                    0x1014772f57bb9742735191cd5dcfe4ebbc04156b6878a0a7c9824f32ffb66e85,
                    0x06064e784db10e9051e52826e192715e8d7e478cb09a5e0012defa0694fbc7f5,
                    0x021e2335f3354bb7922ffcc2f38d3323dd9453ac49b55441452aeaca147711b2,
                    0x058e1d5681b5b9e0074b0f9c8d2c68a069b920d74521e79765036d57666c5597
                ];
        }
        return
            [
                0x0a09ccf561b55fd99d1c1208dee1162457b57ac5af3759d50671e510e428b2a1,
                0x2e539c423b302d13f4e5773c603948eaf5db5df8ae8a9a9113708390a06410d8,
                0x19b763513924a736e4eebd0d78c91c1bc1d657fee4214057d21414011cfcc763,
                0x2f8d9f9ab83727c77a2fec063cb7b6e5eb23044ccf535ad49d46d394fb6f6bf6
            ];
    }

    /// @dev A multiple of the generator of G1.
    function point(uint256 scalar) internal view returns (uint256 x, uint256 y) {
        (bool success, bytes memory answer) = address(7).staticcall(abi.encode(1, 2, scalar));
        require(success, "multiply");
        return abi.decode(answer, (uint256, uint256));
    }

    /// @dev The secrets; gamma is 1 in every key. Salts 0 and 1 modulo 6 share everything but IC, as two circuits of one
    /// setup would. The others differ from them: 2 in delta; 3 in everything, with points that stand elsewhere in other
    /// keys; 4 in beta alone; 5 in alpha, and in the sign of delta.
    function setupOf(uint256 salt) internal pure returns (uint256 alpha, uint256 beta, uint256 gamma, uint256 delta) {
        uint256 setup = salt % 6;
        if (setup == 2) return (999, 3, 1, 5);
        if (setup == 3) return (7, 5, 1, 3);
        if (setup == 4) return (999, 5, 1, 2);
        if (setup == 5) return (7, 3, 1, FIELD - 2);
        return (999, 3, 1, 2);
    }

    /// @dev The verifying key, as `ICircuitRegistry` lays it out.
    function key(uint256 salt) internal view returns (uint256[32] memory words) {
        (uint256 alpha, uint256 beta, uint256 gamma, uint256 delta) = setupOf(salt);
        (words[0], words[1]) = point(alpha);
        uint256[4][3] memory points = [times(beta), times(gamma), times(delta)];
        for (uint256 i = 0; i < 12; i++) words[2 + i] = points[i / 4][i % 4];
        for (uint256 j = 0; j < 9; j++) (words[14 + 2 * j], words[15 + 2 * j]) = point(_ic(salt, j));
    }

    /// @dev The multiple of the generator that A must be when B is the generator and C is `c` times it.
    function a(uint256 salt, uint256[8] memory signals, uint256 c) internal pure returns (uint256) {
        (uint256 alpha, uint256 beta, uint256 gamma, uint256 delta) = setupOf(salt);
        uint256 inputs = _ic(salt, 0);
        for (uint256 j = 0; j < Signals.COUNT; j++) {
            inputs = addmod(inputs, mulmod(signals[j], _ic(salt, j + 1), FIELD), FIELD);
        }
        return
            addmod(
                mulmod(alpha, beta, FIELD),
                addmod(mulmod(gamma, inputs, FIELD), mulmod(delta, c, FIELD), FIELD),
                FIELD
            );
    }

    /// @dev A proof with given A and C; it is valid if `at` is `a(...)`.
    function proofAt(uint256 at, uint256 c) internal view returns (uint256[8] memory words) {
        (words[0], words[1]) = point(at);
        uint256[4] memory b = times(1);
        for (uint256 i = 0; i < 4; i++) words[2 + i] = b[i];
        (words[6], words[7]) = point(c);
    }

    /// @dev A valid proof.
    function proof(uint256 salt, uint256[8] memory signals) internal view returns (uint256[8] memory) {
        return proofAt(a(salt, signals, 1), 1);
    }

    function _ic(uint256 salt, uint256 j) private pure returns (uint256) {
        return 1000 * salt + j + 1;
    }
}
