import { commandOf, fileWord } from "../../commandLine.ts";
import { RESULT_COLUMNS } from "../csvColumns.ts";
import { readCsv, shown } from "../csvTable.ts";
import type { Inspection } from "./inspection.ts";

const SHOWN = 3;

/** A laboratory's results. Errors: those of `readCsv`. */
export function inspectResults(bytes: Uint8Array, file: string): Inspection {
  const rows: string[] = [];
  const units = new Set<string>();
  let count = 0;
  readCsv(bytes, file, RESULT_COLUMNS, ({ line, analyte, result, unit, tested }) => {
    count++;
    units.add(shown(unit));
    if (rows.length < SHOWN) {
      rows.push(`line ${line}: ${shown(analyte)} is ${shown(result)} ${shown(unit)}, tested ${shown(tested)}`);
    }
  });
  return {
    form: "a laboratory's results: CSV with a line for each analyte",
    facts: [
      "signed: NOT the file; the laboratory's signature will vouch for the results as they stand here",
      `results: ${count}, in the units ${[...units].filter((unit) => unit !== "").join(", ") || "(none)"}`,
      ...rows,
    ],
    series: [],
    commands: [
      commandOf(
        ...[
          "import",
          "results",
          fileWord(file),
          "--into",
          "DIR",
          "--claim",
          "STAGE/CLAIM",
          "--lab",
          "KEYFILE",
          "--reported",
          "TIME",
        ],
      ),
    ],
  };
}
