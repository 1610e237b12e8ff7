import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { batchproof, batchproofJson, refusedWith } from "./support.ts";

/** Uses the artifacts of temperature-2k, which are made on first need. */

it("sets up what the lock file pins, and names the key's kind", async () => {
  const lock = JSON.parse(readFileSync("artifacts.lock.json", "utf8")) as {
    circuits: Record<string, { vkeyHash: string }>;
  };
  const circuits = Object.entries(lock.circuits).map(([name, { vkeyHash }]) => ({ name, circuitId: vkeyHash }));
  expect(await batchproofJson(["setup"])).toMatchObject({ code: 0, json: { lock: "equal", circuits } });
  const shown = await batchproof(["setup", "--circuit", "temperature-2k"]);
  expect(shown.stdout).toContain("DEVELOPMENT KEY: insecure by design");
});

it("refuses a circuit that there is not", async () => {
  expect(await refusedWith(["setup", "--circuit", "temperature-9k"])).toMatchObject({
    exit: 2,
    code: "circuit",
    place: "--circuit",
    remedy: "Circuits: temperature-2k.",
  });
});

it("looks at a register through a node only", async () => {
  expect(await refusedWith(["doctor", "--registry", `0x${"11".repeat(20)}`])).toMatchObject({ exit: 2, code: "usage" });
});
