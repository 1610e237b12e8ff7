import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { audit } from "../../src/audit/audit.ts";
import type { RegisterState } from "../../src/audit/state.ts";
import { readCheckpoint } from "../../src/audit/stateFile.ts";
import { departureOf, type Departure, type SiteFiles } from "../../src/backup/leave.ts";
import type { ServiceFiles } from "../../src/backup/leaveService.ts";
import { BatchproofError, inputError, refusal } from "../../src/errors.ts";
import { parseTime } from "../../src/input/times.ts";
import { personHash } from "../../src/formats/person.ts";
import { readKeyFile } from "../../src/parties/keys.ts";
import { readParties, writeParties } from "../../src/parties/partyList.ts";
import { readPersonKey } from "../../src/parties/personKey.ts";
import { readServiceFile } from "../../src/settings/service.ts";
import { addressOf, onChain, sameRegister } from "../chain.ts";
import { list, required, text, type Options } from "../command.ts";
import { keystoreAddress } from "../keystore.ts";
import type { Answer } from "../output.ts";

/** `person leave`. */
export async function leave([name = ""]: readonly string[], options: Options): Promise<Answer> {
  const given = list(options, "account").map((account) => addressOf(account, "--account"));
  const keyFile = text(options, "personKey");
  const person = keyFile === undefined ? undefined : personHash(await readPersonKey(keyFile), name);
  const files = await siteFiles(options);
  const out = text(options, "listsOut");
  if (out !== undefined) refuseListsOut(out, list(options, "lists"));
  const last = text(options, "until");
  const until = last === undefined ? Math.floor(Date.now() / 1000) : parseTime(last, "--until");
  const state = await registerState(options);
  const [, rpc = "", , registry = ""] = sameRegister(options);
  const callers = list(options, "caller");
  const leaver = { name, accounts: given, callers, ...(person === undefined ? {} : { person }) };
  const found = departureOf(state, leaver, files, { rpc, registry }, until);
  if (found.accounts.length === 0 && found.steps.length === 0) {
    throw refusal("Nothing of this person was found, on the register or in the files that were named.", {
      code: "person-unknown",
      place: name,
    });
  }
  const lists = out === undefined ? [] : await writeLists(out, found);
  return {
    text: [...lines(found), ...lists.map((path) => `new list ${path}`)].join("\n"),
    json: { name, ...found, lists },
  };
}

async function siteFiles(options: Options): Promise<SiteFiles> {
  const lists: SiteFiles["lists"][number][] = [];
  for (const file of list(options, "lists")) lists.push({ file, list: await readParties(file) });
  const keys: SiteFiles["keys"][number][] = [];
  for (const file of list(options, "key")) keys.push({ file, key: await readKeyFile(file) });
  const services: ServiceFiles[] = [];
  for (const file of list(options, "service")) services.push(await serviceFiles(file));
  for (const caller of list(options, "caller")) requireCaller(caller, services);
  return { lists, keys, services };
}

/** A caller that is spelt wrong would be left out in silence. Error `usage`. */
function requireCaller(caller: string, services: readonly ServiceFiles[]): void {
  const known = services.flatMap(({ settings: { callers = [], issuers = [] } }) => [
    ...callers.map(({ name }) => name),
    ...issuers.flatMap(({ grants }) => grants.map(({ value }) => value)),
  ]);
  if (known.includes(caller)) return;
  throw inputError("No --service names this caller.", { code: "usage", place: `--caller ${caller}` });
}

/** A service's settings, with what its key files and keystore say of whose they are. */
async function serviceFiles(file: string): Promise<ServiceFiles> {
  const settings = await readServiceFile(file);
  const keys: ServiceFiles["keys"][number][] = [];
  for (const site of settings.sites) {
    for (const [use, path] of Object.entries(site.keys ?? {})) {
      keys.push({ file: path, what: `${use} key of site ${site.name}`, key: await readKeyFile(path) });
    }
  }
  const { account } = settings;
  return {
    ...{ file, settings, keys },
    ...(account === undefined ? {} : { account: addressOf(await keystoreAddress(account), account) }),
  };
}

/** What the register's events come to, compared with its contracts as every audit does. */
async function registerState(options: Options): Promise<RegisterState> {
  const kept = text(options, "state");
  const folder = kept === undefined ? await mkdtemp(join(tmpdir(), "batchproof-person-")) : undefined;
  const statePath = kept ?? join(folder ?? "", "state.json");
  const registry = required(options, "registry");
  try {
    return await onChain(options, async ({ provider, chainId }) => {
      await audit(provider, registry, { statePath });
      const checkpoint = await readCheckpoint(statePath, chainId, registry);
      if (checkpoint === undefined) throw new BatchproofError("internal", "The state of the audit was not kept.");
      return checkpoint.state;
    });
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function writeLists(out: string, { lists }: Departure): Promise<string[]> {
  const paths: string[] = [];
  for (const { file, list: without } of lists) {
    const path = join(out, basename(file));
    await writeParties(path, without);
    paths.push(path);
  }
  return paths;
}

/** Before anything is written: all new lists have room in the folder. Errors `backup-exists`, `output-twice`. */
function refuseListsOut(out: string, files: readonly string[]): void {
  if (existsSync(out)) {
    throw inputError("There is something where the new lists should be written.", {
      code: "backup-exists",
      place: out,
    });
  }
  const names = files.map((file) => basename(file));
  const twin = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twin < 0) return;
  throw inputError("Two new lists would have one name.", {
    code: "output-twice",
    place: `--lists ${files[twin] ?? ""}`,
    remedy: "Run it once for each of them, with another --lists-out.",
  });
}

function lines({ accounts, steps, notSeen }: Departure): string[] {
  return [
    ...accounts.map((account) => `account ${account}`),
    ...steps.flatMap(({ what, takes, who, commands }, i) => [
      `${i + 1}. ${what}`,
      `   ${{ one: "one person", two: "two people", nobody: "nobody" }[takes]}: ${who}`,
      ...commands.map((command) => `   ${command}`),
    ]),
    ...notSeen.map((what) => `not looked at: ${what}`),
    "Nothing was sent.",
  ];
}
