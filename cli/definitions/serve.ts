import { Option } from "commander";
import { poolSize } from "../../src/prover/proofPool.ts";
import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/serve.ts");

/** `serve`: the service of a site. */
export const addServeCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("serve <settings>")
      .description(
        "serve the REST API over the batch folders that a service.json names; this machine only unless told; runs until Ctrl-C, " +
          "then ends what it is at",
      )
      .option(
        "--host <address>",
        "address to listen at; another than 127.0.0.1 or ::1 needs `tls` in the settings",
        "127.0.0.1",
      )
      .option("--port <number>", "port; 0: any free one", "8440")
      .addOption(
        new Option(
          "--queue <url>",
          "PostgreSQL, postgres://..., that hands jobs to machines with `worker`; without it this machine makes the proofs",
        ).env("BATCHPROOF_QUEUE"),
      )
      .option("--workers <n>", "proofs made side by side on this machine", poolSize().toString())
      .option("--allow-development", "prove with development keys also for a chain that is not local"),
    give,
    work,
    ({ run }) => run,
  );
};
