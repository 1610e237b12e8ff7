// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Largest} from "./Largest.sol";

/// @notice The largest policies, measured as transactions: call data included.
// Verifies R-register-policy-size, R-register-loops.
contract PolicySizeTest is Largest {
    function test_V80_256_claims_of_one_circuit_each_are_proposed_in_a_transaction() external {
        _requireFits(_large(1, 1), 6_000_000);
    }

    function test_V80_256_claims_of_three_circuits_each_are_proposed_in_a_transaction() external {
        _requireFits(_large(3, 24), 7_000_000);
    }

    function test_V80_256_claims_of_16_circuits_each_of_256_are_proposed_in_a_transaction() external {
        _requireFits(_large(16, 256), 15_500_000);
    }

    function test_V80_what_is_asked_of_the_largest_policy_stays_cheap() external {
        IPolicyRegistry.Policy memory policy = _large(16, 256);
        bytes32 policyId = _approve(policy);
        assertEq(keccak256(abi.encode(policies.policyOf(policyId))), keccak256(abi.encode(policy)));
        uint256 start = gasleft();
        assertEq(policies.ruleOf(policyId, 255), policy.claims[255].rule);
        uint256 used = start - gasleft();
        assertGas(used, 30_000);
    }

    /// @dev The most that a certificate can ask: an owner set the head of every stage himself.
    function test_V84_certifies_a_batch_of_255_stages_whose_heads_were_all_asserted() external {
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = custody;
        bytes32 key = _open(_approve(_stages(ids, 1)));
        _assertThenAttest(key);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        uint256 start = gasleft();
        registry.certify(key, certificate, signature);
        uint256 used = start - gasleft();
        assertGas(used, 12_000_000);
    }

    function test_V80_more_than_256_circuits_are_refused_whole() external {
        IPolicyRegistry.Policy memory policy = _large(16, 256);
        policy.claims[255].circuitIds[15] = _addCircuit(5000, Codes.KIND_QUALITY);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.TooManyCircuits.selector, 256));
        policies.propose(policy);
    }

    /// @dev The proposer chooses the rules: all of them want one slot of the list that finds repeated ones.
    function test_V80_rules_that_collide_cost_their_proposer_and_still_fit() external {
        IPolicyRegistry.Policy memory policy = _large(1, 1);
        for (uint256 i = 0; i < 256; i++) policy.claims[i].rule = (i + 1) << 9;
        _requireFits(policy, 9_500_000);
        policy.version++;
        policy.claims[255].rule = policy.claims[0].rule;
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.RuleRepeated.selector, 255, 0));
        policies.propose(policy);
    }

    function test_V80_approval_asks_about_every_circuit_of_the_largest_policy() external {
        IPolicyRegistry.Policy memory policy = _large(16, 256);
        vm.prank(PROPOSER);
        bytes32 policyId = policies.propose(policy);
        bytes32 last = policy.claims[15].circuitIds[15];
        vm.prank(ADMIN);
        circuits.freeze(last, uint40(START + 1), false);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.CircuitIsFrozen.selector, last, START + 1));
        policies.approve(policyId, "MA-1", 0);
    }

    /// @dev 256 claims, so many circuits each out of so many in all: claim i names the next ones in turn.
    function _large(uint256 each, uint256 all) private returns (IPolicyRegistry.Policy memory policy) {
        bytes32[] memory ids = _circuits(all, Codes.KIND_QUALITY);
        policy = _plain();
        policy.version = 2;
        policy.claims = new IPolicyRegistry.Claim[](256);
        for (uint256 i = 0; i < 256; i++) {
            uint256 rule = uint256(keccak256(abi.encode(i))) >> 3;
            policy.claims[i] = _claim(temperature, rule, 1, Codes.CLASS_SPECIFICATION, Codes.NEEDED_FOR_RELEASE);
            policy.claims[i].circuitIds = _inTurn(ids, each, i);
        }
    }

    function _requireFits(IPolicyRegistry.Policy memory policy, uint256 most) private {
        bytes memory data = abi.encodeCall(IPolicyRegistry.propose, (policy));
        uint256 intrinsic = _intrinsic(data);
        vm.prank(PROPOSER);
        uint256 start = gasleft();
        (bool fits, bytes memory answer) = address(policies).call{gas: MEASURES_GAS ? most - intrinsic : gasleft()}(
            data
        );
        uint256 used = intrinsic + start - gasleft();
        assertTrue(fits, "fits");
        assertGas(used, most);
        bytes32 policyId = abi.decode(answer, (bytes32));
        start = gasleft();
        vm.prank(APPROVER);
        policies.approve(policyId, "MA-1", 0);
        used = start - gasleft();
        assertGas(used, 1_000_000);
        assertEq(keccak256(abi.encode(policies.policyOf(policyId))), keccak256(abi.encode(policy)));
    }

    /// @dev What a transaction pays before its first instruction.
    function _intrinsic(bytes memory data) private pure returns (uint256 gas) {
        uint256 zeros = 0;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let end := add(add(data, 0x20), mload(data))
            for {
                let at := add(data, 0x20)
            } lt(at, end) {
                at := add(at, 1)
            } {
                zeros := add(zeros, iszero(byte(0, mload(at))))
            }
        }
        return 21_000 + 4 * zeros + 16 * (data.length - zeros);
    }
}
