import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nextStep, type Situation } from "../../cli/nextStep.ts";
import { shellWord } from "../../src/commandLine.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { SHIPPED_PROFILES } from "../../src/formats/shippedProfiles.ts";
import { writeRegistration } from "../../src/batch/registration.ts";
import { cli, cliJson, inThisProcess } from "./scene.ts";
import { batchproofJson, policyCopy, refusedWith, scratch, VALID } from "./support.ts";

/** `status` of folders alone; what a register says is in evidence.test.ts. */

const RAW = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
const CLAIM = "cold-storage/temperature";

interface Status {
  readonly claims: readonly { claim: string; outcome: string; proof: string; whose?: string; reason?: string }[];
  readonly notAsked: string | null;
  readonly registerError: { readonly code: string } | null;
  readonly next: readonly { role: string; command: string; fillIn: readonly string[] }[];
}

const home = scratch();
const path = (name: string): string => join(home, name);

async function keys(parties: string, ...roles: readonly (readonly [role: string, name: string, org: string])[]) {
  for (const [role, name, org] of roles) {
    await cliJson(["key", "new", "--role", role, "--name", name, "--org", org, "--out", path(`${name}.json`)]);
    await cliJson(["party", "add", path(parties), "--key", path(`${name}.json`), ...VALID]);
  }
}

async function initialise(dir: string): Promise<void> {
  const identity = ["--lot", "L1", "--coi", "C1", "--order", `order of ${dir}`, "--custodian", path("site.json")];
  const fixed = ["--device", DEVICE, "--parties", path("parties.json")];
  await cliJson(["init", dir, "--policy", path("policy.json"), ...identity, ...fixed]);
}

const status = (...words: readonly string[]): Promise<Status> => cliJson<Status>(["status", ...words]);

/** The words of a command that was printed, as a shell reads them, with the places filled in. */
function pasted(command: string, places: Readonly<Record<string, string>>): string[] {
  const filled = Object.entries(places).reduce(
    (text, [place, value]) => text.replace(place, shellWord(value)),
    command,
  );
  const { stdout } = spawnSync("sh", ["-c", `printf '%s\\0' ${filled}`], { encoding: "utf8" });
  return stdout.split("\0").slice(1, -1);
}

beforeAll(async () => {
  policyCopy(home);
  await cliJson(["policy", "salt", path("policy.json")]);
  await keys("parties.json", ["custodian", "site", "Site A"], ["source", "source", "Site A"]);
  await cliJson(["party", "add", path("parties.json"), "--device", DEVICE, "--org", "Site A", "--name", "a", ...VALID]);
}, 120_000);

afterAll(() => rmSync(home, { recursive: true }));

