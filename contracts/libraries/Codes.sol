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

    // What puts a batch into doubt from outside, as bits of a set.
    uint8 internal constant CHALLENGE_CIRCUIT = 1; // a circuit of its policy was declared unsound
    uint8 internal constant CHALLENGE_POLICY = 2; // its policy was retired
    uint8 internal constant CHALLENGE_ROOT = 4; // a party root was revoked as of a time when it used it
    uint8 internal constant CHALLENGE_SUPERSEDED = 8; // a batch that it supersedes was recalled

    // As what somebody holds a batch.
    uint8 internal constant HOLD_QP = 1;
    uint8 internal constant HOLD_AUTHORITY = 2;

    // Why something was decided; bit i of a set of reasons stands for reason i.
    uint8 internal constant REASON_OTHER = 1;
    uint8 internal constant REASON_QUALITY_DEFECT = 2;
    uint8 internal constant REASON_FALSIFIED = 3;
    uint8 internal constant REASON_MISLABELLED = 4;
    uint8 internal constant REASON_ADVERSE_EVENTS = 5;
    uint8 internal constant REASON_CONTAMINATION = 6;
    uint8 internal constant REASON_OUT_OF_SPECIFICATION = 7;
    uint8 internal constant REASON_EXCURSION = 8;
    uint8 internal constant REASON_CUSTODY_BROKEN = 9;
    uint8 internal constant REASON_DATA_INTEGRITY = 10;
    uint8 internal constant REASON_DAMAGED = 11;
    uint8 internal constant REASON_EXPIRED = 12;
    uint8 internal constant REASON_PATIENT_WITHDREW = 13;
    uint8 internal constant REASON_PATIENT_UNFIT = 14;
    uint8 internal constant REASON_COLLECTION_FAILED = 15;
    uint8 internal constant REASON_MANUFACTURE_FAILED = 16;
    uint8 internal constant REASON_NOT_ADMINISTERED = 17;
    uint8 internal constant REASON_OPENED_IN_ERROR = 18;
    uint8 internal constant REASON_UNDER_INVESTIGATION = 19;
    uint8 internal constant REASON_COMPLAINT = 20;
    uint8 internal constant REASON_AUTHORITY_ORDER = 21;
    uint8 internal constant REASON_INVESTIGATION_CLOSED = 22;
    uint8 internal constant REASON_CORRECTED = 23;
    uint8 internal constant REASON_ORDER_LIFTED = 24;
    uint8 internal constant REASON_MATERIAL_LATE = 25;
    uint8 internal constant REASON_TEST_REPEATED = 26;
    uint8 internal constant REASON_TRANSPORT_DELAYED = 27;
    uint8 internal constant REASON_PATIENT_DELAYED = 28;
    uint8 internal constant REASON_WRONG_FILE = 29;
    uint8 internal constant REASON_WRONG_DEVICE = 30;
    uint8 internal constant REASON_CUSTODIAN_CHANGED = 31;
    uint8 internal constant REASON_DEVICE_REPLACED = 32;
    uint8 internal constant REASON_CALIBRATION = 33;
    uint8 internal constant REASON_CONSENT_RENEWED = 34;
    uint8 internal constant REASON_TREATMENT_ONLY = 35;
    uint8 internal constant REASON_SUPERSEDED = 36;
    uint8 internal constant REASON_LIMITS_WRONG = 37;
    uint8 internal constant REASON_PRODUCT_WITHDRAWN = 38;
    uint8 internal constant REASON_KEY_LOST = 39;
    uint8 internal constant REASON_PARTY_LEFT = 40;
    uint8 internal constant REASON_WRONG_LIST = 41;

    // Which reasons each call takes.
    uint256 internal constant REASONS_OF_RECALL =
        (1 << REASON_OTHER) |
            (1 << REASON_QUALITY_DEFECT) |
            (1 << REASON_FALSIFIED) |
            (1 << REASON_MISLABELLED) |
            (1 << REASON_ADVERSE_EVENTS) |
            (1 << REASON_CONTAMINATION) |
            (1 << REASON_OUT_OF_SPECIFICATION) |
            (1 << REASON_EXCURSION) |
            (1 << REASON_CUSTODY_BROKEN) |
            (1 << REASON_DATA_INTEGRITY);
    uint256 internal constant REASONS_OF_REJECT =
        (1 << REASON_OTHER) |
            (1 << REASON_QUALITY_DEFECT) |
            (1 << REASON_FALSIFIED) |
            (1 << REASON_MISLABELLED) |
            (1 << REASON_CONTAMINATION) |
            (1 << REASON_OUT_OF_SPECIFICATION) |
            (1 << REASON_EXCURSION) |
            (1 << REASON_CUSTODY_BROKEN) |
            (1 << REASON_DATA_INTEGRITY) |
            (1 << REASON_DAMAGED) |
            (1 << REASON_EXPIRED);
    uint256 internal constant REASONS_OF_ABORT =
        (1 << REASON_OTHER) |
            (1 << REASON_DAMAGED) |
            (1 << REASON_EXPIRED) |
            (1 << REASON_PATIENT_WITHDREW) |
            (1 << REASON_PATIENT_UNFIT) |
            (1 << REASON_COLLECTION_FAILED) |
            (1 << REASON_MANUFACTURE_FAILED) |
            (1 << REASON_NOT_ADMINISTERED) |
            (1 << REASON_OPENED_IN_ERROR);
    uint256 internal constant REASONS_OF_HOLD =
        (1 << REASON_OTHER) |
            (1 << REASON_QUALITY_DEFECT) |
            (1 << REASON_FALSIFIED) |
            (1 << REASON_MISLABELLED) |
            (1 << REASON_ADVERSE_EVENTS) |
            (1 << REASON_CONTAMINATION) |
            (1 << REASON_OUT_OF_SPECIFICATION) |
            (1 << REASON_EXCURSION) |
            (1 << REASON_CUSTODY_BROKEN) |
            (1 << REASON_DATA_INTEGRITY) |
            (1 << REASON_DAMAGED) |
            (1 << REASON_UNDER_INVESTIGATION) |
            (1 << REASON_COMPLAINT) |
            (1 << REASON_AUTHORITY_ORDER);
    uint256 internal constant REASONS_OF_UNHOLD =
        (1 << REASON_OTHER) | (1 << REASON_INVESTIGATION_CLOSED) | (1 << REASON_CORRECTED) | (1 << REASON_ORDER_LIFTED);
    uint256 internal constant REASONS_OF_EXTEND_DUE =
        (1 << REASON_OTHER) |
            (1 << REASON_UNDER_INVESTIGATION) |
            (1 << REASON_MATERIAL_LATE) |
            (1 << REASON_TEST_REPEATED) |
            (1 << REASON_TRANSPORT_DELAYED) |
            (1 << REASON_PATIENT_DELAYED);
    uint256 internal constant REASONS_OF_AMEND =
        (1 << REASON_OTHER) |
            (1 << REASON_DATA_INTEGRITY) |
            (1 << REASON_CORRECTED) |
            (1 << REASON_WRONG_FILE) |
            (1 << REASON_WRONG_DEVICE) |
            (1 << REASON_CALIBRATION);
    uint256 internal constant REASONS_OF_REPLACE_OPENING =
        (1 << REASON_OTHER) |
            (1 << REASON_WRONG_DEVICE) |
            (1 << REASON_CUSTODIAN_CHANGED) |
            (1 << REASON_DEVICE_REPLACED) |
            (1 << REASON_OPENED_IN_ERROR);
    uint256 internal constant REASONS_OF_DECIDE_REVOCATION =
        (1 << REASON_OTHER) | (1 << REASON_CONSENT_RENEWED) | (1 << REASON_TREATMENT_ONLY);
    uint256 internal constant REASONS_OF_DECIDE_CHALLENGE =
        (1 << REASON_OTHER) |
            (1 << REASON_INVESTIGATION_CLOSED) |
            (1 << REASON_CORRECTED) |
            (1 << REASON_TREATMENT_ONLY);
    uint256 internal constant REASONS_OF_RETIRE =
        (1 << REASON_OTHER) |
            (1 << REASON_SUPERSEDED) |
            (1 << REASON_LIMITS_WRONG) |
            (1 << REASON_PRODUCT_WITHDRAWN) |
            (1 << REASON_AUTHORITY_ORDER);
    uint256 internal constant REASONS_OF_REVOKE =
        (1 << REASON_OTHER) |
            (1 << REASON_DATA_INTEGRITY) |
            (1 << REASON_AUTHORITY_ORDER) |
            (1 << REASON_KEY_LOST) |
            (1 << REASON_PARTY_LEFT) |
            (1 << REASON_WRONG_LIST);

    /// @dev What a QP's signature says (21 CFR 11.50: a signature carries its meaning).
    uint8 internal constant MEANING_CERTIFIED = 7;
}
