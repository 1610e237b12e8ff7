// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ERC165, IERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {Guarded} from "./Guarded.sol";
import {Since} from "./Since.sol";
import {ICircuitRegistry} from "./interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "./interfaces/IComplianceRegistry.sol";
import {IConsentRegistry} from "./interfaces/IConsentRegistry.sol";
import {IDisclosureRequests} from "./interfaces/IDisclosureRequests.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "./interfaces/IQualifiedPersons.sol";
import {IReleaseGate} from "./interfaces/IReleaseGate.sol";
import {IRoles} from "./interfaces/IRoles.sol";
import {CertificateHash} from "./libraries/CertificateHash.sol";
import {ClaimTable} from "./libraries/ClaimTable.sol";
import {CodeStore} from "./libraries/CodeStore.sol";
import {Codes} from "./libraries/Codes.sol";
import {Limits} from "./libraries/Limits.sol";
import {RoleIds} from "./libraries/RoleIds.sol";
import {Signals} from "./libraries/Signals.sol";

/// @title ReleaseGate
/// @notice What is computed from a compliance registry, to which it belongs. It stores nothing, so the registry keeps its size for
/// rules.
contract ReleaseGate is IReleaseGate, ERC165, Since {
    using CertificateHash for IComplianceRegistry.Certificate;

    /// @dev What speaks against a batch: of itself and of those it supersedes, one through the other.
    /// @param holds Their holds.
    /// @param exceptions Their open exceptions, a revoked consent on which no QP decided among them.
    /// @param recalled Those it supersedes that were recalled.
    struct Against {
        uint256 holds;
        uint256 exceptions;
        bytes32[] recalled;
    }

    /// @inheritdoc IReleaseGate
    IComplianceRegistry public immutable registry;
    /// @notice The policies of its batches.
    IPolicyRegistry public immutable policies;
    /// @notice The circuits of these.
    ICircuitRegistry public immutable circuits;
    /// @notice The party roots that its proofs use.
    IPartyRegistry public immutable parties;
    /// @notice The consents that its batches have.
    IConsentRegistry public immutable consents;
    /// @notice The shared list of roles.
    IRoles public immutable roles;
    /// @notice What authorities asked about its batches.
    IDisclosureRequests public immutable requests;
    /// @notice Who confirms their stages.
    IQualifiedPersons public immutable persons;

    /// @notice Binds the gate to a registry, whose address may be known before it is deployed.
    /// @param registry_ The registry of the batches.
    /// @param policies_ Their policies.
    /// @param parties_ The party roots that their proofs use.
    /// @param consents_ The consents that they have.
    /// @param requests_ What authorities asked about them.
    /// @param persons_ Who confirms their stages.
    constructor(
        IComplianceRegistry registry_,
        IPolicyRegistry policies_,
        IPartyRegistry parties_,
        IConsentRegistry consents_,
        IDisclosureRequests requests_,
        IQualifiedPersons persons_
    ) {
        registry = registry_;
        policies = policies_;
        circuits = policies_.circuits();
        roles = Guarded(address(policies_)).roles();
        parties = parties_;
        consents = consents_;
        requests = requests_;
        persons = persons_;
    }

    /// @inheritdoc IReleaseGate
    function isReleased(bytes32 key) external view returns (bool) {
        return releaseOf(key) == Release.Released;
    }

    /// @inheritdoc IReleaseGate
    function isStageReady(bytes32 key, uint8 stage) external view returns (bool) {
        if (!registry.isOpened(key)) return false;
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        bool running =
            batch.status == IComplianceRegistry.Status.Open || batch.status == IComplianceRegistry.Status.Released;
        if (!running) return false;
        Against memory against = _againstOf(batch);
        if (!_isUnopposed(batch, against)) return false;
        // What custody rests on; of a batch that is certified the gate stays as it is.
        (uint8 kinds, ) = _undecidedOf(key, batch, against);
        bool doubtful = kinds & (Codes.CHALLENGE_CIRCUIT | Codes.CHALLENGE_ROOT) != 0;
        if (doubtful && batch.status == IComplianceRegistry.Status.Open) return false;
        IPolicyRegistry.Outline memory outline = _outline(batch);
        if (stage >= outline.stages) return false;
        if (stage == 0) return true;
        // The whole chain before, so that one proven link does not hide an asserted one.
        (, uint256 hereAndLater) = policies.claimsOfStage(batch.policyId, stage);
        uint256 before = outline.custody & ~hereAndLater;
        return before != 0 && before & (~batch.attested | batch.refused) == 0;
    }

    /// @inheritdoc IReleaseGate
    function statusOf(bytes32 key) external view returns (IComplianceRegistry.Status) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        IComplianceRegistry.Status status = batch.status;
        if (batch.recalled) return IComplianceRegistry.Status.Recalled;
        if (_isEnded(status)) return status;
        bool open = status == IComplianceRegistry.Status.Open;
        if (open && _againstOf(batch).exceptions != 0) return IComplianceRegistry.Status.Exception;
        if (_isOverdue(key, batch)) return IComplianceRegistry.Status.Overdue;
        if (!open) return status;
        bool compliant = _missing(batch, _outline(batch).release) == 0;
        return compliant ? IComplianceRegistry.Status.Compliant : IComplianceRegistry.Status.Open;
    }

    /// @inheritdoc IReleaseGate
    function isOverdue(bytes32 key) external view returns (bool) {
        return _isOverdue(key, registry.batchOf(key));
    }

    /// @inheritdoc IReleaseGate
    function missingClaims(bytes32 key) external view returns (uint256 release, uint256 completion) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        IPolicyRegistry.Outline memory outline = _outline(batch);
        return (_missing(batch, outline.release), _missing(batch, outline.completion));
    }

    /// @inheritdoc IReleaseGate
    function requireCertifiable(
        bytes32 key,
        IComplianceRegistry.Certificate calldata certificate,
        bytes calldata signature,
        address caller
    ) external view returns (address signer) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        if (batch.status != IComplianceRegistry.Status.Open) revert IComplianceRegistry.StatusWrong(key, batch.status);
        Against memory against = _againstOf(batch);
        _requireFree(key, batch, against);
        _requireCertificate(key, batch, certificate);
        // A contract cannot sign, but call: whoever reads the log sees that it was its own call.
        signer = signature.length == 0 ? caller : ECDSA.recoverCalldata(certificate.hash(address(registry)), signature);
        if (!persons.isQpOf(key, signer)) revert IComplianceRegistry.SignerNotQp(key, signer);
        roles.requireRole(RoleIds.QP, signer);
        IPolicyRegistry.Outline memory outline = _outline(batch);
        uint256 missing = _missing(batch, outline.release | _assertedCustody(batch, outline));
        if (missing != 0) revert IComplianceRegistry.ClaimsMissing(missing);
        uint256 unconfirmed = persons.unconfirmedStages(key);
        if (unconfirmed != 0) revert IComplianceRegistry.StagesUnconfirmed(unconfirmed);
        if (against.exceptions != 0) revert IComplianceRegistry.ExceptionsOpen(against.exceptions);
        (uint8 kinds, bytes32 challenge) = _undecidedOf(key, batch, against);
        if (kinds != 0) revert IComplianceRegistry.Challenged(kinds, challenge);
    }

    /// @inheritdoc IReleaseGate
    function requireFree(bytes32 key) external view {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        _requireFree(key, batch, _againstOf(batch));
    }

    /// @inheritdoc IReleaseGate
    function isOpposed(bytes32 key) external view returns (bool) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        Against memory against = _againstOf(batch);
        if (against.holds != 0 || against.exceptions != 0) return true;
        (uint8 kinds, ) = _undecidedOf(key, batch, against);
        return kinds != 0;
    }

    /// @inheritdoc IReleaseGate
    function challengeOf(bytes32 key) external view returns (uint8, bytes32) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        return _challengeOf(key, batch, _againstOf(batch));
    }

    /// @inheritdoc IReleaseGate
    function openExceptionsOf(bytes32 key) external view returns (uint256) {
        return registry.isOpened(key) ? _againstOf(registry.batchOf(key)).exceptions : 0;
    }

    /// @inheritdoc IReleaseGate
    function contextOf(address submitter) external view returns (uint256) {
        return Signals.contextOf(block.chainid, address(registry), submitter);
    }

    /// @inheritdoc IReleaseGate
    function releaseOf(bytes32 key) public view returns (Release) {
        if (!registry.isOpened(key)) return Release.No;
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        bool supplied = batch.status == IComplianceRegistry.Status.ExceptionalSupply;
        bool certified =
            batch.status == IComplianceRegistry.Status.Released || batch.status == IComplianceRegistry.Status.Completed;
        if (!supplied && !certified) return Release.No;
        Against memory against = _againstOf(batch);
        if (certified) return _isUnopposed(batch, against) ? Release.Released : Release.No;
        // Its open exceptions are why it is supplied in this way; a recall, a hold and a revoked consent are not.
        bool stopped = batch.recalled || against.holds != 0 || _isRevocationUndecided(batch);
        return stopped ? Release.No : Release.ExceptionalSupply;
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IReleaseGate).interfaceId || super.supportsInterface(interfaceId);
    }

    function _requireCertificate(
        bytes32 key,
        IComplianceRegistry.Batch memory batch,
        IComplianceRegistry.Certificate calldata c
    ) private view {
        if (c.batch != key) revert IComplianceRegistry.CertificateBatchWrong(c.batch, key);
        if (c.policyId != batch.policyId) {
            revert IComplianceRegistry.CertificatePolicyWrong(c.policyId, batch.policyId);
        }
        if (c.neededFor != Codes.NEEDED_FOR_RELEASE) {
            revert IComplianceRegistry.CertificateNeededForWrong(c.neededFor, Codes.NEEDED_FOR_RELEASE);
        }
        if (c.trail != batch.trail) revert IComplianceRegistry.CertificateTrailWrong(c.trail, batch.trail);
        if (c.exceptionsHash != batch.exceptionsHash) {
            revert IComplianceRegistry.CertificateExceptionsWrong(c.exceptionsHash, batch.exceptionsHash);
        }
        if (c.certificate == 0) revert IComplianceRegistry.CertificateDocumentMissing();
        if (c.meaning != Codes.MEANING_CERTIFIED) {
            revert IComplianceRegistry.CertificateMeaningWrong(c.meaning, Codes.MEANING_CERTIFIED);
        }
        if (c.signedAt > block.timestamp) {
            revert IComplianceRegistry.CertificateFromFuture(c.signedAt, block.timestamp);
        }
        if (c.deadline < block.timestamp) revert IComplianceRegistry.CertificateExpired(c.deadline, block.timestamp);
        if (c.nonce != batch.certified) revert IComplianceRegistry.CertificateNonceWrong(c.nonce, batch.certified);
    }

    /// @dev The batch's challenge, if no QP decided on it.
    function _undecidedOf(
        bytes32 key,
        IComplianceRegistry.Batch memory batch,
        Against memory against
    ) private view returns (uint8 kinds, bytes32 challenge) {
        (kinds, challenge) = _challengeOf(key, batch, against);
        if (challenge == batch.challengeDecided) return (0, 0);
    }

    function _challengeOf(
        bytes32 key,
        IComplianceRegistry.Batch memory batch,
        Against memory against
    ) private view returns (uint8 kinds, bytes32 challenge) {
        bytes32[] memory unsound = _unsoundOf(batch);
        // Every policy is retired one day: what was certified before stands.
        bool open = batch.status == IComplianceRegistry.Status.Open;
        uint64 retired = open ? policies.lifeOf(batch.policyId).retiredAt : 0;
        uint16[] memory roots = _revokedOf(key);
        if (unsound.length != 0) kinds |= Codes.CHALLENGE_CIRCUIT;
        if (retired != 0) kinds |= Codes.CHALLENGE_POLICY;
        if (roots.length != 0) kinds |= Codes.CHALLENGE_ROOT;
        if (against.recalled.length != 0) kinds |= Codes.CHALLENGE_SUPERSEDED;
        if (kinds != 0) challenge = keccak256(abi.encode(unsound, retired, roots, against.recalled));
    }

    /// @dev Circuits of the batch's policy that were declared unsound.
    function _unsoundOf(IComplianceRegistry.Batch memory batch) private view returns (bytes32[] memory unsound) {
        unsound = ClaimTable.circuitsOf(CodeStore.read(policies.tableOf(batch.policyId)));
        uint256 count = 0;
        for (uint256 i = 0; i < unsound.length; i++) {
            if (circuits.circuitOf(unsound[i]).unsound) unsound[count++] = unsound[i];
        }
        _cut(unsound, count);
    }

    /// @dev Roots that were revoked as of a time when the batch used them.
    function _revokedOf(bytes32 key) private view returns (uint16[] memory revoked) {
        IComplianceRegistry.UsedRoot[] memory used = registry.rootsOf(key);
        revoked = new uint16[](used.length);
        uint256 count = 0;
        for (uint256 i = 0; i < used.length; i++) {
            IPartyRegistry.Root memory root = parties.rootOf(parties.rootNumbered(used[i].number));
            if (root.revokedAt != 0 && used[i].lastUsed >= root.revokedSince) revoked[count++] = used[i].number;
        }
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(revoked, count)
        }
    }

    function _againstOf(IComplianceRegistry.Batch memory batch) private view returns (Against memory against) {
        against.recalled = new bytes32[](Limits.SUPERSEDED);
        uint256 count = 0;
        while (true) {
            against.holds += batch.holds;
            against.exceptions += batch.openExceptions;
            if (_isRevocationUndecided(batch)) against.exceptions++;
            bytes32 key = batch.supersedes;
            if (key == 0) break;
            batch = registry.batchOf(key);
            if (batch.recalled) against.recalled[count++] = key;
        }
        _cut(against.recalled, count);
    }

    /// @dev Custody claims of stages whose head the owner set. Also those needed only for completion: no batch is certified on a
    /// head that is nothing but its owner's word.
    function _assertedCustody(
        IComplianceRegistry.Batch memory batch,
        IPolicyRegistry.Outline memory outline
    ) private view returns (uint256 claims) {
        uint256 asserted = batch.assertedHeads;
        if (asserted == 0) return 0;
        bytes memory table = CodeStore.read(policies.tableOf(batch.policyId));
        for (uint8 stage = 0; asserted != 0; stage++) {
            if (asserted & 1 != 0) {
                (uint256 here, ) = ClaimTable.claimsOfStage(table, stage);
                claims |= here & outline.custody;
            }
            asserted >>= 1;
        }
    }

    function _cut(bytes32[] memory words, uint256 count) private pure {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(words, count)
        }
    }

    function _isOverdue(bytes32 key, IComplianceRegistry.Batch memory batch) private view returns (bool) {
        // What an authority waits for does not end with the batch.
        if (requests.isOverdue(key)) return true;
        if (batch.status == IComplianceRegistry.Status.ExceptionalSupply) {
            return !batch.authorityNotified && block.timestamp > batch.administration + Limits.NOTIFICATION_AFTER;
        }
        if (batch.recalled || _isEnded(batch.status)) return false;
        if (batch.status == IComplianceRegistry.Status.Open) return block.timestamp > batch.due[0];
        if (batch.status != IComplianceRegistry.Status.Released || block.timestamp <= batch.due[1]) return false;
        return _missing(batch, _outline(batch).completion) != 0;
    }

    function _isRevocationUndecided(IComplianceRegistry.Batch memory batch) private view returns (bool) {
        return batch.consent != 0 && !batch.revocationDecided && !consents.isValid(batch.consent);
    }

    function _outline(IComplianceRegistry.Batch memory batch) private view returns (IPolicyRegistry.Outline memory) {
        return ClaimTable.outlineOf(CodeStore.read(policies.tableOf(batch.policyId)));
    }

    function _requireFree(bytes32 key, IComplianceRegistry.Batch memory batch, Against memory against) private pure {
        if (batch.recalled) revert IComplianceRegistry.BatchIsRecalled(key);
        if (against.holds != 0) revert IComplianceRegistry.BatchIsHeld(key, against.holds);
    }

    /// @dev Neither an exception nor a hold nor a recall speaks against it now.
    function _isUnopposed(IComplianceRegistry.Batch memory batch, Against memory against) private pure returns (bool) {
        return !batch.recalled && against.holds == 0 && against.exceptions == 0;
    }

    /// @dev Those of a set of claims that are neither attested nor settled, or refused.
    function _missing(IComplianceRegistry.Batch memory batch, uint256 claims) private pure returns (uint256) {
        return claims & (~(batch.attested | batch.settled) | batch.refused);
    }

    /// @dev Ended without release.
    function _isEnded(IComplianceRegistry.Status status) private pure returns (bool) {
        return
            status == IComplianceRegistry.Status.Rejected ||
            status == IComplianceRegistry.Status.Aborted ||
            status == IComplianceRegistry.Status.ExceptionalSupply;
    }
}
