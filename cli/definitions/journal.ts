import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/journal.ts");

/** `journal`: the journal of a source. */
export const addJournalCommands: AddCommands = (program, give) => {
  const journal = program.command("journal").description("the journal in which a source numbers what it signs");
  answers(
    journal
      .command("repair <file>")
      .description("drop an unfinished last line, which an interrupted import left, and never anything else"),
    give,
    work,
    ({ repair }) => repair,
  );
};
