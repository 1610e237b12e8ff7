// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IReleaseGate} from "./IReleaseGate.sol";

/// @title IComplianceRegistry
/// @notice Batches, their attestations, exceptions and certification.
///
/// Batch key = keccak256(abi.encode(owner, batch)): nobody can squat a commitment seen in the mempool.
///
/// Running hashes, both starting at 0, over the calls in the order of the chain:
/// trail          = keccak256(abi.encode(trail, selector, digest))          attest, amend, replaceOpening
/// exceptionsHash = keccak256(abi.encode(exceptionsHash, selector, digest)) raiseException
/// where selector is the function's four bytes (bytes4, padded on the right as abi.encode does) and
/// digest = keccak256(abi.encode(all arguments in their order)), which is the call data after the selector; call data
/// that is not exactly this encoding is refused. A later function that takes signatures leaves them out of the digest.
///
/// States and calls. A cell says what the batch may be shown as afterwards; an empty one reverts:
///
/// | shown as  | attest              | amend           | raiseException         | certify             |
/// |-----------|---------------------|-----------------|------------------------|---------------------|
/// | Open      | Open, Compliant     | Open            | Exception              |                     |
/// | Compliant | Compliant           | Open, Compliant | Exception              | Released, Completed |
/// | Exception | Exception           | Exception       | Exception              |                     |
/// | Released  | Released, Completed | Open, Compliant | Released, gate closed  |                     |
/// | Completed |                     | Open, Compliant | Completed, gate closed |                     |
///
/// amend needs something attested. With an exception open a certified batch falls back to Exception instead, and one
/// whose last completion claim is attested stays Released.
/// replaceOpening and nameSubmitter: before certification, while the head of stage 0 is unset. Overdue is computed by the
/// views and forbids nothing: late work is visible, not lost. In this version exceptions cannot be closed, so an open one
/// blocks certification for good. Pausing stops attest and certify and nothing else.
interface IComplianceRegistry is IReleaseGate {
    /// @notice What a reader calls the state of a batch. Stored: Open, Released, Completed and the end states;
    /// Compliant, Exception and Overdue are computed. This version reaches the first six.
    enum Status {
        Open,
        Compliant,
        Released,
        Completed,
        Exception,
        Overdue,
        Rejected,
        Aborted,
        ExceptionalSupply,
        Recalled
    }

    /// @notice What is counted: per registry, owner and batch, each equal to the number of such events, so that an
    /// auditor can tell that a node withheld logs. Numbers 7 to 15 are free for later versions.
    enum Counter {
        Opened,
        Attested,
        Amended,
        Exceptions,
        Certified,
        OpeningsReplaced,
        SubmittersNamed
    }

    /// @notice What is stored of a batch besides heads, QPs and submitters.
    /// @param owner Account that opened it.
    /// @param serial Number among the owner's batches: 1, 2, 3, ... without gap.
    /// @param openExceptions Exceptions that are not closed.
    /// @param status Stored state; ask `statusOf` for the one to show.
    /// @param due Due dates for release and completion, Unix seconds.
    /// @param batch Salted commitment: public signal `batch`.
    /// @param opening Head before stage 0: fixes the first custodian and its devices.
    /// @param policyId The policy it must keep.
    /// @param attested Attested claims: bit i stands for claim i.
    /// @param trail Running hash of what was attested and amended.
    /// @param exceptionsHash Running hash of the exceptions.
    struct Batch {
        address owner;
        uint32 serial;
        uint32 openExceptions;
        Status status;
        uint64[2] due;
        uint256 batch;
        uint256 opening;
        bytes32 policyId;
        uint256 attested;
        bytes32 trail;
        bytes32 exceptionsHash;
    }

    /// @notice One proof. The signals batch, rule and context are the chain's own.
    /// @param claim Index of the claim in the policy.
    /// @param circuitId Circuit of the proof.
    /// @param head Head of the claim's stage.
    /// @param parties Merkle root of the parties.
    /// @param record Commitment to the evidence; for a custody claim the head of the stage before.
    /// @param deviations Bitmap of what the reader should know.
    /// @param proof A (x, y), B (x.c1, x.c0, y.c1, y.c0), C (x, y).
    struct Item {
        uint8 claim;
        bytes32 circuitId;
        uint256 head;
        uint256 parties;
        uint256 record;
        uint256 deviations;
        uint256[8] proof;
    }

