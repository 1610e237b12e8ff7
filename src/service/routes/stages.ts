import { Type } from "typebox";
import { missingEvidence } from "../../batch/evidence.ts";
import { custodianNamed } from "../../batch/listed.ts";
import { changeStage } from "../../claims/changeStage.ts";
import { existingPlace, showing, shownFolder } from "../folders.ts";
import { route, type Route } from "../route.ts";
import { BATCH_PATH, CLOSED, DEVICE, SLUG, STAGE_NAME, TIME, WORDS } from "../shapes.ts";

export const STAGE_PARAMS = Type.Object({ site: SLUG, batch: SLUG, stage: STAGE_NAME }, CLOSED);

const setStage = route({
  operation: "setStage",
  method: "PUT",
  path: `${BATCH_PATH}/stages/:stage`,
  permission: "batch:write",
  tag: "batches",
  summary: "Sets or corrects times, custodian, devices and seal of a stage.",
  description:
    "What is left out stays. Proofs that fit no more are refused, unless `discardProofs` lets them be removed.",
  schemas: {
    params: STAGE_PARAMS,
    body: Type.Object(
      {
        start: Type.Optional(TIME),
        end: Type.Optional(TIME),
        seal: Type.Optional(WORDS),
        custodian: Type.Optional(Type.String({ ...WORDS, description: "Name in the folder's party list." })),
        devices: Type.Optional(Type.Array(DEVICE, { minItems: 1, maxItems: 8 })),
        copyParties: Type.Optional(Type.Boolean({ description: "Copies the site's party list into the folder." })),
        discardProofs: Type.Optional(Type.Boolean()),
      },
      CLOSED,
    ),
    reply: Type.Object(
      {
        stage: Type.String(),
        /** Claims whose proofs were removed. */
        discarded: Type.Array(Type.String()),
        /** Claims that have no evidence yet. */
        missing: Type.Array(Type.String()),
      },
      CLOSED,
    ),
  },
  run: async ({ params, body, service }) => {
    const place = await existingPlace(service, params);
    const { custodian, copyParties = false, discardProofs = false, ...changes } = body;
    const { parties } = place.site;
    const shown = [...shownFolder(place), ...(parties === undefined ? [] : [[parties, "parties"] as const])];
    return await showing(shown, async () => {
      const { batch, discarded } = await changeStage(place.dir, params.stage, {
        changesOf: (folder) => ({
          ...changes,
          ...(custodian === undefined ? {} : { custodian: custodianNamed(folder, custodian, "body#/custodian") }),
        }),
        partiesPath: copyParties ? parties : undefined,
        discardsProofs: discardProofs,
      });
      const missing = (await missingEvidence(batch)).map(({ claim }) => claim);
      return { body: { stage: params.stage, discarded: [...discarded], missing } };
    });
  },
});

export const STAGE_ROUTES: readonly Route[] = [setStage];
