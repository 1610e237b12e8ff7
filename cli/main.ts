#!/usr/bin/env node
import { environmentError } from "../src/errors.ts";
import { printError } from "./output.ts";
import { run } from "./program.ts";

/** The process around `run`: it always ends, and always with an exit code of ours. */
const argv = process.argv.slice(2);
let exitCode = 0;

// What escapes the catch (an error in a callback of a library) must not look like the answer "no", Node's own code.
process.on("uncaughtException", (error) => process.exit(printError(error, argv.includes("--json"))));

/** Node's own code for a process that waits for what never comes, such as the answer of a thread that has ended. */
const NOTHING_COMES = 13;
process.on("exit", () => {
  if (process.exitCode === NOTHING_COMES) process.exitCode = printError(new Error(), argv.includes("--json"));
});

process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) is no failure; a full disk is.
  if (cause.code === "EPIPE") process.exit(exitCode);
  const lost = environmentError("The answer could not be written.", {
    code: "output",
    place: "stdout",
    remedy: "Check the free space, and run it again.",
    cause,
  });
  process.exit(printError(lost, false));
});

exitCode = await run(argv);
// A failed write says so first, then what was printed is flushed. Worker threads of a library must not keep a finished
// process alive.
setImmediate(() => process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode))));
