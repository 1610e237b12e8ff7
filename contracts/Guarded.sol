// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Journal} from "./Journal.sol";
import {IRoles} from "./interfaces/IRoles.sol";

/// @title Guarded
/// @notice A contract whose calls need a role of the shared list.
abstract contract Guarded is Journal {
    /// @notice The shared list of roles.
    IRoles public immutable roles;

    /// @dev Reverts with `IRoles.RoleNotHeld` unless the caller holds the role now.
    modifier only(bytes32 role) {
        _requireRole(role, msg.sender);
        _;
    }

    /// @notice Binds the contract to its roles.
    /// @param roles_ The shared list of roles.
    constructor(IRoles roles_) {
        roles = roles_;
    }

    /// @dev A function and not the modifier's text: the code of a modifier stands in each function that has it.
    function _requireRole(bytes32 role, address account) internal view {
        roles.requireRole(role, account);
    }

    function _holds(bytes32 role, address account) internal view returns (bool) {
        return roles.holds(role, account);
    }
}
