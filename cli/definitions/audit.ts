import { answers, collect, type AddCommands } from "../command.ts";
import { may, withReader, withRegistryUnless } from "../options.ts";

const work = () => import("../commands/audit.ts");
const packets = () => import("../commands/verifyPacket.ts");

/** `audit`: the regulator's view; `verify-packet`: what was filed of it. */
export const addAuditCommands: AddCommands = (program, give) => {
  answers(
    withReader(withRegistryUnless(program.command("audit"), "fromArchive"))
      .description("read a register: reconcile it, verify every proof again, list what needs a person's eyes")
      .option("--all", "list every batch, also those that need no reading")
      .option("--from <block>", "leave out news of earlier blocks; what still stands is always listed")
      .option(
        "--finality <blocks>",
        "newest blocks that are not read, because the chain may still take them back; default: those that the chain does not call final",
      )
      .option(
        "--max-age <minutes>",
        "a row if the newest block that was read is older by this machine's clock; default: 60, on local chains any age",
      )
      .option("--alone", "do not audit the registers that this one follows")
      .option("--state <file>", "keep here what was read; the next audit with this file reads only new blocks")
      .option("--archive <file>", "keep here all that the nodes answered: the whole audit can be done again from it")
      .option("--from-archive <file>", "audit once more what such a file keeps, without a node")
      .option("--csv <file>", "write what needs eyes as a table")
      .option("--html <file>", "write the page for a browser")
      .option("--packet <dir or file.zip>", "make a packet to file: page, rows, report, archive, list of sums")
      .option("--disclosure <file>", "put a disclosure into the packet; again for each further one", collect)
      .option("--policy <file>", "put a policy into the packet; again for each further one", collect)
      .option("--review <file>", "put a review record into the packet; again for each further one", collect)
      .option("--fail-on-exceptions", "exit 1 if anything needs a person's eyes"),
    give,
    work,
    ({ run }) => run,
  );
  answers(
    may(
      may(
        program.command("verify-packet <dir-or-file>"),
        "rpc",
        "node that is asked whether it has the packet's block",
      ),
      "registry",
      "register that the packet must be of",
    )
      .description("make a packet again from its archive and compare; exit 1 and the first thing that does not fit")
      .option("--circuits <file>", "your own list of circuits: how many batches are proven or settled under it"),
    give,
    packets,
    ({ verify }) => verify,
  );
};
