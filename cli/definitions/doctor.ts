import { may } from "../options.ts";
import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/doctor.ts");

/** `doctor`: what is wrong, and how to mend it. */
export const addDoctorCommands: AddCommands = (program, give) => {
  answers(
    may(
      may(
        may(program.command("doctor"), "rpc", "also look at this node"),
        "registry",
        "also look at the register there",
      ),
      "chainId",
    ).description("say in one screen what is wrong and how to mend it; exit 3 if something is"),
    give,
    work,
    ({ doctor }) => doctor,
  );
};
