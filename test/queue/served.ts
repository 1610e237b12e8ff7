import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newToken } from "../../src/service/access/callers.ts";
import type { Role } from "../../src/settings/permissions.ts";
import type { JobStatus } from "../../src/queue/job.ts";
import { MAIN } from "../cli/support.ts";
import { PASSPHRASE } from "../parties/support.ts";
import { startChild, type Child } from "../support/child.ts";
import { CLAIM, SITE, type Yard } from "./support.ts";

/** A yard with `serve` and `worker` as processes of their own, as a site has them. */
export interface Served {
  /** Jobs as their files have them, also while no server runs. */
  readonly jobs: () => JobStatus[];
  readonly serve: (queue?: string) => Promise<Server>;
  /** `name`: of a caller with role worker. */
  readonly work: (name: string, queue: string, url: string) => Child;
  /** Of an operator who is an administrator too. */
  readonly token: string;
  /** Calls the API as an operator who is an administrator too; gives what it answers. */
  readonly call: (url: string, method: "GET" | "POST", path: string, body?: object) => Promise<unknown>;
  /** Has the claim of a batch proven. */
  readonly prove: (url: string, batch: string) => Promise<void>;
}

export interface Server {
  readonly url: string;
  readonly child: Child;
}

/** @param workers names of callers that are workers @param port a server that is started again has the same one */
export function servedYard(yard: Yard, workers: readonly string[], port = 0): Served {
  const { folder } = yard;
  const data = join(folder, "data");
  const settings = join(folder, "service.json");
  mkdirSync(join(folder, "policies"));
  const tokens = new Map([...workers, "human"].map((name) => [name, newToken()]));
  const rolesOf = (name: string): Role[] => (name === "human" ? ["operator", "administrator", "monitor"] : ["worker"]);
  const callers = [...tokens].map(([name, { sha256 }]) => ({
    ...{ name, token: sha256 },
    grants: rolesOf(name).map((role) => ({ role })),
  }));
  const keys = { custodian: join(folder, "hospital.key.json") };
  const site = { name: SITE, batches: join(folder, SITE), policies: join(folder, "policies"), keys };
  const limits = { requestsPerMinute: 1_000_000 };
  writeFileSync(settings, JSON.stringify({ format: "batchproof-service/1", data, sites: [site], callers, limits }));
  const environment = { PATH: process.env["PATH"], BATCHPROOF_SETTINGS: "" };
  const tokenOf = (name: string): string => tokens.get(name)?.token ?? "";

  const serve: Served["serve"] = async (queue) => {
    const env = { ...environment, BATCHPROOF_PASSPHRASE: PASSPHRASE, ...(queue ? { BATCHPROOF_QUEUE: queue } : {}) };
    const child = startChild(process.execPath, [MAIN, "serve", settings, "--port", `${port}`, "--workers", "1"], {
      env,
    });
    return { child, url: await urlOf(child) };
  };
  const call: Served["call"] = async (url, method, path, body) => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${tokenOf("human")}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  return {
    serve,
    call,
    token: tokenOf("human"),
    jobs: () => {
      const names = readdirSync(join(data, "jobs")).filter((name) => name.endsWith(".json"));
      return names.map((name) => JSON.parse(readFileSync(join(data, "jobs", name), "utf8")) as JobStatus);
    },
    work: (name, queue, url) =>
      startChild(process.execPath, [MAIN, "worker", "--server", url, "--workers", "1"], {
        env: { ...environment, BATCHPROOF_QUEUE: queue, BATCHPROOF_TOKEN: tokenOf(name) },
      }),
    prove: async (url, batch) => {
      await call(url, "POST", `/v1/sites/${SITE}/batches/${batch}/prove`, { claims: [CLAIM] });
    },
  };
}

/** What `serve` says first. */
function urlOf(child: Child): Promise<string> {
  return new Promise((found, failed) => {
    let said = "";
    child.stdout.on("data", (part: Buffer) => {
      said += part.toString();
      const url = /http:\/\/[0-9.:]+\//.exec(said)?.[0];
      if (url !== undefined) found(url);
    });
    child.once("exit", (code) => failed(new Error(`serve ended (${code})`)));
  });
}
