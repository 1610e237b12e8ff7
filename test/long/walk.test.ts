import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../src/root.ts";
import { scratch, startDevnet } from "../cli/support.ts";
import { blocks, shell } from "../support/walking.ts";

/** The walk-throughs of the documents, each line of them as it is printed, by a shell. */

/** Commands of ours that a script types. */
function typed(script: string): string[] {
  return script.split("\n").filter((line) => line.startsWith("batchproof "));
}

// Verifies R-cli-walk.
it("the walks of the documents lead to a released batch, a filed packet, an open gate and a recorded administration", async () => {
  const { url, stop } = await startDevnet();
  try {
    const folder = scratch();
    symlinkSync(join(packageRoot(), "fixtures"), join(folder, "fixtures"));
    const [install, devnet, ...walk] = blocks("docs/manufacturers.md", "## Walk through it", "## What the demo plays");
    expect([install, devnet]).toEqual([expect.stringContaining("npm run"), "batchproof devnet\n"]);
    const script = walk.join("\n").replaceAll("http://127.0.0.1:8545", url);
    const [before = "", after = ""] = script.split("batchproof deploy");
    // Circuits by name are not of the walk: they are what other policies need.
    expect(typed(after).filter((line) => !/circuit \w+ temperature-4k/.test(line)).length).toBeLessThanOrEqual(18);
    expect(typed(before).length).toBeGreaterThan(0);
    expect(typed(script).join("\n")).not.toMatch(/0x/);
    const walked = await shell(script, folder);
    expect(walked).toMatchObject({ code: 0 });
    expect(walked.output).toContain("Certified in the register.");
    const inspection = blocks("docs/regulators.md", "## Try it on a register");
    const inspected = await shell(
      `export BATCHPROOF_PASSPHRASE="only for this walk"\n${inspection.join("\n")}`,
      folder,
    );
    expect(inspected).toMatchObject({ code: 0 });
    expect(inspected.output).toContain("3 added: each belongs to the register");
    const loggers = blocks("docs/manufacturers.md", "### From a HOBO", "### A historian's readings");
    const read = await shell(`export BATCHPROOF_PASSPHRASE="only for this walk"\n${loggers.join("\n")}`, folder);
    expect(read).toMatchObject({ code: 0 });
    const exchange = blocks("docs/several-parties.md", "## A hand-over, step by step", "## What else happens");
    const exchanged = await shell(`export BATCHPROOF_PASSPHRASE="only for this walk"\n${exchange.join("\n")}`, folder);
    expect(exchanged).toMatchObject({ code: 0 });
    expect(exchanged.output).toContain("Stage activation may begin.");
    expect(exchanged.output.match(/^GREEN: wristband, bag and batch are one/gm)).toHaveLength(2);
    expect(exchanged.output).toMatch(/^performed by A\. Nurse, .*\nverified by B\. Physician, /m);
    expect(exchanged.output).toContain(
      "administration, last: 2022-06-15T14:00:00Z to 2022-06-15T15:50:00Z, conforming, signed",
    );
  } finally {
    await stop();
  }
});
