// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {CodeStore} from "./CodeStore.sol";

/// @title ClaimTable
/// @notice What attestations and decisions ask of a policy, kept by `CodeStore`: one account to read instead of several
/// words of storage for each claim. In memory a table is the bytes that `CodeStore.read` returns.
/// @dev Five words: number of circuits, then the outline (stages, release, completion, custody); the circuits' ids
/// (32 bytes each); then per claim its rule (32 bytes), the circuits it accepts (32 bytes: bit i stands for circuit i)
/// and its stage (1 byte).
library ClaimTable {
    /// @notice The claims name more different circuits than fit.
    error TooManyCircuits(uint256 most);

    uint256 private constant MOST_CIRCUITS = 240;
    /// @dev Bytes of one claim. 256 of them and all circuits stay below the 24,575 bytes that `CodeStore` takes.
    uint256 private constant RECORD = 65;

    /// @notice Stores the outline and the claims of a policy.
    /// @param outline The outline.
    /// @param claims The claims.
    /// @return The account that holds them; for `CodeStore.read`.
    function write(
        IPolicyRegistry.Outline memory outline,
        IPolicyRegistry.Claim[] calldata claims
    ) internal returns (address) {
        bytes32[] memory ids = new bytes32[](MOST_CIRCUITS);
        uint256[] memory accepted = new uint256[](claims.length);
        uint256 count = 0;
        for (uint256 i = 0; i < claims.length; i++) {
            bytes32[] calldata circuitIds = claims[i].circuitIds;
            for (uint256 j = 0; j < circuitIds.length; j++) {
                uint256 at = 0;
                while (at < count && ids[at] != circuitIds[j]) at++;
                if (at == MOST_CIRCUITS) revert TooManyCircuits(MOST_CIRCUITS);
                if (at == count) ids[count++] = circuitIds[j];
                accepted[i] |= 1 << at;
            }
        }
        // The list becomes as long as it is.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(ids, count)
        }
        bytes memory table = abi.encodePacked(abi.encode(count, outline), ids);
        bytes memory records = new bytes(RECORD * claims.length);
        for (uint256 i = 0; i < claims.length; i++) {
            _record(records, RECORD * i, claims[i].rule, accepted[i], claims[i].stage);
        }
        return CodeStore.write(bytes.concat(table, records));
    }

    /// @notice The outline of a policy.
    /// @param table What was stored.
    /// @return outline The outline.
    function outlineOf(bytes memory table) internal pure returns (IPolicyRegistry.Outline memory outline) {
        // Words 1 to 4 are the outline as it lies in memory.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            outline := add(table, 0x40)
        }
    }

    /// @notice Finds one claim. Reverts with an error of `IPolicyRegistry` for an unknown claim, and for a circuit that
    /// it does not accept.
    /// @param table What was stored.
    /// @param claim Index of the claim.
    /// @param circuitId The circuit.
    /// @return rule Its rule.
    /// @return stage Its stage.
    function find(
        bytes memory table,
        uint256 claim,
        bytes32 circuitId
    ) internal pure returns (uint256 rule, uint8 stage) {
        uint256 count;
        uint256 circuit;
        uint256 circuits;
        uint256 accepted;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let ids := add(table, 0xc0)
            circuits := mload(add(table, 0x20))
            let records := add(ids, mul(circuits, 0x20))
            count := div(sub(add(add(table, 0x20), mload(table)), records), RECORD)
            if lt(claim, count) {
                let at := add(records, mul(claim, RECORD))
                rule := mload(at)
                accepted := mload(add(at, 0x20))
                stage := byte(0, mload(add(at, 0x40)))
            }
            for {} lt(circuit, circuits) {
                circuit := add(circuit, 1)
            } {
                if eq(mload(add(ids, mul(circuit, 0x20))), circuitId) {
                    break
                }
            }
        }
        if (claim >= count) revert IPolicyRegistry.ClaimUnknown(claim, count);
        // A circuit that no claim names is behind the last one, where no bit is set.
        if (accepted & (1 << circuit) == 0) revert IPolicyRegistry.CircuitNotAccepted(claim, circuitId);
    }

    function _record(bytes memory records, uint256 at, uint256 rule, uint256 accepted, uint8 stage) private pure {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let record := add(add(records, 0x20), at)
            mstore(record, rule)
            mstore(add(record, 0x20), accepted)
            mstore8(add(record, 0x40), stage)
        }
    }
}
