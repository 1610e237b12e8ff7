import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readBatch } from "../../src/batch/folder.ts";
import { batchKey } from "../../src/formats/context.ts";
import { signLabel } from "../../src/formats/label.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { cli, cliJson, inThisProcess, Scene } from "./scene.ts";
import { MAIN, PASSPHRASE, refusedWith, VALID, type Run } from "./support.ts";

const PASSPHRASES = { BATCHPROOF_PASSPHRASE: PASSPHRASE };

/** A bag at the bedside, as the ward types it: on a chain, with real proofs, and without a network. */

const KILLED = join(import.meta.dirname, "../support/killed.ts");
const COI = "COI-PATIENT-0815";
const CODE = "(01)04012345123456(21)BAG-1";
/** Stages long ago: a record never lies in the future. */
const TIMES = [
  ...["--thawed", "2022-06-15T15:00:00Z", "--infusion-start", "2022-06-15T15:20:00Z"],
  ...["--infusion-end", "2022-06-15T15:50:00Z"],
];

let scene: Scene;
let label: string;
let snapshot: string;
const path = (name: string): string => scene.path(name);
const ward = (): string => path("ward");

async function rpcJson(method: string, ...params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const response = await fetch(scene.on[1] ?? "", { method: "POST", headers, body });
  return ((await response.json()) as { result: unknown }).result;
}

const snapshotNow = async (): Promise<string> => String(await rpcJson("evm_snapshot"));

const asOwner = (): string[] => [...scene.on, ...scene.by("manufacturer")];
const asQp = (): string[] => [...scene.on, ...scene.by("qp"), ...owner()];
const owner = (): string[] => ["--owner", scene.account("manufacturer")];
const destination = (): string[] => ["--registry", scene.registry, "--chain-id", "31337", ...owner()];

async function handOver(stage: string, from: string, releaser: string, to: string, receiver: string): Promise<void> {
  const file = (name: string): string => path(`${stage}-${name}.json`);
  const sign = (dir: string, side: string, key: string): Promise<unknown> =>
    cliJson(["handoff", "sign", dir, "--stage", stage, "--as", side, "--key", path(`${key}.json`)]);
  const send = (dir: string, name: string): Promise<unknown> =>
    cliJson(["handoff", "export", dir, "--stage", stage, "--out", file(name)]);
  await sign(from, "releaser", releaser);
  await send(from, "released");
  await cliJson(["handoff", "import", to, file("released")]);
  await sign(to, "receiver", receiver);
  await send(to, "received");
  await cliJson(["handoff", "import", from, file("received")]);
}

/** Proves a stage in one folder and attests it as the owner. */
async function prove(dir: string, stage: string, ...more: string[]): Promise<void> {
  await cliJson(["prove", dir, "--stage", stage, ...more, ...scene.destination, ...owner(), ...scene.on.slice(0, 2)]);
  await cliJson(["attest", path("maker"), "--proof", join(dir, `proofs/${stage}--custody.json`), ...asOwner()]);
}

