import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/demo.ts");

/** `demo`: the whole story on an embedded chain. */
export const addDemoCommands: AddCommands = (program, give) => {
  answers(
    program.command("demo").description("the whole story on an embedded chain, with readings of a real signed logger"),
    give,
    work,
    ({ demo }) => demo,
  );
};
