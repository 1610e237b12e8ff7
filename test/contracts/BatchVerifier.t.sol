// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {BatchVerifier} from "../../contracts/libraries/BatchVerifier.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {VerifyingKey} from "../../contracts/libraries/VerifyingKey.sol";
import {Fixture} from "./Fixture.sol";
import {Trapdoor} from "./Trapdoor.sol";

/// @notice The library as a contract of its own, so that a test can ask it for its scalars.
contract Verifier {
    ICircuitRegistry private immutable _circuits;

    constructor(ICircuitRegistry circuits) {
        _circuits = circuits;
    }

    function requireValid(ICircuitRegistry.Statement[] calldata statements) external view {
        BatchVerifier.requireValid(statements, _keyOf);
    }

    function scalarOf(ICircuitRegistry.Statement[] calldata statements, uint256 index) external view returns (uint256) {
        return BatchVerifier.scalarOf(BatchVerifier.seedOf(statements), index);
    }

    function _keyOf(bytes32 circuitId) private view returns (address) {
        return _circuits.circuitOf(circuitId).key;
    }
}

/// @notice Many proofs in one call. Six circuits cover all the setups of `Trapdoor`.
// Verifies R-register-batch-verify.
contract BatchVerifierTest is Fixture {
    uint256 private constant FIELD = Signals.FIELD;
    bytes32[6] private _ids;
    Verifier private _verifier;

    function setUp() public override {
        super.setUp();
        // Salts 1 and 2 are the fixture's own.
        _ids = [temperature, custody, temperature, temperature, temperature, temperature];
        for (uint256 i = 2; i < 6; i++) _ids[i] = _addCircuit(i + 1, Codes.KIND_QUALITY);
        _verifier = new Verifier(circuits);
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
        at = at % 16;
        bytes memory expected = abi.encodeWithSelector(ICircuitRegistry.ProofInvalid.selector);
        if (at < 8) {
            uint256 signal = one.signals[at] ^= 1 << bit;
            if (signal >= FIELD) {
                expected = abi.encodeWithSelector(ICircuitRegistry.SignalOutOfField.selector, at, signal);
            }
        } else {
            uint256 word = one.proof[at - 8] ^= 1 << bit;
            if (word >= VerifyingKey.BASE_FIELD) {
                expected = abi.encodeWithSelector(ICircuitRegistry.ProofWordOutOfField.selector, at - 8, word);
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
        one.circuitId = _ids[(_placeOf(one.circuitId) + 1 + (shift % 5)) % 6];
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        circuits.verifyMany(list);
    }

    function test_says_which_word_of_any_statement_is_out_of_its_field() external {
        for (uint256 which = 0; which < 2; which++) {
            for (uint256 at = 0; at < 16; at++) {
                ICircuitRegistry.Statement[] memory list = _valid(7, 2);
                uint256 value;
                if (at < 8) {
                    value = list[which].signals[at] += FIELD;
                    vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.SignalOutOfField.selector, at, value));
                } else {
                    value = list[which].proof[at - 8] += VerifyingKey.BASE_FIELD;
                    vm.expectRevert(
                        abi.encodeWithSelector(ICircuitRegistry.ProofWordOutOfField.selector, at - 8, value)
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

    /// @dev If the scalars did not depend on the proofs, this attack would work.
    function test_V6_proofs_chosen_after_the_scalars_are_refused(uint256 seed) external {
        (ICircuitRegistry.Statement[] memory list, uint256[2] memory a) = _pair(seed);
        _verifier.requireValid(list);
        uint256[2] memory scalars = [uint256(1), _verifier.scalarOf(list, 1)];
        // Errors r_1 and -1 cancel under r_0 = 1 and r_1.
        a = [addmod(a[0], scalars[1], FIELD), addmod(a[1], FIELD - 1, FIELD)];
        for (uint256 i = 0; i < 2; i++) list[i].proof = Trapdoor.proofAt(a[i], 1);
        assertEq(_error(list, a, scalars), 0);
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        _verifier.requireValid(list);
    }

    /// @dev If the scalars did not depend on every signal, this attack would work.
    function test_V6_signals_chosen_after_the_scalars_are_refused(uint256 seed) external {
        (ICircuitRegistry.Statement[] memory list, uint256[2] memory a) = _pair(seed);
        uint256[2] memory scalars = [uint256(1), _verifier.scalarOf(list, 1)];
        for (uint256 j = 0; j < 8; j++) {
            uint256[2] memory kept = [list[0].signals[j], list[1].signals[j]];
            list[0].signals[j] = addmod(kept[0], scalars[1], FIELD);
            list[1].signals[j] = addmod(kept[1], FIELD - 1, FIELD);
            assertEq(_error(list, a, scalars), 0);
            vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
            _verifier.requireValid(list);
            (list[0].signals[j], list[1].signals[j]) = (kept[0], kept[1]);
        }
    }

    function test_V6_every_word_chain_contract_and_index_changes_the_scalar() external {
        (ICircuitRegistry.Statement[] memory list, ) = _pair(11);
        uint256 scalar = _verifier.scalarOf(list, 1);
        assertTrue(scalar != 0 && scalar != _verifier.scalarOf(list, 2), "index");
        assertTrue(scalar != new Verifier(circuits).scalarOf(list, 1), "contract");
        for (uint256 which = 0; which < 2; which++) {
            list[which].circuitId ^= bytes32(uint256(1));
            assertTrue(scalar != _verifier.scalarOf(list, 1), "circuit");
            list[which].circuitId ^= bytes32(uint256(1));
            for (uint256 at = 0; at < 16; at++) {
                _flip(list[which], at);
                assertTrue(scalar != _verifier.scalarOf(list, 1), "word");
                _flip(list[which], at);
            }
        }
        assertEq(scalar, _verifier.scalarOf(list, 1));
        vm.chainId(1337);
        assertTrue(scalar != _verifier.scalarOf(list, 1), "chain");
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
            list[i].circuitId = _ids[random % 6];
            for (uint256 j = 0; j < 8; j++) list[i].signals[j] = uint256(keccak256(abi.encode(random, j))) % FIELD;
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

    function _flip(ICircuitRegistry.Statement memory statement, uint256 at) private pure {
        if (at < 8) statement.signals[at] ^= 1;
        else statement.proof[at - 8] ^= 1;
    }

    function _placeOf(bytes32 circuitId) private view returns (uint256 at) {
        while (_ids[at] != circuitId) at++;
    }
}
