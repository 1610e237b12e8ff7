import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { Remote, type RemoteOptions } from "../../src/queue/remote.ts";
import { refusedAsync } from "../input/refused.ts";
import { temporaryFolder } from "../parties/support.ts";
import { authority } from "../support/authority.ts";
import { releaseAfterFile } from "../support/release.ts";

const folder = temporaryFolder();
const ID = "0".repeat(32);
const GIVEN = { claim: "c", circuit: "custody", artifact: `0x${"1".repeat(64)}`, input: { a: "1", b: ["2", "3"] } };

const answering =
  (status: number, text: string): RequestListener =>
  (_, answer) => {
    answer.writeHead(status, { location: "http://127.0.0.1:1/" }).end(text);
  };

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  releaseAfterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function remote(listener: RequestListener, options: Partial<RemoteOptions> = {}): Promise<Remote> {
  return new Remote({ url: `http://127.0.0.1:${await portOf(createHttp(listener))}`, token: "t", ...options });
}

/** The code of what a server's answer makes of asking for an input. */
async function codeOf(status: number, text: string): Promise<string | undefined> {
  return (await refusedAsync((await remote(answering(status, text))).take(ID))).code;
}

describe("a server, as a worker sees it", () => {
  it("gives an input", async () => {
    const server = await remote(answering(200, JSON.stringify(GIVEN)));
    const { circuit, input } = await server.take(ID);
    expect([circuit, input]).toEqual(["custody", { a: 1n, b: [2n, 3n] }]);
  });

  it("says no for good, or is asked again: nothing else is made of an answer", async () => {
    const problem = (code: string): string => JSON.stringify({ code, title: "x" });
    for (const status of [400, 404, 409, 422])
      expect(await codeOf(status, problem("job-state"))).toBe("server-refused");
    for (const code of ["job-taken", "worker-barred"]) expect(await codeOf(409, problem(code))).toBe("server-silent");
    for (const status of [301, 302, 401, 403, 429, 500, 503])
      expect(await codeOf(status, "<html>")).toBe("server-silent");
    for (const text of ["", "<html>", "{}", JSON.stringify({ ...GIVEN, input: { a: "-1" } })]) {
      expect(await codeOf(200, text)).toBe("server-silent");
    }
    expect(await codeOf(200, JSON.stringify({ ...GIVEN, more: "a".repeat(17 * 2 ** 20) }))).toBe("server-silent");
  });

  it("says whether a worker may work, before that takes a job", async () => {
    const greeting = async (status: number, code: string): Promise<string | undefined> => {
      const server = await remote(answering(status, JSON.stringify({ code, title: "x" })));
      return await server.greet().then(
        () => "may",
        (error: unknown) => (error as { code?: string }).code,
      );
    };
    expect(await greeting(404, "job-unknown")).toBe("may");
    for (const status of [401, 403]) expect(await greeting(status, "not-allowed")).toBe("server-refused");
    for (const status of [200, 404, 429, 503]) expect(await greeting(status, "not-found")).toBe("server-silent");
    const { message } = await refusedAsync(new Remote({ url: "http://127.0.0.1:1" }).greet());
    expect(message).toBe("The server does not answer (ECONNREFUSED).");
  });

  it("shows its words without what a terminal would obey", async () => {
    const title = "\u001b[2Jgone";
    const server = await remote(answering(404, JSON.stringify({ code: "not-found", title })));
    expect((await refusedAsync(server.take(ID))).message).not.toContain("\u001b");
  });

  it("holds no worker that is dead, silent, or sends a byte now and then", async () => {
    const port = await portOf(createHttp());
    const dead = createHttp();
    const gone = await portOf(dead);
    await new Promise((closed) => dead.close(closed));
    expect((await refusedAsync(new Remote({ url: `http://127.0.0.1:${gone}` }).take(ID))).code).toBe("server-silent");
    const silent = new Remote({ url: `http://127.0.0.1:${port}`, timeout: 300 });
    expect((await refusedAsync(silent.take(ID))).code).toBe("server-silent");
    const dripping = await remote(
      (_, answer) => {
        answer.writeHead(200);
        const drip = setInterval(() => answer.write(" "), 50);
        answer.on("close", () => clearInterval(drip));
      },
      { timeout: 500 },
    );
    expect((await refusedAsync(dripping.take(ID))).code).toBe("server-silent");
  });

  it("V396: is believed by the certificate of its own issuer only, and asks for the worker's", async () => {
    const [own, other] = [authority(folder, "own"), authority(folder, "other")];
    const { cert, key } = own.issue("server");
    const worker = own.issue("worker");
    const server = createHttps(
      { ca: own.ca, cert, key, requestCert: true, rejectUnauthorized: true },
      answering(200, JSON.stringify(GIVEN)),
    );
    const url = `https://127.0.0.1:${await portOf(server)}`;
    const take = (options: Partial<RemoteOptions>): Promise<unknown> => new Remote({ url, ...options }).take(ID);
    expect(await take({ ca: own.ca, ...worker })).toMatchObject({ circuit: "custody" });
    for (const options of [
      { ca: own.ca },
      { ca: own.ca, ...other.issue("worker") },
      { ca: other.ca, ...worker },
      { ...worker },
    ]) {
      expect((await refusedAsync(take(options))).code).toBe("server-silent");
    }
  });
});
