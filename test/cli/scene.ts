import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAnvil } from "../contracts/support/chains.ts";
import type { Chain } from "../../src/chain/connect.ts";
import { batchproof, batchproofProcess, deployWith, PASSPHRASE, personKey, type Run } from "./support.ts";

const ENVIRONMENT = { BATCHPROOF_PASSPHRASE: PASSPHRASE };

/** Accounts of the node by what they do: 0 deploys and is ADMIN, as 19 is. */
const ROLES = ["proposer", "approver", "manufacturer", "qp"] as const;
export const ACCOUNT = {
  admin: 0,
  proposer: 1,
  approver: 2,
  manufacturer: 3,
  qp: 4,
  stranger: 5,
  secondAdmin: 19,
} as const;

/** A process of its own, as a user runs it. */
export function cli(args: readonly string[]): Promise<Run> {
  return batchproofProcess(args, ENVIRONMENT);
}

/** The same without the seconds that a process takes to load. */
export function inThisProcess(args: readonly string[]): Promise<Run> {
  return batchproof(args, ENVIRONMENT);
}

/** A step that must succeed, in this process because it only sets the scene. */
export async function cliJson<T>(args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await inThisProcess([...args, "--json"]);
  if (code !== 0) throw new Error(`batchproof ${args.join(" ")}: exit ${code}\n${stderr}`);
  return JSON.parse(stdout) as T;
}

/** A folder, and a register on anvil with roles granted: where people type their commands. */
export class Scene {
  readonly home: string;
  readonly accounts: readonly string[];
  readonly registry: string;
  /** Options of every command that speaks to the register. */
  readonly on: readonly string[];
  readonly #close: () => Promise<void>;

  private constructor(
    home: string,
    accounts: readonly string[],
    url: string,
    registry: string,
    close: () => Promise<void>,
  ) {
    this.home = home;
    this.accounts = accounts;
    this.registry = registry;
    this.on = ["--rpc", url, "--registry", registry];
    this.#close = close;
  }

  static async set(circuits: readonly string[]): Promise<Scene> {
    const home = await mkdtemp(join(tmpdir(), "batchproof-scene-"));
    const { chain, url } = await startAnvil();
    try {
      return await Scene.#on(home, chain, url, circuits);
    } catch (error) {
      // A node that is left behind keeps the test's process from ending.
      await chain.close();
      throw error;
    }
  }

  static async #on(home: string, chain: Chain, url: string, circuits: readonly string[]): Promise<Scene> {
    const accounts = (await chain.provider.listAccounts()).map(({ address }) => address);
    const deploy = [...deployWith(accounts[ACCOUNT.secondAdmin] ?? ""), "--allow-development", "--rpc", url];
    const { addresses } = await cliJson<{ addresses: { registry: string } }>([
      ...[...deploy, "--account", accounts[ACCOUNT.admin] ?? ""],
    ]);
    const scene = new Scene(home, accounts, url, addresses.registry, () => chain.close());
    for (const role of ROLES) await scene.giveRole(role, scene.account(role), role);
    await cliJson(["circuit", "propose", ...circuits, ...scene.on, ...scene.by("proposer")]);
    await cliJson(["circuit", "approve", ...circuits, ...scene.on, ...scene.by("approver")]);
    return scene;
  }

  /** Both ADMINs give a role, for a time that has begun. `more`: --owner of QA. */
  async giveRole(role: string, account: string, person: string, ...more: readonly string[]): Promise<void> {
    const time = ["--from", "2020-01-01T00:00:00Z", "--to", "2040-01-01T00:00:00Z"];
    const terms = [role, account, "--person", person, ...time, ...more, ...personKey(), ...this.on];
    await cliJson(["role", "propose", ...terms, ...this.by("admin")]);
    await cliJson(["role", "approve", ...terms, ...this.by("secondAdmin")]);
  }

  path(name: string): string {
    return join(this.home, name);
  }

  account(who: keyof typeof ACCOUNT): string {
    return this.accounts[ACCOUNT[who]] ?? "";
  }

  by(who: keyof typeof ACCOUNT): string[] {
    return ["--account", this.account(who)];
  }

  /** Whom and what proofs are made for. */
  get destination(): string[] {
    return ["--submitter", this.account("manufacturer"), "--registry", this.registry, "--chain-id", "31337"];
  }

  /** Publishes policy and party list, each by two people. */
  async publish(policy: string, parties: string): Promise<void> {
    const { on } = this;
    const { policyId } = await cliJson<{ policyId: string }>([
      "policy",
      "publish",
      policy,
      ...on,
      ...this.by("proposer"),
    ]);
    await cliJson([
      "policy",
      "approve",
      policyId,
      "--policy",
      policy,
      "--authorisation",
      "V-1",
      ...on,
      ...this.by("approver"),
    ]);
    const { root } = await cliJson<{ root: string }>(["party", "publish", parties, ...on, ...this.by("proposer")]);
    await cliJson([
      "party",
      "approve",
      root,
      "--parties",
      parties,
      "--authorisation",
      "P-1",
      ...on,
      ...this.by("approver"),
    ]);
  }

  async close(): Promise<void> {
    await this.#close();
    await rm(this.home, { recursive: true, force: true });
  }
}
