import { answers, collect, type AddCommands } from "../command.ts";
import { may } from "../options.ts";

const work = () => import("../commands/backup.ts");

/** `backup` and `restore`: everything that cannot be made again, and the proof that it is whole. */
export const addBackupCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("backup <paths...>")
      .description(
        "copy batch folders, keys, salts, journals and lists into one encrypted file; of a service's settings all that they name",
      )
      .requiredOption("--out <file>", "the backup; never written over another file")
      .option("--recipient <age1...>", "age public key that it is encrypted for; repeat for more", collect)
      .option("--passphrase", "encrypt it under a passphrase, which is asked for")
      .option("--shares <k/n>", "draw a key, split it into n shares of which any k open it, and encrypt for it")
      .option("--shares-out <dir>", "new folder for the shares")
      .option("--keeper <name>", "who keeps a share, in their order; repeat for each", collect),
    give,
    work,
    ({ backup }) => backup,
  );
  const restore = program
    .command("restore <file>")
    .description("restore a backup into a new folder, whole or not at all, and show that what was attested still opens")
    .requiredOption("--into <dir>", "folder to make; there may be an empty one")
    .option("--identity <file>", "file of the age key that opens it")
    .option("--share <file>", "a share of the key; repeat for as many as it needs", collect)
    .option("--passphrase", "it is encrypted under a passphrase, which is asked for")
    .option(
      "--verify",
      "read all of it again, hold it against the register, and write a dated protocol into the folder",
    )
    .option("--complete", "with --verify: a batch of the same owners of which no folder is there counts as lost");
  answers(may(may(may(restore, "rpc"), "registry"), "chainId"), give, work, (run) => run.restore);
};
