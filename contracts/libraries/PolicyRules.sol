// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {Codes} from "./Codes.sol";
import {Limits} from "./Limits.sol";
import {PublicTexts} from "./PublicTexts.sol";
import {Signals} from "./Signals.sol";
import {WordList} from "./WordList.sol";

/// @title PolicyRules
/// @notice The structure every policy must have. Whether it is medically right is for people to judge.
library PolicyRules {
    using WordList for WordList.List;

    /// @notice Reverts with an error of `IPolicyRegistry` or `ICircuitRegistry` unless the structure is sound.
    /// @param policy The policy.
    /// @param circuits Registry of the circuits it names.
    /// @return outline Its outline.
    /// @return named The circuits, each once, in the order in which the claims first name them.
    /// @return places Which of them each claim names: their places, a byte each from the left.
    function requireSound(
        IPolicyRegistry.Policy calldata policy,
        ICircuitRegistry circuits
    )
        internal
        view
        returns (IPolicyRegistry.Outline memory outline, WordList.List memory named, uint256[] memory places)
    {
        _requireHead(policy);
        places = new uint256[](policy.claims.length);
        named = WordList.create();
        WordList.List memory rules = WordList.create();
        uint8[256] memory kinds;
        outline.stages = policy.stages;
        outline.confirmed = policy.confirmedStages;
        for (uint256 i = 0; i < policy.claims.length; i++) {
            IPolicyRegistry.Claim calldata claim = policy.claims[i];
            _requireClaim(i, claim, policy.stages);
            (uint256 earlier, bool first) = rules.add(bytes32(claim.rule));
            if (!first) revert IPolicyRegistry.RuleRepeated(i, earlier);
            places[i] = _requireCircuits(i, claim, circuits, named, kinds);
            uint256 bit = 1 << i;
            if (claim.neededFor == Codes.NEEDED_FOR_RELEASE) outline.release |= bit;
            else outline.completion |= bit;
            if (claim.class == Codes.CLASS_CUSTODY) outline.custody |= bit;
        }
        if (outline.release == 0) revert IPolicyRegistry.NoReleaseClaim();
        if (outline.custody != 0) _requireCustody(policy);
        _requireConfirmable(policy);
    }

    /// @dev A stage is confirmed before the batch is certified, so there is something in it that must be there by then. Each
    /// has a QP, whom the opening of a batch names.
    function _requireConfirmable(IPolicyRegistry.Policy calldata policy) private pure {
        uint256 possible = 0;
        for (uint256 i = 0; i < policy.claims.length; i++) {
            IPolicyRegistry.Claim calldata claim = policy.claims[i];
            if (claim.neededFor == Codes.NEEDED_FOR_RELEASE) possible |= 1 << claim.stage;
        }
        uint256 confirmed = policy.confirmedStages;
        if (confirmed & ~possible != 0) revert IPolicyRegistry.ConfirmedStagesWrong(confirmed, possible);
        uint256 count = 0;
        for (uint256 rest = confirmed; rest != 0; rest &= rest - 1) count++;
        if (count > Limits.NAMES_OF_OPENING) {
            revert IPolicyRegistry.ConfirmedStagesTooMany(count, Limits.NAMES_OF_OPENING);
        }
    }

    function _requireHead(IPolicyRegistry.Policy calldata policy) private pure {
        if (policy.documentHash == 0) revert IPolicyRegistry.DocumentMissing();
        PublicTexts.requireName(policy.product);
        if (policy.maxDue[0] == 0 || policy.maxDue[1] < policy.maxDue[0] || policy.maxDue[1] > Limits.DUE) {
            revert IPolicyRegistry.MaxDueInvalid(policy.maxDue[0], policy.maxDue[1]);
        }
        if (policy.claims.length == 0 || policy.claims.length > Limits.CLAIMS_OF_POLICY) {
            revert IPolicyRegistry.ClaimCount(policy.claims.length, Limits.CLAIMS_OF_POLICY);
        }
    }

    function _requireClaim(uint256 i, IPolicyRegistry.Claim calldata claim, uint8 stages) private pure {
        if (claim.stage >= stages) revert IPolicyRegistry.StageUnknown(i, claim.stage, stages);
        if (claim.class < Codes.CLASS_SPECIFICATION || claim.class > Codes.CLASS_CUSTODY) {
            revert IPolicyRegistry.ClassUnknown(i, claim.class);
        }
        if (claim.neededFor < Codes.NEEDED_FOR_RELEASE || claim.neededFor > Codes.NEEDED_FOR_COMPLETION) {
            revert IPolicyRegistry.NeededForUnknown(i, claim.neededFor);
        }
        if (claim.severity < Codes.SEVERITY_MINOR || claim.severity > Codes.SEVERITY_CRITICAL) {
            revert IPolicyRegistry.SeverityUnknown(i, claim.severity);
        }
        if (claim.rule == 0 || claim.rule >= Signals.FIELD) revert IPolicyRegistry.RuleOutOfField(i, claim.rule);
        if (claim.circuitIds.length == 0) revert IPolicyRegistry.CircuitMissing(i);
        if (claim.circuitIds.length > Limits.CIRCUITS_OF_CLAIM) {
            revert IPolicyRegistry.CircuitCount(i, claim.circuitIds.length, Limits.CIRCUITS_OF_CLAIM);
        }
    }

    /// @dev The registry is asked once about each circuit; `kinds` are its answers, by the circuits' places.
    function _requireCircuits(
        uint256 i,
        IPolicyRegistry.Claim calldata claim,
        ICircuitRegistry circuits,
        WordList.List memory named,
        uint8[256] memory kinds
    ) private view returns (uint256 places) {
        bool custody = claim.class == Codes.CLASS_CUSTODY;
        bytes32[] calldata circuitIds = claim.circuitIds;
        for (uint256 j = 0; j < circuitIds.length; j++) {
            (uint256 place, bool added) = named.add(circuitIds[j]);
            if (place == WordList.MOST) revert IPolicyRegistry.TooManyCircuits(WordList.MOST);
            if (added) kinds[place] = circuits.kindForPolicy(circuitIds[j]);
            uint8 kind = kinds[place];
            if (custody != (kind == Codes.KIND_CUSTODY)) {
                revert IPolicyRegistry.ClassKindMismatch(i, claim.class, kind);
            }
            places |= place << (248 - 8 * j);
        }
    }

    /// @dev One custody claim per stage, and once a stage's custody is only needed for completion, so are all later
    /// ones: a batch cannot be released on a chain of custody with a hole in it.
    function _requireCustody(IPolicyRegistry.Policy calldata policy) private pure {
        uint256 stagesSeen = 0;
        uint256 forCompletion = 0;
        for (uint256 i = 0; i < policy.claims.length; i++) {
            IPolicyRegistry.Claim calldata claim = policy.claims[i];
            if (claim.class != Codes.CLASS_CUSTODY) continue;
            uint256 bit = 1 << claim.stage;
            if (stagesSeen & bit != 0) revert IPolicyRegistry.CustodyRepeated(i, claim.stage);
            stagesSeen |= bit;
            if (claim.neededFor == Codes.NEEDED_FOR_COMPLETION) forCompletion |= bit;
        }
        uint256 all = (1 << policy.stages) - 1;
        if (stagesSeen != all) revert IPolicyRegistry.CustodyIncomplete(stagesSeen, all);
        for (uint8 stage = 1; stage < policy.stages; stage++) {
            bool earlier = forCompletion & (1 << (stage - 1)) != 0;
            bool here = forCompletion & (1 << stage) != 0;
            if (earlier && !here) revert IPolicyRegistry.CustodyOrder(stage);
        }
    }
}
