import { Type, type Static } from "typebox";
import { openingKnownTo } from "../../batch/registration.ts";
import { stageIndex } from "../../batch/folder.ts";
import { checkBatch, checkText, holds, withoutCurves, type ClaimVerdict } from "../../claims/checkBatch.ts";
import { placed } from "../../errors.ts";
import { jsonValueOf } from "../../formats/jsonText.ts";
import { keyHash } from "../../formats/identity.ts";
import { allClaims, claimNamed, type IndexedClaim } from "../../policy/document.ts";
import { readFor, requireSeen, showing, shownFolder, type SeenBatch } from "../folders.ts";
import { route, type Route } from "../route.ts";
import type { Service } from "../service.ts";
import type { SiteKeys } from "../siteKeys.ts";
import { BATCH_PARAMS, BATCH_PATH, CLAIM_ID, CLOSED, STAGE_NAME } from "../shapes.ts";

/** As `check --json` gives it. */
const VERDICT = Type.Object({
  claim: Type.String(),
  outcome: Type.Enum(["pass", "deviation", "fail", "missing"]),
  deviations: Type.Array(Type.String()),
  series: Type.Array(Type.Object({ channel: Type.String(), unit: Type.String(), count: Type.Integer() })),
  remarks: Type.Array(Type.String()),
  problems: Type.Array(Type.Object({ rule: Type.String(), message: Type.String() }, CLOSED)),
});

const check = route({
  operation: "checkBatch",
  method: "POST",
  path: `${BATCH_PATH}/check`,
  permission: "batch:read",
  tag: "checks",
  summary: "Judges claims by the rules of their circuits; nothing is written.",
  description: "All claims of the batch, or those that are named; of a party those about its own stages.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object(
      {
        claims: Type.Optional(Type.Array(CLAIM_ID, { maxItems: 64 })),
        stages: Type.Optional(Type.Array(STAGE_NAME, { maxItems: 64 })),
      },
      CLOSED,
    ),
    reply: Type.Object({ holds: Type.Boolean(), verdicts: Type.Array(VERDICT), text: Type.String() }, CLOSED),
  },
  run: async (call) => {
    const seen = await readFor(call, "batch:read");
    const { batch, place } = seen;
    const chosen = chosenClaims(seen, call.body);
    const verdicts = await showing(shownFolder(place), async () => {
      const opening = await openingKnownTo(batch, call.service.now());
      const known = { siteKey: siteKeyOf(call.service, seen), ...opening };
      // To `checkBatch` no claim means all of them.
      if (chosen?.length === 0) return [];
      // What is not opened yet is judged otherwise from second to second.
      const what = `check ${opening.unopenedAt ?? ""} ${JSON.stringify(chosen?.map(({ index }) => index))}`;
      return await call.service.folders.of(place.dir, what, () => checkBatch(batch, chosen, known));
    });
    // Nothing that was judged is nothing that holds.
    const isCompliant = verdicts.length > 0 && verdicts.every(holds);
    return { body: { holds: isCompliant, verdicts: verdicts.map(verdictJson), text: checkText(verdicts) } };
  },
});

function verdictJson(verdict: ClaimVerdict): Static<typeof VERDICT> {
  return jsonValueOf(withoutCurves(verdict)) as Static<typeof VERDICT>;
}

/**
 * The claims that are named, in the policy's order, and of a party those about its stages; undefined: all, with what is of no stage.
 * Errors: `claim`, `batch-stage`, `not-allowed` (one is named that is about another party's stage).
 */
function chosenClaims(
  { batch: { policy }, stages: seen, seesAll }: SeenBatch,
  { claims = [], stages = [] }: { readonly claims?: readonly string[]; readonly stages?: readonly string[] },
): IndexedClaim[] | undefined {
  const named = claims.map((id, i) => placed(`body#/claims/${i}`, () => claimNamed(policy, id)));
  const indices = stages.map((name, i) => placed(`body#/stages/${i}`, () => stageIndex({ policy }, name)));
  for (const stage of [...named.map(({ claim }) => claim.stage), ...indices]) requireSeen(seen.has(stage));
  const all = allClaims(policy);
  if (named.length + indices.length > 0) {
    return all.filter(
      ({ claim, index }) => named.some((each) => each.index === index) || indices.includes(claim.stage),
    );
  }
  return seesAll ? undefined : all.filter(({ claim }) => seen.has(claim.stage));
}

/** The first custodian's key, where it is this site's. */
function siteKeyOf({ keys }: Service, { batch, place }: SeenBatch): SiteKeys["custodian"] {
  const [key, first] = [keys.get(place.site.name)?.custodian, batch.stages[0]?.custodian];
  const isFirst = key !== undefined && first !== undefined && keyHash(key.description.public) === keyHash(first.key);
  return isFirst ? key : undefined;
}

export const CHECK_ROUTES: readonly Route[] = [check];
