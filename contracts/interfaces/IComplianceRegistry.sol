// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IConsentRegistry} from "./IConsentRegistry.sol";
import {IDisclosureRequests} from "./IDisclosureRequests.sol";
import {IPartyRegistry} from "./IPartyRegistry.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";
import {IQualifiedPersons} from "./IQualifiedPersons.sol";
import {IReleaseGate} from "./IReleaseGate.sol";

/// @title IComplianceRegistry
/// @notice Batches, their attestations, exceptions and certification.
///
/// Batch key = keccak256(abi.encode(owner, batch)): nobody can squat a commitment seen in the mempool.
///
/// Running hashes, both starting at 0, over the calls in the order of the chain:
/// trail          = keccak256(abi.encode(trail, selector, digest))
///                  over attest (once an item), amend, setHead, replaceOpening, hold (once a batch), unhold
/// exceptionsHash = keccak256(abi.encode(exceptionsHash, selector, digest))
///                  over raiseException (once a batch), closeException, decideRevocation, decideChallenge
/// where selector is the function's four bytes (bytes4, padded on the right as abi.encode does) and
/// digest = keccak256(abi.encode(all arguments in their order)), of their values and not of the call data; where a call is
/// about many, the digest of each has its own key, item or claim in the place of their list. No signature is an argument
/// of such a call.
///
/// Every event is chained into `journal` (contract `Journal`).
///
/// States and calls. O Open, C Compliant, E Exception, R Released, D Completed, J Rejected, A Aborted,
/// S ExceptionalSupply, L Recalled. A cell says as what the batch may be shown afterwards; `-`: the call reverts.
///
/// | call              | O  | C  | E   | R   | D   | J | A | S | L |
/// |-------------------|----|----|-----|-----|-----|---|---|---|---|
/// | nameSubmitter     | O  | C  | E   | -   | -   | - | - | - | L |
/// | replaceOpening    | O  | C  | E   | -   | -   | - | - | - | L |
/// | attest            | OC | C  | E   | RD  | -   | - | - | S | L |
/// | amend             | OC | OC | E   | OCE | OCE | J | A | S | L |
/// | setHead           | -  | -  | E   | R   | -   | - | - | S | L |
/// | raiseException    | E  | E  | E   | R   | D   | J | A | S | L |
/// | closeException    | -  | -  | OCE | OERD | OERD | J | A | S | L |
/// | decideRevocation  | -  | -  | OCE | R   | D   | J | A | S | L |
/// | decideChallenge   | O  | C  | E   | R   | D   | J | A | S | L |
/// | certify           | -  | RD | -   | -   | -   | - | - | - | - |
/// | exceptionalSupply | S  | S  | S   | S   | -   | - | - | - | - |
/// | notifyAuthority   | -  | -  | -   | -   | -   | - | - | S | L |
/// | reject            | J  | J  | J   | J   | -   | - | - | - | L |
/// | abort             | A  | A  | A   | A   | -   | - | - | - | L |
/// | hold              | O  | C  | E   | R   | D   | J | A | S | L |
/// | unhold            | O  | C  | E   | R   | D   | J | A | S | L |
/// | recall            | L  | L  | L   | L   | L   | L | L | L | - |
/// | extendDue         | O  | C  | E   | R   | -   | - | - | - | L |
///
/// Stored are Open, Released, Completed, Rejected, Aborted and ExceptionalSupply, and apart from them the holds and
/// whether the batch is recalled; the rest is computed. A recalled batch keeps the rules of its stored state (a rejected
/// one attests nothing), except that it is never certified, supplied or completed. Rejected, Aborted and
/// ExceptionalSupply are final, a recall is for good, and Completed ends only by amend or a rejected exception. Overdue is
/// computed too and forbids nothing: late work is visible, not lost; a batch that is recalled, rejected or aborted never
/// is. A hold closes the gate and stops certify and exceptionalSupply. Pausing stops attest and certify and nothing else.
///
/// Open exceptions, wherever this text says so, are the batch's own, those of the batch it supersedes (and of the one
/// that superseded, and so on), and a consent of any of these that was revoked until a QP decided on it. A hold of a
/// superseded batch stops certify and exceptionalSupply and closes the gate of this one too.
///
/// A challenge is what puts a batch into doubt from outside: a circuit of its policy that was declared unsound, a retired
/// policy, a party root that was revoked as of a time when the batch used it, a superseded batch that was recalled. It
/// stops certify until a QP of the batch decides on exactly this challenge. A batch that is certified already stays
/// released, and readers show it as challenged: shutting ten thousand gates by one account would be worse.
///
/// A claim is missing while it is neither attested nor settled, or refused: an exception about it was closed as rejected,
/// and it was neither attested nor amended since. A refused claim is never settled.
interface IComplianceRegistry {
    /// @notice What a reader calls the state of a batch. Stored: Open, Released, Completed, Rejected, Aborted and
    /// ExceptionalSupply; Compliant, Exception, Overdue and Recalled are computed.
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

