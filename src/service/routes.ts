import type { Route } from "./route.ts";
import { AUDIT_ROUTES } from "./routes/audits.ts";
import { BATCH_ROUTES } from "./routes/batches.ts";
import { CHECK_ROUTES } from "./routes/checks.ts";
import { DECISION_ROUTES } from "./routes/decisions.ts";
import { DISCLOSURE_ROUTES } from "./routes/disclosures.ts";
import { EVENT_ROUTES } from "./routes/events.ts";
import { FILE_ROUTES } from "./routes/files.ts";
import { HANDOFF_ROUTES } from "./routes/handoffs.ts";
import { IMPORT_ROUTES } from "./routes/imports.ts";
import { JOB_ROUTES } from "./routes/jobs.ts";
import { LOG_ROUTES } from "./routes/log.ts";
import { POLICY_ROUTES } from "./routes/policies.ts";
import { REGISTER_ROUTES } from "./routes/register.ts";
import { STAGE_ROUTES } from "./routes/stages.ts";
import { WEBHOOK_ROUTES } from "./routes/webhooks.ts";

/** Every operation of the API, in the order of the OpenAPI document. */
export const ROUTES: readonly Route[] = [
  ...BATCH_ROUTES,
  ...STAGE_ROUTES,
  ...HANDOFF_ROUTES,
  ...FILE_ROUTES,
  ...IMPORT_ROUTES,
  ...CHECK_ROUTES,
  ...JOB_ROUTES,
  ...REGISTER_ROUTES,
  ...DECISION_ROUTES,
  ...POLICY_ROUTES,
  ...DISCLOSURE_ROUTES,
  ...AUDIT_ROUTES,
  ...EVENT_ROUTES,
  ...WEBHOOK_ROUTES,
  ...LOG_ROUTES,
];
