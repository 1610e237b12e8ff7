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
}
