import { keccak256 } from "ethers";
import { circuitProposal, roleProposal, rootProposal } from "../chain/proposals.ts";
import { policyIdOf } from "../formats/chainPolicy.ts";
import { nameText } from "../formats/names.ts";
import { ROLE_ID } from "../formats/roleIds.ts";
import { momentOf, type EventArgs, type RegisterEvent } from "./events.ts";
import { incomplete, known } from "./incomplete.ts";
import { extendJournal, journalIn } from "./journal.ts";
import { approve, propose, withdraw } from "./proposals.ts";
import { BATCH_EVENTS, bitsOf, openBatch, reasoned, takeBackClosing } from "./reduceBatch.ts";
import { isFounding, unentitledIn } from "./rights.ts";
import type { Moment, PolicyState, RegisterState, RoleTerms } from "./state.ts";
import { quoted } from "./words.ts";

/**
 * Plays one event: what is known after it, from what was known before it and nothing else. Changes `state` in place,
 * because a register has tens of thousands of batches. Everything that an event says about itself is computed again
 * (ids, keys, serials, journals); an event that does not fit, or is about something that no event announced, is an error
 * (`log`).
 */
export function reduce(state: RegisterState, event: RegisterEvent): void {
  const { part, name, address, entry, args } = event;
  state.journals[part] = extendJournal(journalIn(state, part, address), entry);
  if (name === "BatchOpened") openBatch(state, event);
  const playBatch = BATCH_EVENTS[name];
  if (playBatch === undefined) {
    const unentitled = unentitledIn(state, undefined, event);
    if (unentitled !== undefined) state.unentitled.push(unentitled);
    SETTING_EVENTS[name]?.(state, event);
    return;
  }
  const key = args.text("key");
  const batch = known(state.batches, key, "batch");
  const unentitled = unentitledIn(state, batch, event);
  if (unentitled !== undefined) batch.unentitled.push(unentitled);
  playBatch(state, event, key, batch);
}

type Play = (state: RegisterState, event: RegisterEvent) => void;

/** Events about the register as a whole. (OpenZeppelin's `RoleGranted` says less than the `RoleTermsSet` after it.) */
const SETTING_EVENTS: Readonly<Record<string, Play>> = {
  RoleProposed: (state, event) => {
    const { args } = event;
    const [account, by] = [args.text("account"), args.text("proposer")];
    const terms = termsOf(args);
    const before = state.persons[account] ?? proposedAs(state, account);
    const { changes } = roleOf(state, args);
    changes.push({ ...momentOf(event, by), kind: "proposed", terms, ...otherPerson(before, terms) });
    propose(state, event, idOfTerms(args), { what: `a role of ${account}`, batch: null, by });
  },
  RoleTermsSet: (state, event) => {
    const { args } = event;
    const [account, by] = [args.text("account"), args.text("approver")];
    const terms = termsOf(args);
    const kind = isFounding(state, args) ? "founded" : "granted";
    if (kind === "granted") approve(state, event, idOfTerms(args), { by, role: ROLE_ID.admin });
    const role = roleOf(state, args);
    role.terms = terms;
    role.changes.push({ ...momentOf(event, by), kind, terms, ...otherPerson(state.persons[account], terms) });
    state.persons[account] = terms.person;
  },
  RoleRevoked: (state, event) => {
    const role = roleOf(state, event.args);
    delete role.terms;
    role.changes.push({ ...momentOf(event, event.args.text("sender")), kind: "revoked" });
  },
  ProposalWithdrawn: (state, event) => {
    const { batch } = withdraw(state, event);
    if (batch !== null) takeBackClosing(known(state.batches, batch, "batch"), event.args.text("id"));
  },
  DevelopmentAllowed: (state, event) => {
    state.developmentAllowed = momentOf(event);
  },
  CircuitProposed: (state, event) => {
    const { args } = event;
    propose(state, event, idOfCircuit(args), {
      ...{ what: `circuit ${args.text("circuitId")}`, batch: null, by: args.text("proposer") },
    });
  },
  CircuitAdded: (state, event) => {
    const { args } = event;
    const [circuitId, key, by] = [args.text("circuitId"), args.text("key"), args.text("approver")];
    if (keccak256(key) !== circuitId) throw incomplete(`circuit ${circuitId} was announced with another key`);
    state.circuits[circuitId] = {
      kind: args.number("kind"),
      tier: args.number("tier"),
      development: args.flag("development"),
      transcript: args.text("transcript"),
      key,
      proposed: approve(state, event, idOfCircuit(args), { by, role: ROLE_ID.proposer }),
      added: momentOf(event, by),
    };
  },
  CircuitFrozen: ({ circuits }, event) => {
    const { args } = event;
    known(circuits, args.text("circuitId"), "circuit").frozen = {
      ...momentOf(event, args.text("by")),
      effective: args.number("effective"),
      unsound: args.flag("unsound"),
    };
  },
  PolicyProposed: (state, event) => {
    const { args } = event;
    const [policyId, by] = [args.text("policyId"), args.text("proposer")];
    const policy = policyOf(policyId, args.tuple("policy"), momentOf(event, by));
    // Proposed anew, it keeps what authorities said of it.
    const endorsed = state.policies[policyId]?.endorsed ?? [];
    state.policies[policyId] = { ...policy, endorsed };
    propose(state, event, policyId, { what: `policy ${policyId} (${named(policy)})`, batch: null, by });
  },
  PolicyApproved: (state, event) => {
    const { args } = event;
    const [policyId, by] = [args.text("policyId"), args.text("approver")];
    approve(state, event, policyId, { by, role: ROLE_ID.proposer });
    known(state.policies, policyId, "policy").approved = {
      ...momentOf(event, by),
      authorisation: nameText(args.text("authorisation")),
      effectiveFrom: args.decimal("effectiveFrom"),
    };
  },
  PolicyEndorsed: ({ policies }, event) => {
    const { args } = event;
    known(policies, args.text("policyId"), "policy").endorsed.push(momentOf(event, args.text("authority")));
  },
  PolicyRetired: ({ policies }, event) => {
    const { args } = event;
    known(policies, args.text("policyId"), "policy").retired = reasoned(event, args.text("by"));
  },
  PartyRootProposed: (state, event) => {
    const { args } = event;
    const root = args.decimal("root");
    propose(state, event, idOfRoot(args), {
      ...{ what: `party list ${root}`, batch: null, by: args.text("proposer") },
    });
  },
  PartyRootApproved: (state, event) => {
    const { args } = event;
    const by = args.text("approver");
    approve(state, event, idOfRoot(args), { by, role: ROLE_ID.proposer });
    const root = (state.roots[args.decimal("root")] ??= {});
    root.number ??= Object.values(state.roots).filter(({ number }) => number !== undefined).length + 1;
    root.approved = { ...momentOf(event, by), documentHash: args.text("documentHash") };
  },
  PartyRootRevoked: ({ roots }, event) => {
    const { args } = event;
    // A root can be revoked that was never seen.
    const root = (roots[args.decimal("root")] ??= {});
    root.revoked = { ...reasoned(event, args.text("by")), since: args.decimal("since") };
  },
  ConsentGranted: ({ consents }, { args }) => {
    consents[args.text("consent")] = { holder: args.text("holder") };
  },
  ConsentRevoked: ({ consents }, event) => {
    const { args } = event;
    known(consents, args.text("consent"), "consent").revoked = momentOf(event, args.text("holder"));
  },
  Paused: (state, event) => {
    state.paused = momentOf(event, event.args.text("account"));
  },
  Unpaused: (state) => {
    delete state.paused;
  },
};

