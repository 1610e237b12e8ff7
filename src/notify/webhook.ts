import { existsSync } from "node:fs";
import { join } from "node:path";
import { Webhook as Signer } from "standardwebhooks";
import { BatchproofError, inputError } from "../errors.ts";
import { COUNT, defineDocument, documentText } from "../formats/document.ts";
import { readBytes, refuseOpenSecrets, writeFileAtomically } from "../input/files.ts";
import type { NotificationJournal } from "./journal.ts";
import type { Notification, NotificationType } from "./notification.ts";
import { post, targetUrl } from "./post.ts";

/** One receiver, as the settings name it. */
export interface WebhookSettings {
  /** Stands in addresses and in a file's name: lower case letters, digits and hyphens. */
  readonly name: string;
  readonly url: string;
  /** Files of its secrets (`whsec_...`): one, or while it is changed the new one and the old one, with both of which is signed. */
  readonly secrets: readonly string[];
  /** Default: every type. */
  readonly types?: readonly NotificationType[];
  /** Names of sites whose batches it is told of; default: every batch of the register. */
  readonly sites?: readonly string[];
  /** Whether its address may be of a private network. */
  readonly private?: boolean;
}

/** The folders of a batch among those of the sites, by its key. */
export type Locate = (key: string) => readonly { readonly site: string; readonly batch: string }[];

/** One that was given up, until a person has it sent again. */
export interface DeadLetter {
  readonly sequence: number;
  /** Unix seconds of the last try. */
  readonly at: number;
  readonly failure: string;
}

interface Progress {
  /** All up to this number was delivered, given up, or is not for this receiver. */
  readonly delivered: number;
  /** How often the next one was tried. */
  readonly attempts: number;
  /** When it is tried again, Unix seconds. */
  readonly next: number;
  readonly dead: readonly DeadLetter[];
}

/** How a receiver stands. */
export interface WebhookStatus extends Progress {
  readonly name: string;
  /** How many were told and are not delivered or given up, those included that are not for it. */
  readonly behind: number;
  readonly problem: string | null;
}

/** Seconds between the tries of one notification: about a day together. */
const WAITS = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800];
/** Given up so many, a receiver gets nothing more until a person looks. */
const MOST_DEAD = 1_000;
const PAGE = 200;
const SECRET = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/;

const progressFile = defineDocument<Progress & { readonly format: string }>("batchproof-webhook/1", "feed-damaged", {
  ...{ delivered: COUNT, attempts: COUNT, next: COUNT },
  dead: {
    type: "array",
    maxItems: MOST_DEAD,
    items: {
      type: "object",
      properties: { sequence: COUNT, at: COUNT, failure: { type: "string", maxLength: 400 } },
      required: ["sequence", "at", "failure"],
      additionalProperties: false,
    },
  },
});

export interface WebhookOptions {
  readonly settings: WebhookSettings;
  readonly journal: NotificationJournal;
  readonly locate: Locate;
  /** Where its progress is kept. */
  readonly folder: string;
  /** Unix seconds. */
  readonly now: () => number;
  /** Milliseconds within which it must answer; default: ten seconds. */
  readonly timeout?: number;
}

