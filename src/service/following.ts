import { existsSync } from "node:fs";
import { join } from "node:path";
import { readBatch } from "../batch/folder.ts";
import { claimFile } from "../batch/paths.ts";
import { readRegistration } from "../batch/registration.ts";
import { connectRpc, type Chain } from "../chain/connect.ts";
import { BatchproofError } from "../errors.ts";
import { batchKey } from "../formats/context.ts";
import { Follower } from "../notify/follower.ts";
import { InboundEvents } from "../notify/inbound.ts";
import type { Joined, NotificationJournal } from "../notify/journal.ts";
import type { FolderBatch } from "../notify/reconcile.ts";
import { Webhook, type Locate } from "../notify/webhook.ts";
import { sleep } from "../sleep.ts";
import { batchIds, type BatchAddress } from "./folders.ts";
import type { Notifications } from "./notifications.ts";
import { keepReconciliations } from "./reconciliation.ts";
import type { ServiceSettings, SiteSettings } from "../settings/service.ts";

/** Milliseconds between two readings of the register, two looks whether a receiver is to be told, and whether the day has its copy. */
const READ_EVERY = 4_000;
const SEND_EVERY = 1_000;
const KEEP_EVERY = 60_000;

/** What follows the register while a service runs. */
export interface Following extends Notifications {
  /** Whether the register was read lately, and nothing was wrong with it. */
  readonly isReady: () => boolean;
  close(): Promise<void>;
}

/** What it takes. */
export interface FollowingOptions {
  readonly settings: ServiceSettings;
  /** Unix seconds. */
  readonly now: () => number;
  /** Told why the register cannot be read, once for each reason. */
  readonly say: (line: string) => void;
  /** Milliseconds between two readings. */
  readonly readEvery?: number;
}

/**
 * Hears other systems, follows the register and tells receivers, until it is closed. A node that does not answer is asked again: the
 * rest of the service needs none. Errors: those of `InboundEvents.open`.
 */
export async function follow(options: FollowingOptions): Promise<Following> {
  const inbound = new Map<string, InboundEvents>();
  for (const { name } of options.settings.sites) {
    inbound.set(name, await InboundEvents.open(join(options.settings.data, "events"), name));
  }
  return new RegisterFollowing(options, inbound);
}

class RegisterFollowing implements Following {
  readonly inbound: ReadonlyMap<string, InboundEvents>;
  readonly webhooks: Webhook[] = [];
  follower?: Follower;
  readonly #options: FollowingOptions;
  /** Keys of batches, by folder: what was registered once stays while its folder is there. */
  #keys: ReadonlyMap<string, string> = new Map();
  /** Folders of batches, by key: several sites may hold one of the same batch. */
  #places: ReadonlyMap<string, readonly BatchAddress[]> = new Map();
  readonly #running: Promise<unknown>[] = [];
  #chain: Chain | undefined;
  #isClosed = false;
  #said: string | undefined;

  constructor(options: FollowingOptions, inbound: ReadonlyMap<string, InboundEvents>) {
    this.#options = options;
    this.inbound = inbound;
    if (options.settings.register !== undefined) this.#running.push(this.#read(options.settings.register));
    this.#running.push(this.#keepDays());
  }

  isReady(): boolean {
    const { settings, now } = this.#options;
    return settings.register === undefined || this.follower?.currentBlock(now()) !== undefined;
  }

  async batchesOf(name: string): Promise<readonly FolderBatch[]> {
    const site = this.#options.settings.sites.find((each) => each.name === name);
    return site === undefined ? [] : await batchesIn(site);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#running);
    await this.follower?.close();
    for (const inbound of this.inbound.values()) await inbound.close();
    await this.#chain?.close();
  }

