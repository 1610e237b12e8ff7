import { once } from "node:events";
import { existsSync, mkdtempSync, renameSync } from "node:fs";
import { request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inputError } from "../../src/errors.ts";
import { packageRoot } from "../../src/root.ts";
import { startSite, type Answerer } from "../../src/site/server.ts";
import { COI, labelOf, newWard, WHERE, type Ward } from "../bedside/support.ts";
import { refusedWith, startServing } from "../cli/support.ts";

/** What the program answers that serves the page of a site, and above all what it does not; in a process of its own. */

const BUILT = existsSync(join(packageRoot(), "dist/desk/site.html"));
/** A node's address with an access key in it; nobody answers there. */
const NODE = "http://127.0.0.1:1";
const RPC = `${NODE}/?key=secret-of-the-node`;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe.skipIf(!BUILT)(`the program behind the page of a site${BUILT ? "" : " (skipped: no dist/desk)"}`, () => {
  let ward: Ward;
  let label: string;
  let url: URL;
  let printed: unknown;
  let stop: () => Promise<number | null>;

  beforeAll(async () => {
    ward = await newWard(mkdtempSync(join(tmpdir(), "batchproof-ward-")));
    label = await labelOf(ward);
    const where = ["--registry", WHERE.registry, "--chain-id", WHERE.chainId, "--owner", WHERE.owner];
    const serving = await startServing(["site", ward.dir, "--rpc", RPC, ...where]);
    ({ stop, answer: printed } = serving);
    url = new URL((printed as { readonly url: string }).url);
  }, 120_000);

  afterAll(async () => {
    expect(await stop()).toBe(0);
  });

  /** A request with exactly these headers. */
  async function send(path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const method = body === undefined ? "GET" : "POST";
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const outgoing = request({
      ...{ host: "127.0.0.1", port: url.port, path: url.pathname + path, method },
      headers: { connection: "close", ...json, ...headers },
    });
    outgoing.on("error", () => undefined);
    outgoing.end(body);
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
    return { status: response.statusCode ?? 0, headers: response.headers, body: text };
  }

  const ask = (path: string, question: unknown): Promise<Answer> => send(path, JSON.stringify(question));
  const failure = ({ body }: Answer): unknown => JSON.parse(body);

  // Verifies R-site-start.
  it("starts without a network, says so, and says of a dock that nobody knows", async () => {
    expect(printed).toMatchObject({ node: NODE, answers: false, folders: 1 });
    const { body } = await ask("dock", { label, folder: 0, stage: "collection", carrier: "" });
    expect(JSON.parse(body)).toMatchObject({ light: "unknown", reasons: [{ code: "no-answer" }], record: null });
  });

  // Verifies R-site-secrets, V322.
  it("V322: tells its page no path, no access key and no wristband, whatever is asked", async () => {
    const config = await send("config.json");
    expect(JSON.parse(config.body)).toMatchObject({
      node: NODE,
      folders: [{ id: 0, lot: "LOT-7Q4Z", identity: true }],
    });
    const wristband = `${COI}-of-somebody-else`;
    const answers = [
      config,
      await ask("bedside/match", { label, folder: 0, wristband, carrier: "" }),
      await ask("bedside/match", { label, folder: 0, wristband: COI, carrier: "" }),
      await ask("bedside/match", { label, folder: 7, wristband, carrier: "" }),
      await ask("bedside/match", { label: wristband, folder: 0, wristband, carrier: wristband }),
      await ask("bedside/record", { folder: 0, wristband, record: { wristband } }),
      await ask("dock", { label, folder: 0, stage: "no such stage", carrier: "" }),
      await ask("queue", { account: WHERE.owner }),
      await ask("verify", { by: "label", text: label }),
      await ask("verify", { by: "credential", text: "{}" }),
    ];
    const batch = join(ward.dir, "batch.json");
    renameSync(batch, `${batch}.away`);
    answers.push(await ask("dock", { label, folder: 0, stage: "collection", carrier: "" }));
    renameSync(`${batch}.away`, batch);
    expect(answers.at(-1)).toMatchObject({ status: 400, body: expect.stringContaining('"place":"…') as string });
    expect(JSON.parse(answers[1]?.body ?? "")).toMatchObject({ light: "red", reasons: [{ code: "wristband" }, {}] });
    expect(JSON.parse(answers[2]?.body ?? "")).toMatchObject({ light: "unknown", reasons: [{ code: "no-answer" }] });
    for (const { body } of answers) expect(body).not.toMatch(/COI-|secret-of|batchproof-ward|\/tmp|ORDER-4711/);
  });

  // Verifies R-site-secrets, V322.
  it("V322: tells its page nothing of a folder that lies within another, or whose path begins as another's", async () => {
    const place = "/srv/ward/P-7/batch.json: not /srv/ward2/batch.json, /srv/ward/batch.json";
    const refuse: Answerer = () => Promise.reject(inputError("It is /srv/ward/P-7.", { code: "batch-file", place }));
    const secrets = ["/srv/ward", "/srv/ward/P-7", "/srv/ward2"];
    const config = { format: "batchproof-site/1", registry: null, node: null, folders: [] } as const;
    const server = await startSite({ config, answers: { dock: refuse }, secrets, port: 0 });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${server.url}dock`, { method: "POST", headers, body: "{}" });
    await server.close();
    expect(await response.text()).not.toMatch(/srv|P-7|2/);
  });

  // Verifies R-site-own, V322.
  it.each<[string, Record<string, string>]>([
    ["another name that leads to this machine", { host: "attacker.example" }],
    ["a page of somebody else", { origin: "https://attacker.example" }],
    ["a page without an origin", { origin: "null" }],
    ["another port of this machine", { "sec-fetch-site": "same-site" }],
  ])("V322: answers nothing to %s", async (_, headers) => {
    const question = JSON.stringify({ label, folder: 0, stage: "collection", carrier: "" });
    const refused = { status: 403, body: "Only the page itself is answered.\n" };
    expect(await send("dock", question, headers)).toMatchObject(refused);
    expect(await send("config.json", undefined, headers)).toMatchObject(refused);
  });

  // Verifies R-site-own.
  it.each(["index.html", "desk.js", "worker.js", "desk.html", "rpc", "../package.json", "%2e%2e/package.json", "dock"])(
    "has nothing else: %s",
    async (name) => {
      expect(await send(name)).toMatchObject({ status: 404, body: "There is nothing here.\n" });
    },
  );

  // Verifies R-site-camera.
  it("lets the page alone use a camera, and nothing else", async () => {
    const { headers } = await send("");
    expect(headers["permissions-policy"]).toMatch(/^camera=\(self\), microphone=\(\), geolocation=\(\)/);
    expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  });

  // Verifies R-site-questions.
  it.each<[string, string, string | null]>([
    ["no JSON", "{", "json-syntax"],
    ["a member twice", '{"by":"batch","by":"label","text":""}', "json-duplicate-key"],
    ["nothing", "null", "site-question"],
    ["a member more", '{"by":"batch","text":"","path":"/etc/passwd"}', "site-question"],
    ["a member less", '{"by":"batch"}', "site-question"],
    ["another way", '{"by":"path","text":"/etc/passwd"}', "site-question"],
    ["a path for a key", '{"by":"batch","text":"../../etc/passwd"}', "site-question"],
    ["deep JSON", "[".repeat(1000), "json-depth"],
  ])("refuses a question that is none: %s", async (_, question, code) => {
    const answer = await send("verify", question);
    expect(answer.status).toBe(400);
    expect(failure(answer)).toMatchObject({ kind: "input", code });
  });

  // Verifies R-site-questions.
  it("takes a question of a mebibyte and none that is longer by a byte, and no form", async () => {
    const room = 2 ** 20 - JSON.stringify({ by: "standing", text: "" }).length;
    const longest = await ask("verify", { by: "standing", text: "a".repeat(room) });
    expect(failure(longest)).toMatchObject({
      code: "json-syntax",
      place: expect.stringContaining("standing") as string,
    });
    expect((await ask("verify", { by: "standing", text: "a".repeat(room + 1) })).status).toBe(413);
    expect((await send("verify", "{}", { "content-type": "text/plain" })).status).toBe(415);
  });

  // Verifies R-site-questions.
  it("answers many at once, each its own", async () => {
    const questions = Array.from({ length: 12 }, (_, i) => ({
      label,
      folder: i % 2,
      stage: "collection",
      carrier: "",
    }));
    const answers = await Promise.all(questions.map((question) => ask("dock", question)));
    const codes = answers.map((each) => (failure(each) as { code?: string }).code);
    expect(codes).toEqual(questions.map(({ folder }) => (folder === 0 ? undefined : "site-folder")));
  });

  // Verifies R-site-own.
  it("sends away who begins a question and does not end it", { timeout: 20_000 }, async () => {
    const slow = connect(Number(url.port), "127.0.0.1").on("error", () => undefined);
    slow.write(`POST ${url.pathname}dock HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\n`);
    slow.write('Content-Length: 100\r\n\r\n{"label":');
    slow.resume();
    const began = performance.now();
    await once(slow, "close");
    expect(performance.now() - began).toBeLessThan(13_000);
  });

  // Verifies R-site-start.
  it("is not started for a folder that does not say where its batch is", async () => {
    expect(await refusedWith(["site", ward.dir])).toMatchObject({ exit: 2, code: "site-register", place: ward.dir });
    expect(await refusedWith(["site", join(ward.dir, "none")])).toMatchObject({ exit: 2 });
  });
});

// Verifies R-site-questions.
it.skipIf(!BUILT)("a bug of ours is answered as one, without its message", async () => {
  const broken: Answerer = () => Promise.reject(new TypeError("COI-0815 at /home/ward"));
  const config = { format: "batchproof-site/1", registry: null, node: null, folders: [] } as const;
  const server = await startSite({ config, answers: { dock: broken }, secrets: [], port: 0 });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${server.url}dock`, { method: "POST", headers, body: "{}" });
  expect([response.status, await response.json()]).toMatchObject([500, { kind: "internal", code: "internal" }]);
  await server.close();
});
