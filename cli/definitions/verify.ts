import { answers, collect, type AddCommands } from "../command.ts";
import { withJunit, withOpening } from "../options.ts";

const work = () => import("../commands/verify.ts");
const records = () => import("../commands/verifyRecord.ts");

/** `verify`: proofs, off chain; `verify-record`: records, by their raw files. */
export const addVerifyCommands: AddCommands = (program, give) => {
  answers(
    withOpening(
      withJunit(program.command("verify <proof.json...>")),
      "JSON-RPC address of a node, to compare the opening time with the register that the proof names; needs --owner",
    )
      .description("verify one or more proofs off chain, strictly; exit 1 if one is not valid")
      .option("--vkey <file>", "verification_key.json of another circuit than those that artifacts.lock.json pins"),
    give,
    work,
    ({ verify }) => verify,
  );
  answers(
    program
      .command("verify-record <dir>")
      .description(
        "read the raw files of a batch folder's records again and compare; exit 1 if one says something else",
      )
      .option(
        "--claim <stage/claim>",
        "claim whose record is read again; again for each further one; default: all",
        collect,
      ),
    give,
    records,
    ({ verifyRecord }) => verifyRecord,
  );
};
