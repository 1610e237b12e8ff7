import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mined } from "../../src/chain/deploy.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { fromHex, toHex } from "../../src/formats/field.ts";
import { canonicalJson, readJson } from "../../src/input/json.ts";
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
import { asAccount, transactionOf, withAccount, withRegistry } from "../chain.ts";
import { deviceOf } from "../device.ts";
import { answers, required, text, type Options, type AddCommands } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { publicOption, withReason } from "../target.ts";

/** `party`: who may sign, and which devices may measure. */
export const addPartyCommands: AddCommands = (program, give) => {
  const party = program.command("party").description("authorised parties and devices, and their root on chain");
  answers(
    party
      .command("add <parties.json>")
      .description("add a key or a device at the end of the list; the list is made if it is not there")
      .option("--key <keyfile>", "key file of the party; it says name, role and organisation")
      .option("--device <vendor|model|serial>", "a logger or sensor")
      .option("--org <text>", "owner of the device")
      .option("--name <text>", "name in the list; that of the key file if not given")
      .requiredOption("--from <time>", "valid from, RFC 3339 (a device: its calibration)")
      .requiredOption("--to <time>", "valid to, RFC 3339"),
    give,
    add,
  );
  answers(party.command("root <parties.json>").description("the Merkle root that proofs carry"), give, root);
  answers(
    withAccount(withRegistry(party.command("publish <parties.json>"))).description(
      "propose its root on chain (PROPOSER)",
    ),
    give,
    publish,
  );
  answers(
    withAccount(withRegistry(party.command("approve <root>")))
      .description("approve a proposed root (APPROVER, another person than the proposer)")
      .requiredOption("--authorisation <text>", "reference of the approval; public")
      .option("--parties <file>", "compute the root from this party list first, and compare"),
    give,
    approve,
  );
  answers(
    withReason(withAccount(withRegistry(party.command("revoke <root>")))).description(
      "end a root at once and for good, also one that only waits; proofs that carry it are refused (APPROVER)",
    ),
    give,
    revoke,
  );
};

async function add([file = ""]: readonly string[], options: Options): Promise<Answer> {
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

async function root([file = ""]: readonly string[]): Promise<Answer> {
  const list = await readParties(file);
  const value = toHex(partyTree(list).root);
  return { text: value, json: { file, parties: list.length, root: value } };
}

async function publish([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const value = partyTree(await readParties(file)).root;
  const documentHash = `0x${createHash("sha256")
    .update(canonicalJson(await readJson(file)))
    .digest("hex")}`;
  return asAccount(options, async ({ parties }) => {
    const sent = transactionOf(await mined(() => parties.propose(value, documentHash)));
    const shown = { root: toHex(value), documentHash, ...sent };
    return {
      text: `${fieldLines(shown)}\nProposed. Another person approves it: batchproof party approve ${shown.root} --parties ${file}`,
      json: shown,
    };
  });
}

async function approve([hex = ""]: readonly string[], options: Options): Promise<Answer> {
  const value = fromHex(hex, hex);
  const file = text(options, "parties");
  if (file !== undefined) await requireSame(value, file);
  return asAccount(options, async ({ parties }) => {
    const sent = transactionOf(await mined(() => parties.approve(value, required(options, "authorisation"))));
    const compared = file === undefined ? "not compared with a party list (--parties)" : `those of ${file}`;
    return { text: fieldLines({ approved: hex, parties: compared, ...sent }), json: { root: hex, ...sent } };
  });
}

async function revoke([hex = ""]: readonly string[], options: Options): Promise<Answer> {
  const value = fromHex(hex, hex);
  const reason = publicOption(options, "reason");
  return asAccount(options, async ({ parties }) => {
    const sent = transactionOf(await mined(() => parties.revoke(value, reason)));
    return { text: fieldLines({ revoked: hex, ...sent }), json: { root: hex, reason, ...sent } };
  });
}

async function requireSame(value: bigint, file: string): Promise<void> {
  const computed = partyTree(await readParties(file)).root;
  if (computed === value) return;
  throw refusal(`The root of this list is ${toHex(computed)}, not ${toHex(value)}.`, {
    place: file,
    remedy: "Ask the proposer for the list that was proposed.",
    code: "party-root",
  });
}
