// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title RoleIds
/// @notice Names of the roles. `src/formats/codes.ts` holds the same ones and a test compares them.
library RoleIds {
    /// @dev Consortium or marketing authorisation holder, two persons at least: OpenZeppelin's default admin.
    bytes32 internal constant ADMIN = 0x00;
    /// @dev First account of a two-account action.
    bytes32 internal constant PROPOSER = keccak256("PROPOSER");
    /// @dev Second account of a two-account action.
    bytes32 internal constant APPROVER = keccak256("APPROVER");
    /// @dev Opens batches and owns them.
    bytes32 internal constant MANUFACTURER = keccak256("MANUFACTURER");
    /// @dev Qualified Person: certifies the batches that name it.
    bytes32 internal constant QP = keccak256("QP");
    /// @dev Regulator.
    bytes32 internal constant AUTHORITY = keccak256("AUTHORITY");

    /// @notice The QA role of one owner. QA belongs to a manufacturer, so that QA of one company has no power over the
    /// batches of another one.
    /// @param owner Account that owns the batches.
    /// @return Role id.
    function qaOf(address owner) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("QA"), owner));
    }
}
