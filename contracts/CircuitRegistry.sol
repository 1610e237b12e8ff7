// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Guarded} from "./Guarded.sol";
import {ICircuitRegistry} from "./interfaces/ICircuitRegistry.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {IRoles} from "./interfaces/IRoles.sol";
import {CodeStore} from "./libraries/CodeStore.sol";
import {Codes} from "./libraries/Codes.sol";
import {RoleIds} from "./libraries/RoleIds.sol";
import {Signals} from "./libraries/Signals.sol";
import {VerifyingKey} from "./libraries/VerifyingKey.sol";

/// @title CircuitRegistry
/// @notice The circuits that claims may name, and the one place that verifies proofs.
contract CircuitRegistry is ICircuitRegistry, Guarded {
    using VerifyingKey for bytes;

    mapping(bytes32 circuitId => Circuit) private _circuits;

    /// @notice Deploys an empty registry.
    /// @param roles_ The shared list of roles.
    constructor(IRoles roles_) Guarded(roles_) {}

    /// @inheritdoc ICircuitRegistry
    function addCircuit(
        bytes calldata key,
        address verifier,
        uint8 kind,
        uint32 tier,
        bool development
    ) external only(RoleIds.ADMIN) returns (bytes32 circuitId) {
        key.requireSound();
        _requireHonestFlag(key.isDevelopment(), development);
        if (kind < Codes.KIND_TEMPERATURE || kind > Codes.KIND_QUALITY) revert KindUnknown(kind);
        if (tier == 0) revert TierZero();
        if (verifier.code.length == 0) revert VerifierWithoutCode(verifier);
        circuitId = keccak256(key);
        if (_circuits[circuitId].verifier != address(0)) revert CircuitKnown(circuitId);
        _circuits[circuitId] = Circuit(CodeStore.write(key), verifier, kind, tier, development, false, 0);
        emit CircuitAdded(circuitId, kind, tier, development, verifier, key);
    }

    /// @inheritdoc ICircuitRegistry
    function freeze(bytes32 circuitId, uint64 effective, bool unsound) external only(RoleIds.ADMIN) {
        Circuit storage circuit = _known(circuitId);
        if (unsound) effective = uint64(block.timestamp);
        if (effective < block.timestamp) revert FreezeInPast(effective, block.timestamp);
        uint64 before = circuit.frozenFrom;
        if (circuit.unsound || (before != 0 && !unsound && effective >= before)) {
            revert FreezeOnlyStricter(circuitId, before);
        }
        // A circuit that stopped earlier and is now found unsound keeps the day on which it stopped.
        if (before == 0 || effective < before) circuit.frozenFrom = effective;
        circuit.unsound = unsound;
        emit CircuitFrozen(circuitId, circuit.frozenFrom, unsound);
    }

    /// @inheritdoc ICircuitRegistry
    function verify(bytes32 circuitId, uint256[7] calldata signals, uint256[8] calldata proof) external view {
        Circuit storage circuit = _known(circuitId);
        uint64 frozenFrom = circuit.frozenFrom;
        if (frozenFrom != 0 && block.timestamp >= frozenFrom) revert CircuitIsFrozen(circuitId, frozenFrom);
        for (uint256 i = 0; i < Signals.COUNT; i++) {
            if (signals[i] >= Signals.FIELD) revert SignalOutOfField(i, signals[i]);
        }
        _requireCanonical(proof);
        bool valid = IGroth16Verifier(circuit.verifier).verifyProof(
            [proof[0], proof[1]],
            [[proof[2], proof[3]], [proof[4], proof[5]]],
            [proof[6], proof[7]],
            signals
        );
        if (!valid) revert ProofInvalid(circuitId);
    }

    /// @inheritdoc ICircuitRegistry
    function kindForPolicy(bytes32 circuitId) external view returns (uint8) {
        Circuit storage circuit = _known(circuitId);
        if (circuit.frozenFrom != 0) revert CircuitIsFrozen(circuitId, circuit.frozenFrom);
        return circuit.kind;
    }

    /// @inheritdoc ICircuitRegistry
    function circuitOf(bytes32 circuitId) external view returns (Circuit memory) {
        return _known(circuitId);
    }

    /// @inheritdoc ICircuitRegistry
    function keyOf(bytes32 circuitId) external view returns (bytes memory) {
        return CodeStore.read(_known(circuitId).key);
    }

    function _requireHonestFlag(bool actual, bool declared) private view {
        if (declared != actual) revert DevelopmentFlagWrong(declared, actual);
        if (actual && block.chainid != 31337 && block.chainid != 1337) revert DevelopmentKeyRefused(block.chainid);
    }

    /// @dev The exported verifier reduces A's y modulo q and accepts infinity; a strict verifier off chain does not,
    /// and both must say the same.
    function _requireCanonical(uint256[8] calldata proof) private pure {
        for (uint256 i = 0; i < 8; i++) {
            if (proof[i] >= VerifyingKey.BASE_FIELD) revert ProofWordOutOfField(i, proof[i]);
        }
        if (proof[0] | proof[1] == 0) revert ProofPointZero(0);
        if (proof[2] | proof[3] | proof[4] | proof[5] == 0) revert ProofPointZero(2);
        if (proof[6] | proof[7] == 0) revert ProofPointZero(6);
    }

    function _known(bytes32 circuitId) private view returns (Circuit storage circuit) {
        circuit = _circuits[circuitId];
        if (circuit.verifier == address(0)) revert CircuitUnknown(circuitId);
    }
}
