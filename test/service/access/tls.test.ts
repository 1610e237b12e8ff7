import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get, request } from "node:https";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../../../src/client/index.ts";
import type { Queue } from "../../../src/queue/queue.ts";
import { newToken, spkiHash } from "../../../src/service/access/callers.ts";
import type { Problem } from "../../../src/service/problem.ts";
import { startService, type RunningService } from "../../../src/service/start.ts";
import { temporaryFolder } from "../../parties/support.ts";
import { bareService } from "../support.ts";

/** Certificates of machines, over TLS as it is spoken: what the layer below says of them is not taken from a double. */

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);

function openssl(...words: readonly string[]): void {
  execFileSync("openssl", words, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"] as const;

/** Who issues certificates; two may have one name. */
function issuer(name: string, subject: string): void {
  openssl("req", "-x509", ...KEY, "-subj", subject, "-days", "2", "-keyout", `${name}.key`, "-out", `${name}.pem`);
}

/** A certificate by an issuer, with what it may be used for. */
function issue(name: string, by: string, { subject = `/CN=${name}`, use = "clientAuth", days = "2" } = {}): void {
  openssl("req", ...KEY, "-subj", subject, "-keyout", `${name}.key`, "-out", `${name}.csr`);
  writeFileSync(path(`${name}.ext`), `extendedKeyUsage=${use}\nsubjectAltName=IP:127.0.0.1\n`);
  const signing = ["-CA", `${by}.pem`, "-CAkey", `${by}.key`, "-CAcreateserial", "-days", days];
  openssl("x509", "-req", "-in", `${name}.csr`, ...signing, "-extfile", `${name}.ext`, "-out", `${name}.pem`);
}

const bound = newToken();
const alone = newToken();
let running: RunningService;

beforeAll(async () => {
  issuer("ca", "/CN=Plant CA");
  issuer("false-ca", "/CN=Plant CA");
  issue("server", "ca", { use: "serverAuth" });
  for (const name of ["erp", "worker", "stranger"]) issue(name, "ca");
  issue("forged", "false-ca", { subject: "/CN=erp" });
  issue("no-client", "ca", { subject: "/CN=erp", use: "serverAuth" });
  issue("expired", "ca", { subject: "/CN=erp", days: "-1" });
  const worker = { spki: spkiHash(new X509Certificate(readFileSync(path("worker.pem")))) };
  const grants = [{ role: "monitor" as const }];
  const callers = [
    { name: "erp", certificate: { issuer: "CN=Plant CA", subject: "CN=erp" }, grants },
    { name: "worker", token: bound.sha256, certificate: worker, grants },
    { name: "mes", token: alone.sha256, grants },
  ];
  const tls = { certificate: path("server.pem"), key: path("server.key"), clients: path("ca.pem") };
  const queue = { list: () => [] } as unknown as Queue;
  running = await startService({ ...bareService({ callers, tls }), queue }, { host: "127.0.0.1", port: 0 });
});

afterAll(() => running.close());

interface Shown {
  readonly certificate?: string;
  readonly token?: string;
  readonly session?: Buffer;
}

function identity({ certificate }: Shown): object {
  const own =
    certificate === undefined ? {} : { cert: pem(certificate), key: readFileSync(path(`${certificate}.key`)) };
  return { ca: pem("ca"), ...own };
}

const pem = (name: string): Buffer => readFileSync(path(`${name}.pem`));

/** What the service answers: the status, and the code of a refusal. */
function asked(shown: Shown): Promise<readonly [number | undefined, string | undefined]> {
  const { token, session } = shown;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const options = { ...identity(shown), headers, agent: false, ...(session === undefined ? {} : { session }) };
  return new Promise((resolve, reject) => {
    const sent = request(`${running.url}metrics`, options, (answer) => {
      let text = "";
      answer.on("data", (data: Buffer) => (text += data.toString()));
      answer.on("end", () => {
        const isProblem = answer.headers["content-type"]?.startsWith("application/problem+json") === true;
        resolve([answer.statusCode, isProblem ? ((JSON.parse(text) as Problem).code ?? undefined) : undefined]);
      });
    });
    sent.on("error", reject).end();
  });
}

const YES = [200, undefined];
const NOBODY = [401, "not-authenticated"];

// Verifies R-access-identity.
describe("over TLS, who calls", () => {
  it("is who has the certificate, the token, or both where one is bound to the other", async () => {
    expect(await asked({ certificate: "erp" })).toEqual(YES);
    expect(await asked({ certificate: "worker", token: bound.token })).toEqual(YES);
    expect(await asked({ token: alone.token })).toEqual(YES);
  });

  it.each<[string, Shown]>([
    ["shows nothing", {}],
    ["has the names in a certificate of another issuer of the same name", { certificate: "forged" }],
    ["has them in one that has expired", { certificate: "expired" }],
    ["has them in one that is for servers", { certificate: "no-client" }],
    ["has the issuer's certificate, and is not named", { certificate: "stranger" }],
    ["has a bound token, and no certificate", { token: bound.token }],
    ["has a bound token, and somebody else's certificate", { certificate: "erp", token: bound.token }],
    ["has a certificate, and not the token that it is bound to", { certificate: "worker" }],
    ["has a token of its own, beside a certificate that does not hold", { certificate: "forged", token: alone.token }],
  ])("V369: is nobody who %s", async (_name, shown) => {
    expect(await asked(shown)).toEqual(NOBODY);
  });

  it.each([
    ["erp", YES],
    ["forged", NOBODY],
  ])("V369: is the same when the session of %s is taken up again", async (certificate, expected) => {
    const session = await sessionOf({ certificate });
    // Nothing is shown this time but the session.
    expect(await asked({ session })).toEqual(expected);
  });

  it("is told to ask in TLS only", async () => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${running.url}health`, { ...identity({}), agent: false }, resolve).on("error", reject);
    });
    answer.resume();
    expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
  });

  // Verifies R-service-settings, V442.
  it("V442: is asked by nobody who read the server's key on its machine", async () => {
    chmodSync(path("erp.key"), 0o640);
    const tls = { certificate: path("erp.pem"), key: path("erp.key") };
    await expect(startService(bareService({ tls }), { host: "127.0.0.1", port: 0 })).rejects.toMatchObject({
      ...{ code: "secrets-mode", place: path("erp.key") },
    });
    chmodSync(path("erp.key"), 0o600);
  });

  // Verifies R-service-client.
  it("is the client of the package by its ca, cert and key, and nobody by the ca alone", async () => {
    const client = (shown: Shown) => createClient({ url: running.url, ...identity(shown) });
    expect((await client({ certificate: "erp" }).get("/v1/queue")).data).toMatchObject({ jobs: { waiting: 0 } });
    await expect(client({}).get("/v1/queue")).rejects.toMatchObject({ status: 401, code: "not-authenticated" });
    const misled = createClient({ url: running.url, ...identity({ certificate: "erp" }), ca: pem("false-ca") });
    await expect(misled.get("/v1/queue")).rejects.toMatchObject({ code: "service-silent" });
  });

  it("is asked in TLS 1.2 or later", async () => {
    const { port } = new URL(running.url);
    const old = connect({
      ...identity({}),
      host: "127.0.0.1",
      port: Number(port),
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
    });
    await expect(secured(old)).rejects.toThrow();
  });
});

function secured(socket: TLSSocket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    socket.on("secureConnect", () => {
      resolve(socket);
    });
    socket.on("error", reject);
  });
}

/** A session that the service began, to be taken up again by whoever has it. */
async function sessionOf(shown: Shown): Promise<Buffer> {
  const socket = connect({ ...identity(shown), host: "127.0.0.1", port: Number(new URL(running.url).port) });
  const session = await new Promise<Buffer>((resolve, reject) => {
    socket.once("session", resolve).on("error", reject);
  });
  socket.destroy();
  return session;
}
