import { readFile, writeFile } from "node:fs/promises";
import { connectRpc, chainTime, findRegister, type Chain } from "../../../src/chain/connect.ts";
import { registerAt } from "../../../src/chain/handles.ts";
import type { PageServer } from "../../../src/desk/serve.ts";
import { labelFromText, signLabel } from "../../../src/formats/label.ts";
import { formatTime } from "../../../src/input/times.ts";
import { unlockKey } from "../../../src/parties/keys.ts";
import { lockedCircuitId } from "../../../src/setup/artifactLock.ts";
import { siteAnswers } from "../../../src/site/answers.ts";
import { startSite } from "../../../src/site/server.ts";
import { siteConfig, type Site } from "../../../src/site/site.ts";
import { readStanding } from "../../../src/standing/read.ts";
import { signStanding, type SignedStanding } from "../../../src/standing/signed.ts";
import type { Standing } from "../../../src/standing/standing.ts";
import { cliJson, Scene } from "../../cli/scene.ts";
import { PASSPHRASE } from "../../cli/support.ts";

/** A site with a folder for each thing that can be said at its dock, on a register of anvil's. */

const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
const YEAR = ["--from", "2022-01-01T00:00:00Z", "--to", "2022-12-31T00:00:00Z"] as const;
const REASON = ["--reason", "other"] as const;
/** An account besides those of the scene. */
const AUTHORITY = 7;
/** The bag's own code. */
export const CARRIER = "(01)09506000134352(21)BAG7";
/** A lot by which somebody hopes to act on the page that shows it. */
export const HOSTILE_LOT = `LOT <img src=x onerror="alert(1)">`;

/** The batches, by what the register says of each. */
export const BATCHES = ["open", "recalled", "held", "supplied"] as const;
export type BatchName = (typeof BATCHES)[number];

export class SiteScene {
  readonly scene: Scene;
  readonly chain: Chain;
  readonly keys: Readonly<Record<BatchName, string>>;
  readonly labels: Readonly<Record<BatchName, string>>;

  private constructor(scene: Scene, chain: Chain, keys: Record<BatchName, string>, labels: Record<BatchName, string>) {
    this.scene = scene;
    this.chain = chain;
    this.keys = keys;
    this.labels = labels;
  }

  static async set(): Promise<SiteScene> {
    const scene = await Scene.set(["custody", "temperature-1k"]);
    const chain = await connectRpc(scene.on[1] ?? "");
    await scene.giveRole("authority", scene.accounts[AUTHORITY] ?? "", "authority");
    await writeFile(scene.path("policy.json"), JSON.stringify(await policy()));
    await cliJson(["policy", "salt", scene.path("policy.json")]);
    for (const name of ["custodian", "stranger"]) {
      const key = ["--role", "custodian", "--name", name, "--org", name, "--out", scene.path(`${name}.json`)];
      await cliJson(["key", "new", ...key]);
    }
    const parties = scene.path("parties.json");
    await cliJson(["party", "add", parties, "--key", scene.path("custodian.json"), ...YEAR]);
    await cliJson(["party", "add", parties, "--device", DEVICE, "--org", "custodian", "--name", "logger", ...YEAR]);
    await scene.publish(scene.path("policy.json"), parties);
    const keys = {} as Record<BatchName, string>;
    const labels = {} as Record<BatchName, string>;
    for (const name of BATCHES) {
      keys[name] = await opened(scene, name);
      labels[name] = await label(scene, name, name === "open" ? ["--gs1", CARRIER] : []);
    }
    await oppose(scene, chain, keys);
    return new SiteScene(scene, chain, keys, labels);
  }

  /** The page of the site; `other`: what its program knows otherwise. */
  async serve(other: Partial<Site> = {}): Promise<PageServer> {
    const site: Site = {
      ...{ dirs: BATCHES.map((name) => this.scene.path(name)), rpc: this.scene.on[1], register: {} },
      ...{ standings: [], qps: [], policy: undefined, circuits: undefined, dids: [], circuitIdOf: lockedCircuitId },
      ...other,
    };
    const config = await siteConfig(site, site.rpc ?? null);
    return startSite({ config, answers: siteAnswers(site), secrets: [...site.dirs], port: 0 });
  }

