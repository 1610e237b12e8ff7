import { join } from "node:path";
import { inputError } from "../../src/errors.ts";
import { jsonText } from "../../src/formats/jsonText.ts";
import { readBytes, refuseInput, writeFileAtomically } from "../../src/input/files.ts";
import { MAX_JSON_BYTES } from "../../src/input/json.ts";
import { reportPicture } from "../../src/simulate/picture.ts";
import { reportCsv, reportText, simulationReport, type SimulationReport } from "../../src/simulate/report.ts";
import { readScenario } from "../../src/simulate/scenario.ts";
import { text, type Options } from "../command.ts";
import { shown, type Answer } from "../output.ts";
import { wholeNumber } from "../values.ts";

/** What `--out` gets. */
const OUTPUTS: readonly { readonly name: string; readonly write: (report: SimulationReport) => string }[] = [
  { name: "simulation.json", write: jsonText },
  { name: "simulation.csv", write: reportCsv },
  { name: "simulation.svg", write: reportPicture },
];

/** `simulate`. */
export async function simulate([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const seed = numberOf(options, "seed", Number.MAX_SAFE_INTEGER) ?? 1;
  const years = numberOf(options, "years", 50);
  const out = text(options, "out");
  const outputs = out === undefined ? [] : OUTPUTS.map(({ name }) => join(out, name));
  for (const path of outputs) await refuseInput(path, [file]);
  const bytes = await readBytes(file, { limit: MAX_JSON_BYTES, ifEmpty: "Restore it from a backup." });
  const report = simulationReport(readScenario(bytes, file, years), seed);
  for (const [i, path] of outputs.entries()) await writeFileAtomically(path, OUTPUTS[i]?.write(report) ?? "");
  return {
    text: [reportText(report), ...outputs.map((path) => `wrote ${shown(path)}`)].join("\n"),
    json: { file, written: outputs, ...report },
  };
}

/** A whole number from 1 to `most`. Error `usage`. */
function numberOf(options: Options, name: string, most: number): number | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  const value = Number(wholeNumber(given, `--${name}`));
  if (value <= most) return value;
  throw inputError(`This is at most ${most}.`, { place: `--${name}`, code: "usage" });
}
