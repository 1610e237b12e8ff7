import { mined } from "../../src/chain/deploy.ts";
import type { PolicyRegistry } from "../../src/chain/handles.ts";
import { commandOf } from "../../src/commandLine.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { nameWord } from "../../src/formats/names.ts";
import { reasonArgs } from "../../src/formats/reasons.ts";
import { parseTime } from "../../src/input/times.ts";
import { showPolicy } from "../../src/review/show.ts";
import { asAccount, sameRegister, transactionOf } from "../chain.ts";
import { flag, required, text, type Options, type Run } from "../command.ts";
import { fieldLines, sayFirst, type Answer } from "../output.ts";
import { readIdentified } from "../policyIdentity.ts";
import { publicOption, saidReason } from "../target.ts";

/** `policy hash`. */
export async function hash([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const { policy, stored, policyId } = await readIdentified(file, options);
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
  const { stored, policyId } = await readIdentified(file, options);
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.propose(stored)));
    return {
      text: `${fieldLines({ policyId, ...sent })}\nProposed. Another person approves it: ${commandOf("policy", "approve", "--policy", file, "--authorisation", "TEXT", ...sameRegister(options), "--account", "APPROVER")}`,
      json: { policyId, ...sent },
    };
  });
}

/** `policy approve`: what is approved is shown before anything is sent. */
export async function approve([named]: readonly string[], options: Options): Promise<Answer> {
  const { policyId, words } = await approved(named, options);
  const effectiveFrom = text(options, "effectiveFrom");
  const from = effectiveFrom === undefined ? 0n : BigInt(parseTime(effectiveFrom, "--effective-from"));
  const authorisation = nameWord(publicOption(options, "authorisation"));
  if (words !== undefined) sayFirst(`${words}\npolicyId  ${policyId}\n`);
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.approve(policyId, authorisation, from)));
    const compared =
      words === undefined ? "unread: not compared with a file" : `the one of ${required(options, "policy")}`;
    const json = { policyId, unread: words === undefined, words: words?.trimEnd().split("\n"), ...sent };
    return { text: fieldLines({ approved: policyId, policy: compared, ...sent }), json };
  });
}

/** `policy withdraw` and `policy endorse`. */
export const withdraw = sending("withdrawn", (policies, policyId) => policies.withdraw(policyId));
export const endorse = sending("endorsed", (policies, policyId) => policies.endorse(policyId));

/** One call about a policy. `done`: what is said before its id. */
function sending(
  done: string,
  call: (policies: PolicyRegistry, policyId: string) => ReturnType<PolicyRegistry["endorse"]>,
): Run {
  return async ([policyId = ""], options) => {
    requirePolicyId(policyId);
    return asAccount(options, async ({ policies }) => {
      const sent = transactionOf(await mined(() => call(policies, policyId)));
      return { text: fieldLines({ [done]: policyId, ...sent }), json: { policyId, ...sent } };
    });
  };
}

/** `policy retire`. */
export async function retire([policyId = ""]: readonly string[], options: Options): Promise<Answer> {
  requirePolicyId(policyId);
  const reason = await saidReason(options);
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.retire(policyId, ...reasonArgs(reason))));
    return { text: fieldLines({ retired: policyId, ...sent }), json: { policyId, ...reason, ...sent } };
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

/**
 * The policy that is approved, in words; its policyId is computed from the file, and the one that is named must be it. Without
 * words only where somebody says that the policy is unread. Errors `policy-id`, `usage`.
 */
async function approved(
  named: string | undefined,
  options: Options,
): Promise<{ readonly policyId: string; readonly words: string | undefined }> {
  if (named !== undefined) requirePolicyId(named);
  const file = text(options, "policy");
  if ((file === undefined) !== flag(options, "unread")) {
    throw approveUsage("A policy is approved with its file (--policy) or, without it, as --unread: one of the two.");
  }
  if (file === undefined) {
    if (named === undefined) throw approveUsage("Nothing says which policy is approved.");
    return { policyId: named, words: undefined };
  }
  const { policy, policyId } = await readIdentified(file, options);
  if (named === undefined || named === policyId) return { policyId, words: showPolicy(policy) };
  throw refusal(`The policyId of this file is ${policyId}, not ${named}.`, {
    place: file,
    remedy: "Ask the proposer for the policy and the salts that were proposed.",
    code: "policy-id",
  });
}

function approveUsage(problem: string): Error {
  return inputError(problem, {
    place: "batchproof policy approve",
    remedy: "Give --policy the policy's file, with its salts beside it: what it says is shown first.",
    code: "usage",
  });
}
