import type { Command } from "commander";

/** Options that many commands share. What they mean is in chain.ts and target.ts, which a definition does not load. */

/** The variable with the private key of the sending account. */
export const KEY_VARIABLE = "BATCHPROOF_ACCOUNT_KEY";

/** Adds --rpc and --registry. */
export function withRegistry(command: Command): Command {
  return withRpc(command).requiredOption("--registry <address>", "address of the compliance registry");
}

/** Adds --rpc. */
export function withRpc(command: Command): Command {
  return command.requiredOption("--rpc <url>", "JSON-RPC address of a node");
}

/** Adds --account: who sends and pays. */
export function withAccount(command: Command): Command {
  return command.option(
    "--account <keystore or address>",
    `encrypted JSON keystore of the sending account, or the address of one that the node itself holds (else ${KEY_VARIABLE})`,
  );
}

/** Options of a command that is sent to the register about a batch that lies in a folder. */
export function withFolder(command: Command): Command {
  return withAccount(withRegistry(command)).option(
    "--owner <address>",
    "account that opened the batch; default: the sending account",
  );
}

/** As `withFolder`; those who have no folder name the batch by its key. */
export function withBatch(command: Command): Command {
  return withFolder(command.argument("[dir]", "the batch's folder")).option(
    "--batch <key>",
    "in place of a folder: key of the batch, as `open` and `audit --json` print it",
  );
}

/** Adds --reason. */
export function withReason(command: Command): Command {
  return command.requiredOption(
    "--reason <text>",
    "why; public for ever, so name no person, site or reading: refer to a number of the quality management system",
  );
}

/** Adds --artifacts. */
export function withArtifacts(command: Command): Command {
  return command.option("--artifacts <dir>", "folder of artifacts that `setup --artifacts` made, in place of our own");
}
