import type { ErrorCode } from "../errorCodes.ts";
import { inputError, type BatchproofError } from "../errors.ts";
import { MAX_PARTIES, ROLE, type RoleName } from "../formats/constants.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { deviceHash, keyHash, textHash, type DeviceId, type PublicKey } from "../formats/identity.ts";
import { PartyTree, type PartyLeaf } from "../formats/party.ts";
import { writeFileAtomically, type ReadOptions } from "../input/files.ts";
import { parseTime } from "../input/times.ts";
import {
  defineDocument,
  DEVICE,
  documentText,
  HEX_FIELD,
  object,
  POINT,
  pointFromJson,
  pointToJson,
  TEXT,
  TIME,
  type PointJson,
} from "../formats/document.ts";
import type { KeyRole } from "../formats/constants.ts";
import type { KeyDescription } from "./keys.ts";
import { checkKey } from "./point.ts";

interface PartyBase {
  readonly name: string;
  /** Legal entity or site id. */
  readonly org: string;
  /** RFC 3339. A device's validity is that of its calibration. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** A person's or gateway's key. */
export interface KeyParty extends PartyBase {
  readonly role: KeyRole;
  readonly key: PublicKey;
  /** 0 for all but custodians. */
  readonly secretHash: bigint;
}

/** A logger or sensor. */
export interface DeviceParty extends PartyBase {
  readonly role: "device";
  readonly device: DeviceId;
}

export type Party = KeyParty | DeviceParty;

/** The authorised parties and devices, in the order of the tree's leaves. Names are unique. */
export type PartyList = readonly Party[];

interface PartyJson extends PartyBase {
  readonly role: RoleName;
  readonly key?: PointJson;
  readonly device?: DeviceId;
  readonly secretHash?: string;
}

interface PartiesFile {
  readonly format: typeof PARTIES_FORMAT;
  readonly parties: readonly PartyJson[];
}

/** What a party list says it is. */
export const PARTIES_FORMAT = "batchproof-parties/1";

const partiesDocument = defineDocument<PartiesFile>(PARTIES_FORMAT, "party-list", {
  parties: {
    type: "array",
    maxItems: MAX_PARTIES,
    items: object(
      {
        name: TEXT,
        role: { enum: Object.keys(ROLE) },
        org: TEXT,
        key: POINT,
        device: DEVICE,
        secretHash: HEX_FIELD,
        notBefore: TIME,
        notAfter: TIME,
      },
      ["key", "device", "secretHash"],
    ),
  },
});

/**
 * Reads parties.json.
 * Errors, with file#/pointer: `party-list` (shape, or a role without its key or device), those of `checkParties`, of
 * `parseTime` and of `readJson`.
 */
export async function readParties(path: string, options?: ReadOptions): Promise<PartyList> {
  const { parties } = await partiesDocument.read(path, options);
  const list = parties.map((party, i) => fromJson(party, `${path}#/parties/${i}`));
  checkParties(list, path);
  return list;
}

/** Writes a list that `checkParties` accepts, mode 0600: it names persons and sites. Errors: those of `checkParties` and of `writeFileAtomically`. */
export async function writeParties(path: string, list: PartyList): Promise<void> {
  checkParties(list, path);
  const file: PartiesFile = { format: PARTIES_FORMAT, parties: list.map(toJson) };
  await writeFileAtomically(path, documentText(file), { mode: 0o600 });
}

/** Whether a list holds this very party, by the same name and with the same validity. Errors: those of `toLeaf`. */
export function holdsParty(list: PartyList, party: Party): boolean {
  const entry = (each: Party): string => `${Object.values(toLeaf(each)).join()},${each.name.normalize("NFC")}`;
  return list.some((each) => entry(each) === entry(party));
}

/** The list with one more party, at its end. Errors: those of `checkParties`; the place is the new party's. */
export function addParty(list: PartyList, party: Party): PartyList {
  const longer = [...list, party];
  checkParties(longer, "the party list");
  return longer;
}

/** The party of a key file. It is authentic only as far as the file came from its holder by a trusted way. */
export function partyOfKey(
  { name, role, org, public: key, secretHash }: KeyDescription,
  validity: Pick<Party, "notBefore" | "notAfter">,
): KeyParty {
  return { name, role, org, key, secretHash, ...validity };
}

function fromJson({ key, device, secretHash, role, ...base }: PartyJson, place: string): Party {
  if (role === "device") {
    if (device === undefined) throw malformed("A device has no member `device`.", place);
    if (key !== undefined || secretHash !== undefined) throw malformed("A device has no key and no secret.", place);
    return { ...base, role, device };
  }
  if (key === undefined) throw malformed(`A ${role} has no member \`key\`.`, place);
  if (device !== undefined) throw malformed(`A ${role} is a key, not a device.`, place);
  const secret = secretHash === undefined ? 0n : fromHex(secretHash, `${place}/secretHash`);
  return { ...base, role, key: pointFromJson(key, `${place}/key`), secretHash: secret };
}

function malformed(message: string, place: string): BatchproofError {
  return inputError(message, { code: "party-list", place });
}

function toJson(party: Party): PartyJson {
  const { name, role, org, notBefore, notAfter } = party;
  if (party.role === "device") return { name, role, org, device: party.device, notBefore, notAfter };
  const secret = party.role === "custodian" ? { secretHash: toHex(party.secretHash) } : {};
  return { name, role, org, key: pointToJson(party.key), ...secret, notBefore, notAfter };
}

/**
 * The checks that a party root rests on.
 * Errors, with `place`#/pointer: `party-count`, `party-key` (not in the prime subgroup), `party-validity` (ends before
 * it begins), `party-secret` (a custodian without secretHash, another role with one, or two custodians of one org with
 * different ones), `party-org` (a key under two orgs), `party-name` and `party-duplicate` (a name, or a leaf, that is there already), `device-id`.
 */
export function checkParties(list: PartyList, place: string): void {
  if (list.length > MAX_PARTIES) {
    throw inputError(`A party list holds at most ${MAX_PARTIES} parties.`, { code: "party-count", place });
  }
  const names = new Map<string, number>();
  const leaves = new Map<string, number>();
  const secrets = new Map<bigint, bigint>();
  const holders = new Map<bigint, bigint>();
  list.forEach((party, i) => {
    const here = `${place}#/parties/${i}`;
    if (party.role !== "device") {
      checkKey(party.key, `${here}/key`);
      checkSecret(party, secrets, here);
      checkHolder(party, holders, here);
    }
    const leaf = toLeaf(party, here);
    if (leaf.notAfter < leaf.notBefore) {
      throw inputError("The validity ends before it begins.", { code: "party-validity", place: `${here}/notAfter` });
    }
    // Role and identity, whatever the validity: a second leaf of one key is a renewal, and takes another name.
    refuseRepeated(names, party.name.normalize("NFC"), i, "party-name", `${here}/name`);
    refuseRepeated(leaves, Object.values(leaf).join(), i, "party-duplicate", here);
  });
}

/** One site secret for each org, so that an order has one salt under one list, whichever custodian opens it. */
function checkSecret(party: KeyParty, secrets: Map<bigint, bigint>, place: string): void {
  const refuse = (message: string): never => {
    throw inputError(message, {
      code: "party-secret",
      place: `${place}/secretHash`,
      remedy: "Make the site's further custodian keys from its first one, so that they share its site secret.",
    });
  };
  const custodian = party.role === "custodian";
  if (custodian !== (party.secretHash !== 0n)) {
    refuse(custodian ? "A custodian has no secretHash." : "Only custodians have a secretHash.");
  }
  if (!custodian) return;
  const org = textHash(party.org);
  if ((secrets.get(org) ?? party.secretHash) !== party.secretHash) {
    refuse("The custodians of this organisation have different secrets.");
  }
  secrets.set(org, party.secretHash);
}

/**
 * One organisation for each key, in whatever roles: with two its holder would be an independent source to himself, hand
 * over to himself, and have two site secrets.
 */
function checkHolder({ key, org }: KeyParty, holders: Map<bigint, bigint>, place: string): void {
  const [hash, holder] = [keyHash(key), textHash(org)];
  if ((holders.get(hash) ?? holder) !== holder) {
    throw inputError("This key stands under another organisation, too.", { code: "party-org", place: `${place}/org` });
  }
  holders.set(hash, holder);
}

function refuseRepeated(seen: Map<string, number>, value: string, index: number, code: ErrorCode, place: string): void {
  const earlier = seen.get(value);
  if (earlier !== undefined) {
    throw inputError(`The same ${code === "party-name" ? "name" : "party"} stands at /parties/${earlier}.`, {
      code,
      place,
    });
  }
  seen.set(value, index);
}

/** The leaf of a party. `place` goes into errors: those of `parseTime`, `device-id`. */
export function toLeaf(party: Party, place = `party ${party.name}`): PartyLeaf {
  const identity =
    party.role === "device"
      ? { id0: deviceHash(party.device), id1: 0n, secretHash: 0n }
      : { id0: party.key.x, id1: party.key.y, secretHash: party.secretHash };
  return {
    ...identity,
    role: BigInt(ROLE[party.role]),
    org: textHash(party.org),
    notBefore: BigInt(parseTime(party.notBefore, `${place}/notBefore`)),
    notAfter: BigInt(parseTime(party.notAfter, `${place}/notAfter`)),
  };
}

/** The tree whose root is the public signal `parties`. */
export function partyTree(list: PartyList): PartyTree {
  return new PartyTree(list.map((party) => toLeaf(party)));
}

/** Unix seconds, both inclusive. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** The party of a name. Error `party` if there is none. */
export function findParty(list: PartyList, name: string): Party {
  const found = list.find((party) => party.name.normalize("NFC") === name.normalize("NFC"));
  if (found !== undefined) return found;
  throw inputError(`The party list has no "${name}".`, {
    code: "party",
    remedy: `Name one of: ${list.map((party) => party.name).join(", ")}.`,
  });
}

/**
 * The entry of a key in a role. Where the key stands in the list more than once, because it was renewed, the one that
 * is valid in the whole period; if none is, the first one, so that the rule `source` can say what is wrong with it.
 * Error `party` if there is none.
 */
export function findKey(list: PartyList, role: KeyRole, key: PublicKey, period: Period): KeyParty {
  const keys = list.filter((party) => party.role !== "device");
  const found = keys.filter((party) => party.role === role && party.key.x === key.x && party.key.y === key.y);
  return first(preferValid(found, period));
}

/** The entry of a device, by its `deviceHash`; which one of several as in `findKey`. Error `party`. */
export function findDevice(list: PartyList, hash: bigint, period: Period): DeviceParty {
  const found = list.filter((party) => party.role === "device").filter(({ device }) => deviceHash(device) === hash);
  return first(preferValid(found, period));
}

function preferValid<T extends Party>(found: readonly T[], { start, end }: Period): readonly T[] {
  const valid = found.filter((party) => {
    const { notBefore, notAfter } = toLeaf(party);
    return notBefore <= start && end <= notAfter;
  });
  return valid.length === 0 ? found : valid;
}

function first<T>([party]: readonly T[]): T {
  if (party !== undefined) return party;
  throw inputError("This party is not in the party list.", {
    code: "party",
    remedy: "Add it to the list, and have the new root published.",
  });
}
