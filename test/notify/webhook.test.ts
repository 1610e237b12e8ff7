import { mkdtempSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { NotificationJournal } from "../../src/notify/journal.ts";
import type { Tidings } from "../../src/notify/notification.ts";
import { isPrivate, post } from "../../src/notify/post.ts";
import { Webhook, type Locate, type WebhookOptions, type WebhookSettings } from "../../src/notify/webhook.ts";
import { codeOf } from "../contracts/support/world.ts";

const [OLD, NEW] = ["a", "b"].map((letter) => `whsec_${Buffer.from(letter.repeat(32)).toString("base64")}`) as [
  string,
  string,
];
const KEYS = ["1", "2"].map((digit) => `0x${digit.repeat(64)}`) as [string, string];

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers as the test says; by itself it takes everything. */
const received: Received[] = [];
const takes = (response: ServerResponse): void => {
  response.end();
};
let answers: (response: ServerResponse) => void = takes;
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    answers(response);
  });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ids = (): unknown[] => received.map(({ headers }) => headers["webhook-id"]);
const status = (code: number) => (response: ServerResponse) => {
  response.writeHead(code, { location: url }).end();
};

let now = 1_800_000_000;
let journal: NotificationJournal;
let options: WebhookOptions;

function tidings(id: string, batch = KEYS[0]): Tidings {
  return { id, type: "batch.released", batch, time: "2027-01-01T00:00:00Z", block: 1, details: {} };
}

async function tell(...all: Tidings[]): Promise<void> {
  await journal.append({ block: 1, hash: `0x${"0".repeat(64)}` }, all);
}

async function open(changes: Partial<WebhookSettings> = {}): Promise<Webhook> {
  return await Webhook.open({ ...options, settings: { ...options.settings, ...changes } });
}

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "webhook-"));
  const register = { chainId: "31337", registry: `0x${"1".repeat(40)}` };
  journal = await NotificationJournal.open(folder, register);
  for (const [name, secret] of [
    ["old", OLD],
    ["new", NEW],
  ] as const) {
    await writeFile(join(folder, name), secret, { mode: 0o600 });
  }
  // Several sites may hold a folder of one batch.
  const locate: Locate = (key) => (key === KEYS[0] ? ["north", "south"].map((site) => ({ site, batch: "b1" })) : []);
  const settings = { name: "erp", url, secrets: [join(folder, "old")] };
  options = { settings, journal, locate, folder, now: () => now, timeout: 300 };
  received.length = 0;
  answers = takes;
});