    /// @notice What a QP signs (EIP-712).
    /// @param batch Key of the batch.
    /// @param policyId Its policy.
    /// @param neededFor `Codes.NEEDED_FOR_RELEASE`.
    /// @param trail Its trail: a later attestation or amendment voids the signature.
    /// @param exceptionsHash Its exceptions: a later one voids the signature.
    /// @param certificate sha256 of the certificate document.
    /// @param meaning `Codes.MEANING_CERTIFIED`.
    /// @param signedAt Unix seconds, not in the chain's future.
    /// @param nonce How often the batch was certified before.
    /// @param deadline Unix seconds; void afterwards.
    struct Certificate {
        bytes32 batch;
        bytes32 policyId;
        uint8 neededFor;
        bytes32 trail;
        bytes32 exceptionsHash;
        bytes32 certificate;
        uint8 meaning;
        uint64 signedAt;
        uint256 nonce;
        uint64 deadline;
    }

    /// @notice A batch was opened. `serial` has no gap per owner, so no batch can be missing.
    /// @param key Key of the batch.
    /// @param owner Its owner.
    /// @param policyId Its policy.
    /// @param serial Number among the owner's batches.
    /// @param batch Its commitment.
    /// @param opening Head before stage 0.
    /// @param due Due dates for release and completion, Unix seconds.
    /// @param consent 0 in this version.
    /// @param qps Accounts of which one must certify.
    /// @param submitters Accounts besides the owner that may set heads.
    /// @param supersedes 0 in this version.
    event BatchOpened(
        bytes32 indexed key,
        address indexed owner,
        bytes32 indexed policyId,
        uint32 serial,
        uint256 batch,
        uint256 opening,
        uint64[2] due,
        bytes32 consent,
        address[] qps,
        address[] submitters,
        bytes32 supersedes
    );
    /// @notice The owner named one more account that may set heads.
    /// @param key Key of the batch.
    /// @param submitter The account.
    event SubmitterNamed(bytes32 indexed key, address indexed submitter);
    /// @notice The owner replaced the opening before stage 0 had a head.
    /// @param key Key of the batch.
    /// @param previous The opening until now.
    /// @param opening The opening from now on.
    /// @param reason Why.
    event OpeningReplaced(bytes32 indexed key, uint256 previous, uint256 opening, string reason);
    /// @notice A claim is proven. With the batch of `BatchOpened`, the rule of the policy and the context of
    /// `submitter`, the log alone lets everybody verify the proof again.
    /// @param key Key of the batch.
    /// @param claim Index of the claim.
    /// @param circuitId Circuit of the proof.
    /// @param head Signal `head`.
    /// @param parties Signal `parties`.
    /// @param record Signal `record`.
    /// @param deviations Signal `deviations`.
    /// @param submitter Sender, whom signal `context` names.
    /// @param proof Eight words, as in `Item`.
    event ClaimAttested(
        bytes32 indexed key,
        uint8 indexed claim,
        bytes32 indexed circuitId,
        uint256 head,
        uint256 parties,
        uint256 record,
        uint256 deviations,
        address submitter,
        uint256[8] proof
    );
    /// @notice An attestation found wrong was replaced; the old one stays in the log under the same key and claim.
    /// `reopened`: claims that lost their attestation because the head changed (bit i stands for claim i). The batch is
    /// not released any more.
    /// @param key Key of the batch.
    /// @param claim Index of the claim.
    /// @param circuitId Circuit of the new proof.
    /// @param head Signal `head`.
    /// @param parties Signal `parties`.
    /// @param record Signal `record`.
    /// @param deviations Signal `deviations`.
    /// @param submitter Sender, whom signal `context` names.
    /// @param proof Eight words, as in `Item`.
    /// @param reopened Claims that must be attested anew.
    /// @param reason Why.
    event ClaimAmended(
        bytes32 indexed key,
        uint8 indexed claim,
        bytes32 indexed circuitId,
        uint256 head,
        uint256 parties,
        uint256 record,
        uint256 deviations,
        address submitter,
        uint256[8] proof,
        uint256 reopened,
        string reason
    );
    /// @notice A stage has a head. `custody`: set by a custody proof; otherwise custody is not proven.
    /// @param key Key of the batch.
    /// @param stage Index of the stage.
    /// @param head The head.
    /// @param custody Whether a custody proof set it.
    event HeadSet(bytes32 indexed key, uint8 indexed stage, uint256 head, bool custody);
    /// @notice The trail grew by one call; lets the trail be rebuilt from the log.
    /// @param key Key of the batch.
    /// @param selector Function that was called.
    /// @param digest keccak256 of its arguments.
    /// @param trail The trail after it.
    event TrailExtended(bytes32 indexed key, bytes4 selector, bytes32 digest, bytes32 trail);
    /// @notice Every claim needed for release is attested.
    /// @param key Key of the batch.
    event BatchCompliant(bytes32 indexed key);
    /// @notice An exception was raised; `id` counts over the whole registry, `repeats` over the owner and the rule.
    /// @param key Key of the batch.
    /// @param id Number of the exception in this registry.
    /// @param category `Codes.CATEGORY_*`.
    /// @param claim Index of the claim it is about.
    /// @param severity `Codes.SEVERITY_*`.
    /// @param qmsRef Number in the quality management system.
    /// @param evidence Salted commitment to the evidence; 0: none.
    /// @param raisedBy Who raised it.
    /// @param repeats Exceptions of this owner about this rule, this one included.
    /// @param exceptionsHash Running hash after it.
    event ExceptionRaised(
        bytes32 indexed key,
        uint256 indexed id,
        uint8 indexed category,
        uint8 claim,
        uint8 severity,
        string qmsRef,
        bytes32 evidence,
        address raisedBy,
        uint32 repeats,
        bytes32 exceptionsHash
    );
    /// @notice A QP certified the batch.
    /// @param key Key of the batch.
    /// @param qp Who signed.
    /// @param certificate What was signed.
    /// @param signature The signature.
    event BatchReleased(bytes32 indexed key, address indexed qp, Certificate certificate, bytes signature);
    /// @notice Every claim needed for completion is attested too.
    /// @param key Key of the batch.
    event BatchCompleted(bytes32 indexed key);

