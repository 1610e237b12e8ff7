import { readBatch } from "../../src/batch/folder.ts";
import { openingKnownTo } from "../../src/batch/registration.ts";
import { lineageOf } from "../../src/exports/lineage.ts";
import { eventLines, runEvents } from "../../src/exports/openlineage.ts";
import { refuseOverwriting, writeFileAtomically } from "../../src/input/files.ts";
import { counted } from "../../src/input/quantities.ts";
import { formatTime } from "../../src/input/times.ts";
import { readJournal } from "../../src/parties/journal.ts";
import { chosenClaims, siteKeyOf } from "../claims.ts";
import { flag, required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { refuseReadings } from "../readings.ts";

/** `export openlineage`. */
export async function openlineage([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  refuseReadings(options);
  const [out, journal] = [required(options, "out"), text(options, "journal")];
  await refuseOverwriting([{ option: "--out", path: out }], dir);
  const batch = await readBatch(dir);
  const now = Math.floor(Date.now() / 1000);
  const lineage = await lineageOf(batch, chosenClaims(batch, options), {
    known: { siteKey: await siteKeyOf(options), ...(await openingKnownTo(batch, now)) },
    journal: journal === undefined ? [] : (await readJournal(journal)).entries,
  });
  const events = runEvents(lineage, {
    namespace: required(options, "namespace"),
    now: formatTime(now),
    fileNames: flag(options, "fileNames"),
  });
  const inputs = [journal, text(options, "key")].filter((path) => path !== undefined);
  await writeFileAtomically(out, eventLines(events), { mode: 0o600, inputs });
  const undated = lineage.claims.filter(({ raw, journaled }) => raw.length > 0 && journaled === undefined).length;
  return {
    text: [
      `${out}: ${counted(events.length, "event")} of ${counted(lineage.claims.length, "claim")}.`,
      ...(undated === 0
        ? []
        : [`When ${counted(undated, "record")} were made nobody said: their runs say that, too (--journal).`]),
    ].join("\n"),
    json: { file: out, batch: lineage.batch, events: events.length, claims: lineage.claims.length, undated },
  };
}
