import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { chmod, cp, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dataSlice, id } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REGISTRATION_FILE } from "../../src/batch/paths.ts";
import { batchState } from "../../src/chain/batchState.ts";
import { chainTime, connectRpc, findRegister, mineAt, type Chain } from "../../src/chain/connect.ts";
import { qaRole, ROLE_ID } from "../../src/formats/roleIds.ts";
import { registerAt, type Addresses, type Register } from "../../src/chain/handles.ts";
import { SIGNALS } from "../../src/formats/constants.ts";
import { formatTime } from "../../src/input/times.ts";
import { documentHash, type Policy } from "../../src/policy/document.ts";
import { ENVELOPE_FILE } from "../../src/prover/envelope.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { cli, cliJson, inThisProcess, Scene } from "./scene.ts";
import { batchproofJson, deployWith, filesIn, personKey, refusedWith } from "./support.ts";

/** Every call of the register as people type it: its effect, read back from the register, and who may not. */

const CUSTODY = "storage/custody";
const TEMPERATURE = "storage/temperature";
const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
const OTHER_DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109089";
const MES = "fixtures/b2mml/BatchML-v0401_ProductionBatchRecord_Example_v06.xml";
const MES_BATCH = "BX10";
const YEAR = ["--from", "2022-01-01T00:00:00Z", "--to", "2022-12-31T00:00:00Z"] as const;
const ALWAYS = ["--from", "2020-01-01T00:00:00Z", "--to", "2040-01-01T00:00:00Z"] as const;
const REASON = ["--reason", "other"] as const;
/** An authority holds by an order that it names. */
const ORDER = ["--order", "ORDER-7"] as const;
const DAY = 86_400n;

let scene: Scene;
let chain: Chain;
let addresses: Addresses;
let register: Register;
let policyId: string;
let root: string;
const path = (name: string): string => scene.path(name);

/** Accounts besides those of the scene. */
const OTHERS = { qa: 6, authority: 7, holder: 8, heir: 9, courier: 10 } as const;
type Who = keyof typeof OTHERS | Parameters<Scene["account"]>[0];
const account = (who: Who): string =>
  who in OTHERS ? (scene.accounts[OTHERS[who as keyof typeof OTHERS]] ?? "") : scene.account(who as "qp");

/** The options of a command that `who` sends to the register. */
const as = (who: Who): string[] => [...scene.on, "--account", account(who)];
/** The same of someone who is not the owner, about a folder. */
const about = (who: Who): string[] => [...as(who), "--owner", account("manufacturer")];

interface Stand {
  readonly key: string;
  readonly status: string;
  readonly heldBy: readonly { readonly account: string; readonly side: string; readonly order?: string }[];
}

function said<T = Stand>(...args: readonly string[]): Promise<T> {
  return cliJson<T>(args);
}

async function refusal(...args: readonly string[]): Promise<[exit: number, code: string]> {
  const { exit, code } = await refusedWith(args);
  return [exit, code];
}

/** Time of the chain and some seconds more, RFC 3339. */
async function soon(seconds: bigint): Promise<string> {
  return formatTime(Number((await chainTime(chain.provider)) + seconds));
}

function sha256(text: string): string {
  return `0x${createHash("sha256").update(text).digest("hex")}`;
}

async function document(name: string, text = `text of ${name}`): Promise<string> {
  await writeFile(path(name), text);
  return path(name);
}

/** One stage under one custodian: custody, which cannot be waived, and a process claim, which can. */
async function policy(): Promise<unknown> {
  interface Claims {
    readonly maxDue: readonly number[];
    readonly claims: readonly { readonly id: string }[];
  }
  const read = async (name: string): Promise<Claims> =>
    JSON.parse(await readFile(`fixtures/policies/${name}.json`, "utf8")) as Claims;
  const [fridge, process] = [await read("fridge-2-8"), await read("cd20-prodigy")];
  const last = process.claims.find(({ id }) => id === "administration/custody");
  return {
    ...fridge,
    stages: ["storage"],
    claims: [
      { ...last, id: CUSTODY, stage: 0, neededFor: "release" },
      { ...fridge.claims[0], id: TEMPERATURE, stage: 0, class: "process" },
    ],
  };
}

/** One process claim on a stage that a QP confirms; without custody, so that people can settle all of it. */
async function confirmedPolicy(): Promise<unknown> {
  const { claims, ...rest } = (await policy()) as { readonly claims: readonly object[] };
  return { ...rest, product: "FIXTURE-CONFIRMED", confirmedByQp: ["storage"], claims: claims.slice(1) };
}

async function initialised(name: string, under = "policy.json"): Promise<string> {
  const identity = ["--lot", `LOT-${name}`, "--coi", `COI-${name}`, "--order", `ORDER-${name}`];
  const fixed = ["--custodian", path("custodian.json"), "--device", DEVICE, "--parties", path("parties.json")];
  await said("init", path(name), "--policy", path(under), ...identity, ...fixed);
  return path(name);
}

async function opened(
  name: string,
  ...extra: readonly string[]
): Promise<{ dir: string; key: string; serial: string }> {
  const dir = await initialised(name);
  const { key, serial } = await said<{ key: string; serial: string }>(
    ...["open", dir, "--qp", account("qp"), ...extra, ...as("manufacturer")],
  );
  return { dir, key, serial };
}

function raise(dir: string, claim: string, ...extra: readonly string[]): Promise<{ id: string; repeats: string }> {
  const what = ["--claim", claim, "--category", "equipment", "--severity", "2", "--reference", "DEV-1"];
  return said("exception", "raise", dir, ...what, ...as("manufacturer"), ...extra);
}

function closing(step: "propose" | "confirm", id: string, evidence: string, disposition = "accepted"): string[] {
  return ["exception", `${step}-closing`, id, "--disposition", disposition, "--evidence", evidence];
}

beforeAll(async () => {
  scene = await Scene.set(["custody", "temperature-1k"]);
  chain = await connectRpc(scene.on[1] ?? "");
  addresses = await findRegister(chain.provider, scene.registry);
  register = registerAt(addresses, chain.provider);
  await scene.giveRole("qa", account("qa"), "qa", "--owner", account("manufacturer"));
  await scene.giveRole("authority", account("authority"), "authority");
  await writeFile(path("policy.json"), JSON.stringify(await policy()));
  await said("policy", "salt", path("policy.json"));
  const key = ["--role", "custodian", "--name", "custodian", "--org", "site A", "--out", path("custodian.json")];
  await said("key", "new", ...key);
  await said("party", "add", path("parties.json"), "--key", path("custodian.json"), ...YEAR);
  for (const [i, device] of [DEVICE, OTHER_DEVICE].entries()) {
    const named = ["--device", device, "--org", "site A", "--name", `logger ${i}`];
    await said("party", "add", path("parties.json"), ...named, ...YEAR);
  }
  await scene.publish(path("policy.json"), path("parties.json"));
  ({ policyId } = await said<{ policyId: string }>("policy", "hash", path("policy.json")));
  ({ root } = await said<{ root: string }>("party", "root", path("parties.json")));
});

afterAll(async () => {
  await chain.close();
  await scene.close();
});

describe("which batch a command is about", () => {
  it("is said once, by a folder or by a key", async () => {
    const { dir, key } = await opened("named");
    const hold = (...which: readonly string[]): string[] => ["hold", ...which, ...REASON, ...ORDER, ...as("authority")];
    expect(await refusal(...hold())).toEqual([2, "usage"]);
    expect(await refusal(...hold(dir, "--batch", key))).toEqual([2, "usage"]);
    expect(await refusal(...hold("--batch", key, "--owner", account("manufacturer")))).toEqual([2, "usage"]);
    expect(await refusal(...hold("--batch", key.slice(2)))).toEqual([2, "hash"]);
    expect(await refusal(...hold("--batch", policyId))).toEqual([1, "BatchUnknown"]);
    rmSync(join(dir, REGISTRATION_FILE));
    const guessed = await refusedWith(hold(dir));
    expect(guessed).toMatchObject({ exit: 1, code: "BatchUnknown" });
    expect(guessed.remedy).toContain("--owner");
    expect(await said(...hold(dir, "--owner", account("manufacturer")))).toMatchObject({
      ...{ key, heldBy: [{ batch: key, account: account("authority"), side: "authority", order: "ORDER-7" }] },
    });
    expect(await refusal(...hold("--batch", key))).toEqual([1, "HoldUnchanged"]);
  });

  // Verifies R-cli-private.
  it("is never told in a public reference", async () => {
    const { dir } = await opened("secret");
    const raise = ["exception", "raise", dir, "--claim", CUSTODY, "--category", "custody", "--severity", "1"];
    for (const told of ["patient COI-secret withdrew", "see order-SECRET", "LOT-secret"]) {
      expect(await refusal(...raise, "--reference", told, ...as("manufacturer"))).toEqual([1, "private"]);
    }
    expect(await refusal(...raise, "--reference", " ", ...as("manufacturer"))).toEqual([2, "name"]);
    const long = "one character more than fits in!";
    expect(await refusal(...raise, "--reference", long, ...as("manufacturer"))).toEqual([2, "name"]);
  });
});

