import { answers, collect, type AddCommands } from "../command.ts";
import { withDestination, withOwner, withRegistry } from "../options.ts";

const make = () => import("../commands/disclose.ts");
const check = () => import("../commands/verifyDisclosure.ts");

/** `disclose` and `verify-disclosure`: a part of a claim's evidence that can be compared with what was attested. */
export const addDisclosureCommands: AddCommands = (program, give) => {
  answers(
    withOwner(withDestination(program.command("disclose <dir>")))
      .description("show a part of a claim's evidence, so that anybody can compare it with what was attested")
      .requiredOption("--claim <stage/claim>", "claim")
      .option("--from <time>", "begin of the window of a series, RFC 3339")
      .option("--to <time>", "end of the window, RFC 3339")
      .option(
        "--analyte <name>",
        "of a laboratory's results: one to show; again for each further one; default: all",
        collect,
      )
      .option(
        "--exception <number>",
        "lines of the raw file under the evidence of this exception, in place of a record",
      )
      .option(
        "--lines <first-last>",
        "which of them, counted from 1 over all raw files; the signatures follow the last",
      )
      .option("--rule", "show the claim's rule too: every limit in it")
      .requiredOption("--out <file>", "file to write"),
    give,
    make,
    ({ disclose }) => disclose,
  );
  answers(
    withRegistry(program.command("verify-disclosure <file>"))
      .description("compare a disclosure with the register; exit 1 if anything in it does not fit")
      .option("--batch <key>", "key of the batch that it must be about")
      .option("--request <number>", "request that it must answer, as the register has the answer")
      .option("--raw <file>", "raw file, to read it again and compare; again for each further one", collect)
      .option("--profile <file>", "profile by which the raw file was read, unless it has the device's own form"),
    give,
    check,
    ({ verifyDisclosure }) => verifyDisclosure,
  );
};