    /// @notice The policies belong to another list of roles than the parties.
    error RolesDiffer();
    /// @notice No such batch.
    error BatchUnknown(bytes32 key);
    /// @notice The owner opened this batch already.
    error BatchKnown(bytes32 key);
    /// @notice The call is not possible in this state.
    error StatusWrong(bytes32 key, Status status);
    /// @notice The call data is longer than, or not exactly, the ABI encoding of its arguments.
    error CallDataNotCanonical(uint256 received, uint256 expected);
    /// @notice The value must be a field element and not zero.
    error NotAFieldElement(uint256 value);
    /// @notice Linking a consent is not possible in this version: pass 0.
    error ConsentNotSupported(bytes32 consent);
    /// @notice Superseding a batch is not possible in this version: pass 0.
    error SupersedesNotSupported(bytes32 supersedes);
    /// @notice A batch names at least one QP, and no zero address.
    error QpMissing();
    /// @notice The due date (0: release, 1: completion) is not in the future.
    error DueNotInFuture(uint256 which, uint64 received, uint256 nowSeconds);
    /// @notice The due date is later than the policy allows.
    error DueTooLate(uint256 which, uint64 received, uint256 latest);
    /// @notice Completion is due before release.
    error DueOrder(uint64 release, uint64 completion);
    /// @notice Only the owner of the batch may do this, while it is a MANUFACTURER.
    error NotOwner(bytes32 key, address caller);
    /// @notice Only owner, QA of the owner, a QP of the batch or an AUTHORITY may do this.
    error NotConcerned(bytes32 key, address caller);
    /// @notice The head of stage 0 is set, so the opening and the submitters are final.
    error FirstHeadSet(bytes32 key, uint256 head);
    /// @notice The account is a submitter of the batch already, or the zero address.
    error SubmitterInvalid(address submitter);
    /// @notice Nothing to attest.
    error NoItems();
    /// @notice The claim is attested already.
    error AlreadyAttested(bytes32 key, uint8 claim);
    /// @notice The claim is not attested, so there is nothing to amend.
    error NotAttested(bytes32 key, uint8 claim);
    /// @notice The stage has no head yet; in a policy with custody claims only a custody proof sets one.
    error HeadUnset(uint8 stage);
    /// @notice The proof is about another head than the batch's.
    error HeadWrong(uint8 stage, uint256 received, uint256 expected);
    /// @notice The custody proof does not continue the head before.
    error PreviousHeadWrong(uint8 stage, uint256 received, uint256 expected);
    /// @notice Until custody claims prove it, only the owner or a submitter it named says which head is the batch's.
    error NotSubmitter(bytes32 key, address caller);
    /// @notice The category is none of `Codes.CATEGORY_*`.
    error CategoryUnknown(uint8 category);
    /// @notice The severity is none of `Codes.SEVERITY_*`.
    error ExceptionSeverityUnknown(uint8 severity);
    /// @notice The certificate is about another batch.
    error CertificateBatchWrong(bytes32 received, bytes32 expected);
    /// @notice The certificate is about another policy.
    error CertificatePolicyWrong(bytes32 received, bytes32 expected);
    /// @notice The certificate was signed before the last attestation or amendment.
    error CertificateTrailWrong(bytes32 received, bytes32 expected);
    /// @notice The certificate was signed before the last exception.
    error CertificateExceptionsWrong(bytes32 received, bytes32 expected);
    /// @notice Only release is certified.
    error CertificateNeededForWrong(uint8 received, uint8 expected);
    /// @notice The signature has another meaning than "certified".
    error CertificateMeaningWrong(uint8 received, uint8 expected);
    /// @notice The certificate was used before, or belongs to another certification.
    error CertificateNonceWrong(uint256 received, uint256 expected);
    /// @notice The hash of the certificate document is missing.
    error CertificateDocumentMissing();
    /// @notice The signature claims to be made in the future.
    error CertificateFromFuture(uint64 signedAt, uint256 nowSeconds);
    /// @notice The signature is too old.
    error CertificateExpired(uint64 deadline, uint256 nowSeconds);
    /// @notice The signer is not a QP of this batch.
    error SignerNotQp(bytes32 key, address signer);
    /// @notice Claims needed for release are not attested: bit i stands for claim i.
    error ClaimsMissing(uint256 claims);
    /// @notice Exceptions are open.
    error ExceptionsOpen(uint256 count);

