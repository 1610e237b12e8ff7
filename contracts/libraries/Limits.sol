// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Limits
/// @notice How many there may be: what one event or one question costs a reader has a bound. `src/formats/limits.ts` holds the
/// same numbers and a test compares them.
library Limits {
    /// @dev Batches that one batch supersedes, one through the other.
    uint256 internal constant SUPERSEDED = 16;
    /// @dev Batches that one call is about.
    uint256 internal constant BATCHES_OF_CALL = 64;
    /// @dev QPs, QPs of stages, and submitters, that an opening names.
    uint256 internal constant NAMES_OF_OPENING = 16;
    /// @dev QPs of one seat, with those who were added.
    uint256 internal constant QPS_OF_SEAT = 32;
    /// @dev Seconds from now to a planned administration.
    uint256 internal constant ADMINISTRATION_AHEAD = 30 days;
    /// @dev Seconds from an administration until the authority is to be told.
    uint64 internal constant NOTIFICATION_AFTER = 48 hours;
    /// @dev Claims of a policy.
    uint256 internal constant CLAIMS_OF_POLICY = 256;
    /// @dev Circuits of a claim, its tiers. Those of all claims together are at most the 256 of a `WordList`.
    uint256 internal constant CIRCUITS_OF_CLAIM = 16;
    /// @dev Seconds from now to a due date, of a batch or of a request: ten years. A due date beyond is none, and no reader need
    /// know what a date is thousands of years from now.
    uint64 internal constant DUE = 3650 days;
    /// @dev Unanswered requests about one batch: whoever asks whether one is overdue looks at all of them.
    uint256 internal constant REQUESTS_OF_BATCH = 64;
    /// @dev Those of them that one authority asked: it cannot take the room of the others.
    uint256 internal constant REQUESTS_OF_AUTHORITY = 16;
}
