// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "../../contracts/interfaces/IQualifiedPersons.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Journaled} from "./Journaled.sol";

/// @notice Every event of the compliance registry, as its interface declares it, and its journal over them.
// Verifies R-register-journal.
contract RegisterJournalTest is Journaled {
    /// @dev As OpenZeppelin's `Pausable` declares them.
    event Paused(address account);
    event Unpaused(address account);

    /// @dev What the tests vary of an opening.
    struct Opening {
        bytes32 policyId;
        uint32 serial;
        uint64[2] due;
        bytes32 consent;
        address[] qps;
        IQualifiedPersons.StageQp[] stageQps;
        address[] submitters;
        bytes32 supersedes;
    }

    bytes32 private constant WORDS = keccak256("words");
    bytes32 private _before;

    function test_begins_with_chain_and_address() external view {
        assertEq(_journalOf(address(registry)), _firstJournalOf(address(registry)));
    }

    function test_chains_opening_submitters_and_due_dates() external {
        bytes32 superseded = _open(plainPolicy);
        Opening memory opening = _opening(plainPolicy, 2);
        opening.consent = _consent();
        opening.supersedes = superseded;
        opening.submitters = new address[](1);
        opening.submitters[0] = SUBMITTER;
        _record();
        bytes32 key = _openAs(opening);
        vm.startPrank(OWNER);
        registry.nameSubmitter(key, STRANGER);
        registry.replaceOpening(key, 9, OTHER, WORDS);
        registry.extendDue(key, 1, opening.due[1] + 1, OTHER, WORDS);
        vm.stopPrank();
        _emitOpened(key, opening);
        emit IComplianceRegistry.SubmitterNamed(key, STRANGER);
        emit IComplianceRegistry.OpeningReplaced(key, 8, 9, OTHER, WORDS);
        emit IComplianceRegistry.DueExtended(key, 1, opening.due[1], opening.due[1] + 1, OTHER, WORDS);
        _requireJournal(address(registry), _before);
    }

    function test_chains_the_qps_of_stages_in_the_opening() external {
        IPolicyRegistry.Policy memory policy = _plain();
        policy.version = 2;
        policy.confirmedStages = 1;
        Opening memory opening = _opening(_approve(policy), 1);
        opening.stageQps = new IQualifiedPersons.StageQp[](1);
        opening.stageQps[0].qp = qp;
        _record();
        bytes32 key = _openAs(opening);
        _emitOpened(key, opening);
        _requireJournal(address(registry), _before);
    }

    function test_chains_attestations_and_heads() external {
        bytes32 key = _open(custodyPolicy);
        IComplianceRegistry.Item[] memory items = new IComplianceRegistry.Item[](2);
        items[0] = _item(key, 0, 100, registry.batchOf(key).opening, OWNER);
        items[1] = _item(key, 1, 100, 5, OWNER);
        IComplianceRegistry.Item memory amended = _item(key, 0, 101, registry.batchOf(key).opening, QA);
        uint256 id = _raise(key, 2);
        _record();
        vm.prank(OWNER);
        registry.attest(key, items);
        vm.prank(QA);
        registry.amend(key, amended, OTHER, WORDS);
        vm.prank(OWNER);
        registry.setHead(key, 1, 102);
        assertTrue(id != 0, "custody of stage 1 is in doubt");
        emit IComplianceRegistry.HeadSet(key, 0, 100, true);
        _emitAttested(key, items[0]);
        _emitAttested(key, items[1]);
        emit IComplianceRegistry.HeadSet(key, 0, 101, true);
        _emitAmended(key, amended);
        emit IComplianceRegistry.HeadSet(key, 1, 102, false);
        emit IComplianceRegistry.HeadAsserted(key, 1, 102);
        _requireJournal(address(registry), _before);
    }

    function test_chains_exceptions_and_decisions() external {
        bytes32 superseded = _open(plainPolicy);
        bytes32 key = _open(plainPolicy, _consent(), superseded);
        _revoke(key);
        vm.prank(AUTHORITY);
        registry.recall(superseded, OTHER, 0);
        (, bytes32 challenge) = gate.challengeOf(key);
        bytes32 consent = registry.batchOf(key).consent;
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) = (key, superseded);
        _record();
        vm.prank(AUTHORITY);
        registry.raiseException(keys, new uint8[](2), Codes.CATEGORY_OTHER, 2, "DEV-1", "seen");
        _close(1, Codes.DISPOSITION_ACCEPTED);
        vm.startPrank(qp);
        registry.decideRevocation(key, OTHER, WORDS);
        registry.decideChallenge(key, challenge, OTHER, WORDS);
        vm.stopPrank();
        emit IComplianceRegistry.ExceptionRaised(
            key,
            1,
            Codes.CATEGORY_OTHER,
            0,
            2,
            "DEV-1",
            "seen",
            AUTHORITY,
            1,
            true
        );
        emit IComplianceRegistry.ExceptionRaised(
            superseded,
            2,
            Codes.CATEGORY_OTHER,
            0,
            2,
            "DEV-1",
            "seen",
            AUTHORITY,
            2,
            true
        );
        emit IComplianceRegistry.ExceptionClosed(key, 1, Codes.DISPOSITION_ACCEPTED, "evidence", qp, true);
        emit IComplianceRegistry.RevocationDecided(key, qp, consent, OTHER, WORDS);
        emit IComplianceRegistry.ChallengeDecided(key, qp, challenge, Codes.CHALLENGE_SUPERSEDED, OTHER, WORDS);
        _requireJournal(address(registry), _before);
    }

    function test_chains_certification_by_signature_and_by_call() external {
        bytes32 key = _open(plainPolicy);
        for (uint8 claim = 0; claim < 3; claim++) _attest(key, claim);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, QP_KEY);
        _record();
        registry.certify(key, certificate, signature);
        emit IComplianceRegistry.BatchReleased(key, qp, certificate, signature);
        emit IComplianceRegistry.BatchCompleted(key, 0);
        _requireJournal(address(registry), _before);

        key = _open(plainPolicy);
        for (uint8 claim = 0; claim < 2; claim++) _attest(key, claim);
        certificate = _certificate(key);
        _record();
        vm.prank(qp);
        registry.certify(key, certificate, "");
        _close(_raise(key, 2), Codes.DISPOSITION_ACCEPTED);
        emit IComplianceRegistry.BatchReleased(key, qp, certificate, "");
        emit IComplianceRegistry.ExceptionRaised(key, 1, Codes.CATEGORY_PARAMETER, 2, 1, "DEV-1", 0, QA, 1, false);
        emit IComplianceRegistry.ExceptionClosed(key, 1, Codes.DISPOSITION_ACCEPTED, "evidence", qp, true);
        emit IComplianceRegistry.BatchCompleted(key, 4);
        _requireJournal(address(registry), _before);
    }

    function test_chains_holds_and_ends() external {
        bytes32[] memory keys = new bytes32[](3);
        for (uint256 i = 0; i < 3; i++) keys[i] = _open(plainPolicy);
        _record();
        vm.prank(AUTHORITY);
        registry.hold(keys, OTHER, WORDS, "ORDER-1");
        vm.prank(qp);
        registry.hold(keys, OTHER, WORDS, 0);
        for (uint256 i = 0; i < 3; i++) _unholdAs(qp, keys[i], qp);
        _unholdAs(AUTHORITY, keys[2], AUTHORITY);
        vm.prank(qp);
        registry.reject(keys[0], OTHER, WORDS);
        vm.prank(OWNER);
        registry.abort(keys[1], OTHER, WORDS);
        vm.prank(qp);
        registry.exceptionalSupply(keys[2], "risk", "physician", uint64(START + 1));
        vm.prank(OWNER);
        registry.notifyAuthority(keys[2], uint64(START));
        vm.prank(AUTHORITY);
        registry.recall(keys[2], OTHER, WORDS);
        for (uint256 i = 0; i < 3; i++) {
            emit IComplianceRegistry.BatchHeld(keys[i], AUTHORITY, Codes.HOLD_AUTHORITY, OTHER, WORDS, "ORDER-1");
        }
        for (uint256 i = 0; i < 3; i++) {
            emit IComplianceRegistry.BatchHeld(keys[i], qp, Codes.HOLD_QP, OTHER, WORDS, 0);
        }
        for (uint256 i = 0; i < 3; i++) {
            emit IComplianceRegistry.BatchUnheld(keys[i], qp, qp, Codes.HOLD_QP, OTHER, 0);
        }
        emit IComplianceRegistry.BatchUnheld(keys[2], AUTHORITY, AUTHORITY, Codes.HOLD_AUTHORITY, OTHER, 0);
        emit IComplianceRegistry.BatchRejected(keys[0], qp, OTHER, WORDS);
        emit IComplianceRegistry.BatchAborted(keys[1], OWNER, OTHER, WORDS);
        emit IComplianceRegistry.BatchSuppliedExceptionally(keys[2], qp, "risk", "physician", uint64(START + 1));
        emit IComplianceRegistry.AuthorityNotified(keys[2], OWNER, uint64(START));
        emit IComplianceRegistry.BatchRecalled(
            keys[2],
            AUTHORITY,
            IComplianceRegistry.Status.ExceptionalSupply,
            OTHER,
            WORDS
        );
        _requireJournal(address(registry), _before);
    }

    function test_chains_pauses() external {
        _record();
        vm.startPrank(ADMIN);
        registry.pause();
        registry.unpause();
        vm.stopPrank();
        emit Paused(ADMIN);
        emit Unpaused(ADMIN);
        _requireJournal(address(registry), _before);
    }

    function test_chains_block_and_time() external {
        _open(plainPolicy);
        _record();
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + 1);
        vm.prank(ADMIN);
        registry.pause();
        emit Paused(ADMIN);
        _requireJournal(address(registry), _before);
    }

    function _record() private {
        _before = _journalOf(address(registry));
        vm.recordLogs();
    }

    function _emitAttested(bytes32 key, IComplianceRegistry.Item memory item) private {
        emit IComplianceRegistry.ClaimAttested(
            key,
            item.claim,
            item.circuitId,
            item.head,
            ROOT,
            item.record,
            0,
            OWNER,
            uint64(START),
            item.proof
        );
    }

    /// @dev Claim 1 rested on the head that was moved.
    function _emitAmended(bytes32 key, IComplianceRegistry.Item memory item) private {
        emit IComplianceRegistry.ClaimAmended(
            key,
            item.claim,
            item.circuitId,
            item.head,
            ROOT,
            item.record,
            0,
            QA,
            uint64(START),
            item.proof,
            2,
            OTHER,
            WORDS
        );
    }

    function _opening(bytes32 policyId, uint32 serial) private view returns (Opening memory opening) {
        opening.policyId = policyId;
        opening.serial = serial;
        opening.due = [uint64(START + 10 days), uint64(START + 20 days)];
        opening.qps = new address[](1);
        opening.qps[0] = qp;
    }

    function _openAs(Opening memory o) private returns (bytes32) {
        vm.prank(OWNER);
        return registry.openBatch(7, 8, o.policyId, o.due, o.consent, o.qps, o.stageQps, o.submitters, o.supersedes);
    }

    function _emitOpened(bytes32 key, Opening memory o) private {
        emit IComplianceRegistry.BatchOpened(
            key,
            OWNER,
            o.policyId,
            o.serial,
            7,
            8,
            o.due,
            o.consent,
            o.qps,
            o.stageQps,
            o.submitters,
            o.supersedes
        );
    }
}