describe("a webhook", () => {
  // Verifies R-webhook-signed, V404.
  it("V404: is signed over its id, time and text, with both secrets while one is changed", async () => {
    const webhook = await open({ secrets: [join(options.folder, "new"), join(options.folder, "old")] });
    await tell(tidings("one"));
    now = Math.floor(Date.now() / 1_000);
    expect(await webhook.step()).toBe(true);
    const [{ headers, body } = { headers: {}, body: "" }] = received;
    for (const secret of [OLD, NEW]) new Verifier(secret).verify(body, headers as Record<string, string>);
    expect(() => new Verifier(NEW).verify(body.replace("b1", "b2"), headers as Record<string, string>)).toThrow();
    expect(() =>
      new Verifier(NEW).verify(body, { ...(headers as Record<string, string>), "webhook-id": "two" }),
    ).toThrow();
    expect(JSON.parse(body)).toMatchObject({
      type: "batch.released",
      data: { batch: KEYS[0], places: [{ site: "north" }, { site: "south", batch: "b1" }] },
    });
  });

  it("tells in order what is its receiver's, and nothing from before it was named", async () => {
    await tell(tidings("before"));
    const webhook = await open({ types: ["batch.released", "batch.held"] });
    await tell(tidings("a"), tidings("b", KEYS[1]), { ...tidings("c"), type: "batch.opened" }, tidings("d"));
    while (await webhook.step());
    expect(ids()).toEqual(["a", "b", "d"]);
  });

  // Verifies R-notify-joined, V450.
  it("V450: of some sites tells of their batches, late ones from the start, and names no other site's folder", async () => {
    const [south, both] = [
      await open({ name: "south", sites: ["south"] }),
      await open({ name: "both", sites: ["south", "north"] }),
    ];
    await journal.join([{ site: "north", batch: KEYS[0] }]);
    await tell(tidings("a"), tidings("b", KEYS[1]));
    for (const each of [south, both]) while (await each.step());
    expect(ids()).toEqual(["a"]);
    await journal.join([{ site: "south", batch: KEYS[0] }]);
    await tell(tidings("c"));
    received.length = 0;
    while (await both.step());
    expect(ids()).toEqual(["c"]);
    while (await south.step());
    expect(ids()).toEqual(["c", "a", "c"]);
    const { data } = JSON.parse(received[1]?.body ?? "") as { data: object };
    expect(data).toMatchObject({ again: "south", sequence: 3, places: [{ site: "south", batch: "b1" }] });
  });

  it.each([
    ["answers 500", status(500)],
    ["redirects", status(302)],
    ["does not answer", (): void => undefined],
    ["cuts the line", (response: ServerResponse): void => void response.destroy()],
  ])("V405: waits, tries again under the same id and keeps the order, where its receiver %s", async (_how, answer) => {
    const webhook = await open();
    await tell(tidings("a"), tidings("b"));
    answers = answer;
    await webhook.step();
    expect(await webhook.step()).toBe(false);
    expect([webhook.status.attempts, webhook.status.problem === null]).toEqual([1, false]);
    now += 4;
    expect(await webhook.step()).toBe(false);
    now += 1;
    answers = takes;
    while (await webhook.step());
    expect(ids()).toEqual(["a", "a", "b"]);
  });

  it("gives up what is never taken, goes on, and sends it when a person says so", async () => {
    const webhook = await open();
    await tell(tidings("a"), tidings("b"));
    answers = status(500);
    for (let i = 0; i < 11; i++) {
      now += 86_400;
      await webhook.step();
    }
    expect(webhook.status).toMatchObject({
      delivered: 1,
      dead: [{ sequence: 1, failure: "The receiver answered 500." }],
    });
    expect(await codeOf(webhook.resend(1))).toBe("webhook-refused");
    answers = takes;
    while (await webhook.step());
    expect(await codeOf(webhook.resend(2))).toBe("webhook-unknown");
    await (await open()).resend(1);
    expect(ids().slice(-2)).toEqual(["b", "a"]);
    expect((await open()).status.dead).toEqual([]);
  });

  it("goes on where it was after a kill, and sends what was not remembered under the same id", async () => {
    const killed = await open();
    await tell(tidings("a"), tidings("b"));
    answers = (response): void => {
      response.end();
    };
    await killed.step();
    const next = await open();
    while (await next.step());
    expect(ids()).toEqual(["a", "b"]);
  });

  // Verifies R-notify-resume.
  it("sends nothing and says why, where it took more than this journal told, or less than is kept", async () => {
    const webhook = await open();
    const { folder } = options;
    await tell(tidings("a"), tidings("b"), tidings("c"));
    while (await webhook.step());
    const register = { chainId: "31337", registry: `0x${"1".repeat(40)}` };
    const restored = await NotificationJournal.open(mkdtempSync(join(tmpdir(), "webhook-")), register, 1);
    for (const [code, count] of [
      ["feed-ahead", 2],
      ["feed-behind", 5],
    ] as const) {
      const all = Array.from({ length: count }, (_, i) => tidings(`${code}-${i}`));
      await restored.append({ block: 1, hash: `0x${"0".repeat(64)}` }, all);
      const other = await Webhook.open({ ...options, folder, journal: restored });
      expect(await codeOf(other.step())).toBe(code);
      expect(other.status.problem).toMatch(code === "feed-ahead" ? /^Nothing of number 3 was told/ : /kept no more/);
    }
    expect(ids()).toEqual(["a", "b", "c"]);
  });

  it("can be tried with what is about no batch", async () => {
    const webhook = await open();
    await webhook.test("test-1");
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ type: "test", data: {} });
    answers = status(404);
    expect(await codeOf(webhook.test("test-2"))).toBe("webhook-refused");
  });

  it("takes no secret that is none, or that others may read", async () => {
    const path = join(options.folder, "bad");
    await writeFile(path, "whsec_short", { mode: 0o600 });
    expect(await codeOf(open({ secrets: [path] }))).toBe("webhook-secret");
    await writeFile(join(options.folder, "open"), OLD, { mode: 0o644 });
    expect(await codeOf(open({ secrets: [join(options.folder, "open")] }))).toBe("secrets-mode");
  });
});

// Verifies R-webhook-address, V406.
describe("V406: the address of a webhook", () => {
  it.each(["http://example.com/", "ftp://example.com/", "https://user:word@example.com/", "file:///etc/passwd", "no"])(
    "is not %s",
    async (address) => {
      expect(await codeOf(open({ url: address }))).toBe("webhook-address");
    },
  );

  it.each(["https://10.0.0.1/", "https://169.254.169.254/latest/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/"])(
    "is not of a private network unless the settings allow it: %s",
    async (address) => {
      expect(await codeOf(post({ url: address, allowPrivate: false }, {}, ""))).toBe("webhook-address");
    },
  );

  it("is judged as what it is, at the edges of the ranges", () => {
    const edges = ["9.255.255.255", "10.0.0.0", "172.15.255.255", "172.31.255.255", "100.127.255.255", "100.128.0.0"];
    expect(edges.map((address) => isPrivate({ address, family: 4 }))).toEqual([false, true, false, true, true, false]);
    const wide = ["2606:4700::1", "fe80::1", "::1", "2002:a00::1", "2001:db8::1", "ff02::1"];
    expect(wide.map((address) => isPrivate({ address, family: 6 }))).toEqual([false, true, true, true, true, true]);
  });
});
