import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../parties/support.ts";
import { batchproof, refusedWith } from "./support.ts";

const folder = temporaryFolder();
const token = join(folder, "token");
writeFileSync(token, "bpt_x\n", { mode: 0o600 });
/** Nobody listens there. */
const QUEUE = ["--queue", "postgres://x:hush@127.0.0.1:1/x"];
const SERVER = ["--server", "http://127.0.0.1:1"];

describe("worker", () => {
  it("refuses what it cannot work with", async () => {
    const worker = (...args: readonly string[]) => refusedWith(["worker", ...QUEUE, ...args]);
    expect(await worker("--server", "http://10.0.0.1:8440")).toMatchObject({ code: "server-address", exit: 2 });
    expect(await worker(...SERVER, "--cert", token)).toMatchObject({ code: "usage", place: "--cert, --key", exit: 2 });
    expect(await worker(...SERVER, "--workers", "0")).toMatchObject({ code: "usage", place: "--workers", exit: 2 });
    expect(await worker(...SERVER, "--ca", join(folder, "none"))).toMatchObject({ exit: 2 });
    expect(await refusedWith(["worker", ...QUEUE])).toMatchObject({ code: "usage", exit: 2 });
    expect(await refusedWith(["worker", ...SERVER])).toMatchObject({ code: "usage", exit: 2 });
  });

  it("refuses a token or key that others may read", async () => {
    const open = join(folder, "open");
    writeFileSync(open, "bpt_x\n");
    chmodSync(open, 0o644);
    const worker = (...args: readonly string[]) => refusedWith(["worker", ...QUEUE, ...SERVER, ...args]);
    expect(await worker("--token-file", open)).toMatchObject({ code: "secrets-mode", place: open, exit: 3 });
    expect(await worker("--cert", token, "--key", open)).toMatchObject({ code: "secrets-mode", place: open, exit: 3 });
  });

  it("says that the database does not answer, without its password", async () => {
    const { code, stdout, stderr } = await batchproof(["worker", ...QUEUE, ...SERVER, "--token-file", token]);
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining("The database of the queue does not answer (ECONNREFUSED)."),
    ]);
    expect(stdout + stderr).not.toContain("hush");
  });
});
