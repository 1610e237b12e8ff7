import type { Queue } from "../queue/queue.ts";
import type { CallLog } from "./access/callLog.ts";
import type { Workbench } from "../queue/workbench.ts";
import type { Attester } from "./attester.ts";
import type { FolderMemory } from "./folderMemory.ts";
import type { Notifications } from "./notifications.ts";
import type { ServiceSettings } from "../settings/service.ts";
import type { SiteKeys } from "./siteKeys.ts";

/** What every route works with. */
export interface Service {
  readonly settings: ServiceSettings;
  readonly queue: Queue;
  /** What was read of batch folders. */
  readonly folders: FolderMemory;
  /** Gives jobs' inputs to workers, and takes their proofs. */
  readonly workbench: Workbench;
  /** By the site's name; unlocked once, at the start. */
  readonly keys: ReadonlyMap<string, SiteKeys>;
  /** Absent: nothing is told or heard. */
  readonly notifications?: Notifications;
  /** Unix seconds; the clock of the service. */
  readonly now: () => number;
  /** Where every call is written before it is answered; absent where routes are tried alone. */
  readonly callLog?: CallLog;
  /** Who sends proofs, where the settings name an account; absent: what would be sent is prepared. */
  readonly attester?: Attester;
}
