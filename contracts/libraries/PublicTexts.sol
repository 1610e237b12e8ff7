// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title PublicTexts
/// @notice What of people's words stands on chain, where everybody reads it and nobody can erase it: a short name or number
/// of a document, or the code of a reason with the salted hash of the words. Never the words: they are personal data, and
/// whoever writes them would choose what every reader must be able to decode.
library PublicTexts {
    /// @notice A name is 1 to 31 printable ASCII characters, then zeros.
    error NameInvalid(bytes32 name);
    /// @notice The code is none of those that this call takes (`Codes.REASONS_OF_*`).
    error ReasonUnknown(uint8 reason);

    /// @notice Reverts unless the word is a name.
    /// @param name Characters from the left.
    function requireName(bytes32 name) internal pure {
        bool ended = name[0] == 0;
        if (ended || name[31] != 0) revert NameInvalid(name);
        for (uint256 i = 0; i < 31; i++) {
            bytes1 character = name[i];
            if (character == 0) ended = true;
            else if (ended || character < " " || character > "~") revert NameInvalid(name);
        }
    }

    /// @notice Reverts unless a call takes this reason.
    /// @param reason `Codes.REASON_*`.
    /// @param taken `Codes.REASONS_OF_*`: bit i stands for reason i.
    function requireReason(uint8 reason, uint256 taken) internal pure {
        if (taken & (1 << reason) == 0) revert ReasonUnknown(reason);
    }
}
