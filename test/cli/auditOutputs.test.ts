import { existsSync, linkSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { refusedWith } from "./support.ts";

/** Where nobody listens: whoever asks it is told `unreachable`. */
const ON = ["--rpc", "http://127.0.0.1:1", "--registry", `0x${"1".repeat(40)}`];

const home = mkdtempSync(join(tmpdir(), "batchproof-outputs-"));
const at = (name: string): string => join(home, name);
writeFileSync(at("state.json"), "kept");
symlinkSync(at("state.json"), at("link.json"));
linkSync(at("state.json"), at("hard.json"));
mkdirSync(at("folder"));
symlinkSync(at("folder"), at("other"));
mkdirSync(at("texts"));
writeFileSync(at("texts/words.json"), "{}");

// Verifies R-cli-outputs, V130.
describe("V130: an audit whose output would overwrite another one", () => {
  it.each([
    ["the same name", ["--state", "state.json", "--csv", "state.json"]],
    ["a way around", ["--state", "state.json", "--csv", "folder/../state.json"]],
    ["a symbolic link", ["--state", "state.json", "--html", "link.json"]],
    ["a hard link", ["--state", "hard.json", "--html", "state.json"]],
    ["a new file under two names of its folder", ["--csv", "folder/new", "--html", "other/new"]],
    ["a new file in a folder that is not there yet", ["--csv", "none/new", "--html", "none/../none/new"]],
  ])("is refused before anything is read: %s", async (_what, options) => {
    const named = options.map((word) => (word.startsWith("--") ? word : at(word)));
    expect(await refusedWith(["audit", ...ON, ...named])).toMatchObject({ exit: 2, code: "output-twice" });
  });

  it("is refused, named from the working folder, too", async () => {
    const options = ["--csv", at("new"), "--html", relative(process.cwd(), at("new"))];
    const refused = await refusedWith(["audit", ...ON, ...options]);
    expect(refused).toMatchObject({ exit: 2, code: "output-twice", message: "This is the file that --csv names." });
    expect(existsSync(at("new"))).toBe(false);
  });

  it("is refused over the words that it would read", async () => {
    const options = ["--texts", at("texts"), "--csv", at("texts/words.json")];
    expect(await refusedWith(["audit", ...ON, ...options])).toMatchObject({ exit: 2, code: "output-over-input" });
  });

  it("is let through where each has a file of its own", async () => {
    const options = ["--csv", at("a"), "--html", at("b"), "--texts", at("folder")];
    expect(await refusedWith(["audit", ...ON, ...options])).toMatchObject({ exit: 3, code: "unreachable" });
  });
});
