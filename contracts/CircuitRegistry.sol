// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Guarded} from "./Guarded.sol";
import {TwoPersonRule} from "./TwoPersonRule.sol";
import {ICircuitRegistry} from "./interfaces/ICircuitRegistry.sol";
import {IRoles} from "./interfaces/IRoles.sol";
import {BatchVerifier} from "./libraries/BatchVerifier.sol";
import {CodeStore} from "./libraries/CodeStore.sol";
import {RoleIds} from "./libraries/RoleIds.sol";
import {VerifyingKey} from "./libraries/VerifyingKey.sol";

/// @title CircuitRegistry
/// @notice The circuits that claims may name, and the one place that verifies proofs.
contract CircuitRegistry is ICircuitRegistry, TwoPersonRule {
    using VerifyingKey for bytes;

    /// @inheritdoc ICircuitRegistry
    bool public immutable developmentAllowed;

    mapping(bytes32 circuitId => Circuit) private _circuits;

    /// @notice Deploys an empty registry.
    /// @param roles_ The shared list of roles.
    /// @param developmentAllowed_ Whether it takes development keys: then nothing that it verifies proves anything.
    constructor(IRoles roles_, bool developmentAllowed_) Guarded(roles_) {
        developmentAllowed = developmentAllowed_;
        if (developmentAllowed_) _emit(DevelopmentAllowed.selector, "");
    }

    /// @inheritdoc ICircuitRegistry
    function propose(bytes32 circuitId, uint8 kind, uint32 tier, bool development, bytes32 transcript) external {
        _propose(_proposalId(circuitId, kind, tier, development, transcript), RoleIds.PROPOSER);
        if (kind == 0) revert KindZero();
        if (tier == 0) revert TierZero();
        if (development == (transcript != 0)) revert TranscriptWrong(development);
        if (development && !developmentAllowed) revert DevelopmentKeyRefused();
        _requireNew(circuitId);
        _emit(
            CircuitProposed.selector,
            circuitId,
            _topic(msg.sender),
            bytes32(uint256(kind)),
            abi.encode(tier, development, transcript)
        );
    }

    /// @inheritdoc ICircuitRegistry
    function approve(
        bytes calldata key,
        uint8 kind,
        uint32 tier,
        bool development,
        bytes32 transcript
    ) external returns (bytes32 circuitId) {
        circuitId = keccak256(key);
        _approve(_proposalId(circuitId, kind, tier, development, transcript), RoleIds.PROPOSER, RoleIds.APPROVER);
        // Another proposal of this key, of another kind or tier, may have been approved since.
        _requireNew(circuitId);
        bool actual = key.requireSound();
        if (development != actual) revert DevelopmentFlagWrong(development, actual);
        _circuits[circuitId] = Circuit(CodeStore.write(key), kind, tier, development, false, 0);
        _emit(
            CircuitAdded.selector,
            circuitId,
            bytes32(uint256(kind)),
            _topic(msg.sender),
            abi.encode(tier, development, transcript, key)
        );
    }

    /// @inheritdoc ICircuitRegistry
    function freeze(bytes32 circuitId, uint40 effective, bool unsound) external only(RoleIds.ADMIN) {
        Circuit storage circuit = _known(circuitId);
        if (unsound) effective = uint40(block.timestamp);
        if (effective < block.timestamp) revert FreezeInPast(effective, block.timestamp);
        uint40 before = circuit.frozenFrom;
        if (circuit.unsound || (before != 0 && !unsound && effective >= before)) {
            revert FreezeOnlyStricter(circuitId, before);
        }
        // A circuit that stopped earlier and is now found unsound keeps the day on which it stopped.
        if (before == 0 || effective < before) circuit.frozenFrom = effective;
        circuit.unsound = unsound;
        _emit(CircuitFrozen.selector, circuitId, _topic(msg.sender), abi.encode(circuit.frozenFrom, unsound));
    }

    /// @inheritdoc ICircuitRegistry
    function verify(bytes32, uint256[8] calldata, uint256[8] calldata) external view {
        Statement[] calldata statements;
        // The arguments of this call are, word by word, one statement.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            statements.offset := 4
            statements.length := 1
        }
        BatchVerifier.requireValid(statements, _usableKey);
    }

    /// @inheritdoc ICircuitRegistry
    function verifyMany(Statement[] calldata statements) external view {
        BatchVerifier.requireValid(statements, _usableKey);
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

    function _requireNew(bytes32 circuitId) private view {
        if (_circuits[circuitId].key != address(0)) revert CircuitKnown(circuitId);
    }

    function _usableKey(bytes32 circuitId) private view returns (address) {
        Circuit storage circuit = _known(circuitId);
        uint40 frozenFrom = circuit.frozenFrom;
        if (frozenFrom != 0 && block.timestamp >= frozenFrom) revert CircuitIsFrozen(circuitId, frozenFrom);
        return circuit.key;
    }

    function _known(bytes32 circuitId) private view returns (Circuit storage circuit) {
        circuit = _circuits[circuitId];
        if (circuit.key == address(0)) revert CircuitUnknown(circuitId);
    }

    /// @dev By which `TwoPersonRule` knows a proposal: everything that is added.
    function _proposalId(
        bytes32 circuitId,
        uint8 kind,
        uint32 tier,
        bool development,
        bytes32 transcript
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(circuitId, kind, tier, development, transcript));
    }
}
