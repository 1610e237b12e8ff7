import { html, nothing, type TemplateResult } from "lit";
import { visible } from "../../src/formats/visible.ts";
import type { ClaimState, Standing, StandingClaim } from "../../src/standing/standing.ts";
import type { Verification } from "../../src/standing/verification.ts";
import type { PolicyWords } from "../../src/standing/words.ts";
import { facts, said, symbol, whole } from "../parts/pieces.ts";
import { cell } from "../parts/table.ts";
import { t } from "./messages/index.ts";

const SYMBOL: Readonly<Record<ClaimState, string>> = { proven: "✓", settled: "≈", missing: "?", refused: "✕" };
/** Colours of the desk: what nobody proved is never green. */
const TONE: Readonly<Record<ClaimState, string>> = {
  proven: "proven",
  settled: "settled",
  missing: "unknown",
  refused: "declared",
};

/** What `verify-batch` says of a batch, besides its answer; nothing where nobody was asked. */
export function verificationView({ standing, policy }: Verification): TemplateResult | typeof nothing {
  if (standing === null) return nothing;
  return html`${standingView(standing)} ${policy === null ? nothing : policyView(policy)}`;
}

/** What a register says of a batch: by which policy, what is proven and since when, and what is not. */
function standingView(standing: Standing): TemplateResult {
  const { policy, release, certified, opened, due, claims } = standing;
  return html`<section aria-labelledby="standing">
    <h2 id="standing">${t("standing.title")}</h2>
    ${facts([
      [t("standing.policy"), html`${said(policy.product)} ${t("standing.version", { version: policy.version })}`],
      [t("standing.policyId"), whole(policy.policyId)],
      [t("standing.release"), said(release)],
      [t("standing.certified"), certified === null ? t("standing.never") : time(certified)],
      [t("standing.opened"), time(opened)],
      [t("standing.due"), html`${time(due.release)} · ${time(due.completion)}`],
    ])}
    <table role="table">
      <caption class="hidden">
        ${t("standing.claims")}
      </caption>
      <thead>
        <tr role="row">
          ${(["stage", "claim", "state", "since", "by"] as const).map(
            (column) => html`<th scope="col" role="columnheader">${t(`standing.${column}`)}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${claims.map(line)}
      </tbody>
    </table>
  </section>`;
}

function policyView({ claims }: PolicyWords): TemplateResult {
  return html`<section aria-labelledby="policy">
    <h2 id="policy">${t("standing.words")}</h2>
    ${claims.map(
      ({ id, words }) =>
        html`<h3>${said(id)}</h3>
          <ul>
            ${words.map((each) => html`<li>${said(each)}</li>`)}
          </ul>`,
    )}
  </section>`;
}

function line({ index, stage, kind, neededFor, state, proof }: StandingClaim): TemplateResult {
  const needed = neededFor === null ? nothing : html` <span class="explain">${said(neededFor)}</span>`;
  return html`<tr role="row">
    ${cell(t("standing.stage"), stage + 1)}
    ${cell(t("standing.claim"), html`${index + 1}: ${kind === null ? t("standing.unknownKind") : said(kind)}${needed}`)}
    ${cell(t("standing.state"), html`<span class="mark ${TONE[state]}">${symbol(SYMBOL[state])} ${t(`state.${state}`)}</span>`)}
    ${cell(t("standing.since"), proof === null ? "–" : time(proof.attested))}
    ${cell(t("standing.by"), proof === null ? "–" : proofText(proof))}
  </tr>`;
}

function proofText({ circuit, setup, unsound, deviations }: NonNullable<StandingClaim["proof"]>): TemplateResult {
  return html`${circuit === null ? t("standing.unknownCircuit") : said(circuit)}
  ${setup === "development" ? html`<span class="mark unknown">${t("standing.development")}</span>` : nothing}
  ${unsound ? html`<span class="mark declared">${t("standing.unsound")}</span>` : nothing}
  ${deviations.length === 0 ? nothing : html`<span class="explain">${t("standing.deviations")} ${said(deviations.join(", "))}</span>`}`;
}

function time(text: string): TemplateResult {
  return html`<time>${visible(text)}</time>`;
}
