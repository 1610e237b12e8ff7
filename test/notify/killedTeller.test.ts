import { mkdtempSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { NotificationJournal } from "../../src/notify/journal.ts";
import { Webhook } from "../../src/notify/webhook.ts";
import { ended, startChild, type Child } from "../support/child.ts";

const SCRIPT = join(import.meta.dirname, "teller.ts");
const received: string[] = [];
let child: Child | undefined;
/** Whether the process is killed when the receiver has it, before it hears of that. */
let kills: (id: string) => boolean = () => false;
const server = createServer((request, response: ServerResponse) => {
  const id = String(request.headers["webhook-id"]);
  received.push(id);
  if (kills(id)) child?.kill("SIGKILL");
  response.end();
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
afterAll(() => {
  server.close();
});

// Verifies R-webhook-once, V402.
it("V402: a process killed after the receiver took it tells it again under its id, then the rest, and skips nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "teller-"));
  const secret = join(folder, "secret");
  await writeFile(secret, `whsec_${Buffer.alloc(32, 1).toString("base64")}`, { mode: 0o600 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const journal = await NotificationJournal.open(folder, { chainId: "31337", registry: `0x${"1".repeat(40)}` });
  const settings = { name: "erp", url, secrets: [secret] };
  await Webhook.open({ settings, journal, locate: () => [], folder, now: () => 0 });
  const base = { type: "batch.held", batch: `0x${"1".repeat(64)}`, time: "2030-01-01T00:00:00Z" } as const;
  const told = ["a", "b", "c"].map((id) => ({ ...base, id, block: 1, details: {} }));
  await journal.append({ block: 1, hash: `0x${"0".repeat(64)}` }, told);
  await journal.close();
  const run = async (): Promise<number | null> => {
    child = startChild(process.execPath, [SCRIPT, folder, url]);
    return await ended(child);
  };
  kills = (id) => id === "b";
  expect(await run()).toBeNull();
  kills = () => false;
  expect(await run()).toBe(0);
  expect(received).toEqual(["a", "b", "b", "c"]);
});
