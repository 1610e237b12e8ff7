import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HDNodeWallet, Mnemonic, Wallet } from "ethers";
import type { FastifyInstance } from "fastify";
import { connectRpc, type Chain } from "../../src/chain/connect.ts";
import { digestOf, type Prepared } from "../../src/chain/prepared.ts";
import { FolderMemory } from "../../src/service/folderMemory.ts";
import { buildApp } from "../../src/service/app.ts";
import { attesterWith } from "../../src/service/attester.ts";
import type { Caller } from "../../src/service/caller.ts";
import type { Problem } from "../../src/service/problem.ts";
import type { Route } from "../../src/service/route.ts";
import type { Service } from "../../src/service/service.ts";
import type { ServiceSettings } from "../../src/settings/service.ts";
import { cliJson, Scene } from "../cli/scene.ts";
import { scratch } from "../cli/support.ts";

/** A service with a real register, one site with a batch whose evidence is imported, and one site that has nothing. */

const RAW = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
const YEAR = ["--from", "2022-01-01T00:00:00Z", "--to", "2022-12-31T00:00:00Z"] as const;
export const CLAIM = "cold-storage/temperature";
/** The mnemonic of every node for development; its account of this number is the service's. */
const MNEMONIC = "test test test test test test test test test test test junk";
const ATTESTER = 11;

export interface Answered<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What a caller of the service may do, and what it is given. */
export class ServiceScene {
  readonly scene: Scene;
  readonly chain: Chain;
  readonly settings: ServiceSettings;
  readonly wallet: Wallet;
  readonly service: Service;
  readonly #app: FastifyInstance;
  #caller: Caller = { id: "token:nobody", grants: [] };

  private constructor(
    made: Pick<ServiceScene, "scene" | "chain" | "settings" | "wallet" | "service">,
    appOf: (self: ServiceScene) => FastifyInstance,
  ) {
    this.scene = made.scene;
    this.chain = made.chain;
    this.settings = made.settings;
    this.wallet = made.wallet;
    this.service = made.service;
    this.#app = appOf(this);
  }

  static async set(routes: readonly Route[], changes: Partial<ServiceSettings> = {}): Promise<ServiceScene> {
    const scene = await Scene.set(["temperature-1k"]);
    await prepareFolders(scene);
    const [, rpc = ""] = scene.on;
    const chain = await connectRpc(rpc);
    const node = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${ATTESTER}`);
    const wallet = new Wallet(node.privateKey);
    const site = (name: string): ServiceSettings["sites"][number] => ({
      ...{ name, batches: scene.path(`${name}/batches`), policies: scene.path(`${name}/policies`) },
    });
    const settings: ServiceSettings = {
      ...{ format: "batchproof-service/1", data: scratch(), sites: [site("north"), site("south")] },
      register: { rpc, registry: scene.registry, chainId: "31337" },
      ...changes,
    };
    const service = {
      ...{
        settings,
        folders: new FolderMemory(),
        attester: attesterWith(wallet),
        now: () => Math.floor(Date.now() / 1000),
      },
    } as unknown as Service;
    let self: ServiceScene | undefined;
    const app = await buildApp(service, routes, () => Promise.resolve(self?.caller ?? { id: "", grants: [] }));
    return (self = new ServiceScene({ scene, chain, settings, wallet, service }, () => app));
  }

  get caller(): Caller {
    return this.#caller;
  }

  /** Who calls from now on, for the site north if not told otherwise. */
  as(role: Caller["grants"][number]["role"], grant: Partial<Caller["grants"][number]> = { sites: ["north"] }): this {
    this.#caller = { id: `token:${role}`, grants: [{ role, ...grant }] };
    return this;
  }

  async call<T = Record<string, unknown>>(method: "GET" | "POST", url: string, payload?: object): Promise<Answered<T>> {
    const answer = await this.#app.inject({ method, url, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, body: answer.json<T>(), headers: answer.headers };
  }

  /** Status and code of a call that is refused. */
  async refused(...args: Parameters<ServiceScene["call"]>): Promise<[status: number, code: string | null]> {
    const { status, body } = await this.call<Problem>(...args);
    return [status, body.code];
  }

  /** Signs and sends a prepared call as whom it is for, as that person would. */
  async send(call: Prepared | null, name = "prepared.json"): Promise<{ readonly transaction: string }> {
    if (call === null) throw new Error("nothing was prepared");
    const file = this.scene.path(name);
    writeFileSync(file, JSON.stringify(call));
    return cliJson(["send", file, ...this.scene.on, "--account", call.from, "--digest", digestOf(call)]);
  }

  /** How many transactions an account sent. */
  sent(account: string): Promise<number> {
    return this.chain.provider.getTransactionCount(account);
  }

  async close(): Promise<void> {
    await this.#app.close();
    await this.chain.close();
    await this.scene.close();
  }
}

async function prepareFolders(scene: Scene): Promise<void> {
  for (const site of ["north", "south"]) {
    for (const folder of ["batches", "policies"]) mkdirSync(scene.path(join(site, folder)), { recursive: true });
  }
  const policy = scene.path("north/policies/fridge.json");
  copyFileSync("fixtures/policies/fridge-2-8.json", policy);
  await cliJson(["policy", "salt", policy]);
  const parties = scene.path("parties.json");
  for (const role of ["custodian", "source"]) {
    const key = scene.path(`${role}.json`);
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "site A", "--out", key]);
    await cliJson(["party", "add", parties, "--key", key, "--name", role, ...YEAR]);
  }
  await cliJson(["party", "add", parties, "--device", DEVICE, "--org", "site A", "--name", "logger", ...YEAR]);
  await scene.publish(policy, parties);
  for (const name of ["b1", "b2"]) await newBatch(scene, name);
}

async function newBatch(scene: Scene, name: string): Promise<void> {
  const dir = scene.path(`north/batches/${name}`);
  const [policy, parties] = [scene.path("north/policies/fridge.json"), scene.path("parties.json")];
  const identity = ["--lot", `LOT-${name}`, "--coi", `COI-${name}`, "--order", `ORDER-${name}`];
  const fixed = ["--custodian", scene.path("custodian.json"), "--device", DEVICE, "--parties", parties];
  await cliJson(["init", dir, "--policy", policy, ...identity, ...fixed]);
  const times = ["--start", "2022-05-05T16:26:00Z", "--end", "2022-05-08T16:26:00Z"];
  await cliJson(["stage", dir, "cold-storage", ...times]);
  const into = ["--into", dir, "--claim", CLAIM, "--source", scene.path("source.json")];
  await cliJson(["import", "fridgetag", RAW, ...into, "--offset", "+00:00"]);
}