    /// @notice The contracts that a register consists of besides the compliance registry, the circuits and the roles.
    /// @param policies The policies that batches must keep; they bring circuits and roles.
    /// @param parties The roots that proofs may use.
    /// @param consents The consents that batches may have.
    /// @param requests What authorities asked about the batches.
    /// @param persons Who may certify and confirm.
    /// @param gate The answers that are computed from the registry.
    struct Parts {
        IPolicyRegistry policies;
        IPartyRegistry parties;
        IConsentRegistry consents;
        IDisclosureRequests requests;
        IQualifiedPersons persons;
        IReleaseGate gate;
    }

    /// @notice What is stored of a batch besides heads, QPs, submitters, holders and used roots.
    /// @param owner Account that opened it.
    /// @param serial Number among the owner's batches: 1, 2, 3, ... without gap.
    /// @param openExceptions Its own exceptions that are not closed; ask `openExceptionsOf` for all that block it.
    /// @param status Stored state; ask `IReleaseGate.statusOf` for the one to show.
    /// @param holds How many accounts hold it.
    /// @param recalled Whether it was recalled.
    /// @param revocationDecided Whether a QP decided on the revocation of its consent.
    /// @param opened When it was opened, or its opening last replaced, Unix seconds: signal `opened` of its proofs. Never
    /// that of a batch it supersedes.
    /// @param firstOpened When it was opened, Unix seconds: due dates count from here.
    /// @param administration When it is or was given to the patient, if it is supplied exceptionally, Unix seconds; 0: not.
    /// @param certified How often it was certified.
    /// @param revision How often an attestation was amended or a claim refused: a confirmation of a stage is of one revision.
    /// @param authorityNotified Whether the authority was told of the exceptional supply.
    /// @param due Due dates for release and completion, Unix seconds.
    /// @param batch Salted commitment: public signal `batch`.
    /// @param opening Head before stage 0: fixes the first custodian and its devices.
    /// @param policyId The policy it must keep.
    /// @param attested Attested claims: bit i stands for claim i.
    /// @param settled Claims for which an accepted exception stands in place of a proof.
    /// @param refused Claims about which an exception was rejected, neither attested nor amended since.
    /// @param openClaims Claims with an open exception.
    /// @param assertedHeads Stages whose head the owner set without a custody proof: bit i stands for stage i. The flag
    /// "custody not proven" stays, also when the proof follows.
    /// @param trail Running hash of what was attested, amended and held.
    /// @param exceptionsHash Running hash of the exceptions.
    /// @param consent Consent in the `ConsentRegistry`; 0: none.
    /// @param supersedes Key of the batch it replaces; 0: none.
    /// @param challengeDecided The challenge on which a QP decided last; 0: none.
    struct Batch {
        address owner;
        uint32 serial;
        uint32 openExceptions;
        Status status;
        uint8 holds;
        bool recalled;
        bool revocationDecided;
        uint64 opened;
        uint64 firstOpened;
        uint64 administration;
        uint32 certified;
        uint24 revision;
        bool authorityNotified;
        uint64[2] due;
        uint256 batch;
        uint256 opening;
        bytes32 policyId;
        uint256 attested;
        uint256 settled;
        uint256 refused;
        uint256 openClaims;
        uint256 assertedHeads;
        bytes32 trail;
        bytes32 exceptionsHash;
        bytes32 consent;
        bytes32 supersedes;
        bytes32 challengeDecided;
    }

