import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Type } from "typebox";
import { BatchproofError } from "../../errors.ts";
import { policyIdOf } from "../../formats/chainPolicy.ts";
import { visible } from "../../formats/visible.ts";
import { chainPolicy } from "../../kinds/policyId.ts";
import { documentHash, type Policy } from "../../policy/document.ts";
import { readSalts, saltsPath } from "../../policy/salts.ts";
import { diffPolicies } from "../../review/diff.ts";
import { lintFile } from "../../review/lintFile.ts";
import { showPolicy } from "../../review/show.ts";
import { readSoundPolicy } from "../../review/soundPolicy.ts";
import { lockedCircuitId } from "../../setup/artifactLock.ts";
import { notFound, showing, siteNamed } from "../folders.ts";
import { route, type Route } from "../route.ts";
import type { Service } from "../service.ts";
import { IS_SLUG } from "../../formats/slug.ts";
import { CLOSED, SITE_PARAMS, SITE_PATH, SLUG } from "../shapes.ts";

const TAG = "policies";
const ENDING = ".json";
const POLICY_PARAMS = Type.Object({ site: SLUG, policy: SLUG }, CLOSED);
const POLICY_PATH = `${SITE_PATH}/policies/:policy`;

/** Names of the policies in a site's folder: a salts file, which is secret, has a dot in its name and is none. */
async function policyNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.flatMap((entry) => {
    const name = entry.isFile() && entry.name.endsWith(ENDING) ? entry.name.slice(0, -ENDING.length) : "";
    return IS_SLUG.test(name) ? [name] : [];
  });
  return names.sort();
}

interface Named {
  readonly site: string;
  readonly policy: string;
}

/** Runs with the path of a policy of a site, which no error names. Error `not-found`. */
async function withPolicy<T>(service: Service, { site, policy }: Named, run: (file: string) => Promise<T>): Promise<T> {
  const folder = siteNamed(service, site).policies;
  if (!(await policyNames(folder)).includes(policy)) throw notFound();
  return showing([[join(folder, policy), policy]], () => run(join(folder, `${policy}${ENDING}`)));
}

const list = route({
  operation: "listPolicies",
  method: "GET",
  path: `${SITE_PATH}/policies`,
  permission: "policy:read",
  tag: TAG,
  summary: "Names of the policies under which batches of the site are begun.",
  schemas: { params: SITE_PARAMS, reply: Type.Object({ policies: Type.Array(SLUG) }, CLOSED) },
  run: async ({ params, service }) => ({
    body: { policies: await policyNames(siteNamed(service, params.site).policies) },
  }),
});

const nullableText = Type.Union([Type.String(), Type.Null()]);

const show = route({
  operation: "showPolicy",
  method: "GET",
  path: POLICY_PATH,
  permission: "policy:read",
  tag: TAG,
  summary: "A policy in words, with its hash and, where its salts are, its id on the register.",
  schemas: {
    params: POLICY_PARAMS,
    reply: Type.Object(
      {
        documentHash: Type.String(),
        policyId: nullableText,
        unknown: nullableText,
        policy: Type.Unknown(),
        words: Type.Array(Type.String()),
      },
      CLOSED,
    ),
  },
  run: ({ params, service }) =>
    withPolicy(service, params, async (file) => {
      const policy = await readSoundPolicy(file);
      const words = showPolicy(policy).trimEnd().split("\n").map(visible);
      return { body: { documentHash: documentHash(policy), ...(await policyIdIn(file, policy)), policy, words } };
    }),
});

/** The policyId, or why it is not known: salts or a circuit that are not there keep nobody from reading a policy. */
async function policyIdIn(
  file: string,
  policy: Policy,
): Promise<{ readonly policyId: string | null; readonly unknown: string | null }> {
  if (!existsSync(saltsPath(file))) return { policyId: null, unknown: "Its salts are not here." };
  try {
    const stored = chainPolicy(policy, await readSalts(file, policy), lockedCircuitId);
    return { policyId: policyIdOf(stored), unknown: null };
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    return { policyId: null, unknown: error.message };
  }
}

const FINDING = Type.Object(
  {
    severity: Type.String(),
    code: Type.String(),
    pointer: Type.String(),
    message: Type.String(),
    remedy: Type.String(),
  },
  CLOSED,
);

const lint = route({
  operation: "lintPolicy",
  method: "GET",
  path: `${POLICY_PATH}/lint`,
  permission: "policy:read",
  tag: TAG,
  summary: "Everything that is wrong with a policy, or only odd.",
  schemas: {
    params: POLICY_PARAMS,
    reply: Type.Object({ errors: Type.Integer(), warnings: Type.Integer(), findings: Type.Array(FINDING) }, CLOSED),
  },
  run: ({ params, service }) =>
    withPolicy(service, params, async (file) => {
      const { errors, warnings, findings } = await lintFile(file);
      // The findings quote the file, whoever wrote it.
      const shown = findings.map(({ severity, code, pointer, message, remedy }) => ({
        ...{ severity, code, pointer: visible(pointer), message: visible(message), remedy: visible(remedy) },
      }));
      return { body: { errors, warnings, findings: shown } };
    }),
});

const CHANGE = Type.Object(
  { claim: nullableText, what: Type.String(), before: nullableText, after: nullableText },
  CLOSED,
);

const diff = route({
  operation: "diffPolicies",
  method: "GET",
  path: `${POLICY_PATH}/diff`,
  permission: "policy:read",
  tag: TAG,
  summary: "What a policy loosens and tightens of another one of the site.",
  schemas: {
    params: POLICY_PARAMS,
    query: Type.Object({ before: SLUG }, CLOSED),
    reply: Type.Object(
      { loosened: Type.Array(CHANGE), tightened: Type.Array(CHANGE), other: Type.Array(CHANGE) },
      CLOSED,
    ),
  },
  run: async ({ params, query, service }) => {
    const before = await withPolicy(service, { site: params.site, policy: query.before }, readSoundPolicy);
    const after = await withPolicy(service, params, readSoundPolicy);
    const { loosened, tightened, other } = diffPolicies(before, after);
    return { body: { loosened: [...loosened], tightened: [...tightened], other: [...other] } };
  },
});

/** The policies of a site, for those who approve. */
export const POLICY_ROUTES: readonly Route[] = [list, show, lint, diff];