// Verifies R-batch-registration, F30.
describe("a batch that is opened", () => {
  it("is remembered by its folder, and opened once", async () => {
    const { dir, key } = await opened("once");
    const registration = join(dir, REGISTRATION_FILE);
    const remembered = await readFile(registration, "utf8");
    expect(JSON.parse(remembered)).toMatchObject({
      ...{ chainId: "31337", registry: addresses.registry, owner: account("manufacturer") },
    });
    const again = ["open", dir, "--qp", account("qp"), ...as("manufacturer")];
    rmSync(registration);
    expect(await said(...again)).toMatchObject({ key, already: true });
    expect(await readFile(registration, "utf8")).toBe(remembered);
    expect((await inThisProcess(again)).stdout).toMatch(new RegExp(`^register +${addresses.registry}$`, "m"));
    // Nor is it done where something else is asked for, or by somebody else.
    await scene.giveRole("qp", account("heir"), "heir");
    for (const other of [
      ["--qp", account("heir")],
      ["--submitter", account("stranger")],
      ["--due", await soon(DAY)],
      ["--due-completion", await soon(DAY)],
      ["--consent", `0x${"11".repeat(32)}`],
      ["--supersedes", `0x${"11".repeat(32)}`],
    ]) {
      expect(await refusedWith([...again, ...other])).toMatchObject({ exit: 1, code: "BatchKnown", place: key });
    }
    const byStranger = ["open", dir, "--qp", account("qp"), ...as("stranger")];
    expect(await refusedWith(byStranger)).toMatchObject({ exit: 1, code: "BatchKnown", place: dir });
    expect(await readFile(registration, "utf8")).toBe(remembered);
    // The folder says where it is: the register need not be named, nor the owner.
    const [rpc, url] = scene.on;
    const hold = ["hold", dir, ...REASON, ...ORDER, rpc ?? "", url ?? "", "--account", account("authority")];
    expect(await said(...hold)).toMatchObject({ key, heldBy: [{ side: "authority" }] });
    await writeFile(registration, remembered.replace("31337", "31338"));
    expect(await refusal(...hold)).toEqual([1, "chain-id"]);
    await writeFile(registration, remembered.replace("chainId", "chain"));
    expect(await refusal(...hold)).toEqual([2, "registration-file"]);
  });

  // Verifies R-cli-sending, V74.
  it("V74: waits for what is stuck, for a time, and goes on from there when it is run again", async () => {
    const opening = async (name: string): Promise<string[]> => {
      const dir = await initialised(name);
      return ["open", dir, "--qp", account("qp"), ...as("manufacturer"), "--timeout", "2", "--json"];
    };
    const [first, second] = [await opened("not-stuck"), await opening("stuck")] as const;
    /** Runs while blocks come only after a second. */
    const minedLater = async (args: readonly string[]): Promise<Awaited<ReturnType<typeof inThisProcess>>> => {
      const running = inThisProcess(args);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await chain.provider.send("evm_mine", []);
      return await running;
    };
    const hashIn = (stderr: string): string => /^Transaction (0x[0-9a-f]{64}) is sent/m.exec(stderr)?.[1] ?? "none";
    await chain.provider.send("evm_setAutomine", [false]);
    try {
      const stuck = await inThisProcess(second);
      expect(stuck.code).toBe(3);
      const hash = hashIn(stuck.stderr);
      const { error } = JSON.parse(stuck.stdout) as { error: { code: string; message: string; remedy: string } };
      expect(error).toMatchObject({ code: "not-mined", message: `Transaction ${hash} was not mined within 2 s.` });
      expect(error.remedy).toContain(`--replace ${hash}`);
      // Still stuck: the same again sends nothing.
      const waited = await inThisProcess(second);
      expect(JSON.parse(waited.stdout)).toMatchObject({ error: { code: "not-mined" } });
      expect(waited.stderr).toContain("Waiting for 1 transaction of");
      expect(hashIn(waited.stderr)).toBe("none");
      // And then the folder's own batch is not "known", but done.
      const done = await minedLater(second);
      expect([done.code, JSON.parse(done.stdout)]).toMatchObject([0, { already: true }]);
      expect(hashIn(done.stderr)).toBe("none");
      // What offers too little is replaced by name, and by nothing else.
      const third = await opening("stuck-too");
      const low = hashIn((await inThisProcess(third)).stderr);
      const other = ["hold", first.dir, ...REASON, ...ORDER, ...about("authority"), "--replace", low];
      expect(await refusal(...other)).toEqual([2, "usage"]);
      const more = await minedLater([...third, "--replace", low, "--gas-price", "500"]);
      expect([more.code, JSON.parse(more.stdout)]).toMatchObject([0, { already: false }]);
      expect(await chain.provider.getTransactionReceipt(low)).toBeNull();
      const sent = await chain.provider.getTransaction(hashIn(more.stderr));
      expect(sent).toMatchObject({ type: 0, gasPrice: 500_000_000_000n });
      expect(await refusal(...third, "--replace", `0x${"11".repeat(32)}`)).toEqual([3, "not-mined"]);
      expect(await refusal(...third, "--replace", sent?.hash ?? "")).toEqual([3, "mined-already"]);
    } finally {
      await chain.provider.send("evm_setAutomine", [true]);
    }
  });

  it("is not the one of another opening", async () => {
    const { dir } = await opened("kept");
    const other = path("kept-otherwise");
    const identity = ["--lot", "LOT-kept", "--coi", "COI-kept", "--order", "ORDER-kept"];
    const fixed = ["--custodian", path("custodian.json"), "--device", OTHER_DEVICE, "--parties", path("parties.json")];
    await said("init", other, "--policy", path("policy.json"), ...identity, ...fixed);
    expect(await refusal("open", other, "--qp", account("qp"), ...as("manufacturer"))).toEqual([1, "BatchKnown"]);
    expect(existsSync(join(other, REGISTRATION_FILE))).toBe(false);
    expect(existsSync(join(dir, REGISTRATION_FILE))).toBe(true);
  });
});

// Verifies R-cli-chain, F26.
it("refuses a node of another chain than the register's, before anything is read or sent", async () => {
  expect(await refusal("role", "revoke", "qp", account("qp"), ...as("admin"), "--chain-id", "1")).toEqual([
    1,
    "chain-id",
  ]);
  expect(await refusal("audit", ...scene.on, "--chain-id", "1")).toEqual([1, "chain-id"]);
  expect(await refusal("audit", ...scene.on, "--chain-id", "x")).toEqual([2, "usage"]);
});

// Verifies R-cli-settings-file.
describe("what deploy saves", () => {
  const [rpc, url] = ["--rpc", (): string => scene.on[1] ?? ""] as const;

  it("stands in the settings file beside what was there, and is not replaced", async () => {
    const file = path("batchproof.json");
    const accounts = { admin: account("admin"), "admin-2": account("secondAdmin"), qa: account("qa") };
    await writeFile(file, JSON.stringify({ accounts }));
    const env = { BATCHPROOF_SETTINGS: file };
    await chmod(file, 0o600);
    const deploy = [...deployWith("admin-2"), rpc, url(), "--account", "admin", "--save"];
    const { code, json } = await batchproofJson(deploy, env);
    expect(code).toBe(0);
    const registry = (json as { addresses: { registry: string } }).addresses.registry;
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
      ...{ accounts, rpc: url(), registry, chainId: "31337" },
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await chain.provider.getBlockNumber();
    expect(await refusedWith(deploy, env)).toMatchObject({ exit: 2, code: "settings-register" });
    expect(await chain.provider.getBlockNumber()).toBe(before);

    // Names stand in a list of roles, too, also that of a keystore.
    await writeFile(path("keyed.json"), JSON.stringify({ address: account("manufacturer").slice(2) }));
    const named = {
      ...(JSON.parse(await readFile(file, "utf8")) as object),
      accounts: { ...accounts, keyed: "keyed.json" },
    };
    await writeFile(file, JSON.stringify(named));
    const entry = {
      role: "qa",
      account: "qa",
      person: "p1",
      from: ALWAYS[1],
      to: ALWAYS[3],
      owner: "keyed",
    };
    const list = async (...roles: readonly unknown[]): Promise<string[]> => {
      await writeFile(path("roles.json"), JSON.stringify({ format: "batchproof-roles/1", roles }));
      return ["role", "propose-all", path("roles.json"), ...personKey(), "--account", "admin"];
    };
    const approve = ["role", "approve-all", path("roles.json"), ...personKey(), "--account", "admin-2"];
    const alreadyOf = async (words: readonly string[]): Promise<unknown> => {
      const { roles } = (await batchproofJson(words, env)).json as { roles: { account: string; already: boolean }[] };
      expect(roles[0]).toMatchObject({ role: "qa", account: account("qa") });
      return roles.map(({ already }) => already);
    };
    // A list that was interrupted is given again whole, before the approval and after it.
    const admin = { role: "admin", account: "keyed", person: "p2", from: ALWAYS[1], to: ALWAYS[3] };
    expect(await alreadyOf(await list(entry))).toEqual([false]);
    expect(await alreadyOf(await list(entry, admin))).toEqual([true, false]);
    expect(await alreadyOf(approve)).toEqual([false, false]);
    expect(await alreadyOf(approve)).toEqual([true, true]);
    expect(await alreadyOf(await list(entry, admin))).toEqual([true, true]);
    expect(await refusedWith(await list({ ...entry, role: "boss" }), env)).toMatchObject({
      exit: 2,
      code: "role-list",
    });
    const place = `${path("roles.json")}#/roles/1/owner`;
    expect(await refusedWith(await list(entry, { ...entry, owner: undefined }), env)).toMatchObject({
      exit: 2,
      code: "owner",
      place,
    });
  });

  // Verifies F29.
  it("is not written over a file that was not read, and never loses what was deployed", async () => {
    const folder = path("unread");
    mkdirSync(folder);
    const file = join(folder, "batchproof.json");
    const accounts = { admin: account("admin") };
    await writeFile(file, JSON.stringify({ accounts }));
    const deploy = [...deployWith(account("secondAdmin")), rpc, url(), "--account", account("admin"), "--save"];
    const cwd = process.cwd();
    process.chdir(folder);
    try {
      const before = await chain.provider.getBlockNumber();
      expect(await refusedWith(deploy)).toMatchObject({ exit: 2, code: "settings-register", place: file });
      expect(await chain.provider.getBlockNumber()).toBe(before);
      // Somebody else's register is saved while this one is being deployed.
      const running = batchproofJson(deploy, { BATCHPROOF_SETTINGS: file });
      while ((await chain.provider.getBlockNumber()) === before) await new Promise((done) => setTimeout(done, 5));
      const theirs = JSON.stringify({ accounts, registry: account("qa") });
      await writeFile(file, theirs);
      const { code, json } = await running;
      expect(code).toBe(3);
      const { saved, addresses } = json as { saved: null; addresses: { registry: string } };
      expect(saved).toBeNull();
      expect(await chain.provider.getCode(addresses.registry)).not.toBe("0x");
      expect(await readFile(file, "utf8")).toBe(theirs);
    } finally {
      process.chdir(cwd);
    }
  });
});

