import { html, nothing, type TemplateResult } from "lit";
import type { Signed } from "../../src/audit/history.ts";
import type { AuditReport } from "../../src/audit/report.ts";
import { local, utc } from "./format.ts";
import { t } from "../messages/index.ts";
import { account, said } from "./pieces.ts";

/** The name of an account, as whoever audited knows it; undefined: it is not published. */
export function nameOf({ names }: AuditReport, address: string): string | undefined {
  return Object.hasOwn(names, address) ? names[address] : undefined;
}

/** The roles that an account held at a time (Unix seconds), in words, each once. */
export function rolesAt({ roles }: AuditReport, address: string, at: number): readonly string[] {
  const held = roles.filter((row) => {
    if (row.account !== address || row.grantedAt > at) return false;
    if (row.revokedAt !== null && row.revokedAt < at) return false;
    return BigInt(row.from) <= BigInt(at) && BigInt(at) < BigInt(row.to);
  });
  return [...new Set(held.map(({ role }) => role))];
}

/** An account with its name, where it is published; "not said" where the log does not name one. */
export function person(report: AuditReport, address: string | null): TemplateResult {
  if (address === null || address === "") return html`${t("rows.unsaid")}`;
  const name = nameOf(report, address);
  return html`${name === undefined ? nothing : html`${said(name)} `}${account(report, address)}`;
}

/** A time in UTC with the local one under it: how a signature shows it. */
export function bothTimes(at: number): TemplateResult {
  return html`<time>${utc(at)}</time> <span class="explain local">${local(at)}</span>`;
}

/** Who signed and when. */
export function signedBy(report: AuditReport, { by, at }: Signed): TemplateResult {
  return html`${person(report, by)}, ${bothTimes(at)}`;
}
