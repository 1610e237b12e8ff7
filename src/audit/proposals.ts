import { momentOf, type RegisterEvent } from "./events.ts";
import { incomplete, known } from "./incomplete.ts";
import type { JournaledPart } from "./journal.ts";
import { holdsRole } from "./rights.ts";
import type { Moment, ProposalState, RegisterState } from "./state.ts";

/** What one person proposes and another one approves (`TwoPersonRule`), by contract and id (`src/chain/proposals.ts`). */

/** Notes a proposal. `what`: in words; `batch`: key of the batch that it is about, null: the register. */
export function propose(
  state: RegisterState,
  event: RegisterEvent,
  id: string,
  { what, batch, by }: { readonly what: string; readonly batch: string | null; readonly by: string },
): void {
  const key = `${event.part}/${id}`;
  const before = state.proposals[key];
  state.proposals[key] = { what, batch, waiting: momentOf(event, by), withdrawn: before?.withdrawn ?? [] };
}

export interface Approval {
  readonly by: string;
  /** The role in which it was proposed. */
  readonly role: string;
  /** Where it was proposed; if not told, where it was approved. */
  readonly part?: JournaledPart;
}

/**
 * Takes a proposal as approved, and gives the moment of its proposal. Errors: `log` where none waits. Whoever proposed it must
 * be another person than who approves, and hold the role for it still; if not, that is noted as done without the role.
 */
export function approve(
  state: RegisterState,
  event: RegisterEvent,
  id: string,
  { by, role, part = event.part }: Approval,
): Moment {
  const { proposal, waiting } = waitingIn(state, part, id);
  forget(state, part, id);
  const lacked = lackIn(state, waiting.by ?? "", by, role, event.time);
  const { unentitled } = proposal.batch === null ? state : known(state.batches, proposal.batch, "batch");
  if (lacked !== undefined) unentitled.push({ ...momentOf(event, by), event: event.name, lacked });
  return waiting;
}

function lackIn(
  state: RegisterState,
  proposer: string,
  approver: string,
  role: string,
  time: number,
): string | undefined {
  const [first, second] = [state.persons[proposer], state.persons[approver]];
  if (proposer === approver || first === undefined || first === second) return "a second person who proposed it";
  return holdsRole(state, role, proposer, time) ? undefined : "a proposer who holds his role still";
}

/** Forgets what waits; that something was taken back before is kept. Errors: `log` where nothing waits. */
export function forget(state: RegisterState, part: JournaledPart, id: string): void {
  const { proposal } = waitingIn(state, part, id);
  if (proposal.withdrawn.length > 0) delete proposal.waiting;
  else Reflect.deleteProperty(state.proposals, `${part}/${id}`);
}

/** `ProposalWithdrawn`. Gives what was taken back. Errors: `log` where nothing waits, or for another person than proposed it. */
export function withdraw(state: RegisterState, event: RegisterEvent): ProposalState {
  const [id, by] = [event.args.text("id"), event.args.text("proposer")];
  const { proposal, waiting } = waitingIn(state, event.part, id);
  if (waiting.by !== by) throw incomplete(`proposal ${id} was taken back by another than its proposer`);
  proposal.withdrawn.push(momentOf(event, by));
  delete proposal.waiting;
  return proposal;
}

function waitingIn(
  { proposals }: RegisterState,
  part: JournaledPart,
  id: string,
): { readonly proposal: ProposalState; readonly waiting: Moment } {
  const proposal = proposals[`${part}/${id}`];
  if (proposal?.waiting === undefined) throw incomplete(`nobody proposed what was approved or taken back as ${id}`);
  return { proposal, waiting: proposal.waiting };
}