// Verifies R-cli-deploy.
it("deploy again changes nothing where it is done, and a register names the one it follows", async () => {
  const by = ["--rpc", scene.on[1] ?? "", "--account", account("admin")];
  const deploy = [...deployWith(account("secondAdmin")), "--predecessor", addresses.registry, ...by];
  const first = await said<{ addresses: Addresses; deployment: string; already: boolean }>(...deploy);
  expect(first).toMatchObject({ predecessor: addresses.registry, already: false });
  expect(filesIn(dirname(first.deployment))).toContain("31337.json");
  const block = await chain.provider.getBlockNumber();
  expect(await said(...deploy)).toEqual({ ...first, already: true });
  expect((await inThisProcess(deploy)).stdout).toMatch(/^Deployed before: nothing was sent\.\nregistry /);
  const followed = registerAt(first.addresses, chain.provider).registry;
  expect(await followed.predecessor()).toBe(addresses.registry);
  expect(await refusal(...deploy, "--allow-development")).toEqual([2, "deployment-differs"]);
  const others = (secondAdmin: string, ...more: string[]): string[] => [...deployWith(secondAdmin), ...by, ...more];
  expect(await refusal(...others(account("admin")))).toEqual([2, "usage"]);
  expect(await refusal(...others(account("secondAdmin"), "--person-2", "first admin"))).toEqual([2, "usage"]);
  expect(await refusal(...others(account("secondAdmin"), "--predecessor", account("qp")))).toEqual([3, "code"]);
  expect(await chain.provider.getBlockNumber()).toBe(block);
});

describe("decisions", () => {
  // Verifies R-register-holds, V150.
  it("V150: hold and unhold, each account for itself, and several batches at once", async () => {
    const [{ dir, key }, other] = [await opened("held"), await opened("held-too")] as const;
    const [qp, authority] = [account("qp"), account("authority")];
    expect(await said("hold", dir, ...REASON, ...about("qp"))).toMatchObject({
      ...{ status: "Open", heldBy: [{ batch: key, account: qp, side: "qp" }] },
    });
    // The company's own QP cannot lift what an authority holds, nor the other way round.
    const all = ["hold", "--batch", key, "--also", other.dir, ...REASON, ...as("authority")];
    expect(await refusal(...all)).toEqual([1, "NameInvalid"]);
    expect(await refusal(...all, "--order", "LOT-held-too")).toEqual([1, "private"]);
    expect(await refusal(...all, ...ORDER, "--also", policyId)).toEqual([1, "BatchUnknown"]);
    expect(await said(...all, ...ORDER)).toMatchObject({ keys: [key, other.key], order: "ORDER-7" });
    for (const each of [key, other.key]) {
      const [last] = (await batchState(register, each)).heldBy.filter(({ side }) => side === "authority");
      expect(last).toEqual({ batch: each, account: authority, side: "authority", order: "ORDER-7" });
    }
    const unhold = ["unhold", dir, ...REASON];
    expect(await refusal(...unhold, "--holder", authority, ...about("qp"))).toEqual([1, "HoldNotYours"]);
    expect(await refusal(...unhold, "--holder", qp, ...about("authority"))).toEqual([1, "HoldNotYours"]);
    expect(await said(...unhold, ...about("qp"))).toMatchObject({ heldBy: [{ account: authority }] });
    expect(await refusal(...unhold, ...about("qp"))).toEqual([1, "HoldUnchanged"]);
    expect(await refusal("hold", dir, ...REASON, ...about("stranger"))).toEqual([1, "NotQpOrAuthority"]);

    // Who holds it, and by which order, is said wherever the batch is shown; a peer lifts it once the holder is none.
    const gate = ["gate", dir, "--stage", "storage", ...scene.on, "--owner", account("manufacturer")];
    const shown = `held by AUTHORITY ${authority} (order ORDER-7)`;
    expect((await cli(gate)).stdout).toContain(shown);
    expect((await inThisProcess(["status", dir, ...scene.on])).stdout).toContain(shown);
    await scene.giveRole("authority", account("heir"), "heir");
    const peer = [...unhold, "--holder", authority, ...about("heir")];
    expect(await refusal(...peer)).toEqual([1, "HoldNotYours"]);
    await said("role", "revoke", "authority", authority, ...as("admin"));
    expect(await said(...peer)).toMatchObject({ heldBy: [] });
    await scene.giveRole("authority", authority, "authority");
    await said("role", "revoke", "authority", account("heir"), ...as("admin"));
  });

  // Verifies R-register-texts.
  it("say in words what stays off the chain, and is shown by who has it", async () => {
    const { dir, key } = await opened("worded");
    const words = ["--reason", "complaint", "--words", "Ms. M\u00fcller saw the seal open"];
    // Nobody knows where the words of a batch without a folder are kept.
    expect(await refusal("hold", "--batch", key, ...words, ...ORDER, ...as("authority"))).toEqual([2, "usage"]);
    expect(await refusal("hold", dir, "--reason", "because", ...about("qp"))).toEqual([2, "usage"]);
    expect(await refusal("hold", dir, "--reason", "patient-withdrew", ...about("qp"))).toEqual([2, "usage"]);
    const held = await said<{ words: string }>("hold", dir, ...words, ...about("qp"));
    expect(held).toMatchObject({ reason: "complaint", heldBy: [{ side: "qp" }] });
    const texts = join(dir, "texts");
    expect(filesIn(texts)).toEqual([`${held.words.slice(2, 18)}.json`]);
    const rowsOf = async (...options: readonly string[]): Promise<string> => {
      const { findings } = await said<{ findings: { key: string | null; text: string }[] }>(
        "audit",
        ...scene.on,
        ...options,
      );
      return findings
        .filter((finding) => finding.key === key)
        .map(({ text }) => text)
        .join();
    };
    const holder = `held by QP ${account("qp")}`;
    expect(await rowsOf()).toBe(`${holder}: complaint (words ${held.words})`);
    expect(await rowsOf("--texts", texts)).toBe(`${holder}: complaint: "Ms. M\u00fcller saw the seal open"`);
    writeFileSync(join(texts, "other.json"), "{}");
    expect(await refusal("audit", ...scene.on, "--texts", texts)).toEqual([2, "words"]);
  });

  // Verifies R-cli-chain-words.
  it("reject, as a process of its own", async () => {
    const { dir, key } = await opened("rejected");
    const rejected = await cli(["reject", dir, ...REASON, ...about("qp")]);
    expect([rejected.code, rejected.stdout], rejected.stderr).toEqual([0, "Rejected. The batch is Rejected.\n"]);
    expect(await register.gate.statusOf(key)).toBe(6n);
    const twice = await cli(["reject", dir, ...REASON, ...about("qp")]);
    expect([twice.code, twice.stdout]).toEqual([1, ""]);
    expect(twice.stderr.split("\n").slice(0, 2)).toEqual([
      `error: The chain refused. The batch ${dir} is Rejected, and this cannot be done in that state.`,
      `  See what stands: \`batchproof audit --all ${scene.on.join(" ")}\`.`,
    ]);
    expect(await refusal("reject", dir, ...REASON, ...about("stranger"))).toEqual([1, "NotQp"]);
  });

  it("abort", async () => {
    const { dir, key } = await opened("aborted");
    expect(await refusal("abort", dir, ...REASON, ...about("qp"))).toEqual([1, "NotOwner"]);
    expect(await said("abort", dir, ...REASON, ...as("manufacturer"))).toMatchObject({ key, status: "Aborted" });
  });

  it("recall", async () => {
    const { key } = await opened("recalled");
    expect(await refusal("recall", "--batch", key, ...REASON, ...as("qa"))).toEqual([1, "NotQpOrAuthority"]);
    expect(await said("recall", "--batch", key, ...REASON, ...as("authority"))).toMatchObject({ status: "Recalled" });
    expect(await refusal("recall", "--batch", key, ...REASON, ...as("qp"))).toEqual([1, "BatchIsRecalled"]);
  });

  // Verifies R-register-supply, R-cli-supply, V151.
  it("V151: supply, with the hashes of its documents, and the authority that is to be notified", async () => {
    const { dir, key } = await opened("supplied");
    const { id } = await raise(dir, CUSTODY);
    const documents = ["--risk-evaluation", await document("risk"), "--physician-request", await document("doctor")];
    const supply = (time: string): string[] => ["supply", dir, ...documents, "--administration", time, ...about("qp")];
    const gate = ["gate", dir, "--stage", "storage", ...scene.on, "--owner", account("manufacturer")];
    const notify = (time: string, who: Who = "manufacturer"): string[] => {
      return ["notify", dir, "--notified", time, ...about(who)];
    };
    expect((await cli(gate)).code).toBe(1);
    expect(await refusal(...notify(await soon(0n)))).toEqual([1, "StatusWrong"]);
    expect(await refusal(...supply(await soon(31n * DAY)))).toEqual([1, "AdministrationWrong"]);
    const administration = await soon(DAY);
    expect(await said(...supply(administration))).toMatchObject({
      status: "ExceptionalSupply",
      riskEvaluation: sha256("text of risk"),
      physicianRequest: sha256("text of doctor"),
    });

    // Neither a yes nor a plain no, also while the exception is open.
    const asked = await cli(gate);
    expect([asked.code, asked.stdout], id).toEqual([5, expect.stringContaining("EXCEPTIONAL SUPPLY")]);
    const due = formatTime(Date.parse(administration) / 1000 + 2 * Number(DAY));
    expect(asked.stdout).toContain(`the authority is to be notified by ${due}`);
    const { stdout } = await inThisProcess(["status", dir, ...scene.on]);
    expect(stdout).toContain("exceptional supply, out of specification");
    expect(stdout).toContain(`batchproof notify ${dir} --notified TIME`);
    expect(await refusal(...notify(await soon(DAY)))).toEqual([1, "NotificationWrong"]);
    expect(await refusal(...notify(await soon(0n), "stranger"))).toEqual([1, "NotQp"]);
    await said(...notify(await soon(0n)));
    expect((await register.registry.batchOf(key)).authorityNotified).toBe(true);
    expect(await refusal(...notify(await soon(0n)))).toEqual([1, "NotificationWrong"]);
    expect((await cli(gate)).stdout).toContain("the authority was notified");

    // What was stopped since is a no.
    await said("hold", dir, ...REASON, ...about("qp"));
    expect((await inThisProcess(gate)).code).toBe(1);
    await said("unhold", dir, ...REASON, ...about("qp"));
    expect((await inThisProcess(gate)).code).toBe(5);
    await said("recall", dir, ...REASON, ...about("qp"));
    expect((await inThisProcess(gate)).code).toBe(1);
  });
});

