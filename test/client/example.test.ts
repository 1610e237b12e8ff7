import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../../src/root.ts";
import { scratch } from "../cli/support.ts";
import { wholeService, type Whole } from "../service/whole.ts";

let whole: Whole;
beforeAll(async () => {
  whole = await wholeService(scratch());
});
afterAll(() => whole.close());

it("runs the example of docs/api.md against a service", async () => {
  const root = packageRoot();
  const [, example = ""] =
    /```js\n([^`]*batchproof\/client.*?)```/s.exec(readFileSync(join(root, "docs/api.md"), "utf8")) ?? [];
  const url = await whole.app.listen({ port: 0, host: "127.0.0.1" });
  const code = example
    .replace("batchproof/client", pathToFileURL(join(root, "src/client/index.ts")).href)
    .replace("SERVICE", JSON.stringify(url))
    .replace("TOKEN", '"token"');
  const file = join(scratch(), "example.mjs");
  writeFileSync(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  const sha256 = createHash("sha256").update("not a logger's file").digest("hex");
  // The folder does not know who opened its batch: no account is named for the proofs.
  expect(stdout).toMatch(new RegExp(`^${sha256}\\n4[0-9]{2} [a-z-]+ `));
});
