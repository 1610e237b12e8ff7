import { join } from "node:path";
import { makeBackup, refuseTaken, type LockedFor } from "../../src/backup/make.ts";
import { protocolOf, protocolText, type Protocol } from "../../src/backup/protocol.ts";
import { restoreBackup, type OpenedBy } from "../../src/backup/restore.ts";
import { rootsOf } from "../../src/backup/roots.ts";
import { joinShares, readShare, splitKey, writeShares } from "../../src/backup/share.ts";
import { drill, type Drill } from "../../src/backup/verify.ts";
import { blockOf } from "../../src/chain/connect.ts";
import { inputError } from "../../src/errors.ts";
import { documentText } from "../../src/formats/document.ts";
import { visible } from "../../src/formats/visible.ts";
import { readBytes, refuseOpenSecrets, writeFileAtomically } from "../../src/input/files.ts";
import { formatTime } from "../../src/input/times.ts";
import { MIN_PASSPHRASE_LENGTH } from "../../src/parties/keys.ts";
import { sharedKeyWarnings } from "../../src/parties/sharedKeys.ts";
import { onRegister } from "../chain.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { BACKUP_VARIABLE, newPassphrase, passphrase } from "../passphrase.ts";

const MOST_IDENTITY = 2 ** 16;

/** `backup`. */
export async function backup(paths: readonly string[], options: Options): Promise<Answer> {
  const out = required(options, "out");
  const made = now();
  refuseTaken(out);
  const taken = await rootsOf(paths);
  const warnings = await sharedKeyWarnings(taken.roots.map(({ from }) => from));
  const { lockedFor, shares } = await lockOf(options, made);
  const { files, bytes, sums } = await makeBackup({ out, taken, lockedFor, made });
  return {
    text: [
      fieldLines({ backup: out, made, files, bytes, sums }),
      ...("recipients" in lockedFor ? [`encrypted for ${lockedFor.recipients.join(", ")}`] : []),
      ...shares.map((share) => `share ${share}`),
      ...warnings.map((warning) => `warning: ${warning}`),
      ...taken.notTaken.map(({ what, why }) => `not taken: ${visible(what)} (${visible(why)})`),
      "Note down sums, apart from the backup: whoever can encrypt for its key can make another one.",
    ].join("\n"),
    json: { out, made, files, bytes, sums, shares, notTaken: taken.notTaken, warnings },
  };
}

/** For whom the backup is encrypted; shares are written first, because a backup that nobody can open is none. */
async function lockOf(
  options: Options,
  made: string,
): Promise<{ readonly lockedFor: LockedFor; readonly shares: readonly string[] }> {
  const recipients = list(options, "recipient");
  const [wanted, folder] = [text(options, "shares"), text(options, "sharesOut")];
  oneOf({
    "--recipient": recipients.length > 0,
    "--passphrase": flag(options, "passphrase"),
    "--shares": wanted !== undefined,
  });
  if (recipients.length > 0) return { lockedFor: { recipients }, shares: [] };
  if (wanted === undefined) return { lockedFor: { passphrase: await drawnPassphrase() }, shares: [] };
  const [, needed, shares] = /^([1-9][0-9]?)\/([1-9][0-9]?)$/.exec(wanted) ?? [];
  if (needed === undefined || folder === undefined) {
    throw inputError("Shares are asked for as --shares 2/3 --shares-out DIR.", {
      code: "usage",
      place: `--shares ${wanted}`,
    });
  }
  const key = { needed: Number(needed), shares: Number(shares), keepers: list(options, "keeper"), made };
  const split = await splitKey(key);
  return { lockedFor: { recipients: [split[0]?.recipient ?? ""] }, shares: await writeShares(folder, split) };
}

async function drawnPassphrase(): Promise<string> {
  const given = await newPassphrase(BACKUP_VARIABLE);
  if (given.length >= MIN_PASSPHRASE_LENGTH) return given;
  throw inputError(`The passphrase is shorter than ${MIN_PASSPHRASE_LENGTH} characters.`, {
    code: "passphrase-length",
  });
}

