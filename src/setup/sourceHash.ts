import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { inputError } from "../errors.ts";
import { missingPeer } from "../peers.ts";
import { COMPILER, LIBRARIES, librariesOf } from "./compile.ts";

/** Block and line comments: an `include` inside one does not count. */
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const INCLUDE = /^[ \t]*include\s+"([^"]+)"/gm;

/**
 * SHA-256 (lower-case hex) over everything that decides what a circuit compiles to: compiler, flags, and path and
 * content of the main file and of every file it includes, directly or not.
 * Throws `circom-include` with file and line where an included file does not exist, `package-missing` without circomlib.
 * @param main main file, relative to `root`
 */
export async function sourceHash(main: string, root: string): Promise<string> {
  const libraries = librariesOf(root);
  const locate: Locate = (path) => join(path.startsWith(LIBRARIES + sep) ? libraries : root, path);
  const contents = new Map<string, Buffer>();
  const waiting = [normalize(main)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (contents.has(path)) continue;
    const content = await readSource(locate(path), main);
    contents.set(path, content);
    waiting.push(...includedPaths(content.toString("utf8"), path, locate));
  }
  const hash = createHash("sha256").update(`${COMPILER}\n`);
  for (const path of [...contents.keys()].sort()) {
    const digest = createHash("sha256")
      .update(contents.get(path) ?? "")
      .digest("hex");
    hash.update(`${digest} ${path.split(sep).join("/")}\n`);
  }
  return hash.digest("hex");
}

/** Where a file is, from its path below the package root or, of a library, below LIBRARIES. */
type Locate = (path: string) => string;

async function readSource(path: string, main: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw inputError(`The circuit file ${main} cannot be read.`, { code: "circom-include", place: path, cause });
  }
}

/** The files that a source includes, as paths that `locate` takes, found as circom finds them. */
function includedPaths(text: string, path: string, locate: Locate): string[] {
  // Comments become blanks, so that line numbers stay.
  const code = text.replace(COMMENTS, (comment) => comment.replace(/[^\n]/g, " "));
  return [...code.matchAll(INCLUDE)].map((match) => {
    const name = match[1] ?? "";
    const candidates = [dirname(path), LIBRARIES].map((folder) => normalize(join(folder, name)));
    const found = candidates.find((candidate) => existsSync(locate(candidate)));
    if (found !== undefined) return found;
    if (name.startsWith("circomlib/")) throw missingPeer("circomlib", "Compiling a circuit");
    const line = code.slice(0, match.index + match[0].length).split("\n").length;
    throw inputError(`The included file ${name} does not exist.`, {
      code: "circom-include",
      place: `${path}:${line}`,
      remedy: "Correct the path, or install the library.",
    });
  });
}
