import { createHash } from "node:crypto";
import { join } from "node:path";
import { BatchproofError, inputError } from "../errors.ts";
import { defineCheck, documentText, hexBytes, object } from "../formats/document.ts";
import { writeFileAtomically } from "../input/files.ts";
import { parseLargeJson, readJsonText } from "../input/json.ts";
import { AnswerQuota, type Quota } from "./answerQuota.ts";
import type { Reply } from "./route.ts";

/** How long an answer is kept, in seconds. */
const KEPT = 24 * 3600;
/** One call a second of one caller, all day. */
const MOST_KEPT: Quota = { answers: 100_000, bytes: 2 ** 28 };
const MOST_BYTES = 2 ** 26;
/** Visible ASCII. */
const KEY = /^[\x21-\x7e]{1,255}$/;
const FORMAT = "batchproof-answer/1";

/** What a key was sent with. */
export interface KeyedRequest {
  readonly caller: string;
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  /** SHA-256 of the body. */
  readonly body: string;
}

/** Runs a request once for one key: whoever sends it again gets the first answer. */
export type Once = (
  key: string,
  request: KeyedRequest,
  run: () => Promise<Reply<unknown>>,
) => Promise<{ readonly reply: Reply<unknown>; readonly again: boolean }>;

interface KeptAnswer {
  readonly format: typeof FORMAT;
  readonly request: string;
  /** Unix seconds. */
  readonly at: number;
  readonly reply: Reply<unknown>;
}

const checkAnswer = defineCheck<KeptAnswer>(
  object({
    format: { const: FORMAT },
    request: hexBytes(32),
    at: { type: "integer", minimum: 0 },
    reply: object(
      {
        status: { enum: [200, 201, 202, 204] },
        location: { type: "string" },
        retryAfter: { type: "integer", minimum: 0 },
        body: {},
      },
      ["status", "location", "retryAfter", "body"],
    ),
  }),
  `${FORMAT} file`,
  "service-data",
);

/**
 * Keeps answers in `folder` for a day. Only what was done is kept: what was refused changed nothing and may be tried again with the
 * same key, and so may what was killed. Errors of what is given back: `request` (no such key), `idempotency-differs`,
 * `idempotency-running`, `idempotency-quota` (before anything is run), those of `run`.
 * @param now Unix seconds
 */
export function keepAnswers(folder: string, now: () => number, most: Quota = MOST_KEPT): Once {
  const running = new Map<string, string>();
  const quota = new AnswerQuota(folder, most, KEPT);
  return async (key, request, run) => {
    if (!KEY.test(key)) {
      throw inputError("This is no Idempotency-Key.", { code: "request", place: "header#/idempotency-key" });
    }
    const path = join(folder, sha256([request.caller]), `${sha256([key])}.json`);
    const digest = sha256([request.caller, request.method, request.url, request.body]);
    const first = running.get(path);
    if (first !== undefined) throw first === digest ? stillRunning() : differs();
    running.set(path, digest);
    try {
      const kept = await keptAt(path, now());
      if (kept !== undefined) {
        if (kept.request !== digest) throw differs();
        return { reply: kept.reply, again: true };
      }
      const release = await quota.take(path, now());
      try {
        const reply = await run();
        const answer = documentText({ format: FORMAT, request: digest, at: now(), reply } satisfies KeptAnswer);
        await writeFileAtomically(path, answer, { mode: 0o600 });
        quota.keep(path, Buffer.byteLength(answer));
        return { reply, again: false };
      } catch (error) {
        release();
        throw error;
      }
    } finally {
      running.delete(path);
    }
  };
}

/** An answer that still counts. Error `service-data`: the file is damaged. */
async function keptAt(path: string, now: number): Promise<KeptAnswer | undefined> {
  try {
    const kept = checkAnswer(parseLargeJson(await readJsonText(path, { limit: MOST_BYTES }), path), path);
    return now - kept.at > KEPT ? undefined : kept;
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "file-missing") return undefined;
    throw error;
  }
}

/** Lists of texts that differ anywhere have different hashes. */
function sha256(texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}

function differs(): BatchproofError {
  return inputError("This Idempotency-Key came with another request before.", { code: "idempotency-differs" });
}

function stillRunning(): BatchproofError {
  return inputError("The first request with this Idempotency-Key is still worked on.", { code: "idempotency-running" });
}
