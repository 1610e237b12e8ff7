// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "./IComplianceRegistry.sol";

/// @title IReleaseGate
/// @notice What other contracts, the next site and readers ask of a register: answers computed from what it stores. It keeps
/// nothing itself. The registry asks it one thing: whether a batch may be certified.
interface IReleaseGate {
    /// @notice Whether a batch may be used.
    enum Release {
        No,
        Released,
        ExceptionalSupply
    }

    /// @notice Whether the batch may be used now: certified and nothing speaks against it, or supplied exceptionally at the
    /// physician's request and neither held nor recalled, nor its consent revoked.
    /// @param key Key of the batch.
    /// @return `No` for everything else, and for an unknown batch.
    function releaseOf(bytes32 key) external view returns (Release);

    /// @notice Whether a QP certified the batch and nothing speaks against it now. "Released" means certified in this
    /// register; the physical release follows under the local system. A batch that is supplied exceptionally is none.
    /// @param key Key of the batch.
    /// @return False with any open exception, hold or recall, whatever happened before, and for an unknown batch.
    function isReleased(bytes32 key) external view returns (bool);

    /// @notice The receiving site's dock check for a stage, after receipt and before the material is used.
    /// @param key Key of the batch.
    /// @param stage The stage that is about to begin.
    /// @return Stage 0: the batch has not ended. Later stages: also custody of every stage before is proven; never true in
    /// a policy without custody claims, nor while the batch is not certified and an undecided challenge is about a circuit or a
    /// root. Always false with an open exception, hold or recall, and for an unknown batch.
    function isStageReady(bytes32 key, uint8 stage) external view returns (bool);

    /// @notice The state to show: Recalled first, then the end states, Exception, Overdue, and the rest.
    /// @param key Key of the batch; unknown ones revert.
    /// @return The status.
    function statusOf(bytes32 key) external view returns (IComplianceRegistry.Status);

    /// @notice Whether nothing is known although it should be: not certified by the first due date, certified but not all
    /// completion claims there by the second, supplied exceptionally and the authority not told 48 hours after the
    /// administration, or an authority's request unanswered (`IDisclosureRequests`). Once the batch is recalled or ended only
    /// what an authority waits for.
    /// @param key Key of the batch; unknown ones revert.
    /// @return True from one second after the due date on.
    function isOverdue(bytes32 key) external view returns (bool);

    /// @notice Claims that are neither attested nor settled, or refused. Bit i stands for claim i.
    /// @param key Key of the batch; unknown ones revert.
    /// @return release Those needed for release.
    /// @return completion Those needed for completion.
    function missingClaims(bytes32 key) external view returns (uint256 release, uint256 completion);

    /// @notice What puts a batch into doubt from outside, whether or not a QP decided on it.
    /// @param key Key of the batch; unknown ones revert.
    /// @return kinds `Codes.CHALLENGE_*`, summed; 0: nothing.
    /// @return challenge Hash of exactly this: keccak256(abi.encode(unsound circuits of the policy, when the policy was
    /// retired (0: not, or the batch is not Open), numbers of the revoked roots, keys of the recalled superseded batches)),
    /// each in the order of the policy, of their use and of the chain of batches; 0: nothing.
    function challengeOf(bytes32 key) external view returns (uint8 kinds, bytes32 challenge);

    /// @notice Reverts unless the batch may be certified by this certificate. The registry asks it, and anybody can before.
    /// Refused (errors of `IComplianceRegistry`): certified already, ended, recalled, held (also a superseded batch), a
    /// certificate that does not say exactly what the register says, a signer who is no QP of the batch or without the role,
    /// a missing claim that is needed for release or is custody of a stage whose head the owner set, a stage that a QP must
    /// confirm, an open exception, an undecided challenge.
    /// @param key Key of the batch; unknown ones revert.
    /// @param certificate What is certified.
    /// @param signature 65 bytes over the EIP-712 hash; empty: the caller certifies himself.
    /// @param caller Who calls `certify`.
    /// @return signer Who certifies.
    function requireCertifiable(
        bytes32 key,
        IComplianceRegistry.Certificate calldata certificate,
        bytes calldata signature,
        address caller
    ) external view returns (address signer);

    /// @notice Exceptions that block a batch: its own, those of the batches it supersedes, and each revoked consent of these
    /// on which no QP decided.
    /// @param key Key of the batch; 0 for an unknown one.
    /// @return Their number.
    function openExceptionsOf(bytes32 key) external view returns (uint256);

    /// @notice Reverts (errors of `IComplianceRegistry`) if the batch is recalled, or held, itself or through one it supersedes.
    /// @param key Key of the batch; unknown ones revert.
    function requireFree(bytes32 key) external view;

    /// @notice Whether somebody's word stops a certificate now: a hold, an open exception, an undecided challenge.
    /// @param key Key of the batch; unknown ones revert.
    /// @return True if it does.
    function isOpposed(bytes32 key) external view returns (bool);

    /// @notice The signal `context` that proofs of an account must carry in the register.
    /// @param submitter The account.
    /// @return The context.
    function contextOf(address submitter) external view returns (uint256);

    /// @notice The register that is asked.
    /// @return Its compliance registry.
    function registry() external view returns (IComplianceRegistry);
}
