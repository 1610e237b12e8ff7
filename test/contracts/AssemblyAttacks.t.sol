// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {DataAccessGate} from "../../contracts/examples/DataAccessGate.sol";
import {MilestoneEscrow} from "../../contracts/examples/MilestoneEscrow.sol";
import {IComplianceRegistry} from "../../contracts/interfaces/IComplianceRegistry.sol";
import {IConsentRegistry} from "../../contracts/interfaces/IConsentRegistry.sol";
import {IDisclosureRequests} from "../../contracts/interfaces/IDisclosureRequests.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {IPolicyRegistry} from "../../contracts/interfaces/IPolicyRegistry.sol";
import {IQualifiedPersons} from "../../contracts/interfaces/IQualifiedPersons.sol";
import {IReleaseGate} from "../../contracts/interfaces/IReleaseGate.sol";
import {IRoles} from "../../contracts/interfaces/IRoles.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Consents that always stand.
contract YesConsents {
    function isValid(bytes32) external pure returns (bool) {
        return true;
    }
}

/// @notice How a register is put together: parts for a predicted address, gates that are not its own, and the journals of all.
// Verifies R-register-roles.
contract AssemblyAttacksTest is Fixture {
    uint256 private constant KINDS = 9;
    IRoles private _otherRoles;
    IPolicyRegistry private _otherPolicies;
    IPartyRegistry private _otherParties;
    IConsentRegistry private _otherConsents;

    function setUp() public override {
        super.setUp();
        _otherRoles = IRoles(_deployRoles(STRANGER, PATIENT));
        _otherPolicies = IPolicyRegistry(_deploy("PolicyRegistry", abi.encode(roles, circuits)));
        _otherParties = IPartyRegistry(_deploy("PartyRegistry", abi.encode(roles, 10 days)));
        _otherConsents = IConsentRegistry(_deploy("ConsentRegistry", ""));
    }

    /// @dev Parts of the registry that is deployed next, one of which asks what is not the register's; `KINDS`: none.
    function _partsWith(uint256 foreign) private returns (IComplianceRegistry.Parts memory parts) {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3);
        (parts.policies, parts.parties, parts.consents) = (policies, parties, consents);
        bytes memory arguments = abi.encode(
            next,
            foreign == 0 ? _otherPolicies : policies,
            foreign == 1 ? _otherRoles : roles
        );
        parts.requests = IDisclosureRequests(_deploy("DisclosureRequests", arguments));
        arguments = abi.encode(next, foreign == 2 ? _otherPolicies : policies, foreign == 3 ? _otherRoles : roles);
        parts.persons = IQualifiedPersons(_deploy("QualifiedPersons", arguments));
        arguments = abi.encode(
            next,
            foreign == 4 ? _otherPolicies : policies,
            foreign == 5 ? _otherParties : parties,
            foreign == 6 ? _otherConsents : consents,
            foreign == 7 ? requests : parts.requests,
            foreign == 8 ? persons : parts.persons
        );
        parts.gate = IReleaseGate(_deploy("ReleaseGate", arguments));
    }

    // A gate that asked other consents would open for a batch whose own is revoked; persons under other roles would let those
    // close exceptions who are nobody here.
    function test_V168_a_part_that_asks_what_is_not_the_registers_is_refused() external {
        for (uint256 foreign = 0; foreign < KINDS; foreign++) {
            IComplianceRegistry.Parts memory parts = _partsWith(foreign);
            bool differs = foreign == 1 || foreign == 3;
            vm.expectRevert(differs ? IRoles.RolesDiffer.selector : IComplianceRegistry.PartsDiffer.selector);
            _deploy("ComplianceRegistry", abi.encode(parts, address(0)));
        }
        _deploy("ComplianceRegistry", abi.encode(_partsWith(KINDS), address(0)));
    }

    /// @dev A gate that says it is the registry's, as it answers, and opens on every consent.
    function _secondGate() private returns (IReleaseGate second) {
        YesConsents yes = new YesConsents();
        bytes memory arguments = abi.encode(registry, policies, parties, yes, requests, persons);
        second = IReleaseGate(_deploy("ReleaseGate", arguments));
        assertEq(uint160(address(second.registry())), uint160(address(registry)));
    }

    // Anybody deploys one. Only the gate that the register names is its own.
    function test_V169_a_second_gate_answers_otherwise_and_is_not_the_one_that_the_register_names() external {
        bytes32 key = _open(plainPolicy, _consent(), 0);
        _attest(key, 0);
        _attest(key, 1);
        _certify(key);
        _revoke(key);
        IReleaseGate second = _secondGate();
        assertTrue(!gate.isReleased(key) && second.isReleased(key), "answers otherwise");
        assertEq(uint160(address(registry.gate())), uint160(address(gate)));
    }

    // Verifies R-register-escrow.
    function test_V169_the_examples_refuse_a_gate_that_the_register_does_not_name() external {
        IReleaseGate second = _secondGate();
        vm.expectRevert(abi.encodeWithSelector(MilestoneEscrow.GateForeign.selector, second));
        new MilestoneEscrow(second);
        vm.expectRevert(abi.encodeWithSelector(DataAccessGate.GateForeign.selector, second));
        new DataAccessGate(second, consents);
        assertEq(uint160(address(new MilestoneEscrow(gate).registry())), uint160(address(registry)));
        assertEq(uint160(address(new DataAccessGate(gate, consents).registry())), uint160(address(registry)));
    }

    // Verifies R-register-journal.
    function test_V192_the_journal_is_slot_0_of_every_contract() external view {
        address[8] memory all = [
            address(roles),
            address(circuits),
            address(policies),
            address(parties),
            address(consents),
            address(registry),
            address(requests),
            address(persons)
        ];
        for (uint256 i = 0; i < all.length; i++) {
            (bool found, bytes memory word) = all[i].staticcall(abi.encodeWithSignature("journal()"));
            assertTrue(found, "journal");
            assertEq(vm.load(all[i], 0), abi.decode(word, (bytes32)));
        }
        assertEq(vm.load(address(persons), 0), keccak256(abi.encode(block.chainid, address(persons))));
    }

    // Which of two contracts was called first within a block is in no journal. Logs have an index, which a node says.
    function test_V192_the_order_of_two_contracts_within_a_block_is_not_chained() external {
        bytes32 key = _open(plainPolicy);
        uint256 before = vm.snapshotState();
        _request(key);
        _holdAs(AUTHORITY, key);
        (bytes32 first, bytes32 second) = (vm.load(address(requests), 0), vm.load(address(registry), 0));
        vm.revertToState(before);
        _holdAs(AUTHORITY, key);
        _request(key);
        assertEq(vm.load(address(requests), 0), first);
        assertEq(vm.load(address(registry), 0), second);
    }

    function _request(bytes32 key) private {
        vm.prank(AUTHORITY);
        requests.request(key, 0, 1, 2, uint64(block.timestamp + 1));
    }
}
