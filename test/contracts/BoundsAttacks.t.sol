// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Fixture} from "./Fixture.sol";
import {Trapdoor} from "./Trapdoor.sol";

/// @notice The most that a call costs, with every bound at its most. A test is one transaction, so storage is warm here; what
/// is read the first time is counted by hand.
// Verifies R-register-loops.
contract BoundsAttacksTest is Fixture {
    /// @dev Gas of one transaction on chains with EIP-7825.
    uint256 private constant MOST_GAS = 1 << 24;
    /// @dev What a word of storage costs more when it is read the first time in a transaction.
    uint256 private constant COLD = 2000;
    uint256 private constant COLD_ACCOUNT = 2500;

    function _largest() private returns (bytes32) {
        bytes32[] memory ids = new bytes32[](256);
        for (uint256 i = 0; i < 256; i++) ids[i] = _addCircuit(1000 + i, Codes.KIND_CUSTODY);
        IPolicyRegistry.Policy memory policy = _withCustody();
        policy.documentHash = "largest";
        policy.stages = 255;
        policy.claims = new IPolicyRegistry.Claim[](256);
        for (uint256 i = 0; i < 256; i++) {
            uint8 stage = uint8(i % 255);
            policy.claims[i] = _claim(ids[0], 1 + i, stage, Codes.CLASS_CUSTODY, Codes.NEEDED_FOR_RELEASE);
            policy.claims[i].circuitIds = new bytes32[](16);
            for (uint256 j = 0; j < 16; j++) policy.claims[i].circuitIds[j] = ids[(i * 16 + j) % 256];
        }
        // One custody a stage, so the last claim is another one, of a circuit of its own.
        policy.claims[255] = _claim(temperature, 256, 0, Codes.CLASS_PROCESS, Codes.NEEDED_FOR_COMPLETION);
        policy.claims[15].circuitIds = new bytes32[](15);
        for (uint256 j = 0; j < 15; j++) policy.claims[15].circuitIds[j] = ids[240 + j];
        for (uint256 i = 31; i < 255; i += 16) policy.claims[i].circuitIds = policy.claims[15].circuitIds;
        return _approve(policy);
    }

    function _chain(bytes32 policyId) private returns (bytes32 key) {
        for (uint256 i = 0; i < 17; i++) key = _open(policyId, _consent(), key);
    }

    function test_V191_certify_with_every_bound_at_its_most() external {
        bytes32 key = _chain(_largest());
        for (uint8 i = 0; i < 255; i++) {
            uint256 id = _raise(key, i);
            vm.prank(OWNER);
            registry.setHead(key, i, 100 + uint256(i));
            _close(id, Codes.DISPOSITION_UNFOUNDED);
        }
        for (uint256 from = 0; from < 255; from += 51) {
            IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](51);
            for (uint256 i = 0; i < 51; i++) items[i] = _custodyItem(key, from + i);
            vm.prank(OWNER);
            registry.attest(key, items);
        }
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

    function _custodyItem(bytes32 key, uint256 stage) private view returns (IComplianceRegistry.Item memory item) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        uint256 before = stage == 0 ? batch.opening : 99 + stage;
        uint256 context = Signals.contextOf(block.chainid, address(registry), OWNER);
        uint256[8] memory signals = [
            batch.batch,
            1 + stage,
            100 + stage,
            ROOT,
            before,
            0,
            context,
            uint256(batch.opened)
        ];
        uint256 salt = 1000 + ((stage * 16) % 256);
        bytes32 circuitId = keccak256(abi.encode(Trapdoor.key(salt)));
        uint256[8] memory proof = Trapdoor.proof(salt, signals);
        return IComplianceRegistry.Item(uint8(stage), circuitId, 100 + stage, ROOT, before, 0, proof);
    }
}
