import { createHash } from "node:crypto";
import { mined } from "../../src/chain/deploy.ts";
import { refusal } from "../../src/errors.ts";
import { fromHex, toHex } from "../../src/formats/field.ts";
import { canonicalJson, readJson } from "../../src/input/json.ts";
import { partyTree, readParties } from "../../src/parties/partyList.ts";
import { asAccount, transactionOf } from "../chain.ts";
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
      text: `${fieldLines(shown)}\nProposed. Another person approves it: batchproof party approve ${shown.root} --parties ${file}`,
      json: shown,
    };
  });
}

/** `party approve`. */
export async function approve([hex = ""]: readonly string[], options: Options): Promise<Answer> {
  const value = fromHex(hex, hex);
  const file = text(options, "parties");
  if (file !== undefined) await requireSame(value, file);
  return asAccount(options, async ({ parties }) => {
    const sent = transactionOf(await mined(() => parties.approve(value, required(options, "authorisation"))));
    const compared = file === undefined ? "not compared with a party list (--parties)" : `those of ${file}`;
    return { text: fieldLines({ approved: hex, parties: compared, ...sent }), json: { root: hex, ...sent } };
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

async function requireSame(value: bigint, file: string): Promise<void> {
  const computed = partyTree(await readParties(file)).root;
  if (computed === value) return;
  throw refusal(`The root of this list is ${toHex(computed)}, not ${toHex(value)}.`, {
    place: file,
    remedy: "Ask the proposer for the list that was proposed.",
    code: "party-root",
  });
}
