import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { circuitArtifacts } from "../../src/demo/stage.ts";
import { packageRoot } from "../../src/root.ts";
import { scratch, startDevnet } from "../cli/support.ts";
import { ended, type Child } from "../support/child.ts";
import { freePort, noPostgres, startPostgres } from "../support/postgres.ts";
import { blocks, shell, terminal, type Ran } from "../support/walking.ts";

const PROGRAMS = ["curl", "jq", "openssl"].filter((name) => spawnSync(name, ["--version"]).error !== undefined);
const missing = noPostgres ?? (PROGRAMS.length === 0 ? undefined : `${PROGRAMS.join(", ")} not installed`);
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const CLAIMS = 13;

// Verifies R-service-walk.
it.skipIf(missing !== undefined)(
  "the walk of the operators' document proves a batch from needle to needle on two machines, though one is killed",
  async () => {
    await circuitArtifacts({ onProgress: () => undefined, say: () => undefined });
    const folder = scratch();
    symlinkSync(join(packageRoot(), "fixtures"), join(folder, "fixtures"));
    // The artifacts are those of this version, made before: `setup` finds and compares them.
    for (const name of ["custody", "quality", "parameters-840", "temperature-1k"]) {
      cpSync(join(packageRoot(), "build/circuits", name), join(folder, "machine-1", name), { recursive: true });
    }
    const devnet = await startDevnet();
    const postgres = await startPostgres();
    const port = (await freePort()).toString();
    const here = (script: string): string =>
      script
        .replaceAll("http://127.0.0.1:8545", devnet.url)
        .replaceAll("postgres://batchproof@127.0.0.1:5433/postgres", postgres.url)
        .replaceAll("8440", port);
    const first = blocks("docs/manufacturers.md", "## Walk through it", "**4. A batch**").slice(2);
    const walk = blocks("docs/operators.md", "### Try it: needle to needle", "## Backup").map(here);
    const served = walk.findIndex((block) => block.startsWith("initdb"));
    const [serve = "", one = "", two = ""] = walk.slice(served + 1);
    const calls = walk.slice(served + 4);
    const passphrase = 'export BATCHPROOF_PASSPHRASE="only for this walk"\n';
    try {
      await walked(shell([...first.map(here), ...walk.slice(0, served)].join("\n"), folder));
      const service = terminal(serve, folder);
      await answering(`https://127.0.0.1:${port}/health`, join(folder, "plant/ca.pem"));
      const [machine, other] = [terminal(one, folder), terminal(two, folder)];
      const calling = walked(shell(passphrase + calls.join("\n"), folder));
      const jobs = join(folder, "plant/service/jobs");
      await Promise.race([calling, killedAtWork(machine, jobs)]);
      const { output } = await calling;
      const ends = await stopped([other, service]);
      expect(ends).toEqual([0, 0]);
      const made = jobsIn(jobs);
      expect(made.map(({ state, worker }) => [state, worker])).toContainEqual(["done", "token:machine-2"]);
      expect(made.filter(({ state }) => state === "done")).toHaveLength(CLAIMS);
      expect(new Set(made.map(({ claim }) => claim)).size).toBe(CLAIMS);
      // What the killed one was at was begun anew, by the other.
      expect(made.filter(({ attempts }) => attempts > 1)).toMatchObject([{ worker: "token:machine-2", attempts: 2 }]);
      expect(output).toContain("administration may begin: true");
      expect(output).toMatch(/│ Completed +│ proven +│ 13 of 13 /);
      expect((await walked(shell("batchproof call-log verify plant/service/calls", folder))).output).toContain(
        "follow one another",
      );
      expect(output).toMatch(/^\d+ batch\.released$/m);
      expect(output).toContain("WHOLE: every attested record");
    } finally {
      await devnet.stop();
    }
  },
  1_800_000,
);

/** Ends with the script, which must not have failed. */
async function walked(running: Promise<Ran>): Promise<Ran> {
  const ran = await running;
  expect(ran).toMatchObject({ code: 0 });
  return ran;
}

/** Waits until the service answers. */
async function answering(url: string, authority: string): Promise<void> {
  const health = (): number | null => spawnSync("curl", ["-sf", "--cacert", authority, url]).status;
  await vi.waitFor(() => expect(health()).toBe(0), { timeout: 120_000, interval: 500 });
}

interface JobFile {
  readonly claim: string;
  readonly state: string;
  readonly worker?: string;
  readonly attempts: number;
}

function jobsIn(folder: string): JobFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as JobFile);
}

/** Kills a machine as soon as it has a job. */
async function killedAtWork(machine: Child, jobs: string): Promise<void> {
  const isAtWork = (): boolean =>
    existsSync(jobs) && jobsIn(jobs).some(({ state, worker }) => state === "working" && worker === "token:machine-1");
  await vi.waitFor(() => expect(isAtWork()).toBe(true), { timeout: 1_200_000, interval: 50 });
  machine.kill("SIGKILL");
  await ended(machine);
}

/** Has processes end what they are at, one after the other. */
async function stopped(children: readonly Child[]): Promise<(number | null)[]> {
  const ends: (number | null)[] = [];
  for (const child of children) {
    child.kill("SIGTERM");
    ends.push(await ended(child));
  }
  return ends;
}
