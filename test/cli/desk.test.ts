import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveRegister } from "../../bench/registerNode.ts";
import { simulateRegister, type SimulatedRegister } from "../../bench/simulatedRegister.ts";
import type { DeskConfig } from "../../src/desk/config.ts";
import { packageRoot } from "../../src/root.ts";
import { policyCopy, refusedWith, scratch, startServing } from "./support.ts";

/** `batchproof desk` as people type it. The page itself: test/desk. */

let register: SimulatedRegister;
let node: Awaited<ReturnType<typeof serveRegister>>;
let second: Awaited<ReturnType<typeof serveRegister>>;
let at: readonly string[];

beforeAll(async () => {
  register = await simulateRegister({ batches: 2 });
  [node, second] = [await serveRegister(register), await serveRegister(register)];
  at = ["desk", "--rpc", `${node.url}/?key=secret`, "--registry", register.addresses.registry];
});

afterAll(() => {
  node.server.close();
  second.server.close();
});

const BUILT = existsSync(join(packageRoot(), "dist/desk/index.html"));

describe.skipIf(!BUILT)(`desk${BUILT ? "" : " (skipped: no dist/desk)"}`, () => {
  it("serves the page with what was named, until it is stopped", async () => {
    const policy = policyCopy();
    const { answer, stop } = await startServing([
      ...at,
      ...["--second-rpc", `${second.url}/?key=other`, "--policy", policy],
    ]);
    expect(answer).toMatchObject({ registry: register.addresses.registry, node: node.url, secondNode: second.url });
    const { url } = answer as { readonly url: string };
    const text = await (await fetch(`${url}config.json`)).text();
    expect(JSON.parse(text)).toMatchObject({
      node: node.url,
      policies: [{ name: "policy.json" }],
      disclosures: [],
    } satisfies Partial<Record<keyof DeskConfig, unknown>>);
    expect(text).not.toMatch(/secret|other/);
    for (const path of ["rpc", "rpc2"]) {
      const question = { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] };
      const headers = { "content-type": "application/json" };
      const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(question) });
      expect(await response.json()).toHaveProperty("result");
    }
    expect(await stop()).toBe(0);
  });

  // Verifies R-desk-given.
  it("is not started with a file that cannot be read, or is not what it is named as", async () => {
    const file = join(scratch(), "file.json");
    writeFileSync(file, '{"product":1}');
    expect(await refusedWith([...at, "--policy", file])).toMatchObject({ exit: 2, code: "policy-schema" });
    expect(await refusedWith([...at, "--disclosure", file])).toMatchObject({ exit: 2, code: "disclosure-file" });
    expect(await refusedWith([...at, "--review", file])).toMatchObject({ exit: 2, code: "review-file" });
    writeFileSync(file, '{"twice":1,"twice":2}');
    for (const option of ["--disclosure", "--review"]) {
      expect(await refusedWith([...at, option, file])).toMatchObject({ exit: 2, code: "json-duplicate-key" });
    }
    expect(await refusedWith([...at, "--circuits", `${file}.none`])).toMatchObject({ exit: 2, code: "file-missing" });
  });

  it("is not started for the first node once more, or on no port", async () => {
    expect(await refusedWith([...at, "--second-rpc", node.url])).toMatchObject({ exit: 2, code: "rpc" });
    expect(await refusedWith([...at, "--port", "65536"])).toMatchObject({ exit: 2, code: "port" });
  });
});
