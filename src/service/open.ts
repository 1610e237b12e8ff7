import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Registry } from "prom-client";
import { BatchproofError, codeOf, environmentError } from "../errors.ts";
import { refuseOpenSecrets } from "../input/files.ts";
import { sharedKeyWarnings } from "../parties/sharedKeys.ts";
import { handOut } from "../queue/postgres.ts";
import { workHere } from "../queue/embedded.ts";
import { openQueue } from "../queue/fileQueue.ts";
import { addQueueMetrics } from "../queue/metrics.ts";
import type { Dispatcher, Queue } from "../queue/queue.ts";
import { Workbench } from "../queue/workbench.ts";
import { placesIn, type ServiceSettings } from "../settings/service.ts";
import { usableArtifacts } from "../setup/lockedArtifacts.ts";
import { CallLog } from "./access/callLog.ts";
import { openAttester } from "./attester.ts";
import { FolderMemory } from "./folderMemory.ts";
import { existingPlace } from "./folders.ts";
import { follow } from "./following.ts";
import type { Readiness } from "./health.ts";
import type { Service } from "./service.ts";
import { unlockSiteKeys } from "./siteKeys.ts";

/** What a service is opened with, besides its settings. */
export interface OpenOptions {
  /** Passphrase of a key file or keystore. */
  readonly passphraseOf: (path: string) => Promise<string>;
  /** PostgreSQL that hands out jobs; absent: this machine makes them. */
  readonly queueUrl?: string;
  /** Proofs at a time on this machine. */
  readonly workers?: number;
  /** Whether proofs of development keys are made and taken for a chain that is not local. */
  readonly allowDevelopment?: boolean;
  /** Takes a line for whoever runs the service. */
  readonly say: (line: string) => void;
}

/** All that answers, before anybody can ask. */
export interface OpenedService {
  readonly service: Service;
  readonly callLog: CallLog;
  readonly readiness: readonly Readiness[];
  readonly addMetrics: (registry: Registry) => void;
  /** Ends what is under way, and lets the data folder go. */
  close(): Promise<void>;
}

/**
 * Opens the log of calls, the keys, the queue and what follows the register, in this order: whoever cannot log answers nothing, and
 * the log's lock keeps a second service off the folder. Errors: `secrets-mode` (others may enter the data folder), those of
 * `CallLog.open`, `unlockSiteKeys`, `openAttester`, `openQueue` and `follow`.
 */
export async function openService(settings: ServiceSettings, options: OpenOptions): Promise<OpenedService> {
  const { passphraseOf, say, allowDevelopment = false } = options;
  const now = (): number => Math.floor(Date.now() / 1000);
  // It was perhaps not made by the service: who may write there gives it jobs, who may read there has evidence.
  await refuseOpenSecrets(settings.data);
  const callLog = await CallLog.open({ folder: join(settings.data, "calls"), now: Date.now }).catch(servedAlready);
  const closing: (() => unknown)[] = [() => callLog.close()];
  const close = async (): Promise<void> => {
    for (const each of closing.reverse()) await each();
  };
  try {
    const named = placesIn(settings).map(({ path }) => path);
    for (const warning of await sharedKeyWarnings(named)) say(`warning: ${warning}`);
    const keys = await unlockSiteKeys(settings, passphraseOf);
    const attester =
      settings.account === undefined
        ? {}
        : { attester: await openAttester(settings.account, await passphraseOf(settings.account)) };
    const queue = await openQueue(await folderIn(settings, "jobs"));
    closing.push(() => {
      queue.close();
    });
    const workbench = new Workbench({
      queue,
      allowDevelopment,
      placeOf: async (job) => {
        const { dir } = await existingPlace({ settings }, job);
        return { dir, siteKey: keys.get(job.site)?.custodian };
      },
    });
    const dispatcher = dispatcherOf({ settings, queue, workbench }, options);
    closing.push(() => dispatcher.close());
    await folderIn(settings, "notifications");
    await folderIn(settings, "events");
    const notifications = await follow({ settings, now, say });
    closing.push(() => notifications.close());
    return {
      service: {
        settings,
        folders: new FolderMemory(),
        queue,
        workbench,
        keys,
        now,
        callLog,
        notifications,
        ...attester,
      },
      callLog,
      readiness: [
        { name: "queue", isReady: () => Promise.resolve(dispatcher.isReady()) },
        { name: "register", isReady: () => Promise.resolve(notifications.isReady()) },
      ],
      addMetrics: (registry) => addQueueMetrics(registry, queue, workbench),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function folderIn({ data }: ServiceSettings, name: string): Promise<string> {
  const folder = join(data, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Whoever has the log's lock is another service. */
function servedAlready(error: unknown): never {
  if (!(error instanceof BatchproofError) || error.code !== "locked") throw error;
  throw environmentError("Another service has this data folder.", {
    ...{ code: "locked", place: error.place, cause: error },
    remedy: "Stop that one first, or name another folder as `data`.",
  });
}

/** What a database says may hold an address: its code is enough. */
function silenceOf(error: unknown): string {
  const known = error instanceof BatchproofError ? error.message : `The database does not answer${codeOf(error)}.`;
  return `${known} Jobs wait until it does.`;
}

function dispatcherOf(
  { settings, queue, workbench }: { settings: ServiceSettings; queue: Queue; workbench: Workbench },
  { queueUrl, workers, allowDevelopment = false, say }: OpenOptions,
): Dispatcher {
  if (queueUrl !== undefined) {
    return handOut(queue, { url: queueUrl, onSilence: (error) => say(`queue: ${silenceOf(error)}`) });
  }
  // Without a register of its own the service knows no chain on which a development key could be let pass.
  const chainId = BigInt(settings.register?.chainId ?? 0);
  const artifactsOf = usableArtifacts({ chainId, allowDevelopment });
  return workHere(queue, workbench, { artifactsOf, ...(workers === undefined ? {} : { workers }) });
}
