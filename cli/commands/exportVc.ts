import { basename, join } from "node:path";
import { batchState } from "../../src/chain/batchState.ts";
import { blockOf, type Chain } from "../../src/chain/connect.ts";
import type { Register } from "../../src/chain/handles.ts";
import { explained } from "../../src/chain/revert.ts";
import { environmentError, inputError } from "../../src/errors.ts";
import { withProof } from "../../src/exports/dataIntegrity.ts";
import { didAddress, didDocument, didKeyOf, didWebOf, proofKeyOf } from "../../src/exports/did.ts";
import { batchCredential, endOf, refuseUnreleased } from "../../src/exports/vc.ts";
import { issuedEntries, listUrl, readIssued, type IssuedList } from "../../src/exports/vcIssued.ts";
import { listCredential, statusOf, type AsOf } from "../../src/exports/vcStatus.ts";
import { PURPOSES, type Purpose } from "../../src/exports/vcTerms.ts";
import { documentText } from "../../src/formats/document.ts";
import { refuseOverwriting, writeFileAtomically } from "../../src/input/files.ts";
import { counted } from "../../src/input/quantities.ts";
import { formatTime } from "../../src/input/times.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { readStanding } from "../../src/standing/read.ts";
import { onRegister } from "../chain.ts";
import { DEVELOPMENT_WARNING } from "../circuits.ts";
import { required, text, type Options } from "../command.ts";
import { sayFirst, type Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import { readKey, targetOf } from "../target.ts";
import { wholeNumber } from "../values.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Whoever gets a credential that never ends never asks anew. */
const LONGEST_DAYS = 366;

/** `export vc`. */
export async function credential([dir]: readonly string[], options: Options): Promise<Answer> {
  const [out, issued, key] = [required(options, "out"), text(options, "list"), required(options, "key")];
  const listed = issued === undefined ? [] : [{ option: "--list", path: issued }];
  if (issued === undefined && text(options, "statusUrl") !== undefined) {
    throw inputError("Without a list of what was issued a credential is in no status list.", {
      ...{
        place: "--status-url",
        code: "usage",
        remedy: "Name the list, too: --list FILE; it is made if there is none.",
      },
    });
  }
  await refuseOverwriting([{ option: "--out", path: out }, ...listed, { option: "--key", path: key }], dir);
  const days = within(required(options, "validFor"), LONGEST_DAYS, "--valid-for");
  const batch = readKey(await targetOf(dir, options), options);
  const seed = await seedOf(key);
  const proofKey = proofKeyOf(seed, text(options, "issuer") ?? didKeyOf(seed), "--issuer");
  return onRegister(options, async (register, chain) => {
    const { standing } = await readStanding(register, chain, batch);
    refuseUnreleased(standing);
    const { chainId } = chain;
    const { registry } = standing;
    const from = Math.floor(Date.now() / 1000);
    const until = endOf(standing, from, days * DAY);
    const { issuer } = proofKey;
    const entries =
      issued === undefined
        ? []
        : await issuedEntries(issued, { chainId, registry, batch }, issuer, text(options, "statusUrl"));
    const document = withProof(batchCredential(standing, { issuer, from, until, entries }), proofKey, from);
    await writeFileAtomically(out, documentText(document));
    return {
      text: [
        `${out}: ${issuer} says until ${formatTime(until)} what the register said at block ${standing.block}.`,
        entries.length === 0
          ? "It is in no status list: whoever gets it does not hear of a recall but from the register."
          : "Write its status lists anew as often as a recall must be heard of.",
        ...(standing.developmentKeys ? [DEVELOPMENT_WARNING] : []),
      ].join("\n"),
      json: {
        file: out,
        issuer,
        batch,
        block: standing.block,
        validUntil: formatTime(until),
        listed: entries.length > 0,
      },
    };
  });
}

/** `export status-list`. */
export async function statusLists(_args: readonly string[], options: Options): Promise<Answer> {
  const [out, issued, key] = [required(options, "out"), required(options, "list"), required(options, "key")];
  const files = PURPOSES.map((purpose) => ({ option: `--out ${purpose}`, path: join(out, `${purpose}.json`) }));
  await refuseOverwriting([...files, { option: "--list", path: issued }, { option: "--key", path: key }]);
  const hours = within(required(options, "validFor"), LONGEST_DAYS * 24, "--valid-for");
  const seed = await seedOf(key);
  return onRegister(options, async (register, chain) => {
    const list = await readIssued(issued, { chainId: chain.chainId, registry: await register.registry.getAddress() });
    const proofKey = proofKeyOf(seed, list.issuer, `${issued}#/issuer`);
    const { asOf, set } = await askedAbout(register, chain, list);
    const from = Math.floor(Date.now() / 1000);
    const until = endOf(asOf, from, hours * HOUR);
    const made = PURPOSES.map((purpose, i) => {
      const url = listUrl(list.url, purpose);
      const indices = set[purpose];
      const unsigned = listCredential({ purpose, url, issuer: list.issuer, indices, asOf, from, until });
      return {
        purpose,
        url,
        file: files[i]?.path ?? "",
        set: indices.length,
        document: withProof(unsigned, proofKey, from),
      };
    });
    for (const { file, document } of made) await writeFileAtomically(file, documentText(document));
    const { entries } = list;
    return {
      text: [
        `${counted(Object.keys(entries).length, "batch")} asked about at block ${asOf.block}; the lists end ${formatTime(until)}.`,
        ...made.map(({ file, url, set: count }) => `${file}: ${count} set; serve it as ${url}`),
      ].join("\n"),
      json: {
        ...{ asOf, validUntil: formatTime(until), batches: Object.keys(entries).length },
        lists: made.map(({ purpose, url, file, set: count }) => ({ purpose, url, file, set: count })),
      },
    };
  });
}

/**
 * Which indices each list has set, all of one block. Errors: those of `explained` for a batch that cannot be read; `reorg`. Then
 * no list is written: one that leaves a batch out would say that nothing is against it.
 */
async function askedAbout(
  register: Register,
  { provider }: Chain,
  { entries }: IssuedList,
): Promise<{ readonly asOf: AsOf; readonly set: Readonly<Record<Purpose, number[]>> }> {
  const { number, hash, timestamp } = await explained(() => blockOf(provider, "latest"));
  const set: Record<Purpose, number[]> = { revocation: [], suspension: [] };
  for (const [batch, index] of Object.entries(entries)) {
    const { stored, ...state } = await batchState(register, batch, { blockTag: number });
    const status = statusOf({ ...state, recalled: stored.recalled });
    for (const purpose of PURPOSES) if (status[purpose]) set[purpose].push(index);
  }
  const { hash: still } = await explained(() => blockOf(provider, number));
  if (still !== hash) {
    throw environmentError(`Block ${number} was replaced while it was read.`, { code: "reorg", remedy: "Ask again." });
  }
  return { asOf: { block: number, hash, time: formatTime(timestamp) }, set };
}

/** `export did`. */
export async function did(_args: readonly string[], options: Options): Promise<Answer> {
  const web = text(options, "web");
  const id = web === undefined ? undefined : didWebOf(web);
  const seed = await seedOf(required(options, "key"));
  if (id === undefined) return { text: didKeyOf(seed), json: { did: didKeyOf(seed) } };
  const document = didDocument(id, seed);
  // Not in the answer, which is the file to serve.
  sayFirst(`Serve this as ${didAddress(id)}; issue with --issuer ${id}.`);
  return {
    text: documentText(document),
    json: { did: id, address: didAddress(id), document },
  };
}

async function seedOf(path: string): Promise<Uint8Array> {
  return (await unlockKey(path, await passphrase(basename(path)))).credentialSeed;
}

/** Error `usage`: more than `most`, or none. */
function within(given: string, most: number, place: string): number {
  const number = Number(wholeNumber(given, place));
  if (number <= most) return number;
  throw inputError(`This is at most ${most}.`, { place, code: "usage" });
}
