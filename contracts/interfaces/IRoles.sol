// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title IRoles
/// @notice Who may do what, as which person, and for how long.
interface IRoles {
    /// @notice What a role was granted with.
    /// @param personHash Salted hash of the person behind the account: two accounts of one person count as one.
    /// @param validFrom Unix seconds; the role has no power before it.
    /// @param validTo Unix seconds; the role has no power from then on.
    struct Grant {
        bytes32 personHash;
        uint64 validFrom;
        uint64 validTo;
    }

    /// @notice An account received a role, or the terms of one it already had were replaced.
    /// @param role Role id.
    /// @param account Account that holds it.
    /// @param personHash Salted hash of the person.
    /// @param validFrom Unix seconds.
    /// @param validTo Unix seconds, exclusive.
    event RoleTermsSet(
        bytes32 indexed role,
        address indexed account,
        bytes32 indexed personHash,
        uint64 validFrom,
        uint64 validTo
    );

    /// @notice Roles are given by `grant`, which names the person and the period; OpenZeppelin's `grantRole` is closed.
    error UseGrant();
    /// @notice A grant names an account and a person.
    error PersonMissing();
    /// @notice The period is empty or already over.
    error PeriodInvalid(uint64 validFrom, uint64 validTo, uint256 nowSeconds);
    /// @notice The contracts that were to work together belong to different lists of roles.
    error RolesDiffer();
    /// @notice The account does not hold the role now: never granted, revoked, not begun or expired.
    error RoleNotHeld(bytes32 role, address account);

    /// @notice Gives a role to an account, or replaces the terms of one it has. Caller: ADMIN.
    /// Refused: the admin role (it moves by OpenZeppelin's delayed transfer), no person, an empty or past period.
    /// @param role Role id.
    /// @param account Account that receives it.
    /// @param personHash Salted hash of the person, never zero.
    /// @param validFrom Unix seconds.
    /// @param validTo Unix seconds, exclusive.
    function grant(bytes32 role, address account, bytes32 personHash, uint64 validFrom, uint64 validTo) external;

    /// @notice Whether the account holds the role now.
    /// @param role Role id.
    /// @param account Account.
    /// @return True within the granted period, unless revoked; ADMIN has no period.
    function holds(bytes32 role, address account) external view returns (bool);

    /// @notice Reverts with `RoleNotHeld` unless the account holds the role now.
    /// @param role Role id.
    /// @param account Account.
    function requireRole(bytes32 role, address account) external view;

    /// @notice The terms of the last grant, whether or not it still has power.
    /// @param role Role id.
    /// @param account Account.
    /// @return The grant; all zero if there never was one.
    function grantOf(bytes32 role, address account) external view returns (Grant memory);
}
