// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Drives the registry at random, lawfully and not, and keeps its own book of what happened.
contract Handler is Fixture {
    uint256 private constant STAGES = 2;

    bytes32[] public keys;
    /// @dev The book: what this contract saw succeed, per batch and in all.
    mapping(bytes32 key => uint256) public proven;
    mapping(bytes32 key => uint256[STAGES]) public heads;
    mapping(bytes32 key => bool) public certified;
    mapping(bytes32 key => uint256) public exceptions;
    mapping(bytes32 key => uint256[7]) public counts;
    uint256[7] public total;
    bool public paused;

    function count() external view returns (uint256) {
        return keys.length;
    }

    function register() external view returns (IComplianceRegistry) {
        return registry;
    }

    function owner() external pure returns (address) {
        return OWNER;
    }

    function headsOf(bytes32 key) external view returns (uint256[STAGES] memory) {
        return heads[key];
    }

    function countsOf(bytes32 key) external view returns (uint256[7] memory) {
        return counts[key];
    }

    function totals() external view returns (uint256[7] memory) {
        return total;
    }

    /// @dev Few batches, so that every one of them is met often.
    function open(bool withCustody) external {
        if (keys.length == 3) return;
        _add(_open(withCustody ? custodyPolicy : plainPolicy));
    }

    /// @dev `honest`: with the head and the record that the register expects; otherwise with any. `forged`: with a proof
    /// of something else.
    function attest(uint256 which, uint8 claim, uint8 head, uint8 sender, bool honest, bool forged) external {
        bytes32 key = _pick(which);
        claim = claim % 4;
        if (claim >= policies.policyOf(registry.batchOf(key).policyId).claims.length) return;
        address from = sender % 3 == 0 ? OWNER : (sender % 3 == 1 ? SUBMITTER : STRANGER);
        IComplianceRegistry.Item memory item = _guess(key, claim, head, from, honest);
        if (forged) item.proof[6]++;
        vm.prank(from);
        try registry.attest(key, _one(item)) {
            assertTrue(!forged, "attested without a verified proof");
            assertTrue(proven[key] & (1 << claim) == 0, "attested twice");
            _requireHead(key, claim, item, from);
            heads[key][_stageOf(key, claim)] = item.head;
            proven[key] |= 1 << claim;
            _book(key, IComplianceRegistry.Counter.Attested);
        } catch {}
    }

    /// @dev Everything for release, honestly, so that certification is often one step away.
    function attestAll(uint256 which) external {
        bytes32 key = _pick(which);
        for (uint8 claim = 0; claim < 4; claim++) {
            (uint256 missing, ) = registry.missingClaims(key);
            if (missing & (1 << claim) != 0) this.attest(which, claim, 0, 0, true, false);
        }
        (uint256 release, ) = registry.missingClaims(key);
        assertTrue(release == 0 || paused, "an honest owner cannot become compliant");
    }

    function amend(uint256 which, uint8 claim, uint8 head, bool byQa, bool honest) external {
        bytes32 key = _pick(which);
        claim = claim % 4;
        if (claim >= policies.policyOf(registry.batchOf(key).policyId).claims.length) return;
        address from = byQa ? QA : STRANGER;
        IComplianceRegistry.Item memory item = _guess(key, claim, head, from, honest);
        vm.prank(from);
        try registry.amend(key, item, "why") {
            assertTrue(byQa, "amended by a stranger");
            assertTrue(proven[key] & (1 << claim) != 0, "amended what was not attested");
            uint8 stage = _stageOf(key, claim);
            if (heads[key][stage] != item.head) _moveHead(key, claim, stage, item.head);
            certified[key] = false;
            _book(key, IComplianceRegistry.Counter.Amended);
        } catch {}
    }

    function raise(uint256 which, uint8 sender) external {
        bytes32 key = _pick(which);
        address from = sender % 4 == 0 ? OWNER : (sender % 4 == 1 ? QA : (sender % 4 == 2 ? AUTHORITY : STRANGER));
        vm.prank(from);
        try registry.raiseException(key, 0, Codes.CATEGORY_OTHER, 1, "DEV", 0) {
            assertTrue(from != STRANGER, "raised by a stranger");
            exceptions[key]++;
            _book(key, IComplianceRegistry.Counter.Exceptions);
        } catch {
            assertTrue(from == STRANGER, "raising never stops");
        }
    }

    function certify(uint256 which, bool byQp) external {
        bytes32 key = _pick(which);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, byQp ? QP_KEY : QP_KEY + 1);
        try registry.certify(key, certificate, signature) {
            uint256 release = policies.outlineOf(registry.batchOf(key).policyId).release;
            assertTrue(byQp, "certified by a stranger");
            assertTrue(release & ~proven[key] == 0, "certified with a claim missing");
            assertTrue(exceptions[key] == 0, "certified with an open exception");
            assertTrue(!certified[key], "certified twice");
            certified[key] = true;
            _book(key, IComplianceRegistry.Counter.Certified);
        } catch {}
    }

    function replaceOpening(uint256 which, uint8 opening, bool byOwner) external {
        bytes32 key = _pick(which);
        vm.prank(byOwner ? OWNER : STRANGER);
        try registry.replaceOpening(key, opening, "why") {
            assertTrue(byOwner && heads[key][0] == 0, "opening replaced too late or by a stranger");
            _book(key, IComplianceRegistry.Counter.OpeningsReplaced);
        } catch {}
    }

    function wait_(uint16 seconds_) external {
        vm.warp(block.timestamp + seconds_);
    }

    function togglePause(bool pause) external {
        if (pause == paused) return;
        paused = pause;
        vm.prank(ADMIN);
        if (pause) registry.pause();
        else registry.unpause();
    }

    /// @dev What a successful item says about heads, judged by the book as it was before.
    function _requireHead(bytes32 key, uint8 claim, IComplianceRegistry.Item memory item, address from) private view {
        uint8 stage = _stageOf(key, claim);
        uint256 head = heads[key][stage];
        assertTrue(head == 0 || head == item.head, "head replaced by attest");
        uint256 custodyClaims = policies.outlineOf(registry.batchOf(key).policyId).custody;
        if (custodyClaims & (1 << claim) != 0) {
            uint256 previous = stage == 0 ? registry.batchOf(key).opening : heads[key][stage - 1];
            assertTrue(item.record == previous, "custody does not continue the head before");
        } else if (head == 0) {
            assertTrue(custodyClaims == 0, "head set without a custody proof");
            assertTrue(from != STRANGER, "head set by a stranger");
        }
    }

    function _guess(
        bytes32 key,
        uint8 claim,
        uint8 head,
        address from,
        bool honest
    ) private view returns (IComplianceRegistry.Item memory) {
        if (!honest) return _item(key, claim, head % 4, head, from);
        uint8 stage = _stageOf(key, claim);
        uint256 known = heads[key][stage];
        uint256 previous = stage == 0 ? registry.batchOf(key).opening : heads[key][stage - 1];
        return _item(key, claim, known == 0 ? 100 + (head % 4) : known, previous, from);
    }

    function _moveHead(bytes32 key, uint8 claim, uint8 stage, uint256 head) private {
        heads[key][stage] = head;
        for (uint8 later = stage + 1; later < STAGES; later++) heads[key][later] = 0;
        (, uint256 hereAndLater) = policies.claimsOfStage(registry.batchOf(key).policyId, stage);
        proven[key] &= ~hereAndLater | (1 << claim);
    }

    function _stageOf(bytes32 key, uint8 claim) private view returns (uint8) {
        return policies.policyOf(registry.batchOf(key).policyId).claims[claim].stage;
    }

    function _pick(uint256 which) private returns (bytes32) {
        if (keys.length == 0) _add(_open(plainPolicy));
        return keys[which % keys.length];
    }

    function _add(bytes32 key) private {
        keys.push(key);
        _book(key, IComplianceRegistry.Counter.Opened);
    }

    function _book(bytes32 key, IComplianceRegistry.Counter what) private {
        counts[key][uint256(what)]++;
        total[uint256(what)]++;
    }
}

