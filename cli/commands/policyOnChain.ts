import { readSoundPolicy } from "../soundPolicy.ts";
import { mined } from "../../src/chain/deploy.ts";
import { policyIdOf, type ChainPolicy } from "../../src/formats/chainPolicy.ts";
import { commandOf } from "../../src/commandLine.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { parseTime } from "../../src/input/times.ts";
import { chainPolicy } from "../../src/kinds/policyId.ts";
import { type Policy } from "../../src/policy/document.ts";
import { readSalts } from "../../src/policy/salts.ts";
import { asAccount, sameRegister, transactionOf } from "../chain.ts";
import { circuitIds } from "../circuits.ts";
import { list, required, text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { publicOption } from "../target.ts";

/** `policy hash`. */
export async function hash([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const { policy, stored, policyId } = await hashed(file, options);
  const claims = policy.claims.map(({ id, circuits }, index) => ({
    id,
    rule: toHex(stored.claims[index]?.rule ?? 0n),
    circuits: Object.fromEntries(circuits.map((name, i) => [name, stored.claims[index]?.circuitIds[i]])),
  }));
  return {
    text: fieldLines({
      "document hash": stored.documentHash,
      ...Object.fromEntries(claims.map(({ id, rule }) => [`rule ${id}`, rule])),
      policyId,
    }),
    json: { documentHash: stored.documentHash, policyId, claims },
  };
}

/** `policy publish`. */
export async function publish([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const { stored, policyId } = await hashed(file, options);
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.propose(stored)));
    return {
      text: `${fieldLines({ policyId, ...sent })}\nProposed. Another person approves it: ${commandOf("policy", "approve", "--policy", file, "--authorisation", "TEXT", ...sameRegister(options), "--account", "APPROVER")}`,
      json: { policyId, ...sent },
    };
  });
}

/** `policy approve`. */
export async function approve([named]: readonly string[], options: Options): Promise<Answer> {
  const policyId = await approvedId(named, options);
  const effectiveFrom = text(options, "effectiveFrom");
  const from = effectiveFrom === undefined ? 0n : BigInt(parseTime(effectiveFrom, "--effective-from"));
  const file = text(options, "policy");
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.approve(policyId, required(options, "authorisation"), from)));
    const compared = file === undefined ? "not compared with a policy file (--policy)" : `the one of ${file}`;
    return { text: fieldLines({ approved: policyId, policy: compared, ...sent }), json: { policyId, ...sent } };
  });
}

/** `policy endorse`. */
export async function endorse([policyId = ""]: readonly string[], options: Options): Promise<Answer> {
  requirePolicyId(policyId);
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.endorse(policyId)));
    return { text: fieldLines({ endorsed: policyId, ...sent }), json: { policyId, ...sent } };
  });
}

/** `policy retire`. */
export async function retire([policyId = ""]: readonly string[], options: Options): Promise<Answer> {
  requirePolicyId(policyId);
  const reason = publicOption(options, "reason");
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.retire(policyId, reason)));
    return { text: fieldLines({ retired: policyId, ...sent }), json: { policyId, reason, ...sent } };
  });
}

/** Error `policy-id`. */
function requirePolicyId(given: string): void {
  if (/^0x[0-9a-f]{64}$/.test(given)) return;
  throw inputError("This is not a policyId.", {
    place: given,
    remedy: "Give 0x and 64 lower-case hex digits: `batchproof policy hash FILE` prints them.",
    code: "policy-id",
  });
}

/** The policyId that is approved: computed from the file, and the one that is named, if both are given. Errors `policy-id`, `usage`. */
async function approvedId(named: string | undefined, options: Options): Promise<string> {
  if (named !== undefined) requirePolicyId(named);
  const file = text(options, "policy");
  const policyId = file === undefined ? named : (await hashed(file, options)).policyId;
  if (policyId === undefined) {
    throw inputError("Nothing says which policy is approved.", {
      place: "batchproof policy approve",
      remedy: "Give --policy the policy's file.",
      code: "usage",
    });
  }
  if (named === undefined || named === policyId) return policyId;
  throw refusal(`The policyId of this file is ${policyId}, not ${named}.`, {
    place: file ?? "",
    remedy: "Ask the proposer for the policy and the salts that were proposed.",
    code: "policy-id",
  });
}

/** A policy as the chain stores it, and its id. */
async function hashed(
  file: string,
  options: Options,
): Promise<{ readonly policy: Policy; readonly stored: ChainPolicy; readonly policyId: string }> {
  const policy = await readSoundPolicy(file);
  const stored = chainPolicy(policy, await readSalts(file, policy), circuitIds(list(options, "circuitId")));
  return { policy, stored, policyId: policyIdOf(stored) };
}
