import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { Type, type Static } from "typebox";
import type { Batch } from "../../batch/batch.ts";
import { commitmentsToJson, custodianToJson } from "../../batch/batchFile.ts";
import { deviceCountProblem } from "../../batch/commitments.ts";
import { missingEvidence } from "../../batch/evidence.ts";
import { initBatch, readBatch, type NewBatch } from "../../batch/folder.ts";
import { handoffDocument } from "../../batch/handoffFile.ts";
import { handoffStatus, handoffStatusJson, joinBatchBy } from "../../batch/handoffs.ts";
import { openingKnownTo } from "../../batch/registration.ts";
import { folderStatus, isClosedElsewhere } from "../../claims/batchStatus.ts";
import { BatchproofError, inputError } from "../../errors.ts";
import type { KnownOpening } from "../../kinds/opened.ts";
import { seesOnly } from "../caller.ts";
import {
  batchIds,
  batchIn,
  placeOf,
  readFor,
  seesHandoff,
  showing,
  shownFolder,
  siteNamed,
  sightOf,
  type BatchCall,
  type BatchPlace,
  type SeenBatch,
} from "../folders.ts";
import { route, type Route } from "../route.ts";
import type { Service } from "../service.ts";
import { keyOfSite } from "../siteKeys.ts";
import {
  BATCH_PARAMS,
  BATCH_PATH,
  CLOSED,
  CUSTODIAN,
  DEVICE,
  HEX,
  PAGE_QUERY,
  pageOf,
  SITE_PARAMS,
  SITE_PATH,
  SLUG,
  WORDS,
} from "../shapes.ts";
import { HANDOFF_STATUS } from "./handoffs.ts";

const TAG = "batches";

const LISTED = Type.Object(
  {
    batch: SLUG,
    lot: Type.Union([Type.String(), Type.Null()]),
    product: Type.Union([Type.String(), Type.Null()]),
    /** Why the folder cannot be read. */
    code: Type.Union([Type.String(), Type.Null()]),
  },
  CLOSED,
);

const listBatches = route({
  operation: "listBatches",
  method: "GET",
  path: `${SITE_PATH}/batches`,
  permission: "batch:read",
  tag: TAG,
  summary: "Batches of a site, by their ids.",
  description:
    "A party is shown those of which it holds a stage. A page may be shorter than its limit: go on by `next`.",
  schemas: { params: SITE_PARAMS, query: PAGE_QUERY, reply: pageOf(LISTED) },
  run: async ({ params, query: { after, limit = 50 }, caller, service }) => {
    const site = siteNamed(service, params.site);
    const ids = (await batchIds(site)).filter((id) => after === undefined || id > after);
    const page = ids.slice(0, limit);
    const items = [];
    for (const batch of page) items.push(...(await listed({ params: { site: site.name, batch }, caller, service })));
    return { body: { items, next: ids.length > page.length ? (page.at(-1) ?? null) : null } };
  },
});

/** One batch of a list; none where the caller sees nothing of it. What cannot be read is somebody's, and no party's. */
async function listed({ params, caller, service }: BatchCall): Promise<Static<typeof LISTED>[]> {
  const custodians = seesOnly(caller, "batch:read", params);
  try {
    const batch = await batchIn(service, placeOf(service, params));
    const { stages, seesAll } = sightOf(batch, custodians);
    if (!seesAll && stages.size === 0) return [];
    return [{ batch: params.batch, lot: batch.lot, product: batch.policy.product, code: null }];
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    if (custodians !== undefined) return [];
    return [{ batch: params.batch, lot: null, product: null, code: error.code ?? "internal" }];
  }
}

const COMMON = { batch: SLUG, policy: SLUG, lot: WORDS };
const NEW_BATCH = Type.Union([
  Type.Object(
    {
      ...COMMON,
      coi: WORDS,
      order: WORDS,
      devices: Type.Array(DEVICE, { maxItems: 8 }),
    },
    CLOSED,
  ),
  Type.Object({ ...COMMON, handoff: Type.Object({}, { description: "A hand-off file of another party." }) }, CLOSED),
]);

const MISSING = Type.Object({ claim: Type.String(), kind: Type.String(), stage: Type.String() }, CLOSED);

const createBatch = route({
  operation: "createBatch",
  method: "POST",
  path: `${SITE_PATH}/batches`,
  permission: "batch:write",
  tag: TAG,
  summary: "Makes the folder of a new batch, or of one that began elsewhere, whole or not at all.",
  description: "Under a policy of the site's folder, with the site's party list. The same again changes nothing (200).",
  schemas: {
    params: SITE_PARAMS,
    body: NEW_BATCH,
    reply: Type.Object(
      {
        batch: SLUG,
        commitments: Type.Object({ batch: HEX, opening: HEX }, CLOSED),
        missing: Type.Array(MISSING),
        already: Type.Boolean(),
      },
      CLOSED,
    ),
  },
  run: async ({ params, body, service }) => {
    const place = placeOf(service, { site: params.site, batch: body.batch });
    const { site } = place;
    const shown = [
      ...shownFolder(place),
      [site.policies, "policies"],
      [site.parties ?? site.policies, "parties"],
    ] as const;
    return await showing(shown, async () => {
      const { batch, already } = await made(service, place, body);
      return {
        status: already ? 200 : 201,
        location: `/v1/sites/${site.name}/batches/${place.id}`,
        body: {
          batch: place.id,
          commitments: commitmentsToJson(batch.commitments),
          missing: (await missingEvidence(batch)).map(({ claim, kind, stage }) => ({ claim, kind, stage })),
          already,
        },
      };
    });
  },
});

