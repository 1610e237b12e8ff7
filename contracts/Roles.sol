// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Guarded} from "./Guarded.sol";
import {TwoPersonRule} from "./TwoPersonRule.sol";
import {IRoles} from "./interfaces/IRoles.sol";
import {RoleIds} from "./libraries/RoleIds.sol";

/// @title Roles
/// @notice One list of roles for all registries, so that a grant is given, expires and is revoked in one place. Its own
/// calls are guarded by itself: two ADMINs give a role, one takes it.
contract Roles is IRoles, TwoPersonRule, AccessControl {
    /// @inheritdoc IRoles
    mapping(address account => bytes32 personHash) public personOf;

    mapping(bytes32 role => mapping(address account => Grant)) private _grants;

    /// @notice Deploys the list with its first two ADMINs, whose terms do not end. Refused: one account or one person twice.
    /// @param admins Their accounts.
    /// @param persons Keyed hashes of the persons behind these.
    constructor(address[2] memory admins, bytes32[2] memory persons) Guarded(IRoles(address(this))) {
        if (admins[0] == admins[1]) revert SameAccount(admins[0]);
        if (persons[0] == persons[1]) revert SamePerson(persons[0]);
        for (uint256 i = 0; i < 2; i++) {
            _requirePerson(admins[i], persons[i]);
            _set(RoleIds.ADMIN, admins[i], Grant(persons[i], uint64(block.timestamp), type(uint64).max));
        }
    }

    /// @inheritdoc IRoles
    function propose(bytes32 role, address account, bytes32 personHash, uint64 validFrom, uint64 validTo) external {
        _propose(_proposalId(role, account, personHash, validFrom, validTo), RoleIds.ADMIN);
        _requireTerms(account, personHash, validFrom, validTo);
        _emit(RoleProposed.selector, role, _topic(account), personHash, abi.encode(validFrom, validTo, msg.sender));
    }

    /// @inheritdoc IRoles
    function approve(bytes32 role, address account, bytes32 personHash, uint64 validFrom, uint64 validTo) external {
        _approve(_proposalId(role, account, personHash, validFrom, validTo), RoleIds.ADMIN, RoleIds.ADMIN);
        // The account may have become another person's since, and the period be over.
        _requireTerms(account, personHash, validFrom, validTo);
        _set(role, account, Grant(personHash, validFrom, validTo));
    }

    /// @notice Takes a role from an account, at once. Caller: one ADMIN.
    /// @param role Any role but ADMIN: with that, one ADMIN could put out all the others.
    /// @param account Account that holds it.
    function revokeRole(bytes32 role, address account) public override only(RoleIds.ADMIN) {
        if (role == RoleIds.ADMIN) revert AdminNotRevocable();
        _revokeRole(role, account);
    }

    /// @notice Closed: a role without person, period and two persons who give it must not exist.
    function grantRole(bytes32, address) public pure override {
        revert TwoPersonsGrant();
    }

    /// @notice Gives up a role of the caller. Refused: ADMIN, whose number nobody lowers alone.
    /// @param role Role id.
    /// @param callerConfirmation The caller.
    function renounceRole(bytes32 role, address callerConfirmation) public override {
        if (role == RoleIds.ADMIN) revert AdminNotRevocable();
        super.renounceRole(role, callerConfirmation);
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
        Grant storage terms = _grants[role][account];
        return terms.validFrom <= block.timestamp && block.timestamp < terms.validTo;
    }

    /// @dev OpenZeppelin's event, noted: an account that has the role already gets none.
    function _grantRole(bytes32 role, address account) internal override returns (bool granted) {
        granted = super._grantRole(role, account);
        if (granted) _note(keccak256(abi.encode(RoleGranted.selector, role, account, msg.sender)), keccak256(""));
    }

    /// @dev OpenZeppelin's event, noted, also of who renounces.
    function _revokeRole(bytes32 role, address account) internal override returns (bool revoked) {
        revoked = super._revokeRole(role, account);
        if (revoked) _note(keccak256(abi.encode(RoleRevoked.selector, role, account, msg.sender)), keccak256(""));
    }

    function _set(bytes32 role, address account, Grant memory terms) private {
        personOf[account] = terms.personHash;
        _grantRole(role, account);
        _grants[role][account] = terms;
        _emit(
            RoleTermsSet.selector,
            role,
            _topic(account),
            terms.personHash,
            abi.encode(terms.validFrom, terms.validTo, msg.sender)
        );
    }

    function _requireTerms(address account, bytes32 personHash, uint64 validFrom, uint64 validTo) private view {
        _requirePerson(account, personHash);
        if (validFrom >= validTo || validTo <= block.timestamp) {
            revert PeriodInvalid(validFrom, validTo, block.timestamp);
        }
    }

    function _requirePerson(address account, bytes32 personHash) private view {
        if (personHash == 0 || account == address(0)) revert PersonMissing();
        bytes32 known = personOf[account];
        if (known != 0 && known != personHash) revert PersonDiffers(account, known);
    }

    /// @dev By which `TwoPersonRule` knows a proposal: everything that is granted.
    function _proposalId(
        bytes32 role,
        address account,
        bytes32 personHash,
        uint64 validFrom,
        uint64 validTo
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(role, account, personHash, validFrom, validTo));
    }
}