// Verifies R-cli-status, R-cli-next.
describe("status of a folder", () => {
  it("leads a custodian from one command to the next, each ready to paste", async () => {
    const dir = path("it's a batch");
    await initialise(dir);
    const next = async (places: Readonly<Record<string, string>>): Promise<string[]> => {
      const [step, ...others] = (await status(dir, "--role", "custodian")).next;
      expect(others).toEqual([]);
      expect([...(step?.fillIn ?? [])].sort()).toEqual(Object.keys(places).sort());
      return pasted(step?.command ?? "", places);
    };
    const [claim] = (await status(dir)).claims;
    expect(claim).toMatchObject({ outcome: "missing", whose: "the source of the custodian of cold-storage, Site A" });
    const times = await next({ START: "2022-05-05T16:26:00Z", END: "2022-05-08T16:26:00Z" });
    expect(times.slice(0, 3)).toEqual(["stage", dir, "cold-storage"]);
    await cliJson(times);
    await cliJson(await next({ FILE: RAW, KEYFILE: path("source.json"), OFFSET: "+00:00" }));
    expect((await status(dir)).claims).toMatchObject([{ claim: CLAIM, outcome: "pass", proof: "none" }]);
    expect(await next({ ACCOUNT: "0xA", ADDRESS: "0xB", CHAIN: "1" })).toEqual([
      ...["prove", dir, "--claim", CLAIM, "--submitter", "0xA", "--registry", "0xB", "--chain-id", "1"],
    ]);
  });

  it("asks for the evidence again, not for an exception, where the stage was given other times after the import", async () => {
    const dir = path("moved");
    await initialise(dir);
    const stage = (start: string) =>
      cliJson(["stage", dir, "cold-storage", "--start", start, "--end", "2022-05-08T16:26:00Z"]);
    await stage("2022-05-05T14:26:00Z");
    const into = ["--into", dir, "--claim", CLAIM, "--source", path("source.json")];
    await cliJson(["import", "fridgetag", RAW, ...into, "--offset", "+00:00"]);
    const nextOf = async (role: string): Promise<string> => (await status(dir, "--role", role)).next[0]?.command ?? "";
    await writeRegistration(dir, { chainId: "1", registry: `0x${"2".repeat(40)}`, owner: `0x${"4".repeat(40)}` });
    // Readings out of range are declared.
    expect(await nextOf("owner")).toMatch(/^batchproof exception raise /);
    await stage("2022-05-05T16:26:00Z");
    expect(await nextOf("owner")).toBe("");
    const again = pasted(await nextOf("custodian"), {
      ...{ FILE: RAW, KEYFILE: path("source.json"), OFFSET: "+00:00", REASON: "the stage began later" },
    });
    await cliJson(again);
    const { stdout } = await inThisProcess(["status", dir]);
    expect(stdout).toMatch(/^deviating +cold-storage\/temperature: attempt$/m);
    expect(stdout).toMatch(/^to prove +cold-storage\/temperature: custodian of cold-storage, Site A$/m);
  });

  it("does not say again what folder, variables and settings say", async () => {
    const dir = path("known");
    await initialise(dir);
    const address = (digit: string): string => `0x${digit.repeat(40)}`;
    const file = path("settings.json");
    writeFileSync(file, JSON.stringify({ rpc: "http://127.0.0.1:9", registry: address("2"), account: "site.json" }));
    const open = async (...words: readonly string[]): Promise<string | undefined> => {
      const asked = ["status", dir, "--role", "owner", ...words];
      return ((await batchproofJson(asked, { BATCHPROOF_SETTINGS: file })).json as Status).next[0]?.command;
    };
    expect(await open()).toBe(`batchproof open ${dir} --qp QP`);
    expect(await open("--registry", address("3"))).toBe(`batchproof open ${dir} --qp QP --registry ${address("3")}`);
    await writeRegistration(dir, { chainId: "1", registry: address("2"), owner: address("4") });
    expect(await status(dir)).toMatchObject({ notAsked: "--rpc" });
    expect((await status(dir)).next.map(({ role }) => role)).toEqual(["custodian"]);
  });

  it("says that it is the folder alone, and in text what is to be filled in", async () => {
    const dir = path("alone");
    await initialise(dir);
    const { code, stdout } = await cli(["status", dir, "--role", "owner"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^not received +cold-storage\/temperature: the source of /m);
    expect(stdout).toMatch(/^register +not asked, this is the folder alone; to ask one, say --registry$/m);
    expect(stdout).toMatch(
      /^next \(owner\) +batchproof open .* --qp QP --rpc URL --registry ADDRESS --account ACCOUNT$/m,
    );
    expect(stdout).toMatch(/^fill in +QP, URL, ADDRESS, ACCOUNT$/m);
    expect((await inThisProcess(["status", dir, "--role", "qp"])).stdout).toMatch(/^next +nothing .* for qp$/m);
  });

  it("tells a node that does not answer from one that was not asked: exit 3, and the folder all the same", async () => {
    const dir = path("unreached");
    await initialise(dir);
    const owner = `0x${"4".repeat(40)}`;
    const on = ["--rpc", "http://127.0.0.1:9", "--registry", owner, "--owner", owner];
    const { code, stdout } = await inThisProcess(["status", dir, ...on, "--json"]);
    const { claims, notAsked, registerError } = JSON.parse(stdout) as Status;
    expect([code, claims.length, notAsked, registerError?.code]).toEqual([3, 1, null, "unreachable"]);
  });

  it("says times in the zone of the machine and in UTC", async () => {
    const dir = path("zone");
    await initialise(dir);
    await cliJson(["stage", dir, "cold-storage", "--start", "2022-05-05T16:26:00Z"]);
    const zone = process.env["TZ"];
    process.env["TZ"] = "Europe/Zurich";
    try {
      expect((await inThisProcess(["status", dir])).stdout).toMatch(
        /^stage +cold-storage: 2022-05-05T18:26:00\+02:00 \(2022-05-05T16:26:00Z\) to not set; Site A$/m,
      );
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
  });
});

// Verifies R-cli-status.
describe("status without a folder", () => {
  it("is of every batch folder in the working folder, in a list also if there is but one", async () => {
    const here = path("here");
    mkdirSync(join(here, "no batch"), { recursive: true });
    await initialise(join(here, "b"));
    const before = process.cwd();
    process.chdir(here);
    try {
      expect(await status()).toMatchObject({ batches: [{ dir: "b", claims: [{ claim: CLAIM }] }] });
      cpSync("b", "a", { recursive: true });
      rmSync("a/secrets.json");
      const { code, stdout } = await inThisProcess(["status", "--json"]);
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        batches: [
          { dir: "a", error: { code: "secrets-missing" } },
          { dir: "b", notAsked: "--registry" },
        ],
      });
      process.chdir("no batch");
      expect(await refusedWith(["status"])).toMatchObject({ exit: 2, code: "batch-missing" });
    } finally {
      process.chdir(before);
    }
  });
});

