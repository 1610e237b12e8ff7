import { roleNamesIn } from "../audit/access.ts";
import type { AuditedBatch, RegisterState } from "../audit/state.ts";
import { commandOf } from "../commandLine.ts";
import { BATCH_SEAT, HOLD } from "../formats/codes.ts";
import { qaRole, ROLE_ID } from "../formats/roleIds.ts";
import { formatTime, parseTime } from "../input/times.ts";
import type { KeyDescription } from "../parties/keys.ts";
import type { Party, PartyList } from "../parties/partyList.ts";
import { isSameName, keyId } from "../parties/sharedKeys.ts";
import { callersNotSeen, serviceSteps, type KnownAs, type ServiceFiles } from "./leaveService.ts";
import type { Step } from "./step.ts";

/** Who leaves, and by what a trace of the person is known. */
export interface Leaver {
  /** As keys and party lists name the person. */
  readonly name: string;
  /** Accounts, checksummed. */
  readonly accounts: readonly string[];
  /** What the register has of the person, 0x hex; absent: the key of persons was not at hand. */
  readonly person?: string;
  /** Callers of services whose token or certificate the person has. */
  readonly callers: readonly string[];
}

/** Files of the site that may hold something of the person. */
export interface SiteFiles {
  readonly lists: readonly { readonly file: string; readonly list: PartyList }[];
  readonly keys: readonly { readonly file: string; readonly key: KeyDescription }[];
  readonly services: readonly ServiceFiles[];
}

/** All that is to be done when a person leaves, in this order, and what was not looked at. */
export interface Departure {
  readonly accounts: readonly string[];
  readonly steps: readonly Step[];
  /** New lists in which what the person signs with ends, by the file of the old one. */
  readonly lists: readonly { readonly file: string; readonly list: PartyList }[];
  readonly notSeen: readonly string[];
}

const ROLE_OF: ReadonlyMap<string, string> = new Map(Object.entries(ROLE_ID).map(([name, id]) => [id, name]));
/** In these a batch still waits for somebody. */
const RUNNING: ReadonlySet<AuditedBatch["status"]> = new Set(["Open", "Released"]);

/**
 * Everything on a register and in the site's files that ends with a person. Nothing is sent: roles first, because a proposal of
 * somebody without the role can be approved no more.
 * @param register how a command reaches it
 * @param until the person's last moment, Unix seconds
 */
export function departureOf(
  state: RegisterState,
  leaver: Leaver,
  files: SiteFiles,
  register: { readonly rpc: string; readonly registry: string },
  until: number,
): Departure {
  const on = ["--rpc", register.rpc, "--registry", register.registry];
  const accounts = accountsOf(state, leaver);
  const own = new Set(accounts);
  const { lists, keys, services } = files;
  const person = {
    name: leaver.name,
    callers: new Set(leaver.callers),
    accounts: own,
    keys: keysOf(leaver.name, files),
  };
  const leaves = lists.map((each) => ({ ...each, gone: each.list.filter((party) => isOf(party, person)) }));
  const changed = leaves.filter(({ gone }) => gone.length > 0);
  return {
    accounts,
    steps: [
      ...roleSteps(state, own, on, until),
      ...proposalSteps(state, own),
      ...Object.entries(state.batches).flatMap(([key, batch]) => batchSteps(key, batch, own, on)),
      ...requestSteps(state, own, on),
      ...standingSteps(state, own, on),
      ...changed.map((each) => listStep(each, person, on)),
      ...keys.filter(({ key }) => person.keys.has(keyId(key.public))).map((each) => keyStep(each, person)),
      ...services.flatMap((service) => serviceSteps(service, person)),
    ],
    lists: changed.map(({ file, list, gone }) => ({ file, list: endedIn(list, gone, until) })),
    notSeen: notSeenOf(leaver, files, person),
  };
}

function notSeenOf({ person }: Leaver, { lists, keys, services }: SiteFiles, known: KnownAs): string[] {
  return [
    ...(person === undefined ? ["further accounts of the person: give --person-key"] : []),
    ...(lists.length === 0 ? ["party lists: give --lists"] : []),
    ...(keys.length === 0 ? ["key files: give --key"] : []),
    ...(services.length === 0 ? ["tokens and certificates with which the person calls a service: give --service"] : []),
    ...services.flatMap((service) => {
      const names = callersNotSeen(service, known).join(", ");
      const words = `whether the person has what these callers of ${service.file} show: ${names}; give --caller for each that it has`;
      return names === "" ? [] : [words];
    }),
    "accounts that an owner named as submitters when it opened a batch",
    "shares of keys of backups that the person keeps, and what its keystores and passphrases open elsewhere",
  ];
}

