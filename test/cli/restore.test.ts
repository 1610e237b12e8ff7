import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Departure } from "../../src/backup/leave.ts";
import type { Protocol } from "../../src/backup/protocol.ts";
import { blocks, shell } from "../support/walking.ts";
import { beginFridge, CLAIM, closeFridge, DEVICE, fillFridge, fridgeWithCustody } from "./fridge.ts";
import { cliJson, inThisProcess, Scene } from "./scene.ts";
import { batchproof, batchproofJson, PASSPHRASE, personKey, refusedWith } from "./support.ts";

const noJq = spawnSync("jq", ["--version"]).error !== undefined;
if (noJq) console.warn("skipped: jq not installed");

/** A backup, an empty machine, and whether what the register has still opens on it. */

const CUSTODY = "cold-storage/custody";
const RECORD = "batch/records/cold-storage--temperature.json";
/** What people keep of a site. */
const KEPT = ["batch", "policy.json", "parties.json", "custodian.json", "source.json"] as const;

let scene: Scene;
const path = (name: string): string => scene.path(name);
const owner = (): string[] => [...scene.on, ...scene.by("manufacturer")];

beforeAll(async () => {
  scene = await Scene.set(["custody", "temperature-1k"]);
  const dir = await beginFridge(scene, fridgeWithCustody());
  await cliJson(["open", dir, "--qp", scene.account("qp"), ...owner()]);
  await fillFridge(scene, dir);
  await closeFridge(scene, dir);
  await cliJson(["prove", dir, "--key", path("custodian.json"), ...scene.destination]);
  await cliJson(["attest", dir, ...owner()]);
  const identity = await generateX25519Identity();
  await writeFile(path("identity"), `# kept by QA\n${identity}\n`, { mode: 0o600 });
  await cliJson([
    "backup",
    ...KEPT.map(path),
    "--out",
    path("site.age"),
    "--recipient",
    await identityToRecipient(identity),
  ]);
}, 300_000);

afterAll(() => scene.close());

function restoring(file: string, into: string, ...more: readonly string[]): string[] {
  return ["restore", path(file), "--into", path(into), "--identity", path("identity"), ...more];
}

/** The same backup after somebody changed what was kept: the site's folder, changed, and backed up anew. */
async function drillAfter(name: string, change: (site: string) => Promise<void>): Promise<Protocol & { code: number }> {
  const site = path(`site-${name}`);
  await mkdir(site);
  for (const each of [...KEPT, "policy.salts.json", "source.json.journal", "source.json.journal.head"])
    await cp(path(each), join(site, each), { recursive: true, preserveTimestamps: true });
  await change(site);
  const recipient = await identityToRecipient(readFileSync(path("identity"), "utf8").split("\n")[1] ?? "");
  await cliJson(["backup", site, "--out", path(`${name}.age`), "--recipient", recipient]);
  const { code, json } = await batchproofJson(restoring(`${name}.age`, `new-${name}`, "--verify", ...scene.on));
  return { ...(json as Protocol), code };
}

