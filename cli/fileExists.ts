import { inputError, type BatchproofError } from "../src/errors.ts";

/** The error of a command that writes a new file, where one is. */
export function fileExists(file: string): BatchproofError {
  return inputError("There is a file of this name already.", {
    code: "file-exists",
    place: file,
    remedy: "Name a new file; this one is never overwritten.",
  });
}
