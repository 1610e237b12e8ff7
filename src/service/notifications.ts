import { inputError } from "../errors.ts";
import type { Follower } from "../notify/follower.ts";
import type { InboundEvents } from "../notify/inbound.ts";
import type { FolderBatch } from "../notify/reconcile.ts";
import type { Webhook } from "../notify/webhook.ts";

/** Who may have them. */
type Notifying = { readonly notifications?: Notifications };

/** What the routes of events work with. */
export interface Notifications {
  /** Undefined: the settings name no register. */
  readonly follower?: Follower;
  readonly webhooks: readonly Webhook[];
  /** By the site's name. */
  readonly inbound: ReadonlyMap<string, InboundEvents>;
  /** The batches of a site, as their folders hold them. */
  readonly batchesOf: (site: string) => Promise<readonly FolderBatch[]>;
}

/** Error `feed-off`: there is none. */
export function followerOf({ notifications }: Notifying): Follower {
  if (notifications?.follower !== undefined) return notifications.follower;
  throw inputError("This service follows no register.", { code: "feed-off" });
}

/** Error `webhook-unknown`. */
export function webhookOf({ notifications }: Notifying, name: string): Webhook {
  const found = notifications?.webhooks.find(({ status }) => status.name === name);
  if (found !== undefined) return found;
  throw inputError("There is no such webhook.", { code: "webhook-unknown" });
}

/** Error `not-found`: no such site. */
export function inboundOf({ notifications }: Notifying, site: string): InboundEvents {
  const found = notifications?.inbound.get(site);
  if (found !== undefined) return found;
  throw inputError("There is nothing here.", { code: "not-found" });
}
