// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title IConsentRegistry
/// @notice Consents, each given for one batch by whoever may withdraw it. A consent is a fresh salted commitment and says
/// nothing about the patient. That it belongs to the batch's patient is asserted by the batch's owner, not proven.
///
/// consent = keccak256(abi.encode(holder, commitment)): nobody can take a commitment seen in the mempool.
/// Life of a consent: unknown -> given -> revoked, for good.
interface IConsentRegistry {
    /// @notice What is stored of a consent. Times in Unix seconds.
    /// @param holder Account that gave it.
    /// @param grantedAt When.
    /// @param revokedAt When it was revoked; 0: not.
    struct Consent {
        address holder;
        uint64 grantedAt;
        uint64 revokedAt;
    }

    /// @notice A consent was given.
    /// @param consent Its id.
    /// @param holder Who gave it.
    /// @param commitment Salted commitment.
    event ConsentGranted(bytes32 indexed consent, address indexed holder, bytes32 commitment);
    /// @notice A consent was revoked. A batch that has it is blocked until its QP decides.
    /// @param consent Its id.
    /// @param holder Who gave and revoked it.
    event ConsentRevoked(bytes32 indexed consent, address indexed holder);

    /// @notice A commitment is not zero.
    error CommitmentMissing();
    /// @notice The holder gave this consent already.
    error ConsentKnown(bytes32 consent);
    /// @notice Only its holder revokes a consent.
    error NotHolder(bytes32 consent, address caller);
    /// @notice The consent is revoked already.
    error ConsentIsRevoked(bytes32 consent);

    /// @notice Gives a consent. Caller: anybody, who becomes its holder.
    /// @param commitment Salted commitment, fresh for each batch.
    /// @return consent Its id, which the batch is opened with.
    function grant(bytes32 commitment) external returns (bytes32 consent);

    /// @notice Revokes a consent for good. Caller: its holder. No batch opens with it any more; a batch that has it is
    /// certified only after its QP decided. The record of that batch goes on: it must legally be completed.
    /// @param consent Its id.
    function revoke(bytes32 consent) external;

    /// @notice Whether the consent was given and not revoked.
    /// @param consent Any id.
    /// @return True if it stands.
    function isValid(bytes32 consent) external view returns (bool);

    /// @notice What is stored of a consent.
    /// @param consent Any id.
    /// @return All zero if it is unknown.
    function consentOf(bytes32 consent) external view returns (Consent memory);

    /// @notice Id of a consent.
    /// @param holder Who gives it.
    /// @param commitment Salted commitment.
    /// @return keccak256(abi.encode(holder, commitment)).
    function idOf(address holder, bytes32 commitment) external pure returns (bytes32);
}
