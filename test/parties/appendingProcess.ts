/** Appends entries to the journal argv[2], argv[3] of them, and prints the record of each that is on the disk. */
import { openJournal } from "../../src/parties/journal.ts";

const [, , path = "", count = "0"] = process.argv;
console.log("ready");
for (let i = 0; i < Number(count); i++) {
  const journal = await openJournal(path);
  const key = { batch: 1n, stage: 0, channel: 1, device: 2n };
  const attempt = journal.nextAttempt(key);
  const record = BigInt(attempt) + 1000n;
  await journal.append({ ...key, record, attempt, reason: "a test of interruptions", at: "2022-05-05T16:26:00Z" });
  console.log(record.toString());
  journal.close();
}