// Verifies R-cli-status, R-cli-next.
describe("status of a batch in two folders", () => {
  it("says whose each missing thing is, and leaves to another folder what was closed there", async () => {
    mkdirSync(path("ari"));
    writeFileSync(path("ari/policy.json"), readFileSync("fixtures/policies/ari-0001.json"));
    await cliJson(["policy", "salt", path("ari/policy.json")]);
    await keys(
      "ari/parties.json",
      ["custodian", "hospital", "Hospital"],
      ["custodian", "courier", "Courier"],
      ["custodian", "maker", "Site"],
    );
    const shared = ["--policy", path("ari/policy.json"), "--lot", "L1", "--parties", path("ari/parties.json")];
    const [first, second] = [path("ari/hospital"), path("ari/courier")];
    await cliJson(["init", first, ...shared, "--coi", "C", "--order", "O", "--custodian", path("hospital.json")]);
    const whoseOf = async (dir: string): Promise<Record<string, unknown>> =>
      Object.fromEntries((await status(dir)).claims.map(({ claim, outcome, whose }) => [claim, [outcome, whose]]));
    expect(await whoseOf(first)).toMatchObject({
      "collection/custody": ["missing", "custodian of collection, Hospital"],
      "apheresis-transport/temperature": ["missing", "the source of the custodian of apheresis-transport"],
      "expansion/release-tests": ["missing", "the laboratory"],
    });
    const times = ["--start", "2022-05-05T10:00:00Z", "--end", "2022-05-05T15:26:00Z"];
    await cliJson(["stage", first, "collection", ...times]);
    const takeOver = ["--start", "2022-05-05T16:26:00Z", "--custodian", "courier", "--device", DEVICE];
    await cliJson(["stage", first, "apheresis-transport", ...takeOver]);
    const next = async (dir: string): Promise<string> => (await status(dir)).next[0]?.command ?? "";
    expect(await next(first)).toBe(`batchproof handoff sign ${first} --stage collection --as releaser --key KEYFILE`);
    await cliJson(pasted(await next(first), { KEYFILE: path("hospital.json") }));
    await cliJson(["handoff", "export", first, "--stage", "collection", "--out", path("ari/file.json")]);
    await cliJson(["init", second, ...shared, "--handoff", path("ari/file.json")]);
    for (const dir of [first, second]) {
      expect((await whoseOf(dir))["collection/custody"]).toEqual([
        "missing",
        "custodian of apheresis-transport, Courier",
      ]);
    }
    expect(await next(first)).not.toContain("receiver");
    expect(await next(second)).toBe(`batchproof handoff sign ${second} --stage collection --as receiver --key KEYFILE`);
    await cliJson(pasted(await next(second), { KEYFILE: path("courier.json") }));
    expect(await next(second)).toBe(`batchproof stage ${second} apheresis-transport --end END`);
    // Whoever closed the stage has it to prove, before anything is asked of the next one, which is the courier's.
    const signed = path("ari/signed.json");
    await cliJson(["handoff", "export", second, "--stage", "collection", "--out", signed]);
    await cliJson(["handoff", "import", first, signed]);
    expect(await next(first)).toMatch(/^batchproof prove \S+ --claim collection\/custody --key KEYFILE /);

    // The courier keeps its readings: the next folder only learns that its stage is over.
    await cliJson(["stage", second, "apheresis-transport", "--end", "2022-05-08T16:26:00Z"]);
    const activation = ["--start", "2022-05-08T18:00:00Z", "--custodian", "maker", "--device", DEVICE];
    await cliJson(["stage", second, "activation", ...activation]);
    const sign = ["handoff", "sign", second, "--stage", "apheresis-transport", "--as", "releaser"];
    await cliJson([...sign, "--key", path("courier.json")]);
    const out = path("ari/transport.json");
    await cliJson(["handoff", "export", second, "--stage", "apheresis-transport", "--out", out]);
    const third = path("ari/maker");
    await cliJson(["init", third, ...shared, "--handoff", out]);
    expect(await whoseOf(third)).toMatchObject({
      "collection/custody": ["elsewhere", undefined],
      "apheresis-transport/custody": ["missing", "custodian of activation, Site"],
      "apheresis-transport/temperature": ["elsewhere", undefined],
    });
    const receive = `batchproof handoff sign ${third} --stage apheresis-transport --as receiver --key KEYFILE`;
    expect(await next(third)).toBe(receive);
    expect((await inThisProcess(["status", third])).stdout).toMatch(
      /^elsewhere +collection\/custody\n +apheresis-transport\/temperature$/m,
    );
  });
});

