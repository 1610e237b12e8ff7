import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { JsonRpcApiProvider, JsonRpcError, JsonRpcPayload, JsonRpcResult } from "ethers";
import { inputError, type BatchproofError } from "../errors.ts";
import {
  AnsweredProvider,
  FULL_MEMBER,
  isUnbounded,
  lineHash,
  LONGEST_LINE,
  MOST_ENTRIES,
  MOST_PACKED,
  MOST_UNPACKED,
  questionOf,
  type ArchivedNode,
  type ArchiveSum,
  type Outcome,
} from "./archiveForm.ts";
import { NodeFailure } from "./jsonRpc.ts";

/** What an archive has at most, so that somebody can read it. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Bytes of all lines, and of the file. */
  readonly unpacked: number;
  readonly packed: number;
}

const LIMITS: ArchiveLimits = { entries: MOST_ENTRIES, unpacked: MOST_UNPACKED, packed: MOST_PACKED };
/** Bytes kept free for the header, whose lists of names and texts its reader bounds by one line. */
const HEADER = LONGEST_LINE;

/**
 * Keeps what nodes answer. In memory is what is written, packed, and of each question the hash of its last answer. What would
 * be more than a reader takes ends it: every further question, and `finish`, throw `archive-size` (exit 2).
 */
export class Recording {
  readonly #limits: ArchiveLimits;
  readonly #members: Uint8Array[] = [];
  readonly #sum = createHash("sha256");
  readonly #last = new Map<string, { readonly entry: number; readonly hash: string }>();
  #lines: string[] = [];
  #size = 0;
  #entries = 0;
  #unpacked = 0;
  #packed = 0;
  #full: BatchproofError | undefined;

  constructor(limits: ArchiveLimits = LIMITS) {
    this.#limits = limits;
  }

  /** A provider that asks another one, and keeps what it answers. */
  of(provider: JsonRpcApiProvider, chainId: bigint, node: ArchivedNode): JsonRpcApiProvider {
    return new AnsweredProvider(chainId, (request) => this.#asked(provider, node, request));
  }

  /** The archive, in parts. Nothing is kept after that. `header`: a JSON document, of which the format is the caller's. */
  finish(header: object): readonly Uint8Array[] {
    this.#pack();
    if (this.#full !== undefined) throw this.#full;
    const sum: ArchiveSum = { entries: this.#entries, sha256: this.#sum.digest("hex") };
    const line = `${JSON.stringify({ ...header, ...sum })}\n`;
    if (Buffer.byteLength(line) > HEADER) throw (this.#full = tooLarge("header"));
    return [gzipSync(line), ...this.#members];
  }

  async #asked(
    provider: JsonRpcApiProvider,
    node: ArchivedNode,
    request: JsonRpcPayload,
  ): Promise<JsonRpcResult | JsonRpcError> {
    if (this.#full !== undefined) throw this.#full;
    try {
      const [answer] = await provider._send(request);
      if (answer === undefined) throw new NodeFailure("broken", `it gave no answer to ${request.method}`);
      this.#keep(node, request, "error" in answer ? { error: answer.error } : { result: answer.result as unknown });
      return answer;
    } catch (error) {
      if (!(error instanceof NodeFailure)) throw error;
      // What follows a failure, such as a smaller question, follows it again when the archive is read.
      this.#keep(node, request, { failure: { what: error.what, message: error.message } });
      throw error;
    }
  }

  #keep(node: ArchivedNode, { method, params }: JsonRpcPayload, outcome: Outcome): void {
    const question = lineHash(questionOf({ node, method, params: params as readonly unknown[] }));
    const line = JSON.stringify({ node, method, params, ...outcome });
    // What a reader would refuse must not be kept: it would be found out when the node is long gone.
    if (line.length > LONGEST_LINE || Buffer.byteLength(line) > LONGEST_LINE) {
      throw new NodeFailure("broken", `its answer to ${method} is longer than the ${LONGEST_LINE} bytes of an archive`);
    }
    if (isUnbounded(Buffer.from(line))) {
      throw new NodeFailure(
        "broken",
        `its answer to ${method} is nested too deeply for an archive, or has too many parts`,
      );
    }
    const hash = lineHash(line);
    const last = this.#last.get(question);
    if (last?.hash === hash) this.#add(JSON.stringify({ again: last.entry }));
    else {
      this.#last.set(question, { entry: this.#entries, hash });
      this.#add(line);
    }
    this.#entries++;
    if (this.#entries > this.#limits.entries) throw (this.#full = tooLarge(`${this.#limits.entries} answers`));
  }

  #add(line: string): void {
    this.#lines.push(`${line}\n`);
    this.#size += line.length + 1;
    if (this.#size >= FULL_MEMBER) this.#pack();
  }

  #pack(): void {
    if (this.#lines.length === 0) return;
    const text = this.#lines.join("");
    this.#sum.update(text);
    const member = gzipSync(text);
    this.#members.push(member);
    [this.#lines, this.#size] = [[], 0];
    this.#unpacked += Buffer.byteLength(text);
    this.#packed += member.length;
    const { unpacked, packed } = this.#limits;
    if (this.#unpacked > unpacked - HEADER) this.#full = tooLarge(`${unpacked} bytes unpacked`);
    if (this.#packed > packed - HEADER) this.#full = tooLarge(`${packed} bytes`);
  }
}

function tooLarge(most: string): BatchproofError {
  return inputError(`What the nodes answer is more than an archive holds: ${most}.`, { code: "archive-size" });
}
