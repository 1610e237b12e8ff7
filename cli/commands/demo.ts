import { join } from "node:path";
import { packageRoot } from "../../src/root.ts";
import { answers, type AddCommands } from "../command.ts";
import { tellDemo } from "../../src/demo/story.ts";
import { progressBar, progressLines } from "../progress.ts";

/** `demo`: the whole story on an embedded chain. */
export const addDemoCommands: AddCommands = (program, give) => {
  const command = program
    .command("demo")
    .description("the whole story on an embedded chain, with readings of a real signed logger");
  answers(command, give, async () => {
    const say = (line: string): boolean => process.stderr.write(`${line}\n`);
    const { onProgress, stop } = process.stderr.isTTY ? progressBar() : progressLines(say);
    try {
      const told = await tellDemo(join(packageRoot(), "build", "demo"), { onProgress, say });
      return { text: told.text, json: told.report };
    } finally {
      stop();
    }
  });
};
