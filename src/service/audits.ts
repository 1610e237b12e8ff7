import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { environmentError } from "../errors.ts";
import { jsonText } from "../formats/jsonText.ts";
import { MAX_FILE_BYTES, readBytes, writeFileAtomically } from "../input/files.ts";
import { notFound } from "./folders.ts";
import { problemOf, type Problem } from "./problem.ts";
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
  const areTooMany = !(await hasRoom(folder));
  // Nothing is waited for between this and taking the turn: two at once would take twice the time.
  if (running.size > 0 || areTooMany) {
    throw environmentError("Another audit runs, or too many are kept.", { code: "audit-running" });
  }
  const id = randomBytes(16).toString("hex");
  const own = join(folder, id);
  await takeTurn(service, own, async () => {
    await mkdir(own, { mode: 0o700 });
    await writeFileAtomically(join(own, AUDIT_FILE.order), jsonText({ alone }));
    return alone;
  });
  return id;
}

/** Whether one more may be kept. What failed concludes nothing: it makes room, or who asks while a node is down would ask for the last time. */
async function hasRoom(folder: string): Promise<boolean> {
  const ids = await readdir(folder);
  if (ids.length < MOST_KEPT) return true;
  for (const own of ids.map((id) => join(folder, id))) {
    const result = existsSync(join(own, AUDIT_FILE.result)) ? await ownJson(join(own, AUDIT_FILE.result)) : undefined;
    if ((result as AuditResult | undefined)?.state !== "failed") continue;
    await rm(own, { recursive: true });
    return true;
  }
  return false;
}

/** An audit; one that a stop of the service cut off begins again, once no other one runs. Error `not-found`. */
export async function auditNamed(service: Service, id: string): Promise<Audit> {
  const folder = folderOf(service, id);
  const result = join(folder, AUDIT_FILE.result);
  if (existsSync(result)) {
    // Its process may take a moment more to end.
    running.delete(folder);
    return { id, result: (await ownJson(result)) as AuditResult };
  }
  if (running.size === 0) {
    await takeTurn(service, folder, async () => {
      const order = (await ownJson(join(folder, AUDIT_FILE.order))) as Pick<AuditOrder, "alone">;
      return order.alone;
    });
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

/** Runs the audit of a folder once it is known whether alone; whoever asks meanwhile is told that one runs. */
async function takeTurn(service: Service, folder: string, isAlone: () => Promise<boolean>): Promise<void> {
  running.add(folder);
  try {
    start(service, folder, await isAlone());
  } catch (error) {
    running.delete(folder);
    throw error;
  }
}

/** The node's address, which may hold a key, stands in no argument of a process. */
function start(service: Service, folder: string, alone: boolean): void {
  const { rpc, registry, chainId } = registerOf(service);
  const child = fork(PROCESS, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = async (): Promise<void> => {
    child.kill("SIGKILL");
    // Where nothing can be written the audit begins again when it is asked for, one at a time as ever.
    await failUnlessDone(folder).catch(() => undefined);
    running.delete(folder);
  };
  for (const event of ["error", "exit"]) child.on(event, () => void ended());
  child.send({ rpc, registry, chainId, folder, alone } satisfies AuditOrder);
}

/** A process that ended without a result would end so again: who asks is told, and the audit does not begin anew. */
async function failUnlessDone(folder: string): Promise<void> {
  const path = join(folder, AUDIT_FILE.result);
  if (existsSync(path)) return;
  const error = environmentError("The process of the audit ended before its result was written.", {
    code: "audit-ended",
  });
  const result: AuditResult = { state: "failed", block: null, findings: null, problem: problemOf(error) };
  await writeFileAtomically(path, jsonText(result));
}
