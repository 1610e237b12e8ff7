import { formatDuration, formatTime } from "../../input/times.ts";
import type { CustodyFinding } from "./check.ts";
import { custodyEnd, type CustodyEvidence } from "./evidence.ts";
import type { Explanation } from "../statement.ts";

/** Findings in words, with times and limits where the rule judges them. */
export function explainCustody(evidence: CustodyEvidence, findings: readonly CustodyFinding[]): Explanation[] {
  return findings.map(({ rule, problem }) => ({ rule, ...limitOf(evidence, rule, problem) }));
}

function limitOf(
  { rule: limits, head, custodian, next }: CustodyEvidence,
  rule: CustodyFinding["rule"],
  problem: string,
): Pick<Explanation, "message" | "limit"> {
  const duration = (seconds: bigint): string => formatDuration(Number(seconds));
  switch (rule) {
    case "hold": {
      const hold = custodyEnd({ rule: limits, head }) - head.end;
      const limit = duration(limits.holdLimit);
      return {
        limit,
        message: `${hold < 0n ? problem : `${duration(hold)} between this stage and the next`}; the limit is ${limit}.`,
      };
    }
    case "duration": {
      const [least, most] = [duration(limits.durationMin), duration(limits.durationMax)];
      return {
        limit: most,
        message: `the stage took ${duration(head.end - head.start)}; the limits are ${least} to ${most}.`,
      };
    }
    case "custodian": {
      const leaf = problem.includes("next custodian") ? next?.leaf : custodian.leaf;
      if (leaf === undefined || !problem.includes("valid")) return { message: `${problem}.` };
      const [from, to] = [leaf.notBefore, leaf.notAfter].map((time) => formatTime(Number(time)));
      return { message: `${problem}: the party list says from ${from ?? ""} to ${to ?? ""}.` };
    }
    case "rule":
    case "head":
    case "continuity":
    case "order":
    case "handoff":
    case "condition":
    case "seal":
    case "batch":
    case "opened":
      return { message: `${problem}.` };
  }
}

/** How long the stage took, and how long the material waited for the next custodian. */
export function describeCustody(evidence: CustodyEvidence): string[] {
  const { rule, head } = evidence;
  const took = `took ${formatDuration(Number(head.end - head.start))}`;
  if (rule.last === 1n) return [took];
  return [`${took}, then ${formatDuration(Number(head.nextStart - head.end))} until the next stage`];
}