// Verifies R-cli-next.
it("says no next command of a batch that is over", async () => {
  const dir = path("over");
  await initialise(dir);
  const batch = await readBatch(dir);
  const unsaid = { rpc: [], registry: [], chainId: [], owner: [], account: [] };
  const open: Situation = {
    ...{ batch, claims: [], mesExceptions: [], owner: undefined, unsaid },
    ...{ isOpen: true, isOver: false, openExceptions: 0, isCertifiable: true },
    ...{ unconfirmed: [], challenge: undefined, isToNotify: false },
  };
  expect(nextStep("qp", open)).toMatchObject({ command: expect.stringMatching(/^batchproof certify /) as string });
  expect(nextStep("qp", { ...open, mesExceptions: ["0124"] })).toBeUndefined();
  expect(nextStep("qp", { ...open, isCertifiable: false })).toBeUndefined();
  expect(nextStep("qp", { ...open, isOver: true })).toBeUndefined();
  // Of one that was supplied exceptionally the authority is told, and of nothing else.
  const supplied = { ...open, isOver: true, isToNotify: true };
  expect(nextStep("qp", supplied)?.command).toBe(`batchproof notify ${dir} --notified TIME --account QP`);
  expect(nextStep("custodian", supplied)).toBeUndefined();
});

// Verifies R-cli-next.
it("has no owner attest again what an exception took back", async () => {
  const dir = path("refused");
  await initialise(dir);
  const batch = await readBatch(dir);
  const times = { name: "cold-storage", start: "2026-03-10T08:00:00Z", end: "2026-03-10T09:00:00Z" };
  const withTimes = { ...batch, stages: [{ ...batch.stages[0], ...times, devices: [] }] };
  const unsaid = { rpc: [], registry: [], chainId: [], owner: [], account: [] };
  const proven = { claim: CLAIM, kind: "temperature", stage: "cold-storage", outcome: "pass" } as const;
  const step = (register: "open" | "refused", proof: "fits" | "none"): string | undefined => {
    const situation: Situation = {
      ...{ batch: withTimes, claims: [{ ...proven, proof, register }], mesExceptions: [], owner: undefined, unsaid },
      ...{ isOpen: true, isOver: false, openExceptions: 0, isCertifiable: false },
      ...{ unconfirmed: [], challenge: undefined, isToNotify: false },
    };
    return (nextStep("owner", situation) ?? nextStep("custodian", situation))?.command;
  };
  expect(step("open", "fits")).toBe(`batchproof attest ${dir}`);
  expect(step("refused", "fits")).toBeUndefined();
  expect(step("open", "none")).toBe(`batchproof prove ${dir} --claim ${CLAIM}`);
  // QA proves it, for its own account.
  expect(step("refused", "none")).toBeUndefined();
});

