// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {Signals} from "./Signals.sol";
import {VerifyingKey} from "./VerifyingKey.sol";

/// @title BatchVerifier
/// @notice Verifies any number of Groth16 proofs over any number of circuits by one product of pairings.
///
/// Proof i holds if e(A_i, B_i) = e(alpha, beta) e(vkx_i, gamma) e(C_i, delta), where vkx_i = IC_0 + sum over j of
/// s_ij IC_(j+1) and alpha to IC are its circuit's. All of them hold if, with an unpredictable r_i each,
///
///   prod over i of e(r_i A_i, B_i) * prod over the keys' distinct points Q of e(-P_Q, Q) = 1
///
/// where P_Q collects what stands before Q in any key: r_i alpha for beta, r_i vkx_i for gamma, r_i C_i for delta. Since
/// the IC of a circuit are the same for all its proofs, they are multiplied once, by the sums of r_i and of r_i s_ij.
///
/// A set with a bad proof passes for one choice of r_i in 2^128: all r_i depend on every proof and signal of the call, so
/// nobody can choose proofs whose errors cancel. r_0 is 1, because only the ratios of the r_i matter.
/// (Small-exponents test: Bellare, Garay, Rabin, "Fast batch verification for modular exponentiation and digital
/// signatures", Eurocrypt 1998.)
/// @dev Points stay in memory as the precompiles take them; a `uint256` named after a point is its address there. Keys
/// are compared as stored, never assumed to share anything: keys from one powers of tau share alpha, beta and gamma.
library BatchVerifier {
    /// @dev One circuit of the call. `beta`, `gamma`, `delta`: addresses of the points P_Q of its three Q.
    struct Circuit {
        uint256[32] key;
        uint256[9] scalars;
        uint256 beta;
        uint256 gamma;
        uint256 delta;
    }

    /// @dev Bytes of one statement.
    uint256 private constant SIZE = 0x220;
    /// @dev Words of one pair of the pairing: P (2 words) and Q (4 words).
    uint256 private constant PAIR_WORDS = 6;
    uint256 private constant PAIR_BYTES = 0xc0;
    /// @dev Where the points of a key begin, in bytes.
    uint256 private constant BETA = 0x40;
    uint256 private constant GAMMA = 0xc0;
    uint256 private constant DELTA = 0x140;
    uint256 private constant IC = 0x1c0;

    /// @dev As many as a policy has claims: the loops over statements and their circuits are bounded.
    uint256 private constant MOST_STATEMENTS = 256;

    /// @notice Gas that an addition may use. A point that is not on its curve makes a precompile take all that it was given,
    /// so none is given all that the sender has. Of the cheap ones each gets twenty times its price of EIP-1108 (150 and
    /// 6,000): no repricing by ten, up or down, stops a register, and a call ends with its first bad point.
    uint256 internal constant ADD_GAS = 3_000;
    /// @notice Gas that a multiplication may use.
    uint256 internal constant MULTIPLY_GAS = 120_000;
    /// @dev Gas for the first attempt at the pairings, which are most of a call: twice their price of EIP-1108. If the price
    /// has become higher, `productIsOne` finds out.
    uint256 private constant PAIRING_GAS = 90_000;
    uint256 private constant PAIR_GAS = 68_000;

    /// @notice Reverts with an error of `ICircuitRegistry` unless every statement holds.
    /// @param statements 1 to 256.
    /// @param keyOf Account that holds the key of a circuit (`CodeStore`); asked once per circuit, reverts for one that
    /// must not be used.
    function requireValid(
        ICircuitRegistry.Statement[] calldata statements,
        function(bytes32) internal view returns (address) keyOf
    ) internal view {
        uint256 count = statements.length;
        if (count == 0) revert ICircuitRegistry.NoStatements();
        if (count > MOST_STATEMENTS) revert ICircuitRegistry.TooManyStatements(count, MOST_STATEMENTS);
        (bytes32[] memory ids, uint256[] memory circuitAt) = _distinct(statements);
        Circuit[] memory circuits = new Circuit[](ids.length);
        uint256[] memory pairs = new uint256[](PAIR_WORDS * (count + 3 * ids.length));
        uint256 start = _dataOf(pairs);
        uint256 points = start + count * PAIR_BYTES;
        uint256 end = points;
        for (uint256 i = 0; i < ids.length; i++) end = _load(circuits[i], keyOf(ids[i]), points, end);
        uint256[4] memory scratch;
        _addProofs(start, statements, circuits, circuitAt, scratch);
        _addKeys(circuits, scratch);
        _negate(points, end);
        uint256 most = PAIRING_GAS + ((end - start) / PAIR_BYTES) * PAIR_GAS;
        if (!productIsOne(start, end, most)) revert ICircuitRegistry.ProofInvalid();
    }

    /// @dev The circuits of the statements, each once, and for each statement the place of its circuit among them.
    function _distinct(
        ICircuitRegistry.Statement[] calldata statements
    ) private pure returns (bytes32[] memory ids, uint256[] memory circuitAt) {
        uint256 count = statements.length;
        ids = new bytes32[](count);
        circuitAt = new uint256[](count);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let first := add(ids, 0x20)
            let end := first
            for {
                let i := 0
            } lt(i, count) {
                i := add(i, 1)
            } {
                let id := calldataload(add(statements.offset, mul(i, SIZE)))
                let at := first
                for {} lt(at, end) {
                    at := add(at, 0x20)
                } {
                    if eq(mload(at), id) {
                        break
                    }
                }
                if eq(at, end) {
                    mstore(at, id)
                    end := add(end, 0x20)
                }
                mstore(add(add(circuitAt, 0x20), mul(i, 0x20)), div(sub(at, first), 0x20))
            }
            mstore(ids, div(sub(end, first), 0x20))
        }
    }

    /// @dev Reads a circuit's key and gives each of its three points of G2 a pair.
    function _load(Circuit memory circuit, address key, uint256 pairs, uint256 end) private view returns (uint256) {
        uint256[32] memory words = circuit.key;
        uint256 at;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            at := words
            // The first byte of the account's code is CodeStore's STOP.
            extcodecopy(key, at, 1, 0x400)
        }
        unchecked {
            (circuit.beta, end) = _pairWith(at + BETA, pairs, end);
            (circuit.gamma, end) = _pairWith(at + GAMMA, pairs, end);
            (circuit.delta, end) = _pairWith(at + DELTA, pairs, end);
        }
        return end;
    }

    /// @dev The pair between `pairs` and `end` whose Q is the point at `q`; a new one with P = 0 if there is none.
    function _pairWith(uint256 q, uint256 pairs, uint256 end) private pure returns (uint256 pair, uint256 newEnd) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            newEnd := end
            for {
                pair := pairs
            } lt(pair, end) {
                pair := add(pair, PAIR_BYTES)
            } {
                // Most differ in the first word already.
                if eq(mload(add(pair, 0x40)), mload(q)) {
                    if eq(keccak256(add(pair, 0x40), 0x80), keccak256(q, 0x80)) {
                        break
                    }
                }
            }
            if eq(pair, end) {
                mstore(add(pair, 0x40), mload(q))
                mstore(add(pair, 0x60), mload(add(q, 0x20)))
                mstore(add(pair, 0x80), mload(add(q, 0x40)))
                mstore(add(pair, 0xa0), mload(add(q, 0x60)))
                newEnd := add(end, PAIR_BYTES)
            }
        }
    }

    /// @dev Writes the pairs (r_i A_i, B_i), adds r_i C_i to the point of its circuit's delta, r_i to the sum that
    /// multiplies alpha and IC_0, and r_i s_ij to the one that multiplies IC_(j+1).
    function _addProofs(
        uint256 pair,
        ICircuitRegistry.Statement[] calldata statements,
        Circuit[] memory circuits,
        uint256[] memory circuitAt,
        uint256[4] memory scratch
    ) private view {
        bytes32 seed = seedOf(statements);
        // From memory: the compiler would otherwise read these long constants from the code again at every use.
        uint256[2] memory fields = [Signals.FIELD, VerifyingKey.BASE_FIELD];
        ICircuitRegistry.Statement calldata statement = statements[0];
        Circuit memory circuit = circuits[0];
        for (uint256 i = 0; i < circuitAt.length; i++) {
            uint256 scalar = i == 0 ? 1 : scalarOf(seed, i);
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                // Without Solidity's checks of indices that are right by construction.
                let at := mload(add(add(circuitAt, 0x20), mul(i, 0x20)))
                circuit := mload(add(add(circuits, 0x20), mul(at, 0x20)))
                calldatacopy(pair, add(statement, 0x120), 0x40)
            }
            if (!_isCanonical(statement, fields) || !_addSignals(circuit, statement, scalar, fields)) {
                _refuse(statement);
            }
            _multiply(pair, scalar);
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                calldatacopy(add(pair, 0x40), add(statement, 0x160), 0x80)
                calldatacopy(scratch, add(statement, 0x1e0), 0x40)
                pair := add(pair, PAIR_BYTES)
                // After the last one nothing is read there.
                statement := add(statement, SIZE)
            }
            _multiply(_dataOf(scratch), scalar);
            _add(circuit.delta, scratch);
        }
    }

    /// @dev One value has one encoding: coordinates below q (signals below r: `_addSignals`). No point is 0, where a
    /// pairing says nothing. (Verifiers off chain refuse the same.)
    function _isCanonical(
        ICircuitRegistry.Statement calldata statement,
        uint256[2] memory fields
    ) private pure returns (bool canonical) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            function two(at, field) -> inside, any {
                let first := calldataload(at)
                let second := calldataload(add(at, 0x20))
                inside := and(lt(first, field), lt(second, field))
                any := or(first, second)
            }
            let field := mload(add(fields, 0x20))
            let insideA, anyA := two(add(statement, 0x120), field)
            let insideX, anyX := two(add(statement, 0x160), field)
            let insideY, anyY := two(add(statement, 0x1a0), field)
            let insideC, anyC := two(add(statement, 0x1e0), field)
            let inside := and(and(insideA, insideX), and(insideY, insideC))
            let zero := or(or(iszero(anyA), iszero(or(anyX, anyY))), iszero(anyC))
            canonical := gt(inside, zero)
        }
    }

    /// @dev Returns whether every signal is below r.
    function _addSignals(
        Circuit memory circuit,
        ICircuitRegistry.Statement calldata statement,
        uint256 scalar,
        uint256[2] memory fields
    ) private pure returns (bool canonical) {
        uint256[9] memory scalars = circuit.scalars;
        // Written out: a loop would cost more than what it repeats.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            function accumulate(sum, signal, factor, modulus) -> inside {
                let value := calldataload(signal)
                inside := lt(value, modulus)
                mstore(sum, addmod(mload(sum), mulmod(factor, value, modulus), modulus))
            }
            let field := mload(fields)
            mstore(scalars, addmod(mload(scalars), scalar, field))
            canonical := accumulate(add(scalars, 0x20), add(statement, 0x20), scalar, field)
            canonical := and(canonical, accumulate(add(scalars, 0x40), add(statement, 0x40), scalar, field))
            canonical := and(canonical, accumulate(add(scalars, 0x60), add(statement, 0x60), scalar, field))
            canonical := and(canonical, accumulate(add(scalars, 0x80), add(statement, 0x80), scalar, field))
            canonical := and(canonical, accumulate(add(scalars, 0xa0), add(statement, 0xa0), scalar, field))
            canonical := and(canonical, accumulate(add(scalars, 0xc0), add(statement, 0xc0), scalar, field))
            canonical := and(canonical, accumulate(add(scalars, 0xe0), add(statement, 0xe0), scalar, field))
            canonical := and(canonical, accumulate(add(scalars, 0x100), add(statement, 0x100), scalar, field))
        }
    }

    /// @dev Adds the multiples of each circuit's own points, alpha and IC.
    function _addKeys(Circuit[] memory circuits, uint256[4] memory scratch) private view {
        for (uint256 i = 0; i < circuits.length; i++) {
            Circuit memory circuit = circuits[i];
            uint256 point = _dataOf(circuit.key);
            unchecked {
                point += IC;
                for (uint256 j = 0; j < 9; j++) {
                    _addMultiple(circuit.gamma, point, circuit.scalars[j], scratch);
                    point += 0x40;
                }
            }
        }
        for (uint256 i = 0; i < circuits.length; i++) {
            Circuit memory circuit = circuits[i];
            _addMultiple(circuit.beta, _dataOf(circuit.key), _takeAlphaScalars(circuits, i), scratch);
        }
    }

    /// @dev The sum of all r_i of the circuits that share alpha and beta with the first of them, which so needs to be
    /// multiplied once; 0 for a circuit whose r_i were taken already.
    function _takeAlphaScalars(Circuit[] memory circuits, uint256 first) private pure returns (uint256 sum) {
        Circuit memory circuit = circuits[first];
        for (uint256 i = first; i < circuits.length; i++) {
            Circuit memory other = circuits[i];
            if (other.beta != circuit.beta) continue;
            if (other.key[0] != circuit.key[0] || other.key[1] != circuit.key[1]) continue;
            sum = addmod(sum, other.scalars[0], Signals.FIELD);
            other.scalars[0] = 0;
        }
    }

    /// @dev sum := sum + scalar * point; both are addresses. What is multiplied by 0 or 1, or added to 0, costs nothing:
    /// a single proof needs as many operations as a verifier for single proofs.
    function _addMultiple(uint256 sum, uint256 point, uint256 scalar, uint256[4] memory scratch) private view {
        if (scalar == 0) return;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(scratch, mload(point))
            mstore(add(scratch, 0x20), mload(add(point, 0x20)))
        }
        _multiply(_dataOf(scratch), scalar);
        _add(sum, scratch);
    }

    /// @dev point := scalar * point, in place. The word behind the point is overwritten.
    function _multiply(uint256 point, uint256 scalar) private view {
        if (scalar == 1) return;
        bool valid;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(add(point, 0x40), scalar)
            valid := staticcall(MULTIPLY_GAS, 7, point, 0x60, point, 0x40)
        }
        if (!valid) _refusePoint(MULTIPLY_GAS);
    }

    /// @dev sum := sum + the point that `scratch` begins with.
    function _add(uint256 sum, uint256[4] memory scratch) private view {
        bool valid = true;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let x := mload(sum)
            let y := mload(add(sum, 0x20))
            switch or(x, y)
            case 0 {
                mstore(sum, mload(scratch))
                mstore(add(sum, 0x20), mload(add(scratch, 0x20)))
            }
            default {
                mstore(add(scratch, 0x40), x)
                mstore(add(scratch, 0x60), y)
                valid := staticcall(ADD_GAS, 6, scratch, 0x80, sum, 0x40)
            }
        }
        if (!valid) _refusePoint(ADD_GAS);
    }

    /// @dev P := -P in every pair. The point 0 stays as it is.
    function _negate(uint256 pair, uint256 end) private pure {
        uint256 field = VerifyingKey.BASE_FIELD;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            for {} lt(pair, end) {
                pair := add(pair, PAIR_BYTES)
            } {
                let y := add(pair, 0x20)
                mstore(y, mod(sub(field, mload(y)), field))
            }
        }
    }

    /// @notice Whether the product of the pairings is 1. The precompile also checks that every point is on its curve and in
    /// its subgroup. If it fails, a point is bad, or its price is higher than it was: then the price is measured, and it is
    /// asked again with twice of it. So a bad point takes little more than twice what good ones would, whatever they cost.
    /// @param start Address of the first pair.
    /// @param end Address behind the last pair.
    /// @param most Gas for the first attempt.
    /// @return isOne Whether it is.
    function productIsOne(uint256 start, uint256 end, uint256 most) internal view returns (bool isOne) {
        bool done;
        uint256 length = end - start;
        (done, isOne) = _pairing(start, length, most);
        if (done) return isOne;
        _requireGiven(most);
        uint256 price = _priceOf(length / PAIR_BYTES);
        if (price <= most) return false;
        most = 2 * price;
        (done, isOne) = _pairing(start, length, most);
        if (!done) _requireGiven(most);
    }

    /// @dev What the precompile takes for so many pairs now, measured on no pair and on one of two points 0.
    function _priceOf(uint256 pairs) private view returns (uint256) {
        uint256[PAIR_WORDS] memory pair;
        uint256 at;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            at := pair
        }
        uint256 none = _gasOf(at, 0);
        return none + pairs * (_gasOf(at, PAIR_BYTES) - none);
    }

    function _gasOf(uint256 start, uint256 length) private view returns (uint256) {
        uint256 before = gasleft();
        (bool done, ) = _pairing(start, length, before);
        if (!done) revert ICircuitRegistry.NotComputed();
        return before - gasleft();
    }

    /// @dev Whether the precompile answered, and whether with 1.
    function _pairing(uint256 start, uint256 length, uint256 most) private view returns (bool done, bool isOne) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            done := staticcall(most, 8, start, length, 0, 0x20)
            // A chain without the precompile would answer with success and nothing else.
            done := and(done, eq(returndatasize(), 0x20))
            isOne := and(done, eq(mload(0), 1))
        }
    }

    function _refusePoint(uint256 most) private view {
        _requireGiven(most);
        revert ICircuitRegistry.ProofInvalid();
    }

    /// @dev After a precompile failed that was to have so much gas. The chain keeps back one part in 64 of what is there: if
    /// less than that is left, it had not got all, and what failed says nothing about a proof.
    function _requireGiven(uint256 most) private view {
        if (gasleft() < most / 63) revert ICircuitRegistry.NotComputed();
    }

    /// @notice What all r_i are derived from: chain, contract and everything that is verified.
    /// @dev A statement names its circuit by the hash of its key and is as long as every other, so that equal seeds mean
    /// equal calls.
    /// @param statements The statements.
    /// @return seed The seed.
    function seedOf(ICircuitRegistry.Statement[] calldata statements) internal view returns (bytes32 seed) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let free := mload(0x40)
            let length := mul(statements.length, SIZE)
            mstore(free, chainid())
            mstore(add(free, 0x20), address())
            calldatacopy(add(free, 0x40), statements.offset, length)
            seed := keccak256(free, add(length, 0x40))
        }
    }

    /// @notice r_i for i > 0.
    /// @param seed What `seedOf` returned.
    /// @param index i.
    /// @return scalar From 1 to 2^128.
    function scalarOf(bytes32 seed, uint256 index) internal pure returns (uint256 scalar) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(0, seed)
            mstore(0x20, index)
            scalar := add(shr(128, keccak256(0, 0x40)), 1)
        }
    }

    /// @dev Says what is not canonical.
    function _refuse(ICircuitRegistry.Statement calldata statement) private pure {
        for (uint256 i = 0; i < Signals.COUNT; i++) {
            uint256 signal = statement.signals[i];
            if (signal >= Signals.FIELD) revert ICircuitRegistry.SignalOutOfField(i, signal);
        }
        uint256[8] calldata proof = statement.proof;
        for (uint256 i = 0; i < 8; i++) {
            if (proof[i] >= VerifyingKey.BASE_FIELD) revert ICircuitRegistry.ProofWordOutOfField(i, proof[i]);
        }
        if (proof[0] | proof[1] == 0) revert ICircuitRegistry.ProofPointZero(0);
        if (proof[2] | proof[3] | proof[4] | proof[5] == 0) revert ICircuitRegistry.ProofPointZero(2);
        revert ICircuitRegistry.ProofPointZero(6);
    }

    function _dataOf(uint256[] memory array) private pure returns (uint256 data) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            data := add(array, 0x20)
        }
    }

    function _dataOf(uint256[32] memory key) private pure returns (uint256 data) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            data := key
        }
    }

    function _dataOf(uint256[4] memory scratch) private pure returns (uint256 data) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            data := scratch
        }
    }
}
