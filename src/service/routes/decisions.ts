import { Type } from "typebox";
import { DECISIONS, type DecisionKind } from "../decisions.ts";
import { readFor, showing, shownFolder, shownName } from "../folders.ts";
import { PREPARED } from "../preparedShape.ts";
import { aboutBatch, addressIn, onRegister, ownedBatch } from "../register.ts";
import { route, type Route } from "../route.ts";
import { BATCH_PARAMS, BATCH_PATH } from "../shapes.ts";

const BODY = Type.Union(Object.values(DECISIONS).map(({ schema }) => schema));
/** What every kind has. */
interface Common {
  readonly kind: DecisionKind;
  readonly from: string;
  readonly owner?: string;
}

const LINE = Type.Object({ field: Type.String(), value: Type.String(), words: Type.String() });

const decide = route({
  operation: "prepareDecision",
  method: "POST",
  path: `${BATCH_PATH}/decisions`,
  permission: "decision:prepare",
  tag: "decisions",
  summary: "Prepares a decision on the batch for the key of the person who takes it.",
  description:
    "The register is asked as that person's account, and what it would refuse is refused here. The service has no key that " +
    "could decide: the person's wallet, or the command send, signs. Nothing is sent.",
  schemas: {
    params: BATCH_PARAMS,
    body: BODY,
    reply: Type.Object({
      already: Type.Union([Type.String(), Type.Null()]),
      prepared: Type.Union([PREPARED, Type.Null()]),
      typedData: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
      lines: Type.Union([Type.Array(LINE), Type.Null()]),
    }),
  },
  run: async (call) => {
    const { batch, place } = await readFor(call, "decision:prepare");
    // The schema of the route is that of the kinds.
    const { kind, from: account, owner: named } = call.body as unknown as Common;
    const from = addressIn(account, "body#/from");
    return onRegister(call.service, async (register, chain) => {
      const owned = await showing(shownFolder(place), () => ownedBatch(call.service, batch, named));
      const about = { ...owned, call, batch, place, register, chain, from };
      const decision = await aboutBatch(shownName(place), batch, owned, () =>
        DECISIONS[kind].prepare(about, call.body),
      );
      return { body: { ...decision, lines: decision.lines === null ? null : [...decision.lines] } };
    });
  },
});

/** What people decide on a batch. */
export const DECISION_ROUTES: readonly Route[] = [decide];
