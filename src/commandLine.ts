/** Commands as they are printed for somebody to paste into a shell. */

/**
 * A word as a POSIX shell reads it back: unchanged where nothing in it acts, in single quotes else. Control characters, such as
 * a line feed in a file's name, are seen as `\012`; one at the end stands as it is, because a shell would drop it.
 */
export function shellWord(text: string): string {
  if (/\p{Cc}/u.test(text) && !text.endsWith("\n"))
    return `"$(printf -- ${quoted(text.replace(/[\\%]|\p{Cc}/gu, inPrintf))})"`;
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A character in what `printf` writes. */
function inPrintf(character: string): string {
  if (character === "\\" || character === "%") return character + character;
  return Array.from(new TextEncoder().encode(character), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

/** A file as a command names it: what begins with a hyphen would be taken for an option. */
export function fileWord(file: string): string {
  return file.startsWith("-") ? `./${file}` : file;
}

/** A command that runs as printed, its words quoted as they need: `batchproof stage 'my batch' leg`. */
export function commandOf(...words: readonly string[]): string {
  return ["batchproof", ...words.map(shellWord)].join(" ");
}
