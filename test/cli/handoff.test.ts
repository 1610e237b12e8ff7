import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, cliJson, inThisProcess, Scene } from "./scene.ts";
import { acquireLock } from "../../src/input/lock.ts";
import { filesIn, refusedWith, type Run } from "./support.ts";

/**
 * Two parties with a folder each, as their people walk the way of one batch: every step a command, on a node of another
 * maker (anvil). The hospital collects, the manufacturer makes and tests, the hospital administers.
 */

const COI = "COI-PATIENT-0815";
const ORDER = "ORDER-4711";
const BIOREACTOR = "batchproof fixtures|generated bioreactor|BR-0001";
const TAGS = ["temperature=TT", "carbonDioxide=CO2", "acidity=PH", "dissolvedOxygen=DO", "agitation=AGI"].flatMap(
  (tag) => ["--tag", tag.replace("=", "=BR-0001/")],
);
const SAMPLES = "fixtures/needle-to-needle/generated/activation-bioreactor.csv";
const RESULTS = "fixtures/needle-to-needle/release-tests-01.csv";
/** Samples were taken at the end of activation, and the report came five days later. */
const REPORTED = "2022-05-14T15:00:00Z";
const YEAR = ["--from", "2022-01-01T00:00:00Z", "--to", "2022-12-31T00:00:00Z"] as const;

let scene: Scene;
let on: readonly string[];
let hospital: string;
let manufacturer: string;
const path = (name: string): string => scene.path(name);

/** ARI-0001 without transports, expansion and storage: three stages, five claims. */
async function shortPolicy(): Promise<unknown> {
  const policy = JSON.parse(await readFile("fixtures/policies/ari-0001.json", "utf8")) as {
    claims: { id: string; stage: number; rule: Record<string, unknown> }[];
  };
  const claim = (from: string, id: string, stage: number, rule: Record<string, unknown> = {}): unknown => {
    const found = policy.claims.find((candidate) => candidate.id === from);
    if (found === undefined) throw new Error(`no claim ${from}`);
    return { ...found, id, stage, rule: { ...found.rule, ...rule } };
  };
  return {
    ...policy,
    stages: ["collection", "activation", "administration"],
    claims: [
      claim("collection/custody", "collection/custody", 0),
      claim("activation/custody", "activation/custody", 1, { boundary: "handover", hold: 20 * 86_400 }),
      claim("activation/parameters", "activation/parameters", 1),
      claim("expansion/release-tests", "activation/release-tests", 1),
      claim("administration/custody", "administration/custody", 2),
    ],
  };
}

beforeAll(async () => {
  scene = await Scene.set(["custody", "parameters-840", "quality"]);
  ({ on } = scene);
  [hospital, manufacturer] = [path("hospital"), path("manufacturer")];
  await writeFile(path("policy.json"), JSON.stringify(await shortPolicy(), null, 2));
  const results = await readFile(RESULTS, "utf8");
  // Twelve days earlier: there is no expansion.
  await writeFile(
    path("results.csv"),
    results.replaceAll(/2022-05-(\d\d)/g, (_, day) => `2022-05-${String(Number(day) - 12).padStart(2, "0")}`),
  );
  await cliJson(["policy", "salt", path("policy.json")]);
  const keys = [
    ["hospital", "custodian", "Hospital"],
    ["site", "custodian", "Site"],
    ["gateway", "source", "Site"],
    ["laboratory", "lab", "Site"],
  ] as const;
  for (const [name, role, org] of keys) {
    await cliJson(["key", "new", "--role", role, "--name", name, "--org", org, "--out", path(`${name}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${name}.json`), "--name", name, ...YEAR]);
  }
  const device = ["--device", BIOREACTOR, "--org", "Site", "--name", "bioreactor"];
  await cliJson(["party", "add", path("parties.json"), ...device, ...YEAR]);
  await scene.publish(path("policy.json"), path("parties.json"));
});
afterAll(() => scene.close());

const common = (): string[] => ["--policy", path("policy.json"), "--lot", "LOT-1", "--parties", path("parties.json")];

async function joinBatch(dir: string, handoff: string, run = cli): Promise<void> {
  const { code, stderr } = await run(["init", dir, "--handoff", path(handoff), ...common()]);
  expect(code, stderr).toBe(0);
}

function sign(
  dir: string,
  stage: string,
  side: "releaser" | "receiver",
  key: string,
  run = inThisProcess,
): Promise<Run> {
  return run(["handoff", "sign", dir, "--stage", stage, "--as", side, "--key", path(`${key}.json`)]);
}

