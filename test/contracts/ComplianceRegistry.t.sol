// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "../../contracts/interfaces/IQualifiedPersons.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Fixture} from "./Fixture.sol";
import {Vm} from "./Vm.sol";

/// @notice What a compliance registry asks of policies when it is deployed, and nothing else.
contract ForeignPolicies {
    IRoles public immutable roles;
    ICircuitRegistry public immutable circuits;

    constructor(IRoles roles_, ICircuitRegistry circuits_) {
        roles = roles_;
        circuits = circuits_;
    }
}

/// @notice The account of a QP that is a contract.
contract Wallet {
    function run(address target, bytes calldata data) external {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, ) = target.call(data);
        require(done, "refused");
    }
}

contract ComplianceRegistryTest is Fixture {
    // The stored and computed states that this version reaches, by the number of `IComplianceRegistry.Status`.
    uint256 private constant OPEN = 0;
    uint256 private constant COMPLIANT = 1;
    uint256 private constant RELEASED = 2;
    uint256 private constant COMPLETED = 3;
    uint256 private constant EXCEPTION = 4;
    uint256 private constant OVERDUE = 5;

    /// @dev Of a QP besides; the zero address: there is none.
    address private _wallet;

    function _qps() internal view override returns (address[] memory qps) {
        if (_wallet == address(0)) return super._qps();
        qps = new address[](2);
        (qps[0], qps[1]) = (qp, _wallet);
    }

    /// @dev A plain batch in one of the first five states.
    function _batchIn(uint256 state) private returns (bytes32 key) {
        key = _open(plainPolicy);
        if (state == OPEN) return key;
        _attest(key, 0);
        _attest(key, 1);
        // The worst case: nothing but the exception speaks against the release.
        if (state == EXCEPTION) _raise(key);
        if (state == EXCEPTION || state == COMPLIANT) return key;
        _certify(key);
        if (state == COMPLETED) _attest(key, 2);
        assertEq(_status(key), state);
    }

    function _attestCompletion(bytes32 key) private returns (bool) {
        IComplianceRegistry.Item memory item = _item(key, 2, 101, 5, OWNER);
        vm.prank(OWNER);
        try registry.attest(key, _one(item)) {
            return true;
        } catch {
            return false;
        }
    }

    function _amendFirst(bytes32 key) private returns (bool) {
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 6, QA);
        vm.prank(QA);
        try registry.amend(key, item, OTHER, 0) {
            return true;
        } catch {
            return false;
        }
    }

    // Verifies R-register-exceptions, R-register-gate.
    function test_an_exception_closes_every_gate() external {
        uint256[5] memory leadsTo = [EXCEPTION, EXCEPTION, RELEASED, COMPLETED, EXCEPTION];
        for (uint256 state = 0; state < 5; state++) {
            bytes32 key = _batchIn(state);
            _raise(key);
            assertEq(_status(key), leadsTo[state]);
            assertTrue(!gate.isReleased(key), "gate");
            assertTrue(!gate.isStageReady(key, 0), "stage");
        }
    }

    function test_an_accepted_exception_can_be_the_last_that_makes_a_batch_compliant() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 1);
        uint256 id = _raise(key, 0);
        assertEq(_status(key), EXCEPTION);
        _close(id, Codes.DISPOSITION_ACCEPTED);
        assertEq(_status(key), COMPLIANT);
    }

    function test_the_opening_and_the_submitters_are_final_with_the_first_head() external {
        for (uint256 state = 0; state < 5; state++) {
            bytes32 key = _batchIn(state);
            // Every state but the first has the head of stage 0.
            bytes memory refused =
                state == RELEASED || state == COMPLETED
                    ? abi.encodeWithSelector(IComplianceRegistry.StatusWrong.selector, key, state)
                    : abi.encodeWithSelector(IComplianceRegistry.FirstHeadSet.selector, key, 100);
            vm.prank(OWNER);
            if (state != OPEN) vm.expectRevert(refused);
            registry.replaceOpening(key, 1, OTHER, 0);
            vm.prank(OWNER);
            if (state != OPEN) vm.expectRevert(refused);
            registry.nameSubmitter(key, STRANGER);
        }
    }

    // Verifies R-register-opened, V35.
    function test_V35_nor_is_an_opening_replaced_for_which_a_later_stage_was_proven() external {
        bytes32 key = _open(plainPolicy);
        _attest(key, 1);
        assertEq(registry.headOf(key, 0), 0);
        bytes memory refused = abi.encodeWithSelector(IComplianceRegistry.FirstHeadSet.selector, key, 0);
        vm.prank(OWNER);
        vm.expectRevert(refused);
        registry.replaceOpening(key, 1, OTHER, 0);
        vm.prank(OWNER);
        vm.expectRevert(refused);
        registry.nameSubmitter(key, STRANGER);
    }

    // Verifies R-register-states.
    function test_overdue_is_computed_and_forbids_nothing() external {
        bytes32 open = _batchIn(OPEN);
        bytes32 compliant = _batchIn(COMPLIANT);
        bytes32 released = _batchIn(RELEASED);
        bytes32 completed = _batchIn(COMPLETED);
        bytes32 exception = _batchIn(EXCEPTION);
        vm.warp(START + 10 days + 1);
        assertEq(_status(open), OVERDUE);
        assertEq(_status(compliant), OVERDUE);
        assertEq(_status(released), RELEASED);
        assertEq(_status(completed), COMPLETED);
        // Declared comes before silent, but the question itself is answered.
        assertEq(_status(exception), EXCEPTION);
        assertTrue(gate.isOverdue(exception), "overdue");
        _certify(compliant);
        assertEq(_status(compliant), RELEASED);
        vm.warp(START + 20 days + 1);
        assertEq(_status(released), OVERDUE);
        assertEq(_status(completed), COMPLETED);
        assertTrue(_attestCompletion(released), "late attest");
        assertEq(_status(released), COMPLETED);
    }

    function test_a_policy_without_completion_claims_ends_released_and_is_never_overdue() external {
        IPolicyRegistry.Policy memory policy = _plain();
        policy.version = 9;
        policy.claims[2].neededFor = 1;
        bytes32 key = _open(_approve(policy));
        for (uint8 claim = 0; claim < 3; claim++) _attest(key, claim);
        _certify(key);
        vm.warp(START + 100 days);
        assertEq(_status(key), RELEASED);
    }

    function test_completion_waits_while_an_exception_is_open() external {
        bytes32 key = _batchIn(RELEASED);
        _raise(key);
        assertTrue(_attestCompletion(key), "attest");
        assertEq(_status(key), RELEASED);
        (uint256 release, uint256 completion) = gate.missingClaims(key);
        assertEq(release | completion, 0);
        assertTrue(!gate.isReleased(key), "gate");
    }

    function test_views_of_an_unknown_batch() external {
        bytes memory unknown = abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("?"));
        vm.expectRevert(unknown);
        gate.statusOf("?");
        vm.expectRevert(unknown);
        gate.isOverdue("?");
        vm.expectRevert(unknown);
        gate.missingClaims("?");
        vm.expectRevert(unknown);
        registry.batchOf("?");
        // A gate does not fail, it says no.
        assertTrue(!gate.isReleased("?") && !gate.isStageReady("?", 0), "gates");
        assertTrue(!gate.isStageReady(_open(plainPolicy), 2), "no such stage");
    }

    function test_refuses_work_on_an_unknown_batch() external {
        bytes memory unknown = abi.encodeWithSelector(IComplianceRegistry.BatchUnknown.selector, bytes32("?"));
        IComplianceRegistry.Item memory item;
        IComplianceRegistry.Certificate memory certificate;
        vm.expectRevert(unknown);
        registry.attest("?", _one(item));
        vm.expectRevert(unknown);
        registry.amend("?", item, OTHER, 0);
        vm.expectRevert(unknown);
        registry.raiseException(_one("?"), new uint8[](1), 1, 1, "DEV", 0);
        vm.expectRevert(unknown);
        registry.certify("?", certificate, new bytes(65));
        vm.expectRevert(unknown);
        registry.replaceOpening("?", 1, OTHER, 0);
        vm.expectRevert(unknown);
        registry.nameSubmitter("?", OWNER);
    }

    function test_pausing_stops_attest_and_certify_and_nothing_else() external {
        bytes32 compliant = _batchIn(COMPLIANT);
        bytes32 open = _batchIn(OPEN);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.ADMIN, STRANGER));
        registry.pause();
        vm.prank(ADMIN);
        registry.pause();
        IComplianceRegistry.Item memory item = _item(open, 0, 100, 5, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        registry.attest(open, _one(item));
        IComplianceRegistry.Certificate memory certificate = _certificate(compliant);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        registry.certify(compliant, certificate, signature);
        assertTrue(_amendFirst(compliant), "amend");
        _raise(open);
        vm.prank(OWNER);
        registry.replaceOpening(open, 5, OTHER, 0);
        vm.prank(OWNER);
        registry.nameSubmitter(open, STRANGER);
        _open(plainPolicy);
        assertEq(_status(open), EXCEPTION);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.ADMIN, STRANGER));
        registry.unpause();
        vm.prank(ADMIN);
        registry.unpause();
        _attest(open, 0);
    }

    function test_an_owner_whose_role_ended_acts_as_owner_no_more() external {
        bytes32 key = _open(plainPolicy);
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 5, OWNER);
        vm.warp(START + 3650 days);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotSubmitter.selector, key, OWNER));
        registry.attest(key, _one(item));
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotOwner.selector, key, OWNER));
        registry.replaceOpening(key, 5, OTHER, 0);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotConcerned.selector, key, OWNER));
        registry.raiseException(_one(key), new uint8[](1), 1, 1, "DEV", 0);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.MANUFACTURER, OWNER));
        registry.openBatch(1, 1, plainPolicy, [uint64(1), 1], 0, _qps(), _stageQps(), new address[](0), 0);
    }

    function test_refuses_items_of_unknown_claims_and_circuits() external {
        bytes32 key = _open(plainPolicy);
        IComplianceRegistry.Item memory item = _item(key, 0, 100, 5, OWNER);
        item.claim = 3;
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.ClaimUnknown.selector, 3, 3));
        registry.attest(key, _one(item));
        item.claim = 0;
        item.circuitId = custody;
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.CircuitNotAccepted.selector, 0, custody));
        registry.attest(key, _one(item));
    }

    function _refusesOpening(uint256 batch, uint64 completion, address[] memory qps, bytes memory expected) private {
        uint64[2] memory due = [uint64(block.timestamp + 10 days), completion];
        vm.prank(OWNER);
        vm.expectRevert(expected);
        registry.openBatch(batch, 7, plainPolicy, due, 0, qps, _stageQps(), new address[](0), 0);
    }

    // Verifies R-register-open.
    function test_refuses_a_batch_that_is_known_has_no_QP_or_completes_before_its_release() external {
        bytes32 key = _open(plainPolicy);
        uint256 batch = registry.batchOf(key).batch;
        uint64 release = uint64(block.timestamp + 10 days);
        address[] memory qps = new address[](1);
        bytes memory nobody = abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.QP, address(0));
        _refusesOpening(batch + 1, release, qps, nobody);
        qps = _qps();
        _refusesOpening(batch, release, qps, abi.encodeWithSelector(IComplianceRegistry.BatchKnown.selector, key));
        bytes memory order = abi.encodeWithSelector(IComplianceRegistry.DueOrder.selector, release, release - 1);
        _refusesOpening(batch + 1, release - 1, qps, order);
        qps = new address[](0);
        _refusesOpening(batch + 1, release, qps, abi.encodeWithSelector(IQualifiedPersons.QpMissing.selector));
    }

    // Verifies R-register-calldata, V9.
    function test_what_stands_behind_the_arguments_changes_nothing() external {
        bytes memory more = "";
        for (uint256 i = 0; i < 2; i++) {
            bytes32 key = _open(plainPolicy);
            bytes memory call = abi.encodeCall(registry.replaceOpening, (key, 8, OTHER, 0));
            vm.prank(OWNER);
            (bool done, ) = address(registry).call(bytes.concat(call, more));
            assertTrue(done, "done");
            bytes32 digest = keccak256(abi.encode(key, uint256(8), OTHER, bytes32(0)));
            assertEq(
                registry.batchOf(key).trail,
                keccak256(abi.encode(bytes32(0), IComplianceRegistry.replaceOpening.selector, digest))
            );
            more = hex"00ff";
        }
    }

    // Verifies R-register-calldata, V9.
    function test_an_argument_that_is_longer_than_its_type_is_not_cut_down() external {
        bytes32 key = _open(plainPolicy);
        bytes[3] memory calls = [
            abi.encodeCall(registry.replaceOpening, (key, 8, OTHER, 0)),
            abi.encodeCall(registry.hold, (_one(key), OTHER, 0, 0)),
            abi.encodeCall(registry.unhold, (key, qp, OTHER, 0))
        ];
        // Where the word of the reason begins, or of the holder.
        uint256[3] memory words = [uint256(4 + 64), 4 + 32, 4 + 32];
        address[3] memory from = [OWNER, qp, qp];
        for (uint256 i = 0; i < 3; i++) {
            calls[i][words[i]] = 0x01;
            vm.prank(from[i]);
            (bool done, bytes memory why) = address(registry).call(calls[i]);
            assertTrue(!done && why.length == 0, "longer");
            calls[i][words[i]] = 0;
            vm.prank(from[i]);
            (done, ) = address(registry).call(calls[i]);
            assertTrue(done, "exact");
        }
    }

    function test_refuses_a_certificate_without_a_document() external {
        bytes32 key = _batchIn(COMPLIANT);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        certificate.certificate = 0;
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(IComplianceRegistry.CertificateDocumentMissing.selector);
        registry.certify(key, certificate, signature);
    }

    function test_refuses_submitters_twice_and_nobody() external {
        bytes32 key = _open(plainPolicy);
        address[2] memory wrong = [address(0), SUBMITTER];
        for (uint256 i = 0; i < 2; i++) {
            vm.prank(OWNER);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.SubmitterInvalid.selector, wrong[i]));
            registry.nameSubmitter(key, wrong[i]);
        }
    }

    function _deployRefused(IComplianceRegistry.Parts memory parts, bytes4 expected) private {
        vm.expectRevert(expected);
        _deploy("ComplianceRegistry", abi.encode(parts, address(0)));
    }

    // Verifies R-register-roles, V63.
    function test_V63_refuses_parts_under_different_roles() external {
        address otherRoles = _deployRoles(STRANGER, QA);
        IPartyRegistry otherParties = IPartyRegistry(_deploy("PartyRegistry", abi.encode(otherRoles, 10 days)));
        _deployRefused(_parts(policies, otherParties, consents), IRoles.RolesDiffer.selector);
        address otherCircuits = _deploy("CircuitRegistry", abi.encode(otherRoles, true));
        address otherPolicies = _deploy("PolicyRegistry", abi.encode(otherRoles, otherCircuits));
        _deployRefused(_parts(IPolicyRegistry(otherPolicies), parties, consents), IRoles.RolesDiffer.selector);
        // Policies of other code, which name foreign circuits under our roles.
        address foreign = address(new ForeignPolicies(roles, ICircuitRegistry(otherCircuits)));
        _deployRefused(_parts(IPolicyRegistry(foreign), parties, consents), IRoles.RolesDiffer.selector);
    }

    // Verifies R-register-roles, V63.
    function test_V63_refuses_parts_that_belong_to_another_registry() external {
        for (uint256 i = 0; i < 3; i++) {
            IComplianceRegistry.Parts memory parts = _parts(policies, parties, consents);
            if (i == 0) parts.requests = requests;
            if (i == 1) parts.persons = persons;
            if (i == 2) parts.gate = gate;
            _deployRefused(parts, IComplianceRegistry.PartsDiffer.selector);
        }
    }

    function test_names_its_predecessor_and_that_ones_journal() external {
        assertEq(registry.predecessorJournal(), bytes32(0));
        _open(plainPolicy);
        IComplianceRegistry next = _deployRegistry(policies, parties, consents, address(registry));
        assertEq(uint160(next.predecessor()), uint160(address(registry)));
        assertEq(next.predecessorJournal(), vm.load(address(registry), 0));
    }

    function test_refuses_head_zero() external {
        bytes32 key = _open(plainPolicy);
        IComplianceRegistry.Item memory item = _item(key, 0, 0, 5, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotAFieldElement.selector, 0));
        registry.attest(key, _one(item));
    }

    function test_refuses_an_amendment_of_nothing_or_by_a_bad_proof() external {
        bytes32 key = _batchIn(COMPLIANT);
        IComplianceRegistry.Item memory item = _item(key, 2, 101, 5, QA);
        vm.prank(QA);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotAttested.selector, key, 2));
        registry.amend(key, item, OTHER, 0);
        item = _item(key, 1, 101, 5, OWNER);
        vm.prank(QA);
        vm.expectRevert(ICircuitRegistry.ProofInvalid.selector);
        registry.amend(key, item, OTHER, 0);
    }

    // Verifies R-register-amend.
    function test_an_amended_custody_proof_moves_its_head_and_reopens_what_follows() external {
        bytes32 key = _open(custodyPolicy);
        uint256 opening = registry.batchOf(key).opening;
        IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](4);
        items[0] = _item(key, 0, 200, opening, STRANGER);
        items[1] = _item(key, 1, 200, 5, STRANGER);
        items[2] = _item(key, 2, 201, 200, STRANGER);
        items[3] = _item(key, 3, 201, 5, STRANGER);
        vm.prank(STRANGER);
        registry.attest(key, items);
        assertTrue(gate.isStageReady(key, 1), "stage 1");

        IComplianceRegistry.Item memory item = _item(key, 2, 301, 199, QA);
        vm.prank(QA);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.PreviousHeadWrong.selector, 1, 199, 200));
        registry.amend(key, item, OTHER, 0);

        item = _item(key, 2, 301, 200, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
        assertEq(registry.batchOf(key).attested, 7);
        assertEq(registry.headOf(key, 1), 301);

        item = _item(key, 0, 300, opening, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
        assertEq(registry.batchOf(key).attested, 1);
        assertEq(registry.headOf(key, 0), 300);
        assertEq(registry.headOf(key, 1), 0);
        assertTrue(gate.isStageReady(key, 1), "still closed by a custody proof");
    }

    // Verifies R-register-certify.
    function test_fuzz_a_certificate_must_say_exactly_what_the_register_says(uint8 field, bytes32 value) external {
        bytes32 key = _batchIn(COMPLIANT);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        field = field % 10;
        if (field == 0) certificate.batch = value;
        if (field == 1) certificate.policyId = value;
        if (field == 2) certificate.neededFor = uint8(uint256(value));
        if (field == 3) certificate.trail = value;
        if (field == 4) certificate.exceptionsHash = value;
        if (field == 5) certificate.certificate = value;
        if (field == 6) certificate.meaning = uint8(uint256(value));
        if (field == 7) certificate.signedAt = uint64(uint256(value));
        if (field == 8) certificate.nonce = uint256(value);
        if (field == 9) certificate.deadline = uint64(uint256(value));
        vm.assume(keccak256(abi.encode(certificate)) != keccak256(abi.encode(_certificate(key))));
        try registry.certify(key, certificate, signature) {
            revert NotTrue("a changed certificate was accepted");
        } catch {
            assertEq(_status(key), COMPLIANT);
        }
        // Fields that the register knows are refused even under a signature of their own.
        if (field != 5 && field != 7 && field != 9) {
            signature = _sign(certificate, QP_KEY);
            try registry.certify(key, certificate, signature) {
                revert NotTrue("a wrong certificate was accepted");
            } catch {
                assertEq(_status(key), COMPLIANT);
            }
        }
    }

    function test_fuzz_no_signature_but_the_QPs(uint256 signer, bytes calldata garbage) external {
        bytes32 key = _batchIn(COMPLIANT);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        signer = 1 + (signer % 1e30);
        vm.assume(signer != QP_KEY);
        bytes memory signature = _sign(certificate, signer);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.SignerNotQp.selector, key, vm.addr(signer)));
        registry.certify(key, certificate, signature);
        try registry.certify(key, certificate, garbage) {
            revert NotTrue("garbage was accepted as a signature");
        } catch {
            assertEq(_status(key), COMPLIANT);
        }
    }

    function _certifyFrom(address from, bytes32 key, bytes memory expected) private {
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        vm.prank(from);
        vm.expectRevert(expected);
        registry.certify(key, certificate, "");
    }

    // Verifies R-register-certify.
    function test_a_QP_whose_account_is_a_contract_certifies_by_its_own_call() external {
        _wallet = address(new Wallet());
        _grant(RoleIds.QP, _wallet, _person(_wallet), START, START + 1 days);
        bytes32 key = _batchIn(COMPLIANT);
        // Whoever signs nothing is the caller, and nobody else.
        address[3] memory others = [STRANGER, OWNER, AUTHORITY];
        for (uint256 i = 0; i < others.length; i++) {
            _certifyFrom(
                others[i],
                key,
                abi.encodeWithSelector(IComplianceRegistry.SignerNotQp.selector, key, others[i])
            );
        }
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        vm.recordLogs();
        Wallet(_wallet).run(address(registry), abi.encodeCall(registry.certify, (key, certificate, "")));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[0].topics[0], IComplianceRegistry.BatchReleased.selector);
        assertEq(logs[0].topics[2], bytes32(uint256(uint160(_wallet))));
        assertEq(keccak256(logs[0].data), keccak256(abi.encode(certificate, bytes(""))));
        assertTrue(gate.isReleased(key), "released");
        key = _batchIn(COMPLIANT);
        vm.warp(START + 1 days);
        _certifyFrom(_wallet, key, abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.QP, _wallet));
    }

    // Verifies R-register-certify.
    function test_a_QP_may_call_without_a_signature_and_anybody_relays_one() external {
        bytes32[2] memory keys = [_batchIn(COMPLIANT), _batchIn(COMPLIANT)];
        for (uint256 i = 0; i < 2; i++) {
            IComplianceRegistry.Certificate memory certificate = _certificate(keys[i]);
            bytes memory signature = i == 0 ? bytes("") : _sign(certificate, QP_KEY);
            vm.prank(i == 0 ? qp : STRANGER);
            registry.certify(keys[i], certificate, signature);
            assertTrue(gate.isReleased(keys[i]), "released");
        }
    }

    // Verifies R-register-open.
    function test_fuzz_due_dates(uint64 release, uint64 completion) external {
        bool lawful =
            release > START &&
                release <= START + 30 days &&
                completion > START &&
                completion <= START + 90 days &&
                release <= completion;
        vm.prank(OWNER);
        try registry.openBatch(1, 1, plainPolicy, [release, completion], 0, _qps(), _stageQps(), new address[](0), 0) {
            assertTrue(lawful, "unlawful due dates were accepted");
        } catch {
            assertTrue(!lawful, "lawful due dates were refused");
        }
    }

    function test_fuzz_due_dates_near_the_limits(uint8 a, uint8 b) external {
        uint64 release = uint64(START + 30 days - 128 + a);
        uint64 completion = uint64(START + 90 days - 128 + b);
        this.test_fuzz_due_dates(release, completion);
    }
}
