import type { AskedDisclosure } from "../../src/chain/askedDisclosure.ts";
import type { ClaimFacts } from "../../src/chain/claimFacts.ts";
import { blockOf } from "../../src/chain/connect.ts";
import type { Register } from "../../src/chain/handles.ts";
import { rereadWindow } from "../../src/claims/rereadWindow.ts";
import type { Attested } from "../../src/disclosure/attested.ts";
import type { Disclosed, DisclosedChannel, DisclosedSeries } from "../../src/disclosure/disclosed.ts";
import { refusal } from "../../src/errors.ts";
import { CHANNEL } from "../../src/formats/constants.ts";
import { visible } from "../../src/formats/visible.ts";
import { readBytes } from "../../src/input/files.ts";
import { formatDuration, formatTime } from "../../src/input/times.ts";
import { describeFigures } from "../../src/kinds/series/figures.ts";
import type { ProvenBy } from "../../src/standing/attestation.ts";
import { onRegister } from "../chain.ts";
import { DEVELOPMENT_WARNING } from "../circuits.ts";
import { list, text, type Options } from "../command.ts";
import { readDisclosure, requestAnsweredBy } from "../disclosureFile.ts";
import { shownHow } from "../howRead.ts";
import type { Answer } from "../output.ts";
import { hashOf, wholeNumber } from "../values.ts";
import { verifiedDisclosure, type ReadDisclosure } from "../../src/standing/verifiedDisclosure.ts";

/** `verify-disclosure`. */
export async function verifyDisclosure([path = ""]: readonly string[], options: Options): Promise<Answer> {
  const read = await readDisclosure(path);
  refuseOtherBatch(read, text(options, "batch"));
  return onRegister(options, async (register, { chainId, provider }) => {
    const request = await requestOf(read, register, text(options, "request"));
    const at = { blockTag: (await blockOf(provider, "latest")).number };
    const { disclosed, facts, attested, by } = await verifiedDisclosure(read, { register, chainId, at });
    const raw = await rereadRaw(read, attested, options);
    return {
      text: [
        ...headText(disclosed, by, facts),
        ...requestText(request, disclosed),
        ...disclosed.header.map((line) => `  ${visible(line)}`),
        ...contentText(disclosed),
        ...ruleText(disclosed),
        ...(raw === undefined ? [] : [raw]),
        ...disclosed.doubts.map((each) => `Doubt: ${each}`),
        ...(by?.setup === "development" ? [DEVELOPMENT_WARNING] : []),
      ].join("\n"),
      json: {
        // What fits an attestation that nobody should rely on is not valid: `disclosed.doubts` say why.
        ...{
          valid: disclosed.doubts.length === 0,
          hash: read.hash,
          request: request?.id ?? null,
          rawCompared: raw !== undefined,
        },
        ...{ provenBy: by === undefined ? null : { ...by, circuit: by.circuit ?? null }, disclosed },
      },
    };
  });
}

/** Error `disclosure-batch`: it is about another batch than was named. */
function refuseOtherBatch({ path, file }: ReadDisclosure, given: string | undefined): void {
  if (given === undefined || hashOf(given, "--batch", "batch") === file.key) return;
  throw refusal("The disclosure is about another batch.", { code: "disclosure-batch", place: `${path}#/key` });
}

/** A request that the file answers. */
interface Answered extends Pick<AskedDisclosure, "from" | "to"> {
  readonly id: bigint;
}

/** The request that was named. Error `disclosure-request`: the register names another answer, or none. */
async function requestOf(
  read: ReadDisclosure,
  register: Register,
  given: string | undefined,
): Promise<Answered | undefined> {
  if (given === undefined) return undefined;
  const id = wholeNumber(given, "--request");
  const { from, to, answer } = await requestAnsweredBy(read, register, id);
  if (answer === read.hash) return { id, from, to };
  throw refusal(`The register names another file as the answer to request ${id}, or none.`, {
    code: "disclosure-request",
    place: `${read.path} (sha256 ${read.hash})`,
  });
}

