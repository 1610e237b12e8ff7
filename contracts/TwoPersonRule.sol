// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Guarded} from "./Guarded.sol";

/// @title TwoPersonRule
/// @notice One role proposes, another approves: two accounts and two persons, whatever roles either of them has besides, and
/// both hold theirs when it is approved. What was proposed by somebody who lost the role may be proposed anew.
abstract contract TwoPersonRule is Guarded {
    struct Proposal {
        address proposer;
        bytes32 personHash;
    }

    mapping(bytes32 id => Proposal) private _proposals;

    /// @notice Who proposed something took it back.
    /// @param id Hash of exactly what was proposed.
    /// @param proposer Who proposed it.
    event ProposalWithdrawn(bytes32 indexed id, address indexed proposer);

    /// @notice It waits for approval already.
    error AlreadyProposed(bytes32 id);
    /// @notice Nothing of this id waits for approval.
    error NotProposed(bytes32 id);
    /// @notice The proposer does not hold the role any more in which he proposed it.
    error ProposerDismissed(bytes32 id, address proposer);
    /// @notice Only who proposed it takes it back.
    error NotProposer(bytes32 id, address caller);
    /// @notice The proposer cannot approve, even with both roles.
    error SameAccount(address account);
    /// @notice The approving account belongs to the person who proposed.
    error SamePerson(bytes32 personHash);

    /// @notice Takes back what waits for approval. Caller: who proposed it, also without the role by now.
    /// @param id Hash of exactly what was proposed: the policy's id, or what the call that proposes it says.
    function withdraw(bytes32 id) external {
        address proposer = _proposals[id].proposer;
        if (proposer == address(0)) revert NotProposed(id);
        if (proposer != msg.sender) revert NotProposer(id, msg.sender);
        _forget(id);
        _emit(ProposalWithdrawn.selector, id, _topic(proposer), "");
    }

    /// @dev Records the caller's proposal. `id` is the hash of exactly what is proposed; the caller needs `role`.
    function _propose(bytes32 id, bytes32 role) internal only(role) {
        address before = _proposals[id].proposer;
        if (before != address(0) && _holds(role, before)) revert AlreadyProposed(id);
        _proposals[id] = Proposal(msg.sender, roles.grantOf(role, msg.sender).personHash);
    }

    /// @dev Confirms a proposal in the name of the caller, who needs `role`, and forgets it. `proposing`: the role in which
    /// it was proposed.
    function _approve(bytes32 id, bytes32 proposing, bytes32 role) internal only(role) {
        Proposal memory proposal = _proposals[id];
        if (proposal.proposer == address(0)) revert NotProposed(id);
        if (proposal.proposer == msg.sender) revert SameAccount(msg.sender);
        bytes32 personHash = roles.grantOf(role, msg.sender).personHash;
        bool same = proposal.personHash == personHash;
        // Also if only now it is known whose account proposed it.
        if (same || roles.grantOf(proposing, proposal.proposer).personHash == personHash) revert SamePerson(personHash);
        if (!_holds(proposing, proposal.proposer)) revert ProposerDismissed(id, proposal.proposer);
        _forget(id);
    }

    /// @dev Nothing of this id waits any more.
    function _forget(bytes32 id) internal {
        delete _proposals[id];
    }
}