    /// @notice What is stored of an exception.
    /// @param key Key of the batch.
    /// @param claim Index of the claim it is about.
    /// @param disposition `Codes.DISPOSITION_*`; 0: open.
    /// @param authority The AUTHORITY who raised it; 0: somebody else did.
    struct BatchException {
        bytes32 key;
        uint8 claim;
        uint8 disposition;
        address authority;
    }

    /// @notice A party root that proofs of a batch used.
    /// @param number Its number in the `PartyRegistry`.
    /// @param lastUsed When a proof last used it, Unix seconds.
    struct UsedRoot {
        uint16 number;
        uint48 lastUsed;
    }

    /// @notice One proof. The signals batch, rule, context and opened are the chain's own.
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
    /// @param consent Consent in the `ConsentRegistry`; 0: none.
    /// @param qps Accounts of which one must certify.
    /// @param stageQps Accounts that confirm stages.
    /// @param submitters Accounts besides the owner that may set heads.
    /// @param supersedes Key of the batch it replaces, whose open exceptions block this one too; 0: none.
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
        IQualifiedPersons.StageQp[] stageQps,
        address[] submitters,
        bytes32 supersedes
    );
    /// @notice The owner named one more account that may set heads.
    /// @param key Key of the batch.
    /// @param submitter The account.
    event SubmitterNamed(bytes32 indexed key, address indexed submitter);
    /// @notice The owner replaced the opening before stage 0 had a head; signal `opened` is this block's time from now on.
    /// @param key Key of the batch.
    /// @param previous The opening until now.
    /// @param opening The opening from now on.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event OpeningReplaced(bytes32 indexed key, uint256 previous, uint256 opening, uint8 reason, bytes32 words);
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
    /// @param opened Signal `opened`: the batch's own, from the register.
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
        uint64 opened,
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
    /// @param opened Signal `opened`: the batch's own, from the register.
    /// @param proof Eight words, as in `Item`.
    /// @param reopened Claims that must be attested anew.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event ClaimAmended(
        bytes32 indexed key,
        uint8 indexed claim,
        bytes32 indexed circuitId,
        uint256 head,
        uint256 parties,
        uint256 record,
        uint256 deviations,
        address submitter,
        uint64 opened,
        uint256[8] proof,
        uint256 reopened,
        uint8 reason,
        bytes32 words
    );
    /// @notice A stage has a head. `custody`: set by a custody proof; otherwise custody is not proven.
    /// @param key Key of the batch.
    /// @param stage Index of the stage.
    /// @param head The head.
    /// @param custody Whether a custody proof set it.
    event HeadSet(bytes32 indexed key, uint8 indexed stage, uint256 head, bool custody);
    /// @notice The owner set a stage's head without a custody proof: custody is not proven there. `HeadSet` goes before.
    /// @param key Key of the batch.
    /// @param stage Index of the stage.
    /// @param head The head.
    event HeadAsserted(bytes32 indexed key, uint8 indexed stage, uint256 head);
    /// @notice An exception was raised; `id` counts over the whole registry, `repeats` over the owner and the rule.
    /// @param key Key of the batch.
    /// @param id Number of the exception in this registry.
    /// @param category `Codes.CATEGORY_*`.
    /// @param claim Index of the claim it is about.
    /// @param severity `Codes.SEVERITY_*`.
    /// @param qmsRef Number in the quality management system, a name (`PublicTexts`).
    /// @param evidence Salted commitment to the evidence; 0: none.
    /// @param raisedBy Who raised it.
    /// @param repeats Exceptions of this owner about this rule, this one included.
    /// @param byAuthority Whether it was raised by an AUTHORITY.
    event ExceptionRaised(
        bytes32 indexed key,
        uint256 indexed id,
        uint8 indexed category,
        uint8 claim,
        uint8 severity,
        bytes32 qmsRef,
        bytes32 evidence,
        address raisedBy,
        uint32 repeats,
        bool byAuthority
    );
    /// @notice A QP certified the batch.
    /// @param key Key of the batch.
    /// @param qp Who signed.
    /// @param certificate What was signed.
    /// @param signature The signature; empty: the QP's own account called.
    event BatchReleased(bytes32 indexed key, address indexed qp, Certificate certificate, bytes signature);
    /// @notice Every claim needed for completion is attested or settled too.
    /// @param key Key of the batch.
    /// @param settled Claims of the policy for which an accepted exception stands in place of a proof; 0: all proven.
    event BatchCompleted(bytes32 indexed key, uint256 settled);
    /// @notice A QP confirmed how QA proposed to close an exception.
    /// @param key Key of the batch.
    /// @param id Number of the exception.
    /// @param disposition `Codes.DISPOSITION_*`.
    /// @param evidence Salted commitment to the investigation.
    /// @param qp Who confirmed it.
    /// @param settled Whether the exception stands in place of the claim's proof from now on.
    event ExceptionClosed(
        bytes32 indexed key,
        uint256 indexed id,
        uint8 indexed disposition,
        bytes32 evidence,
        address qp,
        bool settled
    );
    /// @notice A QP decided to go on although the consent was revoked.
    /// @param key Key of the batch.
    /// @param qp Who decided.
    /// @param consent The revoked consent.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event RevocationDecided(
        bytes32 indexed key,
        address indexed qp,
        bytes32 indexed consent,
        uint8 reason,
        bytes32 words
    );
    /// @notice A QP decided to go on although the batch is challenged.
    /// @param key Key of the batch.
    /// @param qp Who decided.
    /// @param challenge The challenge, `IReleaseGate.challengeOf`.
    /// @param kinds `Codes.CHALLENGE_*`, summed.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event ChallengeDecided(
        bytes32 indexed key,
        address indexed qp,
        bytes32 indexed challenge,
        uint8 kinds,
        uint8 reason,
        bytes32 words
    );
    /// @notice A QP rejected the batch: an end state.
    /// @param key Key of the batch.
    /// @param qp Who rejected it.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event BatchRejected(bytes32 indexed key, address indexed qp, uint8 reason, bytes32 words);
    /// @notice The owner, or once it was certified a QP, ended the batch (patient withdrew, collection failed, not administered): an end state.
    /// @param key Key of the batch.
    /// @param by Who ended it.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event BatchAborted(bytes32 indexed key, address indexed by, uint8 reason, bytes32 words);
    /// @notice A QP let a batch out of specification go to the patient: an end state.
    /// @param key Key of the batch.
    /// @param qp Who did.
    /// @param riskEvaluation sha256 of the risk evaluation.
    /// @param physicianRequest sha256 of the treating physician's request.
    /// @param administration When it is or was given to the patient, Unix seconds.
    event BatchSuppliedExceptionally(
        bytes32 indexed key,
        address indexed qp,
        bytes32 riskEvaluation,
        bytes32 physicianRequest,
        uint64 administration
    );
    /// @notice The authority was told of an exceptional supply.
    /// @param key Key of the batch.
    /// @param by Who says so.
    /// @param notifiedAt When it was told, Unix seconds.
    event AuthorityNotified(bytes32 indexed key, address indexed by, uint64 notifiedAt);
    /// @notice The batch is in quarantine.
    /// @param key Key of the batch.
    /// @param by Who holds it.
    /// @param side `Codes.HOLD_*`: as what.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    /// @param order Number of an authority's order, a name (`PublicTexts`); 0: none.
    event BatchHeld(bytes32 indexed key, address indexed by, uint8 side, uint8 reason, bytes32 words, bytes32 order);
    /// @notice A hold was lifted.
    /// @param key Key of the batch.
    /// @param by Who lifted it.
    /// @param holder Whose hold it was.
    /// @param side `Codes.HOLD_*`: as what.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event BatchUnheld(
        bytes32 indexed key,
        address indexed by,
        address indexed holder,
        uint8 side,
        uint8 reason,
        bytes32 words
    );
    /// @notice The batch was recalled; its gate stays closed for good.
    /// @param key Key of the batch.
    /// @param by Who ordered it.
    /// @param status The stored state at that time.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event BatchRecalled(bytes32 indexed key, address indexed by, Status status, uint8 reason, bytes32 words);
    /// @notice A due date moved.
    /// @param key Key of the batch.
    /// @param which 0: release, 1: completion.
    /// @param previous The due date until now, Unix seconds.
    /// @param due The due date from now on, Unix seconds.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event DueExtended(
        bytes32 indexed key,
        uint256 indexed which,
        uint64 previous,
        uint64 due,
        uint8 reason,
        bytes32 words
    );

    /// @notice Only the list of QPs says what two persons agreed on.
    error NotPersons(address caller);
    /// @notice A part belongs to another registry.
    error PartsDiffer();
    /// @notice No such batch.
    error BatchUnknown(bytes32 key);
    /// @notice The owner opened this batch already.
    error BatchKnown(bytes32 key);
    /// @notice The call is not possible in this state.
    error StatusWrong(bytes32 key, Status status);
    /// @notice The value must be a field element and not zero.
    error NotAFieldElement(uint256 value);
    /// @notice The consent was not given, or revoked.
    error ConsentNotValid(bytes32 consent);
    /// @notice A consent is given for one batch, and another one of this owner has it.
    error ConsentUsed(bytes32 consent, bytes32 key);
    /// @notice The consent was revoked and no QP of the batch decided on it.
    error RevocationUndecided(bytes32 consent);
    /// @notice The batch has no revoked consent on which a decision is open.
    error NothingRevoked(bytes32 key);
    /// @notice More accounts than a call may name.
    error TooManyNames(uint256 received, uint256 most);
    /// @notice The batch stands at the end of as many superseded ones as there may be.
    error SupersedesTooMany(bytes32 key, uint256 most);
    /// @notice The due date (0: release, 1: completion) is not in the future.
    error DueNotInFuture(uint256 which, uint64 received, uint256 nowSeconds);
    /// @notice The due date is later than the policy allows.
    error DueTooLate(uint256 which, uint64 received, uint256 latest);
    /// @notice A due date moves forward only.
    error DueNotLater(uint256 which, uint64 received, uint64 previous);
    /// @notice There are two due dates, 0 and 1.
    error DueUnknown(uint256 which);
    /// @notice Completion is due before release.
    error DueOrder(uint64 release, uint64 completion);
    /// @notice Only the owner of the batch may do this, while it is a MANUFACTURER.
    error NotOwner(bytes32 key, address caller);
    /// @notice Only owner, QA of the owner, a QP of the batch or an AUTHORITY may do this.
    error NotConcerned(bytes32 key, address caller);
    /// @notice Only a QP of the batch may do this, while it holds the role QP.
    error NotQp(bytes32 key, address caller);
    /// @notice Only a QP of the batch or an AUTHORITY may do this.
    error NotQpOrAuthority(bytes32 key, address caller);
    /// @notice The head of stage 0 is set, or a claim was attested, so the opening and the submitters are final.
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
    /// @notice The stage has a head already.
    error HeadIsSet(uint8 stage, uint256 head);
    /// @notice A head is set without proof only while an exception on the stage's custody claim is open.
    error NoCustodyException(uint8 stage);
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
    /// @notice No such exception.
    error ExceptionUnknown(uint256 id);
    /// @notice The exception is closed already.
    error ExceptionIsClosed(uint256 id, uint8 disposition);
    /// @notice The batch is in quarantine.
    error BatchIsHeld(bytes32 key, uint256 holds);
    /// @notice The account holds the batch already, or does not hold it.
    error HoldUnchanged(bytes32 key, address holder);
    /// @notice A hold is lifted by its holder, or by a peer once the holder lost the role in which he held.
    error HoldNotYours(bytes32 key, address holder);
    /// @notice A call about several batches names 1 to 64, and as many claims.
    error BatchesWrong(uint256 keys, uint256 most);
    /// @notice The batch used as many party roots as it may.
    error RootsOfBatch(bytes32 key, uint256 most);
    /// @notice The batch was recalled.
    error BatchIsRecalled(bytes32 key);
    /// @notice The document of an exceptional supply (0: risk evaluation, 1: physician's request) is missing.
    error SupplyDocumentMissing(uint256 which);
    /// @notice The date of an administration is missing, or too far ahead.
    error AdministrationWrong(uint64 received, uint256 latest);
    /// @notice The authority was told already, or not yet.
    error NotificationWrong(uint64 received, uint256 nowSeconds);
    /// @notice Stages that a QP named for them must confirm are not confirmed: bit i stands for stage i.
    error StagesUnconfirmed(uint256 stages);
    /// @notice No QP decided on what puts the batch into doubt (`Codes.CHALLENGE_*`, summed).
    error Challenged(uint8 kinds, bytes32 challenge);
    /// @notice The decision is about another challenge than the batch's.
    error ChallengeWrong(bytes32 received, bytes32 expected);
    /// @notice Nothing challenges the batch, or it is decided.
    error NothingChallenged(bytes32 key);
    /// @notice The certificate is about another batch.
    error CertificateBatchWrong(bytes32 received, bytes32 expected);
    /// @notice The certificate is about another policy.
    error CertificatePolicyWrong(bytes32 received, bytes32 expected);
    /// @notice The certificate was signed before the last attestation, amendment or hold.
    error CertificateTrailWrong(bytes32 received, bytes32 expected);
    /// @notice The certificate was signed before the last exception or decision on one.
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
    /// @notice Claims needed for release are missing, or custody of a stage whose head the owner set is: bit i stands for
    /// claim i.
    error ClaimsMissing(uint256 claims);
    /// @notice Exceptions are open.
    error ExceptionsOpen(uint256 count);

    /// @notice Opens a batch. Caller: MANUFACTURER, who becomes its owner. Refused: a policy that is not effective, a
    /// commitment this owner opened before, values out of field, due dates that are past or too late, no QP, a stage to be
    /// confirmed without one, a consent that is not valid or serves another batch, a superseded batch that is not the
    /// caller's or supersedes 15 others, one through the other, more than 16 QPs, QPs of stages or submitters.
    /// @param batch Salted commitment: public signal `batch`.
    /// @param opening Head before stage 0.
    /// @param policyId An effective policy.
    /// @param due Unix seconds for release and completion, at most the policy's `maxDue` from now.
    /// @param consent A valid consent, given for this batch only; 0: none. That it is the patient's is not proven.
    /// @param qps Accounts of which one must certify; whether they are QPs is checked then.
    /// @param stageQps Accounts that confirm stages, as the policy demands.
    /// @param submitters Accounts besides the owner that may set heads while custody is not proven.
    /// @param supersedes Key of the batch (of another order) it replaces; its open exceptions block this one. 0: none.
    /// @return key Key of the batch.
    function openBatch(
        uint256 batch,
        uint256 opening,
        bytes32 policyId,
        uint64[2] calldata due,
        bytes32 consent,
        address[] calldata qps,
        IQualifiedPersons.StageQp[] calldata stageQps,
        address[] calldata submitters,
        bytes32 supersedes
    ) external returns (bytes32 key);

    /// @notice Names one more submitter. Caller: owner, while the head of stage 0 is unset, nothing attested and the batch not certified.
    /// @param key Key of the batch.
    /// @param submitter The account.
    function nameSubmitter(bytes32 key, address submitter) external;

    /// @notice Replaces the opening. Caller: owner, while the head of stage 0 is unset, nothing attested and the batch not certified.
    /// @param key Key of the batch.
    /// @param opening New head before stage 0.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function replaceOpening(bytes32 key, uint256 opening, uint8 reason, bytes32 words) external;

    /// @notice Attests claims, in order; one that fails reverts them all. Caller: the submitter that the proofs name in
    /// `context`. Refused: paused, batch Completed, Rejected or Aborted, claim attested already, circuit frozen or not the
    /// claim's, root not valid now, signals out of field, wrong head, invalid proof. A head that is unset is set by a
    /// custody proof; in a policy without custody claims by the owner's or a named submitter's first proof of the stage.
    /// @param key Key of the batch.
    /// @param items At least one proof.
    function attest(bytes32 key, Item[] calldata items) external;

    /// @notice Replaces an attestation found wrong. Caller: QA of the owner; the proof names it as submitter. Any state:
    /// a batch that was certified is not any more, in the other states it is recorded. If the head changes, the other
    /// claims of the stage and all claims and heads of later stages must be attested (or settled) anew; where custody is
    /// claimed only a custody proof changes a head.
    /// @param key Key of the batch.
    /// @param item The new proof of an attested claim.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function amend(bytes32 key, Item calldata item, uint8 reason, bytes32 words) external;

    /// @notice Lets the record of a stage go on although its custody is not proven. Caller: owner. Refused: batch
    /// Completed, Rejected or Aborted, a head that is set, a stage whose predecessor has no head, no open exception on
    /// the stage's custody claim. A later custody proof must be about this head; until it is attested the batch is not
    /// certified, also where custody of the stage is needed only for completion, and no later stage is ready. The flag
    /// stays.
    /// @param key Key of the batch.
    /// @param stage Index of the stage.
    /// @param head The head.
    function setHead(bytes32 key, uint8 stage, uint256 head) external;

    /// @notice Declares that a claim is not or may not be met, of one batch or of several that one event hit. Caller: owner,
    /// QA of the owner, a QP or an AUTHORITY, each for every batch and while its role is valid. Possible in every state and
    /// while paused. Blocks release; after release it closes the gate. Each batch has an exception of its own, which its QP
    /// closes.
    /// @param keys Keys of 1 to 64 batches.
    /// @param claims Of each batch the index of the claim it is about.
    /// @param category `Codes.CATEGORY_*`.
    /// @param severity `Codes.SEVERITY_*`.
    /// @param qmsRef Number in the quality management system, a name (`PublicTexts`).
    /// @param evidence Salted commitment to the evidence; 0: none.
    /// @return first Number of the first exception; the others follow.
    function raiseException(
        bytes32[] calldata keys,
        uint8[] calldata claims,
        uint8 category,
        uint8 severity,
        bytes32 qmsRef,
        bytes32 evidence
    ) external returns (uint256 first);

    /// @notice Closes an exception as two persons agreed. Caller: `persons`. Only `accepted` settles, that is lets the exception
    /// stand in place of a proof: a claim of class process at any time, and after release a completion claim of any class.
    /// `rejected` refuses the claim: it is missing, also if it is attested, until it is attested or amended after that, and
    /// nothing settles it; a batch that rested on it is not certified, or not completed, any more.
    /// @param id Number of an open exception.
    /// @param disposition `Codes.DISPOSITION_*`.
    /// @param evidence Salted commitment to the investigation.
    /// @param qp Who confirmed it.
    function closeException(uint256 id, uint8 disposition, bytes32 evidence, address qp) external;

    /// @notice Decides to go on although the batch's consent was revoked. Caller: a QP of the batch.
    /// @param key Key of the batch.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function decideRevocation(bytes32 key, uint8 reason, bytes32 words) external;

    /// @notice Decides to go on although the batch is challenged, by exactly this. Caller: a QP of the batch.
    /// @param key Key of the batch.
    /// @param challenge What `IReleaseGate.challengeOf` answers.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function decideChallenge(bytes32 key, bytes32 challenge, uint8 reason, bytes32 words) external;

    /// @notice Releases a batch with a QP's signature. Caller: anybody, the signature decides; without one the caller himself,
    /// who may be a contract. Refused: paused, certified already, ended, held, recalled, signer not a QP of the batch or
    /// without a valid QP role, a certificate that does not say exactly what the register says, and what
    /// `IReleaseGate.requireCertifiable` refuses.
    /// @param key Key of the batch.
    /// @param certificate What is certified.
    /// @param signature 65 bytes over the EIP-712 hash, domain "batchproof", version "1"; or none.
    function certify(bytes32 key, Certificate calldata certificate, bytes calldata signature) external;

    /// @notice Records that a batch out of specification is supplied at the physician's request (EU GMP Part IV, 11.5): an
    /// end state of its own, never a release. Caller: a QP of the batch. Refused: completed or ended, held, recalled.
    /// The authority is to be told within 48 hours of the administration.
    /// @param key Key of the batch.
    /// @param riskEvaluation sha256 of the risk evaluation.
    /// @param physicianRequest sha256 of the treating physician's request.
    /// @param administration When it is or was given to the patient, Unix seconds, at most 30 days ahead.
    function exceptionalSupply(
        bytes32 key,
        bytes32 riskEvaluation,
        bytes32 physicianRequest,
        uint64 administration
    ) external;

    /// @notice Records that the authority was told of an exceptional supply, once. Caller: a QP of the batch or its owner.
    /// @param key Key of the batch.
    /// @param notifiedAt Unix seconds, not in the chain's future.
    function notifyAuthority(bytes32 key, uint64 notifiedAt) external;

    /// @notice Ends a batch that must not be used. Caller: a QP of the batch. Refused: completed or ended.
    /// @param key Key of the batch.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function reject(bytes32 key, uint8 reason, bytes32 words) external;

    /// @notice Ends a batch that is not needed: patient withdrew, collection failed, not administered. Caller: owner; once the
    /// batch was ever certified a QP of the batch. Refused: completed or ended.
    /// @param key Key of the batch.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function abort(bytes32 key, uint8 reason, bytes32 words) external;

    /// @notice Puts batches into quarantine. Caller: a QP of each batch, or an AUTHORITY, who names its order; each account
    /// holds for itself.
    /// @param keys Keys of 1 to 64 batches.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    /// @param order Number of the order, a name (`PublicTexts`); a QP's may be 0.
    function hold(bytes32[] calldata keys, uint8 reason, bytes32 words, bytes32 order) external;

    /// @notice Lifts a hold. Caller: its holder; or once he lost the role in which he held, a peer: a QP of the batch for a
    /// QP, an AUTHORITY for an authority.
    /// @param key Key of the batch.
    /// @param holder Whose hold it is.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function unhold(bytes32 key, address holder, uint8 reason, bytes32 words) external;

    /// @notice Recalls a batch in whatever state, for good. Caller: a QP of the batch or an AUTHORITY.
    /// @param key Key of the batch.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function recall(bytes32 key, uint8 reason, bytes32 words) external;

    /// @notice Moves a due date. Caller: owner. Refused: completed or ended, not later than before, in the past, further
    /// from the first opening than the policy's `maxDue`, release after completion. Shown.
    /// @param key Key of the batch.
    /// @param which 0: release, 1: completion.
    /// @param due Unix seconds.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function extendDue(bytes32 key, uint256 which, uint64 due, uint8 reason, bytes32 words) external;

    /// @notice Stops attest and certify. Caller: ADMIN.
    function pause() external;

    /// @notice Lets attest and certify go on. Caller: ADMIN.
    function unpause() external;

    /// @notice The register that this one follows.
    /// @return Its compliance registry; 0: none.
    function predecessor() external view returns (address);

    /// @notice The journal of the predecessor when this one was deployed.
    /// @return 0: there is none.
    function predecessorJournal() external view returns (bytes32);

    /// @notice Who may certify and confirm.
    /// @return The list of QPs.
    function persons() external view returns (IQualifiedPersons);

    /// @notice What authorities asked about the batches.
    /// @return The registry of requests.
    function requests() external view returns (IDisclosureRequests);

    /// @notice What is stored of an exception.
    /// @param id Number of the exception; unknown ones revert.
    /// @return The exception.
    function exceptionOf(uint256 id) external view returns (BatchException memory);

    /// @notice The batch of an owner that a consent serves.
    /// @param owner The owner.
    /// @param consent The consent.
    /// @return Key of the batch; 0: none.
    function batchOfConsent(address owner, bytes32 consent) external view returns (bytes32);

    /// @notice Batches that an owner opened: the serial of the last one.
    /// @param owner The owner.
    /// @return Their number.
    function serialOf(address owner) external view returns (uint32);

    /// @notice The answers that are computed from this registry.
    /// @return Its gate.
    function gate() external view returns (IReleaseGate);

    /// @notice Whether a batch was opened.
    /// @param key Key of the batch.
    /// @return False for an unknown one.
    function isOpened(bytes32 key) external view returns (bool);

    /// @notice What is stored of a batch.
    /// @param key Key of the batch; unknown ones revert.
    /// @return The batch.
    function batchOf(bytes32 key) external view returns (Batch memory);

    /// @notice Head of a stage.
    /// @param key Key of the batch.
    /// @param stage Index of the stage.
    /// @return 0: unset.
    function headOf(bytes32 key, uint8 stage) external view returns (uint256);

    /// @notice As what an account holds the batch.
    /// @param key Key of the batch.
    /// @param account Account.
    /// @return `Codes.HOLD_*`; 0: it does not.
    function holdOf(bytes32 key, address account) external view returns (uint8);

    /// @notice The party roots that proofs of a batch used.
    /// @param key Key of the batch.
    /// @return At most 16.
    function rootsOf(bytes32 key) external view returns (UsedRoot[] memory);

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
}
