/** Whether what is printed is seen by a person whose terminal shows block characters: not in a pipe, and only as UTF-8. */
export function drawsBlocks(): boolean {
  const { TERM, LC_ALL, LC_CTYPE, LANG } = process.env;
  // The first that is set and not empty decides, as POSIX says.
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== "") ?? "";
  return process.stdout.isTTY && TERM !== "dumb" && /utf-?8/i.test(locale);
}
