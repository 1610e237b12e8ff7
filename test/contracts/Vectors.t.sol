// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {TestBase} from "./Vm.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";

/// @notice The shared vectors, read from the same files as the TypeScript tests.
contract VectorsTest is TestBase {
    // Verifies R-format-context.
    function test_context() external view {
        string memory json = vm.readFile("fixtures/vectors/context.json");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _at(count)); count++) {
            string memory at = _at(count);
            uint256 context = Signals.contextOf(
                vm.parseJsonUint(json, string.concat(at, ".chainId")),
                vm.parseJsonAddress(json, string.concat(at, ".registry")),
                vm.parseJsonAddress(json, string.concat(at, ".submitter"))
            );
            assertEq(context, vm.parseJsonUint(json, string.concat(at, ".context")));
            assertTrue(context < Signals.FIELD, "context is a field element");
        }
        assertEq(count, 5);
    }

    // Verifies R-format-policyid.
    function test_policyId() external view {
        string memory json = vm.readFile("fixtures/vectors/policyId.json");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _at(count)); count++) {
            string memory at = _at(count);
            assertEq(
                _policyId(json, string.concat(at, ".policy")),
                vm.parseJsonBytes32(json, string.concat(at, ".policyId"))
            );
        }
        assertEq(count, 2);
    }

    function _policyId(string memory json, string memory at) private view returns (bytes32) {
        uint64[2] memory maxDue = [
            uint64(vm.parseJsonUint(json, string.concat(at, ".maxDue[0]"))),
            uint64(vm.parseJsonUint(json, string.concat(at, ".maxDue[1]")))
        ];
        return
            keccak256(
                abi.encode(
                    vm.parseJsonBytes32(json, string.concat(at, ".documentHash")),
                    _name(vm.parseJsonString(json, string.concat(at, ".product"))),
                    uint32(vm.parseJsonUint(json, string.concat(at, ".version"))),
                    uint8(vm.parseJsonUint(json, string.concat(at, ".stages"))),
                    maxDue,
                    vm.parseJsonUint(json, string.concat(at, ".confirmedStages")),
                    _claims(json, at)
                )
            );
    }

    /// @dev As `PublicTexts` has it: characters from the left.
    function _name(string memory text) private pure returns (bytes32) {
        return bytes32(bytes(text));
    }

    function _claims(
        string memory json,
        string memory at
    ) private view returns (IPolicyRegistry.Claim[] memory claims) {
        uint256 count = 0;
        while (vm.keyExistsJson(json, _claimAt(at, count))) count++;
        claims = new IPolicyRegistry.Claim[](count);
        for (uint256 i = 0; i < count; i++) {
            string memory here = _claimAt(at, i);
            claims[i] = IPolicyRegistry.Claim(
                vm.parseJsonBytes32Array(json, string.concat(here, ".circuitIds")),
                vm.parseJsonUint(json, string.concat(here, ".rule")),
                uint8(vm.parseJsonUint(json, string.concat(here, ".stage"))),
                uint8(vm.parseJsonUint(json, string.concat(here, ".class"))),
                uint8(vm.parseJsonUint(json, string.concat(here, ".neededFor"))),
                uint8(vm.parseJsonUint(json, string.concat(here, ".severity")))
            );
        }
    }

    function _at(uint256 i) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(i), "]");
    }

    function _claimAt(string memory at, uint256 i) private pure returns (string memory) {
        return string.concat(at, ".claims[", vm.toString(i), "]");
    }
}
