// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TwoPersonRule} from "../../contracts/TwoPersonRule.sol";
import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {PublicTexts} from "../../contracts/libraries/PublicTexts.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Journaled} from "./Journaled.sol";

// Verifies R-register-policy.
contract PolicyRegistryTest is Journaled {
    function _fresh() private view returns (IPolicyRegistry.Policy memory policy) {
        policy = _plain();
        policy.version = 2;
    }

    function _refused(IPolicyRegistry.Policy memory policy, bytes memory expected) private {
        vm.prank(PROPOSER);
        vm.expectRevert(expected);
        policies.propose(policy);
    }

    function test_refuses_the_wrong_roles() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.PROPOSER, STRANGER));
        policies.propose(policy);
        vm.prank(PROPOSER);
        bytes32 policyId = policies.propose(policy);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.APPROVER, STRANGER));
        policies.approve(policyId, "MA-2", 0);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.AUTHORITY, APPROVER));
        policies.endorse(policyId);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.APPROVER, PROPOSER));
        policies.retire(plainPolicy, OTHER, 0);
    }

    // Verifies R-register-two-persons.
    function test_refuses_the_proposer_as_approver() external {
        _grant(RoleIds.APPROVER, PROPOSER);
        vm.prank(PROPOSER);
        bytes32 policyId = policies.propose(_fresh());
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.SameAccount.selector, PROPOSER));
        policies.approve(policyId, "MA-2", 0);
    }

    function test_refuses_an_expired_approver() external {
        vm.prank(PROPOSER);
        bytes32 policyId = policies.propose(_fresh());
        vm.warp(START + 3650 days);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(IRoles.RoleNotHeld.selector, RoleIds.APPROVER, APPROVER));
        policies.approve(policyId, "MA-2", 0);
    }

    // Verifies V54.
    function test_refuses_a_policy_without_document_product_or_due_dates() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.documentHash = 0;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.DocumentMissing.selector));
        policy = _fresh();
        policy.product = "";
        _refused(policy, abi.encodeWithSelector(PublicTexts.NameInvalid.selector, bytes32(0)));
        policy = _fresh();
        policy.maxDue = [uint64(0), 1];
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.MaxDueInvalid.selector, 0, 1));
        policy.maxDue = [uint64(2), 1];
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.MaxDueInvalid.selector, 2, 1));
        policy.maxDue = [uint64(1), 3650 days + 1];
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.MaxDueInvalid.selector, 1, 3650 days + 1));
        policy.maxDue = [uint64(1), 3650 days];
        _approve(policy);
    }

    // Verifies R-register-policy.
    function test_refuses_to_have_stages_confirmed_that_it_does_not_have() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        uint256[3] memory beyond = [uint256(4), 7, 1 << 255];
        for (uint256 i = 0; i < 3; i++) {
            policy.confirmedStages = beyond[i];
            _refused(policy, abi.encodeWithSelector(IPolicyRegistry.ConfirmedStagesWrong.selector, beyond[i], 3));
        }
        policy.confirmedStages = 3;
        bytes32 policyId = _approve(policy);
        assertEq(policies.outlineOf(policyId).confirmed, 3);
        assertEq(policies.policyOf(policyId).confirmedStages, 3);
        // It is part of what is approved.
        policy.confirmedStages = 2;
        assertTrue(_approve(policy) != policyId, "another policy");
    }

    // Verifies R-register-policy.
    function test_refuses_to_have_stages_confirmed_that_need_nothing_for_release() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.stages = 3;
        policy.claims[2].stage = 2;
        // Of stage 2 there is only what the batch is completed with.
        policy.confirmedStages = 7;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.ConfirmedStagesWrong.selector, 7, 3));
        policy.claims[2].neededFor = Codes.NEEDED_FOR_RELEASE;
        assertEq(policies.outlineOf(_approve(policy)).confirmed, 7);
    }

    // Verifies R-register-bounded.
    function test_has_at_most_as_many_stages_confirmed_as_an_opening_names_QPs() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.stages = 17;
        policy.claims = new IPolicyRegistry.Claim[](17);
        for (uint8 i = 0; i < 17; i++) {
            policy.claims[i] = _claim(temperature, 100 + i, i, Codes.CLASS_PROCESS, Codes.NEEDED_FOR_RELEASE);
        }
        policy.confirmedStages = (1 << 17) - 1;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.ConfirmedStagesTooMany.selector, 17, 16));
        policy.confirmedStages = (1 << 17) - 2;
        assertEq(policies.outlineOf(_approve(policy)).confirmed, (1 << 17) - 2);
    }

    // Verifies R-register-dismissed.
    function test_a_proposal_is_withdrawn_and_made_anew() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        vm.prank(PROPOSER);
        bytes32 policyId = policies.propose(policy);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposer.selector, policyId, APPROVER));
        TwoPersonRule(address(policies)).withdraw(policyId);
        vm.prank(PROPOSER);
        TwoPersonRule(address(policies)).withdraw(policyId);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, policyId));
        policies.approve(policyId, "MA-2", 0);
        // It is kept already, and stands in the log once more.
        assertEq(_approve(policy), policyId);
        policies.requireEffective(policyId);
    }

    // Verifies R-register-journal.
    function test_the_journal_chains_every_event() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.confirmedStages = 2;
        bytes32 policyId = _idOf(policy);
        bytes32 before = _journalOf(address(policies));
        vm.recordLogs();
        vm.prank(PROPOSER);
        policies.propose(policy);
        emit IPolicyRegistry.PolicyProposed(policyId, PROPOSER, policy);
        vm.prank(PROPOSER);
        TwoPersonRule(address(policies)).withdraw(policyId);
        emit TwoPersonRule.ProposalWithdrawn(policyId, PROPOSER);
        _approve(policy);
        emit IPolicyRegistry.PolicyProposed(policyId, PROPOSER, policy);
        emit IPolicyRegistry.PolicyApproved(policyId, APPROVER, "MA-1", uint64(START));
        vm.prank(AUTHORITY);
        policies.endorse(policyId);
        emit IPolicyRegistry.PolicyEndorsed(policyId, AUTHORITY);
        vm.prank(APPROVER);
        policies.retire(policyId, OTHER, "words");
        emit IPolicyRegistry.PolicyRetired(policyId, APPROVER, OTHER, "words");
        _requireJournal(address(policies), before);
    }

    function test_refuses_no_claims_too_many_and_none_for_release() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.claims = new IPolicyRegistry.Claim[](0);
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.ClaimCount.selector, 0, 256));
        policy.claims = new IPolicyRegistry.Claim[](257);
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.ClaimCount.selector, 257, 256));
        policy = _fresh();
        for (uint256 i = 0; i < 3; i++) policy.claims[i].neededFor = Codes.NEEDED_FOR_COMPLETION;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.NoReleaseClaim.selector));
    }

    function test_accepts_256_claims_and_the_last_one_counts() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.claims = new IPolicyRegistry.Claim[](256);
        for (uint256 i = 0; i < 256; i++) {
            policy.claims[i] = _claim(temperature, i + 1, 1, Codes.CLASS_PROCESS, Codes.NEEDED_FOR_RELEASE);
        }
        bytes32 policyId = _approve(policy);
        assertEq(policies.outlineOf(policyId).release, type(uint256).max);
        assertEq(policies.ruleOf(policyId, 255), 256);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.ClaimUnknown.selector, 256, 256));
        policies.ruleOf(policyId, 256);
    }

    function test_refuses_claims_with_unknown_stage_class_need_or_severity() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.claims[1].stage = 2;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.StageUnknown.selector, 1, 2, 2));
        for (uint8 code = 0; code < 5; code += 4) {
            policy = _fresh();
            policy.claims[1].class = code;
            _refused(policy, abi.encodeWithSelector(IPolicyRegistry.ClassUnknown.selector, 1, code));
        }
        for (uint8 code = 0; code < 4; code += 3) {
            policy = _fresh();
            policy.claims[1].neededFor = code;
            _refused(policy, abi.encodeWithSelector(IPolicyRegistry.NeededForUnknown.selector, 1, code));
        }
        for (uint8 severity = 0; severity < 5; severity += 4) {
            policy = _fresh();
            policy.claims[1].severity = severity;
            _refused(policy, abi.encodeWithSelector(IPolicyRegistry.SeverityUnknown.selector, 1, severity));
        }
    }

    // Verifies V12.
    function test_refuses_rules_that_are_repeated_or_no_field_elements() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.claims[2].rule = policy.claims[0].rule;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.RuleRepeated.selector, 2, 0));
        policy = _fresh();
        policy.claims[2].rule = 0;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.RuleOutOfField.selector, 2, 0));
        policy.claims[2].rule = Signals.FIELD;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.RuleOutOfField.selector, 2, Signals.FIELD));
        // An alias of rule 0 modulo the field would be the same proof.
        policy.claims[2].rule = policy.claims[0].rule + Signals.FIELD;
        _refused(
            policy,
            abi.encodeWithSelector(IPolicyRegistry.RuleOutOfField.selector, 2, policy.claims[0].rule + Signals.FIELD)
        );
    }

    function test_refuses_circuits_that_are_missing_unknown_or_frozen() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.claims[1].circuitIds = new bytes32[](0);
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.CircuitMissing.selector, 1));
        policy.claims[1].circuitIds = new bytes32[](2);
        policy.claims[1].circuitIds[0] = temperature;
        policy.claims[1].circuitIds[1] = "?";
        _refused(policy, abi.encodeWithSelector(ICircuitRegistry.CircuitUnknown.selector, bytes32("?")));
        policy = _fresh();
        vm.prank(PROPOSER);
        bytes32 waiting = policies.propose(policy);
        uint40 end = uint40(START + 1 days);
        vm.prank(ADMIN);
        circuits.freeze(temperature, end, false);
        bytes memory frozen = abi.encodeWithSelector(ICircuitRegistry.CircuitIsFrozen.selector, temperature, end);
        vm.prank(APPROVER);
        vm.expectRevert(frozen);
        policies.approve(waiting, "MA-2", 0);
        policy.version = 3;
        _refused(policy, frozen);
    }

    // Verifies R-policy-custody.
    function test_refuses_class_custody_without_kind_custody_and_the_reverse() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.claims[0].class = Codes.CLASS_CUSTODY;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.ClassKindMismatch.selector, 0, 3, 1));
        policy = _fresh();
        policy.claims[0].circuitIds[0] = custody;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.ClassKindMismatch.selector, 0, 2, 3));
    }

    // Verifies R-policy-custody.
    function test_refuses_custody_that_is_incomplete_repeated_or_out_of_order() external {
        IPolicyRegistry.Policy memory policy = _withCustody();
        policy.version = 2;
        policy.stages = 3;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.CustodyIncomplete.selector, 3, 7));
        policy.stages = 2;
        policy.claims[2].stage = 0;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.CustodyRepeated.selector, 2, 0));
        policy.claims[2].stage = 1;
        policy.claims[0].neededFor = Codes.NEEDED_FOR_COMPLETION;
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.CustodyOrder.selector, 1));
        policy.claims[0].neededFor = Codes.NEEDED_FOR_RELEASE;
        policy.claims[2].neededFor = Codes.NEEDED_FOR_COMPLETION;
        _approve(policy);
    }

    function test_refuses_what_is_known_already() external {
        IPolicyRegistry.Policy memory policy = _plain();
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.PolicyKnown.selector, plainPolicy));
        policy = _fresh();
        vm.prank(PROPOSER);
        bytes32 policyId = policies.propose(policy);
        _refused(policy, abi.encodeWithSelector(TwoPersonRule.AlreadyProposed.selector, policyId));
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.NotProposed.selector, plainPolicy));
        policies.approve(plainPolicy, "MA-2", 0);
    }

    function test_is_effective_from_its_date_until_it_is_retired() external {
        bytes memory not = abi.encodeWithSelector(IPolicyRegistry.PolicyNotEffective.selector, _idOf(_fresh()));
        vm.prank(PROPOSER);
        bytes32 policyId = policies.propose(_fresh());
        vm.expectRevert(not);
        policies.requireEffective(policyId);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.PolicyNotApproved.selector, policyId));
        policies.retire(policyId, OTHER, 0);
        vm.prank(APPROVER);
        policies.approve(policyId, "MA-2", uint64(START + 7 days));
        vm.warp(START + 7 days - 1);
        vm.expectRevert(not);
        policies.requireEffective(policyId);
        vm.warp(START + 7 days);
        assertEq(policies.requireEffective(policyId)[0], 30 days);
        vm.prank(APPROVER);
        policies.retire(policyId, OTHER, 0);
        vm.expectRevert(not);
        policies.requireEffective(policyId);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.PolicyNotApproved.selector, policyId));
        policies.retire(policyId, OTHER, 0);
    }

    function test_an_unknown_policy_has_no_table() external {
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.PolicyUnknown.selector, bytes32("?")));
        policies.tableOf("?");
    }

    function test_is_never_backdated() external view {
        assertEq(policies.lifeOf(plainPolicy).effectiveFrom, START);
    }

    function test_is_endorsed_once_by_each_authority() external {
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.PolicyUnknown.selector, bytes32("?")));
        policies.endorse("?");
        vm.prank(AUTHORITY);
        policies.endorse(plainPolicy);
        assertTrue(policies.endorsedBy(plainPolicy, AUTHORITY), "endorsed");
        vm.prank(AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.AlreadyEndorsed.selector, plainPolicy, AUTHORITY));
        policies.endorse(plainPolicy);
    }

    /// @dev 31 printable characters.
    function _nameFrom(uint248 letters) private pure returns (bytes32 name) {
        for (uint256 i = 0; i < 31; i++) {
            uint256 letter = 0x20 + (uint8(letters >> (8 * i)) % 95);
            name |= bytes32(letter << (8 * (31 - i)));
        }
    }

    // Verifies R-register-texts, V52.
    function test_names_are_1_to_31_printable_characters() external {
        bytes32[6] memory bad = [
            bytes32(0),
            bytes32(uint256(0x41)),
            bytes32(hex"4100_41"),
            bytes32(hex"41_1f"),
            bytes32(hex"41_7f"),
            bytes32("12345678901234567890123456789012")
        ];
        IPolicyRegistry.Policy memory policy = _fresh();
        for (uint256 i = 0; i < bad.length; i++) {
            policy.product = bad[i];
            _refused(policy, abi.encodeWithSelector(PublicTexts.NameInvalid.selector, bad[i]));
        }
        policy = _fresh();
        vm.prank(PROPOSER);
        bytes32 policyId = policies.propose(policy);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(PublicTexts.NameInvalid.selector, bytes32(hex"ff")));
        policies.approve(policyId, hex"ff", 0);
        vm.prank(APPROVER);
        policies.approve(policyId, " ~234567890123456789012345678~ ", 0);
    }

    // Verifies R-register-texts.
    function test_fuzz_takes_only_the_reasons_of_the_call(uint8 reason) external {
        vm.prank(APPROVER);
        if (Codes.REASONS_OF_RETIRE & (1 << reason) == 0) {
            vm.expectRevert(abi.encodeWithSelector(PublicTexts.ReasonUnknown.selector, reason));
        }
        policies.retire(plainPolicy, reason, "words");
        vm.prank(APPROVER);
        if (Codes.REASONS_OF_REVOKE & (1 << reason) == 0) {
            vm.expectRevert(abi.encodeWithSelector(PublicTexts.ReasonUnknown.selector, reason));
        }
        parties.revoke(ROOT, 0, reason, 0);
    }

    // Verifies R-register-dismissed, V92.
    function test_V92_what_a_dismissed_person_proposed_is_proposed_anew() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        vm.prank(PROPOSER);
        bytes32 policyId = policies.propose(policy);
        _grant(RoleIds.PROPOSER, STRANGER);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.AlreadyProposed.selector, policyId));
        policies.propose(policy);
        vm.prank(ADMIN);
        IAccessControl(address(roles)).revokeRole(RoleIds.PROPOSER, PROPOSER);
        vm.prank(APPROVER);
        vm.expectRevert(abi.encodeWithSelector(TwoPersonRule.ProposerDismissed.selector, policyId, PROPOSER));
        policies.approve(policyId, "MA-2", 0);
        vm.warp(START + 1 days);
        vm.prank(STRANGER);
        assertEq(policies.propose(policy), policyId);
        assertEq(policies.lifeOf(policyId).proposedAt, START + 1 days);
        vm.prank(APPROVER);
        policies.approve(policyId, "MA-2", 0);
        assertEq(_idOf(policies.policyOf(policyId)), policyId);
        // Approved once, it is known for good.
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.PolicyKnown.selector, policyId));
        policies.propose(policy);
    }

    // Verifies R-register-bounded.
    function test_refuses_more_circuits_of_a_claim_than_anybody_needs() external {
        IPolicyRegistry.Policy memory policy = _fresh();
        policy.claims[0].circuitIds = new bytes32[](17);
        _refused(policy, abi.encodeWithSelector(IPolicyRegistry.CircuitCount.selector, 0, 17, 16));
        bytes32[] memory most = new bytes32[](16);
        for (uint256 i = 0; i < 16; i++) most[i] = temperature;
        policy.claims[0].circuitIds = most;
        _approve(policy);
    }

    function test_fuzz_stores_what_was_proposed(
        bytes32 documentHash,
        uint248 letters,
        uint32 version,
        uint8 confirmed,
        uint256 rule
    ) external {
        vm.assume(documentHash != 0);
        IPolicyRegistry.Policy memory policy = _withCustody();
        policy.documentHash = documentHash;
        policy.product = _nameFrom(letters);
        policy.version = version;
        policy.confirmedStages = confirmed % 4;
        policy.claims[3].rule = 100 + (rule % (Signals.FIELD - 100));
        bytes32 policyId = _approve(policy);
        assertEq(policyId, _idOf(policy));
        assertEq(_idOf(policies.policyOf(policyId)), policyId);
        IPolicyRegistry.Outline memory outline = policies.outlineOf(policyId);
        assertEq(outline.release, 7);
        assertEq(outline.completion, 8);
        assertEq(outline.custody, 5);
        assertEq(outline.confirmed, confirmed % 4);
        (uint256 here, uint256 later) = policies.claimsOfStage(policyId, 1);
        assertEq(here, 12);
        assertEq(later, 12);
        (here, later) = policies.claimsOfStage(policyId, 0);
        assertEq(here, 3);
        assertEq(later, 15);
    }

    function _idOf(IPolicyRegistry.Policy memory p) private pure returns (bytes32) {
        return
            keccak256(
                abi.encode(p.documentHash, p.product, p.version, p.stages, p.maxDue, p.confirmedStages, p.claims)
            );
    }
}
