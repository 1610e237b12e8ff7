import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CIRCUITS } from "../../src/kinds/circuits.ts";
import { packageRoot } from "../../src/root.ts";
import { ensureArtifacts } from "../../src/setup/artifacts.ts";
import { PASSPHRASE, startDevnet, VALID, type Run } from "../cli/support.ts";

/**
 * The package as a user gets it: packed, installed from the tarball into an empty project, and used there. Needs the
 * registry of npm, or its cache.
 */

const ENTRIES = [
  "batchproof",
  ...["audit", "check", "client", "policy", "prove", "verify"].map((name) => `batchproof/${name}`),
];
const MOST_MEGABYTES = 80;
const LOGGER = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";

const root = packageRoot();
const project = mkdtempSync(join(tmpdir(), "batchproof-package-"));
const path = (name: string): string => join(project, name);
const packed: string[] = [];
let devnet: Awaited<ReturnType<typeof startDevnet>>;

/** Runs a program in the project. */
function run(file: string, args: readonly string[], cwd = project): Promise<Run> {
  const env = { ...process.env, BATCHPROOF_PASSPHRASE: PASSPHRASE, NODE_NO_WARNINGS: "1" };
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
    });
  });
}

async function npm(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(
    "npm",
    [...args, "--no-audit", "--no-fund"],
    args[0] === "pack" ? root : project,
  );
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** The installed command line. */
function batchproof(...args: readonly string[]): Promise<Run> {
  return run(process.execPath, [path("node_modules/batchproof/dist/cli/main.js"), ...args]);
}

async function done(...args: readonly string[]): Promise<string> {
  const command = args.slice(0, 2).join(" ");
  const { code, stdout, stderr } = await batchproof(...args);
  expect({ command, code, stderr: code === 0 ? "" : stderr }).toEqual({ command, code: 0, stderr: "" });
  return stdout;
}

/** Exit 3, with these words. */
async function refused(args: readonly string[], words: string): Promise<void> {
  const { code, stderr } = await batchproof(...args);
  expect({ code, said: stderr.includes(words) ? words : stderr }).toEqual({ code: 3, said: words });
}

function megabytes(folder: string): number {
  const files = globSync("**/*", { cwd: folder }).map((name) =>
    statSync(join(folder, name), { throwIfNoEntry: false }),
  );
  return files.reduce((sum, file) => sum + (file?.isFile() === true ? file.size : 0), 0) / 1e6;
}

beforeAll(async () => {
  const [report] = JSON.parse(await npm("pack", "--ignore-scripts", "--json", "--pack-destination", project)) as [
    { filename: string; files: { path: string }[] },
  ];
  packed.push(...report.files.map((file) => file.path));
  writeFileSync(path("package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  await npm("install", "--prefer-offline", `./${report.filename}`);
  for (const name of ["policies/fridge-2-8.json", "berlinger/fridgetag2L_130500109088_202206081014.txt"]) {
    cpSync(join(root, "fixtures", name), path(name.split("/")[1] ?? ""));
  }
  devnet = await startDevnet();
});

afterAll(async () => {
  await devnet.stop();
  rmSync(project, { recursive: true });
});

// Verifies R-cli-package.
describe("the package", () => {
  it("holds what users need, and nothing else", () => {
    const top = [...new Set(packed.map((file) => file.split("/")[0]))].sort();
    expect(top).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "artifacts.lock.json",
      "circuits",
      "curve",
      "dist",
      "docs",
      "fixtures",
      "package.json",
      "verifying-keys",
    ]);
    const code = /^(?:dist|circuits)[/].*[.](?:d[.]ts|js|circom)$/;
    const mine = /secret|salts|journal|parties|custodian|[.]key|[.]test[.]|[.]sol$|[.]zkey$|[.]ptau$/;
    expect(packed.filter((file) => mine.test(file) && !code.test(file))).toEqual([]);
    for (const { name, main } of CIRCUITS)
      expect(packed).toEqual(expect.arrayContaining([main, `verifying-keys/${name}.json`]));
  });

  it(`takes at most ${MOST_MEGABYTES} MB with all that it needs`, () => {
    expect(megabytes(path("node_modules"))).toBeLessThan(MOST_MEGABYTES);
    const heavy = ["hardhat", "solc", "circom2", "snarkjs", "circomlib", "@openzeppelin"];
    expect(heavy.filter((name) => existsSync(path(`node_modules/${name}`)))).toEqual([]);
  });

  it("has entries that load, with types that a strict compiler takes", async () => {
    const lines = ENTRIES.map(
      (entry, i) => `import * as entry${i} from "${entry}";\nconsole.log(Object.keys(entry${i}).length > 0);`,
    );
    writeFileSync(path("entries.mjs"), lines.join("\n"));
    expect((await run(process.execPath, [path("entries.mjs")])).stdout).toBe("true\n".repeat(ENTRIES.length));
    const typed =
      'import { verify } from "batchproof/verify";\nexport const submitter: string = (await verify({})).bound.submitter;\n';
    writeFileSync(path("typed.mts"), lines.join("\n") + typed);
    const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2024", "--types", "node"];
    const { stdout } = await run(process.execPath, [
      join(root, "node_modules/typescript/bin/tsc"),
      ...options,
      "typed.mts",
    ]);
    expect(stdout).toBe("");
  });

  it("runs the examples of docs/api.md", async () => {
    const examples = [...readFileSync(join(root, "docs/api.md"), "utf8").matchAll(/```js\n(.*?)```/gs)].map(
      ([, code]) => code,
    );
    expect(examples).toHaveLength(ENTRIES.length + 1);
    cpSync(path("fridge-2-8.json"), path("my-policy.json"));
    writeFileSync(path("policy-example.mjs"), examples.find((code) => code?.includes("batchproof/policy")) ?? "");
    expect((await run(process.execPath, [path("policy-example.mjs")])).stdout).toContain("cold-storage");
  });
});

describe("its command line, without a build", () => {
  let registry: string;
  const dir = path("my-batch");
  const claim = "cold-storage/temperature";

  it("begins a batch, imports and checks", async () => {
    expect(await done("--help")).toContain("policy");
    await done("policy", "lint", "fridge-2-8.json");
    await done("policy", "salt", "fridge-2-8.json");
    for (const role of ["custodian", "source"]) {
      await done("key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", `${role}.key`);
      await done("party", "add", "parties.json", "--key", `${role}.key`, ...VALID);
    }
    await done("party", "add", "parties.json", "--device", LOGGER, "--org", "Site A", "--name", "logger", ...VALID);
    const identity = [
      "--lot",
      "L1",
      "--coi",
      "C1",
      "--order",
      "O1",
      "--custodian",
      "custodian.key",
      "--device",
      LOGGER,
    ];
    await done("init", "my-batch", "--policy", "fridge-2-8.json", "--parties", "parties.json", ...identity);
    await done("stage", "my-batch", "cold-storage", "--start", "2022-05-05T16:26:00Z", "--end", "2022-05-08T16:26:00Z");
    const into = ["--into", "my-batch", "--claim", claim, "--source", "source.key", "--offset", "+00:00"];
    await done("import", "fridgetag", "fridgetag2L_130500109088_202206081014.txt", ...into);
    expect(await done("check", "my-batch")).toContain(`${claim}: pass`);
    expect(readdirSync(dir)).toContain(".gitignore");
  });

  it("deploys a register, opens the batch on it and audits it", async () => {
    const [admin = "", proposer = "", approver = "", manufacturer = "", qp = "", secondAdmin = ""] = devnet.accounts;
    await done("role", "person-key", "--out", "person-key.json");
    const key = ["--person-key", "person-key.json"];
    const admins = ["--person", "p1", "--admin-2", secondAdmin, "--person-2", "p2", ...key];
    const deployed = JSON.parse(
      await done("deploy", ...admins, "--allow-development", "--rpc", devnet.url, "--account", admin, "--json"),
    ) as {
      addresses: { registry: string };
    };
    ({ registry } = deployed.addresses);
    const as = (account: string): string[] => ["--rpc", devnet.url, "--registry", registry, "--account", account];
    const roles = Object.entries({ proposer, approver, manufacturer, qp }).map(([role, account]) => {
      return { role, account, person: role, from: "2020-01-01T00:00:00Z", to: "2090-01-01T00:00:00Z" };
    });
    writeFileSync(path("roles.json"), JSON.stringify({ format: "batchproof-roles/1", roles }));
    await done("role", "propose-all", path("roles.json"), ...key, ...as(admin));
    await done("role", "approve-all", path("roles.json"), ...key, ...as(secondAdmin));
    await done("circuit", "propose", ...as(proposer));
    await done("circuit", "approve", ...as(approver));
    await done("policy", "publish", "fridge-2-8.json", ...as(proposer));
    const approved = ["--policy", "fridge-2-8.json", "--authorisation", "V-1"];
    await done("policy", "approve", ...approved, ...as(approver));
    await done("party", "publish", "parties.json", ...as(proposer));
    await done("party", "approve", "--parties", "parties.json", "--authorisation", "P-1", ...as(approver));
    await done("open", "my-batch", "--qp", qp, ...as(manufacturer));
    expect(await done("audit", "--rpc", devnet.url, "--registry", registry)).toMatch(
      /(\d+) of \1 contracts known by code/,
    );
    const health = await done("doctor", "--rpc", devnet.url, "--registry", registry);
    expect(health).toMatch(/^ok +circuits .*\n +Install it: npm install circomlib@2.0.5$/m);
    expect(health).toMatch(/^ok +register /m);
  });

  it("keeps a report and the record of its review, which the example of docs/api.md reads", async () => {
    writeFileSync(path("report.json"), await done("audit", "--rpc", devnet.url, "--registry", registry, "--json"));
    await done("review", "sign", "report.json", "--key", "custodian.key", "--out", "review.json");
    const [, code] = /```js\n([^`]*reviewFromJson.*?)```/s.exec(readFileSync(join(root, "docs/api.md"), "utf8")) ?? [];
    writeFileSync(path("review-example.mjs"), code ?? "");
    const { stdout, stderr } = await run(process.execPath, [path("review-example.mjs")]);
    expect(stderr).toBe("");
    expect(stdout).toContain("MANUFACTURER");
  });

  it("makes a packet with the page that the package holds", async () => {
    const at = ["--rpc", devnet.url, "--registry", registry];
    await done("audit", ...at, "--packet", "filed.zip", "--policy", "fridge-2-8.json", "--review", "review.json");
    expect(await done("verify-packet", "filed.zip")).toContain("2 added: each belongs to the register");
  });

  it("says which package proving takes, and proves from a folder of artifacts once it is there", async () => {
    const [submitter = ""] = devnet.accounts;
    const destination = ["--submitter", submitter, "--registry", registry, "--chain-id", "31337"];
    const store = path("artifacts");
    const proving = ["prove", "my-batch", ...destination, "--artifacts", store];
    await refused(proving, "no artifacts");
    for (const circuit of CIRCUITS.filter(({ name }) => name.startsWith("temperature-1k")))
      await ensureArtifacts(circuit, { store });
    await refused(proving, "npm install snarkjs@0.7.6");
    await npm("install", "--prefer-offline", "snarkjs@0.7.6");
    expect(await done(...proving)).toContain(`${claim}: proven by temperature-`);
  });

  it("verifies a proof, and refuses one of a circuit that the lock does not pin", async () => {
    const file = path("my-batch/proofs/cold-storage--temperature.json");
    const asked = ["--rpc", devnet.url, "--owner", devnet.accounts[3] ?? ""];
    expect(await done("verify", file, ...asked)).toContain("The proof is valid.");
    const envelope = JSON.parse(readFileSync(file, "utf8")) as { circuitId: string };
    writeFileSync(path("other.json"), JSON.stringify({ ...envelope, circuitId: `0x${"ab".repeat(32)}` }));
    expect(await batchproof("verify", "other.json")).toMatchObject({ code: 1 });
  });

  it.each([
    ["devnet", "hardhat@3.17.0"],
    ["setup", "circomlib@2.0.5"],
  ])("%s says that it takes %s", async (command, wanted) => {
    await refused([command], `npm install ${wanted}`);
  });
});
