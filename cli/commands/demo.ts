import { join } from "node:path";
import { packageRoot } from "../../src/root.ts";
import { answers, type AddCommands } from "../command.ts";
import { tellDemo } from "../../src/demo/story.ts";
import { progressBar } from "../progress.ts";

/** `demo`: the whole story on an embedded chain. */
export const addDemoCommands: AddCommands = (program, give) => {
  const command = program
    .command("demo")
    .description("the whole story on an embedded chain, with readings of a real signed logger");
  answers(command, give, async () => {
    const bar = progressBar();
    try {
      const told = await tellDemo(join(packageRoot(), "build", "demo"), {
        onProgress: bar.onProgress,
        say: (line) => process.stderr.write(`${line}\n`),
      });
      return { text: told.text, json: told.report };
    } finally {
      bar.stop();
    }
  });
};