/**
 * One receiver: is told what the journal holds, in its order, each until it takes it. What it took is remembered after it took it:
 * a kill in between sends it again, under the same id. One that it never takes is given up for a person to look at, so that the
 * next ones arrive.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #signers: readonly Signer[];
  #progress: Progress;
  #problem: string | null = null;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: WebhookOptions, signers: readonly Signer[], progress: Progress) {
    this.#options = options;
    this.#signers = signers;
    this.#progress = progress;
  }

  /**
   * A receiver that is new is told what happens from now on. Errors: `webhook-address`, `webhook-secret`, `secrets-mode`,
   * `feed-damaged`, those of `readBytes`.
   */
  static async open(options: WebhookOptions): Promise<Webhook> {
    const { settings, journal } = options;
    const signers = await signersOf(settings);
    const path = pathOf(options);
    const begin = { delivered: journal.sequence, attempts: 0, next: 0, dead: [] };
    const webhook = new Webhook(options, signers, existsSync(path) ? await progressFile.read(path) : begin);
    if (!existsSync(path)) await webhook.#keep(begin);
    return webhook;
  }

  get status(): WebhookStatus {
    const { settings, journal } = this.#options;
    const { delivered, attempts, next, dead } = this.#progress;
    const behind = journal.sequence - delivered;
    return { name: settings.name, delivered, attempts, next, dead, behind, problem: this.#problem };
  }

  /**
   * Sends the next one, if there is one and it is time. Whether something changed, so that there may be more to do. Errors:
   * `feed-behind` (the next one is kept no more), `feed-ahead` (it took more than this journal told), those of `writeFileAtomically`.
   */
  async step(): Promise<boolean> {
    const { journal, now } = this.#options;
    const { delivered, next, dead } = this.#progress;
    if (now() < next || dead.length >= MOST_DEAD) return false;
    const page = this.#after(journal, delivered);
    const due = page.find((each) => this.#isFor(each));
    if (due === undefined) {
      this.#progress = { ...this.#progress, delivered: delivered + page.length };
      return page.length > 0;
    }
    const failure = await this.#send(due);
    if (failure === undefined) await this.#keep({ delivered: due.sequence, attempts: 0, next: 0 });
    else await this.#failed(due, failure);
    return true;
  }

  /** Sends one again that was given up, now. Errors: `webhook-unknown`, `feed-behind`, `webhook-refused`. */
  async resend(sequence: number): Promise<void> {
    const isDead = this.#progress.dead.some((each) => each.sequence === sequence);
    const [due] = isDead ? this.#options.journal.after(sequence - 1, 1) : [];
    if (due === undefined) throw inputError("Nothing of this number was given up.", { code: "webhook-unknown" });
    const failure = await this.#send(due);
    if (failure !== undefined) throw failure;
    const left = this.#progress.dead.filter((each) => each.sequence !== sequence);
    await this.#keep({ dead: left });
  }

  /** Sends something of no batch, to try the receiver. `id`: another one each time. Errors: `webhook-address`, `webhook-refused`. */
  async test(id: string): Promise<void> {
    await this.#post(id, { type: "test", timestamp: new Date(1_000 * this.#options.now()).toISOString(), data: {} });
  }

  /** What cannot be told for want of it is a problem that a person sees. */
  #after(journal: NotificationJournal, delivered: number): readonly Notification[] {
    try {
      return journal.after(delivered, PAGE);
    } catch (error) {
      if (error instanceof BatchproofError) this.#problem = error.message;
      throw error;
    }
  }

  #isFor(notification: Notification): boolean {
    const { settings, journal } = this.#options;
    return settings.types?.includes(notification.type) !== false && journal.isFor(notification, settings.sites);
  }

  /** The batch's folders, of those sites that this receiver is told of. */
  #placesOf({ batch }: Notification): ReturnType<Locate> {
    const { settings, locate } = this.#options;
    return locate(batch).filter(({ site }) => settings.sites?.includes(site) !== false);
  }

  async #send(notification: Notification): Promise<BatchproofError | undefined> {
    const { id, type, time, ...data } = notification;
    const places = this.#placesOf(notification);
    try {
      await this.#post(id, { type, timestamp: time, data: { ...data, places } });
      this.#problem = null;
      return undefined;
    } catch (error) {
      if (!(error instanceof BatchproofError)) throw error;
      this.#problem = error.message;
      return error;
    }
  }

  async #post(id: string, content: object): Promise<void> {
    const { settings, now, timeout } = this.#options;
    const body = JSON.stringify(content);
    const at = new Date(1_000 * now());
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(now()),
      "webhook-signature": this.#signers.map((signer) => signer.sign(id, at, body)).join(" "),
    };
    await post({ url: settings.url, allowPrivate: settings.private === true }, headers, body, timeout);
  }

  async #failed({ sequence }: Notification, failure: BatchproofError): Promise<void> {
    const { attempts, dead } = this.#progress;
    const at = this.#options.now();
    const wait = WAITS[attempts];
    if (wait !== undefined) {
      await this.#keep({ attempts: attempts + 1, next: at + wait });
      return;
    }
    const letter = { sequence, at, failure: failure.message.slice(0, 400) };
    await this.#keep({ delivered: sequence, attempts: 0, next: 0, dead: [...dead, letter] });
  }

  /** One write after the other, each of all that is known by then: a resend and a step may be under way at once. */
  async #keep(changes: Partial<Progress>): Promise<void> {
    this.#progress = { ...this.#progress, ...changes };
    const write = async (): Promise<void> => {
      const { delivered, attempts, next, dead } = this.#progress;
      const text = documentText({ format: "batchproof-webhook/1", delivered, attempts, next, dead });
      await writeFileAtomically(pathOf(this.#options), text, { mode: 0o600 });
    };
    this.#writing = this.#writing.then(write, write);
    await this.#writing;
  }
}

function pathOf({ folder, settings }: WebhookOptions): string {
  return join(folder, `${settings.name}.json`);
}

/**
 * What a receiver's messages are signed with, if they may be sent. Errors: `webhook-address`, `webhook-secret`, `secrets-mode`, those
 * of `readBytes`.
 * @param place where its settings stand, for an error
 */
export async function signersOf(settings: WebhookSettings, place?: string): Promise<Signer[]> {
  targetUrl(settings, place);
  const signers: Signer[] = [];
  for (const path of settings.secrets) signers.push(await signerOf(path));
  return signers;
}

async function signerOf(path: string): Promise<Signer> {
  const bytes = await readBytes(path, { limit: 200 });
  await refuseOpenSecrets(path);
  const text = Buffer.from(bytes).toString("latin1").trim();
  if (SECRET.test(text)) return new Signer(text);
  throw inputError("This is no secret of a webhook.", { code: "webhook-secret", place: path });
}
