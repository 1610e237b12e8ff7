import {
  JsonRpcProvider,
  keccak256,
  Network,
  type JsonRpcApiProviderOptions,
  type JsonRpcPayload,
  type JsonRpcResult,
  type PerformActionRequest,
} from "ethers";
import { visible } from "../formats/visible.ts";
import { sleep } from "../sleep.ts";

/** A node that gave no answer that can be used, or refused to look at the question. The message says which, and why. */
export class NodeFailure extends Error {
  readonly what: Failure;

  constructor(what: Failure, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "NodeFailure";
    this.what = what;
  }
}

/**
 * `unreachable`: no connection; `silent`: no answer in time; `broken`: no whole JSON-RPC answer, or a server's error;
 * `limited`: too many requests, after all waits; `refused`: HTTP says no (access, address, size).
 */
export const FAILURES = ["unreachable", "silent", "broken", "limited", "refused"] as const;
export type Failure = (typeof FAILURES)[number];

/** How one node is asked. */
export interface Asking {
  readonly url: string;
  /** Milliseconds within which it must answer one request, to the last byte. */
  readonly timeout: number;
  /** Told in a sentence why somebody waits, and of each transaction when it is sent. */
  readonly say: (sentence: string) => void;
  /** Milliseconds within which a transaction must be mined. */
  readonly minedWithin: number;
}

/** How long somebody waits for what was sent, milliseconds, and who is told meanwhile. */
export interface Waiting {
  readonly limit: number;
  readonly say: (sentence: string) => void;
}

/** Milliseconds before a request that a node put off is sent again, each time: six seconds in all. */
const PUT_OFF_WAITS = [100, 200, 400, 800, 1500, 3000];
/** The same after a connection that failed, or an answer that is none. */
const BROKEN_WAITS = [250, 500, 1000];
/** After an answer that did not come in time: whoever waits has waited already. */
const SILENT_WAITS = [1000];

/** Levels of an answer; what is asked for has five at most. */
const DEEPEST = 32;

/** Longest answer, bytes; a longer one is asked for in parts. */
const MOST_BYTES = 2 ** 28;

/** Every request goes by itself: some nodes take no batches. */
const ONE_BY_ONE: JsonRpcApiProviderOptions = { staticNetwork: true, batchMaxCount: 1 };

/**
 * A provider that asks again what a node puts off, and what it answers not at all or not whole. A question for the logs of
 * several blocks it asks once: smaller ones help more.
 */
export class PatientProvider extends JsonRpcProvider {
  readonly #asking: Asking;
  /** Whether what is sent next takes the place of what waits to be mined. */
  ignoresPending = false;

  constructor(asking: Asking, chainId: bigint, options: JsonRpcApiProviderOptions) {
    super(asking.url, Network.from(chainId), { ...ONE_BY_ONE, ...options });
    this.#asking = asking;
  }

  /** Estimates gas after the latest block, and not after what waits to be mined, as some nodes do unless told. */
  override getRpcRequest(request: PerformActionRequest): ReturnType<JsonRpcProvider["getRpcRequest"]> {
    const asked = super.getRpcRequest(request);
    return asked === null || !this.ignoresPending || request.method !== "estimateGas"
      ? asked
      : { ...asked, args: [...(asked.args as unknown[]), "latest"] };
  }

