// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "./ICircuitRegistry.sol";

/// @title IPolicyRegistry
/// @notice What a compliant batch is: ordered stages with claims, proposed and approved by two persons.
///
/// policyId = keccak256(abi.encode(documentHash, product, version, stages, maxDue, confirmedStages,
/// claims)).
/// Life of a policy: unknown -> proposed -> approved (effective from a date) -> retired. A retired policy opens no new
/// batch; open ones finish.
interface IPolicyRegistry {
    /// @notice One claim, "this rule holds for this stage of this batch". Its index is its place in the policy.
    /// @param circuitIds The circuits that may prove it (all tiers it accepts).
    /// @param rule Salted hash of the rule's limits: public signal `rule`.
    /// @param stage Index of the stage.
    /// @param class `Codes.CLASS_*`.
    /// @param neededFor `Codes.NEEDED_FOR_*`.
    /// @param severity Severity of a breach, `Codes.SEVERITY_*`.
    struct Claim {
        bytes32[] circuitIds;
        uint256 rule;
        uint8 stage;
        uint8 class;
        uint8 neededFor;
        uint8 severity;
    }

    /// @notice One policy.
    /// @param documentHash sha256 of the policy document in canonical JSON (RFC 8785).
    /// @param product Product code, a name (`PublicTexts`).
    /// @param version Version of the policy for this product.
    /// @param stages Number of stages.
    /// @param maxDue Latest due dates for release and completion, seconds from the opening of a batch.
    /// @param confirmedStages Stages that a QP named for them confirms before the batch is certified: bit i stands for
    /// stage i.
    /// @param claims 1 to 256 claims, which together name at most 256 different circuits.
    struct Policy {
        bytes32 documentHash;
        bytes32 product;
        uint32 version;
        uint8 stages;
        uint64[2] maxDue;
        uint256 confirmedStages;
        Claim[] claims;
    }

    /// @notice How far a policy got. `proposedAt`, `approvedAt`, `retiredAt`: Unix seconds, 0: not (yet).
    struct Life {
        uint64 proposedAt;
        uint64 approvedAt;
        uint64 effectiveFrom;
        uint64 retiredAt;
    }

    /// @notice A policy in five words. In each set of claims bit i stands for claim i.
    /// @param stages Number of stages.
    /// @param release Claims needed for release.
    /// @param completion Claims needed for completion.
    /// @param custody Custody claims.
    /// @param confirmed Stages that a QP confirms: bit i stands for stage i.
    struct Outline {
        uint8 stages;
        uint256 release;
        uint256 completion;
        uint256 custody;
        uint256 confirmed;
    }

    /// @notice A policy was proposed. The event holds all of it, so that an auditor can rebuild it from the log.
    /// @param policyId Its id.
    /// @param proposer Who proposed it.
    /// @param policy All of it.
    event PolicyProposed(bytes32 indexed policyId, address indexed proposer, Policy policy);
    /// @notice A policy was approved under an authorisation or variation number.
    /// @param policyId Its id.
    /// @param approver Who approved it.
    /// @param authorisation Number of the authorisation or variation.
    /// @param effectiveFrom Unix seconds.
    event PolicyApproved(
        bytes32 indexed policyId,
        address indexed approver,
        bytes32 authorisation,
        uint64 effectiveFrom
    );
    /// @notice An authority endorsed a policy.
    /// @param policyId Its id.
    /// @param authority Who endorsed it.
    event PolicyEndorsed(bytes32 indexed policyId, address indexed authority);
    /// @notice A policy opens no new batch any more.
    /// @param policyId Its id.
    /// @param by Who retired it.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    event PolicyRetired(bytes32 indexed policyId, address indexed by, uint8 reason, bytes32 words);

    /// @notice The policy is known already.
    error PolicyKnown(bytes32 policyId);
    /// @notice No such policy.
    error PolicyUnknown(bytes32 policyId);
    /// @notice The policy opens no batch now: not approved, not yet effective, or retired.
    error PolicyNotEffective(bytes32 policyId);
    /// @notice The policy was not approved, or is retired already.
    error PolicyNotApproved(bytes32 policyId);
    /// @notice The authority endorsed this policy before.
    error AlreadyEndorsed(bytes32 policyId, address authority);
    /// @notice The document's hash is missing.
    error DocumentMissing();
    /// @notice Both due dates are at least one second, and completion is not before release.
    error MaxDueInvalid(uint64 release, uint64 completion);
    /// @notice Stages are to be confirmed that the policy does not have, or that have no claim needed for release: bit i stands
    /// for stage i.
    error ConfirmedStagesWrong(uint256 received, uint256 possible);
    /// @notice More stages are to be confirmed than an opening names QPs for.
    error ConfirmedStagesTooMany(uint256 received, uint256 most);
    /// @notice A policy has 1 to 256 claims.
    error ClaimCount(uint256 received, uint256 most);
    /// @notice No claim is needed for release, so every batch would be compliant unproven.
    error NoReleaseClaim();
    /// @notice The claim names a stage that the policy does not have.
    error StageUnknown(uint256 claim, uint8 stage, uint8 stages);
    /// @notice The class is none of `Codes.CLASS_*`.
    error ClassUnknown(uint256 claim, uint8 class);
    /// @notice It is none of `Codes.NEEDED_FOR_*`.
    error NeededForUnknown(uint256 claim, uint8 neededFor);
    /// @notice The severity is none of `Codes.SEVERITY_*`.
    error SeverityUnknown(uint256 claim, uint8 severity);
    /// @notice The rule is zero or not below the scalar field's order.
    error RuleOutOfField(uint256 claim, uint256 rule);
    /// @notice Two claims have one rule, so one proof would attest both.
    error RuleRepeated(uint256 claim, uint256 earlier);
    /// @notice The claim names no circuit.
    error CircuitMissing(uint256 claim);
    /// @notice The claim names more circuits than anybody needs.
    error CircuitCount(uint256 claim, uint256 received, uint256 most);
    /// @notice The claims together name more different circuits than a policy may.
    error TooManyCircuits(uint256 most);
    /// @notice Class custody goes with circuits of kind custody, and only with them.
    error ClassKindMismatch(uint256 claim, uint8 class, uint8 kind);
    /// @notice Two custody claims for one stage.
    error CustodyRepeated(uint256 claim, uint8 stage);
    /// @notice Custody is claimed on every stage or on none. Bit i of the sets stands for stage i.
    error CustodyIncomplete(uint256 received, uint256 expected);
    /// @notice A custody claim needed for release comes after one needed for completion.
    error CustodyOrder(uint8 stage);
    /// @notice The policy has no such claim.
    error ClaimUnknown(uint256 claim, uint256 count);
    /// @notice The claim does not accept this circuit.
    error CircuitNotAccepted(uint256 claim, bytes32 circuitId);

