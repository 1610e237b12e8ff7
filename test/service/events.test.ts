import { mkdtempSync } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Follower } from "../../src/notify/follower.ts";
import { InboundEvents } from "../../src/notify/inbound.ts";
import { NotificationJournal } from "../../src/notify/journal.ts";
import type { NotificationType, Tidings } from "../../src/notify/notification.ts";
import type { FolderBatch } from "../../src/notify/reconcile.ts";
import { Webhook } from "../../src/notify/webhook.ts";
import { buildApp } from "../../src/service/app.ts";
import type { Caller, Grant } from "../../src/service/caller.ts";
import type { Notifications } from "../../src/service/notifications.ts";
import { keepReconciliations } from "../../src/service/reconciliation.ts";
import { EVENT_ROUTES } from "../../src/service/routes/events.ts";
import { WEBHOOK_ROUTES } from "../../src/service/routes/webhooks.ts";
import type { Service } from "../../src/service/service.ts";
import { bareService } from "./support.ts";

const [NORTH, SOUTH] = ["1", "2"].map((digit) => `0x${digit.repeat(64)}`) as [string, string];
/** So many of what was told are kept. */
const KEPT = 6;
const NOON = Date.UTC(2030, 0, 7, 12) / 1000;

let caller: Caller;
let now: number;
/** Block that may be called current; undefined: none. */
let current: number | undefined;
let journal: NotificationJournal;
let service: Service & { readonly notifications: Notifications };
let app: FastifyInstance;
let folder: string;
let batches: readonly FolderBatch[];

function as(role: Grant["role"], sites?: readonly string[]): void {
  caller = { id: "token:test", grants: [{ role, ...(sites === undefined ? {} : { sites }) }] };
}

function tidings(id: string, batch = NORTH, type: NotificationType = "batch.released"): Tidings {
  return { id, type, batch, time: "2030-01-01T00:00:00Z", block: 1, details: {} };
}

async function tell(...all: Tidings[]): Promise<void> {
  await journal.append({ block: 1, hash: `0x${"0".repeat(64)}` }, all);
}

beforeEach(async () => {
  [now, current] = [NOON, 9];
  as("auditor");
  folder = mkdtempSync(join(tmpdir(), "events-"));
  journal = await NotificationJournal.open(folder, { chainId: "31337", registry: `0x${"1".repeat(40)}` }, KEPT);
  await journal.join([
    { site: "north", batch: NORTH },
    { site: "south", batch: SOUTH },
  ]);
  const follower = { journal, currentBlock: () => current } as Partial<Follower> as Follower;
  const inbound = new Map<string, InboundEvents>();
  for (const site of ["north", "south"]) inbound.set(site, await InboundEvents.open(folder, site));
  batches = [{ id: "b1", key: NORTH, recorded: [] }];
  const notifications: Notifications = {
    ...{ follower, inbound, webhooks: [] },
    batchesOf: (site) => Promise.resolve(site === "north" ? batches : []),
  };
  service = { ...bareService({}, () => now), notifications };
  app = await buildApp(service, [...EVENT_ROUTES, ...WEBHOOK_ROUTES], () => Promise.resolve(caller));
});
afterEach(async () => {
  await app.close();
  await journal.close();
  for (const each of service.notifications.inbound.values()) await each.close();
});

const said = (answer: LightMyRequestResponse): unknown[] => [answer.statusCode, answer.json<{ code: string }>().code];

interface Page {
  readonly items: readonly { readonly id: string; readonly sequence: number }[];
  readonly next: string | null;
}

/** All pages of an address: the ids, and how many pages there were. */
async function pagesOf(url: string): Promise<readonly [ids: string, pages: number]> {
  let [ids, pages]: [string[], number] = [[], 0];
  for (let after: string | null = "0"; after !== null; pages++) {
    const { items, next }: Page = (await app.inject(`${url}?limit=2&after=${after}`)).json();
    ids = [...ids, ...items.map(({ id }) => id)];
    after = next;
  }
  return [ids.join(""), pages];
}

