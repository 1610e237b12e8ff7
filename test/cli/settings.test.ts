import { chmodSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { collect } from "../../cli/command.ts";
import { completed, type Words } from "../../cli/settings.ts";
import { may, withAccount, withFolder, withRegistry } from "../../cli/options.ts";
import { writeRegistration } from "../../src/batch/registration.ts";
import { scratch } from "./support.ts";

/** What the words of a command leave out, and where it is taken from. */

const address = (digit: string): string => `0x${digit.repeat(40)}`;
const folder = scratch();
const path = (name: string): string => join(folder, name);
const file = path("batchproof.json");

/** Settings in a file that BATCHPROOF_SETTINGS names. */
function settings(value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
  vi.stubEnv("BATCHPROOF_SETTINGS", file);
}

/** What a command gets from these words. */
async function given(command: Command, ...words: readonly string[]): Promise<Words> {
  let found: Words | undefined;
  const program = new Command("batchproof").exitOverride();
  program.addCommand(
    command.action(async (...received: unknown[]) => {
      found = await completed(
        command,
        received.filter((value) => typeof value === "string"),
      );
    }),
  );
  await program.parseAsync([command.name(), ...words], { from: "user" });
  if (found === undefined) throw new Error("the command did not run");
  return found;
}

const onRegister = (): Command => withAccount(withRegistry(new Command("act")));
const onFolder = (): Command => withFolder(new Command("act").argument("[dir]"));

afterEach(() => {
  vi.unstubAllEnvs();
});

// Verifies R-cli-settings, F31.
describe("what a command is not told", () => {
  const NODE = "http://127.0.0.1:8545";

  it("is what its words say, else the folder, the variable, the settings file, in this order", async () => {
    await writeRegistration(folder, { registry: address("2"), chainId: "31337", owner: address("5") });
    const ask = async (...words: readonly string[]): Promise<unknown> =>
      (await given(onFolder(), ...words)).options["registry"];
    settings({ rpc: NODE });
    expect(await ask(folder)).toBe(address("2"));
    settings({ rpc: NODE, registry: address("4") });
    expect(await ask()).toBe(address("4"));
    vi.stubEnv("BATCHPROOF_REGISTRY", address("3"));
    expect(await ask()).toBe(address("3"));
    expect(await ask(folder, "--registry", address("1"))).toBe(address("1"));
    vi.stubEnv("BATCHPROOF_REGISTRY", "");
    expect(await ask()).toBe(address("4"));
    settings({ rpc: NODE });
    expect((await given(onFolder(), folder)).options).toMatchObject({
      chainId: "31337",
      owner: address("5"),
      rpc: NODE,
    });
  });

  it("is refused where the folder's memory was cut off, with what writes it anew", async () => {
    mkdirSync(path("cut"));
    writeFileSync(path("cut/register.json"), "");
    const refused = given(onFolder(), path("cut"));
    await expect(refused).rejects.toMatchObject({
      code: "file-empty",
      remedy: expect.stringContaining("open") as string,
    });
  });

  it.each([
    ["registry", { registry: address("4") }],
    ["chain", { chainId: "1" }],
    ["owner", { owner: "other", accounts: { other: address("6") } }],
  ])("is refused where folder and settings say another %s, unless the words say which", async (_what, value) => {
    const same = { rpc: NODE, registry: address("A"), chainId: "31337", owner: address("5") };
    await writeRegistration(folder, { registry: address("a"), chainId: "31337", owner: address("5") });
    settings(same);
    expect((await given(onFolder(), folder)).options).toMatchObject({ registry: address("a") });
    settings({ ...same, ...value });
    await expect(given(onFolder(), folder)).rejects.toMatchObject({ code: "register-differs", place: folder });
    const words = ["--registry", address("4"), "--chain-id", "1", "--owner", address("6")];
    expect((await given(onFolder(), folder, ...words)).options).toMatchObject({ registry: address("4"), chainId: "1" });
  });

  it("is missing where it stands nowhere", async () => {
    settings({ rpc: NODE });
    await expect(given(onRegister())).rejects.toMatchObject({
      code: "usage",
      kind: "input",
      message: "Bad usage: option --registry is missing.",
      place: "batchproof act",
      remedy: 'Give it, set BATCHPROOF_REGISTRY, or write "registry" into batchproof.json, as deploy with --save does.',
    });
  });

  it("is no owner where a key names the batch", async () => {
    settings({ rpc: NODE, registry: address("4"), owner: address("5") });
    expect((await given(onFolder())).options["owner"]).toBeUndefined();
    expect((await given(onFolder(), path("elsewhere"))).options["owner"]).toBe(address("5"));
  });

  it("V346: is the settings' owner also where several folders are named", async () => {
    settings({ rpc: NODE, registry: address("4"), owner: address("5") });
    const onFolders = (): Command => withFolder(new Command("act").argument("[dir...]"));
    expect((await given(onFolders(), folder, path("elsewhere"))).options["owner"]).toBe(address("5"));
    expect((await given(onFolders())).options["owner"]).toBeUndefined();
  });

  it("is a path from the settings file's folder, and no account where a private key is set", async () => {
    settings({ rpc: NODE, registry: address("4"), account: "keys/ours.json", parties: "lists/parties.json" });
    expect((await given(may(onRegister(), "parties"))).options).toMatchObject({
      account: path("keys/ours.json"),
      parties: path("lists/parties.json"),
    });
    vi.stubEnv("BATCHPROOF_ACCOUNT_KEY", `0x${"1".repeat(64)}`);
    expect((await given(onRegister())).options["account"]).toBeUndefined();
    vi.stubEnv("BATCHPROOF_ACCOUNT_KEY", "");
    expect((await given(onRegister())).options["account"]).toBe(path("keys/ours.json"));
  });
});

// Verifies F28.
it("shows no private key that was given for an account, by a word or a variable", async () => {
  const key = "ab".repeat(32);
  const refused = given(withAccount(new Command("act")), "--account", `0x${key}`);
  await expect(refused).rejects.toMatchObject({ code: "account", place: "--account" });
  await expect(refused).rejects.not.toThrow(key);
  vi.stubEnv("BATCHPROOF_ACCOUNT", key);
  await expect(given(withAccount(new Command("act")))).rejects.toMatchObject({ code: "account", place: "--account" });
});

// Verifies R-cli-accounts.
describe("a name of the settings file", () => {
  const naming = (): Command =>
    onRegister()
      .argument("<account>")
      .option("--qp <account>", "a Qualified Person", collect)
      .option("--stage-qp <stage=account>", "one of a stage", collect);

  it("stands for its account in every option and argument that takes one", async () => {
    const accounts = { ours: address("1"), qp: address("2"), keyed: "keystore.json" };
    writeFileSync(path("keystore.json"), JSON.stringify({ address: "Ab".repeat(20), crypto: {} }));
    settings({ rpc: "http://x", registry: address("4"), account: "ours", accounts });
    const { args, options } = await given(naming(), "qp", "--qp", "keyed", "--qp", address("9"));
    expect(args).toEqual([address("2")]);
    expect(options).toMatchObject({ account: address("1"), qp: [`0x${"ab".repeat(20)}`, address("9")] });
    expect((await given(naming(), "qp", "--account", "keyed")).options["account"]).toBe(path("keystore.json"));
    const seats = ["--stage-qp", "qp=qp", "--stage-qp", "qp"];
    expect((await given(naming(), "qp", ...seats)).options["stageQp"]).toEqual([`qp=${address("2")}`, address("2")]);
  });

  it("is left for the command to refuse where there is none of it, also one of every object's own", async () => {
    settings({ rpc: "http://x", registry: address("4"), accounts: {} });
    expect((await given(naming(), "constructor")).args).toEqual(["constructor"]);
  });

  it("is refused where its keystore does not say whose it is", async () => {
    writeFileSync(path("nobody.json"), "{}");
    settings({ rpc: "http://x", registry: address("4"), accounts: { nobody: "nobody.json" } });
    await expect(given(naming(), "nobody")).rejects.toMatchObject({ code: "account", place: path("nobody.json") });
  });
});

// Verifies R-cli-settings-file, F25, F28.
describe("a settings file", () => {
  it.each([
    ["an unknown member", { passphrase: "x" }, "settings-file"],
    ["an address of another form", { registry: "0x12" }, "settings-file"],
    ["a number for a chain", { chainId: 1 }, "settings-file"],
    ["a node with a password", { rpc: "http://user:secret@node" }, "settings-file"],
    ["a node that is no web address", { rpc: "file:///etc/passwd" }, "settings-file"],
    ["a name that looks like an option", { accounts: { "--qp": address("1") } }, "settings-file"],
    ["a private key for an account", { account: `0x${"1".repeat(64)}` }, "settings-secret"],
    [
      "a private key beside a name of the same word",
      { account: "1".repeat(64), accounts: { account: "k" } },
      "settings-secret",
    ],
    ["a name that could be an address", { accounts: { ["a".repeat(40)]: address("1") } }, "settings-file"],
    ["a private key under a name", { accounts: { qp: "A".repeat(64) } }, "settings-secret"],
  ])("with %s is refused", async (_what, value, code) => {
    settings(value);
    await expect(given(onRegister())).rejects.toMatchObject({ code });
  });

  it("is found in the nearest folder above, unless another user could have written it", async () => {
    const below = path("project/deeper/still");
    mkdirSync(below, { recursive: true });
    const above = path("project/batchproof.json");
    writeFileSync(above, JSON.stringify({ rpc: "http://above", registry: address("4") }));
    const before = process.cwd();
    process.chdir(below);
    try {
      expect((await given(onRegister())).options["rpc"]).toBe("http://above");
      writeFileSync(path("project/deeper/batchproof.json"), JSON.stringify({ rpc: "http://near" }));
      await expect(given(onRegister())).rejects.toMatchObject({ code: "usage" });
      chmodSync(path("project/deeper/batchproof.json"), 0o666);
      await expect(given(onRegister())).rejects.toMatchObject({ code: "settings-owner", kind: "environment" });
      vi.stubEnv("BATCHPROOF_SETTINGS", above);
      chmodSync(above, 0o666);
      expect((await given(onRegister())).options["rpc"]).toBe("http://above");
    } finally {
      process.chdir(before);
    }
  });

  // Verifies F27. Only root can make a link for somebody else.
  it.runIf(process.getuid?.() === 0)("is not taken through somebody else's link", async () => {
    const below = path("linked/below");
    mkdirSync(below, { recursive: true });
    writeFileSync(path("ours.json"), JSON.stringify({ rpc: "http://ours", registry: address("4") }));
    const link = path("linked/batchproof.json");
    symlinkSync(path("ours.json"), link);
    const before = process.cwd();
    process.chdir(below);
    try {
      expect((await given(onRegister())).options["rpc"]).toBe("http://ours");
      lchownSync(link, 65534, 65534);
      await expect(given(onRegister())).rejects.toMatchObject({ code: "settings-owner", place: link });
    } finally {
      process.chdir(before);
    }
  });
});
