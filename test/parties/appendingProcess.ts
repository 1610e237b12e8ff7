/** Appends entries to the journal argv[2], argv[3] of them, and prints the record of each that is on the disk. */
import { openJournal } from "../../src/parties/journal.ts";
import { entryOf, SOURCE } from "./journals.ts";

const [, , path = "", count = "0"] = process.argv;
console.log("ready");
for (let i = 0; i < Number(count); i++) {
  const journal = await openJournal(path, SOURCE);
  const attempt = journal.entries.length;
  const record = BigInt(attempt) + 1000n;
  await journal.append(entryOf(attempt, { record, reason: "a test of interruptions" }));
  console.log(record.toString());
  journal.close();
}
