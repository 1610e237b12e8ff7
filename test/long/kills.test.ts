import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBatch } from "../../src/batch/folder.ts";
import { ENVELOPE_FILE, snarkjsProof } from "../../src/prover/envelope.ts";
import { cliJson, inThisProcess, Scene } from "../cli/scene.ts";
import { MAIN, PASSPHRASE } from "../cli/support.ts";

/**
 * The kill table: every command that writes, killed at every call by which it changes a disk, a lock or a register, or asks
 * a node (`test/support/killed.ts` names the calls), and then repeated.
 */

const KILLED = join(import.meta.dirname, "../support/killed.ts");
/** A command with more places to be killed at is killed at this many of them, always the same ones. */
const MOST_PLACES = 40;
/** Calls of which half is a state of its own. */
const HAVE_HALVES = new Set(["write", "writeFile", "appendFile", "rpc"]);

const RAW = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
const CLAIM = "cold-storage/temperature";
const YEAR = ["--from", "2022-01-01T00:00:00Z", "--to", "2022-12-31T00:00:00Z"] as const;

type Json = Readonly<Record<string, unknown>>;

/** A command, in a folder where everything before it was done. */
interface Step {
  readonly words: string;
  readonly args: (home: string) => string[];
  /** Of each file in which the command draws something, by its name: what is the same at every run. */
  readonly drawn?: Readonly<Record<string, (json: Json) => unknown>>;
  /** A further variable for the watched process. */
  readonly env?: (home: string) => Readonly<Record<string, string>>;
  /** What the answer holds when the command is given once more after its end. */
  readonly done?: Json;
  /** What else happens before the next step. */
  readonly then?: (home: string) => Promise<unknown>;
}

interface Place {
  readonly at: number;
  readonly call: string;
  readonly half: boolean;
}

interface Watched {
  readonly calls: readonly string[];
  readonly code: number | null;
  readonly signal: string | null;
}

/** Runs a command in a process of its own that notes its calls, and is killed if a place is given. */
async function watched({ args, env }: Step, home: string, place?: Place): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), "batchproof-calls-"));
  const log = join(folder, "calls");
  const kill = place === undefined ? {} : { KILL_AT: String(place.at), ...(place.half ? { KILL_HALF: "1" } : {}) };
  const child = spawn(process.execPath, ["--import", KILLED, MAIN, ...args(home)], {
    stdio: "ignore",
    env: { PATH: process.env["PATH"], BATCHPROOF_PASSPHRASE: PASSPHRASE, KILL_CALLS: log, ...kill, ...env?.(home) },
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once("exit", (...how) => resolve(how)),
  );
  const calls = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  rmSync(folder, { recursive: true });
  return { calls, code, signal };
}

/** Before each call, and half-way where half of it is a state of its own. */
function placesOf(words: string, calls: readonly string[]): Place[] {
  const places = calls.flatMap((call, at) => [
    { at, call, half: false },
    ...(HAVE_HALVES.has(call) ? [{ at, call, half: true }] : []),
  ]);
  const rank = ({ at, half }: Place): string => createHash("sha256").update([words, at, half].join()).digest("hex");
  return places.sort((a, b) => rank(a).localeCompare(rank(b))).slice(0, MOST_PLACES);
}

function copyOf(home: string): string {
  const copy = mkdtempSync(join(tmpdir(), "batchproof-killed-"));
  cpSync(home, copy, { recursive: true });
  return copy;
}

/** Every file by its path, drafts too. Locks are empty, and stay; what SQLite writes beside one, it removes itself. */
function filesOf(home: string): Map<string, string> {
  const paths = readdirSync(home, { recursive: true, encoding: "utf8" }).filter(
    (path) => !/\.lock(-journal)?$/.test(path) && statSync(join(home, path)).isFile(),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(home, path), "latin1")]));
}

function isInDraft(path: string): boolean {
  return path.split("/").some((part) => part.endsWith(".draft"));
}

