import type { Command } from "commander";
import { Setting, type OptionValues } from "./options.ts";
import type { Answer } from "./output.ts";

/** Takes a command's answer; `main` prints it. */
export type Give = (answer: Answer) => void;
/** Adds one or more commands to the program. */
export type AddCommands = (program: Command, give: Give) => void;

/** A command's options. */
export type Options = OptionValues;

/** What a command does: takes positional arguments, then options. */
export type Run = (args: readonly string[], options: Options) => Promise<Answer>;

/**
 * Makes the action of a command from a function of a module of `commands/`. The module, and with it all that the work
 * needs, is loaded when the command runs and not before: `--help` and the other commands start without it. What the words
 * leave out comes from the settings.
 */
export function answers<Work>(
  command: Command,
  give: Give,
  load: () => Promise<Work>,
  runOf: (work: Work) => Run,
): Command {
  return command.action(async (...received: unknown[]) => {
    // Of an argument that may be repeated, commander makes an array.
    const typed = received.flat().filter((value): value is string => typeof value === "string");
    const { args, options } = command.options.some((option) => option instanceof Setting)
      ? await (await import("./settings.ts")).completed(command, typed)
      : { args: typed, options: command.opts<Options>() };
    give(await runOf(await load())(args, options));
  });
}

/** A text option; undefined if it was not given. */
export function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** A required text option: commander, or `completed` for a setting, has seen to it that it is there. */
export function required(options: Options, name: string): string {
  return text(options, name) ?? "";
}

/** Whether a flag was given. */
export function flag(options: Options, name: string): boolean {
  return options[name] === true;
}

/** An option that may be given several times. */
export function list(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value : [];
}

/** For commander: collects the values of a repeated option. */
export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}
