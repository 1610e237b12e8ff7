import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { entryLine, type CallOutcome } from "../../../src/service/access/callEntry.ts";
import { CallLog } from "../../../src/service/access/callLog.ts";
import { verifyLog, type VerifiedLog } from "../../../src/service/access/verifyLog.ts";

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "batchproof-calls-"));
  made.push(folder);
  return folder;
}

const CALL: CallOutcome = {
  kind: "call",
  caller: "token:mes",
  address: "127.0.0.1",
  request: "req-1",
  operation: "readBatch",
  site: "north",
  batch: "b1",
  body: null,
  status: 200,
  code: null,
};

let clock = 1_000;
const open = (folder: string, segmentBytes = 2 ** 20): Promise<CallLog> =>
  CallLog.open({ folder, now: () => clock++, segmentBytes });

/** A log of so many calls that was closed. */
async function logOf(calls: number, segmentBytes?: number): Promise<string> {
  const folder = scratch();
  const log = await open(folder, segmentBytes);
  for (let i = 0; i < calls; i++) await log.append({ ...CALL, request: `req-${i}` });
  await log.close();
  return folder;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .map((name) => join(folder, name));
}

const only = (folder: string): string => filesOf(folder)[0] ?? "";
const linesOf = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);

/** A log with a line that is changed, taken away, put in, moved or written otherwise, and at which line that shows. */
function tampered([first = "", second = "", third = "", ...others]: readonly string[]): [
  lines: string[],
  at: number,
][] {
  return [
    [[first, second.replace('"status":200', '"status":201'), third, ...others], 3],
    [[first, third, ...others], 2],
    [[first, second, second, third, ...others], 3],
    [[first, third, second, ...others], 2],
    [[first, `${second} `, third, ...others], 2],
  ];
}

