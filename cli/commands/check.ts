import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { chosenClaims, siteKeyOf } from "../claims.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { openingKnownTo } from "../../src/batch/registration.ts";
import { checkBatch, checkText, holds, withoutCurves, type ClaimVerdict } from "../../src/claims/checkBatch.ts";
import type { SiteKey } from "../../src/batch/evidence.ts";
import { text, type Options } from "../command.ts";
import type { TestCase } from "../junit.ts";
import type { Answer } from "../output.ts";
import { answerEach, type PartAnswer } from "../several.ts";
import { drawsBlocks } from "../terminal.ts";

/** `check`. */
export async function check(dirs: readonly string[], options: Options): Promise<Answer> {
  // Asked for once, and not before there is a batch to judge.
  let siteKey: Promise<SiteKey | undefined> | undefined;
  return answerEach(
    dirs,
    {
      command: "check",
      noun: "batch folder",
      members: ["batches", "dir"],
      judge: async (dir) => {
        const batch = await readBatch(dir);
        const claims = chosenClaims(batch, options);
        siteKey ??= siteKeyOf(options);
        return verdictsAnswer(
          await checkBatch(batch, claims, {
            siteKey: await siteKey,
            ...(await openingKnownTo(batch, Math.floor(Date.now() / 1000))),
          }),
        );
      },
      inputs: async () => [...(await Promise.all(dirs.map(filesBelow))).flat(), text(options, "key") ?? ""],
    },
    options,
  );
}

function verdictsAnswer(verdicts: readonly ClaimVerdict[]): PartAnswer {
  return {
    text: checkText(verdicts, drawsBlocks()),
    json: { verdicts: verdicts.map(withoutCurves) },
    exitCode: verdicts.every(holds) ? 0 : 1,
    cases: verdicts.map(testCase),
  };
}

function testCase(verdict: ClaimVerdict): TestCase {
  const { claim, outcome, deviations, problems } = verdict;
  if (holds(verdict)) return { name: claim, ...(outcome === "pass" ? {} : { note: deviations.join(", ") }) };
  // A claim that fails has a problem; one without evidence has none.
  const [{ rule, message } = { rule: outcome, message: "There is no evidence yet." }] = problems;
  return { name: claim, problem: { result: "failure", type: rule, message, text: checkText([verdict]) } };
}

/** None of a folder that cannot be read. */
async function filesBelow(dir: string): Promise<string[]> {
  const names = await readdir(dir, { recursive: true }).catch(() => []);
  return names.map((name) => join(dir, name));
}