// Verifies R-backup-drill.
describe("restore --verify on an empty machine", () => {
  it("shows that every attested record opens, and writes a dated protocol of it", async () => {
    const { code, stdout } = await inThisProcess(restoring("site.age", "whole", "--verify", ...scene.on));
    expect(code, stdout).toBe(0);
    for (const claim of [CLAIM, CUSTODY]) expect(stdout).toContain(`  ${claim}: attested, opens`);
    expect(stdout).toContain("journal source.json.journal: is whole");
    expect(stdout).toContain("policy policy.salts.json: is whole");
    expect(stdout).toContain("key custodian.json: is whole");
    expect(stdout).toContain("party list parties.json: is whole");
    expect(stdout).toContain("WHOLE");
    const written = readdirSync(path("whole")).filter((name) => name.startsWith("restore-"));
    expect(written).toHaveLength(2);
    const protocol = JSON.parse(await readFile(join(path("whole"), written[0] ?? ""), "utf8")) as Protocol;
    expect(protocol).toMatchObject({ format: "batchproof-restore/1", whole: true, register: { chainId: "31337" } });
    expect((await inThisProcess(["check", join(path("whole"), "batch")])).code).toBe(0);
  });

  it("concludes nothing of what was attested where it asks no register", async () => {
    const { code, stdout } = await batchproof(restoring("site.age", "unasked", "--verify"));
    expect([code, stdout.includes("UNKNOWN")]).toEqual([3, true]);
    expect(stdout).not.toMatch(/^WHOLE/m);
  });

  it.skipIf(noJq)("is made every day as the operators' document says, line by line", async () => {
    const plant = path("plant");
    for (const name of ["batches", "data", "policies", "recipients"])
      await mkdir(join(plant, name), { recursive: true });
    for (const name of ["policy.json", "policy.salts.json"]) await cp(path(name), join(plant, "policies", name));
    await cp(path("parties.json"), join(plant, "parties.json"));
    const other = readFileSync(path("custodian.json"), "utf8").replace('"name": "custodian"', '"name": "another"');
    await writeFile(join(plant, "custodian.json"), other);
    await cp(path("batch"), join(plant, "batches/batch"), { recursive: true });
    const keys = { custodian: "custodian.json" };
    const site = { name: "north", batches: "batches", policies: "policies", parties: "parties.json", keys };
    const settings = { format: "batchproof-service/1", data: "data", sites: [site] };
    await writeFile(join(plant, "service.json"), JSON.stringify(settings));
    const [, rpc] = scene.on;
    const register = { rpc, registry: scene.registry, chainId: "31337" };
    await writeFile(join(plant, "batchproof.json"), JSON.stringify(register));
    for (const [name, key] of [
      ["drill", readFileSync(path("identity"), "utf8").split("\n")[1] ?? ""],
      ["shares", await generateX25519Identity()],
    ] as const) {
      await writeFile(join(plant, "recipients", name), `${await identityToRecipient(key)}\n`);
    }
    await cp(path("identity"), join(plant, "drill.key"));
    const script = blocks("docs/operators.md", "### Every day, by itself", "## An outage").join("\n");
    const { code, output } = await shell(script, plant);
    expect(code, output).toBe(0);
    const [made = ""] = readdirSync(join(plant, "backups")).filter((name) => name.endsWith(".json"));
    expect(JSON.parse(readFileSync(join(plant, "backups", made), "utf8"))).toMatchObject({
      notTaken: [{ what: "passphrases of keys and keystores" }, { what: "the queue's database" }],
      warnings: [
        expect.stringMatching(/^custodian \(.*parties\.json\) and another \(.*custodian\.json\) have one key/),
      ],
    });
    const [found = "", ...written] = readdirSync(join(plant, "drills"));
    const batches = [{ dir: "sites/north/batches/batch" }];
    expect(JSON.parse(readFileSync(join(plant, "drills", found), "utf8"))).toMatchObject({ whole: true, batches });
    expect(written).toEqual([expect.stringMatching(/^restore-.*[.]txt$/)]);
    expect(readdirSync(plant)).not.toContain("drill");
    // What is restored is another backup than was noted: it ends before the folder is deleted, and somebody looks.
    const restoring = script.slice(script.indexOf("mkdir -p drills"));
    const noted = "DAY=$(date -u +%F)\njq '.sums = 1' backups/$DAY.json > other && mv other backups/$DAY.json\n";
    expect((await shell(noted + restoring, plant)).code).toBe(1);
    expect(readdirSync(plant)).toContain("drill");
  });

  it.each([
    ["no-record", RECORD, CLAIM, "evidence-missing"],
    ["other-raw", "batch/evidence", CLAIM, "evidence-tampered"],
  ] as const)("V412: says which attested record is lost (%s)", async (name, file, claim, code) => {
    const found = await drillAfter(name, async (site) => {
      if (file === RECORD) {
        await rm(join(site, file));
        return;
      }
      const [raw = ""] = readdirSync(join(site, file));
      await writeFile(join(site, file, raw), `${readFileSync(join(site, file, raw), "latin1")}\n`, "latin1");
    });
    expect(found).toMatchObject({ code: 1, whole: false });
    const lost = found.batches.flatMap(({ claims }) => claims).filter(({ outcome }) => outcome === "lost");
    expect(lost).toMatchObject([{ claim, attested: true, problem: { code } }]);
  });

  it("counts nothing as lost that another folder of the batch has", async () => {
    const found = await drillAfter("beside", async (site) => {
      await cp(join(site, "batch"), join(site, "joined"), { recursive: true });
      await rm(join(site, RECORD.replace("batch", "joined")));
    });
    expect(found).toMatchObject({ code: 0, whole: true });
    const [, joined] = found.batches;
    expect(joined?.claims.map(({ claim, outcome }) => [claim, outcome])).toContainEqual([CLAIM, "elsewhere"]);
  });

  it("V412: says that what opens is not what was attested, though the folder is whole in itself", async () => {
    const found = await drillAfter("other-record", async (site) => {
      const batch = join(site, "batch");
      await rm(join(batch, "proofs"), { recursive: true });
      await rm(join(site, RECORD));
      for (const raw of readdirSync(join(batch, "evidence"))) await rm(join(batch, "evidence", raw));
      await mkdir(join(batch, "proofs"), { mode: 0o700 });
      const into = ["--into", batch, "--claim", CLAIM, "--source", path("source.json"), "--offset", "+01:00"];
      const journal = ["--journal", path("second.journal"), "--reason", "another offset"];
      await cliJson([
        "import",
        "fridgetag",
        "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt",
        ...into,
        ...journal,
      ]);
    });
    expect(found).toMatchObject({ code: 1, whole: false });
    const lost = found.batches.flatMap(({ claims }) => claims).filter(({ outcome }) => outcome === "lost");
    expect(lost).toMatchObject([{ claim: CLAIM, attested: true, problem: { code: "backup-incomplete" } }]);
  });

  it.each([
    ["secrets", "batch/secrets.json", "secrets-missing"],
    ["head", "source.json.journal", "journal"],
    ["salts", "policy.json", "file-missing"],
  ])("names what is missing besides records (%s)", async (name, file, code) => {
    const found = await drillAfter(name, (site) => rm(join(site, file)));
    expect(found).toMatchObject({ code: 1, whole: false });
    const problems = [
      ...found.batches.flatMap(({ problems: of }) => of),
      ...found.files.flatMap(({ problem }) => problem ?? []),
    ];
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });

  it("V413: counts a whole batch that is missing as lost, where everything should be there", async () => {
    await cliJson(["backup", path("parties.json"), path("batch"), "--out", path("one.age"), ...(await recipientOf())]);
    const whole = await batchproof(restoring("one.age", "one", "--verify", "--complete", ...scene.on));
    expect(whole.code).toBe(0);
    const identity = ["--lot", "LOT 8", "--coi", "COI 8", "--order", "ORDER 8", "--parties", path("parties.json")];
    const fixed = ["--custodian", path("custodian.json"), "--policy", path("policy.json")];
    const device = ["--device", "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088"];
    await cliJson(["init", path("second"), ...identity, ...fixed, ...device]);
    const { key } = await cliJson<{ key: string }>(["open", path("second"), "--qp", scene.account("qp"), ...owner()]);
    const { code, json } = await batchproofJson(restoring("one.age", "two", "--verify", "--complete", ...scene.on));
    expect([code, (json as Protocol).absent?.ofTheseOwners]).toEqual([1, [key]]);
  });
});

