// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IRoles} from "./interfaces/IRoles.sol";

/// @title Guarded
/// @notice A contract whose calls need a role of the shared list.
abstract contract Guarded {
    /// @notice The shared list of roles.
    IRoles public immutable roles;

    /// @dev Reverts with `IRoles.RoleNotHeld` unless the caller holds the role now.
    modifier only(bytes32 role) {
        roles.requireRole(role, msg.sender);
        _;
    }

    /// @notice Binds the contract to its roles.
    /// @param roles_ The shared list of roles.
    constructor(IRoles roles_) {
        roles = roles_;
    }
}