function roleOf({ roles }: RegisterState, args: EventArgs): RegisterState["roles"][string] {
  return (roles[`${args.text("role")}/${args.text("account")}`] ??= { changes: [] });
}

function termsOf(args: EventArgs): RoleTerms {
  return { person: args.text("personHash"), from: args.decimal("validFrom"), to: args.decimal("validTo") };
}

function idOfTerms(args: EventArgs): string {
  const [role, account, person] = [args.text("role"), args.text("account"), args.text("personHash")];
  return roleProposal([role, account, person, args.big("validFrom"), args.big("validTo")]);
}

/** As which person an account was proposed last, for any role. */
function proposedAs({ roles }: RegisterState, account: string): string | undefined {
  const changes = Object.entries(roles).flatMap(([id, role]) => (id.endsWith(account) ? role.changes : []));
  return changes.findLast(({ terms }) => terms !== undefined)?.terms?.person;
}

function otherPerson(before: string | undefined, { person }: RoleTerms): { readonly knownAs?: string } {
  return before === undefined || before === person ? {} : { knownAs: before };
}

function idOfCircuit(args: EventArgs): string {
  const [circuitId, kind, tier] = [args.text("circuitId"), args.number("kind"), args.number("tier")];
  return circuitProposal([circuitId, kind, tier, args.flag("development"), args.text("transcript")]);
}

function idOfRoot(args: EventArgs): string {
  return rootProposal(args.big("root"), args.text("documentHash"));
}

function policyOf(policyId: string, policy: EventArgs, proposed: Moment): PolicyState {
  const [release = 0n, completion = 0n] = policy.bigs("maxDue");
  const announced = {
    documentHash: policy.text("documentHash"),
    product: policy.text("product"),
    version: policy.number("version"),
    stages: policy.number("stages"),
    maxDue: [release, completion] as const,
    confirmedStages: policy.big("confirmedStages"),
    claims: policy.tuples("claims").map((claim) => ({
      circuitIds: claim.texts("circuitIds"),
      rule: claim.big("rule"),
      stage: claim.number("stage"),
      class: claim.number("class"),
      neededFor: claim.number("neededFor"),
      severity: claim.number("severity"),
    })),
  };
  if (policyIdOf(announced) !== policyId) throw incomplete(`policy ${policyId} was announced with another content`);
  const { product, version, stages, confirmedStages, claims } = announced;
  const stored = claims.map((claim) => ({ ...claim, rule: claim.rule.toString() }));
  return {
    ...{ product: nameText(product), version, stages, confirmedStages: bitsOf(confirmedStages), claims: stored },
    ...{ proposed, endorsed: [] },
  };
}

function named({ product, version }: PolicyState): string {
  return `${quoted(product)} v${version}`;
}