    /// @notice Opens a batch. Caller: MANUFACTURER, who becomes its owner. Refused: a policy that is not effective, a
    /// commitment this owner opened before, values out of field, due dates that are past or too late, no QP.
    /// @param batch Salted commitment: public signal `batch`.
    /// @param opening Head before stage 0.
    /// @param policyId An effective policy.
    /// @param due Unix seconds for release and completion, at most the policy's `maxDue` from now.
    /// @param consent 0 in this version.
    /// @param qps Accounts of which one must certify; whether they are QPs is checked then.
    /// @param submitters Accounts besides the owner that may set heads while custody is not proven.
    /// @param supersedes 0 in this version.
    /// @return key Key of the batch.
    function openBatch(
        uint256 batch,
        uint256 opening,
        bytes32 policyId,
        uint64[2] calldata due,
        bytes32 consent,
        address[] calldata qps,
        address[] calldata submitters,
        bytes32 supersedes
    ) external returns (bytes32 key);

    /// @notice Names one more submitter. Caller: owner, while the head of stage 0 is unset and the batch not certified.
    /// @param key Key of the batch.
    /// @param submitter The account.
    function nameSubmitter(bytes32 key, address submitter) external;

    /// @notice Replaces the opening. Caller: owner, while the head of stage 0 is unset and the batch not certified.
    /// @param key Key of the batch.
    /// @param opening New head before stage 0.
    /// @param reason Why; public.
    function replaceOpening(bytes32 key, uint256 opening, string calldata reason) external;

    /// @notice Attests claims, in order; one that fails reverts them all. Caller: the submitter that the proofs name in
    /// `context`. Refused: paused, batch Completed, claim attested already, circuit frozen or not the claim's, root not
    /// valid now, signals out of field, wrong head, invalid proof. A head that is unset is set by a custody proof; in a
    /// policy without custody claims by the owner's or a named submitter's first proof of the stage.
    /// @param key Key of the batch.
    /// @param items At least one proof.
    function attest(bytes32 key, Item[] calldata items) external;

    /// @notice Replaces an attestation found wrong. Caller: QA of the owner; the proof names it as submitter. Any state.
    /// The batch is not released any more. If the head changes, the other claims of the stage and all claims and heads
    /// of later stages must be attested anew; where custody is claimed only a custody proof changes a head.
    /// @param key Key of the batch.
    /// @param item The new proof of an attested claim.
    /// @param reason Why; public.
    function amend(bytes32 key, Item calldata item, string calldata reason) external;

