// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IComplianceRegistry} from "../interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {CertificateHash} from "../libraries/CertificateHash.sol";
import {Codes} from "../libraries/Codes.sol";
import {PublicTexts} from "../libraries/PublicTexts.sol";
import {RoleIds} from "../libraries/RoleIds.sol";
import {Ledger} from "./Ledger.sol";

/// @title Decisions
/// @notice What people decide about a whole batch: certify, supply exceptionally, reject, abort, hold, recall.
abstract contract Decisions is Ledger, Pausable {
    using CertificateHash for Certificate;

    /// @inheritdoc IComplianceRegistry
    function certify(bytes32 key, Certificate calldata certificate, bytes calldata signature) external whenNotPaused {
        _exactCall(abi.encode(key, certificate, signature));
        Batch storage batch = _known(key);
        _requireFree(key, batch);
        _requireCertificate(key, batch, certificate);
        address signer = ECDSA.recoverCalldata(certificate.hash(), signature);
        if (!isQpOf[key][signer]) revert SignerNotQp(key, signer);
        _requireRole(RoleIds.QP, signer);
        IPolicyRegistry.Outline memory outline = _outline(batch);
        uint256 missing = _missing(batch, outline.release) | _unprovenCustody(batch, outline);
        if (missing != 0) revert ClaimsMissing(missing);
        if (_isRevocationUndecided(batch)) revert RevocationUndecided(batch.consent);
        uint256 open = openExceptionsOf(key);
        if (open != 0) revert ExceptionsOpen(open);
        batch.status = Status.Released;
        _count(key, batch.owner, Counter.Certified);
        emit BatchReleased(key, signer, certificate, signature);
        _completeIfDone(key, batch, outline.completion);
    }

    /// @inheritdoc IComplianceRegistry
    function exceptionalSupply(
        bytes32 key,
        bytes32 riskEvaluation,
        bytes32 physicianAcceptance,
        uint64 authorityNotifiedAt
    ) external {
        Batch storage batch = _known(key);
        _requireQp(key);
        _requireFree(key, batch);
        if (riskEvaluation == 0) revert SupplyDocumentMissing(0);
        if (physicianAcceptance == 0) revert SupplyDocumentMissing(1);
        if (authorityNotifiedAt == 0 || authorityNotifiedAt > block.timestamp) {
            revert AuthorityNotNotified(authorityNotifiedAt, block.timestamp);
        }
        batch.status = Status.ExceptionalSupply;
        _count(key, batch.owner, Counter.SuppliedExceptionally);
        emit BatchSuppliedExceptionally(key, msg.sender, riskEvaluation, physicianAcceptance, authorityNotifiedAt);
    }

    /// @inheritdoc IComplianceRegistry
    function reject(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_REJECT);
        Batch storage batch = _known(key);
        _requireQp(key);
        _requireUnended(key, batch);
        batch.status = Status.Rejected;
        _count(key, batch.owner, Counter.Rejected);
        emit BatchRejected(key, msg.sender, reason, words);
    }

    /// @inheritdoc IComplianceRegistry
    function abort(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_ABORT);
        Batch storage batch = _known(key);
        if (_counts[key][uint256(Counter.Certified)] != 0) _requireQp(key);
        else _owned(key);
        _requireUnended(key, batch);
        batch.status = Status.Aborted;
        _count(key, batch.owner, Counter.Aborted);
        emit BatchAborted(key, msg.sender, reason, words);
    }

    /// @inheritdoc IComplianceRegistry
    function hold(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_HOLD);
        uint8 side = _changeHold(key, _exactCall(abi.encode(key, reason, words)), true, Counter.Held);
        emit BatchHeld(key, msg.sender, side, reason, words);
    }

    /// @inheritdoc IComplianceRegistry
    function unhold(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_UNHOLD);
        uint8 side = _changeHold(key, _exactCall(abi.encode(key, reason, words)), false, Counter.Unheld);
        emit BatchUnheld(key, msg.sender, side, reason, words);
    }

    /// @inheritdoc IComplianceRegistry
    function recall(bytes32 key, uint8 reason, bytes32 words) external {
        PublicTexts.requireReason(reason, Codes.REASONS_OF_RECALL);
        Batch storage batch = _known(key);
        _sideOf(key);
        if (batch.recalled) revert BatchIsRecalled(key);
        batch.recalled = true;
        _count(key, batch.owner, Counter.Recalled);
        emit BatchRecalled(key, msg.sender, batch.status, reason, words);
    }

    /// @dev Custody claims of stages whose head the owner set, as long as no proof has followed. Also those needed only for
    /// completion: no batch is certified on a head that is nothing but its owner's word.
    function _unprovenCustody(
        Batch storage batch,
        IPolicyRegistry.Outline memory outline
    ) private view returns (uint256 claims) {
        uint256 asserted = batch.assertedHeads;
        for (uint8 stage = 0; asserted != 0; stage++) {
            if (asserted & 1 != 0) {
                (uint256 here, ) = policies.claimsOfStage(batch.policyId, stage);
                claims |= here;
            }
            asserted >>= 1;
        }
        return claims & outline.custody & ~batch.attested;
    }

    function _changeHold(bytes32 key, bytes32 digest, bool held, Counter what) private returns (uint8 side) {
        Batch storage batch = _known(key);
        side = _sideOf(key);
        uint8 holds = batch.holds;
        if ((holds & side != 0) == held) revert HoldUnchanged(key, holds);
        batch.holds = holds ^ side;
        _count(key, batch.owner, what);
        _extendTrail(key, batch, digest);
    }

    /// @dev For whom the caller holds or recalls. A QP cannot lift what an authority holds.
    function _sideOf(bytes32 key) private view returns (uint8) {
        if (_holds(RoleIds.AUTHORITY, msg.sender)) return Codes.HOLD_AUTHORITY;
        if (_isQp(key)) return Codes.HOLD_QP;
        revert NotQpOrAuthority(key, msg.sender);
    }

    function _requireCertificate(bytes32 key, Batch storage batch, Certificate calldata c) private view {
        if (c.batch != key) revert CertificateBatchWrong(c.batch, key);
        if (c.policyId != batch.policyId) revert CertificatePolicyWrong(c.policyId, batch.policyId);
        if (c.neededFor != Codes.NEEDED_FOR_RELEASE) {
            revert CertificateNeededForWrong(c.neededFor, Codes.NEEDED_FOR_RELEASE);
        }
        if (c.trail != batch.trail) revert CertificateTrailWrong(c.trail, batch.trail);
        if (c.exceptionsHash != batch.exceptionsHash) {
            revert CertificateExceptionsWrong(c.exceptionsHash, batch.exceptionsHash);
        }
        if (c.certificate == 0) revert CertificateDocumentMissing();
        if (c.meaning != Codes.MEANING_CERTIFIED) revert CertificateMeaningWrong(c.meaning, Codes.MEANING_CERTIFIED);
        if (c.signedAt > block.timestamp) revert CertificateFromFuture(c.signedAt, block.timestamp);
        if (c.deadline < block.timestamp) revert CertificateExpired(c.deadline, block.timestamp);
        uint256 nonce = _counts[key][uint256(Counter.Certified)];
        if (c.nonce != nonce) revert CertificateNonceWrong(c.nonce, nonce);
    }
}
