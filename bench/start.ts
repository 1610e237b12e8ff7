import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What commands take: CPU time, wall time and memory, and the CPU time against that of a Node.js that does nothing. Commands
 * run as they are installed, from `dist/` of this project or of the folder that is named: run `npm run build` there first.
 * `audit` reads a simulated register of ten batches.
 */

const ROOT = process.argv[2] ?? join(import.meta.dirname, "..");
const RESULTS = join(import.meta.dirname, "results/start.json");
const MAIN = join(ROOT, "dist/cli/main.js");
const RUNS = 15;
const BATCHES = 10;

/** The limits that this bench fails at, as multiples of a Node.js that does nothing. */
const LIMIT: Readonly<Record<string, number>> = { "--help": 8, "policy lint": 15 };

const folder = mkdtempSync(join(tmpdir(), "batchproof-start-"));
const path = (name: string): string => join(folder, name);
const env = { PATH: process.env["PATH"], BATCHPROOF_PASSPHRASE: "a passphrase for a bench" };

/** Runs in each process: what it used, threads included, is known when it ends. */
const REPORTER = `if (require("node:worker_threads").isMainThread) process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require("node:fs").writeSync(3, JSON.stringify([(userCPUTime + systemCPUTime) / 1000, maxRSS / 1024]));
});`;

interface Figures {
  readonly cpuMilliseconds: number;
  readonly wallMilliseconds: number;
  readonly megabytes: number;
}

const node = spawn(process.execPath, [join(import.meta.dirname, "registerNode.ts"), String(BATCHES)], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  prepare();
  const idle = measured(["-e", "0"]);
  const [line] = (await once(node.stdout, "data")) as [Buffer];
  const { url, registry } = JSON.parse(line.toString()) as { url: string; registry: string };
  const commands = {
    "--help": ["--help"],
    "--version": ["--version"],
    "policy lint": ["policy", "lint", path("policy.json")],
    check: ["check", path("batch")],
    verify: ["verify", path("batch/proofs/cold-storage--temperature.json")],
    audit: ["audit", "--rpc", url, "--registry", registry],
  };
  const rows = Object.entries(commands).map(([name, args]) => {
    const figures = measured([MAIN, ...args]);
    return [
      name,
      { ...figures, timesIdle: Number((figures.cpuMilliseconds / idle.cpuMilliseconds).toFixed(1)) },
    ] as const;
  });
  const result = { runs: RUNS, node: process.version, "node -e 0": idle, ...Object.fromEntries(rows) };
  console.log(result);
  writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
  for (const [name, { timesIdle }] of rows) {
    const limit = LIMIT[name] ?? Infinity;
    if (timesIdle > limit)
      throw new Error(`${name} takes ${timesIdle} times a Node.js that does nothing, at most ${limit}`);
  }
} finally {
  node.kill();
  rmSync(folder, { recursive: true });
}

/** A batch folder with an hour of readings of a fridge. */
function prepare(): void {
  writeFileSync(path("reporter.cjs"), REPORTER);
  copyFileSync(join(ROOT, "fixtures/policies/fridge-2-8.json"), path("policy.json"));
  run("policy", "salt", path("policy.json"));
  const validity = ["--from", "2022-01-01T00:00:00Z", "--to", "2090-01-01T00:00:00Z"];
  for (const role of ["custodian", "source"]) {
    run("key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`));
    run("party", "add", path("parties.json"), "--key", path(`${role}.json`), ...validity);
  }
  const device = "Vaisala|RFL100|S1234567";
  run("party", "add", path("parties.json"), "--device", device, "--org", "Site A", "--name", "logger", ...validity);
  const identity = ["--policy", path("policy.json"), "--lot", "L1", "--coi", "C1", "--order", "O1"];
  const parties = ["--custodian", path("custodian.json"), "--device", device, "--parties", path("parties.json")];
  run("init", path("batch"), ...identity, ...parties);
  run("stage", path("batch"), "cold-storage", "--start", "2022-05-05T12:00:00Z", "--end", "2022-05-05T13:00:00Z");
  const time = (i: number): string => new Date(Date.UTC(2022, 4, 5, 12, 5 * i)).toISOString().replace(".000", "");
  const rows = Array.from({ length: 13 }, (_, i) => `${time(i)},T1,5.0,Good,°C`);
  writeFileSync(path("raw.csv"), ["timestamp,tag,value,quality,unit", ...rows, ""].join("\n"));
  const claim = ["--claim", "cold-storage/temperature", "--source", path("source.json")];
  run("import", "csv", path("raw.csv"), "--device", device, "--into", path("batch"), ...claim);
  const destination = [
    "--submitter",
    `0x${"5".repeat(40)}`,
    "--registry",
    `0x${"6".repeat(40)}`,
    "--chain-id",
    "31337",
  ];
  run("prove", path("batch"), ...destination);
}

function run(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`batchproof ${args.join(" ")}: ${stderr}`);
}

/** The median of each figure over all runs. */
function measured(args: readonly string[]): Figures {
  const runs = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    const { output, stderr } = spawnSync(process.execPath, ["--require", path("reporter.cjs"), ...args], {
      env,
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    if (stderr !== "") throw new Error(stderr);
    const [cpu, memory] = JSON.parse(output[3] ?? "") as [number, number];
    return { cpu, memory, wall: performance.now() - start };
  });
  const median = (figure: "cpu" | "memory" | "wall"): number =>
    Math.round(runs.map((each) => each[figure]).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0);
  return { cpuMilliseconds: median("cpu"), wallMilliseconds: median("wall"), megabytes: median("memory") };
}