describe("the list of what was told", () => {
  it("has every notification once, by pages, and of a site those of its batches", async () => {
    await tell(tidings("a"), tidings("b", SOUTH), tidings("c", SOUTH), tidings("d"), tidings("e", SOUTH));
    expect(await pagesOf("/v1/events")).toEqual(["abcde", 3]);
    expect(await pagesOf("/v1/sites/north/notifications")).toEqual(["ad", 2]);
    expect(await pagesOf("/v1/sites/south/notifications")).toEqual(["bce", 2]);
    expect((await app.inject("/v1/events?after=5")).json()).toEqual({ items: [], next: null });
  });

  // Verifies R-notify-site, V401.
  it("V401: shows a site's caller nothing of other sites, by no address", async () => {
    await tell(tidings("a"), tidings("b", SOUTH), tidings("unknown", `0x${"3".repeat(64)}`));
    as("decider", ["north"]);
    const south = ["/v1/events", "/v1/events/stream", ...["notifications", "notifications/stream", "events"].map(at)];
    for (const url of [...south, at("reconciliation")]) {
      expect([url, ...said(await app.inject(url))]).toEqual([url, 403, "not-allowed"]);
    }
    expect(await pagesOf("/v1/sites/north/notifications")).toEqual(["a", 1]);
  });
  const at = (what: string): string => `/v1/sites/south/${what}`;

  // Verifies R-notify-joined, V450.
  it("V450: tells each site that holds a folder of a batch, one that got it later from the start", async () => {
    await tell(tidings("a"), tidings("b", SOUTH));
    expect(await pagesOf("/v1/sites/south/notifications")).toEqual(["b", 1]);
    await journal.join([{ site: "south", batch: NORTH }]);
    await tell(tidings("c"));
    const { items } = (await app.inject("/v1/sites/south/notifications?after=2")).json<Page>();
    expect(items).toMatchObject([{ id: "a", sequence: 3, again: "south" }, { id: "c" }]);
    expect(await pagesOf("/v1/sites/north/notifications")).toEqual(["ac", 1]);
    expect(await pagesOf("/v1/events")).toEqual(["abc", 2]);
  });

  // Verifies R-notify-resume.
  it.each(["/v1/events", "/v1/sites/north/notifications", "/v1/events/stream", "/v1/sites/north/notifications/stream"])(
    "says at %s when what is asked for is kept no more, or was never told",
    async (url) => {
      await tell(...["a", "b", "c", "d", "e", "f", "g", "h"].map((id) => tidings(id)));
      expect(said(await app.inject(`${url}?after=1`))).toEqual([410, "feed-behind"]);
      expect(said(await app.inject(`${url}?after=9`))).toEqual([409, "feed-ahead"]);
      expect(said(await app.inject(`${url}?after=-1`))).toEqual([400, "request"]);
    },
  );

  it("says that no register is followed", async () => {
    delete (service.notifications as { follower?: Follower }).follower;
    expect(said(await app.inject("/v1/events"))).toEqual([400, "feed-off"]);
    expect(said(await app.inject("/v1/events/stream"))).toEqual([400, "feed-off"]);
  });
});

