import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256Hex, type CallOutcome } from "../../src/service/access/callEntry.ts";
import { CallLog } from "../../src/service/access/callLog.ts";
import { batchproofProcess, scratch, type Run } from "./support.ts";

/** `serve-token` and `call-log`, as processes of their own. */

const folder = scratch();
const calls = join(folder, "calls");
const path = (name: string): string => join(folder, name);
const NO_HASH = "f".repeat(64);

/** A log of two starts, with a call that somebody made who begins a formula. */
beforeAll(async () => {
  const outcome: CallOutcome = {
    kind: "call",
    ...{ address: "127.0.0.1", request: "r-1", operation: "readLog", site: "north", batch: null },
    ...{ caller: "=token:mes", body: null, status: 403, code: "not-allowed" },
  };
  for (const seconds of [1000, 2000]) {
    const log = await CallLog.open({ folder: calls, now: () => seconds * 1000 });
    await log.append(outcome);
    await log.close();
  }
});

const files = (): string[] =>
  readdirSync(calls)
    .filter((name) => name.endsWith(".jsonl"))
    .sort();
const lines = (): string[] => files().flatMap((name) => readFileSync(join(calls, name), "utf8").trimEnd().split("\n"));

/** A copy of the log whose first file was changed. */
function changed(name: string, change: (text: string) => string): string {
  const [first = ""] = files();
  const to = path(name);
  writeFileSync(to, change(readFileSync(join(calls, first), "utf8")));
  return to;
}

const json = ({ stdout }: Run): unknown => JSON.parse(stdout);

// Verifies R-access-identity.
describe("serve-token", () => {
  it("prints a token once, and its sha256 for service.json", async () => {
    const runs = await Promise.all([0, 1].map(() => batchproofProcess(["serve-token", "mes", "--json"])));
    const made = runs.map((run) => json(run) as { token: string; caller: object });
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    for (const { token, caller } of made) {
      expect(token).toMatch(/^bpt_[A-Za-z0-9_-]{43}$/);
      expect(caller).toEqual({ name: "mes", token: createHash("sha256").update(token).digest("hex"), grants: [] });
    }
    expect(made[0]?.token).not.toBe(made[1]?.token);
  });
});

// Verifies R-access-log, V370.
describe("call-log", () => {
  it("verifies a log, and gives the hash of its last line to be kept", async () => {
    const { code, stdout } = await batchproofProcess(["call-log", "verify", calls]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`Hash of the last line: ${sha256Hex(lines().at(-1) ?? "")}`),
    ]);
    const kept = sha256Hex(lines()[2] ?? "");
    const after = json(await batchproofProcess(["call-log", "verify", calls, "--after", kept, "--json"]));
    expect(after).toMatchObject({ lines: 6, starts: 2, torn: 0, clockBack: 0, after: 3 });
  });

  it("exports every line as it stands, or as a table that no program calculates with", async () => {
    const [plain, table] = [path("log.jsonl"), path("log.csv")];
    expect((await batchproofProcess(["call-log", "export", calls, plain])).code).toBe(0);
    expect(readFileSync(plain, "utf8")).toBe(
      lines()
        .map((line) => `${line}\n`)
        .join(""),
    );
    const { code, stdout } = await batchproofProcess(["call-log", "verify", plain]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^6 lines, 1 to 6, .*nothing here says: --after/s)]);
    expect((await batchproofProcess(["call-log", "export", calls, table, "--csv"])).code).toBe(0);
    const rows = readFileSync(table, "utf8").trimEnd().split(/\r?\n/);
    expect(rows).toHaveLength(7);
    expect(rows[2]).toContain("1970-01-01T00:16:40Z");
    expect(rows[2]).not.toMatch(/(^|,)"?=/);
  });

  it.each<[string, () => readonly string[], string, string?]>([
    ["a caller's name that no log can hold", () => ["serve-token", "Mes 1"], "usage"],
    ["no name", () => ["serve-token"], "usage"],
    ["a log that is not there", () => ["call-log", "verify", path("none")], "file-missing"],
    ["an empty folder", () => ["call-log", "verify", scratch()], "log-broken"],
    [
      "a line that was changed (V370)",
      () => {
        const [name = ""] = files();
        return ["call-log", "verify", changed(name, (text) => text.replace('"status":403', '"status":200'))];
      },
      "log-broken",
      ":3",
    ],
    ["a hash that is none", () => ["call-log", "verify", calls, "--after", "1"], "usage", "--after"],
    ["a hash that no line has (V370)", () => ["call-log", "verify", calls, "--after", NO_HASH], "log-broken"],
    [
      "an output that is there",
      () => {
        writeFileSync(path("taken"), "mine");
        return ["call-log", "export", calls, path("taken")];
      },
      "file-exists",
    ],
    [
      "an output that is called as a file of the log",
      () => ["call-log", "export", calls, path(files()[1] ?? "")],
      "usage",
    ],
    [
      "its own file as output",
      () => ["call-log", "export", join(calls, files()[0] ?? ""), join(calls, files()[0] ?? "")],
      "usage",
    ],
  ])("refuses %s", async (_what, words, code, place = "") => {
    const before = lines();
    const run = await batchproofProcess([...words(), "--json"]);
    const { error } = json(run) as { error: { code: string; place?: string } };
    expect([run.code, error.code]).toEqual([2, code]);
    expect(error.place).toContain(place);
    expect(lines()).toEqual(before);
  });

  it("writes no table of a log that does not hold", async () => {
    const [name = ""] = files();
    const broken = changed(name, (text) => text.slice(text.indexOf("\n") + 1));
    const run = await batchproofProcess(["call-log", "export", broken, path("broken.csv"), "--csv"]);
    expect([run.code, existsSync(path("broken.csv"))]).toEqual([2, false]);
  });
});
