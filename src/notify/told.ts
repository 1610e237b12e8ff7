import { formatTime } from "../input/times.ts";
import { DISPOSITION, EXCEPTION_CATEGORY, HOLD, REASON } from "../formats/codes.ts";
import { nameText } from "../formats/names.ts";
import type { EventArgs, RegisterEvent } from "../audit/events.ts";
import type { Overdue } from "../audit/status.ts";
import type { NotificationType, Tidings } from "./notification.ts";

type Details = Readonly<Record<string, string>>;

interface Told {
  readonly type: NotificationType;
  readonly details: (args: EventArgs) => Details;
}

/** Every event of the register that is told, and what is told of it. */
export const TOLD: Readonly<Record<string, Told>> = {
  BatchOpened: {
    type: "batch.opened",
    details: (args) => {
      const [release = 0n, completion = 0n] = args.bigs("due");
      return {
        ...{ owner: args.text("owner"), serial: args.decimal("serial"), policy: args.text("policyId") },
        ...{ releaseDue: formatTime(release), completionDue: formatTime(completion) },
      };
    },
  },
  ClaimAttested: { type: "claim.attested", details: claimed },
  ClaimAmended: { type: "claim.amended", details: (args) => ({ ...claimed(args), ...reasoned(args) }) },
  BatchReleased: { type: "batch.released", details: (args) => ({ by: args.text("qp") }) },
  BatchCompleted: { type: "batch.completed", details: () => ({}) },
  BatchSuppliedExceptionally: {
    type: "batch.supplied",
    details: (args) => ({ by: args.text("qp"), administration: formatTime(args.big("administration")) }),
  },
  BatchRejected: {
    type: "batch.ended",
    details: (args) => ({ how: "rejected", by: args.text("qp"), ...reasoned(args) }),
  },
  BatchAborted: {
    type: "batch.ended",
    details: (args) => ({ how: "aborted", by: args.text("by"), ...reasoned(args) }),
  },
  ExceptionRaised: {
    type: "exception.raised",
    details: (args) => ({
      ...{ exception: args.decimal("id"), claim: args.decimal("claim"), severity: args.decimal("severity") },
      ...{ category: nameOf(EXCEPTION_CATEGORY, args.number("category")), reference: nameText(args.text("qmsRef")) },
      ...{ by: args.text("raisedBy"), byAuthority: String(args.flag("byAuthority")) },
    }),
  },
  ExceptionClosed: {
    type: "exception.closed",
    details: (args) => ({
      ...{ exception: args.decimal("id"), disposition: nameOf(DISPOSITION, args.number("disposition")) },
      ...{ by: args.text("qp"), settled: String(args.flag("settled")) },
    }),
  },
  BatchHeld: {
    type: "batch.held",
    details: (args) => ({ ...held(args), order: nameText(args.text("order")) }),
  },
  BatchUnheld: { type: "batch.unheld", details: (args) => ({ ...held(args), holder: args.text("holder") }) },
  BatchRecalled: { type: "batch.recalled", details: (args) => ({ by: args.text("by"), ...reasoned(args) }) },
  DueExtended: {
    type: "due.extended",
    details: (args) => ({
      ...{ what: args.number("which") === 0 ? "release" : "completion", ...reasoned(args) },
      ...{ previous: formatTime(args.big("previous")), due: formatTime(args.big("due")) },
    }),
  },
  DisclosureRequested: {
    type: "request.asked",
    details: (args) => ({ ...requested(args), claim: args.decimal("claim"), due: formatTime(args.big("dueBy")) }),
  },
  RequestReopened: {
    type: "request.asked",
    details: (args) => ({ ...requested(args), again: "true", due: formatTime(args.big("dueBy")) }),
  },
  DisclosureAnswered: {
    type: "request.answered",
    details: (args) => ({ request: args.decimal("id"), disclosure: args.text("disclosureHash") }),
  },
  RequestAccepted: { type: "request.ended", details: (args) => ({ ...requested(args), how: "accepted" }) },
  RequestWithdrawn: { type: "request.ended", details: (args) => ({ ...requested(args), how: "withdrawn" }) },
};

/** Every event that is told to nobody, and why. What it changes of a batch shows in `audit` and `gate`. */
export const NOT_TOLD: Readonly<Record<string, string>> = {
  ...sameReason("it is about the register and no batch", [
    ...["RoleProposed", "RoleTermsSet", "RoleGranted", "RoleRevoked", "RoleAdminChanged", "ProposalWithdrawn"],
    ...["DevelopmentAllowed", "CircuitProposed", "CircuitAdded", "CircuitFrozen", "Paused", "Unpaused"],
    ...["PolicyProposed", "PolicyApproved", "PolicyEndorsed", "PolicyRetired"],
    ...["PartyRootProposed", "PartyRootApproved", "PartyRootRevoked", "ConsentGranted", "ConsentRevoked"],
  ]),
  ...sameReason("it prepares what is told when it is done", [
    ...["SubmitterNamed", "OpeningReplaced", "HeadSet", "HeadAsserted", "QpProposed", "QpAdded", "StageConfirmed"],
    ...["ClosingProposed", "ClosingAcknowledged", "RevocationDecided", "ChallengeDecided", "AuthorityNotified"],
  ]),
};

function sameReason(reason: string, names: readonly string[]): Details {
  return Object.fromEntries(names.map((name) => [name, reason]));
}

/** Which register is told of. */
export interface ToldRegister {
  /** Decimal. */
  readonly chainId: string;
  readonly registry: string;
}

/**
 * What is told of an event; undefined: nothing. `log`: its number among the register's events of its block. A contract that has an
 * event in neither table is a bug, which a test finds.
 */
export function tidingsOf(register: ToldRegister, event: RegisterEvent, log: number): Tidings | undefined {
  const { name, args, block, time } = event;
  const told = TOLD[name];
  if (told === undefined) return undefined;
  return {
    ...{ id: `${prefix(register)}-${block}-${log}`, type: told.type, batch: args.text("key") },
    ...{ time: formatTime(time), block, details: told.details(args) },
  };
}

/** What is told when something of a batch is over. `block`: at which that was seen; `now`: its time, Unix seconds. */
export function overdueTidings(
  register: ToldRegister,
  key: string,
  { what, due }: Overdue,
  { block, now }: { readonly block: number; readonly now: number },
): Tidings {
  return {
    ...{ id: `${prefix(register)}-${key}-${what}-${due}`, type: "batch.overdue", batch: key },
    ...{ time: formatTime(now), block, details: { what, due: formatTime(BigInt(due)) } },
  };
}

function prefix({ chainId, registry }: ToldRegister): string {
  return `${chainId}-${registry.toLowerCase()}`;
}

function claimed(args: EventArgs): Details {
  return { claim: args.decimal("claim"), record: `0x${args.big("record").toString(16).padStart(64, "0")}` };
}

function held(args: EventArgs): Details {
  return { by: args.text("by"), side: nameOf(HOLD, args.number("side")), ...reasoned(args) };
}

function requested(args: EventArgs): Details {
  return { request: args.decimal("id"), authority: args.text("authority") };
}

function reasoned(args: EventArgs): Details {
  return { reason: nameOf(REASON, args.number("reason")) };
}

/** The name of a code; one that nobody knows stays a number, and `reduce` has refused the log by then. */
function nameOf(codes: Readonly<Record<string, number>>, code: number): string {
  return Object.entries(codes).find(([, each]) => each === code)?.[0] ?? String(code);
}
