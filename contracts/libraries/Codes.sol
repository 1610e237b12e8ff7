// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Codes
/// @notice Every number that stands for a word. `src/formats/codes.ts` and `src/formats/constants.ts` hold the same
/// numbers and a test compares them.
library Codes {
    // What a circuit proves. The register takes any kind from 1: whether it is known is for its readers to say.
    uint8 internal constant KIND_TEMPERATURE = 1;
    uint8 internal constant KIND_PARAMETERS = 2;
    uint8 internal constant KIND_CUSTODY = 3;
    uint8 internal constant KIND_QUALITY = 4;
    uint8 internal constant KIND_CHANNEL = 5;

    // Class of a claim (EU GMP Annex 16, section 3: only a process claim may be settled without proof).
    uint8 internal constant CLASS_SPECIFICATION = 1;
    uint8 internal constant CLASS_PROCESS = 2;
    uint8 internal constant CLASS_CUSTODY = 3;

    // What a claim is needed for.
    uint8 internal constant NEEDED_FOR_RELEASE = 1;
    uint8 internal constant NEEDED_FOR_COMPLETION = 2;

    // How bad a breach is, as inspectorates grade deficiencies.
    uint8 internal constant SEVERITY_MINOR = 1;
    uint8 internal constant SEVERITY_MAJOR = 2;
    uint8 internal constant SEVERITY_CRITICAL = 3;

    // What an exception is about.
    uint8 internal constant CATEGORY_PARAMETER = 1;
    uint8 internal constant CATEGORY_CUSTODY = 2;
    uint8 internal constant CATEGORY_QUALITY = 3;
    uint8 internal constant CATEGORY_MISSING = 4;
    uint8 internal constant CATEGORY_INTEGRITY = 5;
    uint8 internal constant CATEGORY_EQUIPMENT = 6;
    uint8 internal constant CATEGORY_MATERIAL = 7;
    uint8 internal constant CATEGORY_OTHER = 8;

    // How an exception was closed.
    uint8 internal constant DISPOSITION_ACCEPTED = 1; // assessed and acceptable: the only one that settles a claim
    uint8 internal constant DISPOSITION_REJECTED = 2; // not acceptable in place of a proof: prove the claim or reject
    uint8 internal constant DISPOSITION_UNFOUNDED = 3; // raised in error, or its cause was removed

    // Who holds a batch, as bits of a set.
    uint8 internal constant HOLD_QP = 1;
    uint8 internal constant HOLD_AUTHORITY = 2;

    /// @dev What a QP's signature says (21 CFR 11.50: a signature carries its meaning).
    uint8 internal constant MEANING_CERTIFIED = 7;
}