describe("openings and due dates", () => {
  // Verifies R-register-open.
  it("serials count the owner's batches, and a batch names the one it supersedes", async () => {
    const before = await opened("superseded");
    const { id } = await raise(before.dir, TEMPERATURE);
    const after = await opened("superseding", "--supersedes", before.key);
    expect(BigInt(after.serial)).toBe(BigInt(before.serial) + 1n);
    expect((await register.registry.batchOf(after.key)).supersedes).toBe(before.key);
    expect((await batchState(register, after.key)).status, `exception ${id}`).toBe("Exception");
    const dir = await initialised("orphan");
    const orphan = ["open", dir, "--qp", account("qp"), "--supersedes", policyId, ...as("manufacturer")];
    expect(await refusal(...orphan)).toEqual([1, "BatchUnknown"]);
  });

  it("extend", async () => {
    const due = ["--due", await soon(DAY), "--due-completion", await soon(2n * DAY)];
    const { dir, key } = await opened("extended", ...due);
    const extend = (which: string, time: string): string[] => [
      "extend",
      dir,
      "--which",
      which,
      "--due",
      time,
      ...REASON,
    ];
    expect(await refusal(...extend("completion", await soon(91n * DAY)), ...as("manufacturer"))).toEqual([
      1,
      "DueTooLate",
    ]);
    const [time, later] = [await soon(2n * DAY - 60n), await soon(4n * DAY)];
    await said(...extend("release", time), ...as("manufacturer"));
    await said(...extend("completion", later), ...as("manufacturer"));
    expect((await register.registry.batchOf(key)).due.map((each) => formatTime(Number(each)))).toEqual([time, later]);
  });

  it("name-submitter", async () => {
    const { dir, key } = await opened("submitted");
    const name = ["name-submitter", dir, "--submitter", account("stranger")];
    expect(await refusal(...name, ...about("stranger"))).toEqual([1, "NotOwner"]);
    await said(...name, ...as("manufacturer"));
    expect(await register.registry.isSubmitterOf(key, account("stranger"))).toBe(true);
    expect(await refusal(...name, ...as("manufacturer"))).toEqual([1, "SubmitterInvalid"]);
  });

  it("replace-opening, in the folder too, but only if the register agrees", async () => {
    const { dir, key } = await opened("reopened");
    const text = await readFile(join(dir, "batch.json"), "utf8");
    const replace = ["replace-opening", dir, "--device", OTHER_DEVICE, ...REASON];
    expect(await refusal(...replace, ...about("stranger"))).toEqual([1, "NotOwner"]);
    expect(await readFile(join(dir, "batch.json"), "utf8")).toBe(text);
    const { opening } = await said<{ opening: string }>(...replace, ...as("manufacturer"));
    expect((await register.registry.batchOf(key)).opening).toBe(BigInt(opening));
    const batch = JSON.parse(await readFile(join(dir, "batch.json"), "utf8")) as Record<string, unknown>;
    expect(batch).toMatchObject({ commitments: { opening }, stages: [{ devices: [{ serial: "130500109089" }] }] });
    expect((await inThisProcess(["stage", dir, "storage", "--start", "2022-05-05T16:26:00Z"])).code).toBe(0);
    expect(await refusal(...replace, ...as("manufacturer"))).toEqual([2, "opening-same"]);
    // One device more than the claims want: neither folder nor register takes it.
    expect(await refusal(...replace, "--device", DEVICE, ...as("manufacturer"))).toEqual([2, "device-count"]);
    expect((await register.registry.batchOf(key)).opening).toBe(BigInt(opening));
    expect(await refusal("replace-opening", dir, ...REASON, ...as("manufacturer"))).toEqual([2, "usage"]);
  });
});

