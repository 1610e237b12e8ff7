// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title IReleaseGate
/// @notice What other contracts and the next site ask. A question about an unknown batch is answered with no.
interface IReleaseGate {
    /// @notice Whether a QP certified the batch and nothing speaks against it now. "Released" means certified in this
    /// register; the physical release follows under the local system.
    /// @param key Key of the batch.
    /// @return False with any open exception, hold or recall, whatever happened before.
    function isReleased(bytes32 key) external view returns (bool);

    /// @notice The receiving site's dock check for a stage, after receipt and before the material is used.
    /// @param key Key of the batch.
    /// @param stage The stage that is about to begin.
    /// @return Stage 0: the batch has not ended. Later stages: also custody of every stage before is proven; never true in
    /// a policy without custody claims. Always false with an open exception, hold or recall.
    function isStageReady(bytes32 key, uint8 stage) external view returns (bool);
}
