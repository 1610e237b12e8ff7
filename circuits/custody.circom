pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "lib/constants.circom";
include "lib/custody/batchOpening.circom";
include "lib/custody/continuity.circom";
include "lib/custody/custodian.circom";
include "lib/custody/custodyRule.circom";
include "lib/custody/duration.circom";
include "lib/custody/handoff.circom";
include "lib/custody/headChain.circom";
include "lib/custody/hold.circom";
include "lib/custody/order.circom";
include "lib/custody/seal.circom";
include "lib/shared/buses.circom";
include "lib/shared/openingTime.circom";

/**
 * @title Custody
 * @notice One stage of a batch. The prover knows the heads of the stage and of the one before it, the registered
 *         custodians whom they name, and both custodians' signatures over the hand-off, such that the material went
 *         from hand to hand as the rule demands.
 *         Rules: rule, head, continuity, order, hold, duration, custodian, handoff, condition, seal, batch,
 *         opened.
 *
 * What is proven and what is not: circuits/README.md. Exact constraint count: test/circuits/custody.test.ts.
 */
template Custody() {
    // ---- PUBLIC, in the order of SIGNALS (src/formats/constants.ts) ----
    signal input batch;      // commitment to chain of identity and order
    signal input rule;       // salted hash of this claim's rule
    signal input head;       // head of the claim's stage
    signal input parties;    // root of authorised parties and devices
    signal input record;     // head of the stage before; at stage 0 the batch's opening
    signal input deviations; // bits 4 and 5: opened after the stage began
    signal input context;    // chain, registry, submitter
    signal input opened;     // when the batch was opened, Unix seconds

    // ---- PRIVATE ----
    input CustodyRule() ruleFields;
    input StageHead() headFields;
    input StageHead() before;        // opened unless the stage is stage 0
    input Opening() opening;         // opened at stage 0
    input BatchOrigin() origin;      // used at stage 0
    input PartyLeaf() custodianLeaf;
    input PartyPath() custodianPath;
    input PartyLeaf() nextLeaf;      // the next custodian; where the stage is the last, the custodian again
    input PartyPath() nextPath;
    signal input conditionCode;      // state of the material at the hand-off
    input Signature() released;      // by the custodian
    input Signature() received;      // by the next custodian; where the rule demands no second one, the first again

    // 1. The rule is the approved one. What applies to the stage follows from it alone.
    component ruleOpening = CustodyRuleOpening();
    ruleOpening.rule <== rule;
    ruleOpening.fields <== ruleFields;
    signal first <== ruleOpening.first;

    // 2. The stage is one of this batch, the one the rule is for, and follows the previous head.
    component headOpening = HeadChain();
    headOpening.head <== head;
    headOpening.previous <== record;
    headOpening.batch <== batch;
    headOpening.stage <== ruleFields.stage;
    headOpening.first <== first;
    headOpening.fields <== headFields;
    headOpening.before <== before;
    headOpening.opening <== opening;

    // 3. It goes on where the stage before left off.
    component continuity = Continuity();
    continuity.first <== first;
    continuity.fields <== headFields;
    continuity.before <== before;
    continuity.opening <== opening;

    // 4. Time runs forward, and neither stage nor hand-off took too long. Afterwards all times are below 2^40.
    component order = Order();
    order.start <== headFields.start;
    order.end <== headFields.end;
    component hold = Hold();
    hold.end <== headFields.end;
    hold.nextStart <== headFields.nextStart;
    hold.last <== ruleFields.last;
    hold.limit <== ruleFields.holdLimit;
    component duration = Duration();
    duration.start <== headFields.start;
    duration.end <== headFields.end;
    duration.min <== ruleFields.durationMin;
    duration.max <== ruleFields.durationMax;

    // 5. The custodian is registered, over the whole stage, for the organisation that the head names.
    component custodian = Custodian();
    custodian.keyHash <== headFields.keyHash;
    custodian.from <== headFields.start;
    custodian.to <== headFields.end;
    custodian.leaf <== custodianLeaf;
    custodian.path <== custodianPath;
    custodian.parties <== parties;
    headFields.org === custodianLeaf.org;

    // 6. The next custodian is registered when it takes over. Where nobody does, the custodian's key stands in, so
    //    that the same is proven at every stage.
    component nextCustodian = Custodian();
    nextCustodian.keyHash <== headFields.nextKeyHash + ruleFields.last * (headFields.keyHash - headFields.nextKeyHash);
    nextCustodian.from <== hold.until;
    nextCustodian.to <== hold.until;
    nextCustodian.leaf <== nextLeaf;
    nextCustodian.path <== nextPath;
    nextCustodian.parties <== parties;

    // 7. Everybody concerned signed the hand-off.
    component handoff = Handoff();
    handoff.head <== head;
    handoff.condition <== conditionCode;
    handoff.internal <== ruleFields.internal;
    handoff.last <== ruleFields.last;
    handoff.handover <== ruleOpening.handover;
    handoff.fields <== headFields;
    handoff.releaser <== custodianLeaf;
    handoff.receiver <== nextLeaf;
    handoff.released <== released;
    handoff.received <== received;

    // 8. The material was in order, and its seal unbroken.
    component condition = IsEqual();
    condition.in <== [conditionCode, CONDITION_CONFORMING()];
    condition.out === 1;
    component seal = Seal();
    seal.sealed <== ruleFields.sealed;
    seal.seal <== headFields.seal;
    seal.before <== before.seal;

    // 9. At stage 0 the batch is this order under the site's own salt.
    component batchOpening = BatchOpening();
    batchOpening.batch <== batch;
    batchOpening.first <== first;
    batchOpening.secretHash <== custodianLeaf.secretHash;
    batchOpening.origin <== origin;

    // 10. Where the rule bounds it, the batch was opened soon enough after the stage began.
    component openingTime = OpeningTime();
    openingTime.opened <== opened;
    openingTime.start <== headFields.start;
    openingTime.openedWithin <== ruleFields.openedWithin;

    // 11. There is nothing else to know: no allowance of a custody rule can be used up.
    deviations === openingTime.deviations;

    // 12. The proof is for one chain, registry and submitter.
    signal contextSquare <== context * context;
}
