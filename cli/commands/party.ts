import { existsSync } from "node:fs";
import { inputError } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { readKeyFile } from "../../src/parties/keys.ts";
import {
  addParty,
  holdsParty,
  partyOfKey,
  partyTree,
  readParties,
  writeParties,
  type Party,
} from "../../src/parties/partyList.ts";
import { deviceOf } from "../device.ts";
import { required, text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";

/** `party add`. */
export async function add([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const party = await partyOf(options);
  const before = existsSync(file) ? await readParties(file) : [];
  const already = holdsParty(before, party);
  const list = already ? before : addParty(before, party);
  if (!already) await writeParties(file, list);
  const { name, role, org, notBefore, notAfter } = party;
  const newRoot = toHex(partyTree(list).root);
  return {
    text: fieldLines({
      [already ? "already there" : "added"]: name,
      role,
      org,
      valid: `${notBefore} to ${notAfter}`,
      parties: list.length,
      root: newRoot,
    }),
    json: { file, added: { name, role, org, notBefore, notAfter }, already, parties: list.length, root: newRoot },
  };
}

async function partyOf(options: Options): Promise<Party> {
  const key = text(options, "key");
  const device = text(options, "device");
  const name = text(options, "name");
  const validity = { notBefore: required(options, "from"), notAfter: required(options, "to") };
  if ((key === undefined) === (device === undefined)) throw partyUsage("Give either --key or --device.");
  if (key !== undefined) {
    if (text(options, "org") !== undefined) throw partyUsage("The key file says the organisation: leave --org out.");
    const party = partyOfKey(await readKeyFile(key), validity);
    return name === undefined ? party : { ...party, name };
  }
  const org = text(options, "org");
  if (org === undefined || name === undefined) throw partyUsage("A device needs --org and --name.");
  return { role: "device", name, org, device: deviceOf(device ?? ""), ...validity };
}

function partyUsage(problem: string): Error {
  return inputError(problem, {
    code: "usage",
    place: "batchproof party add",
    remedy: "See `batchproof party add --help`.",
  });
}

/** `party root`. */
export async function root([file = ""]: readonly string[]): Promise<Answer> {
  const list = await readParties(file);
  const value = toHex(partyTree(list).root);
  return { text: value, json: { file, parties: list.length, root: value } };
}
