// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {ClaimTable} from "../../contracts/libraries/ClaimTable.sol";
import {CodeStore} from "../../contracts/libraries/CodeStore.sol";
import {TestBase} from "./Vm.sol";

contract ClaimTableTest is TestBase {
    function write(IPolicyRegistry.Claim[] calldata claims) external returns (address) {
        return ClaimTable.write(outline(), claims);
    }

    function outline() public pure returns (IPolicyRegistry.Outline memory) {
        return IPolicyRegistry.Outline(3, 5, type(uint256).max, 1 << 255);
    }

    function outlineOf(address table) external view returns (IPolicyRegistry.Outline memory) {
        return ClaimTable.outlineOf(CodeStore.read(table));
    }

    function find(address table, uint256 claim, bytes32 circuitId) external view returns (uint256 rule, uint8 stage) {
        return ClaimTable.find(CodeStore.read(table), claim, circuitId);
    }

    function test_fuzz_finds_what_was_written_and_nothing_else(uint256 seed, uint8 count) external {
        IPolicyRegistry.Claim[] memory claims = _claims(seed, 1 + (count % 20), 3, 6);
        address table = this.write(claims);
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

    function test_fuzz_refuses_claims_beyond_the_last(uint256 beyond) external {
        IPolicyRegistry.Claim[] memory claims = _claims(1, 5, 1, 2);
        address table = this.write(claims);
        if (beyond < 5) beyond = 5;
        bytes32 circuitId = claims[4].circuitIds[0];
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.ClaimUnknown.selector, beyond, 5));
        this.find(table, beyond, circuitId);
    }

    function test_holds_256_claims_of_240_circuits_and_no_more() external {
        IPolicyRegistry.Claim[] memory claims = _claims(2, 256, 1, 1);
        for (uint256 i = 0; i < 256; i++) claims[i].circuitIds[0] = bytes32(1000 + (i % 240));
        address table = this.write(claims);
        (uint256 rule, uint8 stage) = this.find(table, 255, bytes32(uint256(1015)));
        assertEq(rule, claims[255].rule);
        assertEq(stage, claims[255].stage);
        claims[255].circuitIds[0] = bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(ClaimTable.TooManyCircuits.selector, 240));
        this.write(claims);
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
