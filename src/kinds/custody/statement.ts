import type { Signals } from "../../formats/constants.ts";
import { deviationNames } from "../../formats/deviations.ts";
import { custodyRuleHash } from "../../formats/custodyRule.ts";
import { stageHead } from "../../formats/head.ts";
import { describeOpening, openedSignal } from "../opened.ts";
import type { Judgement, Statement } from "../statement.ts";
import { checkCustody, custodyDeviationBits } from "./check.ts";
import { previousHead, type CustodyEvidence } from "./evidence.ts";
import { describeCustody, explainCustody } from "./explain.ts";
import { custodyInput } from "./input.ts";

/** What is judged and proven of the evidence of a custody claim. */
export function custodyStatement(evidence: CustodyEvidence): Statement {
  return {
    kind: "custody",
    capacity: undefined,
    findings: () => checkCustody(evidence),
    judge: () => judge(evidence),
    signals: (context) => custodySignals(evidence, context),
    input: (signals) => custodyInput(evidence, signals),
  };
}

/** The eight public signals of a proof of this evidence. */
export function custodySignals(evidence: CustodyEvidence, context: bigint): Signals {
  return {
    batch: evidence.batch,
    rule: custodyRuleHash(evidence.rule),
    head: stageHead(evidence.head),
    parties: evidence.parties,
    record: previousHead(evidence.before),
    deviations: custodyDeviationBits(evidence),
    context,
    opened: openedSignal(evidence),
  };
}

function judge(evidence: CustodyEvidence): Judgement {
  const problems = explainCustody(evidence, checkCustody(evidence));
  const remarks = [...describeCustody(evidence), describeOpening(evidence)];
  const deviations = deviationNames(custodyDeviationBits(evidence));
  if (evidence.rule.stage !== 0n || evidence.origin !== undefined) return { problems, deviations, series: [], remarks };
  // Only the site's secret tells whether the batch is the order under its own salt: `prove` asks for it, and judges.
  return {
    problems: problems.filter(({ rule }) => rule !== "batch"),
    deviations,
    series: [],
    remarks: [...remarks, "rule batch was not judged: it needs the first custodian's key (--key)"],
  };
}
