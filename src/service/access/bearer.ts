import type { X509Certificate } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  jwtVerify,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import { environmentError, inputError } from "../../errors.ts";
import { readJson } from "../../input/json.ts";
import type { Caller, Grant } from "../caller.ts";
import type { IssuerSettings } from "../../settings/access.ts";
import { isAddress } from "../../settings/service.ts";

/** People: tokens (JWT) that an issuer of service.json signed. */

/** Longest token in characters. */
const LONGEST_TOKEN = 8192;
const LONGEST_SUBJECT = 255;
/** Seconds by which clocks may differ. */
const TOLERANCE = 30;
const DEFAULT_MAX_AGE = 3600;
/** Milliseconds: to wait for an issuer's keys, to keep them, and to ask again at the earliest for a key that was not there. */
const KEYS = { timeoutDuration: 5_000, cacheMaxAge: 600_000, cooldownDuration: 30_000 } as const;
const MOST_KEY_BYTES = 2 ** 20;

/** Who a token is of; undefined: of nobody. Error `issuer-keys`: its issuer's keys cannot be had, so this cannot be said. */
export type VerifyBearer = (token: string, certificate: X509Certificate | undefined) => Promise<Caller | undefined>;

interface Issuer {
  readonly settings: IssuerSettings;
  readonly keys: JWTVerifyGetKey;
}

/**
 * Issuers as service.json names them. `now`: Unix seconds. Errors: `service-file` (two of one name, or keys at an address that anybody on the
 * way could change), those of `readJson` for a file of keys.
 */
export async function issuersOf(
  settings: readonly IssuerSettings[],
  place: string,
  now: () => number,
): Promise<VerifyBearer> {
  const issuers = new Map<string, Issuer>();
  for (const [i, each] of settings.entries()) {
    const at = `${place}#/issuers/${i}`;
    if (issuers.has(each.issuer)) {
      throw inputError("Another issuer has this name.", { code: "service-file", place: at });
    }
    issuers.set(each.issuer, { settings: each, keys: await keysOf(each.jwks, `${at}/jwks`) });
  }
  return async (token, certificate) => {
    const issuer = token.length > LONGEST_TOKEN ? undefined : issuers.get(issuerIn(token));
    return issuer === undefined ? undefined : await callerOf(issuer, token, certificate, now());
  };
}

/** What the token calls its issuer, which is only a hint at whose keys to try. */
function issuerIn(token: string): string {
  try {
    return decodeJwt(token).iss ?? "";
  } catch {
    return "";
  }
}

async function callerOf(
  { settings, keys }: Issuer,
  token: string,
  certificate: X509Certificate | undefined,
  now: number,
): Promise<Caller | undefined> {
  const payload = await verified({ settings, keys }, token, now);
  if (payload?.sub === undefined || !isSubject(payload.sub) || !isBoundTo(payload, certificate)) return undefined;
  const grants = settings.grants.filter(({ claim, value }) => claims(payload, claim, value));
  return { id: `${settings.issuer} ${payload.sub}`, grants: grants.flatMap((each): readonly Grant[] => each.grants) };
}

/** Its claims, where signature, issuer, audience, times, type and key are what they must be. */
async function verified({ settings, keys }: Issuer, token: string, now: number): Promise<JWTPayload | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [...settings.algorithms],
      typ: settings.type ?? "at+jwt",
      clockTolerance: TOLERANCE,
      maxTokenAge: settings.maxAge ?? DEFAULT_MAX_AGE,
      requiredClaims: ["exp", "iat", "sub"],
      currentDate: new Date(now * 1000),
    });
    return protectedHeader.kid === undefined ? undefined : payload;
  } catch (error) {
    if (error instanceof IssuerSilent) {
      throw environmentError("The keys of the issuer of this token cannot be had.", {
        code: "issuer-keys",
        cause: error,
      });
    }
    return undefined;
  }
}

function isSubject(subject: string): boolean {
  return subject.length <= LONGEST_SUBJECT && /^[^\p{C}]+$/u.test(subject);
}

/** A token says which certificate it is for (RFC 8705), and comes with that one; or it says none, and comes with none. */
function isBoundTo({ cnf }: JWTPayload, certificate: X509Certificate | undefined): boolean {
  if (cnf === undefined || certificate === undefined) return cnf === undefined && certificate === undefined;
  const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url");
  return typeof cnf === "object" && cnf !== null && "x5t#S256" in cnf && cnf["x5t#S256"] === thumbprint;
}

function claims(payload: JWTPayload, claim: string, value: string): boolean {
  const said = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  return said === value || (Array.isArray(said) && said.includes(value));
}

/** The issuer gave no keys: nothing can be said of the token, not even that it is bad. */
class IssuerSilent extends Error {}

/** Keys come only from where service.json says, never from what a token names (`jku`, `jwk`, `x5u`). */
async function keysOf(jwks: string, place: string): Promise<JWTVerifyGetKey> {
  if (!isAddress(jwks)) return createLocalJWKSet((await readJson(jwks)) as unknown as JSONWebKeySet);
  const url = new URL(jwks);
  if (url.protocol !== "https:" && !["127.0.0.1", "[::1]", "localhost"].includes(url.hostname)) {
    throw inputError("The issuer's keys are fetched without TLS.", {
      code: "service-file",
      place,
      remedy: "Give an https address, or a file.",
    });
  }
  const remote = createRemoteJWKSet(url, { ...KEYS, [customFetch]: fetchBounded });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) throw cause;
      throw new IssuerSilent("no keys", { cause });
    }
  };
}

const fetchBounded: FetchImplementation = async (url, options) => {
  const answer = await fetch(url, options);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > MOST_KEY_BYTES) throw new Error("more keys than any issuer has");
    chunks.push(chunk as Uint8Array);
  }
  return new Response(Buffer.concat(chunks), { status: answer.status, headers: answer.headers });
};
