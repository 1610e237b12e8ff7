// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TwoPersonRule} from "../../contracts/TwoPersonRule.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "../../contracts/interfaces/IQualifiedPersons.sol";
import {IReleaseGate} from "../../contracts/interfaces/IReleaseGate.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Fixture} from "./Fixture.sol";
import {StateTable} from "./StateTable.sol";
import {Vm} from "./Vm.sol";

/// @notice Drives the register at random, lawfully and not, and keeps its own book of what happened. Every call about a batch
/// that succeeds is looked up in the table of states and calls.
contract Handler is Fixture {
    uint256 private constant STAGES = 2;
    uint8 private constant BATCH = 255;
    /// @dev Of a QP whom no batch names at first.
    uint256 private constant SECOND_QP_KEY = QP_KEY + 1;
    /// @dev Loses its role now and then.
    address public constant SECOND_AUTHORITY = address(0xAA);

    /// @dev What this contract saw succeed.
    struct Book {
        uint256 proven;
        uint256 settled;
        uint256 refused;
        uint256[STAGES] heads;
        uint256 asserted;
        uint256 open;
        uint256 holds;
        bool certified;
        bool recalled;
        bool decided;
        bool notified;
        bool proposedQp;
        bool secondQp;
        uint256 certifications;
        uint256 revision;
        uint256 confirmed;
        uint256 administration;
        uint256 lastUsed;
        bytes32 challengeDecided;
        bytes32 trail;
        bytes32 exceptionsHash;
        IComplianceRegistry.Status end;
    }

    /// @dev An exception, and what waits to close it: the last proposal and who made it.
    struct Raised {
        bytes32 key;
        uint8 claim;
        uint8 proposed;
        address proposer;
        bool closed;
        bool byAuthority;
        bool acknowledged;
    }

    bytes32[] public keys;
    Raised[] public raised;
    bool public paused;
    /// @dev What each contract's journal must be, from the events that were seen.
    mapping(address subject => bytes32) public journals;
    mapping(bytes32 key => mapping(address holder => uint8)) public holding;
    mapping(bytes32 key => Book) private _books;
    mapping(bytes32 key => mapping(uint8 claim => uint256)) private _openOn;
    mapping(bytes32 circuitId => bool) private _unsound;
    mapping(bytes32 policyId => bool) private _retired;
    bytes32 private _confirmedPolicy;
    bool private _namesStageQp;
    bool private _dismissed;
    uint256 private _revokedSince;
    bool private _rootRevoked;

    /// @dev All events of the call are chained, whoever emits them.
    modifier chained() {
        vm.recordLogs();
        _;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            journals[logs[i].emitter] = keccak256(
                abi.encode(
                    journals[logs[i].emitter],
                    block.number,
                    block.timestamp,
                    keccak256(abi.encodePacked(logs[i].topics)),
                    keccak256(logs[i].data)
                )
            );
        }
    }

    /// @dev The QP is QA as well, so that one person could close an exception if the register let him.
    function setUp() public override {
        super.setUp();
        _grant(RoleIds.qaOf(OWNER), qp);
        _grant(RoleIds.QP, vm.addr(SECOND_QP_KEY));
        _grant(RoleIds.AUTHORITY, SECOND_AUTHORITY);
        IPolicyRegistry.Policy memory policy = _plain();
        policy.version = 2;
        policy.confirmedStages = 1;
        _confirmedPolicy = _approve(policy);
        keys.push(_open(custodyPolicy, _consent(), 0));
        _namesStageQp = true;
        keys.push(_open(_confirmedPolicy));
        address[8] memory all = contracts_();
        for (uint256 i = 0; i < all.length; i++) journals[all[i]] = vm.load(all[i], 0);
    }

    function contracts_() public view returns (address[8] memory) {
        return
            [
                address(roles),
                address(circuits),
                address(policies),
                address(parties),
                address(consents),
                address(registry),
                address(requests),
                address(persons)
            ];
    }

    function holders() public view returns (address[3] memory) {
        return [qp, AUTHORITY, SECOND_AUTHORITY];
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

    function revoked(bytes32 key) public view returns (bool) {
        bytes32 consent = registry.batchOf(key).consent;
        return consent != 0 && consents.consentOf(consent).revokedAt != 0;
    }

    /// @dev Exceptions that must block a batch, by the book alone.
    function blocking(bytes32 key) public view returns (uint256 sum) {
        for (; key != 0; key = registry.batchOf(key).supersedes) {
            sum += _books[key].open;
            if (revoked(key) && !_books[key].decided) sum++;
        }
    }

    /// @dev Holds of a batch and of those it supersedes.
    function holdsOn(bytes32 key) public view returns (uint256 sum) {
        for (; key != 0; key = registry.batchOf(key).supersedes) sum += _books[key].holds;
    }

    /// @dev What must challenge a batch.
    function kindsOf(bytes32 key) public view returns (uint8 kinds) {
        bytes32 policyId = registry.batchOf(key).policyId;
        bool unsound = _unsound[temperature] || (policyId == custodyPolicy && _unsound[custody]);
        if (unsound) kinds |= Codes.CHALLENGE_CIRCUIT;
        bool isOpen = !_books[key].certified && _books[key].end == IComplianceRegistry.Status.Open;
        if (isOpen && _retired[policyId]) kinds |= Codes.CHALLENGE_POLICY;
        uint256 lastUsed = _books[key].lastUsed;
        if (_rootRevoked && lastUsed != 0 && lastUsed >= _revokedSince) kinds |= Codes.CHALLENGE_ROOT;
        while ((key = registry.batchOf(key).supersedes) != 0) {
            if (_books[key].recalled) kinds |= Codes.CHALLENGE_SUPERSEDED;
        }
    }

    /// @dev Stages that must be confirmed still.
    function unconfirmed(bytes32 key) public view returns (uint256) {
        bool demanded = registry.batchOf(key).policyId == _confirmedPolicy;
        return demanded && _books[key].confirmed != _books[key].revision + 1 ? 1 : 0;
    }

    /// @dev Few batches, so that every one of them is met often.
    function open(uint8 kind, bool withConsent, bool succeeding) external chained {
        bytes32 policyId = kind % 3 == 0 ? plainPolicy : (kind % 3 == 1 ? custodyPolicy : _confirmedPolicy);
        if (keys.length == 4 || _retired[policyId]) return;
        bytes32 supersedes = succeeding ? keys[keys.length - 1] : bytes32(0);
        _namesStageQp = policyId == _confirmedPolicy;
        keys.push(_open(policyId, withConsent ? _consent() : bytes32(0), supersedes));
    }

    /// @dev `honest`: with the head and the record that the register expects; otherwise with any. `forged`: with a proof
    /// of something else.
    function attest(uint256 which, uint8 claim, uint8 head, uint8 sender, bool honest, bool forged) external chained {
        bytes32 key = _pick(which);
        claim = claim % 4;
        if (claim >= _claims(key).length) return;
        address from = sender % 3 == 0 ? OWNER : (sender % 3 == 1 ? SUBMITTER : STRANGER);
        IComplianceRegistry.Item memory item = _guess(key, claim, head, from, honest);
        if (forged) item.proof[6]++;
        bool before = _books[key].proven & (1 << claim) != 0;
        if (!_do(StateTable.Call.Attest, key, from, abi.encodeCall(registry.attest, (key, _one(item))))) return;
        assertTrue(!forged, "attested without a verified proof");
        assertTrue(!before, "attested twice");
        assertTrue(!paused && !_rootRevoked, "attested while paused or with a revoked root");
        assertTrue(!_unsound[item.circuitId], "attested with an unsound circuit");
        _requireHead(key, claim, item, from);
        _books[key].heads[_stageOf(key, claim)] = item.head;
        _books[key].proven |= 1 << claim;
        _books[key].refused &= ~(1 << claim);
        _books[key].lastUsed = block.timestamp;
        _extendTrail(key, registry.attest.selector, abi.encode(key, item));
    }

    /// @dev Everything for release, honestly, so that certification is often one step away.
    function attestAll(uint256 which) external {
        bytes32 key = _pick(which);
        bool able = StateTable.possible(StateTable.Call.Attest, StateTable.stateOf(registry, key));
        IComplianceRegistry.Status ended = _books[key].end;
        if (ended == IComplianceRegistry.Status.Rejected || ended == IComplianceRegistry.Status.Aborted) able = false;
        // What is attested and refused is proven by an amendment only.
        if (_books[key].proven & _books[key].refused != 0) able = false;
        if (paused || _rootRevoked || _unsound[temperature] || _unsound[custody]) able = false;
        for (uint8 claim = 0; claim < 4; claim++) {
            (uint256 missing, ) = gate.missingClaims(key);
            if (missing & (1 << claim) != 0) this.attest(which, claim, 0, 0, true, false);
        }
        (uint256 release, ) = gate.missingClaims(key);
        assertTrue(release == 0 || !able, "an honest owner cannot become compliant");
    }

    function amend(uint256 which, uint8 claim, uint8 head, bool byQa, bool honest) external chained {
        bytes32 key = _pick(which);
        claim = claim % 4;
        if (claim >= _claims(key).length) return;
        // Mostly one that is attested, and refused if there is one.
        for (uint8 i = 0; honest && i < 4; i++) {
            if (_books[key].proven & (1 << i) == 0) continue;
            claim = i;
            if (_books[key].refused & (1 << i) != 0) break;
        }
        address from = byQa ? QA : STRANGER;
        IComplianceRegistry.Item memory item = _guess(key, claim, head, from, honest);
        bytes memory data = abi.encodeCall(registry.amend, (key, item, OTHER, 0));
        if (!_do(StateTable.Call.Amend, key, from, data)) return;
        Book storage book = _books[key];
        assertTrue(byQa, "amended by a stranger");
        assertTrue(book.proven & (1 << claim) != 0, "amended what was not attested");
        uint8 stage = _stageOf(key, claim);
        if (book.heads[stage] != item.head) _moveHead(key, claim, stage, item.head);
        book.refused &= ~(1 << claim);
        book.certified = false;
        book.revision++;
        book.lastUsed = block.timestamp;
        _extendTrail(key, registry.amend.selector, abi.encode(key, item, OTHER, bytes32(0)));
    }

    function setHead(uint256 which, uint8 stage, uint8 head, bool byOwner) external chained {
        bytes32 key = _pick(which);
        stage = stage % 2;
        uint256 value = 200 + (head % 4);
        bytes memory data = abi.encodeCall(registry.setHead, (key, stage, value));
        if (!_do(StateTable.Call.SetHead, key, byOwner ? OWNER : STRANGER, data)) return;
        Book storage book = _books[key];
        assertTrue(byOwner, "head set by a stranger");
        assertTrue(book.heads[stage] == 0, "head replaced by setHead");
        assertTrue(stage == 0 || book.heads[stage - 1] != 0, "stage skipped");
        IPolicyRegistry.Claim[] memory claims = _claims(key);
        uint256 standing = 0;
        for (uint8 i = 0; i < claims.length; i++) {
            if (claims[i].class == Codes.CLASS_CUSTODY && claims[i].stage == stage) standing += _openOn[key][i];
        }
        assertTrue(standing != 0, "head set without a custody exception");
        book.heads[stage] = value;
        book.asserted |= 1 << stage;
        _extendTrail(key, registry.setHead.selector, abi.encode(key, stage, value));
    }

    /// @dev About one to three batches, of which some may be the same.
    function raise(uint256 which, uint8 claim, uint8 sender, uint8 several) external chained {
        bytes32[] memory hit = _several(which, several);
        uint8[] memory claims = new uint8[](hit.length);
        for (uint256 i = 0; i < hit.length; i++) claims[i] = uint8(claim % _claims(hit[i]).length);
        address from = sender % 4 == 0 ? OWNER : (sender % 4 == 1 ? QA : (sender % 4 == 2 ? AUTHORITY : STRANGER));
        bytes memory data = abi.encodeCall(
            registry.raiseException,
            (hit, claims, Codes.CATEGORY_OTHER, 1, "DEV", "seen")
        );
        bool done = _doAll(StateTable.Call.RaiseException, hit, address(registry), from, data);
        // Raising never stops.
        assertTrue(done == (from != STRANGER), "raised by a stranger, or not by one concerned");
        if (!done) return;
        for (uint256 i = 0; i < hit.length; i++) {
            _books[hit[i]].open++;
            _openOn[hit[i]][claims[i]]++;
            raised.push(Raised(hit[i], claims[i], 0, address(0), false, from == AUTHORITY, false));
            bytes memory arguments = abi.encode(
                hit[i],
                claims[i],
                Codes.CATEGORY_OTHER,
                uint8(1),
                bytes32("DEV"),
                bytes32("seen")
            );
            _extendExceptions(hit[i], registry.raiseException.selector, arguments);
        }
    }

    function propose(uint256 which, uint8 disposition, uint8 sender) external chained {
        if (raised.length == 0) return;
        uint256 at = which % raised.length;
        Raised storage found = raised[at];
        disposition = disposition % 5;
        address from = sender % 4 == 0 ? STRANGER : (sender % 4 == 1 ? qp : QA);
        if (!_call(address(persons), from, abi.encodeCall(persons.proposeClosing, (at + 1, disposition, "evidence")))) {
            return;
        }
        assertTrue(from != STRANGER && !found.closed, "proposed by a stranger or too late");
        if (found.proposed == 0) (found.proposed, found.proposer) = (disposition, from);
    }

    function withdraw(uint256 which, uint8 sender) external chained {
        if (raised.length == 0) return;
        uint256 at = which % raised.length;
        Raised storage found = raised[at];
        address from = sender % 2 == 0 ? QA : qp;
        bytes32 id = keccak256(abi.encode(at + 1, found.proposed, bytes32("evidence")));
        bool done = _call(address(persons), from, abi.encodeCall(TwoPersonRule.withdraw, (id)));
        bool lawful = found.proposed != 0 && found.proposer == from && !found.closed;
        assertTrue(done == lawful, "withdrawn by another, or not by its proposer");
        if (done) found.proposed = 0;
    }

    function confirm(uint256 which, uint8 sender) external chained {
        if (raised.length == 0) return;
        uint256 at = which % raised.length;
        Raised storage found = raised[at];
        address from = sender % 4 == 0 ? QA : qp;
        bool released = registry.batchOf(found.key).status == IComplianceRegistry.Status.Released;
        bytes memory data = abi.encodeCall(persons.confirmClosing, (at + 1, found.proposed, "evidence"));
        bool done = _doAll(StateTable.Call.CloseException, _alone(found.key), address(persons), from, data);
        bool lawful = from == qp && found.proposed != 0 && found.proposer != qp && !found.closed;
        assertTrue(done == lawful, "closed by one person, or two could not");
        if (!done) return;
        found.closed = true;
        _books[found.key].open--;
        _openOn[found.key][found.claim]--;
        _settle(found.key, found.claim, found.proposed, released);
        bytes memory arguments = abi.encode(at + 1, found.proposed, bytes32("evidence"), qp);
        _extendExceptions(found.key, registry.closeException.selector, arguments);
    }

    /// @dev Closes the first open exception, honestly, so that they do not block for ever.
    function closeOne(uint8 disposition) external {
        for (uint256 i = 0; i < raised.length; i++) {
            if (raised[i].closed) continue;
            this.propose(i, 1 + (disposition % 3), 2);
            this.confirm(i, 1);
            // What was refused is often proven then.
            if (disposition < 128) this.amend(_indexOf(raised[i].key), 0, 0, true, true);
            else this.attestAll(_indexOf(raised[i].key));
            return;
        }
    }

    /// @dev Raises an exception about a custody claim and goes on without it, honestly.
    function assertHead(uint256 which, uint8 stage) external {
        for (uint256 i = 0; i < keys.length; i++) {
            uint256 at = ((which % keys.length) + i) % keys.length;
            if (registry.batchOf(keys[at]).policyId != custodyPolicy) continue;
            // Claims 0 and 2 are custody of stages 0 and 1.
            this.raise(at, 2 * (stage % 2), 1, 0);
            this.setHead(at, stage, 0, true);
            return;
        }
    }

    function acknowledge(uint256 which, bool byAuthority) external chained {
        if (raised.length == 0) return;
        uint256 at = which % raised.length;
        // Mostly one that an authority raised, and that is closed.
        for (uint256 i = 0; byAuthority && i < raised.length; i++) {
            if (raised[i].byAuthority && raised[i].closed && !raised[i].acknowledged) at = i;
        }
        Raised storage found = raised[at];
        bytes memory data = abi.encodeCall(persons.acknowledge, (at + 1));
        address from = byAuthority ? AUTHORITY : qp;
        bytes memory before = _statesOf(_alone(found.key));
        bool done = _call(address(persons), from, data);
        assertTrue(keccak256(_statesOf(_alone(found.key))) == keccak256(before), "acknowledging changes nothing");
        bool lawful = byAuthority && found.byAuthority && found.closed && !found.acknowledged;
        assertTrue(done == lawful, "acknowledged by a stranger, or what is not for authorities");
        if (done) found.acknowledged = true;
    }

    function revoke(uint256 which, uint8 chance) external chained {
        bytes32 key = _pick(which);
        if (chance % 4 != 0 || registry.batchOf(key).consent == 0 || revoked(key)) return;
        _revoke(key);
    }

    function decideRevocation(uint256 which, bool byQp) external chained {
        bytes32 key = _pick(which);
        for (uint256 i = 0; byQp && i < keys.length; i++) {
            if (revoked(keys[i]) && !_books[keys[i]].decided) key = keys[i];
        }
        bool due = revoked(key) && !_books[key].decided;
        bytes memory data = abi.encodeCall(registry.decideRevocation, (key, OTHER, 0));
        bool done = _do(StateTable.Call.DecideRevocation, key, byQp ? qp : QA, data);
        assertTrue(done == (byQp && due), "decided by a stranger or on nothing");
        if (!done) return;
        _books[key].decided = true;
        _extendExceptions(key, registry.decideRevocation.selector, abi.encode(key, OTHER, bytes32(0)));
    }

    /// @dev Rare, because most of it stops attestations for good.
    function challenge(uint8 how) external chained {
        if (how % 16 == 0 && !_rootRevoked) {
            _revokedSince = block.timestamp - (how / 16) * 1 hours;
            _rootRevoked = true;
            vm.prank(APPROVER);
            parties.revoke(ROOT, uint64(_revokedSince), OTHER, 0);
        }
        bytes32 circuitId = how % 32 == 1 ? temperature : custody;
        if (how % 16 == 1 && !_unsound[circuitId]) {
            _unsound[circuitId] = true;
            vm.prank(ADMIN);
            circuits.freeze(circuitId, 0, true);
        }
        bytes32 policyId = how % 8 == 2 ? plainPolicy : _confirmedPolicy;
        if ((how % 8 == 2 || how % 8 == 3) && !_retired[policyId]) {
            _retired[policyId] = true;
            vm.prank(APPROVER);
            policies.retire(policyId, OTHER, 0);
        }
    }

    /// @dev `exactly`: on what challenges the batch now.
    function decideChallenge(uint256 which, bool byQp, bool exactly) external chained {
        bytes32 key = _pick(which);
        (uint8 kinds, bytes32 expected) = gate.challengeOf(key);
        bytes32 decided = exactly ? expected : keccak256(abi.encode(expected));
        bytes memory data = abi.encodeCall(registry.decideChallenge, (key, decided, OTHER, 0));
        bool done = _do(StateTable.Call.DecideChallenge, key, byQp ? qp : QA, data);
        bool due = kinds != 0 && expected != _books[key].challengeDecided;
        assertTrue(done == (byQp && exactly && due), "decided by a stranger, on nothing or on something else");
        if (!done) return;
        _books[key].challengeDecided = expected;
        _extendExceptions(key, registry.decideChallenge.selector, abi.encode(key, expected, OTHER, bytes32(0)));
    }

    function proposeQp(uint256 which, bool byOwner) external chained {
        bytes32 key = _pick(which);
        bytes memory data = abi.encodeCall(persons.proposeQp, (key, BATCH, vm.addr(SECOND_QP_KEY)));
        bool done = _call(address(persons), byOwner ? OWNER : QA, data);
        bool lawful = byOwner && !_books[key].proposedQp && !_books[key].secondQp;
        assertTrue(done == lawful, "proposed by a stranger, or twice");
        if (done) _books[key].proposedQp = true;
    }

    function consentQp(uint256 which, uint8 sender) external chained {
        bytes32 key = _pick(which);
        address second = vm.addr(SECOND_QP_KEY);
        address from = sender % 3 == 0 ? qp : (sender % 3 == 1 ? OWNER : second);
        bool done = _call(address(persons), from, abi.encodeCall(persons.consentQp, (key, BATCH, second)));
        assertTrue(done == (from == qp && _books[key].proposedQp), "the owner chose a QP");
        if (done) (_books[key].proposedQp, _books[key].secondQp) = (false, true);
    }

    /// @dev `back`: takes the confirmation back.
    function confirmStage(uint256 which, bool byQp, bool back) external chained {
        bytes32 key = _pick(which);
        // Mostly one where there is something to confirm.
        if (byQp && !back) for (uint256 i = 0; i < keys.length; i++) if (unconfirmed(keys[i]) != 0) key = keys[i];
        bytes memory data = abi.encodeCall(persons.confirmStage, (key, 0, back ? bytes32(0) : bytes32("document")));
        bool done = _call(address(persons), byQp ? qp : vm.addr(SECOND_QP_KEY), data);
        Book storage book = _books[key];
        bool lawful = byQp && registry.batchOf(key).policyId == _confirmedPolicy && !book.certified;
        lawful = lawful && book.end == IComplianceRegistry.Status.Open;
        // Claim 0 is the one of stage 0.
        bool possible = (book.proven | book.settled) & ~book.refused & 1 != 0;
        lawful = lawful && (back ? book.confirmed != 0 : possible);
        assertTrue(done == lawful, "confirmed by a stranger, too late, or with a claim missing");
        if (done) book.confirmed = back ? 0 : book.revision + 1;
    }

    /// @dev By the signature of the first QP, of the second, of nobody, or by a call of the QP or of a stranger.
    function certify(uint256 which, uint8 how) external chained {
        bytes32 key = _pick(which);
        how = how % 8;
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        // Two of three are the QP's: that it succeeds is rare enough.
        uint256 signing = how == 0 ? SECOND_QP_KEY : (how == 1 ? SECOND_QP_KEY + 1 : QP_KEY);
        bytes memory signature = how == 2 || how == 3 ? bytes("") : _sign(certificate, signing);
        address from = how == 3 ? qp : STRANGER;
        bool signs = how > 2 || (how == 0 && _books[key].secondQp);
        bool lawful = signs && !paused && _isCertifiable(key);
        bytes memory data = abi.encodeCall(registry.certify, (key, certificate, signature));
        bool done = _do(StateTable.Call.Certify, key, from, data);
        assertTrue(done == lawful, done ? "certified what must not be" : "not certified what may be");
        if (!done) return;
        _books[key].certified = true;
        _books[key].certifications++;
    }

    /// @dev All that leads to a certificate, honestly; whether it comes depends on what else happened to the batch.
    function certifyHonestly(uint256 which) external {
        bytes32 key = _pick(which);
        this.attestAll(which);
        for (uint256 i = 0; i < raised.length; i++) {
            if (raised[i].key != key || raised[i].closed) continue;
            this.propose(i, Codes.DISPOSITION_UNFOUNDED, 2);
            this.confirm(i, 1);
        }
        this.confirmStage(which, true, false);
        this.certify(which, 4);
    }

    /// @dev Ends are rare, so that most batches live on.
    function end(uint256 which, uint8 how, bool lawfully) external chained {
        if (how % 8 > 3) return;
        bytes32 key = _pick(which);
        Book storage book = _books[key];
        (StateTable.Call call, address from, bytes memory data) = _ending(key, how % 8);
        if (!_do(call, key, lawfully ? from : STRANGER, data)) return;
        assertTrue(lawfully, "ended by a stranger");
        if (call == StateTable.Call.Recall) {
            assertTrue(!book.recalled, "recalled twice");
            book.recalled = true;
            return;
        }
        assertTrue(book.end == IComplianceRegistry.Status.Open, "ended twice");
        book.certified = false;
        book.end =
            call == StateTable.Call.Reject
                ? IComplianceRegistry.Status.Rejected
                : call == StateTable.Call.Abort
                    ? IComplianceRegistry.Status.Aborted
                    : IComplianceRegistry.Status.ExceptionalSupply;
        if (call != StateTable.Call.ExceptionalSupply) return;
        assertTrue(holdsOn(key) == 0 && !book.recalled, "supplied although it is held or recalled");
        book.administration = block.timestamp;
    }

    function notify(uint256 which, uint8 sender) external chained {
        bytes32 key = _pick(which);
        for (uint256 i = 0; sender < 128 && i < keys.length; i++) {
            if (_books[keys[i]].end == IComplianceRegistry.Status.ExceptionalSupply) key = keys[i];
        }
        address from = sender % 3 == 0 ? OWNER : (sender % 3 == 1 ? qp : STRANGER);
        bytes memory data = abi.encodeCall(registry.notifyAuthority, (key, uint64(block.timestamp)));
        bool done = _do(StateTable.Call.NotifyAuthority, key, from, data);
        bool lawful = from != STRANGER && !_books[key].notified;
        lawful = lawful && _books[key].end == IComplianceRegistry.Status.ExceptionalSupply;
        assertTrue(done == lawful, "told by a stranger, twice, or of nothing");
        if (done) _books[key].notified = true;
    }

    /// @dev One to three batches, of which some may be the same: then none is held.
    function hold(uint256 which, uint8 sender, uint8 several) external chained {
        bytes32[] memory held = _several(which, several);
        address from = sender % 4 == 3 ? STRANGER : holders()[sender % 4];
        bool lawful = from == qp || _isAuthority(from);
        for (uint256 i = 0; i < held.length; i++) {
            if (holding[held[i]][from] != 0 || (i != 0 && held[i] == held[0])) lawful = false;
        }
        bytes memory data = abi.encodeCall(registry.hold, (held, OTHER, "words", "ORDER"));
        bool done = _doAll(StateTable.Call.Hold, held, address(registry), from, data);
        assertTrue(done == lawful, "held by a stranger or twice");
        if (!done) return;
        for (uint256 i = 0; i < held.length; i++) {
            holding[held[i]][from] = from == qp ? Codes.HOLD_QP : Codes.HOLD_AUTHORITY;
            _books[held[i]].holds++;
            bytes memory arguments = abi.encode(held[i], OTHER, bytes32("words"), bytes32("ORDER"));
            _extendTrail(held[i], registry.hold.selector, arguments);
        }
    }

    function unhold(uint256 which, uint8 sender, uint8 holder) external chained {
        bytes32 key = _pick(which);
        address from = sender % 4 == 3 ? STRANGER : holders()[sender % 4];
        address held = holder % 2 == 0 ? from : holders()[(holder / 2) % 3];
        // Mostly a hold that there is.
        if (sender < 128) for (uint256 i = 0; i < keys.length; i++) if (holding[keys[i]][held] != 0) key = keys[i];
        uint8 side = holding[key][held];
        bytes memory data = abi.encodeCall(registry.unhold, (key, held, OTHER, 0));
        bool done = _do(StateTable.Call.Unhold, key, from, data);
        bool able = side == Codes.HOLD_QP ? from == qp : _isAuthority(from);
        bool lawful = side != 0 && able && (from == held || (held != qp && !_isAuthority(held)));
        assertTrue(done == lawful, "another's hold lifted, or the own not");
        if (!done) return;
        holding[key][held] = 0;
        _books[key].holds--;
        _extendTrail(key, registry.unhold.selector, abi.encode(key, held, OTHER, bytes32(0)));
    }

    /// @dev An authority comes and goes.
    function appoint() external chained {
        _dismissed = !_dismissed;
        if (!_dismissed) {
            _grant(RoleIds.AUTHORITY, SECOND_AUTHORITY);
            return;
        }
        vm.prank(ADMIN);
        IAccessControl(address(roles)).revokeRole(RoleIds.AUTHORITY, SECOND_AUTHORITY);
    }

    function extendDue(uint256 which, uint8 hours_, bool byOwner) external chained {
        bytes32 key = _pick(which);
        uint64 due = registry.batchOf(key).due[0] + uint64(hours_) * 1 hours;
        bytes memory data = abi.encodeCall(registry.extendDue, (key, 0, due, OTHER, 0));
        if (!_do(StateTable.Call.ExtendDue, key, byOwner ? OWNER : STRANGER, data)) return;
        assertTrue(byOwner && hours_ != 0, "extended by a stranger or not forward");
    }

    function replaceOpening(uint256 which, uint8 opening, bool byOwner) external chained {
        bytes32 key = _pick(which);
        bytes memory data = abi.encodeCall(registry.replaceOpening, (key, opening, OTHER, 0));
        if (!_do(StateTable.Call.ReplaceOpening, key, byOwner ? OWNER : STRANGER, data)) return;
        assertTrue(byOwner && _books[key].heads[0] == 0, "opening replaced too late or by a stranger");
        _extendTrail(key, registry.replaceOpening.selector, abi.encode(key, uint256(opening), OTHER, bytes32(0)));
    }

    function wait_(uint16 seconds_) external {
        vm.warp(block.timestamp + uint256(seconds_) * 4);
        vm.roll(block.number + 1);
    }

    function togglePause(bool pause) external chained {
        if (pause == paused) return;
        paused = pause;
        vm.prank(ADMIN);
        if (pause) registry.pause();
        else registry.unpause();
    }

    function _stageQps() internal view override returns (IQualifiedPersons.StageQp[] memory stageQps) {
        stageQps = new IQualifiedPersons.StageQp[](_namesStageQp ? 1 : 0);
        if (_namesStageQp) stageQps[0].qp = qp;
    }

    /// @dev Makes a call about one batch and holds its outcome against the table.
    function _do(StateTable.Call call, bytes32 key, address from, bytes memory data) private returns (bool) {
        return _doAll(call, _alone(key), address(registry), from, data);
    }

    /// @dev The same about several.
    function _doAll(
        StateTable.Call call,
        bytes32[] memory about,
        address target,
        address from,
        bytes memory data
    ) private returns (bool done) {
        bytes memory before = _statesOf(about);
        done = _call(target, from, data);
        bytes memory afterwards = _statesOf(about);
        for (uint256 i = 0; i < about.length; i++) {
            bool allowed = done ? StateTable.allows(call, before[i], afterwards[i]) : afterwards[i] == before[i];
            string memory step = string(abi.encodePacked(before[i], afterwards[i]));
            assertTrue(allowed, string.concat(string(StateTable.row(call)), " ", step));
        }
    }

    function _call(address target, address from, bytes memory data) private returns (bool done) {
        vm.prank(from);
        // solhint-disable-next-line avoid-low-level-calls
        (done, ) = target.call(data);
        // The runner records also what was undone.
        if (!done) vm.getRecordedLogs();
    }

    function _extendTrail(bytes32 key, bytes4 selector, bytes memory arguments) private {
        _books[key].trail = keccak256(abi.encode(_books[key].trail, selector, keccak256(arguments)));
    }

    function _extendExceptions(bytes32 key, bytes4 selector, bytes memory arguments) private {
        bytes32 running = _books[key].exceptionsHash;
        _books[key].exceptionsHash = keccak256(abi.encode(running, selector, keccak256(arguments)));
    }

    /// @dev What two persons agreed on.
    function _settle(bytes32 key, uint8 index, uint8 disposition, bool released) private {
        Book storage book = _books[key];
        uint256 bit = 1 << index;
        IPolicyRegistry.Claim memory claim = _claims(key)[index];
        bool late = released && claim.neededFor == Codes.NEEDED_FOR_COMPLETION;
        bool may = book.refused & bit == 0 && (claim.class == Codes.CLASS_PROCESS || late);
        if (disposition == Codes.DISPOSITION_ACCEPTED && may) book.settled |= bit;
        if (disposition != Codes.DISPOSITION_REJECTED) return;
        book.settled &= ~bit;
        book.refused |= bit;
        book.revision++;
        if (_missing(key, policies.outlineOf(registry.batchOf(key).policyId).release) != 0) book.certified = false;
    }

    function _ending(
        bytes32 key,
        uint8 how
    ) private view returns (StateTable.Call call, address from, bytes memory data) {
        if (how == 0) return (StateTable.Call.Reject, qp, abi.encodeCall(registry.reject, (key, OTHER, 0)));
        if (how == 1) {
            from = _books[key].certifications != 0 ? qp : OWNER;
            return (StateTable.Call.Abort, from, abi.encodeCall(registry.abort, (key, OTHER, 0)));
        }
        if (how == 2) return (StateTable.Call.Recall, AUTHORITY, abi.encodeCall(registry.recall, (key, OTHER, 0)));
        data = abi.encodeCall(registry.exceptionalSupply, (key, "1", "2", uint64(block.timestamp)));
        return (StateTable.Call.ExceptionalSupply, qp, data);
    }

    /// @dev By the book, and with a certificate that says what the register says.
    function _isCertifiable(bytes32 key) private view returns (bool) {
        Book memory book = _books[key];
        if (book.certified || book.recalled || book.end != IComplianceRegistry.Status.Open) return false;
        if (blocking(key) != 0 || holdsOn(key) != 0 || unconfirmed(key) != 0) return false;
        (, bytes32 hash) = gate.challengeOf(key);
        if (kindsOf(key) != 0 && hash != book.challengeDecided) return false;
        IPolicyRegistry.Claim[] memory claims = _claims(key);
        uint256 needed = 0;
        for (uint256 i = 0; i < claims.length; i++) {
            bool asserted = claims[i].class == Codes.CLASS_CUSTODY && book.asserted & (1 << claims[i].stage) != 0;
            if (claims[i].neededFor == Codes.NEEDED_FOR_RELEASE || asserted) needed |= 1 << i;
        }
        return _missing(key, needed) == 0;
    }

    function _missing(bytes32 key, uint256 claims) private view returns (uint256) {
        Book storage book = _books[key];
        return claims & ~((book.proven | book.settled) & ~book.refused);
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

    function _isAuthority(address account) private view returns (bool) {
        return account == AUTHORITY || (account == SECOND_AUTHORITY && !_dismissed);
    }

    function _claims(bytes32 key) private view returns (IPolicyRegistry.Claim[] memory) {
        return policies.policyOf(registry.batchOf(key).policyId).claims;
    }

    function _stageOf(bytes32 key, uint8 claim) private view returns (uint8) {
        return _claims(key)[claim].stage;
    }

    function _statesOf(bytes32[] memory about) private view returns (bytes memory states) {
        for (uint256 i = 0; i < about.length; i++) {
            states = abi.encodePacked(states, StateTable.stateOf(registry, about[i]));
        }
    }

    function _pick(uint256 which) private view returns (bytes32) {
        return keys[which % keys.length];
    }

    function _indexOf(bytes32 key) private view returns (uint256 index) {
        while (keys[index] != key) index++;
    }

    function _several(uint256 which, uint8 several) private view returns (bytes32[] memory some) {
        some = new bytes32[](1 + (several % 3));
        for (uint256 i = 0; i < some.length; i++) some[i] = _pick((which % keys.length) + i);
    }

    function _alone(bytes32 key) private pure returns (bytes32[] memory alone) {
        alone = new bytes32[](1);
        alone[0] = key;
    }
}

// Verifies R-register-events.
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
    /// stands several times, because a random walk would rarely get there.
    function targetSelectors() external view returns (FuzzSelector[] memory selectors) {
        bytes4[40] memory calls = [
            Handler.open.selector,
            Handler.attest.selector,
            Handler.amend.selector,
            Handler.setHead.selector,
            Handler.raise.selector,
            Handler.propose.selector,
            Handler.withdraw.selector,
            Handler.confirm.selector,
            Handler.acknowledge.selector,
            Handler.acknowledge.selector,
            Handler.revoke.selector,
            Handler.decideRevocation.selector,
            Handler.challenge.selector,
            Handler.decideChallenge.selector,
            Handler.proposeQp.selector,
            Handler.consentQp.selector,
            Handler.confirmStage.selector,
            Handler.certify.selector,
            Handler.end.selector,
            Handler.notify.selector,
            Handler.hold.selector,
            Handler.unhold.selector,
            Handler.appoint.selector,
            Handler.extendDue.selector,
            Handler.replaceOpening.selector,
            Handler.wait_.selector,
            Handler.togglePause.selector,
            Handler.attestAll.selector,
            Handler.certify.selector,
            Handler.certifyHonestly.selector,
            Handler.certifyHonestly.selector,
            Handler.challenge.selector,
            Handler.decideChallenge.selector,
            Handler.closeOne.selector,
            Handler.closeOne.selector,
            Handler.closeOne.selector,
            Handler.assertHead.selector,
            Handler.confirmStage.selector,
            Handler.unhold.selector,
            Handler.unhold.selector
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
        _require(registry.serialOf(_handler.owner()) == batches, "a serial is missing");
        address[8] memory all = _handler.contracts_();
        for (uint256 i = 0; i < all.length; i++) {
            (, bytes memory journal) = all[i].staticcall(abi.encodeWithSignature("journal()"));
            _require(abi.decode(journal, (bytes32)) == _handler.journals(all[i]), "journal");
        }
    }

    function _checkBatch(IComplianceRegistry registry, bytes32 key, uint256 serial) private view {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        Handler.Book memory book = _handler.bookOf(key);
        _require(batch.serial == serial, "serials have a gap");
        _require(batch.attested == book.proven, "an attestation without a verified proof, or one lost");
        _require(batch.settled == book.settled && batch.refused == book.refused, "settled or refused");
        _require(batch.settled & batch.refused == 0, "settled and refused");
        _require(batch.openExceptions == book.open, "exceptions");
        _require(batch.assertedHeads == book.asserted, "the flag of an asserted head is lost");
        _require(batch.recalled == book.recalled, "recall");
        _require(batch.certified == book.certifications, "certified more or less often");
        _require(batch.revision == book.revision, "revision");
        _require(batch.challengeDecided == book.challengeDecided, "decided challenge");
        _require(batch.trail == book.trail, "trail");
        _require(batch.exceptionsHash == book.exceptionsHash, "exceptions hash");
        _checkHolds(registry, key, batch.holds, book.holds);
        IReleaseGate gate = registry.gate();
        _require(gate.openExceptionsOf(key) == _handler.blocking(key), "what blocks");
        (uint8 kinds, ) = gate.challengeOf(key);
        _require(kinds == _handler.kindsOf(key), "what challenges");
        _require(registry.persons().unconfirmedStages(key) == _handler.unconfirmed(key), "unconfirmed stages");
        for (uint8 stage = 0; stage < 2; stage++) _require(registry.headOf(key, stage) == book.heads[stage], "head");
        _checkState(registry, key, batch, book);
    }

    function _checkHolds(IComplianceRegistry registry, bytes32 key, uint256 stored, uint256 booked) private view {
        address[3] memory holders = _handler.holders();
        uint256 sum = 0;
        for (uint256 i = 0; i < holders.length; i++) {
            uint8 side = registry.holdOf(key, holders[i]);
            _require(side == _handler.holding(key, holders[i]), "who holds");
            if (side != 0) sum++;
        }
        _require(stored == sum && booked == sum, "holds");
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
        _checkGate(registry.gate(), key, batch.policyId, book);
    }

    function _checkGate(IReleaseGate gate, bytes32 key, bytes32 policyId, Handler.Book memory book) private view {
        bool opposed = _handler.blocking(key) != 0 || _handler.holdsOn(key) != 0 || book.recalled;
        bool supplied = book.end == IComplianceRegistry.Status.ExceptionalSupply;
        IReleaseGate.Release release = IReleaseGate.Release.No;
        if (!opposed && book.certified) release = IReleaseGate.Release.Released;
        // Its open exceptions are why it is supplied so.
        bool stopped = _handler.holdsOn(key) != 0 || book.recalled || (_handler.revoked(key) && !book.decided);
        if (!stopped && supplied) release = IReleaseGate.Release.ExceptionalSupply;
        _require(gate.releaseOf(key) == release, "the gate is wrong");
        _require(gate.isReleased(key) == (release == IReleaseGate.Release.Released), "the gate is wrong");
        bool ended = book.end != IComplianceRegistry.Status.Open;
        bool late = supplied && !book.notified && block.timestamp > book.administration + 48 hours;
        if (book.recalled || ended) _require(gate.isOverdue(key) == late, "overdue after its end");
        (uint8 kinds, bytes32 challenge) = gate.challengeOf(key);
        bool doubtful = kinds & (Codes.CHALLENGE_CIRCUIT | Codes.CHALLENGE_ROOT) != 0;
        doubtful = doubtful && !book.certified && challenge != book.challengeDecided;
        for (uint8 stage = 0; stage < 2; stage++) {
            if (!gate.isStageReady(key, stage)) continue;
            _require(!opposed && !ended && !doubtful, "a stage is ready although something speaks against it");
            uint256 custody = _handler.policyRegistry().outlineOf(policyId).custody;
            // In the policy with custody claim 0 is custody of stage 0.
            bool proven = custody != 0 && book.proven & ~book.refused & 1 != 0;
            _require(stage == 0 || proven, "a stage is ready without custody");
        }
    }

    function _require(bool condition, string memory what) private pure {
        if (!condition) revert Broken(what);
    }
}
