import type { FastifyInstance } from "fastify";
import { buildApp } from "../../src/service/app.ts";
import { openService } from "../../src/service/open.ts";
import { ROLE_PERMISSIONS, type Role } from "../../src/settings/permissions.ts";
import { ROUTES } from "../../src/service/routes.ts";
import { PASSPHRASE } from "../parties/support.ts";
import { begin, newSite, schedule } from "./batches/site.ts";

/** All that answers over a site without a register, with one batch, "b1", for somebody who may do everything. */
export interface Whole {
  readonly app: FastifyInstance;
  /** What the service said to whoever runs it. */
  readonly said: string[];
  readonly close: () => Promise<void>;
}

/** Opens it in a folder. */
export async function wholeService(folder: string): Promise<Whole> {
  const site = await newSite(folder);
  await begin(site, "b1");
  await schedule(site, "b1");
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const limits = { requestsPerMinute: 1_000_000 };
  const settings = { ...site.service.settings, limits };
  const opened = await openService(settings, { say, passphraseOf: () => Promise.resolve(PASSPHRASE) });
  const grants = (Object.keys(ROLE_PERMISSIONS) as Role[]).map((role) => ({ role }));
  const app = await buildApp(opened.service, ROUTES, () => Promise.resolve({ id: "token:any", grants }), { say });
  const close = async (): Promise<void> => {
    await app.close();
    await opened.close();
  };
  return { app, said, close };
}
