import { ZeroAddress, type JsonRpcApiProvider } from "ethers";
import { handle } from "../chain/handles.ts";
import { BatchproofError, environmentError, restated } from "../errors.ts";
import { audit, type AuditOptions, type AuditReport } from "./audit.ts";
import { asked } from "./node.ts";

/** Registers that one follows, one after another: a chain of more is no history, but a trap for whoever reads it. */
export const MOST_FOLLOWED = 16;

/** A register, and those that it follows one after another: the newest first. */
export interface Lineage {
  readonly report: AuditReport;
  readonly predecessors: readonly AuditReport[];
  /** The register that comes next and was left out; null: there is none. */
  readonly unread: string | null;
}

/** The register before another one, as that one names it. */
interface Named {
  readonly registry: string;
  /** What its journal was when its successor was deployed. */
  readonly journal: string;
}

/**
 * Audits a register and all that it follows. Each predecessor must have had, some time, the journal that its successor names: then
 * it is the very one that was followed, with all that had happened in it. Predecessors are read whole: a state file is the
 * register's own. Errors: those of `audit`, with the predecessor's address as place; `log` for another predecessor than was named.
 */
export async function auditLineage(
  provider: JsonRpcApiProvider,
  registry: string,
  options: AuditOptions = {},
): Promise<Lineage> {
  const report = await audit(provider, registry, options);
  const whole = { ...options };
  Reflect.deleteProperty(whole, "statePath");
  const predecessors: AuditReport[] = [];
  for (let named = await predecessorOf(provider, registry); named !== undefined;) {
    if (predecessors.length === MOST_FOLLOWED) {
      throw environmentError(`The register follows more than ${MOST_FOLLOWED} others, one after another.`, {
        code: "log",
        place: named.registry,
        remedy: "Audit it alone (--alone), and those that matter by their own addresses.",
      });
    }
    predecessors.push(await auditNamed(provider, named, whole));
    named = await predecessorOf(provider, named.registry);
  }
  return { report, predecessors, unread: null };
}

/** Audits a register without those that it follows, and names the one that is left out. Errors: those of `audit`. */
export async function auditAlone(
  provider: JsonRpcApiProvider,
  registry: string,
  options: AuditOptions = {},
): Promise<Lineage> {
  const report = await audit(provider, registry, options);
  const named = await predecessorOf(provider, registry);
  return { report, predecessors: [], unread: named?.registry ?? null };
}

async function auditNamed(
  provider: JsonRpcApiProvider,
  { registry, journal }: Named,
  options: AuditOptions,
): Promise<AuditReport> {
  try {
    return await audit(provider, registry, { ...options, passing: journal });
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    const { place = registry, remedy = "Audit the register without its predecessors: --alone." } = error;
    throw restated(error, { place, remedy }, `The predecessor ${registry}: ${error.message}`);
  }
}

async function predecessorOf(provider: JsonRpcApiProvider, registry: string): Promise<Named | undefined> {
  const contract = handle("ComplianceRegistry", registry, provider);
  const before = await asked("the predecessor", () => contract.predecessor());
  if (before === ZeroAddress) return undefined;
  return { registry: before, journal: await asked("the predecessor's journal", () => contract.predecessorJournal()) };
}
