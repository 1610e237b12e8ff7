import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "../src/formats/field.ts";
import { shippedProfile } from "../src/import/table/shipped.ts";

/**
 * Seconds and peak memory of looking at tables of a million rows and of importing them: `npm run bench:import`, written to
 * bench/results/import.json. Each command is a process of its own, as users start it. No circuit holds a million readings: an
 * import reads all of them and cuts them to a stage of 81 hours, whose 9,720 readings are coded; `--dry-run` leaves out signing and writing.
 */

const ROWS = 1_000_000;
/** Seconds between rows. */
const STEP = 30;
const RUNS = 3;
/** Of each command. */
const MOST_SECONDS = 10;
const MOST_MEGABYTES = 500;

const ROOT = join(import.meta.dirname, "..");
const RESULTS = join(import.meta.dirname, "results/import.json");
const DEVICE = "Vaisala|RFL100|S1234567";
const START = Date.UTC(2026, 0, 1);

const folder = mkdtempSync(join(tmpdir(), "batchproof-import-"));
const path = (name: string): string => join(folder, name);
const env = { PATH: process.env["PATH"], BATCHPROOF_PASSPHRASE: "a passphrase for a bench" };

/** Runs in each process: what it used, threads included, is known when it ends. */
const REPORTER = `if (require("node:worker_threads").isMainThread) process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require("node:fs").writeSync(3, JSON.stringify([(userCPUTime + systemCPUTime) / 1e6, maxRSS / 1024]));
});`;

interface Figures {
  readonly seconds: number;
  /** More than `seconds` where threads collect garbage beside the work; less where other programs had the cores. */
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

try {
  prepare();
  const signed = ["--into", path("batch"), "--claim", "cold-storage/temperature", "--source", path("source.json")];
  const imported = (file: string, ...more: readonly string[]): string[] => [
    ...["import", "table", path(file), ...more, "--device", DEVICE, ...signed, "--dry-run"],
  ];
  const commands = {
    "inspect, long": ["inspect", path("long.csv")],
    "import, long": imported("long.csv", "--profile", "long", "--tag", "T1"),
    "import, wide": imported("wide.csv", "--profile", "wide", "--tag", "Fridge 1 (°C)"),
  };
  const load = Number((loadavg()[0] ?? 0).toFixed(2));
  const rows = Object.entries(commands).map(([name, args]) => [name, measured(args)] as const);
  const result = {
    ...{ rows: ROWS, runs: RUNS, node: process.version, cpu: cpus()[0]?.model ?? "unknown", loadBefore: load },
    files: Object.fromEntries(["long.csv", "wide.csv"].map((name) => [name, megabytesOf(name)])),
    ...Object.fromEntries(rows),
  };
  console.log(result);
  writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
  for (const [name, { cpuSeconds: seconds, megabytes }] of rows) {
    // By the processor's time: what other programs do on the machine is no fault of ours.
    if (seconds > MOST_SECONDS || megabytes > MOST_MEGABYTES) {
      throw new Error(
        `${name} takes ${seconds} s and ${megabytes} MB, at most ${MOST_SECONDS} s and ${MOST_MEGABYTES} MB`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** A batch folder whose stage lies in the middle of two tables of a million rows. */
function prepare(): void {
  writeFileSync(path("reporter.cjs"), REPORTER);
  const policy = JSON.parse(readFileSync(join(ROOT, "fixtures/policies/fridge-2-8.json"), "utf8")) as {
    claims: { circuits: string[] }[];
    profiles?: object[];
  };
  for (const claim of policy.claims) claim.circuits = ["temperature-9k"];
  policy.profiles = ["long", "wide"].map((name) => ({ name, hash: toHex(shippedProfile(name).hash) }));
  writeFileSync(path("policy.json"), JSON.stringify(policy));
  run("policy", "salt", path("policy.json"));
  const validity = ["--from", "2022-01-01T00:00:00Z", "--to", "2090-01-01T00:00:00Z"];
  for (const role of ["custodian", "source"]) {
    run("key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`));
    run("party", "add", path("parties.json"), "--key", path(`${role}.json`), ...validity);
  }
  run("party", "add", path("parties.json"), "--device", DEVICE, "--org", "Site A", "--name", "logger", ...validity);
  const identity = ["--policy", path("policy.json"), "--lot", "L1", "--coi", "C1", "--order", "O1"];
  const parties = ["--custodian", path("custodian.json"), "--device", DEVICE, "--parties", path("parties.json")];
  run("init", path("batch"), ...identity, ...parties);
  const middle = ROWS / 2;
  run("stage", path("batch"), "cold-storage", "--start", timeOf(middle), "--end", timeOf(middle + (81 * 3600) / STEP));
  table("long.csv", "timestamp,tag,value,quality,unit", (time, value) => `${time},T1,${value},Good,°C`);
  table("wide.csv", "timestamp,Fridge 1 (°C),Room (%)", (time, value) => `${time},${value},45.1`);
}

function timeOf(row: number): string {
  return new Date(START + row * STEP * 1000).toISOString().replace(".000", "");
}

/** A table of a million rows, all of a fridge between 4.0 and 5.9 °C. */
function table(name: string, header: string, lineOf: (time: string, value: string) => string): void {
  const file = openSync(path(name), "w");
  writeSync(file, `${header}\n`);
  for (let from = 0; from < ROWS; from += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, i) => lineOf(timeOf(from + i), (4 + (i % 20) / 10).toFixed(1)));
    writeSync(file, `${lines.join("\n")}\n`);
  }
  closeSync(file);
}

function megabytesOf(name: string): number {
  return Math.round(statSync(path(name)).size / 2 ** 20);
}

function run(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "cli/main.ts"), ...args], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`batchproof ${args.join(" ")}: ${stderr}`);
}

/** The median of each figure over all runs. */
function measured(args: readonly string[]): Figures {
  const runs = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    const { status, output, stderr } = spawnSync(
      process.execPath,
      ["--require", path("reporter.cjs"), join(ROOT, "cli/main.ts"), ...args],
      { env, encoding: "utf8", stdio: ["ignore", "ignore", "pipe", "pipe"] },
    );
    if (status !== 0) throw new Error(`batchproof ${args.join(" ")}: ${stderr}`);
    const [cpuSeconds = 0, megabytes = 0] = JSON.parse(output[3] ?? "") as number[];
    return { seconds: (performance.now() - start) / 1000, cpuSeconds, megabytes };
  });
  const median = (figure: keyof Figures): number =>
    runs.map((each) => each[figure]).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
  const tenths = (figure: keyof Figures): number => Number(median(figure).toFixed(1));
  return {
    seconds: tenths("seconds"),
    cpuSeconds: tenths("cpuSeconds"),
    megabytes: Math.round(median("megabytes")),
  };
}