async function made(
  service: Service,
  place: BatchPlace,
  body: Static<typeof NEW_BATCH>,
): Promise<{ readonly batch: Batch; readonly already: boolean }> {
  const { site, dir } = place;
  await refuseTaken(dir);
  const common: Pick<NewBatch, "dir" | "policyPath" | "lot" | "partiesPath"> = {
    ...{ dir, policyPath: join(site.policies, `${body.policy}.json`), lot: body.lot },
    ...(site.parties === undefined ? {} : { partiesPath: site.parties }),
  };
  if ("handoff" in body) {
    return await joinBatchBy(common, handoffDocument.check(body.handoff, "body#/handoff"), "body#/handoff");
  }
  const { coi, order, devices } = body;
  const { key } = keyOfSite(service.keys, site, "custodian");
  const { already } = await initBatch({ ...common, coi, order, devices, custodianKey: key });
  return { batch: await readBatch(dir), already };
}

/** A link of this name may lead anywhere. Error `batch-exists`. */
async function refuseTaken(dir: string): Promise<void> {
  const found = await lstat(dir).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return;
  throw inputError("There is something else of this name already.", { code: "batch-exists", place: dir });
}

const TIME_OR_NULL = Type.Union([Type.String(), Type.Null()]);

const STAGE = Type.Object(
  {
    stage: Type.String(),
    start: TIME_OR_NULL,
    end: TIME_OR_NULL,
    custodian: Type.Union([CUSTODIAN, Type.Null()]),
    devices: Type.Array(Type.Object({ vendor: Type.String(), model: Type.String(), serial: Type.String() }, CLOSED)),
    seal: Type.Union([Type.String(), Type.Null()]),
    /** What is wrong with the number of devices. */
    problem: Type.Union([Type.String(), Type.Null()]),
  },
  CLOSED,
);

const CLAIM = Type.Object(
  {
    claim: Type.String(),
    kind: Type.String(),
    stage: Type.String(),
    outcome: Type.Enum(["pass", "deviation", "fail", "missing", "elsewhere", "unjudged"]),
    proof: Type.Enum(["none", "fits", "stale"]),
    reason: Type.Optional(Type.String()),
    whose: Type.Optional(Type.String()),
    isOfOtherTimes: Type.Optional(Type.Boolean()),
    isMiscounted: Type.Optional(Type.Boolean()),
  },
  CLOSED,
);

/** How a batch stands. */
const STATUS = Type.Object(
  {
    ...{ batch: SLUG, lot: Type.String(), product: Type.String(), version: Type.Integer() },
    commitments: Type.Object({ batch: HEX, opening: HEX }, CLOSED),
    stages: Type.Array(STAGE),
    claims: Type.Array(CLAIM),
    handoffs: Type.Array(HANDOFF_STATUS),
    /** Open exceptions of the MES; null: not shown to a party. */
    mesExceptions: Type.Union([Type.Array(Type.String()), Type.Null()]),
  },
  CLOSED,
);

const showBatch = route({
  operation: "showBatch",
  method: "GET",
  path: BATCH_PATH,
  permission: "batch:read",
  tag: TAG,
  summary: "How a batch stands in its folder: stages, claims, hand-offs.",
  description:
    "A party is shown its own stages, the claims about them, and the hand-offs that it signs. No register is asked.",
  schemas: { params: BATCH_PARAMS, reply: STATUS },
  run: async (call) => {
    const seen = await readFor(call, "batch:read");
    return { body: await showing(shownFolder(seen.place), () => keptStatus(call.service, seen)) };
  },
});

/** What is not opened yet stands otherwise from second to second, and each party is shown its own. */
async function keptStatus({ folders, now }: Service, seen: SeenBatch): Promise<Static<typeof STATUS>> {
  const { batch, place, seesAll, stages } = seen;
  const opening = await openingKnownTo(batch, now());
  const what = `status ${opening.unopenedAt ?? ""} ${seesAll ? "all" : [...stages].join()}`;
  return await folders.of(place.dir, what, () => statusOf(seen, opening));
}

async function statusOf(seen: SeenBatch, opening: KnownOpening): Promise<Static<typeof STATUS>> {
  const { batch, place, seesAll, stages } = seen;
  const { claims, mesExceptions } = await folderStatus(batch, opening);
  const isSeen = (stage: string): boolean => stages.has(batch.policy.stages.indexOf(stage));
  return {
    ...{ batch: place.id, lot: batch.lot, product: batch.policy.product, version: batch.policy.version },
    commitments: commitmentsToJson(batch.commitments),
    stages: stagesJson(seen),
    claims: claims.filter(({ stage }) => isSeen(stage)),
    handoffs: handoffStatus(batch)
      .filter(({ stage }) => seesHandoff(seen, batch.policy.stages.indexOf(stage)))
      .map(handoffStatusJson),
    mesExceptions: seesAll ? [...mesExceptions] : null,
  };
}

function stagesJson({ batch, stages }: SeenBatch): Static<typeof STAGE>[] {
  return batch.stages.flatMap(({ name, start, end, custodian, devices, seal }, index) =>
    stages.has(index)
      ? [
          {
            ...{ stage: name, start: start ?? null, end: end ?? null, devices: [...devices], seal: seal ?? null },
            custodian: custodian === undefined ? null : custodianToJson(custodian),
            problem: isClosedElsewhere(batch, index) ? null : (deviceCountProblem(batch, index) ?? null),
          },
        ]
      : [],
  );
}

export const BATCH_ROUTES: readonly Route[] = [listBatches, createBatch, showBatch];
