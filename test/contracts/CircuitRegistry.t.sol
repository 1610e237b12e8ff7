// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {TwoPersonRule} from "../../contracts/TwoPersonRule.sol";
import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {VerifyingKey} from "../../contracts/libraries/VerifyingKey.sol";
import {Journaled} from "./Journaled.sol";
import {Trapdoor} from "./Trapdoor.sol";

contract CircuitRegistryTest is Journaled {
    uint256 private constant BETA = 2;
    uint256 private constant GAMMA = 6;
    uint256 private constant DELTA = 10;
    uint256 private constant IC = 14;
    uint256 private constant FIELD = Signals.FIELD;
    uint256 private constant BASE_FIELD = VerifyingKey.BASE_FIELD;

    function _add(uint256[32] memory words, bool development) private returns (bytes32) {
        return _addKey(words, Codes.KIND_QUALITY, 16, development);
    }

    function _refused(uint256[32] memory words, bytes memory expected) private {
        _refusedKey(abi.encode(words), false, expected);
    }

    /// @dev Proposed without a word, because only a hash is proposed; refused when the key is given.
    function _refusedKey(bytes memory key, bool development, bytes memory expected) private {
        bytes32 transcript = development ? bytes32(0) : TRANSCRIPT;
        vm.prank(PROPOSER);
        circuits.propose(keccak256(key), 1, 16, development, transcript);
        vm.prank(APPROVER);
        vm.expectRevert(expected);
        circuits.approve(key, 1, 16, development, transcript);
    }

    /// @dev A sound key with other points of G2, as multiples of the generator.
    function _with(
        uint256 alpha,
        uint256 beta,
        uint256 gamma,
        uint256 delta
    ) private view returns (uint256[32] memory words) {
        words = Trapdoor.key(3);
        (words[0], words[1]) = Trapdoor.point(alpha);
        uint256[4][3] memory points = [Trapdoor.times(beta), Trapdoor.times(gamma), Trapdoor.times(delta)];
        for (uint256 i = 0; i < 12; i++) words[BETA + i] = points[i / 4][i % 4];
    }

    /// @dev The other point with the same x.
    function _negated(uint256[32] memory words, uint256 at, uint256 size) private pure returns (uint256[32] memory) {
        for (uint256 i = at + size / 2; i < at + size; i++) words[i] = (BASE_FIELD - words[i]) % BASE_FIELD;
        return words;
    }

    function _inverse(uint256 value) private view returns (uint256) {
        (bool success, bytes memory answer) = address(5).staticcall(abi.encode(32, 32, 32, value, FIELD - 2, FIELD));
        require(success, "modexp");
        return abi.decode(answer, (uint256));
    }

    function _secret(string memory label) private pure returns (uint256) {
        string memory seed = "batchproof development setup: insecure by design/";
        return uint256(sha256(bytes(string.concat(seed, label)))) % FIELD;
    }

    // Verifies R-register-two-persons, V7, V60.
    function test_V60_the_admin_alone_adds_no_circuit() external {
        bytes memory key = abi.encode(Trapdoor.key(3));
        address[3] memory callers = [ADMIN, OWNER, APPROVER];
        for (uint256 i = 0; i < 3; i++) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.PROPOSER, callers[i]));
            circuits.propose(keccak256(key), 1, 1, false, TRANSCRIPT);
        }
        vm.prank(PROPOSER);
        circuits.propose(keccak256(key), 1, 1, false, TRANSCRIPT);
        callers[2] = PROPOSER;
        for (uint256 i = 0; i < 3; i++) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.APPROVER, callers[i]));
            circuits.approve(key, 1, 1, false, TRANSCRIPT);
        }
        // Stopping a circuit is for the admin, alone and at once.
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.ADMIN, OWNER));
        circuits.freeze(temperature, uint40(START), false);
    }

    // Verifies R-register-two-persons, V60.
    function test_V60_one_person_adds_no_circuit_with_both_roles_or_two_accounts() external {
        bytes memory key = abi.encode(Trapdoor.key(3));
        _grant(RoleIds.APPROVER, PROPOSER);
        vm.prank(PROPOSER);
        circuits.propose(keccak256(key), 1, 1, false, TRANSCRIPT);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SameAccount.selector, PROPOSER));
        circuits.approve(key, 1, 1, false, TRANSCRIPT);
        bytes32 person = keccak256(abi.encode(PROPOSER));
        _grant(RoleIds.APPROVER, STRANGER, person, START, START + 1 days);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SamePerson.selector, person));
        circuits.approve(key, 1, 1, false, TRANSCRIPT);
    }

    // Verifies R-register-two-persons, V61.
    function test_V61_what_is_approved_is_exactly_what_was_proposed() external {
        bytes memory key = abi.encode(Trapdoor.key(3));
        bytes memory other = abi.encode(Trapdoor.key(4));
        vm.prank(PROPOSER);
        circuits.propose(keccak256(key), 1, 16, false, TRANSCRIPT);
        _notProposed(other, 1, 16, false, TRANSCRIPT);
        _notProposed(key, 2, 16, false, TRANSCRIPT);
        _notProposed(key, 1, 17, false, TRANSCRIPT);
        _notProposed(key, 1, 16, true, TRANSCRIPT);
        _notProposed(key, 1, 16, false, keccak256("another transcript"));
        vm.prank(APPROVER);
        circuits.approve(key, 1, 16, false, TRANSCRIPT);
        _notProposed(key, 1, 16, false, TRANSCRIPT);
    }

    function _notProposed(bytes memory key, uint8 kind, uint32 tier, bool development, bytes32 transcript) private {
        bytes32 id = keccak256(abi.encode(keccak256(key), kind, tier, development, transcript));
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, id));
        circuits.approve(key, kind, tier, development, transcript);
    }

    // Verifies R-register-frozen, V61.
    function test_V61_refuses_a_circuit_twice_also_under_two_proposals() external {
        bytes memory key = abi.encode(Trapdoor.key(3));
        bytes memory known = abi.encodeWithSelector(ICircuitRegistry.CircuitKnown.selector, keccak256(key));
        for (uint8 kind = 1; kind < 3; kind++) {
            vm.prank(PROPOSER);
            circuits.propose(keccak256(key), kind, 16, false, TRANSCRIPT);
        }
        vm.prank(APPROVER);
        circuits.approve(key, 2, 16, false, TRANSCRIPT);
        vm.prank(APPROVER);
        vm.expectRevert(known);
        circuits.approve(key, 1, 16, false, TRANSCRIPT);
        vm.prank(PROPOSER);
        vm.expectRevert(known);
        circuits.propose(keccak256(key), 3, 16, false, TRANSCRIPT);
        assertEq(uint256(circuits.circuitOf(keccak256(key)).kind), 2);
    }

    // Verifies R-setup-transcript, V61.
    function test_a_key_of_a_ceremony_names_its_transcript_and_a_development_key_has_none() external {
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.TranscriptWrong.selector, false));
        circuits.propose(keccak256("key"), 1, 1, false, 0);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.TranscriptWrong.selector, true));
        circuits.propose(keccak256("key"), 1, 1, true, TRANSCRIPT);
    }

    // Verifies R-setup-points.
    function test_refuses_a_key_of_another_length() external {
        bytes memory key = abi.encode(Trapdoor.key(3), uint256(1));
        _refusedKey(key, false, abi.encodeWithSelector(ICircuitRegistry.KeyLength.selector, 1056, 1024));
        _refusedKey("", false, abi.encodeWithSelector(ICircuitRegistry.KeyLength.selector, 0, 1024));
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
        if (value < BASE_FIELD) value = BASE_FIELD;
        uint256[32] memory words = Trapdoor.key(3);
        words[at] = value;
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.KeyWordOutOfField.selector, at, value));
        // Another spelling of a sound key.
        words = Trapdoor.key(3);
        if (words[at] > type(uint256).max - BASE_FIELD) return;
        words[at] += BASE_FIELD;
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.KeyWordOutOfField.selector, at, words[at]));
    }

    // Verifies R-setup-points, S18.
    function test_fuzz_S18_refuses_points_off_the_curve(uint256 at, uint256 by) external {
        at = at % 32;
        uint256[32] memory words = Trapdoor.key(3);
        words[at] = addmod(words[at], 1 + (by % (BASE_FIELD - 1)), BASE_FIELD);
        uint256 first =
            at < BETA
                ? 0
                : at < IC
                    ? BETA + ((at - BETA) / 4) * 4
                    : at - (at % 2);
        // Another y at the same x may be the negative: a point of the curve, and then a sound key.
        if (at < BETA || at >= IC) {
            uint256[32] memory sound = Trapdoor.key(3);
            if (words[at] == BASE_FIELD - sound[at]) return;
        }
        if (first == GAMMA) {
            _refused(words, abi.encodeWithSelector(ICircuitRegistry.GammaNotGenerator.selector));
        } else {
            _refused(words, abi.encodeWithSelector(ICircuitRegistry.KeyPointForeign.selector, first));
        }
    }

    // Verifies R-setup-points, S18.
    function test_S18_refuses_points_of_the_twist_outside_their_group() external {
        uint256[4] memory outside = [
            0,
            1,
            0x2351dcdda257b62181cbd745dfee16d5fdf4eb185bbcf33c20a0fe6eaa9cb4a3,
            0x07fb3d558dafafb6bf6dd326a5fefe0beca3f9ac3bd999a390d504fad34b0b8c
        ];
        uint256[2] memory places = [BETA, DELTA];
        for (uint256 p = 0; p < 2; p++) {
            uint256[32] memory words = Trapdoor.key(3);
            for (uint256 i = 0; i < 4; i++) words[places[p] + i] = outside[i];
            _refused(words, abi.encodeWithSelector(ICircuitRegistry.KeyPointForeign.selector, places[p]));
        }
    }

    // Verifies R-setup-delta, S2, S10.
    function test_refuses_delta_equal_or_opposite_to_gamma_the_generator() external {
        bytes memory expected = abi.encodeWithSelector(ICircuitRegistry.DeltaIsGenerator.selector);
        _refused(_with(7, 5, 1, 1), expected);
        _refused(_negated(_with(7, 5, 1, 1), DELTA, 4), expected);
    }

    // Verifies R-setup-relations, S9, S11.
    function test_S11_refuses_a_gamma_that_is_not_the_generator() external {
        bytes memory expected = abi.encodeWithSelector(ICircuitRegistry.GammaNotGenerator.selector);
        uint256[3] memory others = [uint256(2), 3, 5];
        // Equal to delta, equal to beta, and on its own.
        for (uint256 i = 0; i < 3; i++) _refused(_with(7, 3, others[i], 2), expected);
        _refused(_negated(_with(7, 3, 1, 2), GAMMA, 4), expected);
    }

    // Verifies R-setup-relations, S8.
    function test_S8_refuses_delta_equal_or_opposite_to_beta() external {
        bytes memory expected = abi.encodeWithSelector(ICircuitRegistry.DeltaIsBeta.selector);
        _refused(_with(7, 5, 1, 5), expected);
        _refused(_negated(_with(7, 5, 1, 5), DELTA, 4), expected);
    }

    // Verifies R-setup-relations, S9.
    function test_S9_refuses_beta_equal_or_opposite_to_gamma_the_generator() external {
        bytes memory expected = abi.encodeWithSelector(ICircuitRegistry.BetaIsGenerator.selector);
        _refused(_with(7, 1, 1, 5), expected);
        _refused(_negated(_with(7, 1, 1, 5), BETA, 4), expected);
    }

    // Verifies R-setup-relations, S16.
    function test_S16_refuses_alpha_equal_or_opposite_to_the_generator() external {
        bytes memory expected = abi.encodeWithSelector(ICircuitRegistry.AlphaIsGenerator.selector);
        _refused(_with(1, 5, 1, 3), expected);
        _refused(_with(FIELD - 1, 5, 1, 3), expected);
    }

    // Verifies R-setup-relations, S16.
    function test_S16_refuses_alpha_equal_or_opposite_to_beta_or_delta_as_numbers() external {
        bytes memory isBeta = abi.encodeWithSelector(ICircuitRegistry.AlphaIsBeta.selector);
        _refused(_with(5, 5, 1, 3), isBeta);
        _refused(_with(FIELD - 5, 5, 1, 3), isBeta);
        bytes memory isDelta = abi.encodeWithSelector(ICircuitRegistry.AlphaIsDelta.selector);
        _refused(_with(3, 5, 1, 3), isDelta);
        _refused(_with(FIELD - 3, 5, 1, 3), isDelta);
    }

    // Verifies R-setup-relations, S12.
    function test_fuzz_S12_refuses_alpha_equal_or_opposite_to_a_point_of_IC(uint256 i, bool opposite) external {
        i = i % 9;
        uint256[32] memory words = Trapdoor.key(3);
        (words[0], words[1]) = (words[IC + 2 * i], words[IC + 2 * i + 1]);
        if (opposite) words = _negated(words, 0, 2);
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.AlphaInIc.selector, i));
    }

    // Verifies R-setup-points, S7, S15.
    function test_fuzz_refuses_two_equal_or_opposite_points_of_IC(uint256 i, uint256 j, bool opposite) external {
        i = i % 9;
        j = j % 9;
        vm.assume(i < j);
        uint256[32] memory words = Trapdoor.key(3);
        (words[IC + 2 * j], words[IC + 2 * j + 1]) = (words[IC + 2 * i], words[IC + 2 * i + 1]);
        if (opposite) words = _negated(words, IC + 2 * j, 2);
        _refused(words, abi.encodeWithSelector(ICircuitRegistry.IcRepeated.selector, i, j));
    }

    // Verifies R-setup-relations, S14.
    function test_S14_refuses_a_product_of_alpha_and_beta_that_is_one_or_minus_one() external {
        bytes memory expected = abi.encodeWithSelector(ICircuitRegistry.AlphaBetaPublic.selector);
        _refused(_with(_inverse(5), 5, 1, 3), expected);
        _refused(_with(FIELD - _inverse(5), 5, 1, 3), expected);
        _add(_with(_inverse(5) + 1, 5, 1, 3), false);
    }

    // Verifies R-setup-relations, S20.
    function test_S20_refuses_a_product_of_alpha_and_beta_that_is_delta() external {
        bytes memory expected = abi.encodeWithSelector(ICircuitRegistry.AlphaBetaPublic.selector);
        uint256 alpha = mulmod(3, _inverse(5), FIELD);
        _refused(_with(alpha, 5, 1, 3), expected);
        _refused(_with(FIELD - alpha, 5, 1, 3), expected);
        _add(_with(alpha + 1, 5, 1, 3), false);
    }

    /// @dev alpha times beta of the development setup, split in a way that its maker chose.
    function _developmentKey(uint256 beta, bool negative) private view returns (uint256[32] memory) {
        uint256 alpha = mulmod(mulmod(_secret("alpha"), _secret("beta"), FIELD), _inverse(beta), FIELD);
        return _with(negative ? FIELD - alpha : alpha, beta, 1, beta == 5 ? 3 : 5);
    }

    // Verifies R-setup-development, S5, S13.
    function test_S13_knows_a_development_key_however_its_secrets_are_split() external {
        uint256[3] memory betas = [uint256(2), 3, 5];
        for (uint256 i = 0; i < 6; i++) {
            uint256[32] memory words = _developmentKey(betas[i / 2], i % 2 == 1);
            bytes memory wrong = abi.encodeWithSelector(ICircuitRegistry.DevelopmentFlagWrong.selector, false, true);
            _refused(words, wrong);
            assertTrue(circuits.circuitOf(_add(words, true)).development, "development");
        }
        // The signs of both: the product is the same.
        uint256[32] memory both = _negated(_negated(_developmentKey(3, false), 0, 2), BETA, 4);
        assertTrue(circuits.circuitOf(_add(both, true)).development, "signs");
        bytes memory honest = abi.encodeWithSelector(ICircuitRegistry.DevelopmentFlagWrong.selector, true, false);
        _refusedKey(abi.encode(Trapdoor.key(3)), true, honest);
    }

    // Verifies R-setup-development, S5, V64.
    function test_V64_a_registry_takes_development_keys_only_if_it_was_deployed_so() external {
        assertTrue(circuits.developmentAllowed(), "allowed");
        // Whatever the chain calls itself.
        uint64[3] memory chains = [uint64(1), 1337, 31337];
        circuits = ICircuitRegistry(_deploy("CircuitRegistry", abi.encode(roles, false)));
        assertTrue(!circuits.developmentAllowed(), "refused");
        bytes memory key = abi.encode(_developmentKey(3, false));
        for (uint256 i = 0; i < 3; i++) {
            vm.chainId(chains[i]);
            vm.prank(PROPOSER);
            vm.expectRevert(ICircuitRegistry.DevelopmentKeyRefused.selector);
            circuits.propose(keccak256(key), 1, 1, true, 0);
        }
        // As the key of a ceremony it is recognised when it is given.
        _refusedKey(key, false, abi.encodeWithSelector(ICircuitRegistry.DevelopmentFlagWrong.selector, false, true));
    }

    // Verifies R-register-roles, V62.
    function test_V62_refuses_policies_over_circuits_under_other_roles() external {
        address otherRoles = _deployRoles(ADMIN, STRANGER);
        address otherCircuits = _deploy("CircuitRegistry", abi.encode(otherRoles, true));
        vm.expectRevert(IRoles.RolesDiffer.selector);
        _deploy("PolicyRegistry", abi.encode(roles, otherCircuits));
    }

    function test_takes_every_kind_but_none_and_no_circuit_without_a_tier() external {
        bytes32 circuitId = keccak256(abi.encode(Trapdoor.key(3)));
        vm.prank(PROPOSER);
        vm.expectRevert(ICircuitRegistry.KindZero.selector);
        circuits.propose(circuitId, 0, 1, false, TRANSCRIPT);
        vm.prank(PROPOSER);
        vm.expectRevert(ICircuitRegistry.TierZero.selector);
        circuits.propose(circuitId, 1, 0, false, TRANSCRIPT);
        // A kind of a later version: this register takes it, and readers that do not know it say so.
        assertEq(circuits.kindForPolicy(_addKey(Trapdoor.key(3), 255, 1, false)), 255);
    }

    function test_adding_a_circuit_costs_no_more_gas_than_is_said() external {
        bytes memory key = abi.encode(Trapdoor.key(3));
        vm.prank(PROPOSER);
        uint256 before = gasleft();
        circuits.propose(keccak256(key), 1, 16, false, TRANSCRIPT);
        uint256 proposed = before - gasleft();
        vm.prank(APPROVER);
        before = gasleft();
        circuits.approve(key, 1, 16, false, TRANSCRIPT);
        uint256 approved = before - gasleft();
        assertGas(proposed, 90_000);
        assertGas(approved, 1_600_000);
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

    // Verifies R-register-dismissed.
    function test_a_proposal_is_withdrawn_by_its_proposer_alone() external {
        bytes memory key = abi.encode(Trapdoor.key(3));
        vm.prank(PROPOSER);
        circuits.propose(keccak256(key), 1, 16, false, TRANSCRIPT);
        bytes32 id = keccak256(abi.encode(keccak256(key), 1, 16, false, TRANSCRIPT));
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposer.selector, id, APPROVER));
        TwoPersonRule(address(circuits)).withdraw(id);
        vm.prank(PROPOSER);
        TwoPersonRule(address(circuits)).withdraw(id);
        _notProposed(key, 1, 16, false, TRANSCRIPT);
    }

    // Verifies R-register-journal.
    function test_the_journal_chains_every_event_from_the_deployment_on() external {
        bytes memory key = abi.encode(Trapdoor.key(3));
        bytes32 circuitId = keccak256(key);
        vm.recordLogs();
        circuits = ICircuitRegistry(_deploy("CircuitRegistry", abi.encode(roles, true)));
        emit ICircuitRegistry.DevelopmentAllowed();
        _addKey(Trapdoor.key(3), 4, 16, false);
        emit ICircuitRegistry.CircuitProposed(circuitId, PROPOSER, 4, 16, false, TRANSCRIPT);
        emit ICircuitRegistry.CircuitAdded(circuitId, 4, APPROVER, 16, false, TRANSCRIPT, key);
        vm.prank(ADMIN);
        circuits.freeze(circuitId, uint40(START + 1), false);
        emit ICircuitRegistry.CircuitFrozen(circuitId, ADMIN, uint64(START + 1), false);
        vm.prank(ADMIN_2);
        circuits.freeze(circuitId, 0, true);
        emit ICircuitRegistry.CircuitFrozen(circuitId, ADMIN_2, uint64(START), true);
        _requireJournal(address(circuits), _firstJournalOf(address(circuits)));

        address strict = _deploy("CircuitRegistry", abi.encode(roles, false));
        assertEq(_journalOf(strict), _firstJournalOf(strict));
    }
}