beforeAll(async () => {
  scene = await Scene.set(["custody"]);
  cpSync("fixtures/policies/bedside.json", path("policy.json"));
  await cliJson(["policy", "salt", path("policy.json")]);
  const keys = [
    ["hospital", "custodian", "Hospital"],
    ["site", "custodian", "Site"],
    ["nurse", "source", "Hospital"],
    ["physician", "source", "Hospital"],
  ] as const;
  for (const [name, role, org] of keys) {
    await cliJson(["key", "new", "--role", role, "--name", name, "--org", org, "--out", path(`${name}.json`)]);
  }
  for (const name of ["hospital", "site"]) {
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${name}.json`), ...VALID]);
  }
  await scene.publish(path("policy.json"), path("parties.json"));
  const common = ["--policy", path("policy.json"), "--lot", "LOT-1", "--parties", path("parties.json")];
  const identity = ["--coi", COI, "--order", "ORDER-4711", "--custodian", path("hospital.json")];
  await cliJson(["init", ward(), ...common, ...identity]);
  await cliJson(["handoff", "export", ward(), "--out", path("batch.json")]);
  await cliJson(["init", path("maker"), ...common, "--handoff", path("batch.json")]);
  await cliJson(["open", path("maker"), "--qp", scene.account("qp"), ...asOwner()]);
  const stage = (dir: string, ...words: string[]): Promise<unknown> => cliJson(["stage", dir, ...words]);
  await stage(ward(), "collection", "--start", "2022-06-01T08:00:00Z", "--end", "2022-06-01T12:00:00Z");
  await stage(ward(), "manufacture", "--start", "2022-06-01T13:00:00Z", "--custodian", "site");
  await handOver("collection", ward(), "hospital", path("maker"), "site");
  await prove(ward(), "collection", "--key", path("hospital.json"));
  await stage(path("maker"), "manufacture", "--end", "2022-06-15T12:00:00Z");
  await stage(path("maker"), "administration", "--start", "2022-06-15T14:00:00Z", "--custodian", "hospital");
  await handOver("manufacture", path("maker"), "site", ward(), "hospital");
  await prove(path("maker"), "manufacture");
  const { commitments } = await readBatch(ward());
  const batch = batchKey(scene.account("manufacturer"), commitments.batch);
  label = signLabel(
    { chainId: 31337n, registry: scene.registry, batch, carrier: { scheme: "gs1", text: CODE } },
    await unlockKey(path("site.json"), PASSPHRASE),
  );
  snapshot = await snapshotNow();
});
afterEach(async () => {
  await rpcJson("evm_revert", snapshot);
  snapshot = await snapshotNow();
});
afterAll(() => scene.close());

async function certified(): Promise<void> {
  writeFileSync(path("certificate.txt"), "certificate");
  await cliJson(["certify", path("maker"), "--certificate", path("certificate.txt"), ...scene.on, ...scene.by("qp")]);
}

function bag(dir = ward(), wristband = COI): string[] {
  return [dir, "--label", label, "--carrier", CODE, "--wristband", wristband, ...destination()];
}

const people = (): string[] => ["--performed-by", path("nurse.json"), "--verified-by", path("physician.json")];
const online = (): string[] => scene.on.slice(0, 2);
const match = (...more: string[]): string[] => ["bedside", "match", ...bag(), ...online(), ...more];
const recordBy = (source: readonly string[], dir = ward(), wristband = COI): string[] => [
  ...["bedside", "record", ...bag(dir, wristband), ...source, ...TIMES, ...people()],
];
const record = (dir = ward(), wristband = COI): string[] => recordBy(online(), dir, wristband);

/** Options by which the ward goes by what the QP signs now. */
async function signedStanding(): Promise<string[]> {
  const file = path("standing.json");
  rmSync(file, { force: true });
  await cliJson(["standing", "sign", path("maker"), "--valid-for", "24", "--out", file, ...asQp().slice(0, -2)]);
  return ["--standing", file, "--qp", scene.account("qp")];
}

interface Matched {
  readonly light: string;
  readonly reasons: readonly { readonly code: string }[];
  readonly recorded: boolean;
}

async function matched(args: readonly string[]): Promise<{ readonly code: number } & Matched> {
  const { code, stdout } = await inThisProcess([...args, "--json"]);
  return { code, ...(JSON.parse(stdout) as Matched) };
}

function nothingRecorded(dir = ward()): void {
  expect(existsSync(join(dir, "administration.json"))).toBe(false);
  expect(readFileSync(join(dir, "batch.json"), "utf8")).not.toContain("2022-06-15T15:50:00Z");
}

/** Runs `test` in a copy of the ward's folder. */
async function inCopy<T>(test: (dir: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), "batchproof-ward-"));
  try {
    cpSync(ward(), join(home, "ward"), { recursive: true });
    return await test(join(home, "ward"));
  } finally {
    rmSync(home, { recursive: true });
  }
}

// Verifies R-bedside-match, R-bedside-private.
describe("bedside match", () => {
  it("is green for the patient's own bag once a QP has certified it, and red before", async () => {
    expect(await matched(match())).toMatchObject({ code: 1, light: "red", reasons: [{ code: "not-released" }] });
    await certified();
    const { code, stdout } = await cli(match());
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^GREEN: .*\n.*development keys.*\nFor the file:\nbatch +0x.*\nregister +0x.*\nchain +[^]*from +node\n$/,
      ),
    ]);
    nothingRecorded();
  });

  // Verifies V310.
  it("is red for another patient, and says nothing of whose bag it is", async () => {
    await certified();
    const { code, stdout, stderr } = await fed(["bedside", "match", ...bag(ward(), "-"), ...online()], "P-9\n");
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^RED: do NOT give this bag\.\n.*wristband is not/)]);
    for (const secret of ["P-9", COI, "ORDER-4711", "LOT-1"]) expect(stdout + stderr).not.toContain(secret);
    expect(await matched(record(ward(), "P-9"))).toMatchObject({ code: 1, light: "red", recorded: false });
    nothingRecorded();
  });

  it("takes the wristband from one line of standard input", async () => {
    await certified();
    const { code } = await fed(["bedside", "match", ...bag(ward(), "-"), ...online()], `]C1${COI}\r\nanother line\n`);
    expect(code).toBe(0);
  });

  it.each(["", "\n", " \r\n"])("is no answer where the scanner gave nothing: %j", async (given) => {
    const { code, stderr } = await fed(["bedside", "match", ...bag(ward(), "-"), ...online()], given);
    expect([code, stderr]).toEqual([2, expect.stringContaining("Wristband: nothing came on stdin.")]);
  });

  it("is unknown without a node that answers, and without any", async () => {
    const dead = ["--rpc", "http://127.0.0.1:9"];
    expect(await matched(["bedside", "match", ...bag(), ...dead])).toMatchObject({ code: 3, light: "unknown" });
    expect(await matched(["bedside", "match", ...bag()])).toMatchObject({ code: 3, light: "unknown" });
    expect(await matched(["bedside", "record", ...bag(), ...TIMES, ...people()])).toMatchObject({ code: 3 });
    nothingRecorded();
  });

  it.each(["hold", "recall"])("is red after %s, and nothing is recorded", async (decision) => {
    await certified();
    await cliJson([decision, path("maker"), "--reason", "quality-defect", ...asQp()]);
    const code = decision === "hold" ? "held" : "recalled";
    const red = { code: 1, light: "red" };
    const { reasons, ...answer } = await matched(match());
    expect([answer, reasons.map((reason) => reason.code)]).toMatchObject([
      red,
      expect.arrayContaining([code]) as string[],
    ]);
    expect(await matched(record())).toMatchObject({ ...red, recorded: false });
    nothingRecorded();
  });

  // Verifies R-bedside-offline, V315.
  it("is green without a network by what a QP signed, and red by nobody's or a stranger's word", async () => {
    await certified();
    const source = await signedStanding();
    const { code, stdout } = await inThisProcess(["bedside", "match", ...bag(), ...source]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^GREEN: .*\n.*signed standing of block \d+[^]*from +standing\n$/),
    ]);
    const others = [source.slice(0, 2), [...source.slice(0, 2), "--qp", scene.account("stranger")]];
    for (const other of others) {
      expect(await matched(["bedside", "match", ...bag(), ...other])).toMatchObject({
        ...{ code: 1, light: "red", reasons: [{ code: "standing-signer" }] },
      });
    }
  });

  // Verifies R-administration-light, V313.
  it("is neither yes nor no for an exceptional supply, which is recorded only as one", async () => {
    const raise = ["exception", "raise", path("maker"), "--claim", "manufacture/custody", "--category", "custody"];
    await cliJson([...raise, "--severity", "1", "--reference", "DEV-1", ...asOwner()]);
    for (const name of ["risk", "request"]) writeFileSync(path(name), name);
    const documents = ["--risk-evaluation", path("risk"), "--physician-request", path("request")];
    const { timestamp } = (await rpcJson("eth_getBlockByNumber", "latest", false)) as { timestamp: string };
    const administration = new Date(Number(timestamp) * 1000).toISOString().replace(/[.]000/, "");
    await cliJson(["supply", path("maker"), ...documents, "--administration", administration, ...asQp()]);
    expect(await matched(match())).toMatchObject({ code: 5, light: "exceptional" });
    await inCopy(async (dir) => {
      expect((await refusedWith(record(dir), PASSPHRASES)).code).toBe("administration-light");
      nothingRecorded(dir);
      expect(await cliJson([...record(dir), "--exceptional"])).toMatchObject({
        ...{ recorded: true, record: { exceptional: true, standing: { light: "exceptional" } } },
      });
    });
  });
});

/** A process of its own, with a text on standard input. */
function fed(args: readonly string[], input: string): Promise<Run> {
  const env = { PATH: process.env["PATH"], BATCHPROOF_PASSPHRASE: PASSPHRASE, BATCHPROOF_SETTINGS: "" };
  const child = spawn(process.execPath, [MAIN, ...args], { env });
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Buffer) => (printed[name] += chunk.toString()));
  }
  child.stdin.end(input);
  return new Promise((resolve) => child.once("close", (code) => resolve({ code: code ?? -1, ...printed })));
}

// Verifies R-administration-again, R-administration-once, V351.
describe("bedside record", () => {
  it("records what two people signed, and the batch is completed by the last stage's proof", async () => {
    await certified();
    await inCopy(async (dir) => {
      expect(await cliJson(record(dir))).toMatchObject({ recorded: true, already: false });
      expect(await cliJson(record(dir))).toMatchObject({ recorded: true, already: true });
      const again = await matched(["bedside", "match", ...bag(dir), ...online()]);
      expect(again).toMatchObject({ code: 1, light: "red", reasons: [{ code: "given" }] });
      const shown = await inThisProcess(["bedside", "show", dir]);
      expect([shown.code, shown.stdout]).toEqual([
        0,
        expect.stringMatching(/performed by nurse, key 0x[^]*verified by physician, key 0x/),
      ]);
      expect(shown.stdout).toContain("Not compared with this folder's batch");
      const own = await inThisProcess(["bedside", "show", dir, ...owner()]);
      expect([own.code, own.stdout]).toEqual([0, expect.not.stringContaining("compared")]);
      // A record of another batch that somebody laid into the folder is signed all the same.
      const other = await inThisProcess(["bedside", "show", dir, "--owner", scene.account("qp")]);
      expect([other.code, other.stdout]).toEqual([1, expect.stringContaining("not about this folder's batch")]);
      const sign = ["handoff", "sign", dir, "--stage", "administration", "--as", "releaser"];
      await cliJson([...sign, "--key", path("hospital.json")]);
      await prove(dir, "administration");
      const status = await cliJson<unknown>(["status", path("maker"), ...scene.on]);
      expect(JSON.stringify(status)).toContain("Completed");
    });
  });

  // Verifies R-administration-two, V312.
  it("takes no two keys of one person, and no passphrase of another key for the second", async () => {
    await certified();
    const twice = [...record(), "--verified-by", path("nurse.json")];
    expect((await refusedWith(twice, PASSPHRASES)).code).toBe("administration-people");
    const wrong = { ...PASSPHRASES, BATCHPROOF_SECOND_PASSPHRASE: "of another key" };
    expect((await refusedWith(record(), wrong)).code).toBe("key-passphrase");
    nothingRecorded();
  });

  // Verifies R-administration-once, R-files-kill, V316.
  it("killed before, between and after its writes leaves a folder that the same command completes", async () => {
    await certified();
    // Without a node, which is asked now more often and now less, the calls are always the same.
    const source = await signedStanding();
    const { calls } = await inCopy((dir) => killed(recordBy(source, dir)));
    // The record gets its name by a link, and then batch.json by a rename: before, between and half-way.
    const [link, rename] = [calls.indexOf("link"), calls.lastIndexOf("rename")];
    expect(0 < link && link < rename).toBe(true);
    for (const at of [link, link + 1, rename]) {
      await inCopy(async (dir) => {
        expect((await killed(recordBy(source, dir), at)).signal, `call ${at}`).toBe("SIGKILL");
        const { stages } = await readBatch(dir);
        const isRecorded = existsSync(join(dir, "administration.json"));
        if (!isRecorded) expect(stages[2]?.end, `call ${at}`).toBeUndefined();
        expect(await cliJson(recordBy(source, dir)), `call ${at}`).toMatchObject({
          recorded: true,
          already: isRecorded,
        });
        expect((await readBatch(dir)).stages[2]?.end).toBe("2022-06-15T15:50:00Z");
        expect((await inThisProcess(["bedside", "show", dir])).code).toBe(0);
      });
    }
  });
});

/** A command in a process that notes its calls, and is killed at one of them. */
async function killed(
  args: readonly string[],
  at?: number,
): Promise<{ readonly calls: string[]; readonly signal: string | null }> {
  const log = path("calls");
  rmSync(log, { force: true });
  const env = { ...PASSPHRASES, PATH: process.env["PATH"], BATCHPROOF_SETTINGS: "", KILL_CALLS: log };
  const child = spawn(process.execPath, ["--import", KILLED, MAIN, ...args], {
    stdio: "ignore",
    env: { ...env, ...(at === undefined ? {} : { KILL_AT: String(at) }) },
  });
  const signal = await new Promise<string | null>((resolve) => child.once("exit", (_, by) => resolve(by)));
  return { calls: readFileSync(log, "utf8").trimEnd().split("\n"), signal };
}
