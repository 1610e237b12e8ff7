import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/doctor.ts");

/** `doctor`: what is wrong, and how to mend it. */
export const addDoctorCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("doctor")
      .description("say in one screen what is wrong and how to mend it; exit 3 if something is")
      .option("--rpc <url>", "also look at this node")
      .option("--registry <address>", "also look at the register there"),
    give,
    work,
    ({ doctor }) => doctor,
  );
};
