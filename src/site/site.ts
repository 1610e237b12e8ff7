import { join } from "node:path";
import type { CircuitList } from "../audit/circuits.ts";
import type { Batch } from "../batch/batch.ts";
import { readBatch } from "../batch/folder.ts";
import { REGISTRATION_FILE } from "../batch/paths.ts";
import { readRegistration } from "../batch/registration.ts";
import { policyIdOfBatch } from "../batch/stageQuestion.ts";
import type { BatchOnRegister, StandingSource } from "../bedside/match.ts";
import type { DidFile } from "../exports/did.ts";
import { connectRpc, findRegister, type Chain } from "../chain/connect.ts";
import { registerAt } from "../chain/handles.ts";
import { BatchproofError, environmentError, inputError } from "../errors.ts";
import type { Policy } from "../policy/document.ts";
import { readStanding } from "../standing/read.ts";
import type { SignedStanding } from "../standing/signed.ts";
import type { SiteConfig } from "./api.ts";

/** What the program that serves the page of a site knows and may ask. All of it stays here. */
export interface Site {
  /** Batch folders, whole paths; the page names each by its place. */
  readonly dirs: readonly string[];
  /** Address of a node; undefined: none is asked. */
  readonly rpc: string | undefined;
  /** Register and owner of the folders that remember none, or the only ones that they may remember. */
  readonly register: Readonly<Partial<Pick<BatchOnRegister, "chainId" | "registry" | "owner">>>;
  /** What QPs signed, for when no node answers. */
  readonly standings: readonly SignedStanding[];
  /** Accounts that the site knows as Qualified Persons of its batches. */
  readonly qps: readonly string[];
  /** What should be the policy of a batch that is verified. */
  readonly policy: Policy | undefined;
  /** The circuits whose provenance the reader knows; undefined: those that are pinned. */
  readonly circuits: CircuitList | undefined;
  /** Documents of issuers of credentials, as their sites publish them. */
  readonly dids: readonly DidFile[];
  /** circuitId (0x hex) of a circuit's name. */
  readonly circuitIdOf: (name: string) => string;
}

/** The folder that the page names. Errors: `site-folder`, those of `readBatch`. */
export async function folderOf({ dirs }: Site, id: number): Promise<Batch> {
  const dir = dirs[id];
  if (dir !== undefined) return readBatch(dir);
  throw inputError("The page was not served for such a folder.", { code: "site-folder", place: "folder" });
}

/**
 * Where a folder's batch is: what the folder remembers, and else what the program was told. Errors: `register-differs`,
 * `site-register` (nobody says where it is), those of `readRegistration`.
 */
export async function whereOf({ register, circuitIdOf }: Site, batch: Batch): Promise<BatchOnRegister> {
  const remembered = await readRegistration(batch.dir);
  const { chainId, registry, owner } = { ...register, ...remembered };
  const isOther =
    (register.registry !== undefined && register.registry.toLowerCase() !== registry?.toLowerCase()) ||
    (register.chainId !== undefined && register.chainId !== chainId) ||
    (register.owner !== undefined && register.owner.toLowerCase() !== owner?.toLowerCase());
  if (isOther) {
    throw environmentError("The folder's batch was opened on another register, or by another owner, than was named.", {
      code: "register-differs",
      place: join(batch.dir, REGISTRATION_FILE),
      remedy:
        "Name its register and owner, or serve the page without --registry, --chain-id and --owner: " +
        "each folder's own counts.",
    });
  }
  if (chainId !== undefined && registry !== undefined && owner !== undefined) {
    return { chainId, registry, owner, policyId: policyIdOfBatch(batch, circuitIdOf) };
  }
  throw inputError("The folder does not say where its batch was opened, or by whom.", {
    code: "site-register",
    place: batch.dir,
    remedy: "Name it when the page is served: --registry, --chain-id and --owner.",
  });
}

/** A register that the site goes by. */
export interface KnownRegister {
  readonly chainId: bigint;
  readonly registry: string;
}

/** The registers that the site was told of, by option or by a folder, each once. Errors: those of `readRegistration`. */
export async function knownRegisters({ dirs, register }: Site): Promise<readonly KnownRegister[]> {
  const remembered = await Promise.all(dirs.map(readRegistration));
  const known = [register, ...remembered].flatMap(({ chainId, registry } = {}) =>
    chainId === undefined || registry === undefined ? [] : [{ chainId: BigInt(chainId), registry }],
  );
  return [...new Map(known.map((each) => [`${each.chainId} ${each.registry.toLowerCase()}`, each])).values()];
}

/** The register of those that a site knows, where what is asked names none. Error `site-register`: there is none, or more than one. */
export function onlyRegister([register, another]: readonly KnownRegister[]): KnownRegister {
  if (register !== undefined && another === undefined) return register;
  const known = register === undefined ? "No register is known" : "The folders are of more than one register";
  throw inputError(`${known}: what was asked is one register's.`, {
    code: "site-register",
    remedy: "Name one when the page is served: --registry and --chain-id.",
  });
}

/** A batch on a register, as somebody named it. */
export interface NamedBatch {
  readonly chainId: string;
  readonly registry: string;
  /** Key of the batch. */
  readonly key: string;
}

/**
 * Runs with whoever says what the register says of a batch: the node; where none can be reached, a QP's signed standing, if there
 * is one of this batch; else nobody. A node that says something wrong is no reason to believe somebody else: its answer's errors
 * come from `ask`.
 */
export async function withSource<T>(
  site: Site,
  named: NamedBatch,
  run: (source: StandingSource) => Promise<T>,
): Promise<T> {
  const chain = await connected(site, BigInt(named.chainId));
  if (chain === undefined) return run(signedSource(site, named));
  try {
    return await run({
      from: "node",
      ask: async (batch, block) => {
        const { provider } = chain;
        const register = registerAt(await findRegister(provider, named.registry), provider);
        return (await readStanding(register, chain, batch, { block, circuits: site.circuits })).standing;
      },
    });
  } finally {
    await chain.close();
  }
}

/** By this machine's clock, Unix seconds. */
export function nowOf(): number {
  return Math.floor(Date.now() / 1000);
}

/** A connection to the node, on this chain; undefined: there is no node, or it does not answer. Errors: those of `connectRpc`. */
export async function connected({ rpc }: Site, expected: bigint): Promise<Chain | undefined> {
  if (rpc === undefined) return undefined;
  try {
    return await connectRpc(rpc, { expected });
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "unreachable") return undefined;
    throw error;
  }
}

/** The newest of those that QPs signed of a batch. */
function signedSource({ standings, qps }: Site, { chainId, registry, key }: NamedBatch): StandingSource {
  const [signed] = standings
    .filter(({ standing: each }) => each.batch === key && each.chainId === chainId)
    .filter(({ standing: each }) => each.registry.toLowerCase() === registry.toLowerCase())
    .sort((a, b) => b.standing.block - a.standing.block);
  return signed === undefined ? null : { from: "standing", signed, qps };
}

/**
 * What the page is told when it starts. Errors: those of `readBatch` and `readRegistration`.
 * @param node what the node is called; null: none is asked
 */
export async function siteConfig(site: Site, node: string | null): Promise<SiteConfig> {
  const batches = await Promise.all(site.dirs.map((dir) => readBatch(dir)));
  const [register] = await knownRegisters(site);
  return {
    ...{ format: "batchproof-site/1", registry: register?.registry ?? null, node },
    folders: batches.map(({ lot, policy, origin }, id) => ({
      ...{ id, lot, stages: policy.stages },
      identity: "coi" in origin,
    })),
  };
}
