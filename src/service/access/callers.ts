import { createHash, randomBytes, timingSafeEqual, type X509Certificate } from "node:crypto";
import type { Caller } from "../caller.ts";
import type { CallerSettings } from "../../settings/access.ts";

/** Machines: who has a token or a certificate of service.json. */

/** What a token begins with: a scanner of repositories knows it by that, and no JWT is taken for one. */
export const TOKEN_PREFIX = "bpt_";

/** A new token of 256 random bits, and its sha256 for service.json. */
export function newToken(): { token: string; sha256: string } {
  const token = `${TOKEN_PREFIX}${randomBytes(32).toString("base64url")}`;
  return { token, sha256: digest(token).toString("hex") };
}

/** What a call showed, of what is for machines. */
export interface Shown {
  readonly token: string | undefined;
  readonly certificate: X509Certificate | undefined;
}

/** Finds who shows a token, a certificate, or both. Undefined: nobody of service.json. */
export type FindCaller = (shown: Shown) => Caller | undefined;

/** Callers as service.json names them; whose token or certificate two of them had would be nobody. */
export function callersOf(callers: readonly CallerSettings[]): FindCaller {
  const known = callers.map((each) => ({ ...each, expected: Buffer.from(each.token ?? "", "hex") }));
  return ({ token, certificate }) => {
    const given = token === undefined ? undefined : digest(token);
    // All are compared, so that time says neither whether nor where one was found.
    const found = known.filter(({ expected, ...each }) => {
      const hasToken = given === undefined ? each.token === undefined : sameBytes(given, expected);
      return hasToken && showsCertificate(each, certificate);
    });
    const [caller] = found;
    return caller === undefined || found.length > 1 ? undefined : asCaller(caller);
  };
}

function asCaller({ name, token, grants }: CallerSettings): Caller {
  return { id: `${token === undefined ? "certificate" : "token"}:${name}`, grants };
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What is asked for is there, and nothing is there that was not asked for: a call has one identity. */
function showsCertificate({ certificate: asked }: CallerSettings, shown: X509Certificate | undefined): boolean {
  if (asked === undefined || shown === undefined) return asked === undefined && shown === undefined;
  if ("spki" in asked) return asked.spki === spkiHash(shown);
  return asked.subject === shown.subject && asked.issuer === shown.issuer;
}

/** sha256 of a certificate's public key (SubjectPublicKeyInfo in DER), in hex. */
export function spkiHash(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex");
}