// Verifies R-cli-next.
it("asks for a table by a profile that the policy accepts, and for the long form only where it is one of them", async () => {
  const dir = path("profiles");
  await initialise(dir);
  const batch = await readBatch(dir);
  const unsaid = { rpc: [], registry: [], chainId: [], owner: [], account: [] };
  const command = (...names: readonly string[]): string | undefined => {
    const profiles = names.map((name) => ({ name, hash: SHIPPED_PROFILES[name] ?? "0x1" }));
    const policy = { ...batch.policy, ...(names.length === 0 ? {} : { profiles }) };
    const stages = [
      {
        ...batch.stages[0],
        name: "cold-storage",
        start: "2026-03-10T08:00:00Z",
        end: "2026-03-10T09:00:00Z",
        devices: [{ vendor: "V", model: "M", serial: "S" }],
      },
    ];
    const missing = {
      claim: CLAIM,
      kind: "temperature",
      stage: "cold-storage",
      outcome: "missing",
      proof: "none",
    } as const;
    return nextStep("custodian", {
      ...{ batch: { ...batch, policy, stages }, claims: [{ ...missing, register: undefined }], mesExceptions: [] },
      ...{ owner: undefined, unsaid, isOpen: true, isOver: false, openExceptions: 0, isCertifiable: false },
      ...{ unconfirmed: [], challenge: undefined, isToNotify: false },
    })?.command;
  };
  expect(command()).toContain("batchproof import csv FILE ");
  expect(command("wide", "long")).toContain("batchproof import csv FILE ");
  expect(command("hoboware")).toContain("batchproof import table FILE --profile hoboware ");
  expect(command("hoboware", "logtag")).toContain("batchproof import table FILE --profile PROFILE ");
  expect(command("my-own")).toContain("batchproof import table FILE --profile PROFILE ");
});

// Verifies R-cli-next.
describe("a word of a command that is printed", () => {
  it.each([
    "plain-1.2/x",
    "two words",
    "it's",
    `"$HOME"`,
    "a;b",
    "a|b&c",
    "`id`",
    "*",
    "",
    "ü",
    "a\nb",
    "\\",
    "a\n%\\'\u001b",
    "a\n",
    "-a\nb",
  ])("is read back by a shell as it was: %j", (word) => {
    const { stdout } = spawnSync("sh", ["-c", `printf '%s' ${shellWord(word)}`], { encoding: "utf8" });
    expect(stdout).toBe(word);
  });
});