describe("a stream over a socket", () => {
  let url: string;
  beforeEach(async () => {
    url = (await app.listen({ port: 0, host: "127.0.0.1" })).replace(/\/$/, "");
  });

  /** Opens a stream, and reads so many events of it. */
  async function opened(path: string, lastId?: string): Promise<Reader> {
    const headers = lastId === undefined ? {} : { "last-event-id": lastId };
    const answer = await new Promise<IncomingMessage>((resolve) => get(`${url}${path}`, { headers }, resolve));
    return new Reader(answer);
  }

  // Verifies R-notify-resume.
  it("tells what was told and what is told then, and goes on after the last one that was read", async () => {
    await tell(tidings("a"), tidings("b", SOUTH));
    const first = await opened("/v1/events/stream");
    expect(first.answer.headers["content-type"]).toBe("text/event-stream");
    expect(await first.next(2)).toEqual(["1 batch.released a", "2 batch.released b"]);
    await tell(tidings("c", NORTH, "batch.held"));
    expect(await first.next(1)).toEqual(["3 batch.held c"]);
    first.answer.destroy();
    await tell(tidings("d"));
    const second = await opened("/v1/events/stream?after=1", "3");
    expect(await second.next(1)).toEqual(["4 batch.released d"]);
    const ofSite = await opened("/v1/sites/south/notifications/stream?after=1");
    expect(await ofSite.next(1)).toEqual(["2 batch.released b"]);
    await tell(tidings("e"), tidings("f", SOUTH));
    expect(await ofSite.next(1)).toEqual(["6 batch.released f"]);
  });

  it("refuses a number to go on from that is none", async () => {
    const { answer } = await opened("/v1/events/stream", "3x");
    expect(answer.statusCode).toBe(400);
    answer.destroy();
  });

  it("V435: is one of twenty that a caller reads at once", async () => {
    const readers: Reader[] = [];
    for (let i = 0; i < 20; i++) readers.push(await opened("/v1/events/stream"));
    const over = await opened("/v1/events/stream");
    expect([over.answer.statusCode, over.answer.headers["retry-after"]]).toEqual([429, "60"]);
    caller = { ...caller, id: "token:other" };
    expect((await opened("/v1/events/stream")).answer.statusCode).toBe(200);
    caller = { ...caller, id: "token:test" };
    readers[0]?.answer.destroy();
    await vi.waitFor(async () => expect((await opened("/v1/events/stream")).answer.statusCode).toBe(200));
  });

  // Verifies R-notify-streams.
  it("ends when the service closes, and keeps it from nothing", async () => {
    const reader = await opened("/v1/events/stream");
    const end = new Promise((resolve) => reader.answer.once("close", resolve));
    await app.close();
    await end;
  });
});

/** Reads events off an answer. */
class Reader {
  readonly answer: IncomingMessage;
  readonly #events: EventSourceMessage[] = [];
  #wake: () => void = () => undefined;

