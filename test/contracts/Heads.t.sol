// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Journaled} from "./Journaled.sol";

/// @notice Heads that the owner sets under a custody exception. Claims of the policy: 0 custody and 1 leg of stage 0,
/// 2 custody and 3 leg of stage 1, 4 custody of stage 2.
// Verifies R-register-heads, V10.
contract HeadsTest is Journaled {
    bytes32 private _policy;

    function setUp() public override {
        super.setUp();
        IPolicyRegistry.Policy memory policy = _withCustody();
        IPolicyRegistry.Claim[] memory claims = new IPolicyRegistry.Claim[](5);
        for (uint256 i = 0; i < 4; i++) claims[i] = policy.claims[i];
        claims[4] = _claim(custody, 25, 2, Codes.CLASS_CUSTODY, Codes.NEEDED_FOR_RELEASE);
        policy.claims = claims;
        policy.stages = 3;
        _policy = _approve(policy);
    }

    function _set(bytes32 key, uint8 stage, uint256 head) private {
        vm.prank(OWNER);
        registry.setHead(key, stage, head);
    }

    function _refused(bytes32 key, uint8 stage, uint256 head, bytes memory expected) private {
        vm.prank(OWNER);
        vm.expectRevert(expected);
        registry.setHead(key, stage, head);
    }

    function _attestCustody(bytes32 key, uint8 claim, uint256 head, uint256 record) private {
        IComplianceRegistry.Item memory item = _item(key, claim, head, record, OWNER);
        vm.prank(OWNER);
        registry.attest(key, _one(item));
    }

    function test_refuses_anybody_but_the_owner() external {
        bytes32 key = _open(_policy);
        _raise(key, 0);
        address[5] memory others = [QA, qp, AUTHORITY, SUBMITTER, STRANGER];
        for (uint256 i = 0; i < others.length; i++) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NotOwner.selector, key, others[i]));
            registry.setHead(key, 0, 1);
        }
    }

    function test_refuses_without_an_open_exception_on_this_stages_custody() external {
        bytes32 key = _open(_policy);
        bytes memory refused = abi.encodeWithSelector(IComplianceRegistry.NoCustodyException.selector, 0);
        _refused(key, 0, 1, refused);
        // On the leg of the stage, and on custody of the next one.
        _raise(key, 1);
        _raise(key, 2);
        _refused(key, 0, 1, refused);
        // Closed again, whatever the disposition; one of two is not enough.
        uint256 first = _raise(key, 0);
        uint256 second = _raise(key, 0);
        _close(first, Codes.DISPOSITION_ACCEPTED);
        _close(second, Codes.DISPOSITION_UNFOUNDED);
        _refused(key, 0, 1, refused);
        first = _raise(key, 0);
        second = _raise(key, 0);
        _close(first, Codes.DISPOSITION_REJECTED);
        _set(key, 0, 1);
        assertEq(registry.headOf(key, 0), 1);
    }

    function test_refuses_where_no_custody_is_claimed_and_where_there_is_no_such_stage() external {
        bytes32 key = _open(plainPolicy);
        for (uint8 claim = 0; claim < 3; claim++) _raise(key, claim);
        _refused(key, 0, 1, abi.encodeWithSelector(IComplianceRegistry.NoCustodyException.selector, 0));
        _refused(key, 9, 1, abi.encodeWithSelector(IComplianceRegistry.HeadUnset.selector, 8));
    }

    function test_refuses_a_head_that_is_set_skips_a_stage_or_is_no_field_element() external {
        bytes32 key = _open(_policy);
        _raise(key, 0);
        _raise(key, 2);
        _refused(key, 1, 5, abi.encodeWithSelector(IComplianceRegistry.HeadUnset.selector, 0));
        _refused(key, 0, 0, abi.encodeWithSelector(IComplianceRegistry.NotAFieldElement.selector, 0));
        _refused(
            key,
            0,
            Signals.FIELD,
            abi.encodeWithSelector(IComplianceRegistry.NotAFieldElement.selector, Signals.FIELD)
        );
        _set(key, 0, 5);
        _refused(key, 0, 6, abi.encodeWithSelector(IComplianceRegistry.HeadIsSet.selector, 0, 5));
        _set(key, 1, 6);
    }

    function test_a_later_custody_proof_must_be_about_that_head_and_then_proves_it() external {
        bytes32 key = _open(_policy);
        uint256 opening = registry.batchOf(key).opening;
        uint256 id = _raise(key, 0);
        _set(key, 0, 50);
        // The record goes on: the leg of this stage and custody of the next rest on that head.
        _attestCustody(key, 1, 50, 5);
        _attestCustody(key, 2, 60, 50);
        IComplianceRegistry.Item memory other = _item(key, 0, 51, opening, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.HeadWrong.selector, 0, 51, 50));
        registry.attest(key, _one(other));
        other = _item(key, 0, 50, opening + 1, OWNER);
        vm.prank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(IComplianceRegistry.PreviousHeadWrong.selector, 0, opening + 1, opening)
        );
        registry.attest(key, _one(other));

        // Closing counts for nothing: custody is proven, or the batch is not released.
        _close(id, Codes.DISPOSITION_ACCEPTED);
        assertEq(registry.batchOf(key).settled, 0);
        _attestCustody(key, 4, 70, 60);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.ClaimsMissing.selector, 1));
        registry.certify(key, certificate, signature);

        _attestCustody(key, 0, 50, opening);
        _certify(key);
        assertTrue(gate.isReleased(key), "released");
        assertEq(registry.batchOf(key).assertedHeads, 1);
    }

    // Verifies R-register-certify.
    function test_certify_waits_for_custody_of_a_set_head_even_if_needed_only_for_completion() external {
        IPolicyRegistry.Policy memory policy = _withCustody();
        policy.claims[2].neededFor = Codes.NEEDED_FOR_COMPLETION;
        bytes32 key = _open(_approve(policy));
        _attestCustody(key, 0, 50, registry.batchOf(key).opening);
        _attestCustody(key, 1, 50, 5);
        uint256 id = _raise(key, 2);
        _set(key, 1, 60);
        _close(id, Codes.DISPOSITION_ACCEPTED);
        (uint256 release, ) = gate.missingClaims(key);
        assertEq(release, 0);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.ClaimsMissing.selector, 1 << 2));
        registry.certify(key, certificate, signature);

        _attestCustody(key, 2, 60, 50);
        _certify(key);
        assertTrue(gate.isReleased(key), "released");
    }

    // Verifies R-register-gate.
    function test_no_stage_after_an_asserted_head_is_ready_until_its_custody_is_proven() external {
        bytes32 key = _open(_policy);
        uint256 id = _raise(key, 0);
        _set(key, 0, 50);
        _attestCustody(key, 2, 60, 50);
        _close(id, Codes.DISPOSITION_ACCEPTED);
        assertTrue(gate.isStageReady(key, 0), "stage 0 has nothing before it");
        assertTrue(!gate.isStageReady(key, 1), "stage 1");
        // A proven link after an asserted one proves nothing about what was before.
        assertTrue(!gate.isStageReady(key, 2), "stage 2");
        _attestCustody(key, 0, 50, registry.batchOf(key).opening);
        assertTrue(gate.isStageReady(key, 1) && gate.isStageReady(key, 2), "proven");
        assertTrue(!gate.isStageReady(key, 3), "no such stage");
    }

    // Verifies R-register-journal.
    function test_is_part_of_the_trail_and_chained() external {
        bytes32 key = _open(_policy);
        _raise(key, 0);
        bytes32 before = _journalOf(address(registry));
        vm.recordLogs();
        _set(key, 0, 50);
        emit IComplianceRegistry.HeadSet(key, 0, 50, false);
        emit IComplianceRegistry.HeadAsserted(key, 0, 50);
        _requireJournal(address(registry), before);
        bytes32 digest = keccak256(abi.encode(key, uint8(0), uint256(50)));
        assertEq(
            registry.batchOf(key).trail,
            keccak256(abi.encode(bytes32(0), IComplianceRegistry.setHead.selector, digest))
        );
    }

    function test_an_amended_head_before_clears_it_and_the_flag_stays() external {
        bytes32 key = _open(_policy);
        uint256 opening = registry.batchOf(key).opening;
        _attestCustody(key, 0, 50, opening);
        _raise(key, 2);
        _set(key, 1, 60);
        IComplianceRegistry.Item memory item = _item(key, 0, 55, opening, QA);
        vm.prank(QA);
        registry.amend(key, item, OTHER, 0);
        assertEq(registry.headOf(key, 1), 0);
        assertEq(registry.batchOf(key).assertedHeads, 2);
    }
}
