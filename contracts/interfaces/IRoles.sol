// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title IRoles
/// @notice Who may do what, as which person, and for how long. Two ADMINs, two accounts and two persons, give a role; one
/// takes it. ADMIN is a role like the others, but no ADMIN takes it from another or gives it up: it ends
/// with its terms, which two give.
interface IRoles {
    /// @notice What a role was granted with.
    /// @param personHash Keyed hash of the person behind the account: two accounts of one person count as one.
    /// @param validFrom Unix seconds; the role has no power before it.
    /// @param validTo Unix seconds; the role has no power from then on.
    struct Grant {
        bytes32 personHash;
        uint64 validFrom;
        uint64 validTo;
    }

    /// @notice A role, or other terms of one that the account has, was proposed.
    /// @param role Role id.
    /// @param account Account that is to hold it.
    /// @param personHash Keyed hash of the person.
    /// @param validFrom Unix seconds.
    /// @param validTo Unix seconds, exclusive.
    /// @param proposer Who proposed it.
    event RoleProposed(
        bytes32 indexed role,
        address indexed account,
        bytes32 indexed personHash,
        uint64 validFrom,
        uint64 validTo,
        address proposer
    );
    /// @notice An account received a role, or the terms of one it already had were replaced.
    /// @param role Role id.
    /// @param account Account that holds it.
    /// @param personHash Keyed hash of the person.
    /// @param validFrom Unix seconds.
    /// @param validTo Unix seconds, exclusive.
    /// @param approver Who approved what another person had proposed; of the first two ADMINs, who deployed the list.
    event RoleTermsSet(
        bytes32 indexed role,
        address indexed account,
        bytes32 indexed personHash,
        uint64 validFrom,
        uint64 validTo,
        address approver
    );

    /// @notice Roles are given by `propose` and `approve`; OpenZeppelin's `grantRole` is closed.
    error TwoPersonsGrant();
    /// @notice No ADMIN takes that role from another, or gives it up alone: it ends with its terms.
    error AdminNotRevocable();
    /// @notice A grant names an account and a person.
    error PersonMissing();
    /// @notice The account belongs to another person: it is one person for ever.
    error PersonDiffers(address account, bytes32 known);
    /// @notice The period is empty or already over.
    error PeriodInvalid(uint64 validFrom, uint64 validTo, uint256 nowSeconds);
    /// @notice The contracts that were to work together belong to different lists of roles.
    error RolesDiffer();
    /// @notice The account does not hold the role now: never granted, revoked, not begun or expired.
    error RoleNotHeld(bytes32 role, address account);

    /// @notice Proposes to give a role to an account, or to replace the terms of one it has. Caller: ADMIN. Refused: no
    /// person, another person than the account was ever granted a role as, an empty or past period, waiting already.
    /// @param role Role id.
    /// @param account Account that is to receive it.
    /// @param personHash Keyed hash of the person, never zero.
    /// @param validFrom Unix seconds.
    /// @param validTo Unix seconds, exclusive.
    function propose(bytes32 role, address account, bytes32 personHash, uint64 validFrom, uint64 validTo) external;

    /// @notice Gives a role that was proposed with exactly these arguments. Caller: ADMIN, another account and another
    /// person than the proposer. Refused: everything that `propose` refuses by now.
    /// @param role Role id.
    /// @param account Account that receives it.
    /// @param personHash Keyed hash of the person.
    /// @param validFrom Unix seconds.
    /// @param validTo Unix seconds, exclusive.
    function approve(bytes32 role, address account, bytes32 personHash, uint64 validFrom, uint64 validTo) external;

    /// @notice Whether the account holds the role now.
    /// @param role Role id.
    /// @param account Account.
    /// @return True within the granted period, unless revoked.
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

    /// @notice The person behind an account, since its first role and whatever became of that.
    /// @param account Any account.
    /// @return Keyed hash of the person; 0: it never had a role.
    function personOf(address account) external view returns (bytes32);
}