/** What has no window cannot be compared with the one that was asked for. */
function requestText(request: Answered | undefined, { window }: Disclosed): string[] {
  if (request === undefined) return [];
  const { id, from, to } = request;
  return [
    `It answers request ${id}, as the register has the answer.`,
    ...(window === null
      ? [
          `Asked for was ${formatTime(from)} to ${formatTime(to)}. What is shown has no window: judge yourself whether it is that.`,
        ]
      : []),
  ];
}

/** A sentence where raw files were named and say the same. Errors: those of `rereadWindow`. */
async function rereadRaw(read: ReadDisclosure, attested: Attested, options: Options): Promise<string | undefined> {
  const names = list(options, "raw");
  if (names.length === 0) return undefined;
  const files = [];
  for (const file of names) files.push({ file, bytes: await readBytes(file) });
  const { readings, signed, how } = await rereadWindow(read, attested, files, text(options, "profile"));
  return `The raw file, read again, says the same: ${readings} readings of it were compared${signed ? ", and the device's own signature fits" : ""}; ${shownHow(how)}.`;
}

function headText(
  { key, claim, stage, kind, window }: Disclosed,
  by: ProvenBy | undefined,
  facts: ClaimFacts,
): string[] {
  const asked = window === null ? [] : [`Asked for: ${formatTime(window.from)} to ${formatTime(window.to)}`];
  const proof =
    by === undefined
      ? `No proof of the claim counts; the exceptions on it are ${[...facts.exceptions.keys()].join(", ")}.`
      : `Proven by ${by.circuit ?? `circuit ${by.circuitId}, which artifacts.lock.json does not pin`}; its proof was verified again.`;
  return [`The disclosure belongs to claim ${claim} (${kind}, stage ${stage}) of batch ${key}.`, proof, ...asked];
}

function contentText({ content, doubts }: Disclosed): string[] {
  switch (content.form) {
    case "series":
      return seriesText(content, doubts.length > 0);
    case "handoff":
      return content.lines.map((line) => `  ${visible(line)}`);
    case "results":
      return content.results.map(({ analyte, result, at, repeats, invalidated, specification }) => {
        const tests = `${repeats} repeated, ${invalidated} invalidated`;
        return `  ${visible(`${analyte}: ${result}, ${formatTime(at)}; ${tests}${specification === null ? "" : `; ${specification}`}`)}`;
      });
    case "lines":
      return [
        `Lines under exception ${content.exception}, as whoever raised it committed to them; no proof says anything of them:`,
        ...content.lines.map(({ number, text: line }) => `  ${number}: ${visible(line)}`),
      ];
  }
}

function seriesText({ readings, figures, channels, gaps }: DisclosedSeries, isDoubted: boolean): string[] {
  const asked = readings.filter((each) => each.asked).length;
  const beside = readings.length - asked;
  return [
    `${isDoubted ? "As far as its attestation can be relied on (see Doubt), it" : "It"} shows every reading of the window: ${asked}. ${beside === 0 ? "None lies" : `${beside} more lie`} outside of it.`,
    ...figures.flatMap((each) => describeFigures(each, true)),
    ...channels.flatMap(bandText),
    ...gaps.map(({ from, to }) => `  gap: no reading from ${formatTime(from)} to ${formatTime(to)}`),
  ];
}

function bandText({ channel, band, outside }: DisclosedChannel): string[] {
  if (band === null || outside === null) return [];
  const { symbol } = CHANNEL[channel];
  const [above, below] = [outside.above, outside.below].map((seconds) => formatDuration(seconds));
  return [`  normal band ${band.join(" to ")} ${symbol}; in the window ${above} above it, ${below} below it`];
}

function ruleText({ rule }: Disclosed): string[] {
  if (rule === null) return ["The rule is not disclosed."];
  return ["The rule, which is the policy's:", ...rule.map((line) => `  ${visible(line)}`)];
}