/** Both sides sign a stage's end; the files that they exchange are named after `name`. */
async function handOver(
  stage: string,
  from: string,
  releaser: string,
  to: string,
  receiver: string,
  name: string,
): Promise<void> {
  const send = (dir: string, file: string): Promise<unknown> =>
    cliJson(["handoff", "export", dir, "--stage", stage, "--out", path(file)]);
  expect((await sign(from, stage, "releaser", releaser)).code).toBe(0);
  await send(from, `${name}-to-sign.json`);
  await cliJson(["handoff", "import", to, path(`${name}-to-sign.json`)]);
  expect((await sign(to, stage, "receiver", receiver)).code).toBe(0);
  await send(to, `${name}-signed.json`);
  await cliJson(["handoff", "import", from, path(`${name}-signed.json`)]);
}

function prove(run: typeof cli, dir: string, ...what: string[]): Promise<Run> {
  // A folder that joined does not know when the batch was opened: the register does.
  const owner = ["--owner", scene.account("manufacturer"), ...on.slice(0, 2)];
  return run(["prove", dir, ...what, ...scene.destination, ...owner]);
}

function attest(run: typeof cli, ...what: string[]): Promise<Run> {
  return run(["attest", manufacturer, ...what, ...on, ...scene.by("manufacturer")]);
}

function gate(run: typeof cli, dir: string, stage: string): Promise<Run> {
  return run(["gate", dir, "--stage", stage, "--owner", scene.account("manufacturer"), ...on]);
}

async function refusal(run: Promise<Run>): Promise<{ exit: number; code: string }> {
  const { code, stdout } = await run;
  return { exit: code, code: (JSON.parse(stdout) as { error: { code: string } }).error.code };
}

