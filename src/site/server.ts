import type { ServerResponse } from "node:http";
import { failureOf, type Failure } from "../desk/failure.ts";
import { jsonBody, Refused, servePage, type PageServer, type Responder } from "../desk/serve.ts";
import type { ErrorKind } from "../errors.ts";
import { visible } from "../formats/visible.ts";
import { parseJson, type JsonValue } from "../input/json.ts";
import { SITE_PATHS, type SiteConfig } from "./api.ts";

/** What is asked below the page's own address. */
export type SitePath = Exclude<(typeof SITE_PATHS)[keyof typeof SITE_PATHS], typeof SITE_PATHS.config>;
/** Answers a question, which is any JSON. Errors say why there is no answer. */
export type Answerer = (question: JsonValue) => Promise<object>;

/** What the page of a site is served for. */
export interface SiteOptions {
  readonly config: SiteConfig;
  readonly answers: Readonly<Partial<Record<SitePath, Answerer>>>;
  /** Texts that stand in no answer: where folders are, the whole address of a node. */
  readonly secrets: readonly string[];
  /** 0: any free one. */
  readonly port: number;
}

/** Longest question, bytes: a credential or a signed standing, as a file is. */
const MOST_ASKED = 2 ** 20;

/** The page alone sees a camera, and no page within it. */
const PERMISSIONS = "camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), payment=()";

const STATUS: Readonly<Record<ErrorKind, number>> = { no: 422, input: 400, environment: 503, internal: 500 };

/** Serves the page of a site, and answers it, until it is closed. Errors: those of `servePage`. */
export function startSite({ config, answers, secrets, port }: SiteOptions): Promise<PageServer> {
  // The longest first: what is left of one folder within another would be told.
  const hidden = [...secrets].sort((a, b) => b.length - a.length);
  const asked = Object.entries(answers).map(([path, answerer]) => [path, responder(answerer, hidden)] as const);
  return servePage({
    page: "site",
    told: { [SITE_PATHS.config]: config },
    asked: Object.fromEntries(asked),
    permissions: PERMISSIONS,
    port,
  });
}

function responder(answerer: Answerer, secrets: readonly string[]): Responder {
  return async (request, response) => {
    try {
      const question = parseJson(Buffer.from(await jsonBody(request, MOST_ASKED)), "question");
      answer(response, 200, await answerer(question));
    } catch (error) {
      if (error instanceof Refused) answer(response, error.status, refusedBecause(error));
      else answerFailure(response, failureOf(error), secrets);
    }
  };
}

function answer(response: ServerResponse, status: number, document: object): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(JSON.stringify(document));
}

function refusedBecause({ message }: Refused): Failure {
  return { kind: "input", code: null, message, place: null, remedy: null };
}

/** Errors are worded for whoever typed a command: of them the page is told what names no place of this machine. */
function answerFailure(response: ServerResponse, failure: Failure, secrets: readonly string[]): void {
  const told = (text: string): string => visible(secrets.reduce((left, secret) => left.replaceAll(secret, "…"), text));
  const { kind, code, message, place, remedy } = failure;
  answer(response, STATUS[kind], {
    ...{ kind, code, message: told(message) },
    place: place === null ? null : told(place),
    remedy: remedy === null ? null : told(remedy),
  } satisfies Failure);
}
