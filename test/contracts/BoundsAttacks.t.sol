// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Largest} from "./Largest.sol";

/// @notice The most that a call costs, with every bound at its most. A test is one transaction, so storage is warm here; what
/// is read the first time is counted by hand.
// Verifies R-register-loops.
contract BoundsAttacksTest is Largest {
    /// @dev Gas of one transaction on chains with EIP-7825.
    uint256 private constant MOST_GAS = 1 << 24;
    /// @dev What a word of storage costs more when it is read the first time in a transaction.
    uint256 private constant COLD = 2000;
    uint256 private constant COLD_ACCOUNT = 2500;

    /// @dev One custody a stage, so the last claim is another one, of a circuit of its own.
    function _largest() private returns (bytes32) {
        IPolicyRegistry.Policy memory policy = _stages(_circuits(255, Codes.KIND_CUSTODY), 16);
        IPolicyRegistry.Claim[] memory claims = new IPolicyRegistry.Claim[](256);
        for (uint256 i = 0; i < 255; i++) claims[i] = policy.claims[i];
        claims[255] = _claim(temperature, 256, 0, Codes.CLASS_PROCESS, Codes.NEEDED_FOR_COMPLETION);
        policy.claims = claims;
        return _approve(policy);
    }

    function _chain(bytes32 policyId) private returns (bytes32 key) {
        for (uint256 i = 0; i < 17; i++) key = _open(policyId, _consent(), key);
    }

    function test_V191_certify_with_every_bound_at_its_most() external {
        bytes32 key = _chain(_largest());
        _assertThenAttest(key);
        // Two circuits of the policy are unsound, it is retired, and the root revoked.
        bytes32 some = policies.policyOf(registry.batchOf(key).policyId).claims[3].circuitIds[0];
        vm.prank(ADMIN);
        circuits.freeze(some, 0, true);
        vm.prank(APPROVER);
        parties.revoke(ROOT, 0, OTHER, 0);
        (, bytes32 challenge) = gate.challengeOf(key);
        vm.prank(qp);
        uint256 start = gasleft();
        registry.decideChallenge(key, challenge, OTHER, 0);
        uint256 decide = start - gasleft();
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        start = gasleft();
        registry.certify(key, certificate, signature);
        uint256 used = start - gasleft();
        // Circuits, 17 batches of 19 words and their consents, 16 roots of 4 words, 16 stages of confirmation.
        uint256 cold = COLD * (256 + 17 * (19 + 2) + 16 * 5 + 16) + 20 * COLD_ACCOUNT;
        assertGas(used + cold + 60_000, MOST_GAS);
        assertGas(decide + cold, MOST_GAS);
        start = gasleft();
        assertTrue(gate.isReleased(key), "released");
        uint256 asked = start - gasleft();
        assertGas(asked + COLD * 17 * 21, 2_000_000);
    }

    function test_V191_64_exceptions_of_a_call() external {
        bytes32 policyId = _largest();
        bytes32[] memory keys = new bytes32[](64);
        for (uint256 i = 0; i < 64; i++) keys[i] = _open(policyId);
        vm.prank(QA);
        uint256 start = gasleft();
        registry.raiseException(keys, new uint8[](64), 1, 1, "DEV-1", 0);
        uint256 used = start - gasleft();
        // Per batch its words, the role and the policy once.
        assertGas(used + COLD * 64 * 8, MOST_GAS);
        vm.prank(AUTHORITY);
        start = gasleft();
        registry.hold(keys, OTHER, 0, "ORDER");
        used = start - gasleft();
        assertGas(used + COLD * 64 * 8, MOST_GAS);
    }
}