describe("exceptions", () => {
  // Verifies R-register-exceptions, V152.
  it("V152: raise one deviation on several batches, and acknowledge how an authority's was closed", async () => {
    const [one, two, three] = [await opened("one"), await opened("two"), await opened("three")] as const;
    const what = ["--category", "equipment", "--severity", "2", "--reference", "FREEZER-1"];
    const by = (claim: string, ...also: readonly string[]): string[] => {
      return ["exception", "raise", one.dir, "--claim", claim, ...also.flatMap((each) => ["--also", each]), ...what];
    };
    expect(await refusal(...by(CUSTODY, two.dir), ...as("manufacturer"))).toEqual([2, "usage"]);
    expect(await refusal(...by(CUSTODY, `${two.dir}:1`), ...as("manufacturer"))).toEqual([2, "claim"]);
    const told = [...by(CUSTODY, `${two.dir}:${CUSTODY}`).slice(0, -1), "LOT-two"];
    expect(await refusal(...told, ...as("manufacturer"))).toEqual([1, "private"]);
    const { exceptions } = await said<{ exceptions: { key: string; id: string; claim: number }[] }>(
      ...by(TEMPERATURE, `${two.dir}:${CUSTODY}`, `${three.key}:1`),
      ...about("authority"),
    );
    const id = exceptions[0]?.id ?? "";
    expect(exceptions).toMatchObject([
      { key: one.key, id, claim: 1 },
      { key: two.key, id: (BigInt(id) + 1n).toString(), claim: 0 },
      { key: three.key, id: (BigInt(id) + 2n).toString(), claim: 1 },
    ]);
    for (const { key } of [one, two, three]) expect((await batchState(register, key)).status).toBe("Exception");

    // Two persons of the company close it; that the authority agrees is another thing.
    const acknowledge = ["exception", "acknowledge", id];
    expect(await refusal(...acknowledge, ...as("authority"))).toEqual([1, "ExceptionIsOpen"]);
    const report = await document("freezer");
    await said(...closing("propose", id, report, "unfounded"), ...as("qa"));
    const takenBack = ["exception", "withdraw-closing", id, "--disposition", "unfounded", "--evidence", report];
    expect(await refusal(...takenBack, ...as("manufacturer"))).toEqual([1, "NotProposer"]);
    await said(...takenBack, ...as("qa"));
    expect(await refusal(...closing("confirm", id, report, "unfounded"), ...as("qp"))).toEqual([1, "NotProposed"]);
    await said(...closing("propose", id, report, "unfounded"), ...as("qa"));
    await said(...closing("confirm", id, report, "unfounded"), ...as("qp"));
    expect((await batchState(register, one.key)).status).toBe("Open");
    expect((await batchState(register, two.key)).status).toBe("Exception");
    expect(await refusal(...acknowledge, ...as("qp"))).toEqual([1, "RoleNotHeld"]);
    expect(await said(...acknowledge, ...as("authority"))).toMatchObject({ key: one.key });
    expect(await refusal(...acknowledge, ...as("authority"))).toEqual([1, "AlreadyAcknowledged"]);
    const own = await raise(one.dir, TEMPERATURE);
    expect(await refusal("exception", "acknowledge", own.id, ...as("authority"))).toEqual([1, "NotRaiser"]);
  });

  it("raise, by someone who is concerned; repeats are counted", async () => {
    const { dir, key } = await opened("raised");
    const first = await raise(dir, CUSTODY);
    // The same once more is the one that was raised: whoever did not see it mined runs the command again.
    expect(await raise(dir, CUSTODY)).toMatchObject({ ...first, already: true });
    const second = await raise(dir, CUSTODY, "--reference", "DEV-2");
    expect(BigInt(second.repeats)).toBe(BigInt(first.repeats) + 1n);
    const byKey = ["exception", "raise", "--batch", key, "--claim", "1", "--reference", "INSPECTION-7"];
    const kind = ["--category", "integrity", "--severity", "3"];
    const { id } = await said<{ id: string }>(...byKey, ...kind, ...as("authority"));
    const raised = await register.registry.exceptionOf(BigInt(id));
    expect([raised.key, raised.claim, raised.disposition]).toEqual([key, 1n, 0n]);
    expect(await refusal(...byKey, ...kind, ...as("stranger"))).toEqual([1, "NotConcerned"]);
    expect(await refusal(...byKey, ...as("authority"))).toEqual([2, "usage"]);
    expect(await refusal(...byKey, "--mes", "1", ...as("authority"))).toEqual([2, "usage"]);
    expect(await refusal(...byKey, ...kind.slice(0, 2), "--severity", "4", ...as("authority"))).toEqual([
      2,
      "severity",
    ]);
    const named = ["exception", "raise", "--batch", key, "--claim", TEMPERATURE, "--reference", "D", ...kind];
    expect(await refusal(...named, ...as("authority"))).toEqual([2, "claim"]);
    const mes = ["exception", "raise", dir, "--claim", CUSTODY, "--reference", "D", "--mes", "EX-1"];
    expect(await refusal(...mes, ...as("manufacturer"))).toEqual([2, "mes-unknown"]);
    await said("import", "batchml", MES, "--into", dir, "--batch-id", MES_BATCH);
    const known = [...mes.slice(0, -1), "0124", ...as("manufacturer")];
    expect(await said<object>(...known)).toMatchObject({ category: "parameter", severity: 1 });
    const told = [...mes.slice(0, 5), "--reference", "COI-raised", ...kind];
    expect(await refusal(...told, ...as("manufacturer"))).toEqual([1, "private"]);
  });

  // Verifies R-audit-settled, V23.
  it("are closed by a QP exactly as QA proposed, and only accepted ones stand in place of a proof", async () => {
    const { dir, key } = await opened("closed");
    const [report, other] = [await document("report"), await document("other")];
    const { id } = await raise(dir, TEMPERATURE);
    expect(await refusal(...closing("propose", id, report), ...as("qp"))).toEqual([1, "RoleNotHeld"]);
    expect(await refusal(...closing("propose", "9999", report), ...as("qa"))).toEqual([1, "ExceptionUnknown"]);
    const early = await refusedWith([...closing("confirm", id, report), ...as("qp")]);
    expect(early).toMatchObject({ exit: 1, code: "NotProposed" });
    expect(early.message).toContain("nothing yet");

    await said(...closing("propose", id, other, "unfounded"), ...as("qa"));
    await said(...closing("propose", id, report), ...as("qa"));
    expect(await refusal(...closing("propose", id, report), ...as("qa"))).toEqual([1, "AlreadyProposed"]);
    const wrong = await refusedWith([...closing("confirm", id, other), ...as("qp")]);
    expect(wrong).toMatchObject({ exit: 1, code: "NotProposed" });
    expect(wrong.message).toContain(`accepted with evidence ${sha256("text of report")}`);
    expect(await refusal(...closing("confirm", id, report), ...as("qa"))).toEqual([1, "NotQp"]);

    const closed = await cli([...closing("confirm", id, report), ...as("qp")]);
    expect(closed.code, closed.stderr).toBe(0);
    expect(closed.stdout).toContain(sha256("text of report"));
    expect(closed.stdout).toContain(account("qa"));
    expect(closed.stdout).toContain("in place of the claim's proof");
    expect((await register.gate.missingClaims(key)).release).toBe(1n);
    expect(await refusal(...closing("confirm", id, report), ...as("qp"))).toEqual([1, "ExceptionIsClosed"]);

    // What people settled is counted by that word wherever the batch is shown.
    const counted = "1 claim without a proof";
    const gate = ["gate", dir, "--stage", "storage", ...scene.on];
    expect(await said<object>(...gate)).toMatchObject({ ready: true, record: { settled: [TEMPERATURE] } });
    expect((await cli(gate)).stdout).toContain(`settled   ${counted}: ${TEMPERATURE}`);
    const status = await cli(["status", dir, ...scene.on]);
    expect(status.stdout).toContain(`${counted}, by people: ${TEMPERATURE}`);
    expect(status.stdout).not.toMatch(/proven|attested/);

    // A custody claim is never settled before release.
    const custody = await raise(dir, CUSTODY);
    await said(...closing("propose", custody.id, report), ...as("qa"));
    const confirmed = await said<object>(...closing("confirm", custody.id, report), ...as("qp"));
    expect(confirmed).toMatchObject({ settled: false, key, claim: 0, proposer: account("qa") });
  });

  it("set-head, only while one is open on the stage's custody", async () => {
    const { dir, key } = await opened("asserted");
    const setHead = ["set-head", dir, "--stage", "storage"];
    expect(await refusal(...setHead, ...as("manufacturer"))).toEqual([2, "batch-stage"]);
    await said("stage", dir, "storage", "--start", "2022-05-05T16:26:00Z", "--end", "2022-05-08T16:26:00Z");
    expect(await refusal(...setHead, ...as("manufacturer"))).toEqual([1, "NoCustodyException"]);
    await raise(dir, CUSTODY);
    const { head } = await said<{ head: string }>(...setHead, ...as("manufacturer"));
    expect(await register.registry.headOf(key, 0)).toBe(BigInt(head));
    expect((await register.registry.batchOf(key)).assertedHeads).toBe(1n);
  });
});

// Verifies R-register-requests, V14, V126.
describe("requests", () => {
  it("V155: are asked by an authority, answered by the owner, and accepted, asked again or taken back", async () => {
    const { dir, key } = await opened("requested");
    const window = ["--from", "2022-05-05T00:00:00Z", "--to", "2022-05-06T00:00:00Z", "--due", await soon(DAY)];
    const byKey = ["request", "ask", "--batch", key, "--claim", "1", ...window];
    expect(await refusal(...byKey, ...as("qp"))).toEqual([1, "RoleNotHeld"]);
    const { id } = await said<{ id: string }>(...byKey, ...as("authority"));
    expect(await said(...byKey, ...as("authority"))).toMatchObject({ id, already: true });
    const byFolder = ["request", "ask", dir, "--claim", TEMPERATURE, ...window.with(3, "2022-05-07T00:00:00Z")];
    expect(await said(...byFolder, ...about("authority"))).toMatchObject({ claim: 1 });
    const other = BigInt(id) + 1n;
    expect(await register.requests.openRequestsOf(key)).toEqual([BigInt(id), other]);
    const of = (step: "accept" | "reopen" | "withdraw", ...more: readonly string[]): string[] => {
      return ["request", step, id, ...more, ...as("authority")];
    };
    const again = ["--due", await soon(2n * DAY)];

    const letter = ["--disclosure", await document("disclosure"), "--other-file"];
    const answer = ["request", "answer", id, ...letter];
    expect(await refusal(...answer, ...as("stranger"))).toEqual([1, "NotOwner"]);
    expect(await refusal(...of("accept"))).toEqual([1, "RequestNotAnswered"]);
    await said(...answer, ...as("manufacturer"));
    const { disclosureHash } = await register.requests.requestOf(BigInt(id));
    expect(disclosureHash).toBe(sha256("text of disclosure"));
    expect(await refusal(...answer, ...as("manufacturer"))).toEqual([1, "RequestAnswered"]);
    expect(await refusal("request", "answer", "0", ...letter, ...as("qp"))).toEqual([2, "usage"]);

    // 32 bytes of anything are no answer: the authority asks again, and it is overdue once more if nothing comes.
    expect(await refusal(...of("withdraw"))).toEqual([1, "RequestAnswered"]);
    await said(...of("reopen", ...again));
    expect(await register.requests.openRequestsOf(key)).toContain(BigInt(id));
    await said(...answer, ...as("manufacturer"));
    expect(await refusal("request", "accept", id, ...as("qp"))).toEqual([1, "RoleNotHeld"]);
    await said(...of("accept"));
    expect((await register.requests.requestOf(BigInt(id))).accepted).toBe(true);
    expect(await refusal(...of("reopen", ...again))).toEqual([1, "RequestIsAccepted"]);
    await said("request", "withdraw", other.toString(), ...as("authority"));
    expect(await register.requests.openRequestsOf(key)).toEqual([]);
  });
});