// Each step needs those before it.
describe("a batch in two folders", () => {
  it("begins in one folder, and is joined from a file that names neither patient nor order", async () => {
    const identity = ["--coi", COI, "--order", ORDER, "--custodian", path("hospital.json")];
    await cliJson(["init", hospital, ...identity, ...common()]);
    const exported = await cli(["handoff", "export", hospital, "--out", path("batch.json"), "--json"]);
    expect(exported.code, exported.stderr).toBe(0);
    const { bytes } = JSON.parse(exported.stdout) as { bytes: number };
    expect(bytes).toBe((await readFile(path("batch.json"))).length);
    await joinBatch(manufacturer, "batch.json");
    for (const folder of [manufacturer, path("batch.json")]) {
      const text = await everythingIn(folder);
      expect(text).not.toContain(COI);
      expect(text).not.toContain(ORDER);
    }
    await cliJson(["open", manufacturer, "--qp", scene.account("qp"), ...on, ...scene.by("manufacturer")]);
  });

  // Verifies R-cli-already.
  it("refuses to join with an identity, and to write over another file", async () => {
    const both = ["init", path("both"), "--handoff", path("batch.json"), "--coi", COI, ...common(), "--json"];
    expect(await refusal(inThisProcess(both))).toEqual({ exit: 2, code: "usage" });
    const over = ["handoff", "export", hospital, "--out", path("policy.json"), "--json"];
    expect(await refusal(inThisProcess(over))).toEqual({ exit: 2, code: "file-exists" });
    const again = ["handoff", "export", hospital, "--out", path("batch.json")];
    expect(await cliJson(again)).toMatchObject({ already: true });
  });

  it("closes a stage by the signatures of both sides, the releaser's first", async () => {
    await cliJson([
      "stage",
      hospital,
      "collection",
      "--start",
      "2022-05-08T10:00:00Z",
      "--end",
      "2022-05-08T17:00:00Z",
    ]);
    const next = ["--start", "2022-05-08T18:00:00Z", "--custodian", "site", "--device", BIOREACTOR];
    await cliJson(["stage", hospital, "activation", ...next]);
    const early = [
      "handoff",
      "sign",
      hospital,
      "--stage",
      "collection",
      "--as",
      "receiver",
      "--key",
      path("site.json"),
    ];
    expect(await refusal(inThisProcess([...early, "--json"]))).toEqual({ exit: 2, code: "handoff-missing" });
    expect((await sign(hospital, "collection", "releaser", "hospital", cli)).code).toBe(0);
    const shown = await cli(["handoff", "show", hospital]);
    expect(shown.stdout).toContain("missing: receiver");
    const changed = ["stage", hospital, "collection", "--end", "2022-05-08T16:00:00Z", "--json"];
    expect(await refusal(inThisProcess(changed))).toEqual({ exit: 2, code: "handoff-made" });
    expect((await refusedWith(changed)).remedy).toContain(
      `\`batchproof handoff discard ${hospital} --stage collection\``,
    );

    await cliJson(["handoff", "export", hospital, "--stage", "collection", "--out", path("to-sign.json")]);
    const imported = await cli(["handoff", "import", manufacturer, path("to-sign.json")]);
    expect([imported.code, imported.stdout]).toEqual([0, expect.stringContaining("missing: receiver")]);
    expect((await sign(manufacturer, "collection", "receiver", "site")).code).toBe(0);
    await cliJson(["handoff", "export", manufacturer, "--stage", "collection", "--out", path("signed.json")]);
    const back = await cliJson<{ handoffs: { stage: string; missing: string[] }[] }>([
      ...["handoff", "import", hospital, path("signed.json")],
    ]);
    expect(back.handoffs[0]).toMatchObject({ stage: "collection", missing: [] });
  });

  // Verifies R-cli-record, F24.
  it("shuts the gate until the hospital's proof, sent as a file, is attested", async () => {
    const shut = await gate(cli, manufacturer, "activation");
    expect([shut.code, shut.stdout]).toEqual([
      1,
      expect.stringContaining('the custody of stage "collection" is not attested'),
    ]);
    const key = ["--key", path("hospital.json")];
    // Stages that nobody has begun are missing, and hide nothing.
    const whole = await inThisProcess(["check", hospital]);
    expect([whole.code, whole.stdout]).toEqual([
      1,
      expect.stringMatching(/^collection\/custody: pass$[^]*: missing$/m),
    ]);
    const keyless = await prove(inThisProcess, hospital, "--stage", "collection");
    expect([keyless.code, keyless.stderr]).toEqual([
      1,
      expect.stringContaining("first custodian's key (prove: --key)"),
    ]);
    const checked = await cli(["check", hospital, "--stage", "collection", ...key]);
    expect([checked.code, checked.stdout]).toEqual([
      0,
      "collection/custody: pass\n  took 7 h, then 1 h until the next stage\n" +
        "  opening time not compared: the register was not asked\n",
    ]);
    const proven = await prove(inThisProcess, hospital, "--stage", "collection", ...key);
    expect(proven.code, proven.stderr).toBe(0);
    const sent = await attest(cli, "--proof", join(hospital, "proofs/collection--custody.json"));
    expect(sent.code, sent.stderr).toBe(0);
    const open = await gate(inThisProcess, manufacturer, "activation");
    expect([open.code, open.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Stage activation may begin\.\nDEVELOPMENT KEY: .*\nFor the file:\nbatch +0x[0-9a-f]{64}\nregister +0x[0-9a-fA-F]{40}\nchain +31337\nblock +\d+\ntime +20[\dT:-]+Z\n$/,
      ),
    ]);
  });

  // Verifies R-batch-exchange.
  it("takes no party list that does not hold who signed", async () => {
    const other = path("other-parties.json");
    await cliJson(["party", "add", other, "--key", path("hospital.json"), "--name", "hospital", ...YEAR]);
    const before = await readFile(join(hospital, "parties.json"), "utf8");
    const stage = ["stage", hospital, "collection", "--parties", other];
    const refused = await refusedWith(stage);
    expect(refused).toMatchObject({ exit: 2, code: "handoff-party" });
    expect(refused.place).toBe(`${join(hospital, "batch.json")}#/stages/1/custodian`);
    expect(await readFile(join(hospital, "parties.json"), "utf8")).toBe(before);
    await cliJson(["party", "add", other, "--key", path("site.json"), "--name", "site", ...YEAR]);
    const copy = path("other-list");
    await cp(hospital, copy, { recursive: true });
    await cliJson(["stage", copy, "collection", "--parties", other]);
    expect(await readFile(join(copy, "parties.json"), "utf8")).toBe(await readFile(other, "utf8"));
  });

  // Verifies R-batch-handoff, R-batch-proven.
  it("shuts the gate for a site that signed another end of the stage", async () => {
    const [from, to] = [path("forked-from"), path("forked-to")];
    await cp(hospital, from, { recursive: true });
    const discard = ["handoff", "discard", from, "--stage", "collection"];
    const proof = "collection--custody.json";
    expect(await refusedWith(discard)).toMatchObject({
      exit: 1,
      code: "stage-proven",
      message: "Stage collection is proven as it stands, by collection/custody.",
      remedy: expect.stringContaining("--discard-proofs") as string,
    });
    expect(filesIn(join(from, "proofs"))).toEqual([proof]);
    const discarded = await cli([...discard, "--discard-proofs"]);
    expect([discarded.code, discarded.stdout]).toEqual([0, expect.stringContaining("not signed")]);
    expect(discarded.stdout).toContain("do not fit any more: the proofs of collection/custody.");
    expect(filesIn(join(from, "proofs"))).toEqual([]);
    await cliJson(["stage", from, "collection", "--end", "2022-05-08T17:30:00Z"]);
    await joinBatch(to, "batch.json", inThisProcess);
    await handOver("collection", from, "hospital", to, "site", "forked");
    const forked = await gate(inThisProcess, to, "activation");
    expect([forked.code, forked.stdout]).toEqual([1, expect.stringContaining("the chain forks")]);
    const both = ["handoff", "import", manufacturer, path("forked-signed.json"), "--json"];
    expect(await refusal(inThisProcess(both))).toEqual({ exit: 2, code: "handoff-differs" });
  });

  it("imports several tags of one historian, and a laboratory's results", async () => {
    const series = ["--into", manufacturer, "--claim", "activation/parameters", "--source", path("gateway.json")];
    await cliJson(["stage", manufacturer, "activation", "--end", "2022-05-09T18:00:00Z"]);
    const csv = ["import", "csv", SAMPLES, "--device", BIOREACTOR, ...series];
    expect(await refusal(inThisProcess([...csv, "--tag", "BR-0001/TT", "--json"]))).toEqual({
      exit: 2,
      code: "channel-tags",
    });
    expect(await refusal(inThisProcess([...csv, ...TAGS.slice(2), "--json"]))).toEqual({
      exit: 2,
      code: "channel-tags",
    });
    expect(filesIn(join(manufacturer, "records"))).toEqual([]);
    const samples = await cli([...csv, ...TAGS]);
    expect([samples.code, samples.stdout], samples.stderr).toEqual([0, expect.stringContaining("145 samples")]);

    const results = [
      "import",
      "results",
      path("results.csv"),
      "--into",
      manufacturer,
      "--claim",
      "activation/release-tests",
    ];
    const lab = ["--lab", path("laboratory.json"), "--reported", REPORTED];
    const wrong = [...results, "--lab", path("gateway.json"), "--reported", REPORTED, "--json"];
    expect(await refusal(inThisProcess(wrong))).toEqual({ exit: 2, code: "key-role" });
    const lock = await acquireLock(join(manufacturer, "batch.lock"));
    expect(await refusal(inThisProcess([...results, ...lab, "--json"]))).toEqual({ exit: 3, code: "locked" });
    lock.release();
    expect(filesIn(join(manufacturer, "evidence"))).not.toContain("results.csv");
    const set = await cli([...results, ...lab]);
    expect(set.code, set.stderr).toBe(0);
    expect(filesIn(join(manufacturer, "records"))).toEqual([
      "activation--parameters.json",
      "activation--release-tests.json",
    ]);
  });

  it("does not let a stage be attested before the one that it follows", async () => {
    const next = ["--start", "2022-05-28T09:00:00Z", "--custodian", "hospital"];
    await cliJson(["stage", manufacturer, "administration", ...next]);
    await handOver("activation", manufacturer, "site", hospital, "hospital", "activation");
    await cliJson(["stage", hospital, "administration", "--end", "2022-05-28T11:00:00Z"]);
    expect((await sign(hospital, "administration", "releaser", "hospital")).code).toBe(0);
    const proven = await prove(inThisProcess, hospital, "--stage", "administration");
    expect(proven.code, proven.stderr).toBe(0);
    const skipped = attest(inThisProcess, "--proof", join(hospital, "proofs/administration--custody.json"), "--json");
    expect(await refusal(skipped)).toEqual({ exit: 1, code: "HeadUnset" });
  });

  it("proves a stage's claims side by side and attests them in one transaction, custody first", async () => {
    const checked = await inThisProcess(["check", manufacturer, "--stage", "activation"]);
    expect(checked.code, checked.stdout).toBe(0);
    const proven = await prove(cli, manufacturer, "--stage", "activation", "--workers", "2");
    expect(proven.code, proven.stderr).toBe(0);
    expect(filesIn(join(manufacturer, "proofs"))).toHaveLength(3);
    const sent = await attest(inThisProcess, "--stage", "activation", "--json");
    expect(sent.code, sent.stderr).toBe(0);
    expect((JSON.parse(sent.stdout) as { claims: string[] }).claims).toEqual([
      ...["activation/custody", "activation/parameters", "activation/release-tests"],
    ]);
    expect((await gate(inThisProcess, hospital, "administration")).code).toBe(0);
  });

  it("is released, then completed by the claim that comes after release", async () => {
    await writeFile(path("certificate.txt"), "certificate of analysis");
    const certificate = ["--certificate", path("certificate.txt"), "--owner", scene.account("manufacturer")];
    await cliJson(["certify", manufacturer, ...certificate, ...on, ...scene.by("qp")]);
    const last = await attest(inThisProcess, "--proof", join(hospital, "proofs/administration--custody.json"));
    expect(last.code, last.stderr).toBe(0);
    const audited = await inThisProcess(["audit", "--all", ...on]);
    expect(audited.stdout).toContain("Completed");
    expect(audited.stdout).not.toContain("custody not proven");
  });
});

/** Everything that a folder's files, or a file, say. */
async function everythingIn(where: string): Promise<string> {
  if (where.endsWith(".json")) return await readFile(where, "utf8");
  const entries = await readdir(where, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
}
