import { mined } from "../../src/chain/deploy.ts";
import { policyIdOf, type ChainPolicy } from "../../src/formats/chainPolicy.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { parseTime } from "../../src/input/times.ts";
import { diffPolicies, showDiff } from "../../src/review/diff.ts";
import { lintPolicy } from "../../src/review/lint.ts";
import { chainPolicy } from "../../src/kinds/policyId.ts";
import { type Policy, documentHash } from "../../src/policy/document.ts";
import { createSalts, readSalts, saltsPath } from "../../src/policy/salts.ts";
import { showPolicy } from "../../src/review/show.ts";
import { asAccount, transactionOf, withAccount, withRegistry } from "../chain.ts";
import { circuitIds } from "../circuits.ts";
import { answers, collect, flag, list, required, text, type Options, type AddCommands } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { publicOption, withReason } from "../target.ts";
import { readPolicy } from "../../src/kinds/policy.ts";

const CIRCUIT_ID = [
  "--circuit-id <name=id>",
  "another circuitId than artifacts.lock.json pins; may be repeated",
  collect,
] as const;

/** `policy`: what a compliant batch is, from its file to its approval. */
export const addPolicyCommands: AddCommands = (program, give) => {
  const policy = program
    .command("policy")
    .description("what a compliant batch is: check, show, compare, hash, publish, approve, endorse, retire");
  answers(policy.command("lint <file>").description("check form and sense; exit 1 if there are errors"), give, lint);
  answers(
    policy.command("show <file>").description("every limit in words, and what the limits leave uncovered"),
    give,
    show,
  );
  answers(
    policy
      .command("diff <before> <after>")
      .description("what changed from one policy to another, in words; what was loosened first")
      .option("--fail-on-loosened", "exit 1 if any limit was loosened"),
    give,
    diff,
  );
  answers(policy.command("salt <file>").description("draw the salts of its rules, kept beside the file"), give, salt);
  answers(
    policy
      .command("hash <file>")
      .description("document hash, rule hashes and policyId")
      .option(...CIRCUIT_ID),
    give,
    hash,
  );
  answers(
    withAccount(withRegistry(policy.command("publish <file>")))
      .description("propose it on chain (PROPOSER)")
      .option(...CIRCUIT_ID),
    give,
    publish,
  );
  answers(
    withAccount(withRegistry(policy.command("approve <policyId>")))
      .description("approve a proposed policy (APPROVER, another person than the proposer)")
      .requiredOption("--authorisation <text>", "number of the authorisation or variation; public")
      .option("--effective-from <time>", "RFC 3339; at once if not given")
      .option("--policy <file>", "compute the policyId from this file and its salts first, and compare")
      .option(...CIRCUIT_ID),
    give,
    approve,
  );
  answers(
    withAccount(withRegistry(policy.command("endorse <policyId>"))).description(
      "endorse a policy; changes nothing, but everybody sees it (AUTHORITY)",
    ),
    give,
    endorse,
  );
  answers(
    withReason(withAccount(withRegistry(policy.command("retire <policyId>")))).description(
      "end a policy for new batches, for good; open ones finish (APPROVER)",
    ),
    give,
    retire,
  );
};

async function lint([file = ""]: readonly string[]): Promise<Answer> {
  const findings = lintPolicy(await readPolicy(file));
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  const lines = findings.map(
    ({ severity, code, pointer, message, remedy }) =>
      `${severity} ${code}: ${message}\n  at ${file}#${pointer}\n  ${remedy}`,
  );
  return {
    text: [...lines, `${errors} errors, ${warnings} warnings`].join("\n"),
    json: { file, errors, warnings, findings },
    exitCode: errors > 0 ? 1 : 0,
  };
}

async function show([file = ""]: readonly string[]): Promise<Answer> {
  const policy = await readSoundPolicy(file);
  const words = showPolicy(policy);
  return { text: words, json: { documentHash: documentHash(policy), policy, words: words.trimEnd().split("\n") } };
}

async function diff([before = "", after = ""]: readonly string[], options: Options): Promise<Answer> {
  const found = diffPolicies(await readSoundPolicy(before), await readSoundPolicy(after));
  return {
    text: showDiff(found),
    json: found,
    exitCode: flag(options, "failOnLoosened") && found.loosened.length > 0 ? 1 : 0,
  };
}

async function salt([file = ""]: readonly string[]): Promise<Answer> {
  const salts = await createSalts(file, await readSoundPolicy(file));
  const path = saltsPath(file);
  return {
    text: `${path}: salts of ${salts.size} rules. Give it to the parties of the policy only, and keep it.`,
    json: { file: path, rules: salts.size },
  };
}

async function hash([file = ""]: readonly string[], options: Options): Promise<Answer> {
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

async function publish([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const { stored, policyId } = await hashed(file, options);
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.propose(stored)));
    return {
      text: `${fieldLines({ policyId, ...sent })}\nProposed. Another person approves it: batchproof policy approve ${policyId} --policy ${file}`,
      json: { policyId, ...sent },
    };
  });
}

async function approve([policyId = ""]: readonly string[], options: Options): Promise<Answer> {
  requirePolicyId(policyId);
  const effectiveFrom = text(options, "effectiveFrom");
  const from = effectiveFrom === undefined ? 0n : BigInt(parseTime(effectiveFrom, "--effective-from"));
  const file = text(options, "policy");
  if (file !== undefined) await requireSame(policyId, file, options);
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.approve(policyId, required(options, "authorisation"), from)));
    const compared = file === undefined ? "not compared with a policy file (--policy)" : `the one of ${file}`;
    return { text: fieldLines({ approved: policyId, policy: compared, ...sent }), json: { policyId, ...sent } };
  });
}

async function endorse([policyId = ""]: readonly string[], options: Options): Promise<Answer> {
  requirePolicyId(policyId);
  return asAccount(options, async ({ policies }) => {
    const sent = transactionOf(await mined(() => policies.endorse(policyId)));
    return { text: fieldLines({ endorsed: policyId, ...sent }), json: { policyId, ...sent } };
  });
}

async function retire([policyId = ""]: readonly string[], options: Options): Promise<Answer> {
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
    remedy: "Give 0x and 64 lower-case hex digits, as `policy hash` prints them.",
    code: "policy-id",
  });
}

async function requireSame(policyId: string, file: string, options: Options): Promise<void> {
  const { policyId: computed } = await hashed(file, options);
  if (computed === policyId) return;
  throw refusal(`The policyId of this file is ${computed}, not ${policyId}.`, {
    place: file,
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

/** A policy without lint errors: one with errors is never shown, salted, hashed or published. Error `policy-lint`. */
async function readSoundPolicy(file: string): Promise<Policy> {
  const policy = await readPolicy(file);
  const [first] = lintPolicy(policy).filter(({ severity }) => severity === "error");
  if (first === undefined) return policy;
  throw refusal(`The policy has errors, first of all: ${first.message}`, {
    place: `${file}#${first.pointer}`,
    remedy: `See \`batchproof policy lint ${file}\`.`,
    code: "policy-lint",
  });
}