describe("Qualified Persons, confirmed stages and challenges", () => {
  const CONFIRMED = "confirmed.json";
  const at = ["--stage", "storage"] as const;
  let confirmedId: string;
  let report: string;

  beforeAll(async () => {
    await writeFile(path(CONFIRMED), JSON.stringify(await confirmedPolicy()));
    await said("policy", "salt", path(CONFIRMED));
    const approve = ["--policy", path(CONFIRMED), "--authorisation", "V-2"];
    ({ policyId: confirmedId } = await said<{ policyId: string }>(
      "policy",
      "publish",
      path(CONFIRMED),
      ...as("proposer"),
    ));
    await said("policy", "approve", confirmedId, ...approve, ...as("approver"));
    for (const who of ["heir", "holder"] as const) await scene.giveRole("qp", account(who), who);
    report = await document("settled");
  });

  /** Opened with the heir as QP of its stage, and its one claim settled by people. */
  async function settled(name: string): Promise<{ dir: string; key: string }> {
    const dir = await initialised(name, CONFIRMED);
    const seats = ["--qp", account("qp"), "--stage-qp", `0=${account("heir")}`];
    const { key } = await said("open", dir, ...seats, ...as("manufacturer"));
    const { id } = await raise(dir, TEMPERATURE);
    await said(...closing("propose", id, report), ...as("qa"));
    await said(...closing("confirm", id, report), ...as("qp"));
    return { dir, key };
  }

  /** A copy of a folder that has another policy, and the product of the one that it was made with. */
  async function underOtherPolicy(dir: string): Promise<{ readonly folder: string; readonly was: string }> {
    const folder = `${dir}-other`;
    await cp(dir, folder, { recursive: true });
    const read = async <T>(name: string): Promise<T> => JSON.parse(await readFile(join(folder, name), "utf8")) as T;
    const policy = await read<Policy>("policy.json");
    const other = { ...policy, product: "FIXTURE-STRICTER" };
    await writeFile(join(folder, "policy.json"), JSON.stringify(other));
    const batch = { ...(await read<object>("batch.json")), policyHash: documentHash(other) };
    await writeFile(join(folder, "batch.json"), JSON.stringify(batch));
    return { folder, was: policy.product };
  }

  const confirm = (dir: string, who: Who): string[] => {
    return ["confirm-stage", dir, ...at, "--document", report, ...about(who)];
  };
  const certify = (dir: string): string[] => ["certify", dir, "--certificate", report, ...about("qp")];
  const gate = (dir: string): string[] => {
    return ["gate", dir, ...at, ...scene.on, "--owner", account("manufacturer")];
  };

  // Verifies R-register-qps, R-queue-certificate, V153, V360.
  it("V153: a stage is confirmed by a QP named for it, before the batch is certified", async () => {
    const unnamed = await initialised("unnamed", CONFIRMED);
    const asked = await inThisProcess(["status", unnamed, "--role", "owner"]);
    expect(asked.stdout).toContain(`batchproof open ${unnamed} --qp QP --stage-qp storage=QP `);
    const bare = ["open", unnamed, "--qp", account("qp")];
    expect(await refusal(...bare, ...as("manufacturer"))).toEqual([1, "StageQpMissing"]);
    for (const [seat, refused] of [
      [`storage=${account("stranger")}`, [1, "qp-role"]],
      [`storage=${account("heir").slice(2, 8)}`, [2, "address"]],
      [`warehouse=${account("heir")}`, [2, "batch-stage"]],
      [`1=${account("heir")}`, [1, "StageNotConfirmed"]],
      [account("heir"), [2, "usage"]],
    ] as const) {
      expect(await refusal(...bare, "--stage-qp", seat, ...as("manufacturer"))).toEqual(refused);
    }
    const { dir, key } = await settled("confirmed");
    const status = async (): Promise<string> => (await inThisProcess(["status", dir, ...scene.on])).stdout;
    expect(await status()).toContain(`to confirm  stage storage, by ${account("heir")}`);
    expect(await status()).toContain(`batchproof confirm-stage ${dir} --stage storage --document FILE`);
    expect(await refusal(...certify(dir))).toEqual([1, "StagesUnconfirmed"]);
    expect(await refusal(...confirm(dir, "qp"))).toEqual([1, "NotQpOfSeat"]);
    const byIndex = ["confirm-stage", "--batch", key, "--document", report, ...as("heir")];
    expect(await refusal(...byIndex, "--stage", "storage")).toEqual([2, "batch-stage"]);
    expect(await refusal(...byIndex, "--stage", "1")).toEqual([1, "StageNotConfirmed"]);
    expect((await cli(confirm(dir, "heir"))).stdout).toBe("Stage storage is confirmed. The batch is Compliant.\n");
    expect(await status()).not.toContain("to confirm");
    // He may think better of it, as long as nobody certified on it.
    const withdraw = ["confirm-stage", dir, ...at, "--withdraw", ...about("heir")];
    expect(await refusal(...withdraw, "--document", report)).toEqual([2, "usage"]);
    await said(...withdraw);
    expect(await refusal(...withdraw)).toEqual([1, "ConfirmationMissing"]);
    expect(await refusal(...certify(dir))).toEqual([1, "StagesUnconfirmed"]);
    // The register is asked what it would take, and takes nothing.
    expect(await refusal(...certify(dir), "--dry-run")).toEqual([1, "StagesUnconfirmed"]);
    await said(...confirm(dir, "heir"));
    const queue = ["qp", "queue", "--qp", account("qp"), ...scene.on];
    const waiting = await inThisProcess([...queue, "--fail-on-waiting"]);
    expect([waiting.code, waiting.stdout]).toEqual([1, expect.stringContaining(`batchproof certify DIR --owner`)]);
    const dry = await inThisProcess([...certify(dir), "--dry-run"]);
    const document = createHash("sha256")
      .update(await readFile(report))
      .digest("hex");
    for (const part of ["Nothing is signed or sent", key, document, "1 settled by people"]) {
      expect(dry.stdout).toContain(part);
    }
    // A folder may say another policy than the register has for the same batch.
    const { folder, was } = await underOtherPolicy(dir);
    expect(await refusal(...certify(folder), "--dry-run")).toEqual([1, "certify-policy"]);
    expect(await refusal(...certify(folder))).toEqual([1, "certify-policy"]);
    expect(dry.stdout).toContain(`"${was}" v`);
    expect(await register.gate.isReleased(key)).toBe(false);
    await said(...certify(dir));
    expect((await inThisProcess(queue)).code).toBe(0);
    expect(await register.gate.isReleased(key)).toBe(true);
  });

  // Verifies R-register-qps, V154.
  it("V154: one more QP needs the consent of one, unless none of them has the role any more", async () => {
    const { dir, key } = await settled("succeeded");
    const seat = (step: string, who: Who, ...stage: readonly string[]): string[] => {
      return ["qp", step, dir, "--qp", account("holder"), ...stage, ...about(who)];
    };
    // The owner alone cannot look for a QP who suits it.
    expect(await refusal(...seat("propose", "qp"))).toEqual([1, "NotOwner"]);
    expect(await refusal("qp", "propose", dir, "--qp", account("courier"), ...about("manufacturer"))).toEqual([
      1,
      "RoleNotHeld",
    ]);
    const proposed = await inThisProcess(seat("propose", "manufacturer"));
    expect(proposed.stdout).toContain("One of those who were named consents");
    expect(await register.persons.isQpOf(key, account("holder"))).toBe(false);
    await said(...seat("withdraw", "manufacturer"));
    expect(await refusal(...seat("consent", "qp"))).toEqual([1, "NotProposed"]);
    await said(...seat("propose", "manufacturer"));
    expect(await refusal(...seat("consent", "heir"))).toEqual([1, "NotQpOfSeat"]);
    await said(...seat("consent", "qp"));
    expect(await register.persons.isQpOf(key, account("holder"))).toBe(true);
    expect(await refusal(...seat("propose", "manufacturer"))).toEqual([1, "QpKnown"]);

    // Whose QP is gone is not stuck for ever.
    await said("role", "revoke", "qp", account("heir"), ...as("admin"));
    expect(await refusal(...confirm(dir, "heir"))).toEqual([1, "NotQpOfSeat"]);
    const { stdout } = await inThisProcess(["status", dir, ...scene.on]);
    expect(stdout).toContain("nobody who was named to confirm stage storage is a QP now");
    const added = await inThisProcess(seat("propose", "manufacturer", ...at));
    expect(added.stdout).toContain("is added: none of those who were named has the role any more");
    expect([...(await register.persons.qpsOf(key, 0))]).toEqual([account("heir"), account("holder")]);
    await said(...confirm(dir, "holder"));
    await scene.giveRole("qp", account("heir"), "heir");
    await said(...certify(dir));
  });

  // Verifies R-register-challenge, V156.
  it("V156: what speaks against a proven batch is shown in words, and a QP decides on exactly that", async () => {
    const [released, waiting] = [await settled("released"), await settled("waiting")] as const;
    for (const { dir } of [released, waiting]) await said(...confirm(dir, "heir"));
    await said(...certify(released.dir));
    const show = ["challenge", "show", waiting.dir, ...scene.on, "--owner", account("manufacturer")];
    expect((await cli(show)).stdout).toBe("Nothing challenges the batch.\n");
    const nothing = ["challenge", "decide", waiting.dir, ...REASON, "--challenge", confirmedId, ...about("qp")];
    expect(await refusal(...nothing)).toEqual([1, "NothingChallenged"]);
    await said("policy", "retire", confirmedId, ...REASON, ...as("approver"));

    const words = "challenged, and no QP decided on it: its policy was retired";
    const { challenge } = await said<{ challenge: { challenge: string; kinds: string[] } }>(...show);
    expect(challenge).toMatchObject({ kinds: ["policy"], decided: false });
    expect((await inThisProcess(show)).stdout).toContain(
      `batchproof challenge decide --batch ${waiting.key} --challenge ${challenge.challenge}`,
    );
    const status = async (): Promise<string> => (await inThisProcess(["status", waiting.dir, ...scene.on])).stdout;
    expect(await status()).toContain(words);
    expect(await status()).toContain(`batchproof challenge decide ${waiting.dir} --challenge ${challenge.challenge}`);
    // What was certified before its policy was retired is in no doubt.
    const open = await cli(gate(released.dir));
    expect([open.code, open.stdout]).toEqual([0, expect.not.stringContaining("challenged")]);
    const certified = await refusedWith(certify(waiting.dir));
    expect(certified).toMatchObject({ exit: 1, code: "Challenged" });
    expect(certified.message).toContain("its policy was retired");

    expect(await refusal(...nothing)).toEqual([1, "ChallengeWrong"]);
    const decide = ["challenge", "decide", waiting.dir, "--challenge", challenge.challenge, ...REASON];
    expect((await inThisProcess([...decide, ...about("heir"), "--json"])).stdout).toContain('"code": "NotQp"');
    const decided = await cli([...decide, ...about("qp")]);
    expect([decided.code, decided.stdout]).toEqual([0, "Decided to go on. The batch is Compliant.\n"]);
    expect(decided.stderr).toContain(words);
    expect((await inThisProcess(show)).stdout).toContain("a QP decided to go on: its policy was retired");
    await said(...certify(waiting.dir));
    expect(await register.gate.isReleased(waiting.key)).toBe(true);
  });
});

