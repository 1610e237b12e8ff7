import { Option } from "commander";
import { poolSize } from "../../src/prover/proofPool.ts";
import { answers, type AddCommands } from "../command.ts";
import { withArtifacts } from "../options.ts";

const work = () => import("../commands/worker.ts");

/** `worker`: a machine that makes proofs for a server. */
export const addWorkerCommands: AddCommands = (program, give) => {
  answers(
    withArtifacts(program.command("worker"))
      .description(
        "make proofs for the server of `serve --queue`, as the database hands them out; what is private stays in memory; runs " +
          "until Ctrl-C, then ends what it is at",
      )
      .addOption(
        new Option("--queue <url>", "PostgreSQL of the queue, postgres://...")
          .env("BATCHPROOF_QUEUE")
          .makeOptionMandatory(),
      )
      .requiredOption("--server <url>", "the server, https://...; http only on this machine")
      .option("--token-file <file>", "file with the worker's token (else BATCHPROOF_TOKEN)")
      .option("--ca <file>", "certificate of who signed the server's, PEM")
      .option("--cert <file>", "the worker's own certificate, PEM, with --key")
      .option("--key <file>", "its private key, PEM")
      .option("--workers <n>", "proofs made side by side", poolSize().toString()),
    give,
    work,
    ({ run }) => run,
  );
};
