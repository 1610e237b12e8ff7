#!/usr/bin/env node
import { EXIT_CODE } from "../src/errors.ts";
import { printError } from "./output.ts";
import { run } from "./program.ts";

/** The process around `run`: it always ends, and always with an exit code of ours. */
const argv = process.argv.slice(2);
let exitCode = 0;

// What escapes the catch (an error in a callback of a library) must not look like the answer "no", Node's own code.
process.on("uncaughtException", (error) => process.exit(printError(error, argv.includes("--json"))));
// A reader that has seen enough (`| head`) is no failure; a full disk is.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) =>
  process.exit(code === "EPIPE" ? exitCode : EXIT_CODE.environment),
);

exitCode = await run(argv);
// Worker threads of a library must not keep a finished process alive; what was printed is flushed first.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
