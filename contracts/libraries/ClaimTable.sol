// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {CodeStore} from "./CodeStore.sol";

/// @title ClaimTable
/// @notice What an attestation asks of a policy's claims, kept by `CodeStore`: a look-up is a tenth as dear as in storage.
/// @dev Number of circuits (2 bytes); their ids (32 bytes each); then per claim its rule (32 bytes), the circuits it
/// accepts (32 bytes: bit i stands for circuit i) and its stage (1 byte).
library ClaimTable {
    /// @notice The claims name more different circuits than fit.
    error TooManyCircuits(uint256 most);

    uint256 private constant MOST_CLAIMS = 256;
    uint256 private constant MOST_CIRCUITS = 240;
    /// @dev Bytes of one claim. 256 of them and all circuits stay below the 24,575 bytes that `CodeStore` takes.
    uint256 private constant RECORD = 65;

    /// @notice Stores the claims of a policy.
    /// @param claims The claims.
    /// @return table The account that holds them; for `find`.
    function write(IPolicyRegistry.Claim[] calldata claims) internal returns (address table) {
        bytes32[] memory ids = new bytes32[](MOST_CIRCUITS);
        uint256[] memory accepted = new uint256[](claims.length);
        uint256 count = 0;
        for (uint256 i = 0; i < claims.length; i++) {
            bytes32[] calldata circuitIds = claims[i].circuitIds;
            for (uint256 j = 0; j < circuitIds.length; j++) {
                uint256 at = _indexOf(circuitIds[j], ids, count);
                if (at == MOST_CIRCUITS) revert TooManyCircuits(MOST_CIRCUITS);
                if (at == count) ids[count++] = circuitIds[j];
                accepted[i] |= 1 << at;
            }
        }
        bytes memory data = new bytes(2 + 32 * count + RECORD * claims.length);
        _put(data, 0, bytes32(count << 240));
        for (uint256 i = 0; i < count; i++) _put(data, 2 + 32 * i, ids[i]);
        for (uint256 i = 0; i < claims.length; i++) {
            uint256 at = 2 + 32 * count + RECORD * i;
            _put(data, at, bytes32(claims[i].rule));
            _put(data, at + 32, bytes32(accepted[i]));
            data[at + 64] = bytes1(claims[i].stage);
        }
        return CodeStore.write(data);
    }

    /// @notice Reads the circuits of all claims, once for any number of claims to find.
    /// @param table What `write` returned.
    /// @return ids Their ids.
    function circuitsOf(address table) internal view returns (bytes32[] memory ids) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            // The table begins after CodeStore's first byte.
            extcodecopy(table, 0, 1, 2)
            let count := shr(240, mload(0))
            ids := mload(0x40)
            mstore(ids, count)
            let data := add(ids, 0x20)
            extcodecopy(table, data, 3, mul(count, 32))
            mstore(0x40, add(data, mul(count, 32)))
        }
    }

    /// @notice Finds one claim. Reverts with an error of `IPolicyRegistry` for an unknown claim, and for a circuit that
    /// it does not accept.
    /// @param table What `write` returned.
    /// @param ids What `circuitsOf` returned.
    /// @param claim Index of the claim.
    /// @param circuitId The circuit.
    /// @return rule Its rule.
    /// @return stage Its stage.
    function find(
        address table,
        bytes32[] memory ids,
        uint256 claim,
        bytes32 circuitId
    ) internal view returns (uint256 rule, uint8 stage) {
        uint256 accepted;
        uint256 start = 3 + 32 * ids.length;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            if lt(claim, MOST_CLAIMS) {
                let free := mload(0x40)
                extcodecopy(table, free, add(start, mul(claim, RECORD)), RECORD)
                rule := mload(free)
                accepted := mload(add(free, 32))
                stage := byte(0, mload(add(free, 64)))
            }
        }
        // Behind the last claim the code reads as zeros, and no rule is 0.
        if (rule == 0) revert IPolicyRegistry.ClaimUnknown(claim, (table.code.length - start) / RECORD);
        uint256 circuit = _indexOf(circuitId, ids, ids.length);
        if (circuit == ids.length || accepted & (1 << circuit) == 0) {
            revert IPolicyRegistry.CircuitNotAccepted(claim, circuitId);
        }
    }

    function _indexOf(bytes32 id, bytes32[] memory ids, uint256 count) private pure returns (uint256 at) {
        while (at < count && ids[at] != id) at++;
    }

    /// @dev Writes a word whose last bytes later writes may replace; `data` has room for it or ends in free memory.
    function _put(bytes memory data, uint256 at, bytes32 word) private pure {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(add(add(data, 32), at), word)
        }
    }
}
