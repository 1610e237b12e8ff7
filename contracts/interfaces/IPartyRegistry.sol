// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title IPartyRegistry
/// @notice The Merkle roots of authorised parties and devices, published by two persons.
///
/// Life of a root: unknown -> proposed -> current -> superseded (valid for the grace period) -> expired; a root that
/// expired or was superseded may be proposed again. A revoked root ends at once and never returns. A root is known by its
/// number too, which it gets when it is first approved: 1, 2, 3 and so on.
interface IPartyRegistry {
    /// @notice What is stored of a root. Times in Unix seconds.
    /// @param approvedAt Last approval; 0: never.
    /// @param validUntil End of the grace period; 0: not superseded.
    /// @param revokedAt Revocation; 0: not revoked.
    /// @param revokedSince What was attested before stands although the root is revoked; 0: nothing does.
    /// @param number Its number; 0: never approved.
    /// @param documentHash sha256 of the party list it was last approved with.
    struct Root {
        uint64 approvedAt;
        uint64 validUntil;
        uint64 revokedAt;
        uint64 revokedSince;
        uint16 number;
        bytes32 documentHash;
    }

    /// @notice A root was proposed.
    /// @param root The root.
    /// @param proposer Who proposed it.
    /// @param documentHash sha256 of the party list.
    event PartyRootProposed(uint256 indexed root, address indexed proposer, bytes32 documentHash);
    /// @notice A root became the current one; `superseded` (0: none) stays valid until `validUntil` (Unix seconds).
    /// @param root The root.
    /// @param approver Who approved it.
    /// @param documentHash sha256 of the party list.
    /// @param authorisation Reference of the approval.
    /// @param superseded The root that was current before; 0: none.
    /// @param validUntil End of that root's grace period, Unix seconds.
    event PartyRootApproved(
        uint256 indexed root,
        address indexed approver,
        bytes32 documentHash,
        bytes32 authorisation,
        uint256 superseded,
        uint64 validUntil
    );
    /// @notice A root ended for good.
    /// @param root The root.
    /// @param by Who revoked it.
    /// @param since Unix seconds: what was attested before stands; 0: nothing does.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event PartyRootRevoked(uint256 indexed root, address indexed by, uint64 since, uint8 reason, bytes32 words);

    /// @notice A root is a field element and not zero.
    error RootOutOfField(uint256 root);
    /// @notice The hash of the party list is missing.
    error PartyListMissing();
    /// @notice The root is the current one already.
    error RootIsCurrent(uint256 root);
    /// @notice The root was revoked.
    error RootIsRevoked(uint256 root);
    /// @notice A root cannot be revoked from a time on that is still to come.
    error RevokedInFuture(uint64 since, uint256 nowSeconds);
    /// @notice There is no number left for another root.
    error RootsTooMany();
    /// @notice The root authorises nobody now: never approved, grace period over, or revoked.
    error RootNotValid(uint256 root);

    /// @notice Proposes a root. Caller: PROPOSER. Refused: zero, not a field element, no list, current, revoked,
    /// waiting already with this list.
    /// @param root Merkle root of the party tree: public signal `parties`.
    /// @param documentHash sha256 of the party list it was made from.
    function propose(uint256 root, bytes32 documentHash) external;

    /// @notice Approves a proposed root and makes it the current one; the one before stays valid for the grace period.
    /// Caller: APPROVER, another account and another person than the proposer. Refused: revoked or approved since.
    /// @param root Exactly what is approved.
    /// @param documentHash sha256 of the party list, as it was proposed.
    /// @param authorisation Reference of the approval.
    function approve(uint256 root, bytes32 documentHash, bytes32 authorisation) external;

    /// @notice Ends a root at once and for good, also one that only waits for approval or was never seen; a revoked one again with
    /// an earlier `since`. Caller: APPROVER.
    /// @param root The root.
    /// @param since Unix seconds, not in the future: what was attested before stands; 0: nothing does.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function revoke(uint256 root, uint64 since, uint8 reason, bytes32 words) external;

    /// @notice The root that new proofs should use.
    /// @return The current root; 0: none.
    function current() external view returns (uint256);

    /// @notice Seconds for which a superseded root stays valid.
    /// @return The grace period.
    function gracePeriod() external view returns (uint64);

    /// @notice Whether proofs may use the root now.
    /// @param root The root.
    /// @return True for the current root and for superseded ones in their grace period.
    function isValid(uint256 root) external view returns (bool);

    /// @notice Reverts with `RootNotValid` unless proofs may use the root now.
    /// @param root The root.
    /// @return Its number.
    function requireValid(uint256 root) external view returns (uint16);

    /// @notice The root of a number.
    /// @param number From 1 on.
    /// @return The root; 0: none has this number.
    function rootNumbered(uint16 number) external view returns (uint256);

    /// @notice What is stored of a root.
    /// @param root Any root.
    /// @return All zero if it is unknown.
    function rootOf(uint256 root) external view returns (Root memory);
}
