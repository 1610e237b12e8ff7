import type { Readable } from "node:stream";
import type { Static, TSchema } from "typebox";
import type { Caller } from "./caller.ts";
import type { Permission } from "../settings/permissions.ts";
import type { Service } from "./service.ts";

/** Schemas of what a route takes and gives: they validate, they are the types, and the OpenAPI document is made of them. */
export interface RouteSchemas {
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** Of the answer with status 200, 201 or 202. */
  readonly reply: TSchema;
}

/** One part of a request, as its schema says; undefined where there is none. */
type Part<S extends TSchema | undefined> = S extends TSchema ? Static<S> : undefined;

/** A request that was authenticated, authorised and validated. */
export interface Call<R extends RouteSchemas> {
  readonly params: Part<R["params"]>;
  readonly query: Part<R["query"]>;
  readonly body: Part<R["body"]>;
  /** Bytes of a body that is not JSON (`takesBytes`). */
  readonly bytes: Uint8Array;
  /** A header of the request, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly caller: Caller;
  readonly service: Service;
}

/** An answer. 201 and 202 name their `location`; 202 says after how many seconds to ask again. */
export interface Reply<T> {
  readonly status?: 200 | 201 | 202 | 204;
  readonly location?: string;
  readonly retryAfter?: number;
  readonly body: T;
  /** Server-sent events, in place of the body. */
  readonly stream?: Readable;
}

/** One operation of the API. */
export interface Route<R extends RouteSchemas = RouteSchemas> {
  /** Its name in the OpenAPI document and in the client. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `:names` of `params`. */
  readonly path: string;
  readonly permission: Permission;
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  readonly schemas: R;
  /** The body is application/octet-stream, of at most so many bytes. */
  readonly takesBytes?: number;
  /** What is answered is private: no Idempotency-Key has it kept on a disk. */
  readonly isPrivate?: boolean;
  readonly run: (call: Call<R>) => Promise<Reply<Static<R["reply"]>>>;
}

/** Defines a route; its types come from its schemas. */
export function route<R extends RouteSchemas>(definition: Route<R>): Route {
  return definition;
}
