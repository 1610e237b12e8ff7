// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "./interfaces/IComplianceRegistry.sol";
import {RoleIds} from "./libraries/RoleIds.sol";
import {Attestations} from "./register/Attestations.sol";
import {Decisions} from "./register/Decisions.sol";
import {Exceptions} from "./register/Exceptions.sol";
import {Ledger} from "./register/Ledger.sol";
import {Openings} from "./register/Openings.sol";

/// @title ComplianceRegistry
/// @notice Batches, their attestations, exceptions and certification. Statements, states and running hashes:
/// `IComplianceRegistry`. What changes a batch is in `register/`; here is what others read. What is computed from it: `ReleaseGate`.
contract ComplianceRegistry is Openings, Attestations, Exceptions, Decisions {
    /// @notice Deploys an empty registry. What belongs to it alone (requests, persons, gate) is deployed before, for the
    /// address that this one will have.
    /// @param parts What it works with.
    /// @param predecessor_ Compliance registry that this one follows; 0: none.
    constructor(Parts memory parts, address predecessor_) Ledger(parts, predecessor_) {}

    /// @inheritdoc IComplianceRegistry
    function pause() external only(RoleIds.ADMIN) {
        _pause();
        _note(keccak256(abi.encode(Paused.selector)), abi.encode(msg.sender));
    }

    /// @inheritdoc IComplianceRegistry
    function unpause() external only(RoleIds.ADMIN) {
        _unpause();
        _note(keccak256(abi.encode(Unpaused.selector)), abi.encode(msg.sender));
    }

    /// @inheritdoc IComplianceRegistry
    function isOpened(bytes32 key) external view returns (bool) {
        return _batches[key].owner != address(0);
    }

    /// @inheritdoc IComplianceRegistry
    function batchOf(bytes32 key) external view returns (Batch memory) {
        return _known(key);
    }
}
