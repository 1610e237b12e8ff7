import { createHash } from "node:crypto";
import { JsonRpcApiProvider, Network, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import type { Failure } from "./jsonRpc.ts";

/**
 * An archive keeps a conversation with nodes: every question that was asked, and what was answered. It is JSON, a document a
 * line: first the header, with number and sha256 of the lines that follow, then the answers in the order in which they came.
 * The lines lie in members of one gzip file, so that one is read without those before it, and any gzip program reads all.
 * The hash finds damage, not a forger.
 */

/** Longest line, bytes: a node that answers more is asked for less. */
export const LONGEST_LINE = 2 ** 25;
/** Answers, repeated ones too: `Archive` takes up to 300 bytes of memory for each. */
export const MOST_ENTRIES = 2_000_000;
/** Bytes of all lines, and of the file, which is their packed form. */
export const MOST_UNPACKED = 2 ** 34;
export const MOST_PACKED = 2 ** 30;
/** Bytes of lines after which a member of the gzip file is full. */
export const FULL_MEMBER = 2 ** 20;

/** Of one line: what an answer has at most, far above what any has. */
const MOST_HOLDERS = 1_000_000;
/** Levels of a line: those of an answer, and two around it. */
const DEEPEST = 34;

/** What the header says of the lines that follow it, besides what the caller puts there. */
export interface ArchiveSum {
  readonly entries: number;
  /** sha256 of them, each with its line end, hex. */
  readonly sha256: string;
}

/** Whom a question was put to: the node that is read, or the one that it is compared with. */
export const ARCHIVED_NODES = ["first", "second"] as const;
export type ArchivedNode = (typeof ARCHIVED_NODES)[number];

/** What became of a question: an answer of JSON-RPC, or none that could be used (`NodeFailure`). */
export type Outcome =
  | { readonly result: unknown }
  | { readonly error: unknown }
  | { readonly failure: { readonly what: Failure; readonly message: string } };

/** A question and what became of it. */
export type ArchivedAnswer = Outcome & {
  readonly node: ArchivedNode;
  readonly method: string;
  readonly params: readonly unknown[];
};

/** The answer of that number, from 0, was given to the same question once more. */
export interface Again {
  readonly again: number;
}

/** What makes two questions the same one. */
export function questionOf({ node, method, params }: Pick<ArchivedAnswer, "node" | "method" | "params">): string {
  return JSON.stringify([node, method, params]);
}

/** sha256 of a line, a byte a letter, as it takes the least memory: of a question's last answer no more is kept. */
export function lineHash(line: string | Uint8Array): string {
  return createHash("sha256").update(line).digest().toString("latin1");
}

/** Whether a line of JSON is nested in more levels, or has more objects and lists, than is parsed in bounded memory. */
export function isUnbounded(line: Uint8Array): boolean {
  let [depth, holders, isText] = [0, 0, false];
  for (let at = 0; at < line.length; at++) {
    const byte = line[at];
    if (isText) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > DEEPEST || ++holders > MOST_HOLDERS) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}

/** A provider whose questions a function answers; every request goes by itself, and nothing is remembered. */
export class AnsweredProvider extends JsonRpcApiProvider {
  readonly #answer: (request: JsonRpcPayload) => Promise<JsonRpcResult | JsonRpcError>;

  constructor(chainId: bigint, answer: (request: JsonRpcPayload) => Promise<JsonRpcResult | JsonRpcError>) {
    const options = { staticNetwork: true, batchMaxCount: 1, batchStallTime: 0, cacheTimeout: -1 };
    super(Network.from(chainId), options);
    this.#answer = answer;
  }

  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    this._start();
    return (await super.send(method, params)) as unknown;
  }

  override _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    return Promise.all([payload].flat().map(this.#answer));
  }
}