/** `restore`. */
export async function restore([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const into = required(options, "into");
  const isAsked = requireRegister(options);
  const restored = await restoreBackup(file, into, await openedBy(options));
  const { about, files, sums } = restored;
  const head = fieldLines({ restored: into, made: about.made, files, sums });
  if (!flag(options, "verify")) {
    return {
      text: `${head}\nNothing was held against the register: --verify does.`,
      json: { into, made: about.made, files, sums },
    };
  }
  const protocol = await (isAsked ? drilledOnRegister(into, restored, options) : drilled(into, restored, options));
  const written = await writeProtocol(into, protocol);
  return {
    text: `${head}\n${protocolText(protocol)}\nprotocol ${written}`,
    json: { into, ...protocol, written },
    exitCode: protocol.whole === null ? 3 : protocol.whole ? 0 : 1,
  };
}

type Restored = Awaited<ReturnType<typeof restoreBackup>>;

async function drilled(into: string, restored: Restored, options: Options): Promise<Protocol> {
  return protocolOf(restored, await drill(into, undefined, flag(options, "complete")), now());
}

async function drilledOnRegister(into: string, restored: Restored, options: Options): Promise<Protocol> {
  return await onRegister(options, async (register, { chainId, provider }) => {
    const { number: block } = await blockOf(provider, "latest");
    const found: Drill = await drill(into, { register, chainId, block }, flag(options, "complete"));
    const registry = await register.registry.getAddress();
    return protocolOf(restored, found, now(), { chainId: chainId.toString(), registry, block });
  });
}

/** Whether a register is asked. Error `usage`: it is named half, or there is nothing to ask it. */
function requireRegister(options: Options): boolean {
  const named = [text(options, "rpc"), text(options, "registry")].filter((value) => value !== undefined).length;
  if (flag(options, "complete") && !flag(options, "verify"))
    throw usage("--complete goes with --verify.", "--complete");
  if (!flag(options, "verify")) return false;
  if (named === 1) throw usage("A register is named by --rpc and --registry.", "--verify");
  if (named === 0 && flag(options, "complete")) throw usage("What is complete only a register says.", "--complete");
  return named === 2;
}

async function openedBy(options: Options): Promise<OpenedBy> {
  const identity = text(options, "identity");
  const shares = list(options, "share");
  oneOf({
    "--identity": identity !== undefined,
    "--share": shares.length > 0,
    "--passphrase": flag(options, "passphrase"),
  });
  if (identity !== undefined) return { identities: await identitiesIn(identity) };
  if (shares.length === 0) return { passphrase: await passphrase("the backup", BACKUP_VARIABLE) };
  return { identities: [await joinShares(await Promise.all(shares.map(readShare)))] };
}

/** The keys of a file as `age-keygen` writes it. */
async function identitiesIn(path: string): Promise<string[]> {
  const lines = Buffer.from(await readBytes(path, { limit: MOST_IDENTITY }))
    .toString("utf8")
    .split(/\r?\n/);
  await refuseOpenSecrets(path);
  const keys = lines.filter((line) => /^AGE-SECRET-KEY-[0-9A-Z-]+$/.test(line));
  if (keys.length > 0) return keys;
  throw inputError("There is no age key in this file.", {
    code: "backup-key",
    place: path,
    remedy: "Give the file that `age-keygen` wrote.",
  });
}

/** Beside the restored folders, under the time of the drill. Gives the name of the readable one. */
async function writeProtocol(into: string, protocol: Protocol): Promise<string> {
  const name = join(into, `restore-${protocol.at.replaceAll(/[:-]/g, "")}`);
  await writeFileAtomically(`${name}.json`, documentText(protocol), { mode: 0o600 });
  await writeFileAtomically(`${name}.txt`, `${protocolText(protocol)}\n`, { mode: 0o600 });
  return `${name}.txt`;
}

function oneOf(given: Readonly<Record<string, boolean>>): void {
  const named = Object.entries(given).filter(([, isGiven]) => isGiven);
  if (named.length !== 1)
    throw usage(`Give one of ${Object.keys(given).join(", ")}.`, named.map(([name]) => name).join(" "));
}

function usage(message: string, place: string): Error {
  return inputError(message, { code: "usage", ...(place === "" ? {} : { place }) });
}

function now(): string {
  return formatTime(Math.floor(Date.now() / 1000));
}
