import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { buildApp } from "../../../src/service/app.ts";
import { seesOnly, type Caller, type Grant } from "../../../src/service/caller.ts";
import { ROLE_PERMISSIONS, type Role } from "../../../src/settings/permissions.ts";
import type { Problem } from "../../../src/service/problem.ts";
import type { Route } from "../../../src/service/route.ts";
import { ROUTES } from "../../../src/service/routes.ts";
import { bareService } from "../support.ts";
import { EXPECTED, LETTER } from "./matrix.ts";

const FOLDER = join(import.meta.dirname, "../../../src/service/routes");

/** Every route that a file of `src/service/routes/` defines, joined or not. */
async function definedRoutes(): Promise<Route[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".ts"));
  const modules = await Promise.all(files.map((name) => import(join(FOLDER, name)) as Promise<object>));
  const lists = modules.flatMap((module) => Object.entries(module).filter(([name]) => name.endsWith("_ROUTES")));
  return lists.flatMap(([, routes]) => routes as readonly Route[]);
}

const ROLES = Object.keys(ROLE_PERMISSIONS) as Role[];

/** Where a role is held; and whether it holds for a call about a place. */
const SCOPES: readonly { readonly scope: Omit<Grant, "role">; readonly covers: (about: About) => boolean }[] = [
  { scope: {}, covers: () => true },
  { scope: { sites: ["north"] }, covers: ({ site }) => site === "north" },
  { scope: { sites: ["north"], batches: ["b1"] }, covers: ({ site, batch }) => site === "north" && batch === "b1" },
  { scope: { batches: ["b1"] }, covers: ({ batch }) => batch === "b1" },
];

interface About {
  readonly site?: string;
  readonly batch?: string;
}

/** The calls of a route that differ in whose they are. */
function placesOf({ path }: Route): About[] {
  if (path.includes(":batch")) {
    return ["north", "south"].flatMap((site) => ["b1", "b2"].map((batch) => ({ site, batch })));
  }
  return path.includes(":site") ? [{ site: "north" }, { site: "south" }] : [{}];
}

let caller: Caller;
const stubbed = ROUTES.map((each) => ({ ...each, run: () => Promise.resolve({ status: 204 as const, body: null }) }));
const app = await buildApp(
  bareService({ limits: { requestsPerMinute: 1_000_000 } }),
  stubbed,
  () => Promise.resolve(caller),
  {
    metrics: new Registry(),
  },
);

async function isRefused(route: Route, { site = "", batch = "" }: About, grant: Grant): Promise<boolean> {
  caller = { id: "token:test", grants: [grant] };
  const url = route.path
    .replace(":site", site)
    .replace(":batch", batch)
    .replace(/:[a-zA-Z0-9]+/g, "1");
  const answer = await app.inject({ method: route.method, url });
  expect([401, 404, 500]).not.toContain(answer.statusCode);
  return answer.statusCode === 403;
}

// Verifies R-access-roles, V376.
describe("the matrix of roles", () => {
  it.each(ROUTES.map((each) => [each.operation, each] as const))(
    "holds for %s, cell by cell",
    async (operation, each) => {
      const letters = EXPECTED[operation];
      expect(letters, `${operation} needs its row in test/service/access/matrix.ts`).toBeDefined();
      const allowed = new Set(Array.from(letters ?? "", (letter) => LETTER[letter]));
      const wrong: string[] = [];
      for (const role of ROLES) {
        for (const { scope, covers } of SCOPES) {
          for (const about of placesOf(each)) {
            const expected = allowed.has(role) && covers(about);
            if ((await isRefused(each, about, { role, ...scope })) === expected) {
              wrong.push(`${role} ${JSON.stringify(scope)} ${JSON.stringify(about)}`);
            }
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it("has a row for every operation, and no other", async () => {
    const names = ROUTES.map(({ operation }) => operation);
    expect(names.sort()).toEqual(Object.keys(EXPECTED).sort());
    expect((await definedRoutes()).map(({ operation }) => operation).sort()).toEqual(names);
  });

  it("holds for the figures, which are no operation of the document", async () => {
    const seen: Role[] = [];
    for (const role of ROLES) {
      caller = { id: "token:test", grants: [{ role }] };
      if ((await app.inject("/metrics")).statusCode === 200) seen.push(role);
      caller = { id: "token:test", grants: [{ role, sites: ["north"] }] };
      expect((await app.inject("/metrics")).json<Problem>().code).toBe("not-allowed");
    }
    expect(seen).toEqual(["monitor", "administrator"]);
  });

  it("shows a party the stages of its own keys, and of these batches, only", () => {
    const name = fc.constantFrom("north", "south");
    const batch = fc.constantFrom("b1", "b2");
    const grant = fc.record({
      role: fc.constantFrom<Role>("party", "operator", "auditor", "worker"),
      sites: fc.array(name, { minLength: 1 }),
      batches: fc.array(batch, { minLength: 1 }),
      custodians: fc.array(fc.constantFrom("0xa", "0xb", "0xc")),
    });
    fc.assert(
      fc.property(fc.array(grant), name, batch, (grants, site, id) => {
        const covering = grants.filter(({ sites, batches }) => sites.includes(site) && batches.includes(id));
        const seen = seesOnly({ id: "x", grants }, "batch:read", { site, batch: id });
        if (covering.some(({ role }) => role === "operator" || role === "auditor")) {
          expect(seen).toBeUndefined();
        } else {
          const own = covering.filter(({ role }) => role === "party").flatMap(({ custodians }) => custodians);
          expect(seen).toEqual(new Set(own));
        }
      }),
    );
  });
});