// Verifies R-backup-drill, V443.
describe("a drill of a folder that remembers another batch or register", () => {
  const REGISTRATION = "batch/register.json";

  /** The drill after the folder's memory of its register was changed. */
  function drillWith(name: string, change: object): Promise<Protocol & { code: number }> {
    return drillAfter(name, async (site) => {
      const file = join(site, REGISTRATION);
      await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, "utf8")) as object), ...change }));
    });
  }

  it.each([
    ["chain", { chainId: "5" }],
    ["register", { registry: `0x${"1".repeat(40)}` }],
  ])("V443: is unknown where another %s was asked, and never whole", async (name, change) => {
    const { code, whole, batches } = await drillWith(`other-${name}`, change);
    expect([code, whole]).toEqual([3, null]);
    expect(batches).toMatchObject([{ keys: null, claims: [{ attested: null }, { attested: null }], problems: [] }]);
  });

  it("V443: is lost where its batch was made anew, and the register has none like it", async () => {
    const made = await drillAfter("anew", async (site) => {
      const identity = ["--lot", "LOT 9", "--coi", "COI 9", "--order", "ORDER 9", "--parties", path("parties.json")];
      const fixed = ["--custodian", path("custodian.json"), "--policy", path("policy.json")];
      const remembered = await readFile(join(site, REGISTRATION));
      await rm(join(site, "batch"), { recursive: true });
      await cliJson(["init", join(site, "batch"), ...identity, ...fixed, "--device", DEVICE]);
      await writeFile(join(site, REGISTRATION), remembered, { mode: 0o600 });
    });
    expect(made).toMatchObject({ code: 1, whole: false, batches: [{ keys: [] }] });
    expect(made.batches[0]?.problems).toMatchObject([{ code: "backup-incomplete" }]);
    const mistyped = { owner: `0x${"aB".repeat(20)}` };
    expect((await drillWith("mistyped", mistyped)).batches[0]?.problems).toMatchObject([{ code: "registration-file" }]);
  });

  it("V443: is not complete where no folder says whose batches should be there", async () => {
    await cliJson(["backup", path("parties.json"), "--out", path("none.age"), ...(await recipientOf())]);
    const asked = ["--verify", "--complete", ...scene.on];
    expect((await batchproofJson(restoring("none.age", "none", ...asked))).code).toBe(3);
    expect((await batchproofJson(restoring("none.age", "files", "--verify", ...scene.on))).code).toBe(0);
  });
});