  /** Reads on and on. What goes wrong is said, stands in the follower's status, and is tried again. */
  async #read(register: NonNullable<ServiceSettings["register"]>): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.follower ??= await this.#open(register);
        await this.#locateAll(this.follower.journal);
        await this.follower.round();
        this.#said = undefined;
      } catch (error) {
        this.#sayOnce(error);
      }
      await this.#rest(this.#options.readEvery ?? READ_EVERY);
    }
  }

  async #open({ rpc, registry, chainId }: NonNullable<ServiceSettings["register"]>): Promise<Follower> {
    const { settings, now } = this.#options;
    this.#chain ??= await connectRpc(rpc, { expected: BigInt(chainId), place: "register" });
    const folder = join(settings.data, "notifications");
    const follower = await Follower.open({ provider: this.#chain.provider, registry, folder });
    const { journal } = follower;
    const locate: Locate = (key) => this.#places.get(key) ?? [];
    const opened: Webhook[] = [];
    try {
      for (const each of settings.webhooks ?? []) {
        opened.push(await Webhook.open({ settings: each, journal, locate, folder, now }));
      }
    } catch (error) {
      // The next try opens it anew.
      await journal.close();
      throw error;
    }
    this.webhooks.push(...opened);
    this.#running.push(...opened.map((webhook) => this.#tell(webhook)));
    return follower;
  }

  /** One receiver: a slow one keeps no other one waiting. */
  async #tell(webhook: Webhook): Promise<void> {
    while (!this.#isClosed) {
      const more = await webhook.step().catch((error: unknown) => {
        this.#sayOnce(error);
        return false;
      });
      if (!more) await this.#rest(SEND_EVERY);
    }
  }

  /** What only one side holds of each site, kept once a day. */
  async #keepDays(): Promise<void> {
    const { settings, now, readEvery } = this.#options;
    while (!this.#isClosed) {
      // The register is read first where it answers.
      await this.#rest(2 * (readEvery ?? READ_EVERY));
      await keepReconciliations({ settings, now, notifications: this }).catch((error: unknown) => {
        this.#sayOnce(error);
      });
      await this.#rest(KEEP_EVERY);
    }
  }

  async #rest(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0 && !this.#isClosed; left -= 100) await sleep(Math.min(left, 100));
  }

  #sayOnce(error: unknown): void {
    const line =
      error instanceof BatchproofError ? `${error.code ?? "error"}: ${error.message}` : "a bug in batchproof";
    if (line !== this.#said) this.#options.say(`register: ${line}`);
    this.#said = line;
  }

  /** Looks which folders there are, of which those are read that were registered since it looked last. */
  async #locateAll(journal: NotificationJournal): Promise<void> {
    const keys = new Map<string, string>();
    const places = new Map<string, BatchAddress[]>();
    const joined: Joined[] = [];
    for (const site of this.#options.settings.sites) {
      for (const id of await batchIds(site)) {
        const dir = join(site.batches, id);
        const key = this.#keys.get(dir) ?? (await readKey(dir).catch(() => undefined));
        if (key === undefined) continue;
        keys.set(dir, key);
        places.set(key, [...(places.get(key) ?? []), { site: site.name, batch: id }]);
        joined.push({ site: site.name, batch: key });
      }
    }
    await journal.join(joined);
    [this.#keys, this.#places] = [keys, places];
  }
}

async function batchesIn(site: SiteSettings): Promise<FolderBatch[]> {
  const batches: FolderBatch[] = [];
  for (const id of await batchIds(site)) {
    // Of a folder that is damaged, or is just being made, nothing more could be said.
    batches.push(await batchIn(site, id).catch(() => ({ id, key: undefined, recorded: undefined })));
  }
  return batches;
}

async function batchIn(site: SiteSettings, id: string): Promise<FolderBatch> {
  const dir = join(site.batches, id);
  const { policy } = await readBatch(dir);
  const recorded = policy.claims.filter((claim) => existsSync(join(dir, claimFile("records", claim.id))));
  return { id, key: await readKey(dir), recorded: recorded.map((claim) => claim.id) };
}

/** A batch's key in the register; undefined: the folder does not know where its batch is registered. */
async function readKey(dir: string): Promise<string | undefined> {
  const registration = await readRegistration(dir);
  if (registration === undefined) return undefined;
  return batchKey(registration.owner, (await readBatch(dir)).commitments.batch);
}
