import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/simulate.ts");

/** `simulate`: years of operation from assumptions. */
export const addSimulateCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("simulate <scenario>")
      .description(
        "simulate years of operation of sites from a file of assumptions: records read with and without review by exception, hours of " +
          "reviewers, time to release, gas, machines that prove",
      )
      .option("--seed <n>", "of the random numbers; the same one gives the same result; default: 1")
      .option("--years <n>", "in place of the scenario's, 50 at most")
      .option("--out <dir>", "write simulation.json, simulation.csv (by month and site) and simulation.svg there"),
    give,
    work,
    ({ simulate }) => simulate,
  );
};