    /// @notice Proposes a policy. Caller: PROPOSER. Refused: every structural error above, unknown circuits and those
    /// with an announced freeze (`ICircuitRegistry`), a policy known already.
    /// @param policy The policy.
    /// @return policyId Its id.
    function propose(Policy calldata policy) external returns (bytes32 policyId);

    /// @notice Approves a proposed policy. Caller: APPROVER, another account and another person than the proposer.
    /// Refused: circuits whose freeze was announced since.
    /// @param policyId Hash of exactly what is approved.
    /// @param authorisation Number of the marketing authorisation or variation.
    /// @param effectiveFrom Unix seconds; never backdated: a past date counts as now.
    function approve(bytes32 policyId, bytes32 authorisation, uint64 effectiveFrom) external;

    /// @notice Endorses a policy, which changes nothing but is seen. Caller: AUTHORITY, once per policy.
    /// @param policyId A known policy.
    function endorse(bytes32 policyId) external;

    /// @notice Ends a policy for new batches; nothing brings it back. Caller: APPROVER.
    /// @param policyId An approved policy.
    /// @param reason `Codes.REASON_*`: why.
    /// @param words Salted hash of the words that say why; 0: none.
    function retire(bytes32 policyId, uint8 reason, bytes32 words) external;

    /// @notice The circuits that policies name.
    /// @return The circuit registry.
    function circuits() external view returns (ICircuitRegistry);

    /// @notice Reverts with `PolicyNotEffective` unless the policy opens batches now.
    /// @param policyId The policy.
    /// @return Latest due dates for release and completion, seconds from the opening.
    function requireEffective(bytes32 policyId) external view returns (uint64[2] memory);

    /// @notice Where the library `ClaimTable` finds all of the policy.
    /// @param policyId A known policy.
    /// @return The account that holds the table; it never changes.
    function tableOf(bytes32 policyId) external view returns (address);

    /// @notice The rule of a claim.
    /// @param policyId A known policy.
    /// @param claim Index of the claim; unknown ones revert.
    /// @return The claim's rule.
    function ruleOf(bytes32 policyId, uint256 claim) external view returns (uint256);

    /// @notice The class of a claim.
    /// @param policyId A known policy.
    /// @param claim Index of the claim; unknown ones revert.
    /// @return `Codes.CLASS_*`.
    function classOf(bytes32 policyId, uint256 claim) external view returns (uint8);

    /// @notice Latest due dates for release and completion, whether or not the policy is effective.
    /// @param policyId A known policy.
    /// @return Seconds.
    function maxDueOf(bytes32 policyId) external view returns (uint64[2] memory);

    /// @notice Number of stages, which claims are needed for what, and which stages are confirmed.
    /// @param policyId A known policy.
    /// @return The outline.
    function outlineOf(bytes32 policyId) external view returns (Outline memory);

    /// @notice The claims of one stage, and those of it and all later stages.
    /// @param policyId A known policy.
    /// @param stage Index of the stage.
    /// @return here Claims of the stage: bit i stands for claim i.
    /// @return hereAndLater Claims of the stage and of all later ones.
    function claimsOfStage(bytes32 policyId, uint8 stage) external view returns (uint256 here, uint256 hereAndLater);

    /// @notice The whole policy.
    /// @param policyId A known policy.
    /// @return The policy.
    function policyOf(bytes32 policyId) external view returns (Policy memory);

    /// @notice How far a policy got.
    /// @param policyId Any id.
    /// @return All zero if it is unknown.
    function lifeOf(bytes32 policyId) external view returns (Life memory);

    /// @notice Whether an authority endorsed a policy.
    /// @param policyId Any id.
    /// @param authority Account.
    /// @return True if it did.
    function endorsedBy(bytes32 policyId, address authority) external view returns (bool);
}
