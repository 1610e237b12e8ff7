// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControlDefaultAdminRules} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {Since} from "./Since.sol";
import {IRoles} from "./interfaces/IRoles.sol";
import {RoleIds} from "./libraries/RoleIds.sol";

/// @title Roles
/// @notice One list of roles for all registries, so that a grant is given, expires and is revoked in one place.
contract Roles is IRoles, Since, AccessControlDefaultAdminRules {
    mapping(bytes32 role => mapping(address account => Grant)) private _grants;

    /// @notice Deploys the list with its first admin.
    /// @param admin First ADMIN.
    /// @param transferDelay Seconds between the start and the acceptance of a transfer of ADMIN.
    constructor(address admin, uint48 transferDelay) AccessControlDefaultAdminRules(transferDelay, admin) {}

    /// @inheritdoc IRoles
    function grant(bytes32 role, address account, bytes32 personHash, uint64 validFrom, uint64 validTo) external {
        if (personHash == 0 || account == address(0)) revert PersonMissing();
        if (validFrom >= validTo || validTo <= block.timestamp) {
            revert PeriodInvalid(validFrom, validTo, block.timestamp);
        }
        // OpenZeppelin's own function checks that the caller is ADMIN and that the role is not ADMIN itself.
        super.grantRole(role, account);
        _grants[role][account] = Grant(personHash, validFrom, validTo);
        emit RoleTermsSet(role, account, personHash, validFrom, validTo);
    }

    /// @notice Closed: a role without person and period must not exist.
    function grantRole(bytes32, address) public pure override {
        revert UseGrant();
    }

    /// @inheritdoc IRoles
    function requireRole(bytes32 role, address account) external view {
        if (!holds(role, account)) revert RoleNotHeld(role, account);
    }

    /// @inheritdoc IRoles
    function grantOf(bytes32 role, address account) external view returns (Grant memory) {
        return _grants[role][account];
    }

    /// @inheritdoc IRoles
    function holds(bytes32 role, address account) public view returns (bool) {
        if (!hasRole(role, account)) return false;
        if (role == RoleIds.ADMIN) return true;
        Grant storage terms = _grants[role][account];
        return terms.validFrom <= block.timestamp && block.timestamp < terms.validTo;
    }
}
