import { createHash } from "node:crypto";
import { mined } from "../../src/chain/deploy.ts";
import { commandOf } from "../../src/commandLine.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { fromHex, toHex } from "../../src/formats/field.ts";
import { canonicalJson, readJson } from "../../src/input/json.ts";
import { partyTree, readParties } from "../../src/parties/partyList.ts";
import { asAccount, sameRegister, transactionOf } from "../chain.ts";
import { required, text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { publicOption } from "../target.ts";

/** `party publish`. */
export async function publish([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const value = partyTree(await readParties(file)).root;
  const documentHash = `0x${createHash("sha256")
    .update(canonicalJson(await readJson(file)))
    .digest("hex")}`;
  return asAccount(options, async ({ parties }) => {
    const sent = transactionOf(await mined(() => parties.propose(value, documentHash)));
    const shown = { root: toHex(value), documentHash, ...sent };
    return {
      text: `${fieldLines(shown)}\nProposed. Another person approves it: ${commandOf("party", "approve", "--parties", file, "--authorisation", "TEXT", ...sameRegister(options), "--account", "APPROVER")}`,
      json: shown,
    };
  });
}

/** `party approve`. */
export async function approve([named]: readonly string[], options: Options): Promise<Answer> {
  const value = await approvedRoot(named, options);
  const root = toHex(value);
  const file = text(options, "parties");
  return asAccount(options, async ({ parties }) => {
    const sent = transactionOf(await mined(() => parties.approve(value, required(options, "authorisation"))));
    const compared = file === undefined ? "not compared with a party list (--parties)" : `those of ${file}`;
    return { text: fieldLines({ approved: root, parties: compared, ...sent }), json: { root, ...sent } };
  });
}

/** The root that is approved: computed from the list, and the one that is named, if both are given. Errors `party-root`, `usage`. */
async function approvedRoot(named: string | undefined, options: Options): Promise<bigint> {
  const given = named === undefined ? undefined : fromHex(named, named);
  const file = text(options, "parties");
  const root = file === undefined ? given : partyTree(await readParties(file)).root;
  if (root === undefined) {
    throw inputError("Nothing says which party list is approved.", {
      place: "batchproof party approve",
      remedy: "Give --parties the list's file.",
      code: "usage",
    });
  }
  if (given === undefined || given === root) return root;
  throw refusal(`The root of this list is ${toHex(root)}, not ${toHex(given)}.`, {
    place: file ?? "",
    remedy: "Ask the proposer for the list that was proposed.",
    code: "party-root",
  });
}

/** `party revoke`. */
export async function revoke([hex = ""]: readonly string[], options: Options): Promise<Answer> {
  const value = fromHex(hex, hex);
  const reason = publicOption(options, "reason");
  return asAccount(options, async ({ parties }) => {
    const sent = transactionOf(await mined(() => parties.revoke(value, reason)));
    return { text: fieldLines({ revoked: hex, ...sent }), json: { root: hex, reason, ...sent } };
  });
}
