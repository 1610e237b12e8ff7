// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {CodeStore} from "./CodeStore.sol";

/// @title ClaimTable
/// @notice All of a policy, kept by `CodeStore`: one account to read instead of several words of storage for each claim,
/// and the only place where it is kept. In memory a table is the bytes that `CodeStore.read` returns.
/// @dev Eleven words: number of circuits; the outline (stages, release, completion, custody, confirmed); documentHash,
/// product, version and maxDue. Then the circuits' ids, each once (32 bytes), and per claim a record: rule (32 bytes), stage, class,
/// neededFor, severity, number of circuits (1 byte each) and the circuits in their order, as places among the ids (16
/// bytes). 256 claims over 256 circuits are 22,112 bytes of the 24,575 that `CodeStore` takes: whatever `PolicyRules`
/// lets pass fits.
library ClaimTable {
    /// @dev Where the parts begin, in bytes from the table's address in memory, whose first word is its length.
    uint256 private constant OUTLINE = 0x40;
    uint256 private constant HEAD = 0xe0;
    uint256 private constant MAX_DUE = 0x140;
    uint256 private constant IDS = 0x180;
    /// @dev Bytes of one record.
    uint256 private constant RECORD = 53;

    /// @notice Stores a policy that is sound.
    /// @param policy The policy.
    /// @param outline Its outline.
    /// @param circuitIds Its circuits, each once.
    /// @param places Which of them each claim names: their places, a byte each from the left.
    /// @return The account that holds it; for `CodeStore.read`.
    function write(
        IPolicyRegistry.Policy calldata policy,
        IPolicyRegistry.Outline memory outline,
        bytes32[] memory circuitIds,
        uint256[] memory places
    ) internal returns (address) {
        bytes memory head = abi.encode(
            circuitIds.length,
            outline,
            policy.documentHash,
            policy.product,
            policy.version,
            policy.maxDue
        );
        return CodeStore.write(abi.encodePacked(head, circuitIds, _records(policy.claims, places)));
    }

    /// @notice The outline of a policy.
    /// @param table What was stored.
    /// @return outline The outline.
    function outlineOf(bytes memory table) internal pure returns (IPolicyRegistry.Outline memory outline) {
        // As it lies in memory.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            outline := add(table, OUTLINE)
        }
    }

    /// @notice The latest due dates.
    /// @param table What was stored.
    /// @return maxDue Seconds from the opening, for release and completion.
    function maxDueOf(bytes memory table) internal pure returns (uint64[2] memory maxDue) {
        // As they lie in memory.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            maxDue := add(table, MAX_DUE)
        }
    }

    /// @notice The circuits, each once, in the order in which the claims first name them.
    /// @param table What was stored.
    /// @return circuitIds The circuits.
    function circuitsOf(bytes memory table) internal pure returns (bytes32[] memory circuitIds) {
        (uint256 ids, uint256 records, ) = _places(table);
        circuitIds = new bytes32[]((records - ids) / 32);
        for (uint256 i = 0; i < circuitIds.length; i++) circuitIds[i] = _wordAt(ids + 32 * i);
    }

    /// @notice All of a policy.
    /// @param table What was stored.
    /// @return policy The policy.
    function policyOf(bytes memory table) internal pure returns (IPolicyRegistry.Policy memory policy) {
        uint256 head;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            head := add(table, HEAD)
        }
        policy.documentHash = _wordAt(head);
        policy.product = _wordAt(head + 32);
        policy.version = uint32(uint256(_wordAt(head + 64)));
        IPolicyRegistry.Outline memory outline = outlineOf(table);
        policy.stages = outline.stages;
        policy.maxDue = maxDueOf(table);
        policy.confirmedStages = outline.confirmed;
        (uint256 ids, , uint256 count) = _places(table);
        policy.claims = new IPolicyRegistry.Claim[](count);
        for (uint256 i = 0; i < count; i++) {
            (uint256 rule, bytes32 rest, ) = _recordOf(table, i);
            bytes32[] memory circuitIds = new bytes32[](uint8(rest[4]));
            for (uint256 j = 0; j < circuitIds.length; j++) {
                circuitIds[j] = _wordAt(ids + 32 * uint256(uint8(rest[5 + j])));
            }
            policy.claims[i] = IPolicyRegistry.Claim(
                circuitIds,
                rule,
                uint8(rest[0]),
                uint8(rest[1]),
                uint8(rest[2]),
                uint8(rest[3])
            );
        }
    }

    /// @notice Finds one claim. Reverts with an error of `IPolicyRegistry` for an unknown claim.
    /// @param table What was stored.
    /// @param claim Index of the claim.
    /// @return rule Its rule.
    /// @return class Its class.
    function claimOf(bytes memory table, uint256 claim) internal pure returns (uint256 rule, uint8 class) {
        bytes32 rest;
        (rule, rest, ) = _recordOf(table, claim);
        class = uint8(rest[1]);
    }

    /// @notice The claims of one stage, and those of it and all later stages.
    /// @param table What was stored.
    /// @param stage Index of the stage.
    /// @return here Claims of the stage: bit i stands for claim i.
    /// @return hereAndLater Claims of the stage and of all later ones.
    function claimsOfStage(bytes memory table, uint8 stage) internal pure returns (uint256 here, uint256 hereAndLater) {
        (, uint256 records, uint256 count) = _places(table);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let at := add(records, 0x20)
            for {
                let i := 0
            } lt(i, count) {
                i := add(i, 1)
            } {
                let claimStage := byte(0, mload(at))
                here := or(here, shl(i, eq(claimStage, stage)))
                hereAndLater := or(hereAndLater, shl(i, iszero(lt(claimStage, stage))))
                at := add(at, RECORD)
            }
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
        bytes32 rest;
        uint256 ids;
        bool accepted;
        (rule, rest, ids) = _recordOf(table, claim);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            stage := byte(0, rest)
            let end := add(5, byte(4, rest))
            for {
                let i := 5
            } lt(i, end) {
                i := add(i, 1)
            } {
                if eq(mload(add(ids, shl(5, byte(i, rest)))), circuitId) {
                    accepted := 1
                    break
                }
            }
        }
        if (!accepted) revert IPolicyRegistry.CircuitNotAccepted(claim, circuitId);
    }

    function _records(
        IPolicyRegistry.Claim[] calldata claims,
        uint256[] memory places
    ) private pure returns (bytes memory records) {
        uint256 length = RECORD * claims.length;
        // A word more than there is, because each record is written as two words: the next one begins in the second.
        records = new bytes(length + 32);
        for (uint256 i = 0; i < claims.length; i++) {
            IPolicyRegistry.Claim calldata claim = claims[i];
            uint256 head = (uint256(claim.stage) << 32) | (uint256(claim.class) << 24);
            head |= (uint256(claim.neededFor) << 16) | (uint256(claim.severity) << 8) | claim.circuitIds.length;
            uint256 rest = (head << 216) | (places[i] >> 40);
            uint256 rule = claim.rule;
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                let at := add(add(records, 0x20), mul(i, RECORD))
                mstore(at, rule)
                mstore(add(at, 0x20), rest)
            }
        }
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(records, length)
        }
    }

    /// @dev A claim's rule, what follows it in its record (stage in byte 0, circuits from byte 5 on; what stands behind
    /// the record is cut off by their number), and where the ids begin.
    function _recordOf(
        bytes memory table,
        uint256 claim
    ) private pure returns (uint256 rule, bytes32 rest, uint256 ids) {
        uint256 records;
        uint256 count;
        (ids, records, count) = _places(table);
        if (claim >= count) revert IPolicyRegistry.ClaimUnknown(claim, count);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let at := add(records, mul(claim, RECORD))
            rule := mload(at)
            rest := mload(add(at, 0x20))
        }
    }

    /// @dev Addresses of the first id and the first record, and the number of records.
    function _places(bytes memory table) private pure returns (uint256 ids, uint256 records, uint256 count) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            ids := add(table, IDS)
            records := add(ids, shl(5, mload(add(table, 0x20))))
            count := div(sub(add(add(table, 0x20), mload(table)), records), RECORD)
        }
    }

    function _wordAt(uint256 at) private pure returns (bytes32 word) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := mload(at)
        }
    }
}
