// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Fixture} from "./Fixture.sol";
import {StateTable} from "./StateTable.sol";

/// @notice Drives the registry at random, lawfully and not, and keeps its own book of what happened. Every call that
/// succeeds is looked up in the table of states and calls.
contract Handler is Fixture {
    uint256 private constant STAGES = 2;
    uint256 private constant COUNTERS = 18;

    /// @dev What this contract saw succeed.
    struct Book {
        uint256 proven;
        uint256 settled;
        uint256[STAGES] heads;
        uint256 asserted;
        uint256 open;
        uint8 holds;
        bool certified;
        bool recalled;
        bool decided;
        IComplianceRegistry.Status end;
        uint256[COUNTERS] counts;
    }

    /// @dev An exception, and what waits to close it: the last proposal and who made it.
    struct Raised {
        bytes32 key;
        uint8 claim;
        uint8 proposed;
        address proposer;
        bool closed;
    }

    bytes32[] public keys;
    Raised[] public raised;
    mapping(bytes32 key => Book) private _books;
    mapping(bytes32 key => mapping(uint8 claim => uint256)) private _openOn;
    uint256[COUNTERS] private _total;
    bool public paused;

    /// @dev The QP is QA as well, so that one person could close an exception if the register let him.
    function setUp() public override {
        super.setUp();
        _grant(RoleIds.qaOf(OWNER), qp);
    }

    function count() external view returns (uint256) {
        return keys.length;
    }

    function register() external view returns (IComplianceRegistry) {
        return registry;
    }

    function policyRegistry() external view returns (IPolicyRegistry) {
        return policies;
    }

    function owner() external pure returns (address) {
        return OWNER;
    }

    function bookOf(bytes32 key) external view returns (Book memory) {
        return _books[key];
    }

    function totals() external view returns (uint256[COUNTERS] memory) {
        return _total;
    }

    function revoked(bytes32 key) public view returns (bool) {
        bytes32 consent = registry.batchOf(key).consent;
        return consent != 0 && consents.consentOf(consent).revokedAt != 0;
    }

    /// @dev Exceptions that must block a batch, by the book alone.
    function blocking(bytes32 key) public view returns (uint256 sum) {
        if (revoked(key) && !_books[key].decided) sum = 1;
        for (; key != 0; key = registry.batchOf(key).supersedes) sum += _books[key].open;
    }

    /// @dev Few batches, so that every one of them is met often.
    function open(bool withCustody, bool withConsent, bool succeeding) external {
        if (keys.length == 4) return;
        bytes32 supersedes = succeeding && keys.length != 0 ? keys[keys.length - 1] : bytes32(0);
        _add(_open(withCustody ? custodyPolicy : plainPolicy, withConsent ? _consent() : bytes32(0), supersedes));
    }

    /// @dev `honest`: with the head and the record that the register expects; otherwise with any. `forged`: with a proof
    /// of something else.
    function attest(uint256 which, uint8 claim, uint8 head, uint8 sender, bool honest, bool forged) external {
        bytes32 key = _pick(which);
        claim = claim % 4;
        if (claim >= _claims(key).length) return;
        address from = sender % 3 == 0 ? OWNER : (sender % 3 == 1 ? SUBMITTER : STRANGER);
        IComplianceRegistry.Item memory item = _guess(key, claim, head, from, honest);
        if (forged) item.proof[6]++;
        Book memory before = _books[key];
        bytes memory data = abi.encodeCall(registry.attest, (key, _one(item)));
        if (!_do(StateTable.Call.Attest, key, from, data, IComplianceRegistry.Counter.Attested)) return;
        assertTrue(!forged, "attested without a verified proof");
        assertTrue(before.proven & (1 << claim) == 0, "attested twice");
        assertTrue(!paused, "attested while paused");
        _requireHead(key, claim, item, from);
        _books[key].heads[_stageOf(key, claim)] = item.head;
        _books[key].proven |= 1 << claim;
    }

    /// @dev Everything for release, honestly, so that certification is often one step away.
    function attestAll(uint256 which) external {
        bytes32 key = _pick(which);
        bool able = StateTable.possible(StateTable.Call.Attest, StateTable.stateOf(registry, key));
        IComplianceRegistry.Status ended = _books[key].end;
        if (ended == IComplianceRegistry.Status.Rejected || ended == IComplianceRegistry.Status.Aborted) able = false;
        for (uint8 claim = 0; claim < 4; claim++) {
            (uint256 missing, ) = registry.gate().missingClaims(key);
            if (missing & (1 << claim) != 0) this.attest(which, claim, 0, 0, true, false);
        }
        (uint256 release, ) = registry.gate().missingClaims(key);
        assertTrue(release == 0 || paused || !able, "an honest owner cannot become compliant");
    }

    function amend(uint256 which, uint8 claim, uint8 head, bool byQa, bool honest) external {
        bytes32 key = _pick(which);
        claim = claim % 4;
        if (claim >= _claims(key).length) return;
        address from = byQa ? QA : STRANGER;
        IComplianceRegistry.Item memory item = _guess(key, claim, head, from, honest);
        bytes memory data = abi.encodeCall(registry.amend, (key, item, OTHER, 0));
        if (!_do(StateTable.Call.Amend, key, from, data, IComplianceRegistry.Counter.Amended)) return;
        Book storage book = _books[key];
        assertTrue(byQa, "amended by a stranger");
        assertTrue(book.proven & (1 << claim) != 0, "amended what was not attested");
        uint8 stage = _stageOf(key, claim);
        if (book.heads[stage] != item.head) _moveHead(key, claim, stage, item.head);
        book.certified = false;
    }

    function setHead(uint256 which, uint8 stage, uint8 head, bool byOwner) external {
        bytes32 key = _pick(which);
        stage = stage % 2;
        Book memory before = _books[key];
        bytes memory data = abi.encodeCall(registry.setHead, (key, stage, 200 + (head % 4)));
        address from = byOwner ? OWNER : STRANGER;
        if (!_do(StateTable.Call.SetHead, key, from, data, IComplianceRegistry.Counter.HeadsAsserted)) return;
        assertTrue(byOwner, "head set by a stranger");
        assertTrue(before.heads[stage] == 0, "head replaced by setHead");
        assertTrue(stage == 0 || before.heads[stage - 1] != 0, "stage skipped");
        IPolicyRegistry.Claim[] memory claims = _claims(key);
        uint256 standing = 0;
        for (uint8 i = 0; i < claims.length; i++) {
            if (claims[i].class == Codes.CLASS_CUSTODY && claims[i].stage == stage) standing += _openOn[key][i];
        }
        assertTrue(standing != 0, "head set without a custody exception");
        _books[key].heads[stage] = 200 + (head % 4);
        _books[key].asserted |= 1 << stage;
    }

    function raise(uint256 which, uint8 claim, uint8 sender) external {
        bytes32 key = _pick(which);
        claim = uint8(claim % _claims(key).length);
        address from = sender % 4 == 0 ? OWNER : (sender % 4 == 1 ? QA : (sender % 4 == 2 ? AUTHORITY : STRANGER));
        bytes memory data = abi.encodeCall(registry.raiseException, (key, claim, Codes.CATEGORY_OTHER, 1, "DEV", 0));
        bool done = _do(StateTable.Call.RaiseException, key, from, data, IComplianceRegistry.Counter.Exceptions);
        // Raising never stops.
        assertTrue(done == (from != STRANGER), "raised by a stranger, or not by one concerned");
        if (!done) return;
        _books[key].open++;
        _openOn[key][claim]++;
        raised.push(Raised(key, claim, 0, address(0), false));
    }

    function propose(uint256 which, uint8 disposition, uint8 sender) external {
        if (raised.length == 0) return;
        uint256 at = which % raised.length;
        Raised storage found = raised[at];
        address from = sender % 4 == 0 ? STRANGER : (sender % 4 == 1 ? qp : QA);
        bytes memory data = abi.encodeCall(registry.proposeClosing, (at + 1, disposition % 5, "evidence"));
        if (!_do(StateTable.Call.ProposeClosing, found.key, from, data, IComplianceRegistry.Counter.ClosingsProposed)) {
            return;
        }
        assertTrue(from != STRANGER && !found.closed, "proposed by a stranger or too late");
        if (found.proposed == 0) (found.proposed, found.proposer) = (disposition % 5, from);
    }

    function confirm(uint256 which, uint8 sender) external {
        if (raised.length == 0) return;
        uint256 at = which % raised.length;
        Raised storage found = raised[at];
        address from = sender % 4 == 0 ? QA : qp;
        Book storage book = _books[found.key];
        bool afterRelease = book.certified && registry.batchOf(found.key).status == IComplianceRegistry.Status.Released;
        bytes memory data = abi.encodeCall(registry.confirmClosing, (at + 1, found.proposed, "evidence"));
        bool done = _do(
            StateTable.Call.ConfirmClosing,
            found.key,
            from,
            data,
            IComplianceRegistry.Counter.ExceptionsClosed
        );
        bool lawful = from == qp && found.proposed != 0 && found.proposer != qp && !found.closed;
        assertTrue(done == lawful, "closed by one person, or two could not");
        if (!done) return;
        found.closed = true;
        book.open--;
        _openOn[found.key][found.claim]--;
        IPolicyRegistry.Claim memory claim = _claims(found.key)[found.claim];
        bool completion = claim.neededFor == Codes.NEEDED_FOR_COMPLETION;
        bool may = claim.class == Codes.CLASS_PROCESS || (completion && afterRelease);
        if (found.proposed == Codes.DISPOSITION_ACCEPTED && may) book.settled |= 1 << found.claim;
        if (found.proposed == Codes.DISPOSITION_REJECTED) {
            book.settled &= ~(1 << found.claim);
            uint256 release = policies.outlineOf(registry.batchOf(found.key).policyId).release;
            if (release & ~(book.proven | book.settled) != 0) book.certified = false;
        }
    }

    function revoke(uint256 which, uint8 chance) external {
        bytes32 key = _pick(which);
        if (chance % 4 != 0 || registry.batchOf(key).consent == 0 || revoked(key)) return;
        _revoke(key);
    }

    function decideRevocation(uint256 which, bool byQp) external {
        bytes32 key = _pick(which);
        bool due = revoked(key) && !_books[key].decided;
        bytes memory data = abi.encodeCall(registry.decideRevocation, (key, OTHER, 0));
        address from = byQp ? qp : QA;
        bool done = _do(
            StateTable.Call.DecideRevocation,
            key,
            from,
            data,
            IComplianceRegistry.Counter.RevocationsDecided
        );
        assertTrue(done == (byQp && due), "decided by a stranger or on nothing");
        if (done) _books[key].decided = true;
    }

    function certify(uint256 which, bool byQp) external {
        bytes32 key = _pick(which);
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        bytes memory signature = _sign(certificate, byQp ? QP_KEY : QP_KEY + 1);
        Book memory before = _books[key];
        bytes memory data = abi.encodeCall(registry.certify, (key, certificate, signature));
        if (!_do(StateTable.Call.Certify, key, STRANGER, data, IComplianceRegistry.Counter.Certified)) return;
        assertTrue(byQp && !paused, "certified by a stranger or while paused");
        assertTrue(blocking(key) == 0, "certified with an open exception");
        assertTrue(before.holds == 0 && !before.recalled && !before.certified, "certified held, recalled or twice");
        assertTrue(before.end == IComplianceRegistry.Status.Open, "certified after its end");
        IPolicyRegistry.Claim[] memory claims = _claims(key);
        for (uint256 i = 0; i < claims.length; i++) {
            bool asserted = claims[i].class == Codes.CLASS_CUSTODY && before.asserted & (1 << claims[i].stage) != 0;
            if (claims[i].neededFor != Codes.NEEDED_FOR_RELEASE && !asserted) continue;
            if (before.proven & (1 << i) != 0) continue;
            bool settled = before.settled & (1 << i) != 0;
            assertTrue(settled && claims[i].class == Codes.CLASS_PROCESS, "certified with a claim missing");
        }
        _books[key].certified = true;
    }

    /// @dev Ends are rare, so that most batches live on.
    function end(uint256 which, uint8 how, bool lawfully) external {
        if (how % 16 > 3) return;
        bytes32 key = _pick(which);
        IComplianceRegistry.Status before = _books[key].end;
        (StateTable.Call call, address from, bytes memory data, IComplianceRegistry.Counter what) = _ending(
            key,
            how % 16
        );
        if (!_do(call, key, lawfully ? from : STRANGER, data, what)) return;
        assertTrue(lawfully, "ended by a stranger");
        if (call == StateTable.Call.Recall) {
            assertTrue(!_books[key].recalled, "recalled twice");
            _books[key].recalled = true;
            return;
        }
        assertTrue(before == IComplianceRegistry.Status.Open, "ended twice");
        _books[key].certified = false;
        _books[key].end =
            call == StateTable.Call.Reject
                ? IComplianceRegistry.Status.Rejected
                : call == StateTable.Call.Abort
                    ? IComplianceRegistry.Status.Aborted
                    : IComplianceRegistry.Status.ExceptionalSupply;
    }

    function hold(uint256 which, uint8 sender, bool lift) external {
        bytes32 key = _pick(which);
        address from = sender % 3 == 0 ? qp : (sender % 3 == 1 ? AUTHORITY : STRANGER);
        bytes memory data =
            lift ? abi.encodeCall(registry.unhold, (key, OTHER, 0)) : abi.encodeCall(registry.hold, (key, OTHER, 0));
        uint8 side = from == qp ? Codes.HOLD_QP : Codes.HOLD_AUTHORITY;
        bool held = _books[key].holds & side != 0;
        bool done = _do(
            lift ? StateTable.Call.Unhold : StateTable.Call.Hold,
            key,
            from,
            data,
            lift ? IComplianceRegistry.Counter.Unheld : IComplianceRegistry.Counter.Held
        );
        assertTrue(done == (from != STRANGER && held == lift), "held by a stranger, or another side's hold lifted");
        if (done) _books[key].holds ^= side;
    }

    function extendDue(uint256 which, uint8 hours_, bool byOwner) external {
        bytes32 key = _pick(which);
        uint64 due = registry.batchOf(key).due[0] + uint64(hours_) * 1 hours;
        bytes memory data = abi.encodeCall(registry.extendDue, (key, 0, due, OTHER, 0));
        address from = byOwner ? OWNER : STRANGER;
        if (!_do(StateTable.Call.ExtendDue, key, from, data, IComplianceRegistry.Counter.DueExtended)) return;
        assertTrue(byOwner && hours_ != 0, "extended by a stranger or not forward");
    }

    function replaceOpening(uint256 which, uint8 opening, bool byOwner) external {
        bytes32 key = _pick(which);
        bytes memory data = abi.encodeCall(registry.replaceOpening, (key, opening, OTHER, 0));
        address from = byOwner ? OWNER : STRANGER;
        if (!_do(StateTable.Call.ReplaceOpening, key, from, data, IComplianceRegistry.Counter.OpeningsReplaced)) return;
        assertTrue(byOwner && _books[key].heads[0] == 0, "opening replaced too late or by a stranger");
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

    /// @dev Makes a call and holds its outcome against the table.
    function _do(
        StateTable.Call call,
        bytes32 key,
        address from,
        bytes memory data,
        IComplianceRegistry.Counter what
    ) private returns (bool done) {
        bytes1 before = StateTable.stateOf(registry, key);
        vm.prank(from);
        // solhint-disable-next-line avoid-low-level-calls
        (done, ) = address(registry).call(data);
        bytes1 afterwards = StateTable.stateOf(registry, key);
        bool allowed = done ? StateTable.allows(call, before, afterwards) : afterwards == before;
        assertTrue(allowed, string.concat(string(StateTable.row(call)), string(abi.encodePacked(before, afterwards))));
        if (done) _count(key, what);
    }

    function _ending(
        bytes32 key,
        uint8 how
    ) private view returns (StateTable.Call call, address from, bytes memory data, IComplianceRegistry.Counter what) {
        if (how == 0) {
            data = abi.encodeCall(registry.reject, (key, OTHER, 0));
            return (StateTable.Call.Reject, qp, data, IComplianceRegistry.Counter.Rejected);
        }
        if (how == 1) {
            data = abi.encodeCall(registry.abort, (key, OTHER, 0));
            bool certified = registry.batchCounts(key)[uint256(IComplianceRegistry.Counter.Certified)] != 0;
            return (StateTable.Call.Abort, certified ? qp : OWNER, data, IComplianceRegistry.Counter.Aborted);
        }
        if (how == 2) {
            data = abi.encodeCall(registry.recall, (key, OTHER, 0));
            return (StateTable.Call.Recall, AUTHORITY, data, IComplianceRegistry.Counter.Recalled);
        }
        data = abi.encodeCall(registry.exceptionalSupply, (key, "1", "2", uint64(block.timestamp)));
        return (StateTable.Call.ExceptionalSupply, qp, data, IComplianceRegistry.Counter.SuppliedExceptionally);
    }

    /// @dev What a successful item says about heads, judged by the book as it was before.
    function _requireHead(bytes32 key, uint8 claim, IComplianceRegistry.Item memory item, address from) private view {
        uint8 stage = _stageOf(key, claim);
        uint256 head = _books[key].heads[stage];
        assertTrue(head == 0 || head == item.head, "head replaced by attest");
        uint256 custodyClaims = policies.outlineOf(registry.batchOf(key).policyId).custody;
        if (custodyClaims & (1 << claim) != 0) {
            assertTrue(item.record == _previous(key, stage), "custody does not continue the head before");
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
        uint256 known = _books[key].heads[stage];
        return _item(key, claim, known == 0 ? 100 + (head % 4) : known, _previous(key, stage), from);
    }

    function _previous(bytes32 key, uint8 stage) private view returns (uint256) {
        return stage == 0 ? registry.batchOf(key).opening : _books[key].heads[stage - 1];
    }

    function _moveHead(bytes32 key, uint8 claim, uint8 stage, uint256 head) private {
        Book storage book = _books[key];
        book.heads[stage] = head;
        for (uint8 later = stage + 1; later < STAGES; later++) book.heads[later] = 0;
        (, uint256 hereAndLater) = policies.claimsOfStage(registry.batchOf(key).policyId, stage);
        book.proven &= ~hereAndLater | (1 << claim);
        book.settled &= ~hereAndLater | (1 << claim);
    }

    function _claims(bytes32 key) private view returns (IPolicyRegistry.Claim[] memory) {
        return policies.policyOf(registry.batchOf(key).policyId).claims;
    }

    function _stageOf(bytes32 key, uint8 claim) private view returns (uint8) {
        return _claims(key)[claim].stage;
    }

    function _pick(uint256 which) private returns (bytes32) {
        if (keys.length == 0) _add(_open(plainPolicy));
        return keys[which % keys.length];
    }

    function _add(bytes32 key) private {
        keys.push(key);
        _count(key, IComplianceRegistry.Counter.Opened);
    }

    function _count(bytes32 key, IComplianceRegistry.Counter what) private {
        _books[key].counts[uint256(what)]++;
        _total[uint256(what)]++;
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

    /// @dev Read by the test runner: `setUp` of the handler would start a second world. What leads to certification
    /// stands twice, because a random walk would rarely get there.
    function targetSelectors() external view returns (FuzzSelector[] memory selectors) {
        bytes4[20] memory calls = [
            Handler.open.selector,
            Handler.attest.selector,
            Handler.amend.selector,
            Handler.setHead.selector,
            Handler.raise.selector,
            Handler.propose.selector,
            Handler.confirm.selector,
            Handler.revoke.selector,
            Handler.decideRevocation.selector,
            Handler.certify.selector,
            Handler.end.selector,
            Handler.hold.selector,
            Handler.extendDue.selector,
            Handler.replaceOpening.selector,
            Handler.wait_.selector,
            Handler.togglePause.selector,
            Handler.attestAll.selector,
            Handler.attestAll.selector,
            Handler.certify.selector,
            Handler.confirm.selector
        ];
        selectors = new FuzzSelector[](1);
        selectors[0].addr = address(_handler);
        selectors[0].selectors = new bytes4[](calls.length);
        for (uint256 i = 0; i < calls.length; i++) selectors[0].selectors[i] = calls[i];
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
        uint32[24] memory total = registry.registryCounts();
        uint32[24] memory owned = registry.ownerCounts(_handler.owner());
        uint256[18] memory booked = _handler.totals();
        for (uint256 i = 0; i < 18; i++) {
            _require(total[i] == booked[i], "counter of the registry");
            _require(owned[i] == booked[i], "counter of the owner");
        }
        _require(total[0] == batches, "a serial is missing");
    }

    function _checkBatch(IComplianceRegistry registry, bytes32 key, uint256 serial) private view {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        Handler.Book memory book = _handler.bookOf(key);
        _require(batch.serial == serial, "serials have a gap");
        _require(batch.attested == book.proven, "an attestation without a verified proof, or one lost");
        _require(batch.settled == book.settled, "settled");
        _require(batch.openExceptions == book.open, "exceptions");
        _require(batch.assertedHeads == book.asserted, "the flag of an asserted head is lost");
        _require(batch.holds == book.holds && batch.recalled == book.recalled, "holds or recall");
        _require(registry.openExceptionsOf(key) == _handler.blocking(key), "what blocks");
        for (uint8 stage = 0; stage < 2; stage++) _require(registry.headOf(key, stage) == book.heads[stage], "head");
        uint32[24] memory counted = registry.batchCounts(key);
        for (uint256 i = 0; i < 18; i++) _require(counted[i] == book.counts[i], "counter of the batch");
        _checkHashes(batch, book);
        _checkState(registry, key, batch, book);
    }

    function _checkHashes(IComplianceRegistry.Batch memory batch, Handler.Book memory book) private pure {
        uint256[18] memory counts = book.counts;
        // attest, amend, replaceOpening, setHead, hold, unhold.
        uint256 trailed = counts[1] + counts[2] + counts[5] + counts[7] + counts[14] + counts[15];
        _require((batch.trail == 0) == (trailed == 0), "trail");
        // raiseException, proposeClosing, confirmClosing, decideRevocation.
        uint256 excepted = counts[3] + counts[8] + counts[9] + counts[10];
        _require((batch.exceptionsHash == 0) == (excepted == 0), "exceptions hash");
    }

    function _checkState(
        IComplianceRegistry registry,
        bytes32 key,
        IComplianceRegistry.Batch memory batch,
        Handler.Book memory book
    ) private view {
        bool certified =
            batch.status == IComplianceRegistry.Status.Released || batch.status == IComplianceRegistry.Status.Completed;
        _require(certified == book.certified, "certified");
        if (!certified) _require(batch.status == book.end, "an end is final");
        (uint256 release, uint256 completion) = registry.gate().missingClaims(key);
        if (certified) _require(release == 0, "released with a claim missing");
        if (batch.status == IComplianceRegistry.Status.Completed) _require(completion == 0, "completed too early");
        bool opposed = _handler.blocking(key) != 0 || book.holds != 0 || book.recalled;
        _require(registry.gate().isReleased(key) == (certified && !opposed), "the gate is wrong");
        bool ended = book.end != IComplianceRegistry.Status.Open;
        if (book.recalled || ended) _require(!registry.gate().isOverdue(key), "overdue after its end");
        for (uint8 stage = 0; stage < 2; stage++) {
            if (!registry.gate().isStageReady(key, stage)) continue;
            _require(!opposed && !ended, "a stage is ready although something speaks against it");
            uint256 custody = _handler.policyRegistry().outlineOf(batch.policyId).custody;
            // In the policy with custody claim 0 is custody of stage 0.
            _require(stage == 0 || (custody != 0 && book.proven & 1 != 0), "a stage is ready without custody");
        }
    }

    function _require(bool condition, string memory what) private pure {
        if (!condition) revert Broken(what);
    }
}
