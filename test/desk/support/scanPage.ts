import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "vite";
import { packageRoot } from "../../../src/root.ts";
import { POLICY } from "./browser.ts";

/** A page with one field for a code in a form, under the policy of the page, which remembers what was told. */
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Scan</title><link rel="icon" href="data:,">
<script type="module" src="scan.js"></script></head>
<body><main><h1>Scan</h1><form><desk-scan label="Label"></desk-scan><button>Ask</button></form></main></body></html>`;
const SCRIPT = `globalThis.told = []; globalThis.asked = 0;
document.querySelector("desk-scan").addEventListener("scanned", ({ detail }) => globalThis.told.push(detail));
document.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); globalThis.asked++; });`;

/** Builds the element alone, and serves it. */
export async function serveScan(): Promise<{ readonly url: string; readonly server: Server }> {
  const built = await build({
    ...{ root: join(packageRoot(), "desk"), configFile: false, logLevel: "error" },
    build: {
      ...{ write: false, target: "es2023", modulePreload: false },
      rolldownOptions: { input: join(packageRoot(), "desk/parts/scan.ts"), output: { codeSplitting: false } },
    },
  });
  const chunks = [built].flat().flatMap((each) => ("output" in each ? each.output : []));
  const code = chunks.flatMap((each) => (each.type === "chunk" ? [each.code] : [])).join("\n");
  const server = createServer(({ url }, response) => {
    const isScript = url === "/scan.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.setHeader("content-security-policy", POLICY);
    response.end(isScript ? `${code}\n${SCRIPT}` : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}
