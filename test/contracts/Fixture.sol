// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../../contracts/interfaces/ICircuitRegistry.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IConsentRegistry} from "../../contracts/interfaces/IConsentRegistry.sol";
import {IDisclosureRequests} from "../../contracts/interfaces/IDisclosureRequests.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "../../contracts/interfaces/IQualifiedPersons.sol";
import {IReleaseGate} from "../../contracts/interfaces/IReleaseGate.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {Codes} from "../../contracts/libraries/Codes.sol";
import {RoleIds} from "../../contracts/libraries/RoleIds.sol";
import {Signals} from "../../contracts/libraries/Signals.sol";
import {Trapdoor} from "./Trapdoor.sol";
import {TestBase} from "./Vm.sol";

/// @notice A deployment with roles, two circuits, two policies and a party root.
abstract contract Fixture is TestBase {
    address internal constant ADMIN = address(0xA0);
    address internal constant ADMIN_2 = address(0xA9);
    address internal constant PROPOSER = address(0xA1);
    address internal constant APPROVER = address(0xA2);
    address internal constant OWNER = address(0xA3);
    address internal constant QA = address(0xA4);
    address internal constant AUTHORITY = address(0xA5);
    address internal constant SUBMITTER = address(0xA6);
    address internal constant STRANGER = address(0xA7);
    address internal constant PATIENT = address(0xA8);
    /// @dev The reason that every call takes.
    uint8 internal constant OTHER = Codes.REASON_OTHER;
    uint256 internal constant QP_KEY = 0x9b;
    uint256 internal constant ROOT = 5000;
    /// @dev Of the ceremony that made the keys of `Trapdoor`.
    bytes32 internal constant TRANSCRIPT = keccak256("transcript");
    /// @dev sha256 of the list of parties behind `ROOT`.
    bytes32 internal constant PARTY_LIST = keccak256("party list");
    uint256 internal constant START = 1_700_000_000;

    address internal qp = vm.addr(QP_KEY);
    IRoles internal roles;
    ICircuitRegistry internal circuits;
    IPolicyRegistry internal policies;
    IPartyRegistry internal parties;
    IConsentRegistry internal consents;
    IComplianceRegistry internal registry;
    IDisclosureRequests internal requests;
    IQualifiedPersons internal persons;
    IReleaseGate internal gate;
    bytes32 internal temperature;
    bytes32 internal custody;
    bytes32 internal plainPolicy;
    bytes32 internal custodyPolicy;
    /// @dev By which `Trapdoor` knows the circuit.
    mapping(bytes32 circuitId => uint256) internal saltOf;
    uint256 private _batches = 1000;

    function setUp() public virtual {
        vm.warp(START);
        roles = IRoles(_deployRoles(ADMIN, ADMIN_2));
        circuits = ICircuitRegistry(_deploy("CircuitRegistry", abi.encode(roles, true)));
        policies = IPolicyRegistry(_deploy("PolicyRegistry", abi.encode(roles, circuits)));
        parties = IPartyRegistry(_deploy("PartyRegistry", abi.encode(roles, 10 days)));
        consents = IConsentRegistry(_deploy("ConsentRegistry", ""));
        registry = _deployRegistry(policies, parties, consents, address(0));
        requests = registry.requests();
        persons = registry.persons();
        gate = registry.gate();
        _grant(RoleIds.PROPOSER, PROPOSER);
        _grant(RoleIds.APPROVER, APPROVER);
        _grant(RoleIds.MANUFACTURER, OWNER);
        _grant(RoleIds.qaOf(OWNER), QA);
        _grant(RoleIds.AUTHORITY, AUTHORITY);
        _grant(RoleIds.QP, qp);
        temperature = _addCircuit(1, Codes.KIND_TEMPERATURE);
        custody = _addCircuit(2, Codes.KIND_CUSTODY);
        plainPolicy = _approve(_plain());
        custodyPolicy = _approve(_withCustody());
        vm.prank(PROPOSER);
        parties.propose(ROOT, PARTY_LIST);
        vm.prank(APPROVER);
        parties.approve(ROOT, PARTY_LIST, "QA-1");
    }

    /// @dev From the build's own artifact, not by `new`: the compiler then need not build every registry once more.
    function _deploy(string memory name, bytes memory arguments) internal returns (address deployed) {
        string memory path = string.concat("build/hardhat/artifacts/contracts/", name, ".sol/", name, ".json");
        bytes memory creation = bytes.concat(vm.parseJsonBytes(vm.readFile(path), ".bytecode"), arguments);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            deployed := create(0, add(creation, 32), mload(creation))
        }
        assertTrue(deployed != address(0), name);
    }

    /// @dev With what belongs to it alone.
    function _deployRegistry(
        IPolicyRegistry policies_,
        IPartyRegistry parties_,
        IConsentRegistry consents_,
        address predecessor
    ) internal returns (IComplianceRegistry) {
        IComplianceRegistry.Parts memory parts = _parts(policies_, parties_, consents_);
        return IComplianceRegistry(_deploy("ComplianceRegistry", abi.encode(parts, predecessor)));
    }

    /// @dev Deploys what belongs to the registry alone that is deployed next, for its address.
    function _parts(
        IPolicyRegistry policies_,
        IPartyRegistry parties_,
        IConsentRegistry consents_
    ) internal returns (IComplianceRegistry.Parts memory parts) {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3);
        (parts.policies, parts.parties, parts.consents) = (policies_, parties_, consents_);
        parts.requests = IDisclosureRequests(_deploy("DisclosureRequests", abi.encode(next, policies_, roles)));
        parts.persons = IQualifiedPersons(_deploy("QualifiedPersons", abi.encode(next, policies_, roles)));
        bytes memory arguments = abi.encode(next, policies_, parties_, consents_, parts.requests, parts.persons);
        parts.gate = IReleaseGate(_deploy("ReleaseGate", arguments));
    }

    function _deployRoles(address first, address second) internal returns (address) {
        return _deploy("Roles", abi.encode([first, second], [_person(first), _person(second)]));
    }

    function _grant(bytes32 role, address account) internal {
        _grant(role, account, _person(account), START, START + 3650 days);
    }

    function _grant(bytes32 role, address account, bytes32 person, uint256 from, uint256 to) internal {
        vm.prank(ADMIN);
        roles.propose(role, account, person, uint64(from), uint64(to));
        vm.prank(ADMIN_2);
        roles.approve(role, account, person, uint64(from), uint64(to));
    }

    function _person(address account) internal pure returns (bytes32) {
        return keccak256(abi.encode(account));
    }

    function _addCircuit(uint256 salt, uint8 kind) internal returns (bytes32 circuitId) {
        circuitId = _addKey(Trapdoor.key(salt), kind, 210, false);
        saltOf[circuitId] = salt;
    }

    /// @dev By two persons. A key that is not of the development setup has a transcript.
    function _addKey(uint256[32] memory words, uint8 kind, uint32 tier, bool development) internal returns (bytes32) {
        bytes memory key = abi.encode(words);
        bytes32 transcript = development ? bytes32(0) : TRANSCRIPT;
        vm.prank(PROPOSER);
        circuits.propose(keccak256(key), kind, tier, development, transcript);
        vm.prank(APPROVER);
        return circuits.approve(key, kind, tier, development, transcript);
    }

    function _claim(
        bytes32 circuitId,
        uint256 rule,
        uint8 stage,
        uint8 class,
        uint8 neededFor
    ) internal pure returns (IPolicyRegistry.Claim memory) {
        bytes32[] memory circuitIds = new bytes32[](1);
        circuitIds[0] = circuitId;
        return IPolicyRegistry.Claim(circuitIds, rule, stage, class, neededFor, 1);
    }

    /// @dev Two stages, no custody: 0 leg of stage 0, 1 assay of stage 1, both for release; 2 sterility for completion.
    function _plain() internal view returns (IPolicyRegistry.Policy memory) {
        IPolicyRegistry.Claim[] memory claims = new IPolicyRegistry.Claim[](3);
        claims[0] = _claim(temperature, 11, 0, Codes.CLASS_PROCESS, Codes.NEEDED_FOR_RELEASE);
        claims[1] = _claim(temperature, 12, 1, Codes.CLASS_SPECIFICATION, Codes.NEEDED_FOR_RELEASE);
        claims[2] = _claim(temperature, 13, 1, Codes.CLASS_PROCESS, Codes.NEEDED_FOR_COMPLETION);
        return IPolicyRegistry.Policy(keccak256("plain"), "PLAIN", 1, 2, [uint64(30 days), uint64(90 days)], 0, claims);
    }

    /// @dev Two stages: 0 custody and 1 leg of stage 0, 2 custody and 3 leg of stage 1.
    function _withCustody() internal view returns (IPolicyRegistry.Policy memory) {
        IPolicyRegistry.Claim[] memory claims = new IPolicyRegistry.Claim[](4);
        claims[0] = _claim(custody, 21, 0, Codes.CLASS_CUSTODY, Codes.NEEDED_FOR_RELEASE);
        claims[1] = _claim(temperature, 22, 0, Codes.CLASS_PROCESS, Codes.NEEDED_FOR_RELEASE);
        claims[2] = _claim(custody, 23, 1, Codes.CLASS_CUSTODY, Codes.NEEDED_FOR_RELEASE);
        claims[3] = _claim(temperature, 24, 1, Codes.CLASS_PROCESS, Codes.NEEDED_FOR_COMPLETION);
        return
            IPolicyRegistry.Policy(
                keccak256("custody"),
                "CUSTODY",
                1,
                2,
                [uint64(30 days), uint64(90 days)],
                0,
                claims
            );
    }

    function _approve(IPolicyRegistry.Policy memory policy) internal returns (bytes32 policyId) {
        vm.prank(PROPOSER);
        policyId = policies.propose(policy);
        vm.prank(APPROVER);
        policies.approve(policyId, "MA-1", 0);
    }

    function _open(bytes32 policyId) internal returns (bytes32 key) {
        return _open(policyId, 0, 0);
    }

    function _open(bytes32 policyId, bytes32 consent, bytes32 supersedes) internal returns (bytes32 key) {
        address[] memory submitters = new address[](1);
        submitters[0] = SUBMITTER;
        uint64[2] memory due = [uint64(block.timestamp + 10 days), uint64(block.timestamp + 20 days)];
        _batches++;
        vm.prank(OWNER);
        return
            registry.openBatch(
                _batches,
                _batches + 7000,
                policyId,
                due,
                consent,
                _qps(),
                _stageQps(),
                submitters,
                supersedes
            );
    }

    /// @dev Who certifies.
    function _qps() internal view virtual returns (address[] memory qps) {
        qps = new address[](1);
        qps[0] = qp;
    }

    /// @dev Who confirms stages: nobody, as the policies here ask for none.
    function _stageQps() internal view virtual returns (IQualifiedPersons.StageQp[] memory) {
        return new IQualifiedPersons.StageQp[](0);
    }

    /// @dev An item whose proof holds if it comes from `submitter`.
    function _item(
        bytes32 key,
        uint8 claim,
        uint256 head,
        uint256 record,
        address submitter
    ) internal view returns (IComplianceRegistry.Item memory) {
        return _itemUnder(ROOT, key, claim, head, record, submitter);
    }

    /// @dev The same under another party root.
    function _itemUnder(
        uint256 root,
        bytes32 key,
        uint8 claim,
        uint256 head,
        uint256 record,
        address submitter
    ) internal view returns (IComplianceRegistry.Item memory item) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        item.claim = claim;
        item.circuitId = policies.policyOf(batch.policyId).claims[claim].circuitIds[0];
        item.head = head;
        item.parties = root;
        item.record = record;
        uint256[8] memory signals = [
            batch.batch,
            policies.ruleOf(batch.policyId, claim),
            head,
            root,
            record,
            0,
            Signals.contextOf(block.chainid, address(registry), submitter),
            batch.opened
        ];
        item.proof = Trapdoor.proof(saltOf[item.circuitId], signals);
    }

    function _one(bytes32 key) internal pure returns (bytes32[] memory keys) {
        keys = new bytes32[](1);
        keys[0] = key;
    }

    function _one(
        IComplianceRegistry.Item memory item
    ) internal pure returns (IComplianceRegistry.Item[] memory items) {
        items = new IComplianceRegistry.Item[](1);
        items[0] = item;
    }

    /// @dev The owner attests one claim; stage s has head 100 + s.
    function _attest(bytes32 key, uint8 claim) internal {
        IPolicyRegistry.Claim memory found = policies.policyOf(registry.batchOf(key).policyId).claims[claim];
        uint256 record = found.class == Codes.CLASS_CUSTODY ? _headBefore(key, found.stage) : 900 + claim;
        IComplianceRegistry.Item memory item = _item(key, claim, 100 + found.stage, record, OWNER);
        vm.prank(OWNER);
        registry.attest(key, _one(item));
    }

    function _headBefore(bytes32 key, uint8 stage) internal view returns (uint256) {
        return stage == 0 ? registry.batchOf(key).opening : registry.headOf(key, stage - 1);
    }

    function _certificate(bytes32 key) internal view returns (IComplianceRegistry.Certificate memory) {
        IComplianceRegistry.Batch memory batch = registry.batchOf(key);
        return
            IComplianceRegistry.Certificate(
                key,
                batch.policyId,
                Codes.NEEDED_FOR_RELEASE,
                batch.trail,
                batch.exceptionsHash,
                keccak256("certificate"),
                Codes.MEANING_CERTIFIED,
                uint64(block.timestamp),
                batch.certified,
                uint64(block.timestamp + 1 days)
            );
    }

    function _sign(
        IComplianceRegistry.Certificate memory certificate,
        uint256 key
    ) internal view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("batchproof"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 content = keccak256(
            abi.encode(
                keccak256(
                    "Certificate(bytes32 batch,bytes32 policyId,uint8 neededFor,bytes32 trail,bytes32 exceptionsHash,bytes32 certificate,uint8 meaning,uint64 signedAt,uint256 nonce,uint64 deadline)"
                ),
                certificate
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, content)));
        return abi.encodePacked(r, s, v);
    }

    function _certify(bytes32 key) internal {
        IComplianceRegistry.Certificate memory certificate = _certificate(key);
        registry.certify(key, certificate, _sign(certificate, QP_KEY));
    }

    function _raise(bytes32 key) internal returns (uint256 id) {
        return _raise(key, 0);
    }

    function _raise(bytes32 key, uint8 claim) internal returns (uint256 id) {
        return _raiseAs(QA, key, claim, 1);
    }

    function _raiseAs(address who, bytes32 key, uint8 claim, uint8 severity) internal returns (uint256 id) {
        uint8[] memory claims = new uint8[](1);
        claims[0] = claim;
        vm.prank(who);
        return registry.raiseException(_one(key), claims, Codes.CATEGORY_PARAMETER, severity, "DEV-1", 0);
    }

    function _propose(uint256 id, uint8 disposition) internal {
        vm.prank(QA);
        persons.proposeClosing(id, disposition, "evidence");
    }

    function _close(uint256 id, uint8 disposition) internal {
        _propose(id, disposition);
        vm.prank(qp);
        persons.confirmClosing(id, disposition, "evidence");
    }

    /// @dev An AUTHORITY names its order.
    function _holdAs(address who, bytes32 key) internal {
        vm.prank(who);
        registry.hold(_one(key), OTHER, 0, "ORDER-1");
    }

    function _unholdAs(address who, bytes32 key, address holder) internal {
        vm.prank(who);
        registry.unhold(key, holder, OTHER, 0);
    }

    function _supply(bytes32 key) internal {
        vm.prank(qp);
        registry.exceptionalSupply(key, "risk", "physician", uint64(block.timestamp));
    }

    /// @dev A consent that no batch has yet.
    function _consent() internal returns (bytes32) {
        _batches++;
        vm.prank(PATIENT);
        return consents.grant(bytes32(_batches));
    }

    function _revoke(bytes32 key) internal {
        bytes32 consent = registry.batchOf(key).consent;
        vm.prank(PATIENT);
        consents.revoke(consent);
    }

    function _status(bytes32 key) internal view returns (uint256) {
        return uint256(gate.statusOf(key));
    }
}