  constructor(answer: IncomingMessage) {
    this.answer = answer;
    const parser = createParser({ onEvent: (event) => this.#events.push(event) });
    answer.setEncoding("utf8").on("data", (text: string) => {
      parser.feed(text);
      this.#wake();
    });
    answer.on("error", () => undefined);
  }

  async next(count: number): Promise<string[]> {
    while (this.#events.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#events.splice(0, count).map(({ id, event, data }) => {
      return `${id} ${event} ${(JSON.parse(data) as Tidings).id}`;
    });
  }
}

describe("what other systems tell", () => {
  const event = { source: "eqms", id: "1", type: "deviation.opened", time: "2030-01-01T00:00:00Z", reference: "DEV-1" };
  const told = (payload: object, site = "north"): Promise<LightMyRequestResponse> =>
    app.inject({ method: "POST", url: `/v1/sites/${site}/events`, payload });

  it("is kept once, under who told it, and listed by pages", async () => {
    as("system", ["north"]);
    const first = await told(event);
    expect([first.statusCode, first.headers.location]).toEqual([201, "/v1/sites/north/events?after=0"]);
    expect(first.json()).toEqual({ sequence: 1, received: NOON, by: "token:test", event });
    now += 60;
    const again = await told(event);
    expect([again.statusCode, again.json()]).toEqual([200, first.json()]);
    expect(said(await told({ ...event, reference: "DEV-2" }))).toEqual([409, "event-differs"]);
    for (const id of ["2", "3"]) await told({ ...event, id });
    const page = (await app.inject("/v1/sites/north/events?limit=2")).json<Page>();
    expect([page.items.length, page.next]).toEqual([2, "2"]);
    const rest = (await app.inject("/v1/sites/north/events?after=2")).json<Page>();
    expect([rest.items.map(({ sequence }) => sequence), rest.next]).toEqual([[3], null]);
    expect((await app.inject("/v1/sites/north/events?after=3")).json()).toEqual({ items: [], next: null });
    expect(said(await app.inject("/v1/sites/north/events?after=4"))).toEqual([409, "feed-ahead"]);
  });

  // Verifies R-inbound-bounded.
  it("is refused with a problem of its own where one caller, or the site, has told too much", async () => {
    as("system", ["north"]);
    const inbound = service.notifications.inbound as Map<string, InboundEvents>;
    await inbound.get("north")?.close();
    for (const [limits, status, code, patience] of [
      [{ perDay: 1, all: 9 }, 429, "event-quota", "3600"],
      [{ perDay: 9, all: 1 }, 507, "events-full", undefined],
    ] as const) {
      const events = await InboundEvents.open(folder, code, limits);
      inbound.set("north", events);
      expect((await told(event)).statusCode).toBe(201);
      const refused = await told({ ...event, id: "2" });
      expect([...said(refused), refused.headers["retry-after"]]).toEqual([status, code, patience]);
      if (code === "event-quota") await events.close();
    }
  });

  it.each([
    ["a member that nobody knows", { ...event, more: 1 }],
    ["a type that nobody knows", { ...event, type: "batch.released" }],
    ["a time without a zone", { ...event, time: "2030-01-01 00:00" }],
    ["a text that acts", { ...event, reference: "DEV\u001b[2J" }],
    ["a path for a batch", { ...event, batch: "../b1" }],
  ])("is refused with %s, and not kept", async (_what, payload) => {
    as("system", ["north"]);
    expect((await told(payload)).statusCode).toBe(400);
    expect(service.notifications.inbound.get("north")?.all).toEqual([]);
  });

  it("is taken from who may tell it of that site alone", async () => {
    as("system", ["north"]);
    expect(said(await told(event, "south"))).toEqual([403, "not-allowed"]);
    as("auditor");
    expect(said(await told(event))).toEqual([403, "not-allowed"]);
    as("system");
    expect(said(await told(event, "west"))).toEqual([404, "not-found"]);
  });
});

describe("the reconciliation of a site", () => {
  const raised = { ...tidings("r", NORTH, "exception.raised"), details: { exception: "1", reference: "DEV-9" } };
  const deviation = {
    ...{ source: "eqms", id: "1", type: "deviation.opened" as const, time: "2030-01-01T00:00:00Z" },
    reference: "DEV-1",
  } as const;
  const url = "/v1/sites/north/reconciliation";
  const found = async (): Promise<unknown[]> => {
    const { block, differences } = (await app.inject(url)).json<{ block: unknown; differences: { what: string }[] }>();
    return [block, ...differences.map(({ what }) => what)];
  };
  beforeEach(async () => {
    await tell(raised);
    await service.notifications.inbound.get("north")?.hear(deviation, "token:eqms", NOON);
  });

  it("holds both sides against each other, however long ago it was told", async () => {
    await tell(...["a", "b", "c", "d", "e", "f", "g"].map((id) => tidings(id)));
    expect(await found()).toEqual([9, "deviation-without-exception", "exception-without-deviation"]);
  });

  // Verifies R-reconcile-current, V403.
  it("V403: says nothing of exceptions where the register was not read lately", async () => {
    current = undefined;
    expect(await found()).toEqual([null]);
  });

  // Verifies V439.
  it("V439: names the folders that cannot be read", async () => {
    batches = [...batches, { id: "b7", key: undefined, recorded: undefined }];
    expect((await app.inject(url)).json()).toMatchObject({ unread: ["b7"] });
  });

  // Verifies R-reconcile-daily.
  it("is kept once a day for each site, with the register where it answers by noon, and never written over", async () => {
    const kept = join(service.settings.data, "reconciliation");
    const day = async (at: string): Promise<string[]> => {
      now = Date.parse(at) / 1000;
      return (await keepReconciliations(service)).map((path) => path.slice(kept.length));
    };
    current = undefined;
    expect(await day("2030-01-07T11:59:59Z")).toEqual([]);
    expect(await day("2030-01-07T12:00:00Z")).toEqual(["/north/2030-01-07.json", "/south/2030-01-07.json"]);
    current = 9;
    expect(await day("2030-01-08T00:00:00Z")).toEqual(["/north/2030-01-08.json", "/south/2030-01-08.json"]);
    const path = join(kept, "north", "2030-01-08.json");
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ site: "north", block: 9 });
    await writeFile(path, "kept");
    expect(await day("2030-01-08T23:59:59Z")).toEqual([]);
    expect(await readFile(path, "utf8")).toBe("kept");
    expect((await readdir(join(kept, "north"))).sort()).toEqual(["2030-01-07.json", "2030-01-08.json"]);
  });