async function recipientOf(): Promise<string[]> {
  return ["--recipient", await identityToRecipient(readFileSync(path("identity"), "utf8").split("\n")[1] ?? "")];
}

describe("backup and restore on the command line", () => {
  it("opens with two of three shares, and with one says what is missing", async () => {
    const keepers = ["Anna", "Ben", "Chloe"].flatMap((name) => ["--keeper", name]);
    const words = ["--shares", "2/3", "--shares-out", path("shares"), ...keepers];
    const { shares } = await cliJson<{ shares: string[] }>([
      "backup",
      path("parties.json"),
      "--out",
      path("s.age"),
      ...words,
    ]);
    const given = (some: readonly string[], into: string): string[] => {
      return ["restore", path("s.age"), "--into", path(into), ...some.flatMap((share) => ["--share", share])];
    };
    expect(await refusedWith(given(shares.slice(0, 1), "few"))).toMatchObject({ code: "backup-share", exit: 2 });
    expect((await batchproof(given(shares.slice(1), "enough"))).code).toBe(0);
    expect(await readFile(path("enough/parties.json"))).toEqual(await readFile(path("parties.json")));
  });

  it("opens with its passphrase, which has a variable of its own", async () => {
    const env = { BATCHPROOF_BACKUP_PASSPHRASE: PASSPHRASE };
    const made = await batchproof(["backup", path("parties.json"), "--out", path("p.age"), "--passphrase"], env);
    expect(made.code, made.stderr).toBe(0);
    const words = ["restore", path("p.age"), "--passphrase", "--into"];
    expect((await batchproof([...words, path("p")], env)).code).toBe(0);
    const short = ["backup", path("parties.json"), "--out", path("q.age"), "--passphrase"];
    expect(await refusedWith(short, { BATCHPROOF_BACKUP_PASSPHRASE: "short" })).toMatchObject({
      code: "passphrase-length",
    });
  });

  it("takes one way to encrypt and one to open, and a register named whole", async () => {
    const out = ["backup", path("parties.json"), "--out", path("r.age")];
    expect((await refusedWith(out)).code).toBe("usage");
    expect((await refusedWith([...out, "--passphrase", "--recipient", "age1x"])).code).toBe("usage");
    expect((await refusedWith([...out, "--recipient", "age1x"])).code).toBe("backup-key");
    expect((await refusedWith([...out, "--shares", "2/3"])).code).toBe("usage");
    const half = restoring("site.age", "half", "--verify", "--registry", scene.registry);
    expect((await refusedWith(half)).code).toBe("usage");
    expect((await refusedWith(restoring("site.age", "half", "--complete"))).code).toBe("usage");
  });
});

