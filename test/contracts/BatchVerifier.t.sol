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

    function productIsOne(uint256[] calldata pairs, uint256 most) external view returns (bool) {
        uint256[] memory words = pairs;
        uint256 start;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            start := add(words, 0x20)
        }
        return BatchVerifier.productIsOne(start, start + 32 * words.length, most);
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

    function test_V84_refuses_more_statements_than_a_policy_has_claims() external {
        vm.expectRevert(abi.encodeWithSelector(ICircuitRegistry.TooManyStatements.selector, 257, 256));
        circuits.verifyMany(new ICircuitRegistry.Statement[](257));
    }

    function test_V5_a_point_off_its_curve_burns_a_bounded_amount_of_gas() external view {
        for (uint256 count = 1; count <= 16; count *= 4) {
            uint256 honest = _gasOf(_valid(3, count));
            for (uint256 word = 0; word < 8; word++) {
                ICircuitRegistry.Statement[] memory list = _valid(3, count);
                list[count - 1].proof[word] ^= 1;
                uint256 used = _gasOf(list);
                // A single proof's call is so cheap that measuring the price of a pairing shows.
                assertTrue(10 * used < (count == 1 ? 25 : 20) * honest, vm.toString((10 * used) / honest));
            }
        }
    }

    function test_V82_additions_and_multiplications_survive_a_price_ten_times_higher() external view {
        (uint256 x, uint256 y) = Trapdoor.point(7);
        // As if the price were ten times what it is: a tenth of the gas must do.
        (bool added, ) = address(6).staticcall{gas: BatchVerifier.ADD_GAS / 10}(abi.encode(x, y, x, y));
        (bool multiplied, ) = address(7).staticcall{gas: BatchVerifier.MULTIPLY_GAS / 10}(abi.encode(x, y, FIELD - 1));
        assertTrue(added && multiplied, "gas");
    }

    /// @dev `most` is what a first attempt gets: all that there is, or so little that the price must be measured.
    function test_V82_fuzz_pairings_are_answered_at_any_price(uint256 a, uint8 count, uint256 most) external view {
        uint256[] memory pairs = _pairs(a, 1 + (count % 8));
        most = most % 1_000_000;
        assertTrue(_verifier.productIsOne(pairs, most), "one");
        (pairs[0], pairs[1]) = Trapdoor.point(2 + (a % (FIELD / 2)));
        assertTrue(!_verifier.productIsOne(pairs, most), "another point");
        pairs[0] ^= 1;
        assertTrue(!_verifier.productIsOne(pairs, most), "no point");
    }

    /// @dev Prices cannot be changed here, but the gas of the first attempt can, by which it says what the price was.
    function test_V82_bad_points_burn_a_small_factor_when_prices_are_ten_times_higher_or_lower() external view {
        for (uint256 count = 1; count <= 16; count *= 4) {
            uint256[] memory pairs = _pairs(5, count);
            uint256 price = 45_000 + (34_000 * pairs.length) / 6;
            uint256[3] memory mosts = [price / 5, 2 * price, 20 * price];
            for (uint256 i = 0; i < 3; i++) {
                pairs = _pairs(5, count);
                uint256 honest = _gasOfProduct(pairs, mosts[i]);
                pairs[0] ^= 1;
                uint256 burnt = _gasOfProduct(pairs, mosts[i]);
                // With enough at first the price is measured, and nothing is tried again: as much as before it fell.
                if (i == 0) assertGas(10 * burnt, 25 * honest);
                else assertGas(burnt, mosts[i] + honest - price + 130_000);
            }
        }
    }

    /// @dev Too little gas at any step: never an answer about the proofs.
    function test_V83_too_little_gas_is_never_said_to_be_a_bad_proof() external view {
        for (uint256 count = 1; count <= 4; count *= 4) {
            ICircuitRegistry.Statement[] memory list = _valid(4, count);
            list[0].circuitId = list[count - 1].circuitId = temperature;
            list = _proven(list);
            bytes memory data = abi.encodeCall(ICircuitRegistry.verifyMany, (list));
            uint256 enough = _gasOf(list);
            uint256 refusals = 0;
            for (uint256 gas = enough / 8; gas < 3 * enough; gas += 301) {
                // solhint-disable-next-line avoid-low-level-calls
                (bool held, bytes memory answer) = address(circuits).staticcall{gas: gas}(data);
                if (held) continue;
                refusals++;
                bool nothing = answer.length == 0 || bytes4(answer) == ICircuitRegistry.NotComputed.selector;
                assertTrue(nothing, vm.toString(gas));
            }
            assertTrue(refusals > 100, "it lacked gas");
        }
    }

    function _gasOfProduct(uint256[] memory pairs, uint256 most) private view returns (uint256 used) {
        used = gasleft();
        _verifier.productIsOne(pairs, most);
        return used - gasleft();
    }

    /// @dev Twice so many pairs whose product is 1: a point and its negative, with the generator of G2 each.
    function _pairs(uint256 a, uint256 count) private view returns (uint256[] memory pairs) {
        pairs = new uint256[](12 * count);
        uint256[4] memory generator = Trapdoor.times(1);
        for (uint256 i = 0; i < count; i++) {
            (uint256 x, uint256 y) = Trapdoor.point(1 + addmod(a, i, FIELD - 1));
            (pairs[12 * i], pairs[12 * i + 1]) = (x, y);
            (pairs[12 * i + 6], pairs[12 * i + 7]) = (x, VerifyingKey.BASE_FIELD - y);
            for (uint256 j = 0; j < 4; j++) pairs[12 * i + 2 + j] = pairs[12 * i + 8 + j] = generator[j];
        }
    }

    function _proven(
        ICircuitRegistry.Statement[] memory list
    ) private view returns (ICircuitRegistry.Statement[] memory) {
        for (uint256 i = 0; i < list.length; i++) {
            list[i].proof = Trapdoor.proof(saltOf[list[i].circuitId], list[i].signals);
        }
        return list;
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