/** What the files say, without drafts and without what is another thing at every run. */
function meaningOf(files: ReadonlyMap<string, string>, { drawn = {} }: Step): Map<string, string> {
  const told = [...files].filter(([path]) => !isInDraft(path));
  return new Map(
    told.map(([path, text]) => {
      if (path.endsWith(".journal")) return [path, JSON.stringify(entriesOf(text))];
      const same = drawn[basename(path)];
      return [path, same === undefined ? text : JSON.stringify(same(JSON.parse(text) as Json))];
    }),
  );
}

/** The entries of a journal without the time at which they were made; half a line at its end is none. */
function entriesOf(text: string): Json[] {
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => ({ ...(JSON.parse(line) as Json), at: undefined }));
}

/** Repeats a killed command. Half a line of a journal is dropped first, as its refusal says: then the answer is true. */
async function repeat(step: Step, home: string): Promise<boolean> {
  if (step.env !== undefined) {
    expect(await watched(step, home)).toMatchObject({ code: 0 });
    return false;
  }
  const again = await inThisProcess([...step.args(home), "--json"]);
  if (again.code === 0) return false;
  const { error } = JSON.parse(again.stdout) as { error: Json };
  expect(error).toMatchObject({ code: "journal", remedy: expect.stringContaining("journal repair") as unknown });
  await cliJson(["journal", "repair", join(home, "source.json.journal")]);
  await cliJson(step.args(home));
  return true;
}

/** What a killed command left is the old or the new, file by file, and can be read. */
async function expectOldOrNew(
  killed: string,
  step: Step,
  old: Map<string, string>,
  end: Map<string, string>,
): Promise<void> {
  const left = meaningOf(filesOf(killed), step);
  for (const path of old.keys()) expect(left.has(path), path).toBe(true);
  for (const [path, text] of left) {
    // A journal is there before its first entry.
    const states = [old.get(path), end.get(path), ...(path.endsWith(".journal") ? ["[]"] : [])];
    expect(states.includes(text), path).toBe(true);
  }
  // Reading removes drafts, which is left to the command.
  const copy = copyOf(killed);
  for (const path of left.keys()) if (basename(path) === "batch.json") await readBatch(join(copy, dirname(path)));
  rmSync(copy, { recursive: true });
}

/**
 * Kills a step at each of its places, in a copy of `home` each time. `reset` puts back what is in no folder, the chain.
 */
async function killEverywhere(step: Step, home: string, reset: () => Promise<unknown>): Promise<void> {
  const whole = copyOf(home);
  const { calls, code } = await watched(step, whole);
  expect({ code, writes: calls.length > 2 }).toEqual({ code: 0, writes: true });
  const [old, end] = [meaningOf(filesOf(home), step), meaningOf(filesOf(whole), step)];
  for (const place of placesOf(step.words, calls)) {
    const said = `${step.words}, call ${place.at} (${place.call}${place.half ? ", half-way" : ""})`;
    await reset();
    const killed = copyOf(home);
    const { signal } = await watched(step, killed, place);
    // A node that answers faster is asked less often: then there is no such call, and the command ends.
    if (place.call !== "rpc") expect(signal, said).toBe("SIGKILL");
    const left = filesOf(killed);
    await expectOldOrNew(killed, step, old, end);
    expect(await repeat(step, killed), said).toBe(place.call === "appendFile" && place.half);
    const repeated = filesOf(killed);
    expect(meaningOf(repeated, step), said).toEqual(end);
    expect([...repeated.keys()].filter(isInDraft), said).toEqual([]);
    expect(
      readdirSync(killed, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".lock-journal")),
      said,
    ).toEqual([]);
    // What was drawn and has its name is kept: with other salts nothing would open.
    for (const [path, text] of left) {
      if (basename(path) in (step.drawn ?? {}) && !isInDraft(path)) expect(repeated.get(path), said).toBe(text);
    }
    if (step.done !== undefined) expect(await cliJson(step.args(killed)), said).toMatchObject(step.done);
    rmSync(killed, { recursive: true });
  }
  rmSync(whole, { recursive: true });
  await reset();
}

/** Kills each step of a story, then does it and goes on. */
function play(
  steps: readonly Step[],
  home: () => string,
  reset: () => Promise<unknown> = () => Promise.resolve(),
): void {
  for (const step of steps) {
    it(step.words, async () => {
      await killEverywhere(step, home(), reset);
      await cliJson(step.args(home()));
      await step.then?.(home());
    });
  }
}

