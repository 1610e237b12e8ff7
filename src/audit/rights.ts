import { BATCH_SEAT, HOLD } from "../formats/codes.ts";
import { ROLE_ID, qaRole } from "../formats/roleIds.ts";
import { momentOf, type EventArgs, type RegisterEvent } from "./events.ts";
import type { AuditedBatch, RegisterState, UnentitledState } from "./state.ts";

/**
 * Whether whoever acted held the role for it at the time of the block, by the events of the roles. The contracts refuse it
 * otherwise, so one who did not means other code than this version knows, or a node that lies in everything.
 */

/** A role, a role for the batch at hand, or a seat: named as QP of that stage or batch, and holding the role. */
type Right = keyof typeof ROLE_ID | "owner" | "qa" | { readonly seat: number };

/** Who acted, and of which rights one was needed; undefined: of none. */
type Deed = (
  args: EventArgs,
  batch: AuditedBatch | undefined,
  state: RegisterState,
) => readonly [account: string, rights: readonly Right[]] | undefined;

const by =
  (name: string, ...rights: readonly Right[]): Deed =>
  (args) => [args.text(name), rights];
/** Events that do not say who acted, because only the batch's owner can. */
const byOwner: Deed = (_args, batch) => [batch?.owner ?? "", ["owner"]];
const QP: Right = { seat: BATCH_SEAT };
/** As what somebody holds a batch. */
const side = (args: EventArgs): Right => (args.number("side") === HOLD.authority ? "authority" : QP);

const DEEDS: Readonly<Record<string, Deed>> = {
  RoleProposed: by("proposer", "admin"),
  RoleTermsSet: (args, _batch, state) => (isFounding(state, args) ? undefined : [args.text("approver"), ["admin"]]),
  // Everybody may give up his own.
  RoleRevoked: (args) => (args.text("sender") === args.text("account") ? undefined : [args.text("sender"), ["admin"]]),
  CircuitProposed: by("proposer", "proposer"),
  CircuitAdded: by("approver", "approver"),
  CircuitFrozen: by("by", "admin"),
  PolicyProposed: by("proposer", "proposer"),
  PolicyApproved: by("approver", "approver"),
  PolicyEndorsed: by("authority", "authority"),
  PolicyRetired: by("by", "approver"),
  PartyRootProposed: by("proposer", "proposer"),
  PartyRootApproved: by("approver", "approver"),
  PartyRootRevoked: by("by", "approver"),
  Paused: by("account", "admin"),
  Unpaused: by("account", "admin"),
  BatchOpened: byOwner,
  SubmitterNamed: byOwner,
  OpeningReplaced: byOwner,
  HeadAsserted: byOwner,
  DueExtended: byOwner,
  DisclosureAnswered: byOwner,
  ClaimAmended: by("submitter", "qa"),
  ExceptionRaised: (args) => [args.text("raisedBy"), args.flag("byAuthority") ? ["authority"] : ["owner", "qa", QP]],
  ClosingProposed: by("proposer", "qa"),
  ExceptionClosed: by("qp", QP),
  ClosingAcknowledged: by("authority", "authority"),
  RevocationDecided: by("qp", QP),
  ChallengeDecided: by("qp", QP),
  BatchReleased: by("qp", QP),
  BatchSuppliedExceptionally: by("qp", QP),
  AuthorityNotified: by("by", "owner", QP),
  BatchRejected: by("qp", QP),
  BatchAborted: (args, batch) => [args.text("by"), batch?.certified.length === 0 ? ["owner"] : [QP]],
  BatchHeld: (args) => [args.text("by"), [side(args)]],
  BatchUnheld: (args) => [args.text("by"), [side(args)]],
  BatchRecalled: by("by", "authority", QP),
  QpProposed: by("owner", "owner"),
  QpAdded: (args) => [args.text("by"), ["owner", { seat: args.number("seat") }]],
  StageConfirmed: (args) => [args.text("qp"), [{ seat: args.number("stage") }]],
  DisclosureRequested: by("authority", "authority"),
  RequestAccepted: by("authority", "authority"),
  RequestReopened: by("authority", "authority"),
  RequestWithdrawn: by("authority", "authority"),
};

/** The account that an event says acted without any of the roles that this needs; undefined: none, or nobody needs one. */
export function unentitledIn(
  state: RegisterState,
  batch: AuditedBatch | undefined,
  event: RegisterEvent,
): UnentitledState | undefined {
  const deed = DEEDS[event.name]?.(event.args, batch, state);
  if (deed === undefined) return undefined;
  const [account, rights] = deed;
  if (rights.some((right) => hasRight(state, batch, account, right, event.time))) return undefined;
  return { ...momentOf(event, account), event: event.name, lacked: rights.map(wordsOf).join(" or ") };
}

/** Whether a grant is one of the two with which a register begins: nobody held a role before, so nobody proposed it. */
export function isFounding({ roles }: RegisterState, args: EventArgs): boolean {
  return args.text("role") === ROLE_ID.admin && Object.keys(roles).length < 2;
}

/** Whether an account holds a role at a time, Unix seconds, by the events until now. */
export function holdsRole({ roles }: RegisterState, role: string, account: string, time: number): boolean {
  const terms = roles[`${role}/${account}`]?.terms;
  return terms !== undefined && BigInt(terms.from) <= BigInt(time) && BigInt(time) < BigInt(terms.to);
}

function hasRight(
  state: RegisterState,
  batch: AuditedBatch | undefined,
  account: string,
  right: Right,
  time: number,
): boolean {
  if (typeof right === "object") {
    const named = batch?.seats[right.seat] ?? [];
    return named.includes(account) && holdsRole(state, ROLE_ID.qp, account, time);
  }
  if (right === "owner") return account === batch?.owner && holdsRole(state, ROLE_ID.manufacturer, account, time);
  if (right === "qa") return batch !== undefined && holdsRole(state, qaRole(batch.owner), account, time);
  return holdsRole(state, ROLE_ID[right], account, time);
}

function wordsOf(right: Right): string {
  if (typeof right === "object") return right.seat === BATCH_SEAT ? "QP of the batch" : `QP of stage ${right.seat}`;
  if (right === "owner") return "owner with the role MANUFACTURER";
  if (right === "qa") return "QA of the owner";
  return right.toUpperCase();
}
