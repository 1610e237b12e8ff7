// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title IPartyRegistry
/// @notice The Merkle roots of authorised parties and devices, published by two persons.
///
/// Life of a root: unknown -> proposed -> current -> superseded (valid for the grace period) -> expired; a root that
/// expired or was superseded may be proposed again. A revoked root ends at once and never returns.
interface IPartyRegistry {
    /// @notice What is stored of a root. Times in Unix seconds.
    /// @param approvedAt Last approval; 0: never.
    /// @param validUntil End of the grace period; 0: not superseded.
    /// @param revokedAt Revocation; 0: not revoked.
    struct Root {
        uint64 approvedAt;
        uint64 validUntil;
        uint64 revokedAt;
    }

    /// @notice A root was proposed; `documentHash` is sha256 of the party list it was made from.
    /// @param root The root.
    /// @param proposer Who proposed it.
    /// @param documentHash sha256 of the party list.
    event PartyRootProposed(uint256 indexed root, address indexed proposer, bytes32 documentHash);
    /// @notice A root became the current one; `superseded` (0: none) stays valid until `validUntil` (Unix seconds).
    /// @param root The root.
    /// @param approver Who approved it.
    /// @param authorisation Reference of the approval.
    /// @param superseded The root that was current before; 0: none.
    /// @param validUntil End of that root's grace period, Unix seconds.
    event PartyRootApproved(
        uint256 indexed root,
        address indexed approver,
        bytes32 authorisation,
        uint256 superseded,
        uint64 validUntil
    );
    /// @notice A root ended for good.
    /// @param root The root.
    /// @param by Who revoked it.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event PartyRootRevoked(uint256 indexed root, address indexed by, uint8 reason, bytes32 words);

    /// @notice A root is a field element and not zero.
    error RootOutOfField(uint256 root);
    /// @notice The root is the current one already.
    error RootIsCurrent(uint256 root);
    /// @notice The root was revoked.
    error RootIsRevoked(uint256 root);
    /// @notice The root authorises nobody now: never approved, grace period over, or revoked.
    error RootNotValid(uint256 root);

    /// @notice Proposes a root. Caller: PROPOSER. Refused: zero, not a field element, current, revoked, waiting already.
    /// @param root Merkle root of the party tree: public signal `parties`.
    /// @param documentHash sha256 of the party list it was made from.
    function propose(uint256 root, bytes32 documentHash) external;

    /// @notice Approves a proposed root and makes it the current one; the one before stays valid for the grace period.
    /// Caller: APPROVER, another account and another person than the proposer. Refused: revoked since.
    /// @param root Exactly what is approved.
    /// @param authorisation Reference of the approval.
    function approve(uint256 root, bytes32 authorisation) external;

    /// @notice Ends a root at once and for good, also one that only waits for approval or was never seen. Caller: APPROVER.
    /// @param root The root.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function revoke(uint256 root, uint8 reason, bytes32 words) external;

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
    function requireValid(uint256 root) external view;

    /// @notice What is stored of a root.
    /// @param root Any root.
    /// @return All zero if it is unknown.
    function rootOf(uint256 root) external view returns (Root memory);
}