/** Of a key file: who holds it. */
const KEY = ({ name, role, org }: Json): unknown => ({ name, role, org });
/** Of a folder's secrets: what there is a secret of. */
const SECRETS = ({ batch, recordSecrets, ruleSalts }: Json): unknown => ({
  batch,
  ruleSalts,
  claims: Object.keys(recordSecrets as Json),
});
/** Of a new folder: all but the opening, which commits to a salt. */
const UNOPENED = (file: Json): unknown => ({
  ...file,
  commitments: { ...(file["commitments"] as Json), opening: undefined },
});

async function salted(home: string, policy: string): Promise<void> {
  writeFileSync(join(home, "policy.json"), policy);
  await cliJson(["policy", "salt", join(home, "policy.json")]);
}

function keyArgs(home: string, name: string, role: string, org = "site A"): string[] {
  return ["key", "new", "--role", role, "--name", name, "--org", org, "--out", join(home, `${name}.json`)];
}

function partyArgs(home: string, name: string): string[] {
  return ["party", "add", join(home, "parties.json"), "--key", join(home, `${name}.json`), ...YEAR];
}

// Verifies R-files-kill, R-files-drafts, R-cli-already, F6, F15.
describe("killed at every call and repeated: the way of a batch", () => {
  let scene: Scene;
  let snapshot: string;
  const at = (): readonly string[] => [...scene.on, ...scene.by("manufacturer")];

  async function rpc(method: string, ...params: readonly unknown[]): Promise<string> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const response = await fetch(scene.on[1] ?? "", { method: "POST", headers, body });
    return ((await response.json()) as { result: string }).result;
  }
  /** Each goes back to the last one; a snapshot serves once. */
  async function reset(): Promise<void> {
    await rpc("evm_revert", snapshot);
    snapshot = await rpc("evm_snapshot");
  }
  async function proceed(): Promise<void> {
    snapshot = await rpc("evm_snapshot");
  }

  beforeAll(async () => {
    scene = await Scene.set(["temperature-1k"]);
    const home = scene.home;
    await salted(home, readFileSync("fixtures/policies/fridge-2-8.json", "utf8"));
    await cliJson(keyArgs(home, "source", "source"));
    await cliJson(partyArgs(home, "source"));
    const device = ["--device", DEVICE, "--org", "site A", "--name", "logger"];
    await cliJson(["party", "add", join(home, "parties.json"), ...device, ...YEAR]);
    await proceed();
  });
  afterAll(() => scene.close());

  const STEPS: readonly Step[] = [
    {
      words: "key new",
      args: (home) => keyArgs(home, "custodian", "custodian"),
      drawn: { "custodian.json": KEY },
    },
    {
      words: "party add",
      args: (home) => partyArgs(home, "custodian"),
      done: { already: true },
      then: async (home) => {
        await scene.publish(join(home, "policy.json"), join(home, "parties.json"));
        await proceed();
      },
    },
    {
      words: "init",
      args: (home) => [
        ...["init", join(home, "batch"), "--policy", join(home, "policy.json"), "--lot", "L1", "--coi", "C1"],
        ...["--order", "O1", "--custodian", join(home, "custodian.json"), "--device", DEVICE],
        ...["--parties", join(home, "parties.json")],
      ],
      drawn: { "secrets.json": SECRETS, "batch.json": UNOPENED },
      done: { already: true },
      then: async (home) => {
        await cliJson(["open", join(home, "batch"), "--qp", scene.account("qp"), ...at()]);
        await proceed();
      },
    },
    {
      words: "stage",
      args: (home) => [
        ...["stage", join(home, "batch"), "cold-storage"],
        ...["--start", "2022-05-05T16:26:00Z", "--end", "2022-05-08T16:26:00Z"],
      ],
    },
    {
      words: "import",
      args: (home) => [
        ...["import", "fridgetag", RAW, "--into", join(home, "batch"), "--claim", CLAIM],
        ...["--source", join(home, "source.json"), "--offset", "+00:00"],
      ],
      drawn: { "source.json.journal.head": ({ lines }) => lines },
      then: async (home) => {
        // A proof takes seconds and is drawn anew each time: one is made, and given to every process that proves.
        const copy = copyOf(home);
        await cliJson(["prove", join(copy, "batch"), ...scene.destination]);
        const envelope = await ENVELOPE_FILE.read(join(copy, "batch/proofs/cold-storage--temperature.json"));
        const raw = { proof: snarkjsProof(envelope), publicSignals: envelope.signals };
        writeFileSync(join(home, "raw-proof.json"), JSON.stringify(raw));
        rmSync(copy, { recursive: true });
      },
    },
    {
      words: "prove",
      args: (home) => ["prove", join(home, "batch"), ...scene.destination],
      env: (home) => ({ KILL_PROOF: join(home, "raw-proof.json") }),
      then: (home) => cliJson(auditArgs(home)),
    },
    {
      words: "attest",
      args: (home) => ["attest", join(home, "batch"), ...at()],
      done: { claims: [], already: [CLAIM] },
      then: proceed,
    },
    { words: "audit --state", args: (home) => auditArgs(home) },
  ];

  function auditArgs(home: string): string[] {
    return ["audit", ...scene.on, "--state", join(home, "audit.state")];
  }

  play(STEPS, () => scene.home, reset);
});