  /** A label that the custodian made with other options. */
  label(name: BatchName, ...more: readonly string[]): Promise<string> {
    return label(this.scene, name, more);
  }

  /** The batch's label, signed by somebody else. */
  async strangersLabel(name: BatchName): Promise<string> {
    const { label: own } = labelFromText(this.labels[name], name);
    return signLabel(own, await unlockKey(this.scene.path("stranger.json"), PASSPHRASE));
  }

  /** What the register says of a batch, signed by its QP; `other`: what he says otherwise. */
  async signed(name: BatchName, other: Partial<Standing> = {}): Promise<SignedStanding> {
    const { provider } = this.chain;
    const register = registerAt(await findRegister(provider, this.scene.registry), provider);
    const { standing } = await readStanding(register, this.chain, this.keys[name]);
    const said = { ...standing, ...other };
    const qp = await provider.getSigner(this.scene.account("qp"));
    return signStanding(qp, said, Date.parse(said.time) / 1000 + 2 * 86_400);
  }

  async close(): Promise<void> {
    await this.chain.close();
    await this.scene.close();
  }
}

/** One stage under one custodian, which may begin when its batch is open. */
async function policy(): Promise<unknown> {
  const fridge = JSON.parse(await readFile("fixtures/policies/fridge-2-8.json", "utf8")) as {
    readonly claims: readonly object[];
  };
  const process = JSON.parse(await readFile("fixtures/policies/cd20-prodigy.json", "utf8")) as {
    readonly claims: readonly { readonly id: string }[];
  };
  const custody = process.claims.find(({ id }) => id === "administration/custody");
  return {
    ...fridge,
    stages: ["storage"],
    claims: [
      { ...custody, id: "storage/custody", stage: 0, neededFor: "release" },
      { ...fridge.claims[0], id: "storage/temperature", stage: 0, class: "process" },
    ],
  };
}

async function opened(scene: Scene, name: BatchName): Promise<string> {
  const lot = name === "open" ? HOSTILE_LOT : `LOT-${name}`;
  const identity = ["--lot", lot, "--coi", `COI-${name}`, "--order", `ORDER-${name}`];
  const parties = ["--custodian", scene.path("custodian.json"), "--device", DEVICE];
  const under = ["--policy", scene.path("policy.json"), "--parties", scene.path("parties.json")];
  await cliJson(["init", scene.path(name), ...identity, ...parties, ...under]);
  const qp = ["--qp", scene.account("qp")];
  const { key } = await cliJson<{ key: string }>([
    "open",
    scene.path(name),
    ...qp,
    ...scene.on,
    ...scene.by("manufacturer"),
  ]);
  return key;
}

async function label(scene: Scene, name: BatchName, more: readonly string[]): Promise<string> {
  const out = ["--out", scene.path(`${name}.svg`)];
  const { text } = await cliJson<{ text: string }>([
    ...["label", scene.path(name), "--key", scene.path("custodian.json"), ...out, ...more],
  ]);
  return text;
}

async function oppose(scene: Scene, chain: Chain, keys: Readonly<Record<BatchName, string>>): Promise<void> {
  const authority = [...scene.on, "--account", scene.accounts[AUTHORITY] ?? ""];
  await cliJson(["recall", "--batch", keys.recalled, ...REASON, ...authority]);
  await cliJson(["hold", "--batch", keys.held, ...REASON, "--order", "ORDER-7", ...authority]);
  const documents = ["risk-evaluation", "physician-request"].flatMap((name) => [
    `--${name}`,
    scene.path(`${name}.txt`),
  ]);
  for (const name of ["risk-evaluation", "physician-request"]) await writeFile(scene.path(`${name}.txt`), name);
  const raise = ["--claim", "storage/custody", "--category", "equipment", "--severity", "2", "--reference", "DEV-1"];
  await cliJson(["exception", "raise", scene.path("supplied"), ...raise, ...scene.on, ...scene.by("manufacturer")]);
  const administration = ["--administration", formatTime(Number(await chainTime(chain.provider)) + 86_400)];
  const owner = ["--owner", scene.account("manufacturer")];
  await cliJson([
    "supply",
    scene.path("supplied"),
    ...documents,
    ...administration,
    ...owner,
    ...scene.on,
    ...scene.by("qp"),
  ]);
}
