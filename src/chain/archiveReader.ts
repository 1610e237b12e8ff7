import { createHash } from "node:crypto";
import { crc32, inflateRawSync } from "node:zlib";
import type { JsonRpcApiProvider, JsonRpcError, JsonRpcPayload, JsonRpcResult } from "ethers";
import { environmentError, inputError, type BatchproofError } from "../errors.ts";
import { visible } from "../formats/visible.ts";
import {
  AnsweredProvider,
  ARCHIVED_NODES,
  isUnbounded,
  lineHash,
  LONGEST_LINE,
  MOST_ENTRIES,
  MOST_UNPACKED,
  questionOf,
  type Again,
  type ArchivedAnswer,
  type ArchivedNode,
  type ArchiveSum,
} from "./archiveForm.ts";
import { FAILURES, NodeFailure } from "./jsonRpc.ts";

/** Members that are kept inflated: answers are asked for again in nearly the order in which they were given. */
const KEPT = 4;

/** The first bytes of a member: gzip, no names, no time. The tenth, the system that packed it, may be any. */
const MEMBER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
const MEMBER_HEADER = 10;
const MEMBER_TRAILER = 8;

/** A question: the numbers of its answers in their order, the last one's hash, and how many of them were given again. */
interface Asked {
  readonly entries: number[];
  hash: string;
  given: number;
}

/**
 * The answers of an archive, which lies packed in memory. To the same question the answers come in the order in which they were
 * given, the last of them as often as one asks. A question that has none ends all answers (`archive-missing`, exit 3): who
 * passes over one must not go on with the others.
 */
export class Archive {
  /** The first line, which is the caller's to check. */
  readonly header: object & ArchiveSum;
  readonly #bytes: Buffer;
  readonly #file: string;
  /** Where each member begins and ends. */
  readonly #members: (readonly [from: number, to: number])[] = [];
  /** The question of each entry, by its number; undefined: one that repeats an answer. */
  readonly #entries: (Asked | undefined)[] = [];
  /** The number of each member's first entry. */
  readonly #firsts: number[] = [];
  /** By the hash of the question: a file decides how long its questions are. */
  readonly #asked = new Map<string, Asked>();
  readonly #kept = new Map<number, readonly Buffer[]>();
  #missing: BatchproofError | undefined;

