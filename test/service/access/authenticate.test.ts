import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWK, type JWTHeaderParameters } from "jose";
import { afterAll, describe, expect, it } from "vitest";
import { Type } from "typebox";
import { buildApp } from "../../../src/service/app.ts";
import { authenticator } from "../../../src/service/access/authenticate.ts";
import { newToken } from "../../../src/service/access/callers.ts";
import type { AccessSettings, IssuerSettings } from "../../../src/settings/access.ts";
import type { Problem } from "../../../src/service/problem.ts";
import { route } from "../../../src/service/route.ts";
import { bareService } from "../support.ts";

const folder = mkdtempSync(join(tmpdir(), "batchproof-access-"));
const servers: Server[] = [];
afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const server of servers) server.close();
});

const whoami = route({
  operation: "whoami",
  method: "GET",
  path: "/v1/whoami",
  permission: "batch:read",
  tag: "test",
  summary: "Says who calls.",
  schemas: { reply: Type.Object({ id: Type.String() }) },
  run: ({ caller }) => Promise.resolve({ body: { id: caller.id } }),
});

const NOW = 1_800_000_000;
const ISSUER = "https://login.plant.example";
const AUDIENCE = "batchproof";
const key = await generateKeyPair("ES256");
const other = await generateKeyPair("ES256");
const jwk: JWK = { ...(await exportJWK(key.publicKey)), kid: "k1", alg: "ES256", use: "sig" };
const jwks = join(folder, "jwks.json");
writeFileSync(jwks, JSON.stringify({ keys: [jwk] }));

const issuer: IssuerSettings = {
  issuer: ISSUER,
  audience: AUDIENCE,
  jwks,
  algorithms: ["ES256"],
  grants: [{ claim: "groups", value: "qa", grants: [{ role: "auditor" }] }],
};
const GOOD = { iss: ISSUER, aud: AUDIENCE, sub: "anna", iat: NOW, exp: NOW + 300, groups: ["staff", "qa"] };
const HEADER = { alg: "ES256", typ: "at+jwt", kid: "k1" };

function signed(
  claims: object = GOOD,
  header: JWTHeaderParameters = HEADER,
  by: Parameters<SignJWT["sign"]>[0] = key.privateKey,
): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader(header).sign(by);
}

let now = NOW;
async function appOf(settings: AccessSettings): Promise<FastifyInstance> {
  return await buildApp(bareService(), [whoami], await authenticator(settings, "service.json", () => now));
}

async function asked(app: FastifyInstance, authorization?: string | string[]): Promise<[number, unknown]> {
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await app.inject({ url: "/v1/whoami", headers: headers as Record<string, string> });
  const { id, code } = answer.json<{ id?: string } & Partial<Problem>>();
  return [answer.statusCode, id ?? code];
}

const mes = newToken();
const NOBODY = [401, "not-authenticated"];
const callers = [{ name: "mes", token: mes.sha256, grants: [{ role: "operator" as const }] }];