  /** How long to wait for what is sent. */
  get waiting(): Waiting {
    return { limit: this.#asking.minedWithin, say: this.#asking.say };
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const answers: JsonRpcResult[] = [];
    for (const request of [payload].flat()) {
      const answer = await ask(this.#asking, request);
      if (isSending(request.method) && "result" in answer) {
        this.#asking.say(`Transaction ${sentHash(request, answer.result)} is sent, and waits to be mined.`);
      }
      answers.push(answer as JsonRpcResult);
    }
    return answers;
  }
}

/** A JSON-RPC answer to one request. */
type RpcAnswer = { readonly id: number } & ({ readonly result: unknown } | { readonly error: unknown });

/** Asks a node one question, patiently. Errors: `NodeFailure`. What it refuses in JSON-RPC is an answer. */
export async function ask(asking: Asking, request: JsonRpcPayload): Promise<RpcAnswer> {
  const { method } = request;
  let wasLost = false;
  for (let attempt = 0; ; attempt++) {
    let problem: NodeFailure;
    try {
      const answer = await post(asking, request);
      if (wasLost && isSentBefore(request, answer)) return { id: request.id, result: hashOfSent(request) };
      if (!isPutOff(request, answer)) return answer;
      problem = new NodeFailure("limited", `it puts ${method} off: ${wordsOf(answer)}`);
    } catch (error) {
      if (!(error instanceof NodeFailure)) throw error;
      problem = error;
    }
    // What is sent by the node's own key could be sent twice.
    if (problem.what !== "limited" && method === "eth_sendTransaction") throw problem;
    const wait = waitsAfter(problem.what, request)[attempt];
    if (wait === undefined) throw problem;
    if (problem.what === "silent") asking.say(`The node is slow: ${problem.message}; it is asked again.`);
    wasLost ||= problem.what !== "limited";
    await sleep(wait);
  }
}

function waitsAfter(what: Failure, request: JsonRpcPayload): readonly number[] {
  // With that question a connection begins: whoever mistyped an address should not wait.
  if (what === "refused" || (what === "unreachable" && request.method === "eth_chainId")) return [];
  if (what === "limited") return PUT_OFF_WAITS;
  if (what === "unreachable") return BROKEN_WAITS;
  if (isForSeveralBlocks(request)) return [];
  return what === "silent" ? SILENT_WAITS : BROKEN_WAITS;
}

function isForSeveralBlocks({ method, params }: JsonRpcPayload): boolean {
  const [filter] = method === "eth_getLogs" && Array.isArray(params) ? (params as unknown[]) : [];
  if (typeof filter !== "object" || filter === null) return false;
  const { fromBlock, toBlock } = filter as { fromBlock?: unknown; toBlock?: unknown };
  return fromBlock !== toBlock;
}

/** One request over HTTP. */
async function post({ url, timeout }: Asking, request: JsonRpcPayload): Promise<RpcAnswer> {
  let status: number;
  let statusText: string;
  let body: string;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      // Whoever named a node named no other one, least of all one without TLS.
      redirect: "manual",
      signal: AbortSignal.timeout(timeout),
    });
    status = response.status;
    statusText = oneLine(response.statusText);
    const elsewhere = response.headers.get("location");
    if (status >= 300 && status < 400 && elsewhere !== null) {
      const target = URL.parse(elsewhere, url)?.origin ?? "another address";
      throw new NodeFailure("refused", `it redirects to ${oneLine(target)}: name that node if it is meant`);
    }
    body = await textOf(response);
  } catch (error) {
    throw failureOf(error, request.method, timeout);
  }
  const answer = answerIn(body, request.id);
  // Some nodes say with another status than 200 what the answer says.
  const isSaid = status === 200 || (status !== 429 && status <= 500 && isRpcError(answer));
  if (answer !== undefined && isSaid) return whole(request, answer);
  const said = answer === undefined ? excerpt(body) : wordsOf(answer);
  const words = `HTTP ${status} ${statusText}${said === "" ? "" : `, ${said}`}`.trim();
  if (status === 429) throw new NodeFailure("limited", `too many requests (${words})`);
  if (status >= 400 && status < 500) throw new NodeFailure("refused", `it refuses ${request.method} (${words})`);
  if (status >= 500) throw new NodeFailure("broken", `it failed at ${request.method} (${words})`);
  throw new NodeFailure(
    "broken",
    `it gave no JSON-RPC answer to ${request.method}${said === "" ? "" : `, but ${said}`}`,
  );
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  // Not every browser goes through a stream with `for await`.
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.length;
    if (length > MOST_BYTES) {
      await reader?.cancel();
      throw new NodeFailure("broken", `its answer is longer than ${MOST_BYTES} bytes`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function failureOf(error: unknown, method: string, timeout: number): NodeFailure {
  if (error instanceof NodeFailure) return error;
  const { name, cause, message } = error as Error;
  if (name === "TimeoutError") {
    return new NodeFailure("silent", `it did not answer ${method} within ${timeout / 1000} s`, error);
  }
  // "fetch failed" says nothing: the reason is within.
  const inner = cause instanceof Error ? (cause as NodeJS.ErrnoException) : undefined;
  const code = inner?.code ?? "";
  const isCut = message === "terminated" || code === "ECONNRESET" || code === "UND_ERR_SOCKET" || code === "EPIPE";
  const words = inner === undefined ? message : inner.message || code;
  return isCut
    ? new NodeFailure("broken", `it broke off the answer to ${method} (${words})`, error)
    : new NodeFailure("unreachable", words, error);
}

/** The JSON-RPC answer in a body; undefined: there is none to this request. */
function answerIn(body: string, id: number): RpcAnswer | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  if (isDeeper(parsed, DEEPEST)) throw new NodeFailure("broken", `its answer is nested in more than ${DEEPEST} levels`);
  if ("error" in parsed && parsed.error != null) return { id, error: parsed.error };
  return "result" in parsed && "id" in parsed && parsed.id === id ? { id, result: parsed.result } : undefined;
}

/** Whether a value is nested in more levels than so many: whoever walks through it has only so much stack. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

/** Some nodes answer a question for logs that is too large for them with nothing at all. */
function whole({ method }: JsonRpcPayload, answer: RpcAnswer): RpcAnswer {
  if (method !== "eth_getLogs" || !("result" in answer) || Array.isArray(answer.result)) return answer;
  throw new NodeFailure("broken", `its answer to ${method} is no list`);
}

function isRpcError(answer: RpcAnswer | undefined): boolean {
  if (answer === undefined || !("error" in answer)) return false;
  const { error } = answer;
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "number";
}

/** By EIP-1474: limit exceeded. The request was not looked at; nodes say it with status 200, too. */
const LIMIT_EXCEEDED = -32005;
/** Words of limits on requests, and of nodes that are busy or, behind one address, not equally far. */
const TOO_OFTEN = /\brate\b|too many requests|per second|capacity|credits|throttl/i;
const LATER = /busy|overload|temporar|try again|service unavailable/i;
const NOT_YET = /header not found|unknown block|block not found/i;
/** Words of a question that is too large: it will be at any time. */
const TOO_LARGE = /more than|results|range|size|time(d )?out/i;

/** Whether a node says that it would answer at another time. */
function isPutOff(request: JsonRpcPayload, answer: RpcAnswer): boolean {
  if (!("error" in answer)) return false;
  const { error } = answer;
  const words = wordsOf(answer);
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  if (/revert/i.test(words)) return false;
  if (TOO_OFTEN.test(words)) return true;
  // Of many blocks it may be too many logs that are meant: of one block there is no smaller question.
  if (request.method === "eth_getLogs" && (isForSeveralBlocks(request) || TOO_LARGE.test(words))) return false;
  // A block by its name may not be there for good: some chains call none final.
  if (request.method !== "eth_getBlockByNumber" && NOT_YET.test(words)) return true;
  return code === LIMIT_EXCEEDED || LATER.test(words);
}

function isSending(method: string): boolean {
  return method === "eth_sendRawTransaction" || method === "eth_sendTransaction";
}

/** The answer to a transaction that was lost on its first way was lost, too: the node has it. */
function isSentBefore({ method }: JsonRpcPayload, answer: RpcAnswer): boolean {
  return (
    method === "eth_sendRawTransaction" &&
    "error" in answer &&
    /already known|known transaction|already imported|nonce too low/i.test(wordsOf(answer))
  );
}

/** The hash that a node answers to what was sent; of what was signed here it is known. */
function sentHash(request: JsonRpcPayload, result: unknown): string {
  const isHash = typeof result === "string" && /^0x[0-9a-f]{64}$/i.test(result);
  const isOther = request.method === "eth_sendRawTransaction" && result !== hashOfSent(request);
  if (isHash && !isOther) return result;
  throw new NodeFailure("broken", `its answer to ${request.method} is not the transaction's hash`);
}

function hashOfSent({ params }: JsonRpcPayload): string {
  return keccak256(String((params as unknown[])[0]));
}

/** Longest text of a node that is repeated. */
const MOST_SAID = 200;

/** What a node answered in place of a result, in its own words and in quotes. */
function wordsOf(answer: RpcAnswer): string {
  return "error" in answer ? quoted(answer.error) : "";
}

/** The words of a JSON-RPC error, in quotes; the whole error where it has none. */
export function quoted(error: unknown): string {
  const message = typeof error === "object" && error !== null && "message" in error ? error.message : error;
  const text = typeof message === "string" && message !== "" ? message : JSON.stringify(error);
  return `the node says "${oneLine(text)}"`;
}

function excerpt(body: string): string {
  const text = oneLine(body.trim());
  return text === "" ? "" : `"${text}"`;
}

function oneLine(text: string): string {
  return visible(text.slice(0, MOST_SAID).toWellFormed());
}