describe("consents", () => {
  it("are given for a batch, revoked by their holder, and decided on by a QP", async () => {
    const file = path("consent.json");
    const { commitment } = await said<{ commitment: string }>(
      "consent",
      "new",
      file,
      "--document",
      await document("form"),
    );
    expect(await refusal("consent", "new", file, "--document", path("form"))).toEqual([2, "consent-exists"]);
    const again = path("again.json");
    const other = await said<{ commitment: string }>("consent", "new", again, "--document", path("form"));
    expect(other.commitment).not.toBe(commitment);

    const { consent } = await said<{ consent: string }>("consent", "grant", file, ...as("holder"));
    expect(consent).toBe(await register.consents.idOf(account("holder"), commitment));
    expect(await register.consents.isValid(consent)).toBe(true);
    expect(await refusal("consent", "grant", file, ...as("holder"))).toEqual([1, "ConsentKnown"]);

    const { dir, key } = await opened("consented", "--consent", consent);
    expect((await register.registry.batchOf(key)).consent).toBe(consent);
    const decide = ["consent", "decide", dir, ...REASON, ...about("qp")];
    expect(await refusal(...decide)).toEqual([1, "NothingRevoked"]);
    expect(await refusal("consent", "revoke", consent, ...as("manufacturer"))).toEqual([1, "NotHolder"]);
    await said("consent", "revoke", consent, ...as("holder"));
    expect((await batchState(register, key)).status).toBe("Exception");
    expect(await said(...decide)).toMatchObject({ status: "Open" });
    const late = ["open", await initialised("late"), "--qp", account("qp"), "--consent", consent];
    expect(await refusal(...late, ...as("manufacturer"))).toEqual([1, "ConsentNotValid"]);
    expect(await refusal(...late.slice(0, -1), "consent", ...as("manufacturer"))).toEqual([2, "hash"]);
  });
});

describe("a batch from proof to release, and an attestation found wrong", () => {
  // Verifies R-register-amend, F21.
  it("is amended by QA, which reopens what the new head unbinds and takes the release back", async () => {
    const { dir, key } = await opened("amended");
    const setEnd = (end: string): Promise<unknown> =>
      said("stage", dir, "storage", "--start", "2022-05-05T16:26:00Z", "--end", end);
    const sign = ["handoff", "sign", dir, "--stage", "storage", "--as", "releaser", "--key", path("custodian.json")];
    const prove = (submitter: Who): Promise<unknown> => {
      const destination = ["--registry", scene.registry, "--chain-id", "31337", "--key", path("custodian.json")];
      return said("prove", dir, "--claim", CUSTODY, "--submitter", account(submitter), ...destination);
    };
    const amend = ["amend", dir, "--claim", CUSTODY, ...REASON, ...about("qa")];

    await setEnd("2022-05-08T16:26:00Z");
    await said(...sign);
    await prove("manufacturer");
    expect(await refusal(...amend)).toEqual([1, "context"]);
    await said("attest", dir, ...as("manufacturer"));
    const { id } = await raise(dir, TEMPERATURE);
    const report = await document("investigation");
    await said(...closing("propose", id, report), ...as("qa"));
    await said(...closing("confirm", id, report), ...as("qp"));
    const certificate = ["--certificate", await document("certificate")];
    await said("certify", dir, ...certificate, ...about("qp"));
    expect(await register.gate.isReleased(key)).toBe(true);

    const stranger = ["amend", dir, "--claim", CUSTODY, ...REASON, ...about("stranger")];
    expect(await refusal(...stranger)).toEqual([1, "context"]);
    const old = await readFile(join(dir, "proofs/storage--custody.json"));
    await said("handoff", "discard", dir, "--stage", "storage", "--discard-proofs");
    await writeFile(join(dir, "proofs/storage--custody.json"), old); // as whoever still has it may put it back
    expect(await refusal(...amend)).toEqual([1, "proof-stale"]);
    await setEnd("2022-05-08T17:26:00Z");
    await said(...sign);
    await prove("qa");
    const preview = await inThisProcess([...amend, "--dry-run"]);
    expect(preview.stdout).toContain(`must be attested anew: ${TEMPERATURE}.`);
    expect(await register.gate.isReleased(key)).toBe(true);
    expect(await said(...amend)).toMatchObject({ reopened: [TEMPERATURE], status: "Open" });
    const proof = await ENVELOPE_FILE.read(join(dir, "proofs/storage--custody.json"));
    expect(await register.registry.headOf(key, 0)).toBe(BigInt(proof.signals[SIGNALS.indexOf("head")] ?? 0));
    expect(await register.gate.isReleased(key)).toBe(false);
    const nothing = await said<object>(...amend, "--dry-run");
    expect(nothing).toMatchObject({ reopened: [] });
    expect(nothing).not.toHaveProperty("transaction");
  });
});