// Verifies R-person-leave.
describe("person leave", () => {
  it("finds roles, seats and list entries of a person, with the commands that end them, and sends nothing", async () => {
    const files = [
      "--lists",
      path("parties.json"),
      "--key",
      path("source.json"),
      "--lists-out",
      path("lists"),
      "--until",
      "2022-07-01T00:00:00Z",
    ];
    const site = { name: "north", batches: ".", policies: ".", keys: { source: "source.json" } };
    const grants = [{ role: "operator" }];
    const callers = [{ name: "mes", token: "0".repeat(64), grants }];
    const settings = { format: "batchproof-service/1", data: "data", sites: [site], callers };
    await writeFile(path("service.json"), JSON.stringify(settings));
    files.push("--service", path("service.json"), "--caller", "mes");
    const found = await cliJson<Departure>([
      "person",
      "leave",
      "source",
      "--account",
      scene.account("qp"),
      ...files,
      ...scene.on,
    ]);
    const twins = [...files.slice(0, 2), "--lists", path("lists/parties.json"), "--lists-out", path("both")];
    const leaving = ["person", "leave", "source", ...twins, ...scene.on];
    expect(await refusedWith(leaving)).toMatchObject({ code: "output-twice", exit: 2 });
    expect(readdirSync(path("."))).not.toContain("both");
    const words = found.steps.map(({ what }) => what);
    expect(found.accounts).toEqual([scene.account("qp")]);
    expect(words[0]).toMatch(/^role QP of 0x/);
    expect(words.filter((what) => what.includes("is QP of batch"))[0]).toMatch(/and there is no other one$/);
    expect(words.some((what) => /^source source in .*parties.json/.test(what))).toBe(true);
    expect(words.some((what) => what.startsWith("key file"))).toBe(true);
    expect(words.slice(-2)).toEqual([
      expect.stringMatching(/^caller mes in .*service\.json shows the token/),
      expect.stringMatching(/^source key of site north in .*service\.json is .*source\.json/),
    ]);
    const list = JSON.parse(await readFile(path("lists/parties.json"), "utf8")) as {
      parties: { name: string; notAfter: string }[];
    };
    expect(list.parties.map(({ name, notAfter }) => [name, notAfter])).toEqual([
      ["custodian", "2022-12-31T00:00:00Z"],
      ["source", "2022-07-01T00:00:00Z"],
      ["logger", "2022-12-31T00:00:00Z"],
    ]);
    // Pasted as they stand, with who is meant: the role is gone.
    const revoke = found.steps[0]?.commands[0] ?? "";
    const pasted = revoke
      .split(" ")
      .slice(1)
      .map((word) => (word === "ADMIN" ? scene.account("admin") : word));
    await cliJson(pasted);
    const after = await cliJson<Departure>([
      "person",
      "leave",
      "source",
      "--account",
      scene.account("qp"),
      ...scene.on,
    ]);
    expect(after.steps.some(({ what }) => what.startsWith("role QP"))).toBe(false);
  });

  it("finds every account of a person by the key of persons, and what it proposed", async () => {
    const account = scene.accounts[6] ?? "";
    await scene.giveRole("proposer", account, "proposer two");
    const own = ["--account", account];
    await cliJson([
      "party",
      "publish",
      path("lists/parties.json"),
      "--before",
      path("parties.json"),
      ...scene.on,
      ...own,
    ]);
    const found = await cliJson<Departure>(["person", "leave", "proposer two", ...personKey(), ...scene.on]);
    expect(found.accounts).toEqual([account]);
    expect(found.steps.map(({ takes }) => takes)).toEqual(["one", "two"]);
    expect(found.steps[1]?.what).toContain("party list");
    const nobody = ["person", "leave", "nobody", ...personKey(), ...scene.on];
    expect(await refusedWith(nobody)).toMatchObject({ code: "person-unknown", exit: 1 });
    const mistyped = [...nobody, "--service", path("service.json"), "--caller", "mess"];
    expect(await refusedWith(mistyped)).toMatchObject({ code: "usage", place: "--caller mess" });
  });
});
