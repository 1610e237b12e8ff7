import { html, nothing, type TemplateResult } from "lit";
import { inputError } from "../../src/errors.ts";
import type { AuditReport } from "../../src/audit/report.ts";
import type { PolicyReport } from "../../src/audit/policies.ts";
import { visible, visibleLines } from "../../src/formats/visible.ts";
import { parseJson } from "../../src/input/json.ts";
import { parsePolicy } from "../../src/kinds/policy.ts";
import { registeredPolicy, saidOtherwise } from "../../src/packet/registered.ts";
import { documentHash, type Policy } from "../../src/policy/document.ts";
import { parseSalts, saltsOwner, type PolicySalts } from "../../src/policy/salts.ts";
import { diffPolicies, type PolicyChange } from "../../src/review/diff.ts";
import { showPolicy } from "../../src/review/show.ts";
import type { DeskData, GivenFile } from "../data/data.ts";
import { DeskElement } from "../parts/element.ts";
import { count, utc } from "../parts/format.ts";
import { t } from "../messages/index.ts";
import { facts, said, symbol, whole } from "../parts/pieces.ts";
import { person } from "../parts/people.ts";
import { perReport } from "../data/perReport.ts";
import { Printing } from "../parts/printing.ts";
import { picker, plainTable, refused } from "./parts.ts";

/** A policy that somebody gave, and the one of the register whose document it is. */
interface Given {
  readonly name: string;
  readonly policy: Policy;
  readonly registered: PolicyReport | undefined;
}

const WORK = perReport(() => ({
  given: undefined as readonly Given[] | undefined,
  /** By the hash of their policy's document. */
  salts: new Map<string, PolicySalts>(),
  errors: [] as unknown[],
}));

/** The register's policies, and in words those whose documents the reader gives: nothing of them leaves the browser. */
export class DeskPolicy extends DeskElement {
  static override properties = { data: { attribute: false }, compared: { state: true } };
  declare data: DeskData;
  /** Places of the two policies that are compared among those given. */
  declare compared: readonly [before: number, after: number];
  readonly #printing = new Printing(this);

  constructor() {
    super();
    this.compared = [0, 1];
  }

  protected override render(): TemplateResult {
    const { report } = this.data.lineage;
    const { given, errors } = this.#work();
    return html`<section aria-labelledby="policies">
      <h1 id="policies" tabindex="-1">${t("page.policy")}</h1>
      <p>${t("policy.explain")}</p>
      ${registeredTable(report, given)}
      ${picker(
        t("policy.give"),
        (file) => this.#keep(() => this.#take(file)),
        (error) => this.#keep(() => errors.push(error)),
      )}
      ${errors.map(refused)} ${this.#comparison(given)} ${given.map((each) => this.#policy(report, each))}
    </section>`;
  }

  /** What was given so far; at first those files that came with the page. */
  #work(): ReturnType<typeof WORK> & { given: readonly Given[] } {
    const work = WORK(this.data.lineage.report);
    if (work.given === undefined) {
      work.given = [];
      for (const file of this.data.policies) this.#take(file);
    }
    return { ...work, given: work.given };
  }

  #keep(change: () => void): void {
    change();
    this.requestUpdate();
  }

  /** A policy, or the salts of one that was given before. */
  #take({ name, text }: GivenFile): void {
    const work = WORK(this.data.lineage.report);
    const given = work.given ?? [];
    try {
      const value = parseJson(new TextEncoder().encode(text), name);
      const owner = saltsOwner(value);
      if (owner !== undefined) {
        work.salts.set(owner, parseSalts(value, ownerAmong(given, owner, name), name));
        return;
      }
      const policy = parsePolicy(value, name);
      const others = given.filter((each) => documentHash(each.policy) !== documentHash(policy));
      work.given = [...others, { name, policy, registered: registeredPolicy(policy, this.data.lineage.report) }];
    } catch (error) {
      work.errors.push(error);
    }
  }

  #policy(report: AuditReport, { name, policy, registered }: Given): TemplateResult {
    const salts = WORK(report).salts.get(documentHash(policy));
    return html`<article class="policy">
      <h2>${said(`${policy.product} v${policy.version}`)} <small>${said(name)}</small></h2>
      ${registered === undefined ? unregistered() : registeredWords(report, policy, registered, salts)}
      <details ?open=${this.#printing.now}>
        <summary>${t("policy.words")}</summary>
        <pre class="policy-words" lang="en">${visibleLines(showPolicy(policy))}</pre>
      </details>
    </article>`;
  }

  #comparison(given: readonly Given[]): TemplateResult | typeof nothing {
    if (given.length < 2) return nothing;
    const [before, after] = this.compared.map((place) => given[place]);
    return html`<section aria-labelledby="policy-diff">
      <h2 id="policy-diff">${t("policy.compare")}</h2>
      <form class="filter noprint" @submit=${(event: Event) => event.preventDefault()}>
        ${this.#choice(t("policy.before"), given, 0)} ${this.#choice(t("policy.after"), given, 1)}
      </form>
      ${before === undefined || after === undefined ? nothing : difference(before.policy, after.policy)}
    </section>`;
  }

  #choice(label: string, given: readonly Given[], side: 0 | 1): TemplateResult {
    const choose = ({ target }: Event): void => {
      const place = Number((target as HTMLSelectElement).value);
      this.compared = side === 0 ? [place, this.compared[1]] : [this.compared[0], place];
    };
    return html`<label
      >${label}
      <select @change=${choose}>
        ${given.map(
          ({ name, policy }, place) =>
            html`<option value=${place} ?selected=${place === this.compared[side]}>
              ${visible(`${policy.product} v${policy.version} (${name})`)}
            </option>`,
        )}
      </select></label
    >`;
  }
}

