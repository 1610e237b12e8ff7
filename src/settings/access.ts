import { Type, type Static } from "typebox";
import { inputError } from "../errors.ts";
import { canonicalJson } from "../input/json.ts";
import { ROLE_PERMISSIONS, type Role } from "./permissions.ts";
import { SLUG_PATTERN } from "../formats/slug.ts";

/** What service.json says of who may call. Schemas and types are one. */

const SLUG = Type.String({ pattern: SLUG_PATTERN });
const closed = { additionalProperties: false } as const;
const SHA256 = Type.String({ pattern: "^[0-9a-f]{64}$" });
const NAME = Type.String({ minLength: 1, maxLength: 200, pattern: "^[^\\p{C}]+$" });
const SECONDS = Type.Integer({ minimum: 60, maximum: 86_400 });

/** A role, and where it is held (`Grant`). */
export const GRANT = Type.Object(
  {
    role: Type.Enum(Object.keys(ROLE_PERMISSIONS) as Role[]),
    sites: Type.Optional(Type.Array(SLUG, { minItems: 1, maxItems: 1000 })),
    batches: Type.Optional(Type.Array(SLUG, { minItems: 1, maxItems: 10_000 })),
    custodians: Type.Optional(Type.Array(Type.String({ pattern: "^0x[0-9a-f]{64}$" }), { minItems: 1, maxItems: 100 })),
  },
  closed,
);
const GRANTS = Type.Array(GRANT, { minItems: 1, maxItems: 100 });

/** Which certificate it is: by the sha256 of its public key (SPKI, DER), or by the names in it, as `openssl x509` has them a line each. */
export const CERTIFICATE = Type.Union([
  Type.Object({ spki: SHA256 }, closed),
  Type.Object(
    { issuer: Type.String({ minLength: 1, maxLength: 1000 }), subject: Type.String({ minLength: 1, maxLength: 1000 }) },
    closed,
  ),
]);

/** A machine: its token, its certificate, or both, which it then has to show together. */
export const CALLER = Type.Object(
  {
    name: SLUG,
    /** sha256 of the token, as `serve-token` prints it. */
    token: Type.Optional(SHA256),
    certificate: Type.Optional(CERTIFICATE),
    grants: GRANTS,
  },
  closed,
);
export type CallerSettings = Static<typeof CALLER>;

/** Signatures that a public key verifies: with a shared secret, whoever can verify could sign. */
export const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

/** Who issues tokens (JWT) for people. */
export const ISSUER = Type.Object(
  {
    /** Without spaces: `ISSUER SUBJECT` in the log is one caller's. */
    issuer: Type.String({ minLength: 1, maxLength: 200, pattern: "^[^\\p{C}\\p{Z}]+$" }),
    /** What `aud` must name: this service, and no other one. */
    audience: NAME,
    /** Its keys: an https address (http on this machine), or a file. */
    jwks: Type.String({ minLength: 1, maxLength: 1000 }),
    algorithms: Type.Array(Type.Enum([...ALGORITHMS]), { minItems: 1, maxItems: ALGORITHMS.length }),
    /** What `typ` must be; at+jwt unless told: an ID token is for the application that a person signed in to. */
    type: Type.Optional(Type.Enum(["at+jwt", "JWT"])),
    /** Seconds since `iat` after which a token is too old, whatever its `exp`; 3600 unless told. */
    maxAge: Type.Optional(SECONDS),
    /** Who has which roles: a claim that is this text, or a list with it. */
    grants: Type.Array(Type.Object({ claim: NAME, value: NAME, grants: GRANTS }, closed), {
      minItems: 1,
      maxItems: 1000,
    }),
  },
  closed,
);
export type IssuerSettings = Static<typeof ISSUER>;

/** Members of service.json about who may call. */
export const ACCESS = {
  callers: Type.Optional(Type.Array(CALLER, { maxItems: 10_000 })),
  issuers: Type.Optional(Type.Array(ISSUER, { maxItems: 20 })),
};

/** Who may call; nobody is named: nobody may. */
export interface AccessSettings {
  readonly callers?: readonly CallerSettings[];
  readonly issuers?: readonly IssuerSettings[];
}

/** Error `service-file`: two callers of one name or with one token or certificate, or one with neither: a key is one caller's. */
export function refuseUnclearCallers(callers: readonly CallerSettings[], place: string): void {
  const seen = new Set<string>();
  for (const [i, { name, token, certificate }] of callers.entries()) {
    const at = `${place}#/callers/${i}`;
    if (token === undefined && certificate === undefined) {
      throw inputError("The caller has neither a token nor a certificate.", { code: "service-file", place: at });
    }
    const marks = [`name ${name}`, ...(token === undefined ? [] : [token]), canonicalJson(certificate ?? { name })];
    for (const mark of marks) {
      if (seen.has(mark)) {
        throw inputError("Another caller has this name, token or certificate.", { code: "service-file", place: at });
      }
      seen.add(mark);
    }
  }
}