  // Verifies R-reconcile-daily.
  it("says which day has the last copy, so that days on which the service did not run are seen", async () => {
    const previous = async (): Promise<unknown> => (await app.inject(url)).json<{ previous: unknown }>().previous;
    expect(await previous()).toBeNull();
    await keepReconciliations(service);
    expect(await previous()).toBeNull();
    now += 3 * 86_400;
    expect(await previous()).toBe("2030-01-07");
    const [path = ""] = await keepReconciliations(service);
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ previous: "2030-01-07" });
    expect((await readdir(dirname(path))).sort()).toEqual(["2030-01-07.json", "2030-01-10.json"]);
  });
});

describe("the webhooks", () => {
  let answers = 200;
  let received = 0;
  const receiver = createServer((socket) => {
    socket.once("data", () => {
      received++;
      socket.end(`HTTP/1.1 ${answers} -\r\ncontent-length: 0\r\n\r\n`);
    });
  });
  beforeEach(async () => {
    [answers, received] = [200, 0];
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const secret = join(folder, "secret");
    await writeFile(secret, `whsec_${Buffer.alloc(32, 1).toString("base64")}`, { mode: 0o600 });
    const settings = {
      ...{ name: "erp", secrets: [secret] },
      url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    };
    const webhook = await Webhook.open({ settings, journal, locate: () => [], folder, now: () => now });
    (service.notifications.webhooks as Webhook[]).push(webhook);
    as("administrator");
  });
  afterEach(() => new Promise((resolve) => receiver.close(resolve)));

  it("show how they stand, and neither secret nor address", async () => {
    await tell(tidings("a"));
    const answer = await app.inject("/v1/webhooks");
    expect(answer.json()).toEqual([
      { name: "erp", delivered: 0, behind: 1, attempts: 0, next: 0, problem: null, dead: [] },
    ]);
  });

  it("are tried, and say what the receiver answers", async () => {
    const test = (name: string): Promise<LightMyRequestResponse> =>
      app.inject({ method: "POST", url: `/v1/webhooks/${name}/test` });
    expect((await test("erp")).json()).toEqual({ taken: true });
    expect(said(await test("other"))).toEqual([404, "webhook-unknown"]);
    answers = 500;
    expect(said(await test("erp"))).toEqual([503, "webhook-refused"]);
    expect(received).toBe(2);
  });

  it("send again what was given up, and nothing else", async () => {
    const resend = (sequence: number): Promise<LightMyRequestResponse> =>
      app.inject({ method: "POST", url: `/v1/webhooks/erp/dead/${sequence}/resend` });
    await tell(tidings("a"), tidings("b"));
    answers = 500;
    for (let i = 0; i < 11; i++) {
      now += 86_400;
      await service.notifications.webhooks[0]?.step();
    }
    expect(said(await resend(1))).toEqual([503, "webhook-refused"]);
    answers = 200;
    expect(said(await resend(2))).toEqual([404, "webhook-unknown"]);
    expect(said(await resend(99))).toEqual([404, "webhook-unknown"]);
    expect((await resend(1)).json()).toEqual({ taken: true });
    expect(said(await resend(1))).toEqual([404, "webhook-unknown"]);
  });

  it("are for who runs the service", async () => {
    as("operator");
    expect(said(await app.inject("/v1/webhooks"))).toEqual([403, "not-allowed"]);
    as("administrator", ["north"]);
    expect(said(await app.inject("/v1/webhooks"))).toEqual([403, "not-allowed"]);
    expect(said(await app.inject({ method: "POST", url: "/v1/webhooks/erp/test" }))).toEqual([403, "not-allowed"]);
    expect(received).toBe(0);
  });
});
