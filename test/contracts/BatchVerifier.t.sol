// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {VerifyingKey} from "../../contracts/libraries/VerifyingKey.sol";
import {Fixture} from "./Fixture.sol";
import {Trapdoor} from "./Trapdoor.sol";

/// @notice Many proofs in one call. Salts 0 to 3 of `Trapdoor` are four circuits of mixed setups.
contract BatchVerifierTest is Fixture {
    uint256 private constant FIELD = Signals.FIELD;
    bytes32[4] private _ids;

    function setUp() public override {
        super.setUp();
        // Salts 1 and 2 are the fixture's own.
        _ids = [_addCircuit(4, Codes.KIND_QUALITY), temperature, custody, _addCircuit(3, Codes.KIND_QUALITY)];
    }

    function test_fuzz_accepts_valid_statements_of_mixed_circuits(uint256 seed, uint8 count) external view {
        circuits.verifyMany(_valid(seed, 1 + (count % 9)));
    }

    function test_fuzz_refuses_any_changed_word(
        uint256 seed,
        uint8 count,
        uint256 which,
        uint8 at,
        uint8 bit
    ) external {
        ICircuitRegistry.Statement[] memory list = _valid(seed, 1 + (count % 9));
        ICircuitRegistry.Statement memory one = list[which % list.length];
        at = at % 15;
        bytes memory expected = abi.encodeWithSelector(ICircuitRegistry.ProofInvalid.selector);
        if (at < 7) {
            uint256 signal = one.signals[at] ^= 1 << bit;
            if (signal >= FIELD) {
                expected = abi.encodeWithSelector(ICircuitRegistry.SignalOutOfField.selector, at, signal);
            }
        } else {
            uint256 word = one.proof[at - 7] ^= 1 << bit;
            if (word >= VerifyingKey.BASE_FIELD) {
                expected = abi.encodeWithSelector(ICircuitRegistry.ProofWordOutOfField.selector, at - 7, word);
            }
        }
        vm.expectRevert(expected);
        circuits.verifyMany(list);
    }

    function test_fuzz_refuses_proofs_in_another_order(uint256 seed) external {
        ICircuitRegistry.Statement[] memory list = _valid(seed, 4);
        (list[1].proof, list[2].proof) = (list[2].proof, list[1].proof);
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        circuits.verifyMany(list);
    }

    function test_fuzz_refuses_a_proof_under_the_name_of_another_circuit(uint256 seed, uint8 at, uint8 shift) external {
        ICircuitRegistry.Statement[] memory list = _valid(seed, 4);
        ICircuitRegistry.Statement memory one = list[at % 4];
        one.circuitId = _ids[(_saltAt(one.circuitId) + 1 + (shift % 3)) % 4];
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        circuits.verifyMany(list);
    }

    function test_says_which_word_of_any_statement_is_out_of_its_field() external {
        for (uint256 which = 0; which < 2; which++) {
            for (uint256 at = 0; at < 15; at++) {
                ICircuitRegistry.Statement[] memory list = _valid(7, 2);
                uint256 value;
                if (at < 7) {
                    value = list[which].signals[at] += FIELD;
                    vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.SignalOutOfField.selector, at, value));
                } else {
                    value = list[which].proof[at - 7] += VerifyingKey.BASE_FIELD;
                    vm.expectRevert(
                        abi.encodeWithSelector(ICircuitRegistry.ProofWordOutOfField.selector, at - 7, value)
                    );
                }
                circuits.verifyMany(list);
            }
        }
    }

    function test_refuses_infinity_in_any_statement() external {
        uint256[4] memory starts = [uint256(0), 2, 6, 8];
        for (uint256 which = 0; which < 2; which++) {
            for (uint256 p = 0; p < 3; p++) {
                ICircuitRegistry.Statement[] memory list = _valid(8, 2);
                for (uint256 i = starts[p]; i < starts[p + 1]; i++) list[which].proof[i] = 0;
                vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.ProofPointZero.selector, starts[p]));
                circuits.verifyMany(list);
            }
        }
    }

    function test_refuses_nothing_and_circuits_that_are_unknown_or_frozen() external {
        vm.expectRevert(ICircuitRegistry.NoStatements.selector);
        circuits.verifyMany(new ICircuitRegistry.Statement[](0));
        ICircuitRegistry.Statement[] memory list = _valid(9, 3);
        bytes32 circuitId = list[2].circuitId;
        list[2].circuitId = "?";
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.CircuitUnknown.selector, bytes32("?")));
        circuits.verifyMany(list);
        list[2].circuitId = circuitId;
        circuits.verifyMany(list);
        vm.prank(ADMIN);
        circuits.freeze(circuitId, uint40(START), false);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.CircuitIsFrozen.selector, circuitId, START));
        circuits.verifyMany(list);
    }

    function test_V6_two_bad_proofs_that_cancel_under_equal_scalars_are_refused(uint256 seed, uint256 shift) external {
        shift = 1 + (shift % 1e70);
        (ICircuitRegistry.Statement[] memory list, uint256[2] memory a) = _pair(seed);
        list[0].proof = Trapdoor.proofAt(addmod(a[0], shift, FIELD), 1);
        list[1].proof = Trapdoor.proofAt(addmod(a[1], FIELD - (shift % FIELD), FIELD), 1);
        assertEq(_error(list, [addmod(a[0], shift, FIELD), addmod(a[1], FIELD - shift, FIELD)], [uint256(1), 1]), 0);
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        circuits.verifyMany(list);
    }

    function test_V6_proofs_chosen_after_the_scalars_of_other_proofs_are_refused(uint256 seed) external {
        (ICircuitRegistry.Statement[] memory list, uint256[2] memory a) = _pair(seed);
        uint256[2] memory scalars = [uint256(1), _scalar(list, 1)];
        // Errors r_1 and -1 cancel under r_0 = 1 and r_1.
        a = [addmod(a[0], scalars[1], FIELD), addmod(a[1], FIELD - 1, FIELD)];
        for (uint256 i = 0; i < 2; i++) list[i].proof = Trapdoor.proofAt(a[i], 1);
        assertEq(_error(list, a, scalars), 0);
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        circuits.verifyMany(list);
    }

    function test_V6_signals_chosen_after_the_scalars_of_other_signals_are_refused(uint256 seed) external {
        (ICircuitRegistry.Statement[] memory list, uint256[2] memory a) = _pair(seed);
        uint256[2] memory scalars = [uint256(1), _scalar(list, 1)];
        for (uint256 j = 0; j < 7; j++) {
            uint256[2] memory kept = [list[0].signals[j], list[1].signals[j]];
            list[0].signals[j] = addmod(kept[0], scalars[1], FIELD);
            list[1].signals[j] = addmod(kept[1], FIELD - 1, FIELD);
            assertEq(_error(list, a, scalars), 0);
            vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
            circuits.verifyMany(list);
            (list[0].signals[j], list[1].signals[j]) = (kept[0], kept[1]);
        }
    }

    function test_V6_scalars_differ_by_chain_and_are_neither_zero_nor_equal() external {
        (ICircuitRegistry.Statement[] memory list, ) = _pair(11);
        uint256 here = _scalar(list, 1);
        vm.chainId(1337);
        assertTrue(_scalar(list, 1) != here, "another chain, another scalar");
        assertTrue(here != 0 && here != _scalar(list, 2), "neither zero nor equal");
    }

    function test_V5_a_point_off_its_curve_burns_a_bounded_amount_of_gas() external view {
        uint256 honest = _gasOf(_valid(3, 4));
        for (uint256 word = 0; word < 8; word++) {
            ICircuitRegistry.Statement[] memory list = _valid(3, 4);
            list[3].proof[word] ^= 1;
            assertTrue(_gasOf(list) < 2 * honest, "at most twice an honest call");
        }
    }

    function _gasOf(ICircuitRegistry.Statement[] memory list) private view returns (uint256 used) {
        used = gasleft();
        try circuits.verifyMany{gas: 25_000_000}(list) {} catch {}
        return used - gasleft();
    }

    /// @dev Valid statements with random signals over random circuits.
    function _valid(uint256 seed, uint256 count) private view returns (ICircuitRegistry.Statement[] memory list) {
        list = new ICircuitRegistry.Statement[](count);
        for (uint256 i = 0; i < count; i++) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            list[i].circuitId = _ids[random % 4];
            for (uint256 j = 0; j < 7; j++) list[i].signals[j] = uint256(keccak256(abi.encode(random, j))) % FIELD;
            list[i].proof = Trapdoor.proof(saltOf[list[i].circuitId], list[i].signals);
        }
    }

    /// @dev Two valid statements of one circuit, with the multiples of the generator that their A are.
    function _pair(uint256 seed) private view returns (ICircuitRegistry.Statement[] memory list, uint256[2] memory a) {
        list = _valid(seed, 2);
        for (uint256 i = 0; i < 2; i++) {
            list[i].circuitId = temperature;
            a[i] = Trapdoor.a(saltOf[temperature], list[i].signals, 1);
            list[i].proof = Trapdoor.proofAt(a[i], 1);
        }
        circuits.verifyMany(list);
    }

    /// @dev The exponent of the whole product under given scalars: 0 if a verifier with them would accept.
    function _error(
        ICircuitRegistry.Statement[] memory list,
        uint256[2] memory a,
        uint256[2] memory scalars
    ) private view returns (uint256 sum) {
        for (uint256 i = 0; i < 2; i++) {
            uint256 right = Trapdoor.a(saltOf[list[i].circuitId], list[i].signals, 1);
            uint256 wrong = addmod(a[i], FIELD - right, FIELD);
            assertTrue(wrong != 0, "each proof alone is bad");
            sum = addmod(sum, mulmod(scalars[i], wrong, FIELD), FIELD);
        }
    }

    /// @dev What the registry multiplies a proof by, computed by its rule a second time.
    function _scalar(ICircuitRegistry.Statement[] memory list, uint256 index) private view returns (uint256) {
        bytes memory all = abi.encode(block.chainid, address(circuits));
        for (uint256 i = 0; i < list.length; i++) all = bytes.concat(all, abi.encode(list[i]));
        return (uint256(keccak256(abi.encode(keccak256(all), index))) >> 128) + 1;
    }

    function _saltAt(bytes32 circuitId) private view returns (uint256 at) {
        while (_ids[at] != circuitId) at++;
    }
}
