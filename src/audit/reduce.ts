import { keccak256 } from "ethers";
import { COUNTED_EVENT, COUNTER } from "../formats/codes.ts";
import { policyIdOf } from "../formats/chainPolicy.ts";
import { momentOf, type EventArgs, type RegisterEvent } from "./events.ts";
import { incomplete, known } from "./incomplete.ts";
import { nameText } from "../formats/names.ts";
import { BATCH_EVENTS, openBatch, reasoned } from "./reduceBatch.ts";
import type { AuditedBatch, Moment, PolicyState, RegisterState } from "./state.ts";

/**
 * Plays one event: what is known after it, from what was known before it and nothing else. Changes `state` in place,
 * because a register has tens of thousands of batches. Everything that an event says about itself is computed again
 * (ids, keys, serials, running hashes); an event that does not fit, or is about something that no event announced, is
 * an error (`log`).
 */
export function reduce(state: RegisterState, event: RegisterEvent): void {
  if (event.name === "BatchOpened") openBatch(state, event);
  SETTING_EVENTS[event.name]?.(state, event);
  const playBatch = BATCH_EVENTS[event.name];
  if (playBatch !== undefined) {
    const key = event.args.text("key");
    playBatch(state, event, key, batchOf(state, key));
  }
  count(state, event);
}

type Play = (state: RegisterState, event: RegisterEvent) => void;

/** Events about the register as a whole. Those of the roles change nothing that an audit shows. */
const SETTING_EVENTS: Readonly<Record<string, Play>> = {
  DevelopmentAllowed: (state, event) => {
    state.developmentAllowed = momentOf(event);
  },
  CircuitProposed: ({ circuitProposals }, event) => {
    circuitProposals[proposalOf(event.args)] = momentOf(event, event.args.text("proposer"));
  },
  CircuitAdded: ({ circuits, circuitProposals }, event) => {
    const { args } = event;
    const [circuitId, key] = [args.text("circuitId"), args.text("key")];
    if (keccak256(key) !== circuitId) throw incomplete(`circuit ${circuitId} was announced with another key`);
    circuits[circuitId] = {
      kind: args.number("kind"),
      tier: args.number("tier"),
      development: args.flag("development"),
      transcript: args.text("transcript"),
      key,
      proposed: known(circuitProposals, proposalOf(args), "proposal of a circuit"),
      added: momentOf(event, args.text("approver")),
    };
  },
  CircuitFrozen: ({ circuits }, event) => {
    const { args } = event;
    known(circuits, args.text("circuitId"), "circuit").frozen = {
      ...momentOf(event),
      effective: args.number("effective"),
      unsound: args.flag("unsound"),
    };
  },
  PolicyProposed: ({ policies }, event) => {
    const { args } = event;
    const policyId = args.text("policyId");
    policies[policyId] = policyOf(policyId, args.tuple("policy"), momentOf(event, args.text("proposer")));
  },
  PolicyApproved: ({ policies }, event) => {
    const { args } = event;
    const approved = momentOf(event, args.text("approver"));
    known(policies, args.text("policyId"), "policy").approved = {
      ...approved,
      authorisation: nameText(args.text("authorisation")),
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
  PartyRootApproved: ({ roots }, event) => {
    const root = event.args.big("root").toString();
    (roots[root] ??= {}).approved = momentOf(event, event.args.text("approver"));
  },
  PartyRootRevoked: ({ roots }, event) => {
    const { args } = event;
    // A root can be revoked that was never seen.
    const root = (roots[args.big("root").toString()] ??= {});
    root.revoked = reasoned(event, args.text("by"));
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

/** Everything that is proposed of a circuit, and approved as it was proposed. */
function proposalOf(args: EventArgs): string {
  const [circuitId, transcript] = [args.text("circuitId"), args.text("transcript")];
  return [circuitId, args.number("kind"), args.number("tier"), args.flag("development"), transcript].join("/");
}

function policyOf(policyId: string, policy: EventArgs, proposed: Moment): PolicyState {
  const [release = 0n, completion = 0n] = policy.bigs("maxDue");
  const announced = {
    documentHash: policy.text("documentHash"),
    product: policy.text("product"),
    version: policy.number("version"),
    stages: policy.number("stages"),
    maxDue: [release, completion] as const,
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
  const { product, version, stages, claims } = announced;
  const stored = claims.map((claim) => ({ ...claim, rule: claim.rule.toString() }));
  return { product: nameText(product), version, stages, claims: stored, proposed, endorsed: [] };
}

function batchOf({ batches }: RegisterState, key: string): AuditedBatch {
  return known(batches, key, "batch");
}

const COUNTER_OF = new Map<string, number>(COUNTER.map((name, index) => [COUNTED_EVENT[name], index]));

function count(state: RegisterState, event: RegisterEvent): void {
  const counter = COUNTER_OF.get(event.name);
  if (counter === undefined) return;
  const { owner } = batchOf(state, event.args.text("key"));
  const counts = (state.counts[owner] ??= COUNTER.map(() => 0));
  counts[counter] = (counts[counter] ?? 0) + 1;
}
