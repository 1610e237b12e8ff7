import { createHash } from "node:crypto";
import { mined } from "../../src/chain/deploy.ts";
import { explained } from "../../src/chain/revert.ts";
import { lastApprovedRoot } from "../../src/chain/partyRoots.ts";
import { rootProposal } from "../../src/chain/proposals.ts";
import { commandOf } from "../../src/commandLine.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { fromHex, toHex } from "../../src/formats/field.ts";
import { deviceText, keyHash } from "../../src/formats/identity.ts";
import { canonicalJson, readJson } from "../../src/input/json.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { partyTree, readParties, type Party, type PartyList } from "../../src/parties/partyList.ts";
import { secretChanges, type SecretChanges } from "../../src/parties/siteSecrets.ts";
import { nameWord } from "../../src/formats/names.ts";
import { reasonArgs } from "../../src/formats/reasons.ts";
import { asAccount, sameRegister, transactionOf } from "../chain.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { fieldLines, sayFirst, type Answer } from "../output.ts";
import { publicOption, saidReason } from "../target.ts";
import { hashOf } from "../values.ts";

/** `party publish`. */
export async function publish([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const after = await readParties(file);
  const before = await listBefore(options);
  const value = partyTree(after).root;
  const documentHash = await listHash(file);
  return asAccount(options, async ({ parties }) => {
    requireLastApproved(before, await lastApprovedRoot({ parties }));
    const changes = before === undefined ? undefined : secretChanges(before.list, after);
    requireSecretsKept(changes?.renewed ?? [], list(options, "newSecret"), file);
    const sent = transactionOf(await mined(() => parties.propose(value, documentHash)));
    const shown = { root: toHex(value), documentHash, ...sent };
    return {
      text: `${fieldLines({ ...shown, ...secretLines(changes) })}\nProposed. Another person approves it: ${commandOf("party", "approve", "--parties", file, "--authorisation", "TEXT", ...sameRegister(options), "--account", "APPROVER")}`,
      json: { ...shown, siteSecrets: changes ?? null },
    };
  });
}

/** What is published of a list besides its root: the sha256 of its canonical JSON, 0x hex. */
async function listHash(file: string): Promise<string> {
  const document = canonicalJson(await readJson(file));
  return `0x${createHash("sha256").update(document).digest("hex")}`;
}

/** The list of --before. */
interface ListBefore {
  readonly file: string;
  readonly list: PartyList;
}

async function listBefore(options: Options): Promise<ListBefore | undefined> {
  const file = text(options, "before");
  return file === undefined ? undefined : { file, list: await readParties(file) };
}

/** The list before is the one of `approved`, the last root of the register; it has none, or there is none. Error `party-before`. */
function requireLastApproved(before: ListBefore | undefined, approved: bigint | undefined): void {
  if (before === undefined) {
    if (approved === undefined) return;
    throw inputError(`The register approved a party list before, that of root ${toHex(approved)}.`, {
      code: "party-before",
      place: "--before",
    });
  }
  const root = partyTree(before.list).root;
  if (root === approved) return;
  const was = approved === undefined ? "none" : `that of root ${toHex(approved)}`;
  throw refusal(`The register approved another list last: ${was}, not this one of root ${toHex(root)}.`, {
    code: "party-before",
    place: before.file,
    ...(approved === undefined ? { remedy: "Leave --before out, or name the right register." } : {}),
  });
}

/** Another secret gives every order another commitment, so it takes somebody's word. Error `party-renewed`. */
function requireSecretsKept(renewed: readonly string[], expected: readonly string[], file: string): void {
  const named = expected.map((org) => org.normalize("NFC"));
  const unexpected = renewed.filter((org) => !named.includes(org.normalize("NFC")));
  if (unexpected.length === 0) return;
  throw refusal(
    `Another site secret than in the list before, under which every order can be opened again: ${unexpected.join(", ")}.`,
    {
      code: "party-renewed",
      place: file,
      remedy:
        "Make the new custodian keys from the earlier one, so that they share its site secret. Where that was lost or stolen, " +
        "say so for each organisation (--new-secret ORGANISATION), and tell whoever approves.",
    },
  );
}

/** What the lines of an answer say of the organisations whose secret is not as before. */
function secretLines(changes: SecretChanges | undefined): Readonly<Record<string, string>> {
  const named = { "secret renewed": changes?.renewed, "secret added": changes?.added, "secret gone": changes?.gone };
  return Object.fromEntries(
    Object.entries(named).flatMap(([label, orgs = []]) => (orgs.length === 0 ? [] : [[label, orgs.join(", ")]])),
  );
}

/** `party approve`: what is approved is shown before anything is sent. */
export async function approve([named]: readonly string[], options: Options): Promise<Answer> {
  const { value, documentHash, words } = await proposal(named, flag(options, "unread"), options);
  const root = toHex(value);
  if (words !== undefined) sayFirst([...words, `root  ${root}`].join("\n"));
  const authorisation = nameWord(publicOption(options, "authorisation"));
  return asAccount(options, async ({ parties }) => {
    const sent = transactionOf(await mined(() => parties.approve(value, documentHash, authorisation)));
    const compared =
      words === undefined ? "unread: not compared with a list" : `those of ${required(options, "parties")}`;
    const json = { root, documentHash, unread: words === undefined, words, ...sent };
    return { text: fieldLines({ approved: root, parties: compared, ...sent }), json };
  });
}

/** `party withdraw`. */
export async function withdraw([named]: readonly string[], options: Options): Promise<Answer> {
  const { value, documentHash } = await proposal(named, text(options, "document") !== undefined, options);
  const root = toHex(value);
  return asAccount(options, async ({ parties }) => {
    const sent = transactionOf(await mined(() => parties.withdraw(rootProposal(value, documentHash))));
    return { text: fieldLines({ withdrawn: root, ...sent }), json: { root, documentHash, ...sent } };
  });
}

/** A list that was proposed; its lines in words if its file was read. */
interface Proposed {
  readonly value: bigint;
  readonly documentHash: string;
  readonly words: readonly string[] | undefined;
}

/**
 * The list that is meant: its root and hash are computed from the file, and the root that is named must be it. Where nothing is
 * to be read, even if the settings name a file, both are given. Errors `party-root`, `usage`, `hash`.
 */
async function proposal(named: string | undefined, unread: boolean, options: Options): Promise<Proposed> {
  const given = named === undefined ? undefined : fromHex(named, named);
  if (unread) {
    const document = text(options, "document");
    if (given === undefined || document === undefined) {
      throw unsaid("Without its list a root is named together with the list's hash, as publish printed both.");
    }
    return { value: given, documentHash: hashOf(document, "--document", "list"), words: undefined };
  }
  const file = text(options, "parties");
  if (file === undefined) throw unsaid("Nothing says which list is meant.");
  const parties = await readParties(file);
  const value = partyTree(parties).root;
  if (given === undefined || given === value) {
    return { value, documentHash: await listHash(file), words: parties.map(showParty) };
  }
  throw refusal(`The root of this list is ${toHex(value)}, not ${toHex(given)}.`, {
    place: file,
    remedy: "Ask the proposer for the list that was proposed.",
    code: "party-root",
  });
}

function unsaid(problem: string): Error {
  return inputError(problem, {
    place: "batchproof party",
    remedy:
      "Give the list's file (--parties), or its root and --document HASH; who approves without the file says --unread.",
    code: "usage",
  });
}

/** A party in a line: what the list's author wrote is quoted, and last. */
function showParty(party: Party, index: number): string {
  const { role, notBefore, notAfter, name, org } = party;
  const what =
    party.role === "device"
      ? `device ${JSON.stringify(deviceText(party.device))}`
      : `key hash ${toHex(keyHash(party.key))}`;
  const owner = `${JSON.stringify(name)} of ${JSON.stringify(org)}`;
  return `${index + 1}. ${role}, valid ${notBefore} to ${notAfter}, ${what}, ${owner}`;
}

/** `party revoke`. */
export async function revoke([hex = ""]: readonly string[], options: Options): Promise<Answer> {
  const value = fromHex(hex, hex);
  const reason = await saidReason(options);
  const since = text(options, "since");
  const from = since === undefined ? 0 : parseTime(since, "--since");
  const stands =
    since === undefined ? "nothing that was attested under it" : `what was attested before ${formatTime(from)}`;
  return asAccount(options, async ({ parties }) => {
    const { approvedAt } = await explained(() => parties.rootOf(value));
    const sent = transactionOf(await mined(() => parties.revoke(value, BigInt(from), ...reasonArgs(reason))));
    const wasApproved = approvedAt !== 0n;
    // A root that nobody knows may be one mistyped: then the right one stands as before.
    const known = wasApproved ? {} : { approved: "never: compare it with the root that you mean" };
    return {
      text: fieldLines({ revoked: hex, ...known, stands, ...sent }),
      json: { root: hex, since: from, wasApproved, ...reason, ...sent },
    };
  });
}
