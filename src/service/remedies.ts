import { BATCH_PATH, SITE_PATH } from "./shapes.ts";

const SITE = SITE_PATH.replace(":site", "SITE");
const BATCH = BATCH_PATH.replace(":site", "SITE").replace(":batch", "BATCH");

/** What is decided by the same address is known by its kind. */
const DECISION = `POST ${BATCH}/decisions`;

/** What does over HTTP what a command does. */
export const CALLS: ReadonlyMap<string, string> = new Map([
  ["attest", `POST ${BATCH}/attest`],
  ["audit", "POST /v1/audits"],
  ["check", `POST ${BATCH}/check`],
  ["gate", `GET ${BATCH}/gate`],
  ["handoff discard", `POST ${BATCH}/handoffs/STAGE/discard`],
  ["handoff export", `GET ${BATCH}/handoff-file`],
  ["handoff import", `POST ${BATCH}/handoffs`],
  ["handoff show", `GET ${BATCH}/handoffs`],
  ["handoff sign", `POST ${BATCH}/handoffs/STAGE/signatures`],
  ["import batchml", `POST ${BATCH}/imports/batchml`],
  ["import fridgetag", `POST ${BATCH}/imports/fridgetag`],
  ["import results", `POST ${BATCH}/imports/results`],
  ["import table", `POST ${BATCH}/imports/table`],
  ["init", `POST ${SITE}/batches`],
  ["inspect", `POST ${BATCH}/inspections`],
  ["open", `POST ${BATCH}/open`],
  ["policy hash", `GET ${SITE}/policies/POLICY`],
  ["policy lint", `GET ${SITE}/policies/POLICY/lint`],
  ["policy show", `GET ${SITE}/policies/POLICY`],
  ["profile list", `GET ${SITE}/profiles`],
  ["prove", `POST ${BATCH}/prove`],
  ["stage", `PUT ${BATCH}/stages/STAGE`],
  ...["abort", "certify", "confirm-stage", "extend", "hold", "notify", "recall", "reject", "supply", "unhold"].map(
    (kind) => [kind, `${DECISION} (${kind})`] as const,
  ),
  ...["amend", "name-submitter", "set-head"].map((kind) => [kind, `${DECISION} (${kind})`] as const),
  ...["raise", "propose-closing", "confirm-closing", "withdraw-closing", "acknowledge"].map(
    (what) => [`exception ${what}`, `${DECISION} (exception-${what})`] as const,
  ),
  ...["propose", "consent", "withdraw"].map((what) => [`qp ${what}`, `${DECISION} (qp-${what})`] as const),
  ["consent decide", `${DECISION} (consent-decide)`],
  ["challenge decide", `${DECISION} (challenge)`],
]);

/** Members of bodies and queries in place of options of commands. */
const MEMBERS: ReadonlyMap<string, string> = new Map([
  ...["administration", "also", "certificate", "due", "notified", "order", "owner", "supersedes", "words"].map(
    (name) => [name, name] as const,
  ),
  ["account", "from"],
  ["due-completion", "dueCompletion"],
  ["physician-request", "physicianRequest"],
  ["qp", "qps"],
  ["risk-evaluation", "riskEvaluation"],
  ["stage-qp", "stageQps"],
  ["submitter", "submitters"],
]);

/**
 * A remedy for somebody who calls the API: a command that it prints is named as the call that does the same, an option as the member
 * that says the same. What only the command line does is said to be done there.
 */
export function overHttp(remedy: string): string {
  return remedy.replace(/`([^`]*)`|--([a-z-]+)/g, (whole: string, command?: string, option?: string) => {
    if (command !== undefined) return callOf(command);
    const member = MEMBERS.get(option ?? "");
    return member === undefined ? whole : `\`${member}\``;
  });
}

function callOf(command: string): string {
  const [program, first = "", second = ""] = command.split(" ");
  if (program !== "batchproof") return `\`${command}\``;
  const call = CALLS.get(`${first} ${second}`) ?? CALLS.get(first);
  return call === undefined ? `\`${command}\` (at the command line)` : `\`${call}\``;
}
