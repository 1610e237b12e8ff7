// Its types say that a route may be left out of the document.
import type {} from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { inputError } from "../errors.ts";
import { PAGE_HEADERS, pageFiles, type Served } from "../desk/serve.ts";

/** Where the page of the queue is. */
export const DASHBOARD_PATH = "/dashboard/";

/**
 * Serves the page of the queue. It is the same for everybody and holds nothing of a batch: what it shows it asks the API for, as
 * whoever reads it.
 */
export function addDashboard(app: FastifyInstance): void {
  let files: Map<string, Served> | undefined;
  app.get(`${DASHBOARD_PATH}*`, { schema: { hide: true } }, async (request, reply) => {
    // A service whose page was not built serves everything else.
    files ??= pageFiles("dashboard", DASHBOARD_PATH);
    const file = files.get(request.url);
    if (file === undefined) throw inputError("There is nothing here.", { code: "not-found" });
    return reply.headers(PAGE_HEADERS).type(file.type).send(file.body);
  });
}
