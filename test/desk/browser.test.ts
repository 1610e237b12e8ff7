import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveRegister } from "../../bench/registerNode.ts";
import { CIRCUIT_LIST, simulateRegister, type SimulatedRegister } from "../../bench/simulatedRegister.ts";
import { auditLineage } from "../../src/audit/lineage.ts";
import { connectRpc } from "../../src/chain/connect.ts";
import type { DeskConfig } from "../../src/desk/config.ts";
import type { PageServer } from "../../src/desk/serve.ts";
import { startDesk } from "../../src/desk/server.ts";
import { packageRoot } from "../../src/root.ts";

/** The audit in a real browser: what the page's worker says, against what the command line says. */

const CHROMIUM = "/usr/bin/chromium";
const MISSING = [CHROMIUM, join(packageRoot(), "dist/desk/worker.js")].filter((path) => !existsSync(path));
const NOTE = MISSING.length === 0 ? "" : ` (skipped: no ${MISSING.join(", no ")})`;

const BATCHES = 12;
/** A proof that does not verify. */
const BAD = 7;

/** The last that the worker tells, as JSON. */
interface Told {
  readonly type: string;
  readonly json: string;
}

/** Runs in the page: what it was served for goes to the worker. */
const AUDIT = `(async () => {
  const config = await (await fetch("config.json")).json();
  const worker = new Worker("worker.js", { type: "module" });
  return await new Promise((done) => {
    worker.onerror = ({ message }) => done({ type: "broken", json: message });
    worker.onmessage = ({ data }) => {
      const plain = (_, value) => (typeof value === "bigint" ? String(value) : value);
      if (data.type !== "progress") done({ type: data.type, json: JSON.stringify(data, plain) });
    };
    worker.postMessage({ base: new URL(".", document.baseURI).href, config });
  });
})()`;

/** A report as JSON, without what differs from one reading to the next. */
function comparable(lineage: object): unknown {
  const text = JSON.stringify(lineage, (name, value: unknown) => {
    if (name === "age") return undefined;
    return typeof value === "bigint" ? String(value) : value;
  });
  return JSON.parse(text);
}

describe.skipIf(MISSING.length > 0)(`the page's audit in a browser${NOTE}`, () => {
  let register: SimulatedRegister;
  let node: Awaited<ReturnType<typeof serveRegister>>;
  let desk: PageServer;
  let browser: Browser;

  beforeAll(async () => {
    register = await simulateRegister({ batches: BATCHES, badProof: BAD });
    node = await serveRegister(register);
    desk = await deskAt(node.url);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-background-networking"],
    });
  });

  afterAll(async () => {
    await browser.close();
    await desk.close();
    node.server.close();
  });

  /** A desk for the register behind a node. */
  function deskAt(rpc: string): Promise<PageServer> {
    const config: DeskConfig = {
      ...{ format: "batchproof-desk/1", registry: register.addresses.registry, node: rpc, secondNode: null },
      ...{ circuits: CIRCUIT_LIST, names: {}, texts: {}, disclosures: [], policies: [], reviews: [] },
    };
    return startDesk({ config, rpc, port: 0 });
  }

  /** What the worker of a desk tells in the end. */
  async function told({ url }: PageServer): Promise<Told> {
    const page = await browser.newPage();
    const refused: string[] = [];
    page.on("console", (message) => refused.push(message.text()));
    await page.route("**/desk.js", (route) => route.fulfill({ body: "", contentType: "text/javascript" }));
    await page.goto(url);
    const result = await page.evaluate<Told>(AUDIT);
    await page.close();
    expect(refused.filter((text) => text.includes("Content Security Policy"))).toEqual([]);
    return result;
  }

  // Verifies R-desk-audit.
  it("gives the same report as the command line, a proof that does not verify included", async () => {
    const { type, json } = await told(desk);
    expect(type).toBe("report");
    const chain = await connectRpc(node.url);
    const options = { circuits: CIRCUIT_LIST, node: node.url };
    const lineage = await auditLineage(chain.provider, register.addresses.registry, options);
    await chain.close();
    expect(lineage.report.proofsRefused).toBe(1);
    expect(comparable((JSON.parse(json) as { lineage: object }).lineage)).toEqual(comparable(lineage));
  });

  // Verifies R-desk-own, V248.
  it("V248: is started by the page itself, below the name that only its reader knows", async () => {
    const page = await browser.newPage();
    await page.goto(desk.url);
    await page.getByRole("table").first().waitFor();
    expect(await page.content()).toContain(register.addresses.registry);
    await page.close();
  });

  // Verifies R-desk-nothing.
  it("V234: says why nothing can be concluded, where the node is gone", async () => {
    const gone = await serveRegister(register);
    const other = await deskAt(gone.url);
    gone.server.closeAllConnections();
    gone.server.close();
    const { type, json } = await told(other);
    await other.close();
    expect(type).toBe("error");
    expect((JSON.parse(json) as { failure: unknown }).failure).toMatchObject({
      ...{ kind: "environment", code: "unreachable", place: "--rpc" },
      message: expect.stringContaining(`The node ${gone.url} does not answer.`) as string,
    });
  });
});
