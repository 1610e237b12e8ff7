import { CHALLENGE, CLAIM_CLASS, HOLD, NEEDED_FOR, RELEASE, STATUS } from "../formats/codes.ts";
import { DEVIATION_BITS, KIND } from "../formats/constants.ts";
import { LIMIT } from "../formats/limits.ts";
import { flag, listOf, matching, nullable, objectOf, oneOf, textOf, whole, type Shape } from "../input/shapes.ts";
import type { Standing, StandingClaim, StandingPolicy, StandingProof, StandingStage } from "./standing.ts";

/** What a standing is, member by member: whether a node said it or a file, nothing else is taken for one. */

/** An account or a contract. */
export const ADDRESS = matching(/^0x[0-9a-fA-F]{40}$/);
const HASH = matching(/^0x[0-9a-f]{64}$/);
/** As `formatTime` writes it. */
export const TIME = matching(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/);
/** A name of the register, whose bytes that are no letters take four characters each. */
const NAME = textOf(128);
const STAGES = 256;
const HOLDS = 1_000;

function named<T extends string>(table: Readonly<Record<T, unknown>>): Shape<T> {
  return oneOf(Object.keys(table) as T[]);
}

const POLICY = objectOf<StandingPolicy>({
  policyId: HASH,
  product: NAME,
  version: whole(0, 2 ** 32 - 1),
  document: HASH,
});

const STAGE = objectOf<StandingStage>({
  head: nullable(HASH),
  ...{ ready: flag, asserted: flag, confirmed: nullable(flag) },
});

const PROOF = objectOf<StandingProof>({
  ...{ circuitId: HASH, circuit: nullable(textOf(200)), setup: oneOf(["development", "ceremony"]) },
  ...{ unsound: flag, attested: TIME, deviations: listOf(oneOf(DEVIATION_BITS), DEVIATION_BITS.length) },
});

const CLAIM = objectOf<StandingClaim>({
  ...{ index: whole(0, LIMIT.claimsOfPolicy - 1), stage: whole(0, STAGES - 1), kind: nullable(named(KIND)) },
  ...{ class: nullable(named(CLAIM_CLASS)), neededFor: nullable(named(NEEDED_FOR)) },
  state: oneOf(["refused", "proven", "settled", "missing"]),
  ...{ rule: HASH, proof: nullable(PROOF) },
});

/** Of `Standing`. */
export const STANDING: Shape<Standing> = objectOf<Standing>({
  format: oneOf(["batchproof-standing/1"]),
  ...{ chainId: matching(/^[1-9][0-9]{0,77}$/), registry: ADDRESS },
  ...{ batch: HASH, commitment: HASH, block: whole(), hash: HASH, time: TIME, policy: POLICY, opened: TIME },
  due: objectOf<Standing["due"]>({ release: TIME, completion: TIME }),
  ...{ status: oneOf(STATUS), release: oneOf(RELEASE), certified: nullable(TIME), recalled: flag },
  holds: listOf(objectOf<Standing["holds"][number]>({ side: named(HOLD), order: nullable(NAME) }), HOLDS),
  openExceptions: objectOf<Standing["openExceptions"]>({ own: whole(), inherited: whole() }),
  challenge: nullable(
    objectOf<NonNullable<Standing["challenge"]>>({ kinds: listOf(named(CHALLENGE), 4), decided: flag }),
  ),
  supply: nullable(
    objectOf<NonNullable<Standing["supply"]>>({ administration: TIME, notificationDue: TIME, notified: flag }),
  ),
  ...{ developmentKeys: flag, stages: listOf(STAGE, STAGES), claims: listOf(CLAIM, LIMIT.claimsOfPolicy) },
});
