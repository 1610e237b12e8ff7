import { existsSync } from "node:fs";
import { join } from "node:path";
import { LOGGER_FILE } from "../../src/demo/legs.ts";
import { environmentError } from "../../src/errors.ts";
import { packageRoot } from "../../src/root.ts";
import { tellDemo } from "../../src/demo/story.ts";
import type { Answer } from "../output.ts";
import { progressBar, progressLines } from "../progress.ts";

/** Tells the story and shows how far it is. */
export async function demo(): Promise<Answer> {
  if (!existsSync(join(packageRoot(), LOGGER_FILE))) {
    throw environmentError("The demo's logger files are not part of an installed package.", {
      code: "package",
      remedy: "Run it in a clone of the repository: npm run demo",
    });
  }
  const say = (line: string): boolean => process.stderr.write(`${line}\n`);
  const { onProgress, stop } = process.stderr.isTTY ? progressBar() : progressLines(say);
  try {
    const told = await tellDemo(join(packageRoot(), "build", "demo"), { onProgress, say });
    return { text: told.text, json: told.report };
  } finally {
    stop();
  }
}