// Verifies R-access-identity.
describe("who calls", () => {
  it("is who has a token of service.json", async () => {
    const app = await appOf({ callers });
    expect(await asked(app, `Bearer ${mes.token}`)).toEqual([200, "token:mes"]);
    expect(mes.token).toMatch(/^bpt_[A-Za-z0-9_-]{43}$/);
  });

  it.each([
    ["nothing", undefined],
    ["an unknown token", `Bearer ${newToken().token}`],
    ["the hash of a token", `Bearer ${mes.sha256}`],
    ["a part of a token", `Bearer ${mes.token.slice(0, -1)}`],
    ["another scheme", `Basic ${mes.token}`],
    ["a token and more", `Bearer ${mes.token}, Bearer ${mes.token}`],
    ["an empty token", "Bearer "],
  ])("is nobody who shows %s", async (_name, header) => {
    expect(await asked(await appOf({ callers, issuers: [issuer] }), header)).toEqual(NOBODY);
  });

  it("is who has a token that an issuer of service.json signed, with the roles of his claims", async () => {
    const app = await appOf({ issuers: [issuer] });
    expect(await asked(app, `Bearer ${await signed()}`)).toEqual([200, `${ISSUER} anna`]);
    expect(await asked(app, `Bearer ${await signed({ ...GOOD, groups: "qa" })}`)).toEqual([200, `${ISSUER} anna`]);
    expect(await asked(app, `Bearer ${await signed({ ...GOOD, groups: ["staff"] })}`)).toEqual([403, "not-allowed"]);
  });

  it("V369: is nobody whose token is not signed as service.json says", async () => {
    const app = await appOf({ issuers: [issuer] });
    const publicBytes = new TextEncoder().encode(JSON.stringify(jwk));
    const tokens = [
      new UnsecuredJWT(GOOD).encode(),
      await signed(GOOD, { ...HEADER, alg: "HS256" }, publicBytes),
      await signed(GOOD, HEADER, other.privateKey),
      await signed(GOOD, { ...HEADER, jwk: await exportJWK(other.publicKey) }, other.privateKey),
      await signed(GOOD, { ...HEADER, jku: "https://evil.example/jwks" }, other.privateKey),
      await signed(GOOD, { alg: "ES256", typ: "at+jwt" }),
      await signed(GOOD, { ...HEADER, kid: "k2" }),
      await signed(GOOD, { ...HEADER, typ: "JWT" }),
      (await signed()).replace(
        /\.[^.]*\./,
        `.${Buffer.from(JSON.stringify({ ...GOOD, sub: "eva" })).toString("base64url")}.`,
      ),
    ];
    for (const [i, token] of tokens.entries())
      expect([i, ...(await asked(app, `Bearer ${token}`))]).toEqual([i, ...NOBODY]);
  });

  it.each([
    ["of another issuer", { iss: "https://evil.example" }],
    ["for another audience", { aud: "another" }],
    ["without an audience", { aud: undefined }],
    ["without a person", { sub: undefined }],
    ["of a person whose name would break a line", { sub: "anna\nb" }],
    ["of a person with an endless name", { sub: "a".repeat(256) }],
    ["without an end", { exp: undefined }],
    ["without a beginning", { iat: undefined }],
    ["that ended 31 seconds ago", { iat: NOW - 300, exp: NOW - 31 }],
    ["that begins in 31 seconds", { nbf: NOW + 31 }],
    ["that was made in 31 seconds", { iat: NOW + 31, exp: NOW + 300 }],
    ["that was made more than an hour and 30 seconds ago", { iat: NOW - 3631, exp: NOW + 300 }],
    ["bound to a certificate that does not come with it", { cnf: { "x5t#S256": "A".repeat(43) } }],
  ])("V369: is nobody with a token %s", async (_name, claims) => {
    const token = await signed({ ...GOOD, ...claims });
    expect(await asked(await appOf({ issuers: [issuer] }), `Bearer ${token}`)).toEqual(NOBODY);
  });

  it.each([
    { iat: NOW - 300, exp: NOW - 29 },
    { nbf: NOW + 30 },
    { iat: NOW - 3600, exp: NOW + 300 },
    { aud: ["another", AUDIENCE] },
  ])("is somebody with a token at its limits: %j", async (claims) => {
    const token = await signed({ ...GOOD, ...claims });
    expect(await asked(await appOf({ issuers: [issuer] }), `Bearer ${token}`)).toEqual([200, `${ISSUER} anna`]);
  });

  it("V374: is not known, and nobody is let in, while the issuer gives no keys", async () => {
    let status = 200;
    let body = JSON.stringify({ keys: [jwk] });
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const remote = { ...issuer, jwks: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` };
    const token = `Bearer ${await signed()}`;
    expect(await asked(await appOf({ issuers: [remote] }), token)).toEqual([200, `${ISSUER} anna`]);
    for (const [nextStatus, nextBody] of [
      [500, "{}"],
      [200, "no keys"],
      [200, " ".repeat(2 ** 20 + 1)],
      [302, ""],
    ] as const) {
      [status, body] = [nextStatus, nextBody];
      const app = await appOf({ issuers: [remote], callers });
      expect(await asked(app, token)).toEqual([503, "issuer-keys"]);
      expect(await asked(app, `Bearer ${mes.token}`)).toEqual([200, "token:mes"]);
    }
  });

  it("V374: an issuer whose keys somebody on the way could change is refused", async () => {
    const remote = { ...issuer, jwks: "http://login.plant.example/jwks" };
    await expect(appOf({ issuers: [remote] })).rejects.toMatchObject({
      code: "service-file",
      place: "service.json#/issuers/0/jwks",
    });
  });

  it("V375: who tries too often is told to wait, and who has a token of his own is not", async () => {
    const app = await appOf({ callers, issuers: [issuer] });
    const guess = `Bearer ${newToken().token}`;
    for (let i = 0; i < 30; i++) expect(await asked(app, guess)).toEqual(NOBODY);
    expect(await asked(app, guess)).toEqual([429, "rate-limit"]);
    expect(await asked(app, `Bearer ${await signed()}`)).toEqual([429, "rate-limit"]);
    expect(await asked(app, `Bearer ${mes.token}`)).toEqual([200, "token:mes"]);
    const refused = await app.inject({ url: "/v1/whoami", headers: { authorization: guess } });
    expect(refused.headers["retry-after"]).toBe("60");
    now += 60;
    expect(await asked(app, guess)).toEqual(NOBODY);
    now = NOW;
  });
});
