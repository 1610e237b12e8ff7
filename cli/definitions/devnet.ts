import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/devnet.ts");

/** `devnet`: a local chain for the other commands. */
export const addDevnetCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("devnet")
      .description("a local chain that other commands use by --rpc; runs until Ctrl-C, keeps nothing")
      .option("--port <number>", "port on this machine; 0: any free one", "8545"),
    give,
    work,
    ({ devnet }) => devnet,
  );
};
