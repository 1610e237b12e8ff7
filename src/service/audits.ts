import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { environmentError } from "../errors.ts";
import { jsonText } from "../formats/jsonText.ts";
import { MAX_FILE_BYTES, readBytes, writeFileAtomically } from "../input/files.ts";
import { notFound } from "./folders.ts";
import type { Problem } from "./problem.ts";
import { registerOf } from "./register.ts";
import type { Service } from "./service.ts";

/** Files of an audit's folder. The order is written before it begins, the result when it ended. */
export const AUDIT_FILE = {
  ...{ order: "order.json", result: "result.json", json: "report.json", csv: "report.csv", html: "report.html" },
} as const;
export type ReportForm = "json" | "csv" | "html";

/** What the process that makes an audit is told. */
export interface AuditOrder {
  readonly rpc: string;
  readonly registry: string;
  readonly chainId: string;
  readonly folder: string;
  /** Without the registers that it follows. */
  readonly alone: boolean;
}

/** How an audit ended. */
export interface AuditResult {
  readonly state: "done" | "failed";
  readonly block: number | null;
  readonly findings: number | null;
  /** Why nothing can be concluded. */
  readonly problem: Problem | null;
}

/** An audit, which runs until it has a result. */
export interface Audit {
  readonly id: string;
  readonly result: AuditResult | undefined;
}

/** Audits that are kept; whoever runs the service files them elsewhere, and removes them. */
const MOST_KEPT = 1_000;
const ID = /^[0-9a-f]{32}$/;
/** The process is TypeScript when run from the sources and JavaScript when run from `dist/`. */
const PROCESS = new URL(`./auditProcess${extname(import.meta.url)}`, import.meta.url);

/** Audits that run for this process, by their folders. */
const running = new Set<string>();

/** Begins an audit of the service's register. Error `audit-running`: one runs, or too many are kept. */
export async function beginAudit(service: Service, alone: boolean): Promise<string> {
  const folder = join(service.settings.data, "audits");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (running.size > 0 || (await readdir(folder)).length >= MOST_KEPT) {
    throw environmentError("Another audit runs, or too many are kept.", { code: "audit-running" });
  }
  const id = randomBytes(16).toString("hex");
  const own = join(folder, id);
  // Before anything else is waited for: two at once would take twice the time.
  running.add(own);
  try {
    await mkdir(own, { mode: 0o700 });
    await writeFileAtomically(join(own, AUDIT_FILE.order), jsonText({ alone }));
  } catch (error) {
    running.delete(own);
    throw error;
  }
  start(service, own, alone);
  return id;
}

/** An audit; one that a stop of the service cut off begins again. Error `not-found`. */
export async function auditNamed(service: Service, id: string): Promise<Audit> {
  const folder = folderOf(service, id);
  const result = join(folder, AUDIT_FILE.result);
  if (existsSync(result)) {
    // Its process may take a moment more to end.
    running.delete(folder);
    return { id, result: (await ownJson(result)) as AuditResult };
  }
  if (!running.has(folder)) {
    const { alone } = (await ownJson(join(folder, AUDIT_FILE.order))) as Pick<AuditOrder, "alone">;
    running.add(folder);
    start(service, folder, alone);
  }
  return { id, result: undefined };
}

/** The text of a report, as the command would have written it. Error `not-found`: there is none, or none yet. */
export async function reportOf(service: Service, id: string, form: ReportForm): Promise<string> {
  const { result } = await auditNamed(service, id);
  if (result?.state !== "done") throw notFound();
  return Buffer.from(
    await readBytes(join(folderOf(service, id), AUDIT_FILE[form]), { limit: MAX_FILE_BYTES }),
  ).toString();
}

function folderOf({ settings }: Service, id: string): string {
  const folder = join(settings.data, "audits", id);
  if (ID.test(id) && existsSync(join(folder, AUDIT_FILE.order))) return folder;
  throw notFound();
}

/** A file that only this service writes. */
async function ownJson(path: string): Promise<unknown> {
  return JSON.parse(Buffer.from(await readBytes(path)).toString("utf8")) as unknown;
}

/** The node's address, which may hold a key, stands in no argument of a process. */
function start(service: Service, folder: string, alone: boolean): void {
  const { rpc, registry, chainId } = registerOf(service);
  const child = fork(PROCESS, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = (): boolean => running.delete(folder);
  child.on("error", ended).on("exit", ended);
  child.send({ rpc, registry, chainId, folder, alone } satisfies AuditOrder);
}