  /**
   * Reads an archive, whole. Errors (exit 2): `archive` for what is damaged, cut off, longer or deeper than any archive, or
   * says something twice.
   * @param file its path, for errors
   */
  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.header = this.#readAll();
  }

  /** A provider that answers as a node did. */
  of(node: ArchivedNode, chainId: bigint): JsonRpcApiProvider {
    return new AnsweredProvider(chainId, (request) => Promise.resolve().then(() => this.#answer(node, request)));
  }

  #readAll(): object & ArchiveSum {
    const hash = createHash("sha256");
    let header: (object & ArchiveSum) | undefined;
    let inflated = 0;
    for (let at = 0; at < this.#bytes.length;) {
      const { text, end } = this.#inflated(at);
      inflated += text.length;
      if (inflated > MOST_UNPACKED) throw this.#refuse(`Unpacked, it has more than ${MOST_UNPACKED} bytes.`);
      const lines = this.#linesIn(text);
      if (header === undefined) header = this.#headerIn(lines);
      else {
        hash.update(text);
        this.#members.push([at, end]);
        this.#firsts.push(this.#entries.length);
        if (this.#entries.length + lines.length > header.entries) throw this.#refuse("Something follows its end.");
        for (const bytes of lines) this.#entries.push(this.#entryOf(bytes));
      }
      at = end;
    }
    if (header === undefined || this.#entries.length < header.entries) throw this.#refuse("It is cut off.");
    if (hash.digest("hex") !== header.sha256) throw this.#refuse("It is damaged: its lines have another sha256.");
    return header;
  }

  /** One member of the file, and where it ends. */
  #inflated(at: number): { text: Buffer; end: number } {
    const from = at + MEMBER_HEADER;
    if (!this.#bytes.subarray(at, at + MEMBER.length).equals(MEMBER)) throw this.#refuse("This is no archive.");
    let text: Buffer;
    let end: number;
    try {
      const packed = this.#bytes.subarray(from);
      const { buffer, engine } = inflateRawSync(packed, {
        info: true,
        maxOutputLength: 2 * LONGEST_LINE,
      }) as unknown as {
        readonly buffer: Buffer;
        readonly engine: { readonly bytesWritten: number };
      };
      [text, end] = [buffer, from + engine.bytesWritten];
    } catch {
      throw this.#refuse(`It is damaged or cut off, or a part of it has more than ${2 * LONGEST_LINE} bytes unpacked.`);
    }
    if (end + MEMBER_TRAILER > this.#bytes.length) throw this.#refuse("It is cut off.");
    const isWhole = this.#bytes.readUInt32LE(end) === crc32(text) && this.#bytes.readUInt32LE(end + 4) === text.length;
    if (!isWhole) throw this.#refuse("It is damaged.");
    return { text, end: end + MEMBER_TRAILER };
  }

  /** Errors `archive`: an empty member, a line without an end or too long, or nested too deeply to be parsed in bounded memory. */
  #linesIn(text: Buffer): readonly Buffer[] {
    const lines: Buffer[] = [];
    for (let start = 0; start < text.length;) {
      const end = text.indexOf(10, start);
      if (end < 0) throw this.#refuse("One of its lines has no end.");
      const line = text.subarray(start, end);
      if (line.length > LONGEST_LINE) throw this.#refuse(`One of its lines has more than ${LONGEST_LINE} bytes.`);
      if (isUnbounded(line)) throw this.#refuse("One of its lines is nested too deeply, or has too many parts.");
      lines.push(line);
      start = end + 1;
    }
    if (lines.length === 0) throw this.#refuse("A part of it is empty.");
    return lines;
  }

  #headerIn([first, ...others]: readonly Buffer[]): object & ArchiveSum {
    const header = this.#parsed(first ?? Buffer.alloc(0));
    if (others.length > 0 || !isSummed(header)) throw this.#refuse("This is no archive.");
    if (header.entries > MOST_ENTRIES) throw this.#refuse(`It has more than ${MOST_ENTRIES} lines.`);
    return header;
  }

  /** The question of the next entry. Undefined: it repeats an answer. */
  #entryOf(bytes: Buffer): Asked | undefined {
    const number = this.#entries.length;
    const value = this.#parsed(bytes);
    if (isAgain(value)) {
      const before = this.#entries[value.again];
      // Whoever writes repeats the last answer to a question; of an older one the hash is not kept.
      if (before?.entries.at(-1) !== value.again)
        throw this.#refuse(`Line ${number + 2} repeats what it does not hold.`);
      before.entries.push(value.again);
      return undefined;
    }
    if (!isAnswer(value)) throw this.#refuse(`Line ${number + 2} is no answer of a node.`);
    const question = lineHash(questionOf(value));
    const hash = lineHash(bytes);
    const asked = this.#asked.get(question);
    if (asked === undefined) {
      // A list of one takes less memory than one that grew to it.
      const first = { entries: [number], hash, given: 0 };
      this.#asked.set(question, first);
      return first;
    }
    if (asked.hash === hash) throw this.#refuse(`Line ${number + 2} stands there twice.`);
    asked.entries.push(number);
    asked.hash = hash;
    return asked;
  }

  #answerAt(number: number): ArchivedAnswer {
    const member = this.#memberOf(number);
    const value = this.#parsed(this.#linesOf(member)[number - (this.#firsts[member] ?? 0)] ?? Buffer.alloc(0));
    if (!isAnswer(value)) throw this.#refuse(`Line ${number + 2} is no answer of a node.`);
    return value;
  }

  /** The last member that begins at this entry, or before it. */
  #memberOf(number: number): number {
    let [low, high] = [0, this.#firsts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#firsts[middle] ?? 0) <= number) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #linesOf(member: number): readonly Buffer[] {
    const kept = this.#kept.get(member);
    this.#kept.delete(member);
    const [from] = this.#members[member] ?? [0];
    const lines = kept ?? this.#linesIn(this.#inflated(from).text);
    this.#kept.set(member, lines);
    for (const oldest of this.#kept.keys()) if (this.#kept.size > KEPT) this.#kept.delete(oldest);
    return lines;
  }

  #answer(node: ArchivedNode, { id, method, params }: JsonRpcPayload): JsonRpcResult | JsonRpcError {
    if (this.#missing !== undefined) throw this.#missing;
    const asked = this.#asked.get(lineHash(questionOf({ node, method, params: params as readonly unknown[] })));
    if (asked === undefined) throw (this.#missing = missing(this.#file, node, method, params));
    const answer = this.#answerAt(asked.entries[Math.min(asked.given++, asked.entries.length - 1)] ?? 0);
    if ("failure" in answer) throw new NodeFailure(answer.failure.what, visible(answer.failure.message));
    return ("error" in answer ? { id, error: answer.error } : { id, result: answer.result }) as
      JsonRpcResult | JsonRpcError;
  }

  #parsed(line: Buffer): unknown {
    try {
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line)) as unknown;
    } catch {
      throw this.#refuse("One of its lines is no JSON.");
    }
  }

  #refuse(problem: string): BatchproofError {
    return refusedArchive(this.#file, problem);
  }
}

/** An archive that cannot be read (`archive`, exit 2). */
export function refusedArchive(file: string, problem: string): BatchproofError {
  return inputError(`The archive is refused. ${problem}`, {
    place: file,
    code: "archive",
    remedy: "Take it once more from where it was filed, and compare its sha256.",
  });
}

function missing(file: string, node: ArchivedNode, method: string, params: unknown): BatchproofError {
  const asked = visible(JSON.stringify(params));
  return environmentError(
    `The archive has no answer of the ${node} node to ${visible(method)} ${asked}. Nothing can be concluded from it.`,
    {
      place: file,
      code: "archive-missing",
      remedy: "Read it with the version of batchproof that its header names, or make it anew from a node.",
    },
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSummed(value: unknown): value is object & ArchiveSum {
  if (!isRecord(value)) return false;
  const { entries, sha256 } = value;
  return Number.isSafeInteger(entries) && Number(entries) >= 0 && typeof sha256 === "string";
}

function isAgain(value: unknown): value is Again {
  return isRecord(value) && Object.keys(value).length === 1 && Number.isSafeInteger(value["again"]);
}

function isAnswer(value: unknown): value is ArchivedAnswer {
  if (!isRecord(value)) return false;
  const { node, method, params, ...outcome } = value;
  const isQuestion =
    ARCHIVED_NODES.some((each) => each === node) && typeof method === "string" && Array.isArray(params);
  const [name, ...others] = Object.keys(outcome);
  if (!isQuestion || others.length > 0) return false;
  return name === "result" || name === "error" || (name === "failure" && isFailure(outcome[name]));
}

function isFailure(value: unknown): boolean {
  return isRecord(value) && FAILURES.some((what) => what === value["what"]) && typeof value["message"] === "string";
}
