import type { Failure } from "../../src/desk/failure.ts";
import { BatchproofError, environmentError } from "../../src/errors.ts";
import { SITE_PATHS, type SiteConfig } from "../../src/site/api.ts";

/** Asks the program that serves the page. Whatever goes wrong, there is no answer: nothing here makes up one. */

/** Milliseconds for an answer. The program gives a node twenty seconds for each question. */
const ANSWERED_WITHIN = 60_000;

/** What the page was served for. Errors: `unreachable`. */
export async function siteConfig(): Promise<SiteConfig> {
  return (await answered(await sent(SITE_PATHS.config))) as SiteConfig;
}

/**
 * Asks a question, and gives the answer. Errors: what the program refused it with, `unreachable` if it does not answer in time.
 * @param within milliseconds
 */
export async function ask<Answer>(
  path: (typeof SITE_PATHS)[keyof typeof SITE_PATHS],
  question: object,
  within = ANSWERED_WITHIN,
): Promise<Answer> {
  const body = JSON.stringify(question);
  const headers = { "content-type": "application/json" };
  return (await answered(await sent(path, { method: "POST", headers, body }, within))) as Answer;
}

/** What became of a question: nothing yet, or an answer, or why there is none. */
export type Outcome<Answer> =
  | { readonly step: "open" }
  | { readonly step: "asking" }
  | { readonly step: "done"; readonly answer?: Answer; readonly error?: unknown };

/** Waits for an answer, or for why there is none. */
export async function outcomeOf<Answer>(answer: () => Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { step: "done", answer: await answer() };
  } catch (error) {
    return { step: "done", error };
  }
}

async function sent(path: string, init: RequestInit = {}, within = ANSWERED_WITHIN): Promise<Response> {
  try {
    return await fetch(path, { ...init, signal: AbortSignal.timeout(within) });
  } catch (cause) {
    throw silent(cause);
  }
}

async function answered(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch((cause: unknown) => {
    throw silent(cause);
  });
  if (response.ok) return body;
  const { kind, code, message, place, remedy } = body as Failure;
  throw new BatchproofError(kind, message, {
    ...{ code: code ?? undefined, place: place ?? undefined, remedy: remedy ?? undefined },
  });
}

function silent(cause: unknown): BatchproofError {
  return environmentError("The program that serves this page does not answer.", {
    ...{ code: "unreachable", place: location.origin, remedy: "Start `batchproof site` again.", cause },
  });
}
