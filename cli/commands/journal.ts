import { repairJournal } from "../../src/parties/journal.ts";
import { answers, type AddCommands } from "../command.ts";
import type { Answer } from "../output.ts";

/** `journal`: the journal of a source. */
export const addJournalCommands: AddCommands = (program, give) => {
  const journal = program.command("journal").description("the journal in which a source numbers what it signs");
  answers(
    journal
      .command("repair <file>")
      .description("drop an unfinished last line, which an interrupted import left, and never anything else"),
    give,
    repair,
  );
};

async function repair([file = ""]: readonly string[]): Promise<Answer> {
  const dropped = await repairJournal(file);
  if (dropped === undefined) {
    return { text: "The last line is finished: there is nothing to repair.", json: { file, dropped: null } };
  }
  const { line, bytes } = dropped;
  const text = Buffer.from(bytes).toString("utf8");
  return {
    text: `${file}:${line} was unfinished; nothing was signed for it. Dropped, ${bytes.length} bytes:\n${text}`,
    json: { file, dropped: { line, bytes: bytes.length, text } },
  };
}
