// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Fixture} from "./Fixture.sol";
import {Trapdoor} from "./Trapdoor.sol";

/// @notice What the largest policies are made of, and a batch of 255 stages whose heads its owner set himself.
abstract contract Largest is Fixture {
    function _circuits(uint256 count, uint8 kind) internal returns (bytes32[] memory ids) {
        ids = new bytes32[](count);
        for (uint256 i = 0; i < count; i++) ids[i] = _addCircuit(1000 + i, kind);
    }

    /// @dev So many circuits of a claim: the next ones in turn.
    function _inTurn(
        bytes32[] memory ids,
        uint256 each,
        uint256 claim
    ) internal pure returns (bytes32[] memory circuitIds) {
        circuitIds = new bytes32[](each);
        for (uint256 j = 0; j < each; j++) circuitIds[j] = ids[(claim * each + j) % ids.length];
    }

    /// @dev 255 stages, a custody claim each: claim i of stage i.
    function _stages(bytes32[] memory ids, uint256 each) internal view returns (IPolicyRegistry.Policy memory policy) {
        policy = _withCustody();
        policy.documentHash = "stages";
        policy.stages = 255;
        policy.claims = new IPolicyRegistry.Claim[](255);
        for (uint8 i = 0; i < 255; i++) {
            policy.claims[i] = _claim(custody, 1 + i, i, Codes.CLASS_CUSTODY, Codes.NEEDED_FOR_RELEASE);
            policy.claims[i].circuitIds = _inTurn(ids, each, i);
        }
    }

    /// @dev The owner sets the head of every stage, then attests custody of all of them.
    function _assertThenAttest(bytes32 key) internal {
        for (uint8 i = 0; i < 255; i++) {
            uint256 id = _raise(key, i);
            vm.prank(OWNER);
            registry.setHead(key, i, 100 + uint256(i));
            _close(id, Codes.DISPOSITION_UNFOUNDED);
        }
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        IPolicyRegistry.Claim[] memory claims = policies.policyOf(batch.policyId).claims;
        for (uint256 from = 0; from < 255; from += 51) {
            IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](51);
            for (uint256 i = 0; i < 51; i++) items[i] = _custodyItem(batch, claims[from + i], from + i);
            vm.prank(OWNER);
            registry.attest(key, items);
        }
    }

    function _custodyItem(
        IComplianceRegistry.Batch memory batch,
        IPolicyRegistry.Claim memory claim,
        uint256 stage
    ) private view returns (IComplianceRegistry.Item memory) {
        uint256 head = 100 + stage;
        uint256 before = stage == 0 ? batch.opening : head - 1;
        uint256 context = Signals.contextOf(block.chainid, address(registry), OWNER);
        uint256[8] memory signals = [batch.batch, claim.rule, head, ROOT, before, 0, context, uint256(batch.opened)];
        bytes32 circuitId = claim.circuitIds[0];
        uint256[8] memory proof = Trapdoor.proof(saltOf[circuitId], signals);
        return IComplianceRegistry.Item(uint8(stage), circuitId, head, ROOT, before, 0, proof);
    }
}
