import { Option, type Command } from "commander";
import { REASONS_OF, type ReasonedCall } from "../src/formats/codes.ts";

/** Options that many commands share. What they mean is in chain.ts and target.ts, which a definition does not load. */

/** The variable with the private key of the sending account. */
export const KEY_VARIABLE = "BATCHPROOF_ACCOUNT_KEY";

/** The settings file: found in the working folder, or else in the nearest folder above it. */
export const SETTINGS_FILE = "batchproof.json";

/** What need not be typed: an option, which a variable or a member of the settings file of the same name may also hold. */
const SETTINGS = {
  rpc: ["--rpc <url>", "JSON-RPC address of a node"],
  registry: ["--registry <address>", "address of the compliance registry"],
  chainId: ["--chain-id <n>", "chain of the register; a node on another one is refused"],
  account: [
    "--account <keystore or account>",
    `encrypted JSON keystore of the sending account, or the address of one that the node itself holds (else ${KEY_VARIABLE})`,
  ],
  owner: ["--owner <account>", "account that opened the batch"],
  parties: ["--parties <file>", "party list"],
  journal: ["--journal <file>", "the source's journal; default: beside its key"],
  personKey: ["--person-key <file>", "key under which persons are hashed; all who give roles have the same one"],
  artifacts: ["--artifacts <dir>", "folder of artifacts that `setup --artifacts` made, in place of our own"],
} as const satisfies Readonly<Record<string, readonly [flags: string, description: string]>>;

/** Name of a setting: as commander knows the option, and as the settings file has it. */
export type SettingName = keyof typeof SETTINGS;

/** An option that may also come from a variable, from what a batch folder remembers, or from the settings file. */
export class Setting extends Option {
  readonly setting: SettingName;
  /** Somewhere it must stand. */
  readonly isNeeded: boolean;
  /** Name of the option with which it is not needed, and only taken from the words. */
  readonly unless: string | undefined;
  /** With that option too it is taken from wherever it stands. */
  readonly isKept: boolean;

  /** `description`: where a command says more of it than all do. */
  constructor(
    setting: SettingName,
    isNeeded: boolean,
    description: string = SETTINGS[setting][1],
    unless?: string,
    isKept = false,
  ) {
    super(SETTINGS[setting][0], description);
    this.setting = setting;
    this.isNeeded = isNeeded;
    this.unless = unless;
    this.isKept = isKept;
    this.env(`BATCHPROOF_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`);
  }
}

/** Values of options as commander collects them. */
export type OptionValues = Readonly<Record<string, string | boolean | string[] | undefined>>;

/** Adds a setting that the command can do without; `description` where the command says more of it than all do. */
export function may(command: Command, setting: SettingName, description?: string): Command {
  return command.addOption(new Setting(setting, false, description));
}

/** Adds a setting that the command needs. */
function must(command: Command, setting: SettingName): Command {
  return command.addOption(new Setting(setting, true));
}

/** Adds --rpc, --registry and --chain-id. */
export function withRegistry(command: Command): Command {
  return may(must(must(command, "rpc"), "registry"), "chainId");
}

/** As `withRegistry`, for a command that with the option `unless` needs no node. */
export function withRegistryUnless(command: Command, unless: string): Command {
  return command
    .addOption(new Setting("rpc", true, undefined, unless))
    .addOption(new Setting("registry", true, undefined, unless))
    .addOption(new Setting("chainId", false, undefined, unless));
}

/** As `withRegistryUnless`; but the register, if it is known, is compared with what takes the node's place. */
export function withNodeUnless(command: Command, unless: string): Command {
  return command
    .addOption(new Setting("rpc", true, undefined, unless))
    .addOption(new Setting("registry", true, undefined, unless, true))
    .addOption(new Setting("chainId", false, undefined, unless, true));
}

/** Adds --rpc and --chain-id. */
export function withRpc(command: Command): Command {
  return may(must(command, "rpc"), "chainId");
}

/** Adds --registry and --chain-id, for what is made for a register without asking it. */
export function withDestination(command: Command): Command {
  return must(must(command, "registry"), "chainId");
}

/**
 * Adds --rpc and --owner, by which a register is asked when a batch was opened.
 * @param asked help of --rpc
 */
export function withOpening(command: Command, asked: string): Command {
  return may(may(command, "rpc", asked), "owner", "account that opened the batch");
}

/** Adds --account, who sends and pays, and how: what is offered for gas, and how long to wait. */
export function withAccount(command: Command): Command {
  return may(command, "account")
    .option("--timeout <seconds>", "longest wait for a transaction; the same again goes on waiting; default: 300")
    .option(
      "--gas-price <gwei>",
      "price of gas as of chains without EIP-1559; 0 where gas is free; default: as the node says",
    )
    .option("--max-fee <gwei>", "highest price of gas by EIP-1559, tip included; default: as the node says")
    .option("--tip <gwei>", "part of it for whoever makes the block; default: as the node says")
    .option("--replace <transaction>", "hash of a transaction of the account that is stuck: this one takes its place");
}

/** Adds what a command takes to ask a register about a folder, if all of it is known. */
export function withStanding(command: Command): Command {
  return may(may(may(may(command, "rpc"), "registry"), "chainId"), "owner");
}

/** Adds --owner, where a batch cannot be found without it. */
export function withOwner(command: Command): Command {
  return must(command, "owner");
}

/** Options of a command that is sent to the register about a batch that lies in a folder. */
export function withFolder(command: Command): Command {
  return may(
    withAccount(withRegistry(command)),
    "owner",
    "account that opened the batch; default: the one that did for this folder, else the sending account",
  );
}

/** As `withFolder`; those who have no folder name the batch by its key. */
export function withBatch(command: Command): Command {
  return withFolder(withKey(command));
}

/** The same for a command that only reads. */
export function withBatchRead(command: Command): Command {
  return may(withRegistry(withKey(command)), "owner");
}

function withKey(command: Command): Command {
  return command
    .argument("[dir]", "the batch's folder")
    .option("--batch <key>", "in place of a folder: key of the batch, as `open` and `audit --json` print it");
}

/** What --discard-proofs says, wherever a change breaks proofs. */
export const DISCARD_PROOFS = "remove the proofs that will not fit any more; without it they forbid the change";

/** Adds --reason, of those that a call takes, and --words. */
export function withReason(command: Command, call: ReasonedCall): Command {
  return command
    .addOption(new Option("--reason <name>", "why; public for ever").choices(REASONS_OF[call]).makeOptionMandatory())
    .option("--words <text>", "why, in words: they are kept in a file, and only their salted hash is public")
    .option("--texts <dir>", "folder that keeps the words; default: texts in the batch's folder");
}

/** Adds --person-key. */
export function withPersonKey(command: Command): Command {
  return must(command, "personKey");
}

/** Adds --artifacts. */
export function withArtifacts(command: Command): Command {
  return may(command, "artifacts");
}

/** Adds --junit. */
export function withJunit(command: Command): Command {
  return command.option("--junit <file>", "write the answer as JUnit XML too; it holds what the answer holds");
}

/** Adds what an auditor knows of the circuits. */
export function withCircuits(command: Command): Command {
  return command.option(
    "--circuits <file>",
    "the circuits whose provenance you know; default: those that this version pins",
  );
}

/** Adds what an auditor knows besides the register, and whom he asks besides its node. */
export function withReader(command: Command): Command {
  return withCircuits(command)
    .option("--second-rpc <url>", "another node, which must say the same of the block that all is read at")
    .option("--names <file>", "who is behind which account: shown beside what the account did")
    .option("--texts <dir>", "show the words of reasons that this folder keeps, where their hash is on chain");
}
