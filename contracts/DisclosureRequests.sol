// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Guarded} from "./Guarded.sol";
import {IComplianceRegistry} from "./interfaces/IComplianceRegistry.sol";
import {IDisclosureRequests} from "./interfaces/IDisclosureRequests.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IRoles} from "./interfaces/IRoles.sol";
import {Limits} from "./libraries/Limits.sol";
import {RoleIds} from "./libraries/RoleIds.sol";

/// @title DisclosureRequests
/// @notice What authorities asked about the batches of one compliance registry, to which it belongs and which asks it whether an
/// answer is overdue.
contract DisclosureRequests is IDisclosureRequests, Guarded {
    /// @inheritdoc IDisclosureRequests
    IComplianceRegistry public immutable registry;
    /// @notice Their policies.
    IPolicyRegistry public immutable policies;
    /// @inheritdoc IDisclosureRequests
    uint256 public requested;

    mapping(uint256 id => Request) private _requests;
    /// @dev Unanswered ones, in no order.
    mapping(bytes32 key => uint256[]) private _openOf;
    /// @dev How many of them one authority asked.
    mapping(bytes32 key => mapping(address authority => uint256)) private _openBy;

    /// @notice Deploys an empty registry.
    /// @param registry_ The registry of the batches.
    /// @param policies_ Their policies.
    /// @param roles_ The shared list of roles.
    constructor(IComplianceRegistry registry_, IPolicyRegistry policies_, IRoles roles_) Guarded(roles_) {
        registry = registry_;
        policies = policies_;
    }

    /// @inheritdoc IDisclosureRequests
    function request(
        bytes32 key,
        uint8 claim,
        uint64 from,
        uint64 to,
        uint64 dueBy
    ) external only(RoleIds.AUTHORITY) returns (uint256 id) {
        // Both revert for what is unknown.
        policies.ruleOf(registry.batchOf(key).policyId, claim);
        if (from >= to) revert WindowEmpty(from, to);
        id = ++requested;
        _requests[id].key = key;
        _requests[id].claim = claim;
        _open(_requests[id], id, dueBy);
        _emit(DisclosureRequested.selector, key, bytes32(id), _topic(msg.sender), abi.encode(claim, from, to, dueBy));
    }

    /// @inheritdoc IDisclosureRequests
    function answer(uint256 id, bytes32 disclosureHash) external {
        Request storage stored = _known(id);
        address owner = registry.batchOf(stored.key).owner;
        if (msg.sender != owner || !_holds(RoleIds.MANUFACTURER, owner)) revert NotOwner(stored.key, msg.sender);
        if (stored.disclosureHash != 0) revert RequestAnswered(id);
        if (disclosureHash == 0) revert DisclosureMissing();
        stored.disclosureHash = disclosureHash;
        _close(stored, id);
        _emit(DisclosureAnswered.selector, stored.key, bytes32(id), abi.encode(disclosureHash));
    }

    /// @inheritdoc IDisclosureRequests
    function accept(uint256 id) external only(RoleIds.AUTHORITY) {
        Request storage stored = _answered(id);
        stored.accepted = true;
        _emit(RequestAccepted.selector, stored.key, bytes32(id), _topic(msg.sender), "");
    }

    /// @inheritdoc IDisclosureRequests
    function reopen(uint256 id, uint64 dueBy) external only(RoleIds.AUTHORITY) {
        Request storage stored = _answered(id);
        stored.disclosureHash = 0;
        _open(stored, id, dueBy);
        _emit(RequestReopened.selector, stored.key, bytes32(id), _topic(msg.sender), abi.encode(dueBy));
    }

    /// @inheritdoc IDisclosureRequests
    function withdraw(uint256 id) external only(RoleIds.AUTHORITY) {
        Request storage stored = _asked(id);
        if (stored.disclosureHash != 0) revert RequestAnswered(id);
        bytes32 key = stored.key;
        _close(stored, id);
        delete _requests[id];
        _emit(RequestWithdrawn.selector, key, bytes32(id), _topic(msg.sender), "");
    }

    /// @inheritdoc IDisclosureRequests
    function isOverdue(bytes32 key) external view returns (bool) {
        uint256[] storage ids = _openOf[key];
        uint256 count = ids.length;
        for (uint256 i = 0; i < count; i++) {
            if (block.timestamp > _requests[ids[i]].dueBy) return true;
        }
        return false;
    }

    /// @inheritdoc IDisclosureRequests
    function openRequestsOf(bytes32 key) external view returns (uint256[] memory) {
        return _openOf[key];
    }

    /// @inheritdoc IDisclosureRequests
    function requestOf(uint256 id) external view returns (Request memory) {
        return _known(id);
    }

    /// @dev Asks in the name of the caller, once more if it was answered.
    function _open(Request storage stored, uint256 id, uint64 dueBy) private {
        if (dueBy <= block.timestamp) revert RequestDueInPast(dueBy, block.timestamp);
        uint256 latest = block.timestamp + Limits.DUE;
        if (dueBy > latest) revert RequestDueTooLate(dueBy, latest);
        bytes32 key = stored.key;
        if (_openOf[key].length == Limits.REQUESTS_OF_BATCH) revert TooManyRequests(key, Limits.REQUESTS_OF_BATCH);
        if (_openBy[key][msg.sender] == Limits.REQUESTS_OF_AUTHORITY)
            revert TooManyRequests(key, Limits.REQUESTS_OF_AUTHORITY);
        stored.dueBy = dueBy;
        stored.authority = msg.sender;
        _openOf[key].push(id);
        _openBy[key][msg.sender]++;
    }

    /// @dev Takes one out of the open ones: at most `Limits.REQUESTS_OF_BATCH` are looked at.
    function _close(Request storage stored, uint256 id) private {
        _openBy[stored.key][stored.authority]--;
        uint256[] storage ids = _openOf[stored.key];
        uint256 last = ids.length - 1;
        uint256 at = last;
        while (ids[at] != id) at--;
        ids[at] = ids[last];
        ids.pop();
    }

    /// @dev An answered one, about which its asker has not said yet whether that is enough.
    function _answered(uint256 id) private view returns (Request storage stored) {
        stored = _asked(id);
        if (stored.disclosureHash == 0) revert RequestNotAnswered(id);
        if (stored.accepted) revert RequestIsAccepted(id);
    }

    /// @dev One that the caller, an AUTHORITY, asked, or that nobody of this role speaks for any more.
    function _asked(uint256 id) private view returns (Request storage stored) {
        stored = _known(id);
        if (stored.authority != msg.sender && _holds(RoleIds.AUTHORITY, stored.authority)) {
            revert NotAsker(id, msg.sender);
        }
    }

    function _known(uint256 id) private view returns (Request storage stored) {
        stored = _requests[id];
        if (stored.key == 0) revert RequestUnknown(id);
    }
}
