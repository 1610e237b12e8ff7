import { chosenClaims, siteKeyOf } from "../claims.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { checkBatch, checkText, type ClaimVerdict } from "../../src/claims/checkBatch.ts";
import type { Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { drawsBlocks } from "../terminal.ts";

/** `check`. */
export async function check([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const verdicts = await checkBatch(batch, chosenClaims(batch, options), await siteKeyOf(options));
  const holds = verdicts.every(({ outcome }) => outcome === "pass" || outcome === "deviation");
  return {
    text: checkText(verdicts, drawsBlocks()),
    json: { verdicts: verdicts.map(withoutCurves) },
    exitCode: holds ? 0 : 1,
  };
}

/** Curves are for eyes. */
function withoutCurves(verdict: ClaimVerdict): object {
  return { ...verdict, series: verdict.series.map((figures) => ({ ...figures, curve: undefined })) };
}
