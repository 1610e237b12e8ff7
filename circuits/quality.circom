pragma circom 2.2.2;

include "circomlib/circuits/comparators.circom";
include "lib/constants.circom";
include "lib/quality/judgement.circom";
include "lib/quality/lab.circom";
include "lib/quality/qualityRule.circom";
include "lib/quality/resultSet.circom";
include "lib/shared/buses.circom";
include "lib/shared/headOpening.circom";
include "lib/shared/openingTime.circom";

/**
 * @title Quality
 * @notice Up to 16 results against a specification. The prover knows the complete set of results of a stage, signed by a
 *         registered laboratory, that has one result for every analyte the rule demands, each of which meets its
 *         specification (or another one of its OR group does), in time, with the products that the rule sets.
 *         Rules: complete, spec, group, product, date, lab, opened.
 *
 * What is proven and what is not: circuits/README.md. Exact constraint count: test/circuits/quality.test.ts.
 */
template Quality() {
    // ---- PUBLIC, in the order of SIGNALS (src/formats/constants.ts) ----
    signal input batch;      // commitment to chain of identity and order
    signal input rule;       // salted hash of this claim's rule
    signal input head;       // head of the claim's stage
    signal input parties;    // root of authorised parties and devices
    signal input record;     // salted commitment to the complete set of results
    signal input deviations; // bit 2: a test was repeated or declared invalid; bits 4 and 5: opened after the stage began
    signal input context;    // chain, registry, submitter
    signal input opened;     // when the batch was opened, Unix seconds

    // ---- PRIVATE ----
    input QualityRule() ruleFields;
    input StageHead() headFields;
    input ResultSet() results;
    input PartyLeaf() labLeaf;
    input PartyPath() labPath;
    input Signature() labSignature;

    // 1. The rule is the approved one.
    component ruleOpening = QualityRuleOpening();
    ruleOpening.rule <== rule;
    ruleOpening.fields <== ruleFields;

    // 2. The stage is one of this batch, and the one the rule is for.
    component headOpening = HeadOpening();
    headOpening.head <== head;
    headOpening.batch <== batch;
    headOpening.stage <== ruleFields.stage;
    headOpening.fields <== headFields;

    // 3. The record is this set of results; after this, values, times and counts are in range.
    component recordOpening = ResultSetOpening();
    recordOpening.record <== record;
    recordOpening.fields <== results;

    // 4. The results are complete, meet the specification, and are in time.
    component judgement = Judgement();
    judgement.rule <== ruleFields;
    judgement.permitted <== ruleOpening.permitted;
    judgement.results <== results;
    judgement.start <== headFields.start;
    judgement.end <== headFields.end;

    // 5. A registered laboratory signed the record.
    component lab = Lab();
    lab.batch <== batch;
    lab.stage <== ruleFields.stage;
    lab.rule <== rule;
    lab.record <== record;
    lab.leaf <== labLeaf;
    lab.path <== labPath;
    lab.parties <== parties;
    lab.signature <== labSignature;
    lab.sampled <== results.sampled;
    lab.reported <== results.reported;

    // 6. Where the rule bounds it, the batch was opened soon enough after the stage began.
    component openingTime = OpeningTime();
    openingTime.opened <== opened;
    openingTime.start <== headFields.start;
    openingTime.openedWithin <== ruleFields.openedWithin;

    // 7. What the reader should know: the same bit as a repeated import of a logger.
    component neverRetested = IsZero();
    neverRetested.in <== recordOpening.retested;
    deviations === 4 * (1 - neverRetested.out) + openingTime.deviations;

    // 8. The proof is for one chain, registry and submitter.
    signal contextSquare <== context * context;
}