// Verifies R-files-kill, R-files-drafts, R-cli-already, F6, F15.
describe("killed at every call and repeated: a hand-off between two parties", () => {
  const home = mkdtempSync(join(tmpdir(), "batchproof-handoffs-"));

  beforeAll(async () => {
    const { policy } = await cliJson<{ policy: Json }>(["policy", "new", "--kind", "custody"]);
    await salted(home, JSON.stringify(policy));
    for (const name of ["maker", "courier"]) {
      await cliJson(keyArgs(home, name, "custodian", name));
      await cliJson(partyArgs(home, name));
    }
    const identity = ["--coi", "C1", "--order", "O1", "--custodian", join(home, "maker.json")];
    await cliJson(["init", join(home, "here"), ...common(home), ...identity]);
    const times = ["--start", "2022-05-01T00:00:00Z", "--end", "2022-05-05T00:00:00Z"];
    await cliJson(["stage", join(home, "here"), "manufacture", ...times]);
    const next = ["--start", "2022-05-05T01:00:00Z", "--custodian", "courier"];
    await cliJson(["stage", join(home, "here"), "transport", ...next]);
  });
  afterAll(() => rmSync(home, { recursive: true }));

  function common(folder: string): string[] {
    const parties = ["--parties", join(folder, "parties.json")];
    return ["--policy", join(folder, "policy.json"), "--lot", "L1", ...parties];
  }
  function signArgs(folder: string, side: string, key: string): string[] {
    return [
      "handoff",
      "sign",
      folder,
      "--stage",
      "manufacture",
      "--as",
      side,
      "--key",
      join(dirname(folder), `${key}.json`),
    ];
  }
  function exportArgs(folder: string, file: string): string[] {
    return ["handoff", "export", folder, "--stage", "manufacture", "--out", join(dirname(folder), file)];
  }

  const STEPS: readonly Step[] = [
    { words: "handoff sign, the releaser", args: (folder) => signArgs(join(folder, "here"), "releaser", "maker") },
    {
      words: "handoff export",
      args: (folder) => exportArgs(join(folder, "here"), "released.json"),
      done: { already: true },
    },
    {
      words: "init --handoff",
      args: (folder) => ["init", join(folder, "there"), "--handoff", join(folder, "released.json"), ...common(folder)],
      drawn: { "secrets.json": SECRETS },
      done: { already: true },
    },
    {
      words: "handoff sign, the receiver",
      args: (folder) => signArgs(join(folder, "there"), "receiver", "courier"),
      then: (folder) => cliJson(exportArgs(join(folder, "there"), "signed.json")),
    },
    {
      words: "handoff import",
      args: (folder) => ["handoff", "import", join(folder, "here"), join(folder, "signed.json")],
    },
  ];

  play(STEPS, () => home);
});
