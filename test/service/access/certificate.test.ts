import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { describe, expect, it } from "vitest";
import { authenticator } from "../../../src/service/access/authenticate.ts";
import { newToken, spkiHash } from "../../../src/service/access/callers.ts";
import type { AccessSettings } from "../../../src/settings/access.ts";

function certificateFor(subject: string): X509Certificate {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];
  return new X509Certificate(
    execFileSync("openssl", ["req", "-x509", ...key, "-subj", subject], { stdio: ["ignore", "pipe", "ignore"] }),
  );
}

/** A call as Fastify has it, over a connection on which TLS verified the certificate or did not. */
function request(token?: string, shown?: X509Certificate, authorized = true): FastifyRequest {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = { authorized, getPeerX509Certificate: () => shown };
  const rawHeaders = Object.entries(headers).flat();
  return { ip: "10.0.0.1", headers, raw: { socket, rawHeaders } } as unknown as FastifyRequest;
}

const worker = certificateFor("/CN=worker");
const erp = certificateFor("/CN=erp");
const stranger = certificateFor("/CN=stranger");
const both = newToken();
const alone = newToken();
const grants: NonNullable<AccessSettings["callers"]>[number]["grants"] = [{ role: "worker" }];
const callers: AccessSettings["callers"] = [
  { name: "worker", token: both.sha256, certificate: { spki: spkiHash(worker) }, grants },
  { name: "erp", certificate: { issuer: "CN=erp", subject: "CN=erp" }, grants },
  { name: "mes", token: alone.sha256, grants },
];
const authenticate = await authenticator({ callers }, "service.json", () => 0);

// Verifies R-access-identity.
describe("a certificate", () => {
  it("says who calls, alone or with the token that it is bound to", async () => {
    expect(await authenticate(request(undefined, erp))).toMatchObject({ id: "certificate:erp" });
    expect(await authenticate(request(both.token, worker))).toMatchObject({ id: "token:worker" });
    expect(await authenticate(request(alone.token))).toMatchObject({ id: "token:mes" });
  });

  it.each([
    ["that TLS did not verify", request(undefined, erp, false)],
    ["that TLS did not verify, beside a token", request(alone.token, erp, false)],
    ["that nobody has", request(undefined, stranger)],
    ["without the token that is asked for with it", request(undefined, worker)],
    ["of somebody else than the token", request(both.token, erp)],
    ["with a token that is bound to none", request(alone.token, erp)],
    ["that does not come, with the token that is bound to it", request(both.token)],
  ])("V369: is of nobody %s", async (_name, call) => {
    await expect(authenticate(call)).rejects.toMatchObject({ code: "not-authenticated" });
  });
});
