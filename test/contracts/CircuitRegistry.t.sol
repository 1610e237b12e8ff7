// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {VerifyingKey} from "../../contracts/libraries/VerifyingKey.sol";
import {Fixture} from "./Fixture.sol";
import {Trapdoor} from "./Trapdoor.sol";

contract CircuitRegistryTest is Fixture {
    uint256 private constant GAMMA = 6;
    uint256 private constant DELTA = 10;
    uint256 private constant IC = 14;
    // alpha of the development keys, and the generator of G2 in the order of the precompile.
    uint256 private constant DEV_X = 12376525886839490924742604679106354792875716545460784690087475407837212272084;
    uint256 private constant DEV_Y = 3287204855706167695690046820987463518220478399136015428666135764546974397176;
    uint256 private constant G2_X1 = 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
    uint256 private constant G2_X0 = 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;

    function _add(uint256[32] memory words, bool development) private returns (bytes32) {
        vm.prank(ADMIN);
        return circuits.addCircuit(abi.encode(words), Codes.KIND_QUALITY, 16, development);
    }

    function _refused(uint256[32] memory words, bytes memory expected) private {
        vm.prank(ADMIN);
        vm.expectRevert(expected);
        circuits.addCircuit(abi.encode(words), Codes.KIND_QUALITY, 16, false);
    }

    // Verifies V7.
    function test_refuses_anybody_but_the_admin() external {
        bytes memory key = abi.encode(Trapdoor.key(3));
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.ADMIN, OWNER));
        circuits.addCircuit(key, 1, 1, false);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.ADMIN, OWNER));
        circuits.freeze(temperature, uint40(START), false);
    }

    // Verifies R-setup-points.
    function test_refuses_a_key_of_another_length() external {
        bytes memory key = abi.encode(Trapdoor.key(3), uint256(1));
        vm.prank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.KeyLength.selector, 1056, 1024));
        circuits.addCircuit(key, 1, 1, false);
        vm.prank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.KeyLength.selector, 0, 1024));
        circuits.addCircuit("", 1, 1, false);
    }

    // Verifies R-setup-points, S7.
    function test_refuses_each_point_at_infinity() external {
        uint256[14] memory starts = [uint256(0), 2, 6, 10, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32];
        for (uint256 p = 0; p < 13; p++) {
            uint256[32] memory words = Trapdoor.key(3);
            for (uint256 i = starts[p]; i < starts[p + 1]; i++) words[i] = 0;
            _refused(words, abi.encodeWithSelector(ICircuitRegistry.KeyPointZero.selector, starts[p]));
        }
    }

    // Verifies S7.
    function test_fuzz_refuses_words_beyond_the_base_field(uint256 at, uint256 value) external {
        at = at % 32;
        if (value < VerifyingKey.BASE_FIELD) value = VerifyingKey.BASE_FIELD;
        uint256[32] memory words = Trapdoor.key(3);
        words[at] = value;
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.KeyWordOutOfField.selector, at, value));
    }

    // Verifies R-setup-delta, S2.
    function test_refuses_delta_equal_or_opposite_to_gamma() external {
        uint256[32] memory words = Trapdoor.key(3);
        for (uint256 i = 0; i < 4; i++) words[DELTA + i] = words[GAMMA + i];
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.DeltaEqualsGamma.selector));
        words[DELTA + 2]++;
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.DeltaEqualsGamma.selector));
        words[DELTA + 1]++;
        _add(words, false);
    }

    // Verifies R-setup-delta, S2.
    function test_refuses_delta_equal_or_opposite_to_the_generator() external {
        uint256[32] memory words = Trapdoor.key(3);
        words[DELTA] = G2_X1;
        words[DELTA + 1] = G2_X0;
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.DeltaIsGenerator.selector));
        words[DELTA + 1] = G2_X0 + 1;
        _add(words, false);
    }

    // Verifies R-setup-points, S7.
    function test_fuzz_refuses_two_equal_or_opposite_points_of_IC(uint256 i, uint256 j) external {
        i = i % 8;
        j = j % 8;
        vm.assume(i < j);
        uint256[32] memory words = Trapdoor.key(3);
        words[IC + 2 * j] = words[IC + 2 * i];
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.IcRepeated.selector, i, j));
    }

    // Verifies S5.
    function test_refuses_a_development_flag_that_disagrees_with_alpha() external {
        uint256[32] memory words = Trapdoor.key(3);
        vm.prank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.DevelopmentFlagWrong.selector, true, false));
        circuits.addCircuit(abi.encode(words), 1, 1, true);
        words[0] = DEV_X;
        words[1] = DEV_Y;
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.DevelopmentFlagWrong.selector, false, true));
    }

    // Verifies R-setup-development, S5.
    function test_refuses_a_development_key_outside_local_chains() external {
        uint256[32] memory words = Trapdoor.key(3);
        words[0] = DEV_X;
        words[1] = DEV_Y;
        uint64[4] memory others = [uint64(1), 31336, 1338, 11155111];
        for (uint256 i = 0; i < others.length; i++) {
            vm.chainId(others[i]);
            vm.prank(ADMIN);
            vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.DevelopmentKeyRefused.selector, others[i]));
            circuits.addCircuit(abi.encode(words), 1, 1, true);
        }
        vm.chainId(1337);
        assertTrue(circuits.circuitOf(_add(words, true)).development, "1337");
        vm.chainId(31337);
        words[5]++;
        assertTrue(circuits.circuitOf(_add(words, true)).development, "31337");
    }

    function test_takes_every_kind_but_none_and_no_circuit_without_a_tier() external {
        bytes memory key = abi.encode(Trapdoor.key(3));
        vm.prank(ADMIN);
        vm.expectRevert(ICircuitRegistry.KindZero.selector);
        circuits.addCircuit(key, 0, 1, false);
        // A kind of a later version: this register takes it, and readers that do not know it say so.
        vm.prank(ADMIN);
        bytes32 later = circuits.addCircuit(key, 255, 1, false);
        assertEq(circuits.kindForPolicy(later), 255);
        key = abi.encode(Trapdoor.key(4));
        vm.prank(ADMIN);
        vm.expectRevert(ICircuitRegistry.TierZero.selector);
        circuits.addCircuit(key, 1, 0, false);
    }

    // Verifies R-register-frozen.
    function test_refuses_a_circuit_twice() external {
        bytes memory key = abi.encode(Trapdoor.key(1));
        vm.prank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.CircuitKnown.selector, temperature));
        circuits.addCircuit(key, 1, 1, false);
    }

    function test_refuses_questions_about_unknown_circuits() external {
        bytes memory unknown = abi.encodeWithSelector(ICircuitRegistry.CircuitUnknown.selector, bytes32("?"));
        uint256[8] memory signals;
        uint256[8] memory proof;
        vm.expectRevert(unknown);
        circuits.verify("?", signals, proof);
        vm.expectRevert(unknown);
        circuits.kindForPolicy("?");
        vm.expectRevert(unknown);
        circuits.keyOf("?");
        vm.prank(ADMIN);
        vm.expectRevert(unknown);
        circuits.freeze("?", uint40(START), false);
    }

    // Verifies R-format-circuitid.
    function test_fuzz_keeps_the_key_as_it_was_and_names_it_by_its_hash(uint256 salt) external {
        uint256[32] memory words = Trapdoor.key(3 + (salt % 1e60));
        bytes32 circuitId = _add(words, false);
        assertEq(circuitId, keccak256(abi.encode(words)));
        assertEq(keccak256(circuits.keyOf(circuitId)), circuitId);
        assertEq(circuits.keyOf(circuitId).length, 1024);
    }

    function test_the_account_that_holds_a_key_cannot_be_called() external {
        address key = circuits.circuitOf(temperature).key;
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory answer) = key.call("");
        // The first byte is STOP: nothing runs and nothing comes back.
        assertTrue(success && answer.length == 0, "stops");
        assertEq(uint8(key.code[0]), 0);
    }

    function test_fuzz_refuses_signals_beyond_the_scalar_field(uint256 at, uint256 value) external {
        at = at % 8;
        if (value < Signals.FIELD) value = Signals.FIELD;
        uint256[8] memory signals;
        signals[at] = value;
        uint256[8] memory proof = _proofOf(signals);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.SignalOutOfField.selector, at, value));
        circuits.verify(temperature, signals, proof);
    }

    function test_refuses_proof_words_beyond_the_base_field_and_points_at_infinity() external {
        uint256[8] memory signals;
        for (uint256 i = 0; i < 8; i++) {
            uint256[8] memory proof = _proofOf(signals);
            proof[i] = VerifyingKey.BASE_FIELD;
            vm.expectRevert(
                abi.encodeWithSelector(ICircuitRegistry.ProofWordOutOfField.selector, i, VerifyingKey.BASE_FIELD)
            );
            circuits.verify(temperature, signals, proof);
        }
        uint256[4] memory starts = [uint256(0), 2, 6, 8];
        for (uint256 p = 0; p < 3; p++) {
            uint256[8] memory proof = _proofOf(signals);
            for (uint256 i = starts[p]; i < starts[p + 1]; i++) proof[i] = 0;
            vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.ProofPointZero.selector, starts[p]));
            circuits.verify(temperature, signals, proof);
        }
    }

    function test_refuses_a_proof_of_something_else() external {
        uint256[8] memory signals;
        uint256[8] memory proof = _proofOf(signals);
        circuits.verify(temperature, signals, proof);
        signals[0] = 1;
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        circuits.verify(temperature, signals, proof);
    }

    // Verifies R-register-frozen.
    function test_a_freeze_stops_policies_at_once_and_proofs_from_its_date() external {
        uint256[8] memory signals;
        uint256[8] memory proof = _proofOf(signals);
        uint40 end = uint40(START + 5 days);
        vm.prank(ADMIN);
        circuits.freeze(temperature, end, false);
        bytes memory frozen = abi.encodeWithSelector(ICircuitRegistry.CircuitIsFrozen.selector, temperature, end);
        vm.expectRevert(frozen);
        circuits.kindForPolicy(temperature);
        vm.warp(end - 1);
        circuits.verify(temperature, signals, proof);
        vm.warp(end);
        vm.expectRevert(frozen);
        circuits.verify(temperature, signals, proof);
    }

    // Verifies R-register-frozen.
    function test_a_freeze_only_gets_stricter() external {
        uint40 end = uint40(START + 5 days);
        bytes memory looser = abi.encodeWithSelector(ICircuitRegistry.FreezeOnlyStricter.selector, temperature, end);
        vm.prank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.FreezeInPast.selector, START - 1, START));
        circuits.freeze(temperature, uint40(START - 1), false);
        vm.prank(ADMIN);
        circuits.freeze(temperature, end, false);
        vm.prank(ADMIN);
        vm.expectRevert(looser);
        circuits.freeze(temperature, end, false);
        vm.prank(ADMIN);
        vm.expectRevert(looser);
        circuits.freeze(temperature, end + 1, false);
        vm.prank(ADMIN);
        circuits.freeze(temperature, end - 1, false);
        vm.prank(ADMIN);
        circuits.freeze(temperature, 0, true);
        ICircuitRegistry.Circuit memory circuit = circuits.circuitOf(temperature);
        assertTrue(circuit.unsound && circuit.frozenFrom == START, "unsound freezes now");
        vm.prank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.FreezeOnlyStricter.selector, temperature, START));
        circuits.freeze(temperature, uint40(START), false);
    }

    function test_a_circuit_found_unsound_after_its_end_keeps_the_date() external {
        vm.prank(ADMIN);
        circuits.freeze(temperature, uint40(START), false);
        vm.warp(START + 1 days);
        vm.prank(ADMIN);
        circuits.freeze(temperature, 0, true);
        ICircuitRegistry.Circuit memory circuit = circuits.circuitOf(temperature);
        assertTrue(circuit.unsound && circuit.frozenFrom == START, "date kept");
    }

    function _proofOf(uint256[8] memory signals) private view returns (uint256[8] memory) {
        return Trapdoor.proof(saltOf[temperature], signals);
    }
}