customElements.define("desk-policy", DeskPolicy);

function ownerAmong(given: readonly Given[], owner: string, place: string): Policy {
  const found = given.find(({ policy }) => documentHash(policy) === owner);
  if (found !== undefined) return found.policy;
  throw inputError("These are the salts of a policy that was not given.", { place, code: "salts-policy" });
}

function registeredTable(report: AuditReport, given: readonly Given[]): TemplateResult {
  const batchesOf = Map.groupBy(report.batches, ({ policyId }) => policyId);
  const lines = report.policies.map((policy) => {
    const { policyId, product, version, proposed, approved, endorsed, retired } = policy;
    const document = given.find(({ registered }) => registered?.policyId === policyId);
    return [
      html`${said(`${product} v${version}`)}<br />${whole(policyId)}`,
      count(batchesOf.get(policyId)?.length ?? 0),
      step(report, proposed),
      approved === null ? t("policy.notApproved") : step(report, approved),
      endorsed.length === 0 ? t("policy.notEndorsed") : endorsed.map((each) => step(report, each)),
      retired === null ? t("policy.notRetired") : html`${step(report, retired)} ${said(retired.reason)}`,
      document === undefined ? t("policy.notGiven") : said(document.name),
    ];
  });
  return plainTable(
    t("policy.registered"),
    [
      [t("policy.name")],
      [t("policy.batches"), "number"],
      [t("policy.proposed")],
      [t("policy.approved")],
      [t("policy.endorsed")],
      [t("policy.retired")],
      [t("policy.document")],
    ],
    lines,
  );
}

/** When somebody did something, and who. */
function step(report: AuditReport, { by, at }: { readonly by: string; readonly at: number }): TemplateResult {
  return html`<span class="step">${utc(at)} ${person(report, by)}</span>`;
}

function unregistered(): TemplateResult {
  return html`<p class="refused" role="alert"><strong>${symbol("✕")} ${t("policy.unregistered")}</strong></p>`;
}

function registeredWords(
  report: AuditReport,
  policy: Policy,
  registered: PolicyReport,
  salts: PolicySalts | undefined,
): TemplateResult {
  const others = saidOtherwise(policy, registered, report, salts);
  const { approved } = registered;
  return html`${facts([
    [t("policy.isDocumentOf"), whole(registered.policyId)],
    [t("policy.applies"), approved === null ? t("policy.notApproved") : utc(BigInt(approved.effectiveFrom))],
  ])}
  ${
    others.length === 0
      ? html`<p>${symbol("✓")} ${t("policy.same")} ${t(salts === undefined ? "policy.noSalts" : "policy.salts")}</p>`
      : html`<div class="refused" role="alert">
          <p><strong>${symbol("✕")} ${t("policy.otherwise")}</strong></p>
          <ul>
            ${others.map(({ claim, what }) => html`<li>${discrepancyWords(policy, claim, t(`policy.otherwise.${what}`))}</li>`)}
          </ul>
        </div>`
  }`;
}

function discrepancyWords({ claims }: Policy, claim: number, what: string): TemplateResult {
  return html`${said(claims[claim]?.id ?? String(claim))}: ${what}`;
}

function difference(before: Policy, after: Policy): TemplateResult {
  const diff = diffPolicies(before, after);
  const parts = (["loosened", "tightened", "other"] as const).filter((direction) => diff[direction].length > 0);
  if (parts.length === 0) return html`<p>${t("policy.noDifference")}</p>`;
  return html`${parts.map((direction) => changeTable(t(`policy.${direction}`), diff[direction]))}`;
}

function changeTable(caption: string, changes: readonly PolicyChange[]): TemplateResult {
  return plainTable(
    caption,
    [[t("policy.claim")], [t("policy.what")], [t("policy.was")], [t("policy.is")]],
    changes.map(({ claim, what, before, after }) => [
      said(claim ?? t("policy.whole")),
      said(what),
      before === null ? t("policy.absent") : said(before),
      after === null ? t("policy.absent") : said(after),
    ]),
  );
}
