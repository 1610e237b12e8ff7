import {
  Type,
  type Static,
  type TArray,
  type TNull,
  type TObject,
  type TSchema,
  type TString,
  type TUnion,
} from "typebox";
import { SLUG_PATTERN } from "../formats/slug.ts";

/** Shapes that several routes share. */

/** Of every object: what it does not name, it does not take. */
export const CLOSED = { additionalProperties: false } as const;

/** A short text of people; the library judges the rest of it. */
export const WORDS = Type.String({ minLength: 1, maxLength: 200 });

/** Why, in the words of who does it. */
export const REASON = Type.String({ maxLength: 1000 });

/** A time, RFC 3339. */
export const TIME = Type.String({ maxLength: 40 });

/** A field element, as it stands in every document. */
export const HEX = Type.String({ pattern: "^0x[0-9a-f]{64}$" });

/** SHA-256 of a file. */
export const SHA256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

export const DEVICE = Type.Object({ vendor: WORDS, model: WORDS, serial: WORDS }, CLOSED);

/** A public key with the organisation whose it is. */
export const CUSTODIAN = Type.Object({ x: HEX, y: HEX, org: Type.String() }, CLOSED);
/** An account or a contract of the chain; `addressIn` checks its spelling. */
export const ADDRESS = Type.String({ pattern: "^0x[0-9a-fA-F]{40}$" });

/** Name of a stage in a policy. */
export const STAGE_NAME = Type.String({ pattern: "^[a-z0-9]+(?:-[a-z0-9]+)*$", maxLength: 100 });

/** Id of a claim in a policy. */
export const CLAIM_ID = Type.String({ pattern: "^[a-z0-9-]+/[a-z0-9-]+$", maxLength: 200 });

export const SLUG = Type.String({ pattern: SLUG_PATTERN });

export const SITE_PARAMS = Type.Object({ site: SLUG }, { additionalProperties: false });
export const BATCH_PARAMS = Type.Object({ site: SLUG, batch: SLUG }, { additionalProperties: false });

/** Below these addresses a call is about one site, or one batch of it. */
export const SITE_PATH = "/v1/sites/:site";
export const BATCH_PATH = `${SITE_PATH}/batches/:batch`;

/** What a list takes: where to go on (`next` of the answer before), and how many at most. */
export const PAGE_QUERY = Type.Object(
  {
    after: Type.Optional(Type.String({ maxLength: 200 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  { additionalProperties: false },
);

/** A page of a list; `next` is null at its end. */
export function pageOf<T extends TSchema>(items: T): TObject<{ items: TArray<T>; next: TUnion<[TString, TNull]> }> {
  return Type.Object(
    { items: Type.Array(items), next: Type.Union([Type.String(), Type.Null()]) },
    { additionalProperties: false },
  );
}

/** One page of things that are in order by a key of theirs. `after`: the key of the last one that the caller has. */
export function pageBy<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { after, limit = 50 }: Static<typeof PAGE_QUERY>,
): { items: T[]; next: string | null } {
  const left = after === undefined ? all : all.filter((item) => keyOf(item) > after);
  const items = left.slice(0, limit);
  const last = items.at(-1);
  return { items, next: left.length > items.length && last !== undefined ? keyOf(last) : null };
}
