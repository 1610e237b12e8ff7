import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { FastifyRequest } from "fastify";
import { inputError, type BatchproofError } from "../../errors.ts";
import type { Authenticate } from "../app.ts";
import type { Caller } from "../caller.ts";
import { issuersOf, type VerifyBearer } from "./bearer.ts";
import { callersOf, TOKEN_PREFIX, type FindCaller } from "./callers.ts";
import { failuresByAddress, type Failures } from "./failures.ts";
import type { AccessSettings } from "../../settings/access.ts";

/**
 * Who may call, as service.json says. A call has exactly one identity: a token, a certificate that the TLS layer verified, or both
 * where the settings, or the token itself, bind one to the other. `now`: Unix seconds; `place`: the file, for errors.
 * Errors: those of `issuersOf`.
 */
export async function authenticator(settings: AccessSettings, place: string, now: () => number): Promise<Authenticate> {
  const find = callersOf(settings.callers ?? []);
  const verify = await issuersOf(settings.issuers ?? [], place, now);
  const failures = failuresByAddress(now);
  return (request) => authenticate(request, find, verify, failures);
}

async function authenticate(
  request: FastifyRequest,
  find: FindCaller,
  verify: VerifyBearer,
  failures: Failures,
): Promise<Caller> {
  const { ip } = request;
  const bearer = bearerOf(request);
  const certificate = certificateOf(request.raw.socket as Partial<TLSSocket>);
  if (bearer === null || certificate === "unverified") throw refused(failures, ip);
  const isJwt = bearer?.startsWith(TOKEN_PREFIX) === false;
  // A token of 256 bits is not found by trying, and costs nothing to refuse: who has one is let in whatever his neighbours try.
  if (isJwt && failures.areTooMany(ip)) throw refused(failures, ip);
  const caller = isJwt ? await verify(bearer, certificate) : find({ token: bearer, certificate });
  if (caller === undefined || (bearer === undefined && certificate === undefined)) throw refused(failures, ip);
  return caller;
}

/** Says nothing of what was wrong: whoever may call knows what he sent. */
function refused(failures: Failures, address: string): BatchproofError {
  if (failures.areTooMany(address)) {
    return inputError("Too many calls from this address were of nobody.", { code: "rate-limit" });
  }
  failures.count(address);
  return inputError("Nobody can say who calls.", {
    code: "not-authenticated",
    remedy: "Send a bearer token, or a client certificate, that service.json names.",
  });
}

/** The one token of the header `Authorization`; null: not clear which. Node keeps the first of several: they are counted as they came. */
function bearerOf({ headers, raw }: FastifyRequest): string | null | undefined {
  const sent = raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "authorization").length;
  if (sent === 0 && headers.authorization === undefined) return undefined;
  const [, token] = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(headers.authorization ?? "") ?? [];
  return sent > 1 || token === undefined ? null : token;
}

/** What the other side showed in TLS, if it was verified there; what was shown and not verified is no identity, nor none. */
function certificateOf(socket: Partial<TLSSocket>): X509Certificate | "unverified" | undefined {
  const shown = socket.getPeerX509Certificate?.();
  if (shown === undefined) return undefined;
  return socket.authorized === true ? shown : "unverified";
}