/** The keys that stand under a person's name in any of the files. */
function keysOf(name: string, { lists, keys, services }: SiteFiles): KnownAs["keys"] {
  const listed = lists.flatMap(({ list }) => list.flatMap((party) => (party.role === "device" ? [] : [party])));
  const described = [...keys, ...services.flatMap((service) => service.keys)];
  const all = [...listed, ...described.map(({ key }) => ({ name: key.name, key: key.public }))];
  return new Map(all.flatMap((each) => (isSameName(each.name, name) ? [[keyId(each.key), each.key]] : [])));
}

/** Those that were given, and every other one that the register has of the same person. */
function accountsOf({ persons }: RegisterState, { accounts, person }: Leaver): string[] {
  const hashes = new Set([person, ...accounts.map((account) => persons[account])].filter((hash) => hash !== undefined));
  const known = Object.entries(persons).flatMap(([account, hash]) => (hashes.has(hash) ? [account] : []));
  return [...new Set([...accounts, ...known])];
}

function roleSteps(state: RegisterState, own: ReadonlySet<string>, on: readonly string[], until: number): Step[] {
  const owners = new Map(Object.keys(state.persons).map((account) => [qaRole(account), account]));
  const nameOf = roleNamesIn(state);
  return Object.entries(state.roles).flatMap(([id, { terms }]): Step[] => {
    const [role = "", account = ""] = id.split("/");
    if (!own.has(account) || terms === undefined || BigInt(terms.to) <= BigInt(until)) return [];
    const what = `role ${nameOf(role)} of ${account}, until ${formatTime(BigInt(terms.to))}`;
    if (role === ROLE_ID.admin) {
      return [{ what: `${what}: nobody can take it; watch what it does`, takes: "nobody", who: "ADMIN", commands: [] }];
    }
    const owner = owners.get(role);
    const name = ROLE_OF.get(role) ?? (owner === undefined ? undefined : "qa");
    if (name === undefined)
      return [{ what: `${what}: its owner is not known`, takes: "one", who: "ADMIN", commands: [] }];
    const words = ["role", "revoke", name, account, ...(owner === undefined ? [] : ["--owner", owner])];
    return [{ what, takes: "one", who: "ADMIN", commands: [commandOf(...words, ...on, "--account", "ADMIN")] }];
  });
}

/** What waits: once the role is gone nobody can approve it, and somebody else proposes what is still wanted. */
function proposalSteps({ proposals }: RegisterState, own: ReadonlySet<string>): Step[] {
  return Object.values(proposals).flatMap(({ what, batch, waiting }): Step[] => {
    const about = batch === null ? "" : ` (batch ${batch})`;
    if ([...own].some((account) => waiting !== undefined && what.startsWith(`${account} as QP of `))) {
      const words = `proposed: ${what}${about}: no QP consents to it; the owner takes it back`;
      return [{ what: words, takes: "one", who: "the owner", commands: [] }];
    }
    if ([...own].some((account) => waiting !== undefined && what === `a role of ${account}`)) {
      const words = `proposed: ${what}: is not to be approved; its proposer takes it back`;
      return [{ what: words, takes: "one", who: "the ADMIN who proposed it", commands: [] }];
    }
    if (waiting?.by === undefined || !own.has(waiting.by)) return [];
    const words = `proposed by ${waiting.by}: ${what}${about}: ends with the role; another one proposes it anew if it is wanted`;
    return [{ what: words, takes: "two", who: "whoever has the role, and who approves", commands: [] }];
  });
}

function batchSteps(key: string, batch: AuditedBatch, own: ReadonlySet<string>, on: readonly string[]): Step[] {
  const steps: Step[] = [];
  const about = ["--batch", key, ...on];
  for (const { by, side, lifted } of batch.holds) {
    if (by === undefined || !own.has(by) || lifted !== undefined) continue;
    const who = side === HOLD.qp ? "QP" : "AUTHORITY";
    const words = ["unhold", ...about, "--holder", by, "--reason", "REASON", "--account", who];
    const what = `hold on batch ${key}: stands until a peer lifts it, once the role is gone`;
    steps.push({ what, takes: "one", who, commands: [commandOf(...words)] });
  }
  if (!RUNNING.has(batch.status)) return steps;
  for (const [seat, qps] of Object.entries(batch.seats)) {
    for (const qp of qps.filter((each) => own.has(each))) {
      const isLast = qps.every((each) => own.has(each));
      const stage = Number(seat) === BATCH_SEAT ? [] : ["--stage", seat];
      const named = [...about, ...stage, "--qp", "SUCCESSOR"];
      const consent = isLast ? [] : [commandOf("qp", "consent", ...named, "--account", "QP")];
      steps.push({
        what: `${qp} is QP of ${stage.length === 0 ? "batch" : `stage ${seat} of batch`} ${key}${isLast ? ", and there is no other one" : ""}`,
        takes: isLast ? "one" : "two",
        who: isLast ? "the owner" : "the owner, and a QP of the batch",
        commands: [commandOf("qp", "propose", ...named, "--account", batch.owner), ...consent],
      });
    }
  }
  for (const { submitter } of batch.submittersNamed.filter((each) => own.has(each.submitter))) {
    const what = `${submitter} may send proofs of batch ${key} and set its heads until custody is proven: nobody can take that away`;
    steps.push({ what, takes: "nobody", who: "the owner", commands: [] });
  }
  if (own.has(batch.owner)) {
    const what = `${batch.owner} opened batch ${key}: its submitters still attest, its QPs still certify; nobody else extends, replaces or aborts`;
    steps.push({ what, takes: "nobody", who: "the owner", commands: [] });
  }
  return steps;
}