    /// @notice Declares that a claim is not or may not be met. Caller: owner, QA of the owner, a QP of the batch or an
    /// AUTHORITY, each while its role is valid. Possible in every state and while paused. Blocks release; after release
    /// it closes the gate.
    /// @param key Key of the batch.
    /// @param claim Index of the claim it is about.
    /// @param category `Codes.CATEGORY_*`.
    /// @param severity `Codes.SEVERITY_*`.
    /// @param qmsRef Number in the quality management system; public.
    /// @param evidence Salted commitment to the evidence; 0: none.
    /// @return id Number of the exception.
    function raiseException(
        bytes32 key,
        uint8 claim,
        uint8 category,
        uint8 severity,
        string calldata qmsRef,
        bytes32 evidence
    ) external returns (uint256 id);

    /// @notice Releases a batch with a QP's signature. Caller: anybody, the signature decides. Refused: paused, certified
    /// already, signer not a QP of the batch or without a valid QP role, a claim needed for release not attested, an
    /// open exception, a certificate that does not say exactly what the register says.
    /// @param key Key of the batch.
    /// @param certificate What was signed.
    /// @param signature 65 bytes over the EIP-712 hash, domain "batchproof", version "1".
    function certify(bytes32 key, Certificate calldata certificate, bytes calldata signature) external;

    /// @notice Stops attest and certify. Caller: ADMIN.
    function pause() external;

    /// @notice Lets attest and certify go on. Caller: ADMIN.
    function unpause() external;

    /// @notice The state to show. Exception comes before Overdue, and both before Open and Compliant.
    /// @param key Key of the batch; unknown ones revert.
    /// @return The status.
    function statusOf(bytes32 key) external view returns (Status);

    /// @notice Whether nothing is known although it should be: not certified by the first due date, or certified but not
    /// all completion claims attested by the second.
    /// @param key Key of the batch; unknown ones revert.
    /// @return True from one second after the due date on.
    function isOverdue(bytes32 key) external view returns (bool);

    /// @notice Claims that are not attested. Bit i stands for claim i.
    /// @param key Key of the batch; unknown ones revert.
    /// @return release Those needed for release.
    /// @return completion Those needed for completion.
    function missingClaims(bytes32 key) external view returns (uint256 release, uint256 completion);

    /// @notice What is stored of a batch.
    /// @param key Key of the batch; unknown ones revert.
    /// @return The batch.
    function batchOf(bytes32 key) external view returns (Batch memory);

    /// @notice Head of a stage.
    /// @param key Key of the batch.
    /// @param stage Index of the stage.
    /// @return 0: unset.
    function headOf(bytes32 key, uint8 stage) external view returns (uint256);

    /// @notice Whether the batch names the account as QP.
    /// @param key Key of the batch.
    /// @param account Account.
    /// @return True if it does.
    function isQpOf(bytes32 key, address account) external view returns (bool);

    /// @notice Whether the account may set heads of the batch besides the owner.
    /// @param key Key of the batch.
    /// @param account Account.
    /// @return True if it may.
    function isSubmitterOf(bytes32 key, address account) external view returns (bool);

    /// @notice Exceptions of one owner about one rule, over all its batches.
    /// @param owner The owner.
    /// @param rule The rule.
    /// @return Their number.
    function repeatsOf(address owner, uint256 rule) external view returns (uint32);

    /// @notice Key of a batch.
    /// @param owner Its owner.
    /// @param batch Its commitment.
    /// @return keccak256(abi.encode(owner, batch)).
    function keyOf(address owner, uint256 batch) external pure returns (bytes32);

    /// @notice The signal `context` that proofs of an account must carry here.
    /// @param submitter The account.
    /// @return The context.
    function contextOf(address submitter) external view returns (uint256);

    /// @notice Counters of the whole registry, by `Counter`.
    /// @return Sixteen numbers, the unused ones 0.
    function registryCounts() external view returns (uint32[16] memory);

    /// @notice Counters of one owner, by `Counter`. The first is its last serial.
    /// @param owner The owner.
    /// @return Sixteen numbers, the unused ones 0.
    function ownerCounts(address owner) external view returns (uint32[16] memory);

    /// @notice Counters of one batch, by `Counter`.
    /// @param key Key of the batch.
    /// @return Sixteen numbers, the unused ones 0.
    function batchCounts(bytes32 key) external view returns (uint32[16] memory);
}
