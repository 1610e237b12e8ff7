import type { Batch } from "../../src/batch/batch.ts";
import { readBatch } from "../../src/batch/folder.ts";
import type { Chain } from "../../src/chain/connect.ts";
import type { Register } from "../../src/chain/handles.ts";
import type { Disclosed } from "../../src/disclosure/disclosed.ts";
import { inputError, placed, refusal } from "../../src/errors.ts";
import { epcisDocument, type EpcisDocument } from "../../src/exports/epcis.ts";
import type { ShownReadings } from "../../src/exports/epcisSensors.ts";
import { bagUri, namedAs, readLocations, type Locations } from "../../src/exports/gs1.ts";
import { carrierOf } from "../../src/formats/carrier.ts";
import { documentText } from "../../src/formats/document.ts";
import { refuseOverwriting, writeFileAtomically } from "../../src/input/files.ts";
import { counted } from "../../src/input/quantities.ts";
import { readStanding, requireSameBlock } from "../../src/standing/read.ts";
import { onRegister } from "../chain.ts";
import { DEVELOPMENT_WARNING } from "../circuits.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { readDisclosure } from "../disclosureFile.ts";
import type { Answer } from "../output.ts";
import { readKey } from "../target.ts";
import { fileHash } from "../values.ts";
import { verifiedDisclosure, type ReadDisclosure } from "../../src/standing/verifiedDisclosure.ts";
import { refusePatient } from "./label.ts";

/** `export epcis`. */
export async function epcis([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const [out, listed, disclosures] = [
    required(options, "out"),
    text(options, "locations"),
    list(options, "disclosure"),
  ];
  await refuseOverwriting([{ option: "--out", path: out }], dir);
  refuseUndisclosed(flag(options, "readings"), disclosures);
  const batch = await readBatch(dir);
  const epc = epcOf(text(options, "gs1"), batch);
  const locations: Locations = listed === undefined ? new Map() : await readLocations(listed);
  const read: ReadDisclosure[] = [];
  for (const path of disclosures) read.push(await readDisclosure(path));
  const key = readKey({ folder: batch }, options);
  return onRegister(options, async (register, chain) => {
    const { standing } = await readStanding(register, chain, key);
    const readings = await readingsOf(read, key, { register, chain, block: standing.block });
    await requireSameBlock(chain.provider, standing);
    const document = epcisDocument({ batch, standing, epc, locations, readings });
    const inputs = [...disclosures, ...(listed === undefined ? [] : [listed])];
    await writeFileAtomically(out, documentText(document), { mode: 0o600, inputs });
    return answerOf(document, { out, hash: await fileHash(out), locations, batch });
  });
}

/** Error `export-readings`: readings were asked for, and nothing discloses any. */
function refuseUndisclosed(isAsked: boolean, disclosures: readonly string[]): void {
  if (!isAsked || disclosures.length > 0) return;
  throw inputError("Readings are private: only what a disclosure shows is exported.", {
    code: "export-readings",
    place: "--readings",
  });
}

/** The bag's URI. Errors: `private` (it names the order or the chain of identity), those of `carrierOf` and `bagUri`. */
function epcOf(given: string | undefined, batch: Batch): string | undefined {
  if (given === undefined) return undefined;
  const carrier = placed("--gs1", () => carrierOf(given));
  refusePatient(carrier, batch, "--gs1");
  return bagUri(carrier, "--gs1");
}

interface Asked {
  readonly register: Register;
  readonly chain: Chain;
  /** At which the standing was read. */
  readonly block: number;
}

/** What the disclosures show. Errors: `disclosure-batch`, `export-readings`, those of `verifiedDisclosure`. */
async function readingsOf(
  read: readonly ReadDisclosure[],
  key: string,
  { register, chain, block }: Asked,
): Promise<ShownReadings[]> {
  const shown: ShownReadings[] = [];
  for (const each of read) {
    if (each.file.key !== key) {
      throw refusal("The disclosure is about another batch.", { code: "disclosure-batch", place: `${each.path}#/key` });
    }
    const on = { register, chainId: chain.chainId, at: { blockTag: block } };
    shown.push(readingsIn(each, (await verifiedDisclosure(each, on)).disclosed));
  }
  return shown;
}

/** Error `export-readings`: it shows no series, or its attestation is in doubt. */
function readingsIn(
  { path, file }: ReadDisclosure,
  { claim, stage, window, content, doubts }: Disclosed,
): ShownReadings {
  const [doubt] = doubts;
  if (doubt !== undefined) throw refusal(doubt, { code: "export-readings", place: path });
  if (window === null || content.form !== "series" || file.content.form !== "series") {
    throw inputError("The disclosure shows no readings.", { code: "export-readings", place: path });
  }
  return { claim, stage, window, content, device: file.content.device };
}

interface Exported {
  readonly out: string;
  readonly hash: string;
  readonly batch: Batch;
  readonly locations: Locations;
}

function answerOf(document: EpcisDocument, { out, hash, batch, locations }: Exported): Answer {
  const { eventList } = document.epcisBody;
  const count = (step: string): number => eventList.filter(({ bizStep }) => bizStep === step).length;
  const readings = eventList
    .flatMap(({ sensorElementList = [] }) => sensorElementList)
    .reduce((sum, { sensorReport }) => sum + sensorReport.length, 0);
  const orgs = [...new Set(batch.stages.flatMap(({ custodian }) => (custodian === undefined ? [] : [custodian.org])))];
  const parties = { all: orgs.length, named: orgs.filter((org) => namedAs(locations, org) !== undefined).length };
  const [last] = eventList.slice(-1);
  const block = last?.["batchproof:block"];
  const isForgeable = last?.["batchproof:developmentKeys"] === true;
  return {
    text: [
      `${out}: ${counted(eventList.length, "event")}, ${count("shipping")} sent and ${count("receiving")} received, as the register stood at block ${block}.`,
      `Whoever gets it learns the times of all hand-offs; of ${counted(parties.all, "organisation")} it names ${parties.named}. Readings: ${readings}.`,
      `sha256 ${hash}`,
      ...(isForgeable ? [DEVELOPMENT_WARNING] : []),
    ].join("\n"),
    json: { file: out, hash, block, events: eventList.length, readings, parties, developmentKeys: isForgeable },
  };
}