describe("policies, parties, circuits", () => {
  it("an authority endorses a policy once", async () => {
    expect(await refusal("policy", "endorse", policyId, ...as("qp"))).toEqual([1, "RoleNotHeld"]);
    await said("policy", "endorse", policyId, ...as("authority"));
    expect(await refusal("policy", "endorse", policyId, ...as("authority"))).toEqual([1, "AlreadyEndorsed"]);
    expect(await refusal("policy", "endorse", "FIXTURE-2-8", ...as("authority"))).toEqual([2, "policy-id"]);
  });

  it("pausing stops attest and certify, and nothing else", async () => {
    expect(await refusal("pause", ...as("stranger"))).toEqual([1, "RoleNotHeld"]);
    await said("pause", ...as("admin"));
    const { dir } = await opened("paused");
    const certify = ["certify", dir, "--certificate", await document("certificate"), ...about("qp")];
    expect(await refusal(...certify)).toEqual([1, "EnforcedPause"]);
    await raise(dir, TEMPERATURE);
    await said("unpause", ...as("admin"));
    expect(await refusal("unpause", ...as("admin"))).toEqual([1, "ExpectedPause"]);
    expect(await refusal(...certify)).toEqual([1, "ClaimsMissing"]);
  });

  // Verifies R-register-dismissed, V141.
  it("V141: what waits is taken back by who proposed it, and cannot be approved then", async () => {
    await writeFile(path("other.json"), JSON.stringify({ ...((await policy()) as object), version: 2 }));
    await said("policy", "salt", path("other.json"));
    await said("party", "add", path("more.json"), "--key", path("custodian.json"), ...YEAR);
    const publish = ["party", "publish", path("more.json"), "--before", path("parties.json"), ...as("proposer")];
    const other = await said<{ policyId: string }>("policy", "publish", path("other.json"), ...as("proposer"));
    const list = await said<{ root: string; documentHash: string }>(...publish);
    await said("circuit", "propose", "quality", ...as("proposer"));
    const withdrawals = [
      ["policy", "withdraw", other.policyId],
      ["party", "withdraw", list.root, "--document", list.documentHash],
      ["circuit", "withdraw", "quality"],
    ];
    for (const withdrawal of withdrawals) {
      expect(await refusal(...withdrawal, ...as("approver"))).toEqual([1, "NotProposer"]);
      await said(...withdrawal, ...as("proposer"));
      expect(await refusal(...withdrawal, ...as("proposer"))).toEqual([1, "NotProposed"]);
    }
    const approvals = [
      ["policy", "approve", other.policyId, "--unread", "--authorisation", "V-2"],
      ["party", "approve", list.root, "--unread", "--document", list.documentHash, "--authorisation", "P-2"],
      ["circuit", "approve", "quality"],
    ];
    for (const approval of approvals) expect(await refusal(...approval, ...as("approver"))).toEqual([1, "NotProposed"]);
    await said(...publish);
    await said("party", "withdraw", "--parties", path("more.json"), ...as("proposer"));
  });

  it("circuit freeze, by name or id", async () => {
    const circuitId = lockedCircuitId("custody");
    const freeze = ["circuit", "freeze", "custody"];
    expect(await refusal(...freeze, ...as("admin"))).toEqual([2, "usage"]);
    expect(await refusal(...freeze, "--effective", "2022-01-01T00:00:00Z", ...as("admin"))).toEqual([
      1,
      "FreezeInPast",
    ]);
    const end = await soon(30n * DAY);
    await said(...freeze, "--effective", end, ...as("admin"));
    const { frozenFrom, unsound } = await register.circuits.circuitOf(circuitId);
    expect([formatTime(Number(frozenFrom)), unsound]).toEqual([end, false]);
    expect(await refusal(...freeze, "--effective", await soon(40n * DAY), ...as("admin"))).toEqual([
      1,
      "FreezeOnlyStricter",
    ]);
    await said("circuit", "freeze", circuitId, "--unsound", ...as("admin"));
    expect((await register.circuits.circuitOf(circuitId)).unsound).toBe(true);
  });

  it("policy retire", async () => {
    expect(await refusal("policy", "retire", policyId, ...REASON, ...as("proposer"))).toEqual([1, "RoleNotHeld"]);
    await said("policy", "retire", policyId, ...REASON, ...as("approver"));
    expect((await register.policies.lifeOf(policyId)).retiredAt).toBeGreaterThan(0n);
    const late = ["open", await initialised("retired"), "--qp", account("qp"), ...as("manufacturer")];
    expect(await refusal(...late)).toEqual([1, "PolicyNotEffective"]);
  });

  it("party revoke, from a time on or altogether", async () => {
    const revoke = (value: string, ...more: readonly string[]): string[] => [
      ...["party", "revoke", value, ...REASON, ...more],
    ];
    expect(await register.parties.isValid(BigInt(root))).toBe(true);
    expect(await refusal(...revoke(root), ...as("proposer"))).toEqual([1, "RoleNotHeld"]);
    expect(await refusal(...revoke(root, "--since", await soon(DAY)), ...as("approver"))).toEqual([
      1,
      "RevokedInFuture",
    ]);
    const since = "2022-05-05T16:26:00Z";
    await said(...revoke(root, "--since", since), ...as("approver"));
    expect(await register.parties.isValid(BigInt(root))).toBe(false);
    expect(formatTime((await register.parties.rootOf(BigInt(root))).revokedSince)).toBe(since);
    // Only made stricter.
    expect(await refusal(...revoke(root, "--since", since), ...as("approver"))).toEqual([1, "RootIsRevoked"]);
    await said(...revoke(root), ...as("approver"));
    expect(await refusal(...revoke(root), ...as("approver"))).toEqual([1, "RootIsRevoked"]);
    const never = `0x${"7".padStart(64, "0")}`;
    const { stdout } = await inThisProcess([...revoke(never), ...as("approver")]);
    expect(stdout).toMatch(/^approved +never: compare it with the root that you mean$/m);
    expect(stdout).toMatch(/^stands +nothing that was attested under it$/m);
    expect((await register.parties.rootOf(7n)).revokedSince).toBe(0n);
  });

  // Verifies R-register-two-persons, V144.
  it("V144: a root is approved together with the list that was proposed, and with no other one", async () => {
    const publish = ["party", "publish", path("more.json"), "--before", path("parties.json"), ...as("proposer")];
    const list = await said<{ root: string; documentHash: string }>(...publish);
    const unread = ["party", "approve", list.root, "--unread", "--authorisation", "P-2", ...as("approver")];
    expect(await refusal(...unread)).toEqual([2, "usage"]);
    expect(await refusal(...unread, "--document", `0x${"ab".repeat(32)}`)).toEqual([1, "NotProposed"]);
    await said(...unread, "--document", list.documentHash);
    expect(await register.parties.current()).toBe(BigInt(list.root));
    expect((await register.parties.rootOf(BigInt(list.root))).documentHash).toBe(list.documentHash);
  });
});

describe("roles", () => {
  const terms = (role: string, who: Who): string[] => [role, account(who), "--person", who, ...ALWAYS, ...personKey()];

  it("are revoked by an ADMIN and renounced by who has them", async () => {
    const qa = ["role", "revoke", "qa", account("qa"), "--owner", account("manufacturer")];
    expect(await refusal(...qa, ...as("stranger"))).toEqual([1, "RoleNotHeld"]);
    await said(...qa, ...as("admin"));
    expect(await register.roles.holds(qaRole(account("manufacturer")), account("qa"))).toBe(false);
    expect(await refusal(...qa, ...as("admin"))).toEqual([1, "RoleNotHeld"]);
    expect(await refusal("role", "revoke", "qa", account("qa"), ...as("admin"))).toEqual([2, "owner"]);

    await said("role", "renounce", "qp", ...as("qp"));
    expect(await register.roles.holds(ROLE_ID.qp, account("qp"))).toBe(false);
    expect(await refusal("role", "renounce", "qp", ...as("qp"))).toEqual([1, "RoleNotHeld"]);
  });

  it("that wait are taken back by who proposed them", async () => {
    const withdraw = ["role", "withdraw", ...terms("qp", "holder")];
    await said("role", "propose", ...terms("qp", "holder"), ...as("admin"));
    expect(await refusal(...withdraw, ...as("secondAdmin"))).toEqual([1, "NotProposer"]);
    await said(...withdraw, ...as("admin"));
    const approve = ["role", "approve", ...terms("qp", "holder"), ...as("secondAdmin")];
    expect(await refusal(...approve)).toEqual([1, "NotProposed"]);
  });

  // Verifies R-register-roles, V142.
  it("V142: no ADMIN takes that role from another or gives it up: it comes by two persons, and ends by its terms", async () => {
    await said("role", "propose", ...terms("admin", "heir"), ...as("admin"));
    expect(await refusal("role", "approve", ...terms("admin", "heir"), ...as("heir"))).toEqual([1, "RoleNotHeld"]);
    await said("role", "approve", ...terms("admin", "heir"), ...as("secondAdmin"));
    expect(await register.roles.holds(ROLE_ID.admin, account("heir"))).toBe(true);
    const revoke = ["role", "revoke", "admin", account("admin"), ...as("heir")];
    expect(await refusal(...revoke)).toEqual([1, "AdminNotRevocable"]);
    expect(await refusal("role", "renounce", "admin", ...as("admin"))).toEqual([1, "AdminNotRevocable"]);
    const ending = [...terms("admin", "admin"), "--person", "first admin", "--to", await soon(60n)];
    await said("role", "propose", ...ending, ...as("heir"));
    await said("role", "approve", ...ending, ...as("secondAdmin"));
    await mineAt(chain, (await chainTime(chain.provider)) + 120n);
    expect(await register.roles.holds(ROLE_ID.admin, account("admin"))).toBe(false);
    expect(await refusal("pause", ...as("admin"))).toEqual([1, "RoleNotHeld"]);
  });

  // Verifies R-cli-persons, V143.
  it("V143: name nobody: the register has a hash of the person under a key that is a secret", async () => {
    const key = path("person-key.json");
    await said("role", "person-key", "--out", key);
    expect(await refusal("role", "person-key", "--out", key)).toEqual([2, "person-key-exists"]);
    const { personHash } = await register.roles.grantOf(ROLE_ID.manufacturer, account("manufacturer"));
    expect([sha256("manufacturer"), id("manufacturer")]).not.toContain(personHash);
    expect(personHash).toBe(await register.roles.personOf(account("manufacturer")));
    // Under another key the same person is another one, whom the account is not.
    const propose = ["role", "propose", "qp", account("manufacturer"), "--person", "manufacturer", ...ALWAYS];
    const withKey = [...propose, "--person-key", key, ...as("secondAdmin")];
    expect(await refusal(...withKey)).toEqual([1, "PersonDiffers"]);
    await chmod(key, 0o640);
    expect(await refusal(...withKey)).toEqual([3, "secrets-mode"]);
    await writeFile(key, JSON.stringify({ format: "batchproof-person-key/1", key: "00" }));
    expect(await refusal(...withKey)).toEqual([2, "person-key-file"]);
  });
});

// Everything above went through the command line, so the chain itself tells which calls have a command.
it("every call that changes something was sent by a command", async () => {
  const latest = await chain.provider.getBlockNumber();
  const sent = new Set<string>();
  for (let number = 1; number <= latest; number++) {
    const block = await chain.provider.getBlock(number, true);
    for (const { to, data } of block?.prefetchedTransactions ?? []) sent.add(`${to ?? ""} ${dataSlice(data, 0, 4)}`);
  }
  const without: string[] = [];
  for (const name of Object.keys(register) as (keyof Register)[]) {
    register[name].interface.forEachFunction(({ constant, name: call, selector }) => {
      if (!constant && !sent.has(`${addresses[name]} ${selector}`)) without.push(`${name}.${call}`);
    });
  }
  // These two the contracts send one another.
  expect(without).toEqual(["persons.name", "registry.closeException"]);
});
