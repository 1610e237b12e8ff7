import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { codeOf, environmentError, inputError, refusal } from "../errors.ts";
import { defineCheck, HEX_FIELD, object } from "../formats/document.ts";
import type { SnarkjsProof } from "../formats/snarkjs.ts";
import { visible } from "../formats/visible.ts";
import { decodeUtf8, parseLargeJson } from "../input/json.ts";
import type { CircuitInput } from "../kinds/circuitInput.ts";
import type { JobFailure } from "./queue.ts";

/** Longest answer that is read: an input is some 100 KB. */
const MOST_BYTES = 16 * 2 ** 20;
const TIMEOUT_MS = 30_000;
/**
 * Why a server says no that may soon say yes: another worker may die, and another command ends its writing; and to a worker that gets
 * nothing, where the job is for another one.
 */
const IN_A_MOMENT: ReadonlySet<unknown> = new Set(["job-taken", "locked", "worker-barred"]);
/** The id of no job. */
const NO_JOB = "0".repeat(32);
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The server, and how a worker shows who it is. */
export interface RemoteOptions {
  /** https://..., or http://... of this machine. */
  readonly url: string;
  readonly token?: string | undefined;
  /** PEM: who signed the server's certificate. */
  readonly ca?: Uint8Array | undefined;
  /** PEM: the worker's own certificate and its key. */
  readonly cert?: Uint8Array | undefined;
  readonly key?: Uint8Array | undefined;
  /** Milliseconds in which a call is answered to its last byte. */
  readonly timeout?: number;
}

/** What a server gives for a job. */
export interface GivenInput {
  readonly circuit: string;
  readonly artifact: string;
  readonly input: CircuitInput;
}

/** What came of a call: the answer as JSON, and its problem's code and words if it is one. */
interface Asked {
  readonly status: number;
  readonly answer: unknown;
  readonly code: unknown;
  readonly words: string;
}

const NUMBER = { type: "string", pattern: "^[0-9]{1,78}$" } as const;
const checkGiven = defineCheck<{
  readonly circuit: string;
  readonly artifact: string;
  readonly input: Readonly<Record<string, string | readonly string[]>>;
}>(
  object({
    claim: { type: "string", maxLength: 200 },
    circuit: { type: "string", maxLength: 60 },
    artifact: HEX_FIELD,
    input: {
      type: "object",
      additionalProperties: { anyOf: [NUMBER, { type: "array", maxItems: 100_000, items: NUMBER }] },
    },
  }),
  "input of a job",
  "server-silent",
);

/**
 * A server's jobs, as a worker elsewhere sees them. Errors of every call: `server-refused` (the server says no: there is nothing to do
 * for this job), `server-silent` (no answer, or one that asks for patience: the same call may succeed later).
 */
export class Remote {
  readonly #options: RemoteOptions;

  /** Error `server-address`: what is private goes to no other machine without TLS. */
  constructor(options: RemoteOptions) {
    this.#options = options;
    const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
    if (url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.has(url.hostname))) return;
    throw inputError("A server elsewhere is asked by https only.", { code: "server-address", place: "--server" });
  }

  /**
   * Asks whether this worker may work at all, before it takes jobs that another one could make. Errors: `server-refused` (the server
   * knows it not, or not as a worker), `server-silent`.
   */
  async greet(): Promise<void> {
    const { status, code, words } = await this.#ask("POST", `${NO_JOB}/lease`);
    if (code === "job-unknown") return;
    if (status !== 401 && status !== 403)
      throw environmentError(`The server does not do it now. ${words}`, { code: "server-silent" });
    throw inputError(`The server takes no work of this machine. ${words}`, {
      code: "server-refused",
      remedy:
        "Give the token (--token-file), or the certificate, of a caller that service.json names with the role worker.",
    });
  }

  /** The input of a job, which is this worker's from now on. */
  async take(id: string): Promise<GivenInput> {
    const { circuit, artifact, input } = checkGiven(await this.#call("POST", `${id}/input`), "server");
    const number = (value: string | readonly string[]): bigint | readonly bigint[] =>
      typeof value === "string" ? BigInt(value) : value.map(BigInt);
    const read = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, number(value)]));
    return { circuit, artifact, input: read };
  }

  async renew(id: string): Promise<void> {
    await this.#call("POST", `${id}/lease`);
  }

  async give(id: string, proof: SnarkjsProof): Promise<void> {
    const { protocol, curve, pi_a, pi_b, pi_c } = proof;
    await this.#call("PUT", `${id}/proof`, { protocol, curve, pi_a, pi_b, pi_c });
  }

  async fail(id: string, { code, message }: JobFailure): Promise<void> {
    await this.#call("POST", `${id}/failure`, { code, message: message.slice(0, 500) });
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const { status, answer, code, words } = await this.#ask(method, path, body);
    if (status >= 200 && status < 300) return answer;
    const isFinal = [400, 404, 409, 422].includes(status) && !IN_A_MOMENT.has(code);
    if (isFinal) throw refusal(`The server says no. ${words}`, { code: "server-refused" });
    throw environmentError(`The server does not do it now. ${words}`, { code: "server-silent" });
  }

  async #ask(method: string, path: string, body?: object): Promise<Asked> {
    const { status, text } = await this.#send(method, new URL(`/v1/jobs/${path}`, this.#options.url), body);
    const answer = readAnswer(text);
    const { code, title } = (answer ?? {}) as { code?: unknown; title?: unknown };
    const said = [code, title].filter((text) => typeof text === "string").join(": ");
    return { status, answer, code, words: visible(`(${status}) ${said}`).slice(0, 300) };
  }

  async #send(method: string, url: URL, body?: object): Promise<{ readonly status: number; readonly text: string }> {
    const { token, ca, cert, key, timeout = TIMEOUT_MS } = this.#options;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options = {
      method,
      // Of the whole call: a server that sends a byte now and then holds no worker.
      signal: AbortSignal.timeout(timeout),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      },
      ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
      ...(cert === undefined ? {} : { cert: Buffer.from(cert) }),
      ...(key === undefined ? {} : { key: Buffer.from(key) }),
    };
    try {
      return await new Promise((done, failed) => {
        const begin = url.protocol === "https:" ? requestHttps : requestHttp;
        const sent = begin(url, options, (answer) => {
          readBody(answer).then((read) => done({ status: answer.statusCode ?? 0, text: read }), failed);
        });
        sent.on("error", failed);
        sent.end(text);
      });
    } catch (cause) {
      throw environmentError(`The server does not answer${codeOf(cause)}.`, { code: "server-silent", cause });
    }
  }
}

async function readBody(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Error("too long");
    parts.push(part);
  }
  return decodeUtf8(Buffer.concat(parts), "answer");
}

/** Something in between may answer in words of its own. */
function readAnswer(text: string): unknown {
  try {
    return parseLargeJson(text, "answer");
  } catch {
    return undefined;
  }
}
