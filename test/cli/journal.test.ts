import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openJournal } from "../../src/parties/journal.ts";
import { entryOf, SOURCE } from "../parties/journals.ts";
import { batchproof, batchproofJson, filesIn, refusedWith, scratch } from "./support.ts";

const HALF = '{"seq":1,"prevHash":"\u001b[2J';

async function journalWith(unfinished: string): Promise<string> {
  const path = join(scratch(), "source.key.journal");
  const journal = await openJournal(path, SOURCE);
  await journal.append(entryOf(0));
  journal.close();
  appendFileSync(path, unfinished);
  return path;
}

// Verifies R-import-repair, F13.
describe("journal repair", () => {
  it("shows the half line that it drops, and drops nothing else", async () => {
    const whole = readFileSync(await journalWith(""));
    const path = await journalWith(HALF);
    const repaired = await batchproof(["journal", "repair", path]);
    expect(repaired).toMatchObject({ code: 0, stderr: "" });
    expect(repaired.stdout).toBe(
      `${path}:2 was unfinished; nothing was signed for it. Dropped, 25 bytes:\n{"seq":1,"prevHash":"\\u001b[2J\n`,
    );
    expect(readFileSync(path)).toEqual(whole);
    const other = await journalWith(HALF);
    expect(await batchproofJson(["journal", "repair", other])).toMatchObject({
      code: 0,
      json: { file: other, dropped: { line: 2, bytes: 25, text: HALF } },
    });
  });

  it("leaves a whole journal as it is", async () => {
    const path = await journalWith("");
    const before = readFileSync(path);
    expect(await batchproofJson(["journal", "repair", path])).toMatchObject({ code: 0, json: { dropped: null } });
    expect(readFileSync(path)).toEqual(before);
  });

  it("refuses what is no journal, or one that was changed, and writes nothing", async () => {
    const folder = scratch();
    const path = join(folder, "notes.txt");
    expect(await refusedWith(["journal", "repair", path])).toMatchObject({
      exit: 2,
      code: "file-missing",
      place: path,
    });
    writeFileSync(path, "one\ntwo");
    expect(await refusedWith(["journal", "repair", path])).toMatchObject({
      exit: 2,
      code: "journal",
      place: `${path}:1`,
    });
    expect(readFileSync(path, "utf8")).toBe("one\ntwo");
    expect(filesIn(folder)).toEqual(["notes.txt"]);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });
});
