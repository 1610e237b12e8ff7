import { existsSync, lstatSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { readRegistration, type Registration } from "../src/batch/registration.ts";
import { environmentError, inputError, type BatchproofError } from "../src/errors.ts";
import { ADDRESS, defineCheck, documentText, object } from "../src/formats/document.ts";
import { writeFileAtomically } from "../src/input/files.ts";
import { readJson } from "../src/input/json.ts";
import { keystoreAddress } from "./keystore.ts";
import { KEY_VARIABLE, Setting, type OptionValues, SETTINGS_FILE, type SettingName } from "./options.ts";

/** The settings file. Paths in it are read from its folder. Nothing in it is secret, and nothing secret fits into it. */
export interface Settings extends Readonly<Partial<Record<SettingName, string>>> {
  /** Names for accounts, to use wherever a command takes an account: an address or a keystore each. */
  readonly accounts?: Readonly<Record<string, string>>;
}

/** Settings, and the file that they are from. */
export interface FoundSettings {
  readonly path: string;
  readonly settings: Settings;
}

/** Names the settings file to use; empty: none. */
const SETTINGS_VARIABLE = "BATCHPROOF_SETTINGS";

const PATH = { type: "string", minLength: 1, maxLength: 1000 } as const;
const IS_ADDRESS = new RegExp(ADDRESS.pattern);
/** Shorter than an address, which may be written without 0x: no name stands for another account than its own digits. */
const NAME = "^[a-z][a-z0-9-]{0,38}$";
const MEMBERS = {
  rpc: { type: "string", pattern: "^https?://[^@\\s]+$", maxLength: 1000 },
  registry: ADDRESS,
  chainId: { type: "string", pattern: "^[1-9][0-9]{0,17}$" },
  account: PATH,
  owner: PATH,
  parties: PATH,
  journal: PATH,
  personKey: PATH,
  artifacts: PATH,
  accounts: { type: "object", additionalProperties: PATH, propertyNames: { pattern: NAME } },
} as const satisfies Readonly<Record<keyof Settings, object>>;

/** Settings that `deploy` can write. */
const SAVED: ReadonlySet<SettingName> = new Set(["rpc", "registry", "chainId"]);

/** Settings that are paths, and those that are an account: an address, a keystore's path, or a name of `accounts`. */
const PATHS: ReadonlySet<SettingName> = new Set(["parties", "journal", "personKey", "artifacts"]);
const ACCOUNTS: ReadonlySet<SettingName> = new Set(["account", "owner"]);

const checkSettings = defineCheck<Settings>(object(MEMBERS, Object.keys(MEMBERS)), "settings file", "settings-file");

/**
 * Reads the settings file of the working folder, or of the nearest folder above; undefined where there is none. Errors
 * `settings-file` (its shape), `settings-secret`, `settings-owner` (somebody else could have written it), those of `readJson`.
 */
export async function readSettings(): Promise<FoundSettings | undefined> {
  const named = process.env[SETTINGS_VARIABLE];
  if (named === "") return undefined;
  const path = named === undefined ? findSettings() : resolve(named);
  if (path === undefined) return undefined;
  // Who names a file vouches for it; one that lies somewhere above may be anybody's.
  if (named === undefined) refuseForeign(path);
  const settings = checkSettings(await readJson(path, { ifEmpty: "Write {} into it, or remove it." }), path);
  refuseSecrets(settings, path);
  return { path, settings };
}

function findSettings(): string | undefined {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const path = join(folder, SETTINGS_FILE);
    if (existsSync(path)) return path;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * In a folder that many may write to, a neighbour's file would choose our node, our register and whom we name as QP; so would
 * his link to a file of ours, whose paths are read from the link's folder.
 */
function refuseForeign(path: string): void {
  const user = process.getuid?.();
  const { uid, mode } = statSync(path);
  const isOurs = [uid, lstatSync(path).uid].every((owner) => owner === user || owner === 0);
  if (user === undefined || (isOurs && (mode & 0o002) === 0)) return;
  throw environmentError("Another user could have written this settings file.", {
    code: "settings-owner",
    place: path,
    remedy: `If it is yours, take it over (chown, chmod o-w), or name it: ${SETTINGS_VARIABLE}=${path}`,
  });
}

function refuseSecrets({ accounts, ...members }: Settings, path: string): void {
  const values = [...Object.entries(members), ...Object.entries(accounts ?? {})];
  const found = values.find(([, value]) => isPrivateKey(value));
  if (found === undefined) return;
  throw inputError("This looks like a private key. Settings hold no secrets.", {
    code: "settings-secret",
    place: `${path}, ${found[0]}`,
    remedy: `Remove it, and take the key as lost if others may have read it. Name a keystore, or set ${KEY_VARIABLE}.`,
  });
}

function isPrivateKey(value: string): boolean {
  return /^(0x)?[0-9a-fA-F]{64}$/.test(value);
}

/** Puts an address or a keystore's path in place of its name; everything else stays as it is. */
function accountNames(found: FoundSettings | undefined): (value: string) => string {
  const accounts = found?.settings.accounts ?? {};
  return (value) =>
    found !== undefined && Object.hasOwn(accounts, value) ? fromFile(found.path, accounts[value] ?? "") : value;
}

/** As `accountNames`, where only the address is wanted: a keystore says whose it is. Errors: those of `keystoreAddress`. */
export function accountAddresses(found: FoundSettings | undefined): (value: string) => Promise<string> {
  const account = accountNames(found);
  return (value) => addressed(account(value));
}

/** A command's words with all that was left out. */
export interface Words {
  readonly args: readonly string[];
  readonly options: OptionValues;
}

/**
 * Fills in what the words leave out: from what the batch folder remembers, from variables, from the settings file, in this
 * order; and puts accounts in place of their names. Errors: `usage` (a needed option stands nowhere), `register-differs` (the
 * folder remembers another register than variable or file say), those of `readSettings` and `readRegistration`.
 */
export async function completed(command: Command, given: readonly string[]): Promise<Words> {
  const found = await readSettings();
  const [account, address] = [accountNames(found), accountAddresses(found)];
  const options: Record<string, OptionValues[string]> = { ...command.opts<OptionValues>() };
  const dir = argumentNamed(command, "dir");
  const remembered = dir === undefined ? undefined : await readRegistration(dir);
  for (const option of command.options) {
    const isOfFolder = isOfFolders(command);
    if (option instanceof Setting)
      await fillIn(options, option, command, { dir, isOfFolder, remembered, found, address });
    const name = option.attributeName();
    const value = options[name];
    if (name === "account" && typeof value === "string" && isPrivateKey(value)) throw keyAsAccount();
    // The sending account needs its keystore; of all others the address is enough.
    if (option.flags.endsWith("<keystore or account>") && typeof value === "string") options[name] = account(value);
    const each = valueOf(option.flags, address);
    if (each === undefined) continue;
    if (typeof value === "string") options[name] = await each(value);
    if (Array.isArray(value)) options[name] = await Promise.all(value.map(each));
  }
  const isAccount = (i: number): boolean => command.registeredArguments[i]?.name() === "account";
  const args = given.map((value, i) => (isAccount(i) ? address(value) : Promise.resolve(value)));
  return { args: await Promise.all(args), options };
}

/** How a value of an option is read that is, or ends with, an account; undefined: none of its values do. */
function valueOf(flags: string, address: Sources["address"]): Sources["address"] | undefined {
  if (flags.endsWith("<account>")) return address;
  if (!flags.endsWith("=account>")) return undefined;
  return async (value) => {
    const at = value.lastIndexOf("=") + 1;
    return value.slice(0, at) + (await address(value.slice(at)));
  };
}

/** It would be looked for as a file, and printed as one that is not there. */
function keyAsAccount(): BatchproofError {
  return inputError("This is a private key, not an account.", {
    code: "account",
    place: "--account",
    remedy: `Set ${KEY_VARIABLE} to it, or name a keystore; who has seen this command line has the key.`,
  });
}

/** An account as an address: a keystore says whose it is. What is neither is left for the command to refuse. */
async function addressed(value: string): Promise<string> {
  return !IS_ADDRESS.test(value) && existsSync(value) ? await keystoreAddress(value) : value;
}

/**
 * Writes where the register is into the settings file, a new one in the working folder if none is found; all else in it stays,
 * as it is now. Returns its path. Errors: those of `requireNoRegister` and `writeFileAtomically`.
 */
export async function saveRegister(
  register: Required<Pick<Settings, "rpc" | "registry" | "chainId">>,
): Promise<string> {
  const found = await requireNoRegister();
  const path = found?.path ?? join(process.cwd(), SETTINGS_FILE);
  // The address of a node may hold a key for its use: who could not read the file shall not now.
  const mode = found === undefined ? {} : { mode: statSync(path).mode & 0o777 };
  await writeFileAtomically(path, documentText({ ...found?.settings, ...register }), mode);
  return path;
}

/**
 * The settings, into which a register may be written: they may name one only, a second one would be used for what was meant
 * for the first. Errors `settings-register` (one is named, or the file that would be written was not read), those of
 * `readSettings`.
 */
export async function requireNoRegister(): Promise<FoundSettings | undefined> {
  const found = await readSettings();
  const refuse = (message: string, place: string, remedy: string): never => {
    throw inputError(message, { code: "settings-register", place, remedy });
  };
  const unread = join(process.cwd(), SETTINGS_FILE);
  if (found === undefined && existsSync(unread)) {
    return refuse(
      `${SETTINGS_VARIABLE} is empty, and this settings file would be lost.`,
      unread,
      `Unset ${SETTINGS_VARIABLE}, or deploy without --save.`,
    );
  }
  if (found?.settings.registry === undefined && found?.settings.chainId === undefined) return found;
  return refuse(
    "The settings file names a register already.",
    found.path,
    "Remove its registry and chainId, or deploy without --save.",
  );
}

/** Where a value may stand besides the words. */
interface Sources {
  readonly dir: string | undefined;
  /** The words name a folder, or several. */
  readonly isOfFolder: boolean;
  readonly remembered: Registration | undefined;
  readonly found: FoundSettings | undefined;
  /** Puts an address in place of a name. */
  readonly address: (value: string) => Promise<string>;
}

async function fillIn(
  options: Record<string, OptionValues[string]>,
  option: Setting,
  command: Command,
  sources: Sources,
): Promise<void> {
  const { setting, isNeeded } = option;
  const source = command.getOptionValueSource(setting);
  if (source === "cli") return;
  const isSpared = option.unless !== undefined && options[option.unless] !== undefined;
  if (isSpared && !option.isKept) {
    options[setting] = undefined;
    return;
  }
  const variable = source === "env" && options[setting] !== "" ? options[setting] : undefined;
  const told = isOpen(setting, sources) ? (variable ?? fromSettings(setting, sources)) : undefined;
  const remembered = memory(setting, sources);
  if (remembered !== undefined && typeof told === "string") {
    requireSame(option, remembered, await sources.address(told), sources.dir ?? "");
  }
  const value = remembered ?? told;
  options[setting] = value;
  if (value !== undefined || !isNeeded || isSpared) return;
  throw inputError(`Bad usage: option --${kebab(setting)} is missing.`, {
    code: "usage",
    place: commandName(command),
    remedy: `Give it, set ${option.envVar ?? ""}, or write "${setting}" into ${SETTINGS_FILE}${SAVED.has(setting) ? ", as deploy with --save does" : ""}.`,
  });
}

/** A folder that was received, or made on trial, may remember a register on which everything is green. */
function requireSame(option: Setting, remembered: string, told: string, dir: string): void {
  if (remembered.toLowerCase() === told.toLowerCase()) return;
  const name = kebab(option.setting);
  throw inputError(`The folder remembers ${name} ${remembered}, and the settings say ${told}.`, {
    code: "register-differs",
    place: dir,
    remedy: `Say which one is meant: --${name}.`,
  });
}

/** Without a folder the batch is named by its key, which says whose it is. */
function isOpen(setting: SettingName, { isOfFolder }: Sources): boolean {
  return setting !== "owner" || isOfFolder;
}

function memory(setting: SettingName, { remembered }: Sources): string | undefined {
  return setting === "registry" || setting === "chainId" || setting === "owner" ? remembered?.[setting] : undefined;
}

function fromSettings(setting: SettingName, { found }: Sources): string | undefined {
  if (setting === "account" && (process.env[KEY_VARIABLE] ?? "") !== "") return undefined;
  const value = found?.settings[setting];
  if (found === undefined || value === undefined) return undefined;
  if (PATHS.has(setting)) return fromFile(found.path, value);
  if (!ACCOUNTS.has(setting) || Object.hasOwn(found.settings.accounts ?? {}, value)) return value;
  return fromFile(found.path, value);
}

/** A path as the settings file means it; an address is none. */
function fromFile(path: string, value: string): string {
  return IS_ADDRESS.test(value) ? value : resolve(dirname(path), value);
}

function argumentNamed(command: Command, name: string): string | undefined {
  const value = argumentOf(command, name);
  return typeof value === "string" ? value : undefined;
}

function isOfFolders(command: Command): boolean {
  const value = argumentOf(command, "dir");
  return typeof value === "string" || (Array.isArray(value) && value.length > 0);
}

/** A text, several of them, or none. */
function argumentOf(command: Command, name: string): unknown {
  return command.processedArgs[command.registeredArguments.findIndex((each) => each.name() === name)];
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** "batchproof party publish". */
function commandName(command: Command): string {
  return command.parent === null ? command.name() : `${commandName(command.parent)} ${command.name()}`;
}
