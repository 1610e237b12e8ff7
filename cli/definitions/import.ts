import { CHANNEL } from "../../src/formats/constants.ts";
import { may } from "../options.ts";
import { answers, collect, type AddCommands } from "../command.ts";
import { type Command } from "commander";

const work = () => import("../commands/import.ts");

/** `import`: a raw file into a batch folder, as signed evidence for one of its claims. */
export const addImportCommands: AddCommands = (program, give) => {
  const importing = program.command("import").description("bring a raw file into a batch folder as signed evidence");
  answers(
    withSeries(
      importing
        .command("fridgetag <files...>")
        .description(
          "Berlinger Fridge-tag or Q-tag text export, or several of one device; the device's signature is verified",
        )
        .option("--offset <+hh:mm>", "true offset of the device's clock from UTC"),
    ),
    give,
    work,
    ({ importFridgetag }) => importFridgetag,
  );
  answers(
    withSeries(
      withDevice(importing.command("csv <files...>")).description(
        "CSV with the columns timestamp (RFC 3339 with zone), tag, value, quality, unit, for temperature, channel or " +
          "parameters claims; no device signature: the source alone vouches for it",
      ),
    ),
    give,
    work,
    ({ importCsv }) => importCsv,
  );
  answers(
    withSeries(
      withDevice(importing.command("table <files...>"))
        .description(
          "a table as loggers and historians export it, read by a profile, for temperature, channel or parameters claims; no " +
            "device signature: the source alone vouches for it",
        )
        .requiredOption("--profile <name|file>", "how the table is read: a shipped profile, or a file")
        .option("--offset <+hh:mm>", "offset of the table's clock from UTC, where the times do not say it")
        .option("--zone <name>", "its IANA time zone, such as Europe/Berlin, instead of an offset"),
    ),
    give,
    work,
    ({ importTable }) => importTable,
  );
  answers(
    withDryRun(
      importing
        .command("results <file>")
        .description(
          "a laboratory's results: CSV with the columns analyte, result, unit, sampled, tested, invalidated, repeats, or any " +
            "report by a profile; signed with the laboratory's key",
        )
        .option("--profile <name|file>", "profile of results by which the report is read: a shipped one, or a file")
        .option("--offset <+hh:mm>", "offset of the report's clock from UTC, where the times do not say it")
        .option("--zone <name>", "its IANA time zone, such as Europe/Berlin, instead of an offset")
        .requiredOption("--into <dir>", "batch folder")
        .requiredOption("--claim <stage/claim>", "claim that the file is evidence for")
        .requiredOption("--lab <keyfile>", "the laboratory's key, which signs the complete set")
        .requiredOption("--reported <time>", "when the laboratory reported, RFC 3339"),
    ),
    give,
    work,
    ({ importLabResults }) => importLabResults,
  );
  answers(
    withDryRun(
      importing
        .command("batchml <file>")
        .description("production record of an MES (BatchML): its exceptions, open ones block release")
        .requiredOption("--into <dir>", "batch folder")
        .option("--batch-id <text>", "the MES's number of the batch, where it is not the lot number"),
    ),
    give,
    work,
    ({ importBatchml }) => importBatchml,
  );
};

/** What no table says of itself. */
function withDevice(command: Command): Command {
  return command
    .requiredOption("--device <vendor|model|serial>", "device that measured, as it is registered")
    .option(
      "--tag <name>",
      "tag, or header of the column, to import, needed where the file has several; for a parameters claim channel=tag, " +
        `once for each channel (channels: ${Object.keys(CHANNEL).join(", ")})`,
      collect,
    );
}

/** Options that every import of a series has. */
function withSeries(command: Command): Command {
  return withDryRun(may(command, "journal"))
    .requiredOption("--into <dir>", "batch folder; again for each further batch that the file is evidence for", collect)
    .requiredOption("--claim <stage/claim>", "claim that the file is evidence for; again for each further one", collect)
    .requiredOption("--source <keyfile>", "the site's source key, which signs the record")
    .option("--thin <seconds>", "keep the first, minimum, maximum and last reading of each so many seconds, 60 to 3600")
    .option("--clock-error <seconds>", "reference minus device, when the clock was compared", "0")
    .option("--reason <text>", "why a further record is made for the same stage, or one that contradicts another", "");
}

function withDryRun(command: Command): Command {
  return command.option("--dry-run", "do everything but sign, journal and write");
}
