// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "./IComplianceRegistry.sol";

/// @title IQualifiedPersons
/// @notice Which Qualified Persons may certify a batch, which confirm a stage of it (EU GMP Annex 16, several sites), and what
/// one of them decides together with another person: to add a QP, to close an exception.
///
/// Each has a seat: `BATCH` for those who certify, else the index of a stage. The owner names QPs when it opens the batch,
/// and cannot choose another one afterwards who suits it better: one more needs the consent of a QP of the same seat, or that
/// none of these holds the role any more.
interface IQualifiedPersons {
    /// @notice A QP who confirms a stage.
    /// @param stage Index of the stage.
    /// @param qp Account.
    struct StageQp {
        uint8 stage;
        address qp;
    }

    /// @notice The owner proposed one more QP.
    /// @param key Key of the batch.
    /// @param seat Index of the stage, or `BATCH`.
    /// @param qp The proposed account.
    /// @param owner Who proposed it.
    event QpProposed(bytes32 indexed key, uint8 indexed seat, address indexed qp, address owner);
    /// @notice A batch has one more QP.
    /// @param key Key of the batch.
    /// @param seat Index of the stage, or `BATCH`.
    /// @param qp The account.
    /// @param by The QP who consented; the owner, if none held the role any more.
    event QpAdded(bytes32 indexed key, uint8 indexed seat, address indexed qp, address by);
    /// @notice A QP confirmed that a stage was done as it must, or took a confirmation back.
    /// @param key Key of the batch.
    /// @param stage Index of the stage.
    /// @param qp Who confirmed it.
    /// @param document sha256 of the confirmation; 0: it is taken back.
    event StageConfirmed(bytes32 indexed key, uint8 indexed stage, address indexed qp, bytes32 document);

    /// @notice QA proposed how to close an exception.
    /// @param key Key of the batch.
    /// @param id Number of the exception.
    /// @param disposition `Codes.DISPOSITION_*`.
    /// @param evidence Salted commitment to the investigation.
    /// @param proposer Who proposed it.
    event ClosingProposed(
        bytes32 indexed key,
        uint256 indexed id,
        uint8 indexed disposition,
        bytes32 evidence,
        address proposer
    );

    /// @notice An authority agreed to how its exception was closed.
    /// @param key Key of the batch.
    /// @param id Number of the exception.
    /// @param authority Who agreed.
    event ClosingAcknowledged(bytes32 indexed key, uint256 indexed id, address indexed authority);

    /// @notice Only the compliance registry names the first QPs of a batch.
    error NotRegistry(address caller);
    /// @notice A batch names at least one QP, and no zero address.
    error QpMissing();
    /// @notice The policy demands that a QP confirms this stage, and none is named.
    error StageQpMissing(uint8 stage);
    /// @notice No QP confirms this stage under the batch's policy.
    error StageNotConfirmed(uint8 stage);
    /// @notice The account has this seat already.
    error QpKnown(bytes32 key, uint8 seat, address qp);
    /// @notice The seat has as many QPs as there may be.
    error TooManyQps(bytes32 key, uint8 seat, uint256 most);
    /// @notice Only a QP named for this seat may do this, while it holds the role QP.
    error NotQpOfSeat(bytes32 key, uint8 seat, address caller);
    /// @notice Claims of the stage that are needed for release are missing: bit i stands for claim i.
    error StageClaimsMissing(uint8 stage, uint256 claims);
    /// @notice The hash of the confirmation is missing, and there is none to take back.
    error ConfirmationMissing();

    /// @notice The disposition is none of `Codes.DISPOSITION_*`.
    error DispositionUnknown(uint8 disposition);

    /// @notice The exception is open: there is nothing to agree to yet.
    error ExceptionIsOpen(uint256 id);
    /// @notice Only the AUTHORITY who raised the exception agrees to its closing, or another one once he lost the role.
    error NotRaiser(uint256 id, address caller);
    /// @notice An authority agreed before.
    error AlreadyAcknowledged(uint256 id);

    /// @notice Names the QPs of a batch that is being opened. Caller: the compliance registry. Refused: an account that does
    /// not hold the role QP now.
    /// @param key Key of the batch.
    /// @param policyId Its policy.
    /// @param qps Those of whom one must certify: 1 to 16.
    /// @param stageQps Those who confirm stages: at most 16, for each stage that the policy says at least one.
    function name(bytes32 key, bytes32 policyId, address[] calldata qps, StageQp[] calldata stageQps) external;

    /// @notice Proposes one more QP. Caller: owner. Where no QP of the seat holds the role any more, he is added at once.
    /// @param key Key of the batch.
    /// @param seat Index of the stage, or `BATCH`.
    /// @param qp An account that holds the role QP.
    function proposeQp(bytes32 key, uint8 seat, address qp) external;

    /// @notice Consents to a QP whom the owner proposed. Caller: a QP of the seat, another account and another person than
    /// the owner.
    /// @param key Key of the batch.
    /// @param seat Index of the stage, or `BATCH`.
    /// @param qp Who was proposed.
    function consentQp(bytes32 key, uint8 seat, address qp) external;

    /// @notice Confirms a stage before the batch is certified. Caller: a QP of the stage. Refused: a stage that the policy
    /// does not have confirmed, claims of the stage that are missing for release, a batch that is not open. An amendment and
    /// a rejected exception of the batch void it.
    /// @param key Key of the batch.
    /// @param stage Index of the stage.
    /// @param document sha256 of the confirmation; 0 takes it back, also another QP's of the stage.
    function confirmStage(bytes32 key, uint8 stage, bytes32 document) external;

    /// @notice The registry of the batches.
    /// @return The compliance registry.
    function registry() external view returns (IComplianceRegistry);

    /// @notice Proposes how to close an exception. Caller: QA of the owner. Several proposals may wait.
    /// @param id Number of an open exception.
    /// @param disposition `Codes.DISPOSITION_*`.
    /// @param evidence Salted commitment to the investigation.
    function proposeClosing(uint256 id, uint8 disposition, bytes32 evidence) external;

    /// @notice Closes an exception as QA proposed (`IComplianceRegistry.closeException`). Caller: a QP of the batch, another
    /// account and another person than the proposer. Refused: anything that was not proposed exactly so.
    /// @param id Number of an open exception.
    /// @param disposition What is confirmed.
    /// @param evidence What is confirmed.
    function confirmClosing(uint256 id, uint8 disposition, bytes32 evidence) external;

    /// @notice Agrees to how an exception was closed that an authority raised. Caller: the AUTHORITY who raised it, or another
    /// one once he lost the role. It forbids nothing: until then readers show the closing as unacknowledged.
    /// @param id Number of a closed exception.
    function acknowledge(uint256 id) external;

    /// @notice Whether a batch names the account among those who certify.
    /// @param key Key of the batch.
    /// @param account Account.
    /// @return True if it does; whether he holds the role is another question.
    function isQpOf(bytes32 key, address account) external view returns (bool);

    /// @notice The QPs of a seat.
    /// @param key Key of the batch.
    /// @param seat Index of the stage, or `BATCH`.
    /// @return Accounts, at most 32.
    function qpsOf(bytes32 key, uint8 seat) external view returns (address[] memory);

    /// @notice Stages that a QP must confirm and none has, or that were amended since.
    /// @param key Key of the batch; unknown ones revert.
    /// @return Bit i stands for stage i.
    function unconfirmedStages(bytes32 key) external view returns (uint256);
}
