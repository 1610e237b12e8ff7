// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "./IComplianceRegistry.sol";

/// @title IReleaseGate
/// @notice What other contracts, the next site and readers ask of a register: answers computed from what it stores, which
/// change nothing and are no part of what an auditor takes for granted.
interface IReleaseGate {
    /// @notice Whether a QP certified the batch and nothing speaks against it now. "Released" means certified in this
    /// register; the physical release follows under the local system.
    /// @param key Key of the batch.
    /// @return False with any open exception, hold or recall, whatever happened before, and for an unknown batch.
    function isReleased(bytes32 key) external view returns (bool);

    /// @notice The receiving site's dock check for a stage, after receipt and before the material is used.
    /// @param key Key of the batch.
    /// @param stage The stage that is about to begin.
    /// @return Stage 0: the batch has not ended. Later stages: also custody of every stage before is proven; never true in
    /// a policy without custody claims. Always false with an open exception, hold or recall, and for an unknown batch.
    function isStageReady(bytes32 key, uint8 stage) external view returns (bool);

    /// @notice The state to show: Recalled first, then the end states, Exception, Overdue, and the rest.
    /// @param key Key of the batch; unknown ones revert.
    /// @return The status.
    function statusOf(bytes32 key) external view returns (IComplianceRegistry.Status);

    /// @notice Whether nothing is known although it should be: not certified by the first due date, certified but not all
    /// completion claims attested or settled by the second, or an authority's request unanswered (`IDisclosureRequests`).
    /// Never once the batch is recalled or ended without release.
    /// @param key Key of the batch; unknown ones revert.
    /// @return True from one second after the due date on.
    function isOverdue(bytes32 key) external view returns (bool);

    /// @notice Claims that are neither attested nor settled. Bit i stands for claim i.
    /// @param key Key of the batch; unknown ones revert.
    /// @return release Those needed for release.
    /// @return completion Those needed for completion.
    function missingClaims(bytes32 key) external view returns (uint256 release, uint256 completion);

    /// @notice The signal `context` that proofs of an account must carry in the register.
    /// @param submitter The account.
    /// @return The context.
    function contextOf(address submitter) external view returns (uint256);

    /// @notice The register that is asked.
    /// @return Its compliance registry.
    function registry() external view returns (IComplianceRegistry);
}
