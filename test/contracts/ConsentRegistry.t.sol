// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IConsentRegistry} from "../../contracts/interfaces/IConsentRegistry.sol";
import {Journaled} from "./Journaled.sol";

/// @notice Consents, and what their revocation does to a batch.
// Verifies R-register-consent.
contract ConsentRegistryTest is Journaled {
    function _compliant(bytes32 consent) private returns (bytes32 key) {
        key = _open(plainPolicy, consent, 0);
        _attest(key, 0);
        _attest(key, 1);
    }

    function _decide(bytes32 key) private {
        vm.prank(qp);
        registry.decideRevocation(key, OTHER, 0);
    }

    function _openRefused(bytes32 consent, bytes memory expected) private {
        uint64[2] memory due = [uint64(block.timestamp + 1 days), uint64(block.timestamp + 2 days)];
        vm.prank(OWNER);
        vm.expectRevert(expected);
        registry.openBatch(1, 1, plainPolicy, due, consent, _qps(), _stageQps(), new address[](0), 0);
    }

    function test_a_consent_belongs_to_its_holder() external {
        vm.prank(PATIENT);
        bytes32 consent = consents.grant("salted");
        assertEq(consent, consents.idOf(PATIENT, "salted"));
        // The same commitment by somebody else is another consent.
        vm.prank(STRANGER);
        assertTrue(consents.grant("salted") != consent, "taken");
        vm.prank(PATIENT);
        vm.expectRevert(abi.encodeWithSelector(IConsentRegistry.ConsentKnown.selector, consent));
        consents.grant("salted");
        vm.prank(PATIENT);
        vm.expectRevert(IConsentRegistry.CommitmentMissing.selector);
        consents.grant(0);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IConsentRegistry.NotHolder.selector, consent, STRANGER));
        consents.revoke(consent);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IConsentRegistry.NotHolder.selector, bytes32("?"), STRANGER));
        consents.revoke("?");
        assertEq(consents.consentOf(consent).grantedAt, START);
    }

    function test_a_revoked_consent_never_returns() external {
        bytes32 consent = _consent();
        assertTrue(consents.isValid(consent) && !consents.isValid("?"), "valid");
        vm.prank(PATIENT);
        consents.revoke(consent);
        assertTrue(!consents.isValid(consent), "revoked");
        vm.prank(PATIENT);
        vm.expectRevert(abi.encodeWithSelector(IConsentRegistry.ConsentIsRevoked.selector, consent));
        consents.revoke(consent);
    }

    function test_a_batch_opens_only_with_a_consent_that_stands_and_serves_no_other() external {
        _openRefused("?", abi.encodeWithSelector(IComplianceRegistry.ConsentNotValid.selector, bytes32("?")));
        bytes32 consent = _consent();
        bytes32 key = _open(plainPolicy, consent, 0);
        assertEq(registry.batchOf(key).consent, consent);
        assertEq(registry.batchOfConsent(OWNER, consent), key);
        _openRefused(consent, abi.encodeWithSelector(IComplianceRegistry.ConsentUsed.selector, consent, key));
        consent = _consent();
        vm.prank(PATIENT);
        consents.revoke(consent);
        _openRefused(consent, abi.encodeWithSelector(IComplianceRegistry.ConsentNotValid.selector, consent));
    }

    function test_a_revocation_blocks_certification_until_a_QP_decides() external {
        bytes32 key = _compliant(_consent());
        IComplianceRegistry.Certificate memory early = _certificate(key);
        bytes memory earlySignature = _sign(early, QP_KEY);
        _revoke(key);
        assertEq(_status(key), uint256(IComplianceRegistry.Status.Exception));
        assertEq(gate.openExceptionsOf(key), 1);
        assertTrue(!gate.isStageReady(key, 0), "stage");
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.ExceptionsOpen.selector, 1));
        registry.certify(key, early, earlySignature);

        _decide(key);
        assertEq(gate.openExceptionsOf(key), 0);
        // A signature made before the decision does not know it.
        bytes32 hash = registry.batchOf(key).exceptionsHash;
        bytes32 digest = keccak256(abi.encode(key, OTHER, bytes32(0)));
        assertEq(hash, keccak256(abi.encode(bytes32(0), IComplianceRegistry.decideRevocation.selector, digest)));
        vm.expectRevert(
            abi.encodeWithSelector(IComplianceRegistry.CertificateExceptionsWrong.selector, bytes32(0), hash)
        );
        registry.certify(key, early, earlySignature);
        _certify(key);
        assertTrue(gate.isReleased(key), "released");
    }

    function test_a_revocation_stops_no_record() external {
        bytes32 key = _open(plainPolicy, _consent(), 0);
        _revoke(key);
        for (uint8 claim = 0; claim < 3; claim++) _attest(key, claim);
        _raise(key);
        vm.prank(AUTHORITY);
        registry.recall(key, OTHER, 0);
    }

    function test_after_release_a_revocation_closes_the_gate_until_a_QP_decides() external {
        bytes32 key = _compliant(_consent());
        _certify(key);
        _revoke(key);
        assertTrue(!gate.isReleased(key), "gate");
        _decide(key);
        assertTrue(gate.isReleased(key), "decided");
    }

    function test_a_QP_decides_once_and_only_on_a_revocation() external {
        bytes32 without = _open(plainPolicy);
        bytes32 key = _open(plainPolicy, _consent(), 0);
        bytes32[2] memory keys = [without, key];
        for (uint256 i = 0; i < 2; i++) {
            vm.prank(qp);
            vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NothingRevoked.selector, keys[i]));
            registry.decideRevocation(keys[i], OTHER, 0);
        }
        _revoke(key);
        _decide(key);
        vm.prank(qp);
        vm.expectRevert(abi.encodeWithSelector(IComplianceRegistry.NothingRevoked.selector, key));
        registry.decideRevocation(key, OTHER, 0);
    }

    // Verifies R-register-journal.
    function test_the_journal_chains_every_event_from_the_first_on() external {
        consents = IConsentRegistry(_deploy("ConsentRegistry", ""));
        bytes32 first = _firstJournalOf(address(consents));
        assertEq(_journalOf(address(consents)), first);
        vm.recordLogs();
        vm.prank(PATIENT);
        bytes32 consent = consents.grant("salted");
        emit IConsentRegistry.ConsentGranted(consent, PATIENT, "salted");
        vm.prank(PATIENT);
        consents.revoke(consent);
        emit IConsentRegistry.ConsentRevoked(consent, PATIENT);
        _requireJournal(address(consents), first);
    }
}
