import type { Batch } from "../../src/batch/batch.ts";
import { batchConsent } from "../../src/exports/batchConsent.ts";
import { fhirBundle, isAvailable, type FhirStage } from "../../src/exports/fhir.ts";
import { PRODUCT_CATEGORIES } from "../../src/exports/fhirCategory.ts";
import { namedStages } from "../../src/exports/fhirStages.ts";
import { inputError } from "../../src/errors.ts";
import { carrierOf, type Carrier } from "../../src/formats/carrier.ts";
import { documentText } from "../../src/formats/document.ts";
import { refuseOverwriting, writeFileAtomically } from "../../src/input/files.ts";
import { counted } from "../../src/input/quantities.ts";
import { readStanding, requireSameBlock } from "../../src/standing/read.ts";
import { onRegister } from "../chain.ts";
import { flag, required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { refuseReadings } from "../readings.ts";
import { readKey, targetOf } from "../target.ts";
import { refusePatient } from "./label.ts";

/** `export fhir`. */
export async function fhir([dir]: readonly string[], options: Options): Promise<Answer> {
  refuseReadings(options);
  const out = required(options, "out");
  await refuseOverwriting([{ option: "--out", path: out }], dir);
  const target = await targetOf(dir, options);
  const batch = "folder" in target ? target.folder : undefined;
  const withStages = flag(options, "stages");
  if (withStages && batch === undefined) {
    throw inputError("No register knows the names and times of stages.", {
      code: "usage",
      place: "--stages",
      remedy: "Name the batch by its folder.",
    });
  }
  const category = PRODUCT_CATEGORIES.find((each) => each === text(options, "category")) ?? PRODUCT_CATEGORIES[0];
  const carrier = bagOf(text(options, "carrier"), batch);
  return onRegister(options, async (register, chain) => {
    const { standing } = await readStanding(register, chain, readKey(target, options));
    const consent = await batchConsent(register, standing.batch, standing.block);
    await requireSameBlock(chain.provider, standing);
    const stages = withStages && batch !== undefined ? namedStages(batch, standing) : [];
    const named = consent === undefined ? {} : { consent };
    const bundle = fhirBundle({ standing, category, stages, ...carrier, ...named });
    await writeFileAtomically(out, documentText(bundle));
    const status = isAvailable(standing) ? "available" : "unavailable";
    const { batch: key, block, time, developmentKeys } = standing;
    return {
      text: [
        `${out}: ${counted(bundle.entry.length, "resource")} of batch ${key}, as of block ${block} (${time}).`,
        `The product is ${status}.`,
        ...(developmentKeys
          ? ["Everything is marked as test data: a circuit of its policy has development keys."]
          : []),
        ...untimedText(stages),
      ].join("\n"),
      json: { file: out, key, block, time, status, resources: bundle.entry.length, testData: developmentKeys },
    };
  });
}

/** The bag's own code. Errors: `private` (the folder has the patient's identifiers, and it names one), those of `carrierOf`. */
function bagOf(code: string | undefined, batch: Batch | undefined): { readonly carrier?: Carrier } {
  if (code === undefined) return {};
  const carrier = carrierOf(code);
  if (batch !== undefined) refusePatient(carrier, batch, "--carrier");
  return { carrier };
}

function untimedText(stages: readonly FhirStage[]): string[] {
  const untimed = stages.filter(({ end }) => end === undefined).map(({ name }) => name);
  return untimed.length === 0
    ? []
    : [`Without times, because the register has no such end of them: ${untimed.join(", ")}.`];
}
