import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Lines } from "../../src/notify/lines.ts";

const MODULE = join(import.meta.dirname, "../../src/notify/lines.ts");
const newPath = (): string => join(mkdtempSync(join(tmpdir(), "lines-")), "a.jsonl");

/** The numbers of the lines that a file holds. */
async function numbersIn(path: string): Promise<number[]> {
  const numbers: number[] = [];
  const lines = await Lines.open(path, (value) => {
    numbers.push((value as { i: number }).i);
    return false;
  });
  await lines.close();
  return numbers;
}

describe("a file of lines", () => {
  // Verifies V437.
  it("V437: takes for kept what is on a full disk whole, and refuses the rest in its own words", async () => {
    const path = newPath();
    // Lines of 300 bytes, the last of which a disk of 2 KiB takes a part of only.
    const script = `
      import { Lines } from ${JSON.stringify(MODULE)};
      const lines = await Lines.open(${JSON.stringify(path)}, () => false);
      const said = [];
      for (let i = 0; i < 9; i++) {
        try { await lines.append({ i, text: "x".repeat(280) }); said.push(i); } catch (error) { said.push(error.code); }
      }
      console.log(JSON.stringify(said));`;
    const limited = 'ulimit -f 2; exec "$0" --input-type=module -e "$1"';
    const said = execFileSync("bash", ["-c", limited, process.execPath, script], { encoding: "utf8" });
    const kept = await numbersIn(path);
    expect(kept.length).toBeGreaterThan(3);
    expect(JSON.parse(said)).toEqual([...kept, ...Array<string>(9 - kept.length).fill("file-write")]);
  });

  it("tells again what is whole, and nothing of what a kill left behind", async () => {
    const path = newPath();
    const first = await Lines.open(path, () => false);
    await first.append({ i: 1 });
    await first.close();
    appendFileSync(path, '{"i":2}\n{"i":');
    const lines = await Lines.open(path, (value) => (value as { i: number }).i === 2);
    const told: unknown[] = [];
    await lines.reread((value) => {
      told.push(value);
      return false;
    });
    expect(told).toEqual([{ i: 1 }]);
    await lines.close();
  });
});
