// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {ClaimTable} from "../../contracts/libraries/ClaimTable.sol";
import {CodeStore} from "../../contracts/libraries/CodeStore.sol";
import {WordList} from "../../contracts/libraries/WordList.sol";
import {TestBase} from "./Vm.sol";

contract ClaimTableTest is TestBase {
    using WordList for WordList.List;

    function write(IPolicyRegistry.Policy calldata policy) external returns (address) {
        WordList.List memory circuits = WordList.create();
        uint256[] memory places = new uint256[](policy.claims.length);
        for (uint256 i = 0; i < policy.claims.length; i++) {
            bytes32[] calldata ids = policy.claims[i].circuitIds;
            for (uint256 j = 0; j < ids.length; j++) {
                (uint256 place, ) = circuits.add(ids[j]);
                places[i] |= place << (248 - 8 * j);
            }
        }
        return ClaimTable.write(policy, outline(), circuits.words, places);
    }

    function outline() public pure returns (IPolicyRegistry.Outline memory) {
        return IPolicyRegistry.Outline(3, 5, type(uint256).max, 1 << 255, 6);
    }

    function outlineOf(address table) external view returns (IPolicyRegistry.Outline memory) {
        return ClaimTable.outlineOf(CodeStore.read(table));
    }

    function policyOf(address table) external view returns (IPolicyRegistry.Policy memory) {
        return ClaimTable.policyOf(CodeStore.read(table));
    }

    function find(address table, uint256 claim, bytes32 circuitId) external view returns (uint256 rule, uint8 stage) {
        return ClaimTable.find(CodeStore.read(table), claim, circuitId);
    }

    function claimsOfStage(address table, uint8 stage) external view returns (uint256 here, uint256 hereAndLater) {
        return ClaimTable.claimsOfStage(CodeStore.read(table), stage);
    }

    function test_fuzz_finds_what_was_written_and_nothing_else(uint256 seed, uint8 count) external {
        IPolicyRegistry.Claim[] memory claims = _claims(seed, 1 + (count % 20), 3, 6);
        address table = this.write(_policy(seed, claims));
        assertEq(keccak256(abi.encode(this.outlineOf(table))), keccak256(abi.encode(outline())));
        for (uint256 i = 0; i < claims.length; i++) {
            for (uint256 id = 0; id < 7; id++) {
                if (!_accepts(claims[i], bytes32(id))) {
                    vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.CircuitNotAccepted.selector, i, id));
                    this.find(table, i, bytes32(id));
                    continue;
                }
                (uint256 rule, uint8 stage) = this.find(table, i, bytes32(id));
                assertEq(rule, claims[i].rule);
                assertEq(stage, claims[i].stage);
            }
        }
    }

    /// @dev Order and repetition of circuits too: the policy's id is a hash of all of it.
    function test_fuzz_gives_back_all_of_a_policy(uint256 seed, uint8 count, uint8 most) external {
        IPolicyRegistry.Policy memory policy = _policy(seed, _claims(seed, 1 + (count % 20), 1 + (most % 16), 9));
        address table = this.write(policy);
        assertEq(keccak256(abi.encode(this.policyOf(table))), keccak256(abi.encode(policy)));
    }

    function test_fuzz_knows_the_claims_of_a_stage(uint256 seed, uint8 count, uint8 stage) external {
        IPolicyRegistry.Claim[] memory claims = _claims(seed, 1 + uint256(count), 1, 2);
        address table = this.write(_policy(seed, claims));
        uint256 here = 0;
        uint256 later = 0;
        for (uint256 i = 0; i < claims.length; i++) {
            if (claims[i].stage == stage) here |= 1 << i;
            if (claims[i].stage >= stage) later |= 1 << i;
        }
        (uint256 foundHere, uint256 foundLater) = this.claimsOfStage(table, stage);
        assertEq(foundHere, here);
        assertEq(foundLater, later);
    }

    function test_fuzz_refuses_claims_beyond_the_last(uint256 beyond) external {
        IPolicyRegistry.Claim[] memory claims = _claims(1, 5, 1, 2);
        address table = this.write(_policy(1, claims));
        if (beyond < 5) beyond = 5;
        bytes32 circuitId = claims[4].circuitIds[0];
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.ClaimUnknown.selector, beyond, 5));
        this.find(table, beyond, circuitId);
    }

    function test_holds_256_claims_of_256_circuits() external {
        IPolicyRegistry.Claim[] memory claims = _claims(2, 256, 1, 1);
        for (uint256 i = 0; i < 256; i++) claims[i].circuitIds[0] = bytes32(1000 + i);
        address table = this.write(_policy(2, claims));
        assertEq(table.code.length, 1 + 22_112);
        (uint256 rule, uint8 stage) = this.find(table, 255, bytes32(uint256(1255)));
        assertEq(rule, claims[255].rule);
        assertEq(stage, claims[255].stage);
    }

    /// @dev Every field differs from its neighbours.
    function _policy(
        uint256 seed,
        IPolicyRegistry.Claim[] memory claims
    ) private pure returns (IPolicyRegistry.Policy memory) {
        bytes32 random = keccak256(abi.encode(seed, "policy"));
        uint64[2] memory maxDue = [uint64(bytes8(random)), uint64(bytes8(random << 64))];
        // The stages and which of them are confirmed are the outline's own.
        return
            IPolicyRegistry.Policy(
                random,
                ~random,
                uint32(uint256(random)),
                outline().stages,
                maxDue,
                outline().confirmed,
                claims
            );
    }

    /// @dev Random claims that accept up to `most` circuits with ids below `ids`, possibly one of them twice.
    function _claims(
        uint256 seed,
        uint256 count,
        uint256 most,
        uint256 ids
    ) private pure returns (IPolicyRegistry.Claim[] memory claims) {
        claims = new IPolicyRegistry.Claim[](count);
        for (uint256 i = 0; i < count; i++) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            claims[i].rule = 1 + (random >> 3);
            claims[i].stage = uint8(random >> 8);
            claims[i].class = uint8(random >> 16);
            claims[i].neededFor = uint8(random >> 24);
            claims[i].severity = uint8(random >> 32);
            claims[i].circuitIds = new bytes32[](1 + (random % most));
            for (uint256 j = 0; j < claims[i].circuitIds.length; j++) {
                claims[i].circuitIds[j] = bytes32((random >> (16 * j)) % ids);
            }
        }
    }

    function _accepts(IPolicyRegistry.Claim memory claim, bytes32 id) private pure returns (bool) {
        for (uint256 j = 0; j < claim.circuitIds.length; j++) if (claim.circuitIds[j] == id) return true;
        return false;
    }
}