/** Requests for disclosure that the person made as an authority. */
function requestSteps({ batches }: RegisterState, own: ReadonlySet<string>, on: readonly string[]): Step[] {
  return Object.values(batches)
    .flatMap(({ requests }) => requests)
    .filter(({ by, accepted, withdrawn }) => by !== undefined && own.has(by) && !accepted && !withdrawn)
    .map(({ id }) => ({
      what: `request ${id} waits: a peer goes on with it, or takes it back`,
      takes: "one",
      who: "AUTHORITY",
      commands: [commandOf("request", "withdraw", String(id), ...on, "--account", "AUTHORITY")],
    }));
}

/** What stands though the person has gone, and what of it somebody else can end. */
function standingSteps(state: RegisterState, own: ReadonlySet<string>, on: readonly string[]): Step[] {
  const isOwn = (account: string | undefined): boolean => account !== undefined && own.has(account);
  const stands = (what: string): Step => ({ what, takes: "nobody", who: "the account itself", commands: [] });
  const { paused, policies, consents } = state;
  const unpause = commandOf("unpause", ...on, "--account", "ADMIN");
  return [
    ...(isOwn(paused?.by)
      ? [{ what: "the register is paused by the person", takes: "one", who: "ADMIN", commands: [unpause] } as const]
      : []),
    ...Object.entries(policies)
      .filter(([, { endorsed, retired }]) => retired === undefined && endorsed.some(({ by }) => isOwn(by)))
      .map(([id]) =>
        stands(`endorsement of policy ${id}: it stands, by this account; another authority endorses besides`),
      ),
    ...Object.entries(consents)
      .filter(([, { holder, revoked }]) => revoked === undefined && isOwn(holder))
      .map(([id]) =>
        stands(`consent ${id}: only this account can revoke it, so its keystore is kept for who consented`),
      ),
  ];
}

/** By name, or by a key that stands under that name anywhere. */
function isOf(party: Party, { name, keys }: KnownAs): boolean {
  return isSameName(party.name, name) || (party.role !== "device" && keys.has(keyId(party.key)));
}

/** A list in which these end at `until`: the entries stay, because stages before it still need them. */
function endedIn(list: PartyList, gone: PartyList, until: number): PartyList {
  const isOver = ({ notAfter }: Party): boolean => parseTime(notAfter, "notAfter") <= until;
  const isFuture = ({ notBefore }: Party): boolean => parseTime(notBefore, "notBefore") >= until;
  return list.flatMap((party) => {
    if (!gone.includes(party) || isOver(party)) return [party];
    return isFuture(party) ? [] : [{ ...party, notAfter: formatTime(until) }];
  });
}

function listStep(
  { file, gone }: { readonly file: string; readonly gone: PartyList },
  person: KnownAs,
  on: readonly string[],
): Step {
  return {
    what: `${gone.map(({ role, name }) => `${role} ${named(name, person)}`).join(", ")} in ${file}: a new list in which they end, and the successor begins`,
    takes: "two",
    who: "PROPOSER, and APPROVER",
    commands: [
      commandOf("party", "publish", "NEW", "--before", file, ...on, "--account", "PROPOSER"),
      commandOf("party", "approve", "--parties", "NEW", "--authorisation", "REFERENCE", ...on, "--account", "APPROVER"),
    ],
  };
}

function keyStep({ file, key }: SiteFiles["keys"][number], person: KnownAs): Step {
  const what = `key file ${file}, ${key.role} ${named(key.name, person)}: nobody else signs with it; keep it sealed where its secret is still needed, else destroy it`;
  return { what, takes: "one", who: "whoever keeps the site's keys", commands: [] };
}

/** A name under which a key of the person stands: if it is another one, it is a renewal, or another person signs with the key. */
function named(name: string, person: KnownAs): string {
  return isSameName(name, person.name)
    ? name
    : `${name} (with the key of ${person.name}: whoever that is signs as somebody else)`;
}
