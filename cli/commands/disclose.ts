import { readBatch } from "../../src/batch/folder.ts";
import { disclose as make, type Asked } from "../../src/claims/disclose.ts";
import type { Disclosed, DisclosedSeries } from "../../src/disclosure/disclosed.ts";
import { disclosureText } from "../../src/disclosure/document.ts";
import { inputError, type BatchproofError } from "../../src/errors.ts";
import { counted } from "../../src/input/quantities.ts";
import { parseTime } from "../../src/input/times.ts";
import { refuseOverwriting, writeFileAtomically } from "../../src/input/files.ts";
import { claimNamed, type Claim } from "../../src/policy/document.ts";
import { addressOf } from "../chain.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { readKey } from "../target.ts";
import { fileHash, wholeNumber } from "../values.ts";

/** `disclose`. */
export async function disclose([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const out = required(options, "out");
  await refuseOverwriting([{ option: "--out", path: out }], dir);
  const batch = await readBatch(dir);
  const claim = claimNamed(batch.policy, required(options, "claim"));
  const on = {
    chainId: wholeNumber(required(options, "chainId"), "--chain-id"),
    registry: addressOf(required(options, "registry"), "--registry"),
    key: readKey({ folder: batch }, options),
  };
  const asked = askedOf(claim.claim, options);
  const { file, shown } = await make({ batch, claim }, asked, on, flag(options, "rule"));
  await writeFileAtomically(out, disclosureText(file), { mode: 0o600 });
  const hash = await fileHash(out);
  return {
    text: [`${out} shows ${shownText(shown)}.`, ...givenAway(shown), `sha256 ${hash}`].join("\n"),
    json: { file: out, hash, key: on.key, claim: claim.index, kind: shown.kind, rule: shown.rule !== null },
  };
}

/** What the options ask for. Error `disclosure-options`. */
function askedOf({ kind }: Claim, options: Options): Asked {
  const [from, to] = [text(options, "from"), text(options, "to")];
  const [exception, lines] = [text(options, "exception"), text(options, "lines")];
  if (exception !== undefined || lines !== undefined) {
    if (from !== undefined || to !== undefined) throw unfit("Lines of a raw file have no window.");
    return { form: "lines", exception: Number(wholeNumber(exception ?? "", "--exception")), ...linesOf(lines ?? "") };
  }
  const analytes = list(options, "analyte");
  if (kind === "quality") {
    if (from !== undefined || to !== undefined) throw unfit("Results have no window: name analytes.");
    return { form: "results", analytes };
  }
  if (analytes.length > 0) throw unfit("Only a laboratory's results are shown by their analytes.");
  if (kind === "custody") {
    if (from !== undefined || to !== undefined) throw unfit("A hand-off has no window: it is shown whole.");
    return { form: "handoff" };
  }
  if (from === undefined || to === undefined) throw unfit("A series is shown from a time on to another one.");
  const window = { from: parseTime(from, "--from"), to: parseTime(to, "--to") };
  if (window.from >= window.to) throw unfit("The window ends before it begins.");
  return { form: "series", window };
}

function linesOf(given: string): { readonly first: number; readonly last: number } {
  const [, first, last] = /^([1-9][0-9]{0,9})-([1-9][0-9]{0,9})$/.exec(given) ?? [];
  if (first === undefined || last === undefined) throw unfit("Lines are named by the first and the last one: 10-20.");
  return { first: Number(first), last: Number(last) };
}

function unfit(message: string): BatchproofError {
  return inputError(message, { code: "disclosure-options" });
}

function shownText({ content }: Disclosed): string {
  switch (content.form) {
    case "series":
      return `${counted(content.readings.length, "reading")}, ${askedIn(content)} of them in the window`;
    case "handoff":
      return "one hand-off";
    case "results":
      return counted(content.results.length, "result");
    case "lines":
      return `${counted(content.lines.length, "line")} under exception ${content.exception}`;
  }
}

function askedIn({ readings }: DisclosedSeries): number {
  return readings.filter(({ asked }) => asked).length;
}

/** What whoever sends the file gives away besides what was asked for. */
function givenAway({ content, rule }: Disclosed): string[] {
  return [
    ...(content.form === "series" && askedIn(content) < content.readings.length
      ? ["Readings outside of the window are in it too: chunks are shown whole."]
      : []),
    ...(rule === null ? [] : ["Every limit of the claim is in it."]),
  ];
}