contract ComplianceInvariantsTest {
    error Broken(string what);

    Handler private _handler;

    function setUp() external {
        _handler = new Handler();
        _handler.setUp();
    }

    /// @dev Read by the test runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev Read by the test runner: `setUp` of the handler would start a second world.
    function targetSelectors() external view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0].addr = address(_handler);
        selectors[0].selectors = new bytes4[](9);
        selectors[0].selectors[0] = Handler.open.selector;
        selectors[0].selectors[1] = Handler.attest.selector;
        selectors[0].selectors[2] = Handler.amend.selector;
        selectors[0].selectors[3] = Handler.raise.selector;
        selectors[0].selectors[4] = Handler.certify.selector;
        selectors[0].selectors[5] = Handler.replaceOpening.selector;
        selectors[0].selectors[6] = Handler.wait_.selector;
        selectors[0].selectors[7] = Handler.togglePause.selector;
        selectors[0].selectors[8] = Handler.attestAll.selector;
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev Everything at once: one walk over the batches after each step.
    function invariant_the_register_agrees_with_the_book() external view {
        IComplianceRegistry registry = _handler.register();
        uint256 batches = _handler.count();
        for (uint256 i = 0; i < batches; i++) _checkBatch(registry, _handler.keys(i), i + 1);
        uint32[16] memory total = registry.registryCounts();
        uint32[16] memory owned = registry.ownerCounts(_handler.owner());
        for (uint256 i = 0; i < 7; i++) {
            _require(total[i] == _handler.total(i), "counter of the registry");
            _require(owned[i] == _handler.total(i), "counter of the owner");
        }
        _require(total[0] == batches, "a serial is missing");
    }

    function _checkBatch(IComplianceRegistry registry, bytes32 key, uint256 serial) private view {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        _require(batch.serial == serial, "serials have a gap");
        _require(batch.attested == _handler.proven(key), "an attestation without a verified proof, or one lost");
        _require(batch.openExceptions == _handler.exceptions(key), "exceptions");
        bool certified =
            batch.status == IComplianceRegistry.Status.Released || batch.status == IComplianceRegistry.Status.Completed;
        _require(certified == _handler.certified(key), "certified");
        (uint256 release, uint256 completion) = registry.missingClaims(key);
        if (certified) _require(release == 0, "released with a claim missing");
        if (batch.status == IComplianceRegistry.Status.Completed) _require(completion == 0, "completed too early");
        if (registry.isReleased(key)) _require(certified && batch.openExceptions == 0, "the gate is wrong");
        _require((batch.trail == 0) == (_changes(key) == 0), "trail");
        _require((batch.exceptionsHash == 0) == (batch.openExceptions == 0), "exceptions hash");
        uint256[2] memory heads = _handler.headsOf(key);
        for (uint8 stage = 0; stage < 2; stage++) _require(registry.headOf(key, stage) == heads[stage], "head");
        uint32[16] memory counted = registry.batchCounts(key);
        uint256[7] memory booked = _handler.countsOf(key);
        for (uint256 i = 0; i < 7; i++) _require(counted[i] == booked[i], "counter of the batch");
    }

    function _changes(bytes32 key) private view returns (uint256) {
        uint256[7] memory booked = _handler.countsOf(key);
        return booked[1] + booked[2] + booked[5];
    }

    function _require(bool condition, string memory what) private pure {
        if (!condition) revert Broken(what);
    }
}