// Verifies R-access-log.
describe("the log of calls", () => {
  it("holds together over restarts and files", async () => {
    const folder = await logOf(20, 1000);
    const again = await open(folder, 1000);
    await again.append(CALL);
    const { head } = again;
    await again.close();
    expect(filesOf(folder).length).toBeGreaterThan(3);
    expect(await verifyLog(folder, head.hash)).toMatchObject({
      lines: 25,
      first: 1,
      last: 25,
      starts: 2,
      torn: 0,
      after: 1,
    });
  });

  it("writes lines that come at once in their order, each with what it is about", async () => {
    const folder = scratch();
    const log = await open(folder);
    await Promise.all(Array.from({ length: 200 }, (_, i) => log.append({ ...CALL, request: `req-${i}` })));
    await log.close();
    const requests: string[] = [];
    await verifyLog(folder, undefined, (entry) => {
      if (entry.kind === "call") requests.push(entry.request);
    });
    expect(requests).toEqual(Array.from({ length: 200 }, (_, i) => `req-${i}`));
  });

  it("is written by one process", async () => {
    const folder = scratch();
    const log = await open(folder);
    await expect(open(folder)).rejects.toMatchObject({ code: "locked" });
    await log.close();
  });

  it("V370: a line that is changed, taken away, put in or moved is named", async () => {
    const folder = await logOf(3);
    const path = only(folder);
    const lines = linesOf(path);
    for (const [changed, at] of [...tampered(lines), [lines.slice(1), 1] as const]) {
      writeFileSync(path, `${changed.join("\n")}\n`);
      await expect(verifyLog(folder)).rejects.toMatchObject({ code: "log-broken", place: `${path}:${at}` });
    }
  });

  it("V370: a file between two others that is missing is named, and lines that are missing at the end by the hash that was kept", async () => {
    const folder = await logOf(20, 1000);
    const { head } = await verifyLog(folder);
    const [, second = ""] = filesOf(folder);
    const kept = readFileSync(second);
    rmSync(second);
    await expect(verifyLog(folder)).rejects.toMatchObject({ code: "log-broken" });
    writeFileSync(second, kept);
    rmSync(filesOf(folder).at(-1) ?? "");
    await expect(verifyLog(folder)).resolves.toBeDefined();
    await expect(verifyLog(folder, head)).rejects.toMatchObject({ code: "log-broken", place: folder });
  });

  it("V457: an export is verified by itself: where it begins and ends, and every line that was changed, moved, put in or taken away", async () => {
    const folder = await logOf(3);
    truncateSync(only(folder), readFileSync(only(folder)).length - 5);
    const again = await open(folder);
    const { head } = again;
    await again.close();
    const lines: string[] = [];
    const whole = await verifyLog(folder, undefined, (entry) => lines.push(entryLine(entry)));
    const path = join(scratch(), "export.jsonl");
    const written = async (some: readonly string[], end = "\n"): Promise<VerifiedLog> => {
      writeFileSync(path, `${some.join("\n")}${end}`);
      return await verifyLog(path, undefined);
    };
    expect(await written(lines)).toEqual({ ...whole, exported: true });
    expect(whole).toMatchObject({ torn: 1, exported: false });
    const [first = "", ...others] = lines;
    const unbegun = [first.replace(/"previous":"0/, '"previous":"1'), ...others];
    for (const [changed, at] of [...tampered(lines), [unbegun, 1] as const]) {
      await expect(written(changed)).rejects.toMatchObject({ code: "log-broken", place: `${path}:${at}` });
    }
    await expect(written(lines, "")).rejects.toMatchObject({ code: "log-broken", place: path });
    // Cut off at its beginning, it says so; at its end only the hash that was kept says it.
    expect(await written(others)).toMatchObject({ first: 2, last: whole.last });
    expect(await written(lines.slice(0, 2))).toMatchObject({ first: 1, last: 2 });
    await expect(verifyLog(path, head.hash)).rejects.toMatchObject({ code: "log-broken", place: path });
    writeFileSync(path, "x".repeat(2 ** 21));
    await expect(verifyLog(path)).rejects.toMatchObject({ code: "log-broken" });
  });

  it("V371: says what a kill left unfinished, wherever it cut, and goes on", async () => {
    const whole = await logOf(3);
    const bytes = readFileSync(only(whole));
    const name = only(whole).slice(whole.length);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { minLength: 1, maxLength: 3 }), async (cuts) => {
        const folder = scratch();
        let [cut = 0] = cuts;
        writeFileSync(join(folder, name), bytes.subarray(0, cut));
        let torn = cut === 0 || bytes[cut - 1] === 10 ? 0 : 1;
        // Killed again while the line was written that tells of it.
        for (const next of cuts.slice(1)) {
          const log = await open(folder);
          await log.close();
          const last = filesOf(folder).at(-1) ?? "";
          cut = next % 40;
          truncateSync(last, cut);
          if (cut > 0) torn += 1;
        }
        const log = await open(folder);
        await log.append(CALL);
        const { head } = log;
        await log.close();
        expect(await verifyLog(folder, head.hash)).toMatchObject({ torn, after: 1 });
      }),
      { numRuns: 40 },
    );
  });

  it("V371: an unfinished end that is changed afterwards is named", async () => {
    const folder = await logOf(1);
    appendFileSync(only(folder), '{"half');
    await (await open(folder)).close();
    await expect(verifyLog(folder)).resolves.toMatchObject({ torn: 1 });
    appendFileSync(only(folder), "x");
    await expect(verifyLog(folder)).rejects.toMatchObject({
      code: "log-broken",
      place: `${filesOf(folder)[1] ?? ""}:1`,
    });
  });

  it("V372: says that the clock was set back, and keeps the order", async () => {
    const folder = scratch();
    let now = 5_000;
    const log = await CallLog.open({ folder, now: () => now });
    now = 4_000;
    await log.append(CALL);
    await log.close();
    expect(await verifyLog(folder)).toMatchObject({ lines: 3, clockBack: 1 });
    const path = only(folder);
    writeFileSync(path, readFileSync(path, "utf8").replace('"clockBack":true', '"clockBack":false'));
    await expect(verifyLog(folder)).rejects.toMatchObject({ code: "log-broken", place: `${path}:2` });
  });

  it("is not gone on with where its last file was changed", async () => {
    const folder = await logOf(2);
    const path = only(folder);
    writeFileSync(path, readFileSync(path, "utf8").replace("req-0", "req-9"));
    await expect(open(folder)).rejects.toMatchObject({ code: "log-broken" });
    expect(filesOf(folder)).toHaveLength(1);
  });

  it("gives pages of what somebody may see, over files, without leaving anything out", async () => {
    const folder = await logOf(30, 1000);
    const log = await open(folder, 1000);
    const seen: number[] = [];
    let next: number | null = 0;
    while (next !== null) {
      const page: Awaited<ReturnType<CallLog["page"]>> = await log.page(next, 4, ({ seq }) => seq % 2 === 0);
      expect(page.items.length).toBeLessThanOrEqual(4);
      seen.push(...page.items.map(({ seq }) => seq));
      next = page.next;
    }
    expect(seen).toEqual(Array.from({ length: 16 }, (_, i) => 2 * i + 2));
    await log.close();
  });

  it("V373: takes nothing more once a line could not be written", async () => {
    const folder = scratch();
    const log = await open(folder, 10);
    rmSync(folder, { recursive: true });
    await expect(log.append(CALL)).rejects.toMatchObject({ code: "log-write" });
    expect(() => log.requireWorking()).toThrow(expect.objectContaining({ code: "log-write" }) as Error);
    await expect(log.append(CALL)).rejects.toMatchObject({ code: "log-write" });
    await expect(log.close()).rejects.toMatchObject({ code: "log-write" });
    expect(existsSync(folder)).toBe(false);
    made.splice(made.indexOf(folder), 1);
  });
});
